//! From words to operations.

use super::tokens::{Piece, Token, Word, split};
use super::{Command, Operation, commands};

const MOST_OPERATIONS: usize = 50_000;
const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

pub fn command(words: &[String]) -> Option<Vec<Operation>> {
    let program = words.first()?.rsplit('/').next()?;
    let mut operations = Vec::new();
    if SHELLS.contains(&program) {
        match words {
            [_, option, text, ..] if option.starts_with('-') && option.ends_with('c') => {
                shell(text, &mut operations)?;
            }
            // A shell without input has nothing to do.
            [_] => {}
            _ => return None,
        }
    } else {
        let words = words.iter().map(|word| Word(vec![Piece::Text(word.clone())])).collect();
        push(Command { words, ..Command::default() }, &mut operations)?;
    }
    Some(operations)
}

fn push(command: Command, operations: &mut Vec<Operation>) -> Option<()> {
    let program = command.words.first()?;
    let assignment = matches!(program.0.first(), Some(Piece::Text(text)) if is_assignment(text));
    if !assignment && !commands::is_known(&program.literal()?, command.words.get(1)) {
        return None;
    }
    operations.push(Operation::Command(command));
    (operations.len() < MOST_OPERATIONS).then_some(())
}

pub fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

fn shell(text: &str, operations: &mut Vec<Operation>) -> Option<()> {
    let Some(found) = loop_in(text) else { return flat(text, operations) };
    flat(found.before, operations)?;
    match found.items {
        None => {
            let start = operations.len();
            shell(found.body, operations)?;
            operations.push(Operation::Jump(start));
        }
        Some((variable, items)) => {
            for item in items {
                let word = Word(vec![Piece::Text(format!("{variable}={item}"))]);
                push(Command { words: vec![word], ..Command::default() }, operations)?;
                shell(found.body, operations)?;
            }
        }
    }
    shell(found.after, operations)
}

/// Commands one after another, joined by `;`, `&&` and `||`.
fn flat(text: &str, operations: &mut Vec<Operation>) -> Option<()> {
    let tokens = split(text)?;
    let mut waiting: Option<usize> = None;
    for part in tokens.split_inclusive(|token| matches!(token, Token::End | Token::And | Token::Or)) {
        let command = one(part)?;
        if !command.words.is_empty() {
            push(command, operations)?;
        }
        if let Some(index) = waiting.take() {
            let end = operations.len();
            match operations.get_mut(index) {
                Some(Operation::JumpIfFailed(target) | Operation::JumpIfSucceeded(target)) => *target = end,
                _ => return None,
            }
        }
        let jump = match part.last() {
            Some(Token::And) => Operation::JumpIfFailed(0),
            Some(Token::Or) => Operation::JumpIfSucceeded(0),
            _ => continue,
        };
        waiting = Some(operations.len());
        operations.push(jump);
    }
    Some(())
}

/// One command; it has no words where there is none between two signs.
fn one(part: &[Token]) -> Option<Command> {
    let mut stages = part.split(|token| *token == Token::Pipe);
    let mut command = Command::default();
    let mut tokens = stages.next()?.iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => command.words.push(word.clone()),
            Token::ToStderr => command.to_stderr = true,
            Token::Discarded => command.discarded = true,
            Token::Into | Token::From => {
                let Some(Token::Word(path)) = tokens.next() else { return None };
                let place =
                    if *token == Token::Into { &mut command.into_file } else { &mut command.from_file };
                *place = Some(path.clone());
            }
            Token::End | Token::And | Token::Or | Token::Pipe | Token::Ignored => {}
        }
    }
    for stage in stages {
        let words: Vec<&Word> = stage
            .iter()
            .filter_map(|token| if let Token::Word(word) = token { Some(word) } else { None })
            .collect();
        let [program, from, to] = words.as_slice() else { return None };
        if program.literal()? != "tr" {
            return None;
        }
        command.translations.push(((*from).clone(), (*to).clone()));
    }
    Some(command)
}

struct Loop<'a> {
    before: &'a str,
    /// The variable and what it goes through; `None` for `while true`.
    items: Option<(&'a str, Vec<String>)>,
    body: &'a str,
    after: &'a str,
}

/// The first loop in a text, when there is one that is known. Loops within loops are not.
fn loop_in(text: &str) -> Option<Loop<'_>> {
    let start = ["while ", "for "].iter().filter_map(|word| text.find(word)).min()?;
    let (before, rest) = text.split_at(start);
    if !(before.trim().is_empty() || before.trim_end().ends_with(';') || before.ends_with('\n')) {
        return None;
    }
    let (head, rest) = rest.split_once("do ").or_else(|| rest.split_once("do\n"))?;
    let end = rest.find("done")?;
    let (body, after) = (rest.get(..end)?, rest.get(end + 4..)?);
    let head = head.trim().trim_end_matches(';').trim();
    let items = if let Some(head) = head.strip_prefix("for ") {
        let (variable, items) = head.split_once(" in ")?;
        Some((variable.trim(), words_of(items.trim())?))
    } else {
        let condition = head.strip_prefix("while ")?.trim();
        if !matches!(condition, "true" | ":") {
            return None;
        }
        None
    };
    Some(Loop { before, items, body, after })
}

fn words_of(items: &str) -> Option<Vec<String>> {
    let Some(sequence) = items.strip_prefix("$(seq ").and_then(|rest| rest.strip_suffix(')')) else {
        let plain = items.chars().all(|letter| !"$`(\"'".contains(letter));
        return plain.then(|| items.split_whitespace().map(str::to_owned).collect());
    };
    let numbers: Vec<u32> = sequence.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let (first, last) = match numbers.as_slice() {
        [last] => (1, *last),
        [first, last] => (*first, *last),
        _ => return None,
    };
    Some((first..=last).take(MOST_OPERATIONS).map(|number| number.to_string()).collect())
}
