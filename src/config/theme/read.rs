//! A theme from its file's text.

use super::{ROLES, Theme, built_in_names, style};
use crate::config::file;
use crate::domain::yaml::{Complaint, Reader, Value};

/// Lays the file over `fallback`, or over the built-in theme that it names as its base.
pub(super) fn theme(name: &str, text: &str, fallback: Theme) -> (Theme, Vec<Complaint>) {
    let named = |theme: Theme| Theme { name: name.to_owned(), ..theme };
    let root = match file::document(text) {
        Ok(Some(root)) => root,
        Ok(None) => return (named(fallback), Vec::new()),
        Err(complaint) => return (named(fallback), vec![complaint]),
    };
    let reader = Reader::new(&root);
    reader.only(&["base", "roles", "tags"]);
    let mut theme = named(base(&reader).unwrap_or(fallback));
    if let Some(roles) = reader.get("roles") {
        read_roles(&mut theme, &roles, text);
    }
    if let Some(tags) = reader.get("tags") {
        let colours: Vec<_> = tags.list().iter().filter_map(|item| colour(item)).collect();
        if !colours.is_empty() {
            theme.tags = colours;
        }
    }
    (theme, reader.complaints())
}

fn base(reader: &Reader<'_>) -> Option<Theme> {
    let base = reader.get("base")?;
    let found = Theme::built_in(&base.text()?);
    if found.is_none() {
        base.expected(&format!("one of {}", built_in_names().collect::<Vec<_>>().join(", ")));
    }
    found
}

fn read_roles(theme: &mut Theme, roles: &Reader<'_>, text: &str) {
    roles.only(ROLES);
    let entries = roles.mapping();
    for (role, target) in theme.roles_mut() {
        let Some((_, value)) = entries.iter().find(|(key, _)| *key == role) else { continue };
        if comment_takes_a_colour(text, value) {
            value.complain("expected a style; `#` begins a comment here: write \"#rrggbb\" in quotes");
            continue;
        }
        let Some(words) = value.node().text() else {
            value.expected(style::EXPECTED);
            continue;
        };
        match style::parse(words) {
            Ok(style) => *target = style,
            Err(word) if word == words => value.expected(style::EXPECTED),
            Err(word) => value.complain(format!("expected {}, found `{word}` in it", style::EXPECTED)),
        }
    }
}

fn colour(item: &Reader<'_>) -> Option<crate::domain::safe::Colour> {
    let colour = item.node().text().and_then(style::colour);
    if colour.is_none() {
        item.expected(style::EXPECTED_COLOUR);
    }
    colour
}

/// Whether the value was meant to hold a `#rrggbb` that YAML takes for a comment.
fn comment_takes_a_colour(text: &str, value: &Reader<'_>) -> bool {
    let plain = matches!(value.node().value, Value::Null | Value::Text(_) | Value::Integer(..));
    let line = text.lines().nth(value.node().at.line.saturating_sub(1) as usize).unwrap_or_default();
    let Some((before, comment)) = line.split_once(" #") else { return false };
    let digits = comment.chars().take_while(char::is_ascii_hexdigit).count();
    plain && digits == 6 && !before.contains(['"', '\''])
}
