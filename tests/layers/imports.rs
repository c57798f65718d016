//! Which modules of the crate, and which other crates, a file names.

use super::tokens::{Token, tokens};

/// A path from the crate's root: `crate::engine::logs` is `engine`, wherever it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    pub room: String,
    pub line: usize,
}

/// Everything the file reaches through `crate::`, `mcp_tui::`, or by climbing to the root with `super::`.
pub fn imports(source: &str, module: &[String]) -> Vec<Import> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut inner = InnerModules::default();
    for at in 0..tokens.len() {
        inner.see(&tokens, at);
        let after_path = at > 0 && tokens[at - 1].text == "::";
        match tokens[at].text.as_str() {
            "crate" | "mcp_tui" if !after_path && text(&tokens, at + 1) == "::" => {
                first_segments(&tokens, at + 2, &mut found);
            }
            // `use crate as root` would hide every later path from this check.
            "crate" if text(&tokens, at + 1) == "as" => {
                found.push(Import {
                    room: "crate itself, under another name".to_owned(),
                    line: tokens[at].line,
                });
            }
            "super" if !after_path => {
                let mut climbed = 1;
                let mut next = at + 1;
                while text(&tokens, next) == "::" && text(&tokens, next + 1) == "super" {
                    climbed += 1;
                    next += 2;
                }
                if climbed >= module.len() + inner.depth() && text(&tokens, next) == "::" {
                    first_segments(&tokens, next + 1, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// Every mention of a crate in a path or a `use`.
pub fn crates(source: &str, names: &[&str]) -> Vec<(String, usize)> {
    let tokens = tokens(source);
    (0..tokens.len())
        .filter(|&at| names.contains(&tokens[at].text.as_str()))
        .filter(|&at| {
            let before = if at > 0 { tokens[at - 1].text.as_str() } else { "" };
            text(&tokens, at + 1) == "::" || matches!(before, "::" | "use" | "crate" | "{" | ",")
        })
        .map(|at| (tokens[at].text.clone(), tokens[at].line))
        .collect()
}

/// Calls such as `Timestamp::now`.
pub fn clocks(source: &str) -> Vec<(String, usize)> {
    const CLOCKS: [&str; 4] = ["Timestamp", "Zoned", "Instant", "SystemTime"];
    let tokens = tokens(source);
    (0..tokens.len())
        .filter(|&at| CLOCKS.contains(&tokens[at].text.as_str()))
        .filter(|&at| text(&tokens, at + 1) == "::" && text(&tokens, at + 2) == "now")
        .map(|at| (format!("{}::now", tokens[at].text), tokens[at].line))
        .collect()
}

fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

/// The first name after the root, or all first names of a group `{a::b, c}`.
fn first_segments(tokens: &[Token], at: usize, found: &mut Vec<Import>) {
    if text(tokens, at) != "{" {
        if let Some(token) = tokens.get(at) {
            found.push(Import { room: token.text.clone(), line: token.line });
        }
        return;
    }
    let mut depth = 0;
    let mut expects_name = true;
    for token in &tokens[at..] {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => expects_name = true,
            _ if depth == 1 && expects_name => {
                expects_name = false;
                found.push(Import { room: token.text.clone(), line: token.line });
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// `mod tests { … }` inside a file: one more `super` leads out of it.
#[derive(Default)]
struct InnerModules {
    braces: usize,
    opened_at: Vec<usize>,
}

impl InnerModules {
    fn see(&mut self, tokens: &[Token], at: usize) {
        match tokens[at].text.as_str() {
            "{" => {
                if at >= 2 && tokens[at - 2].text == "mod" {
                    self.opened_at.push(self.braces);
                }
                self.braces += 1;
            }
            "}" => {
                self.braces = self.braces.saturating_sub(1);
                if self.opened_at.last() == Some(&self.braces) {
                    self.opened_at.pop();
                }
            }
            _ => {}
        }
    }

    fn depth(&self) -> usize {
        self.opened_at.len()
    }
}
