//! The part of Go's templates that people write for columns: `{{.Name}}\t{{.Status}}`, with or without `table`.

use crate::domain::{Fault, FaultKind};
use serde_json::Value;

/// What `--format` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Table,
    Json,
    /// A table with columns of one's own: a title and a template for each.
    Columns(Vec<(String, Vec<Piece>)>),
    Lines(Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Field(String),
    /// `{{json .}}` and `{{json .Field}}`
    Json(Option<String>),
}

/// `fields` are the names that can be asked for.
pub fn read(text: &str, fields: &[&str]) -> Result<Format, Fault> {
    match text {
        "" | "table" => return Ok(Format::Table),
        "json" => return Ok(Format::Json),
        _ => {}
    }
    let text = text.replace("\\t", "\t").replace("\\n", "\n");
    match text.strip_prefix("table ") {
        None => pieces(&text, fields).map(Format::Lines),
        Some(columns) => {
            let columns = columns.split('\t').map(|column| {
                let pieces = pieces(column, fields)?;
                let title = pieces.iter().find_map(|piece| match piece {
                    Piece::Field(name) => Some(name.to_uppercase()),
                    Piece::Text(_) | Piece::Json(_) => None,
                });
                Ok((title.unwrap_or_default(), pieces))
            });
            columns.collect::<Result<_, Fault>>().map(Format::Columns)
        }
    }
}

pub fn fill(pieces: &[Piece], row: &Value) -> String {
    let one = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Json(None) => row.to_string(),
        Piece::Json(Some(name)) => row[name.as_str()].to_string(),
        Piece::Field(name) => match &row[name.as_str()] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                other.to_string()
            }
        },
    };
    pieces.iter().map(one).collect()
}

fn pieces(text: &str, fields: &[&str]) -> Result<Vec<Piece>, Fault> {
    let wrong = |cause: String| {
        Fault::new(FaultKind::Invalid, "read argument", format!("--format {text}")).because(cause).hint(
            format!("write table, json, or fields such as '{{{{.Name}}}}'; there are {}", fields.join(", ")),
        )
    };
    let known = |name: &str| {
        let name = name.strip_prefix('.').filter(|name| fields.contains(name));
        name.map(str::to_owned)
    };
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, after) =
            after.split_once("}}").ok_or_else(|| wrong("`{{` is not closed with `}}`".to_owned()))?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let words: Vec<&str> = inside.split_whitespace().collect();
        let piece = match words.as_slice() {
            ["json", "."] => Some(Piece::Json(None)),
            ["json", name] => known(name).map(|name| Piece::Json(Some(name))),
            [name] => known(name).map(Piece::Field),
            _ => None,
        };
        pieces.push(piece.ok_or_else(|| wrong(format!("`{{{{{inside}}}}}` is not a field")))?);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FIELDS: [&str; 2] = ["Name", "Exit"];

    #[test]
    fn fields_are_filled_in() {
        let row = json!({ "Name": "web", "Exit": 3 });
        let Ok(Format::Lines(pieces)) = read("{{.Name}}: {{ .Exit }}\\t{{json .Name}}", &FIELDS) else {
            panic!()
        };
        assert_eq!(fill(&pieces, &row), "web: 3\t\"web\"");
        let Ok(Format::Columns(columns)) = read("table {{.Name}}\\t{{.Exit}}", &FIELDS) else { panic!() };
        let titles: Vec<_> = columns.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["NAME", "EXIT"]);
        assert_eq!(fill(&columns[1].1, &row), "3");
    }

    #[test]
    fn what_is_no_field_is_refused_with_those_there_are() {
        for wrong in ["{{.Nmae}}", "{{.Name", "{{range .}}", "{{}}"] {
            let fault = read(wrong, &FIELDS).unwrap_err();
            assert!(fault.hint.unwrap().contains("Name, Exit"), "{wrong}");
        }
    }
}
