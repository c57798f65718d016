//! What stays the same in lines that say the same: numbers, ids, addresses and times are masked.

mod shapes;

use super::Structured;
use shapes::Shape;

/// Bytes of a template; what comes after tells no kinds of lines apart.
const LONGEST: usize = 512;
const CUT: &str = "…";
/// What a quoted string becomes, quotes aside.
const QUOTED: &str = "‹s›";

/// A line with its variable parts masked: `‹n›` number, `‹hex›`, `‹uuid›`, `‹id›` letters and digits mixed, `‹ip›` an
/// address with or without port, `‹time›`, `‹dur›` duration, `‹size›`, `"‹s›"` quoted; the status of an HTTP answer
/// keeps its class, `5xx`. Masking a template again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub text: String,
    /// FNV-1a of the text: the same in each run and each version.
    pub hash: u64,
}

/// The template of a line; of a JSON or logfmt line, that of its message.
pub fn mask(text: &str) -> Template {
    let mut masked = String::with_capacity(text.len().min(LONGEST));
    let hash = mask_into(text, &mut masked);
    Template { text: masked, hash }
}

/// [`mask`] into a buffer that is used again for each line; gives the hash.
pub fn mask_into(text: &str, masked: &mut String) -> u64 {
    masked.clear();
    match message(text) {
        Some(message) => text_into(&message, masked),
        None => text_into(text, masked),
    }
    fnv(masked.as_bytes())
}

/// What a structured line says in words.
fn message(text: &str) -> Option<String> {
    let first = text.trim_ascii_start().as_bytes().first()?;
    let may_be = *first == b'{' || text.contains("msg=") || text.contains("message=");
    let message = may_be.then(|| Structured::parse(text))??.message?;
    (!message.is_empty()).then(|| message.to_string())
}

fn text_into(text: &str, masked: &mut String) {
    let text = text.trim_ascii();
    let mut at = 0;
    while at < text.len() {
        let (length, shape) = shapes::next(text, at);
        let piece = match shape {
            Shape::Plain => &text[at..at + length],
            Shape::Masked(name) => name,
        };
        if masked.len() + piece.len() > LONGEST {
            masked.push_str(CUT);
            return;
        }
        masked.push_str(piece);
        at += length;
    }
}

fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
