//! From words to operations.

use super::Operation;
use super::tokens::{Token, split};
use crate::sim::scenario::spec::Stream;
use std::time::Duration;

const MOST_OPERATIONS: usize = 50_000;
const SHELLS: [&str; 4] = ["sh", "bash", "ash", "dash"];

pub fn command(words: &[String], environment: &[String]) -> Option<Vec<Operation>> {
    let program = words.first()?.rsplit('/').next()?;
    let mut operations = Vec::new();
    if SHELLS.contains(&program) {
        match words {
            [_, option, text, ..] if option.contains('c') && option.starts_with('-') => {
                let bindings: Vec<(String, String)> = environment
                    .iter()
                    .filter_map(|entry| entry.split_once('='))
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect();
                shell(text, &bindings, &mut operations)?;
            }
            // A shell without input has nothing to do.
            [_] => {}
            _ => return None,
        }
    } else {
        simple(words, Stream::Stdout, environment, &mut operations)?;
    }
    Some(operations)
}

fn shell(text: &str, bindings: &[(String, String)], operations: &mut Vec<Operation>) -> Option<()> {
    if let Some(found) = loop_in(text) {
        shell(found.before, bindings, operations)?;
        match found.items {
            None => {
                let start = operations.len();
                shell(found.body, bindings, operations)?;
                operations.push(Operation::Jump(start));
            }
            Some((variable, items)) => {
                for item in items {
                    let mut inner = vec![(variable.to_owned(), item)];
                    inner.extend(bindings.iter().cloned());
                    shell(found.body, &inner, operations)?;
                    if operations.len() > MOST_OPERATIONS {
                        return None;
                    }
                }
            }
        }
        return shell(found.after, bindings, operations);
    }
    let lookup = |name: &str| {
        bindings.iter().find(|(key, _)| key == name).map_or_else(String::new, |(_, value)| value.clone())
    };
    let environment: Vec<String> = bindings.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let tokens = split(text, &lookup)?;
    let mut waiting: Option<usize> = None;
    for part in tokens.split_inclusive(|token| matches!(token, Token::End | Token::And | Token::Or)) {
        let mut words = Vec::new();
        let mut stream = Stream::Stdout;
        for token in part {
            match token {
                Token::Word(word) => words.push(word.clone()),
                Token::ToStderr => stream = Stream::Stderr,
                Token::End | Token::And | Token::Or | Token::Ignored => {}
            }
        }
        if !words.is_empty() {
            simple(&words, stream, &environment, operations)?;
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

struct Loop<'a> {
    before: &'a str,
    /// The variable and what it goes through; `None` for `while true`.
    items: Option<(&'a str, Vec<String>)>,
    body: &'a str,
    after: &'a str,
}

/// The first loop in a text, when there is one. Loops within loops end the body too early and are not known here.
fn loop_in(text: &str) -> Option<Loop<'_>> {
    let start = ["while ", "for "].iter().filter_map(|word| text.find(word)).min()?;
    let (before, rest) = text.split_at(start);
    if !(before.trim().is_empty() || before.trim_end().ends_with(';') || before.ends_with('\n')) {
        return None;
    }
    let (head, rest) = rest.split_once("do ").or_else(|| rest.split_once("do\n"))?;
    let end = rest.rfind("done")?;
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
        return items
            .chars()
            .all(|letter| !"$`(\"'".contains(letter))
            .then(|| items.split_whitespace().map(str::to_owned).collect());
    };
    let numbers: Vec<u32> = sequence.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let (first, last) = match numbers.as_slice() {
        [last] => (1, *last),
        [first, last] => (*first, *last),
        _ => return None,
    };
    Some((first..=last).take(MOST_OPERATIONS).map(|number| number.to_string()).collect())
}

fn simple(
    words: &[String],
    stream: Stream,
    environment: &[String],
    operations: &mut Vec<Operation>,
) -> Option<()> {
    let (program, arguments) = words.split_first()?;
    let write = |text: String| Operation::Write { stream, text };
    let number = |text: Option<&String>| text.map(|text| text.parse::<i64>().ok());
    let operation = match program.rsplit('/').next()? {
        "echo" => match arguments.split_first() {
            Some((option, rest)) if option == "-n" => write(rest.join(" ")),
            _ => write(format!("{}\n", arguments.join(" "))),
        },
        "printf" => {
            let [text] = arguments else { return None };
            if text.contains('%') {
                return None;
            }
            write(text.replace("\\n", "\n").replace("\\t", "\t").replace("\\033", "\u{1b}"))
        }
        "sleep" => match arguments.first()?.as_str() {
            "infinity" | "inf" => Operation::SleepForever,
            text => {
                let (text, factor) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
                    Some(number) => (number, unit(text)),
                    None => (text, 1.0),
                };
                let seconds: f64 = text.parse().ok()?;
                Operation::Sleep(Duration::try_from_secs_f64(seconds * factor).ok()?)
            }
        },
        "exit" => match number(arguments.first()) {
            None => Operation::Exit(None),
            Some(code) => Operation::Exit(Some(code? & 255)),
        },
        "true" | ":" | "set" => Operation::Status(0),
        "false" => Operation::Status(1),
        "env" if arguments.is_empty() => {
            write(environment.iter().map(|entry| format!("{entry}\n")).collect())
        }
        "cat" => match arguments {
            [] => Operation::Status(0),
            paths => {
                operations.extend(paths.iter().map(|path| Operation::Print { path: path.clone() }));
                return Some(());
            }
        },
        "trap" => {
            let (deed, signals) = arguments.split_first()?;
            if !signals.iter().any(|signal| matches!(signal.as_str(), "TERM" | "SIGTERM" | "15")) {
                return Some(());
            }
            let code = deed.split_whitespace().skip_while(|word| *word != "exit").nth(1);
            Operation::TrapStop(code.and_then(|code| code.trim_end_matches(';').parse().ok()).unwrap_or(0))
        }
        "exec" => {
            simple(arguments, stream, environment, operations)?;
            Operation::Exit(None)
        }
        _ => return None,
    };
    operations.push(operation);
    Some(())
}

fn unit(text: &str) -> f64 {
    match text.chars().last() {
        Some('m') => 60.0,
        Some('h') => 3600.0,
        Some('d') => 86_400.0,
        _ => 1.0,
    }
}
