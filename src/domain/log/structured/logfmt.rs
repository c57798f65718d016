//! The fields of a logfmt line: `time=… level=info msg="listening on :9090"`.

use super::Fields;

/// One `key=value` may stand in any text; a line of them is logfmt.
const FEWEST_PAIRS: usize = 2;

pub(super) fn fields(text: &str) -> Option<Fields> {
    let mut fields = Fields::default();
    let mut rest = text;
    let mut pairs = 0_usize;
    while !rest.is_empty() {
        let (key, after) = key(rest)?;
        let (value, after) = value(after)?;
        pairs += 1;
        fields.push(key.to_owned(), value);
        rest = after.trim_ascii_start();
    }
    (pairs >= FEWEST_PAIRS).then_some(fields)
}

/// What stands before the `=`; a word without one makes it a text.
fn key(text: &str) -> Option<(&str, &str)> {
    let end = text.find(['=', ' ', '"'])?;
    let rest = text[end..].strip_prefix('=')?;
    (end > 0).then_some((&text[..end], rest))
}

fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(' ').unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}
