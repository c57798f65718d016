//! The commands of the small shell.

use super::compile::is_assignment;
use super::tokens::Word;
use super::{Command, Done, Running};
use crate::sim::scenario::spec::Stream;
use crate::sim::world::files::Files;
use std::time::Duration;

const KNOWN: [&str; 24] = [
    ":", "[", "cat", "cd", "echo", "env", "exec", "exit", "export", "false", "head", "hostname", "id",
    "mkfifo", "printf", "pwd", "read", "seq", "set", "sleep", "stty", "touch", "trap", "true",
];
const LONGEST_OUTPUT: usize = 16 << 20;

pub fn is_known(program: &str, first: Option<&Word>) -> bool {
    let program = base(program);
    match program {
        "test" | "wait" => true,
        "exec" => first.and_then(Word::literal).is_none_or(|inner| is_known(&inner, None)),
        _ => KNOWN.contains(&program),
    }
}

fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

fn duration(text: &str) -> Option<Duration> {
    let (number, factor) = match text.char_indices().last()? {
        (end, 's') => (text.get(..end)?, 1.0),
        (end, 'm') => (text.get(..end)?, 60.0),
        (end, 'h') => (text.get(..end)?, 3600.0),
        (end, 'd') => (text.get(..end)?, 86_400.0),
        _ => (text, 1.0),
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * factor).ok()
}

fn letter(text: &str) -> Option<char> {
    match text {
        "\\0" | "\\000" => Some('\0'),
        "\\n" => Some('\n'),
        _ => text.chars().next(),
    }
}

impl Running {
    pub(super) fn run(
        &mut self,
        command: &Command,
        files: &mut Files,
        write: &mut impl FnMut(Stream, &str),
    ) -> Done {
        let words: Vec<String> = command.words.iter().map(|word| word.resolve(&self.variables)).collect();
        let input = command.from_file.as_ref().map(|word| word.resolve(&self.variables));
        let mut output = String::new();
        let mut complaint = String::new();
        let done = self.perform(&words, input.as_deref(), files, &mut output, &mut complaint);
        for (from, to) in &command.translations {
            let pair = letter(&from.resolve(&self.variables)).zip(letter(&to.resolve(&self.variables)));
            if let Some((from, to)) = pair {
                output = output.chars().map(|found| if found == from { to } else { found }).collect();
            }
        }
        if let Some(path) = &command.into_file {
            files.write(&path.resolve(&self.variables), output.as_bytes());
        } else if !command.discarded && !output.is_empty() {
            write(if command.to_stderr { Stream::Stderr } else { Stream::Stdout }, &output);
        }
        if !complaint.is_empty() {
            write(Stream::Stderr, &complaint);
        }
        done
    }

    fn perform(
        &mut self,
        words: &[String],
        input: Option<&str>,
        files: &mut Files,
        output: &mut String,
        complaint: &mut String,
    ) -> Done {
        let Some((program, arguments)) = words.split_first() else { return Done::Status(0) };
        if let Some((name, value)) = program.split_once('=').filter(|_| is_assignment(program)) {
            self.variables.insert(name.to_owned(), value.to_owned());
            return Done::Status(0);
        }
        let first = arguments.first().map(String::as_str);
        match base(program) {
            "echo" => match arguments.split_first() {
                Some((option, rest)) if option == "-n" => output.push_str(&rest.join(" ")),
                _ => *output = format!("{}\n", arguments.join(" ")),
            },
            "printf" => {
                let text = first.unwrap_or_default().replace("\\n", "\n").replace("\\t", "\t");
                *output = text
                    .replace("\\033", "\u{1b}")
                    .replace("%s", arguments.get(1).map_or("", String::as_str));
            }
            "sleep" => {
                return match first {
                    Some("infinity" | "inf") => Done::SleepForever,
                    Some(text) => match duration(text) {
                        Some(duration) => Done::Sleep(duration),
                        None => complain(complaint, &format!("sleep: invalid number '{text}'")),
                    },
                    None => complain(complaint, "sleep: missing operand"),
                };
            }
            "exit" => {
                let code = first.and_then(|code| code.parse::<i64>().ok());
                return Done::Exit(code.map_or(self.status, |code| code & 255));
            }
            "false" => return Done::Status(1),
            "test" | "[" => return Done::Status(i64::from(!test(arguments, files))),
            "cd" => first.unwrap_or("/").clone_into(&mut self.surroundings.directory),
            "pwd" => *output = format!("{}\n", self.surroundings.directory),
            "hostname" => *output = format!("{}\n", self.surroundings.host_name),
            "id" => *output = format!("{}\n", self.surroundings.user),
            "stty" => match self.surroundings.terminal {
                Some((rows, columns)) => *output = format!("{rows} {columns}\n"),
                None => return complain(complaint, "stty: standard input"),
            },
            "env" => {
                for (key, value) in &self.variables {
                    output.extend([key, "=", value, "\n"]);
                }
            }
            "export" => {
                if let Some((name, value)) = first.and_then(|word| word.split_once('=')) {
                    self.variables.insert(name.to_owned(), value.to_owned());
                }
            }
            "seq" => {
                let last: u32 = first.and_then(|number| number.parse().ok()).unwrap_or(0);
                *output = (1..=last.min(100_000)).map(|number| number.to_string() + "\n").collect();
            }
            "head" => {
                let count: usize = arguments.get(1).and_then(|count| count.parse().ok()).unwrap_or(0);
                *output = "\0".repeat(count.min(LONGEST_OUTPUT));
            }
            "touch" => {
                for path in arguments {
                    if files.get(path).is_none() {
                        files.write(path, b"");
                    }
                }
            }
            "cat" => {
                for path in arguments.iter().map(String::as_str).chain(input) {
                    match files.get(path) {
                        Some(file) => output.push_str(&String::from_utf8_lossy(&file.bytes)),
                        None => {
                            return complain(complaint, &format!("cat: {path}: No such file or directory"));
                        }
                    }
                }
            }
            "read" => {
                // From a pipe: whoever reads waits until something was written, and takes it away.
                let Some(text) = input.and_then(|path| files.take(path)) else { return Done::Again };
                let value = text.lines().next().unwrap_or_default().to_owned();
                self.variables.insert(first.unwrap_or("REPLY").to_owned(), value);
            }
            "trap" => self.trap(arguments),
            "exec" => {
                return match self.perform(arguments, input, files, output, complaint) {
                    Done::Status(status) => Done::Exit(status),
                    other => other,
                };
            }
            // `true`, `:`, `set`, `wait`, `mkfifo`: nothing to see.
            _ => {}
        }
        Done::Status(0)
    }

    fn trap(&mut self, arguments: &[String]) {
        let Some((deed, signals)) = arguments.split_first() else { return };
        if signals.iter().any(|signal| matches!(signal.as_str(), "TERM" | "SIGTERM" | "15")) {
            let code = deed.split_whitespace().skip_while(|word| *word != "exit").nth(1);
            self.on_stop = Some(code.and_then(|code| code.trim_end_matches(';').parse().ok()).unwrap_or(0));
        }
    }
}

fn complain(complaint: &mut String, text: &str) -> Done {
    *complaint = format!("{text}\n");
    Done::Status(1)
}

fn test(arguments: &[String], files: &Files) -> bool {
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| *word != "]").collect();
    match words.as_slice() {
        ["-e" | "-f" | "-s" | "-r", path] => files.get(path).is_some(),
        ["-d", path] => files.has_directory(path),
        ["-n", text] => !text.is_empty(),
        ["-z", text] => text.is_empty(),
        [left, "=" | "==" | "-eq", right] => left == right,
        [left, "!=" | "-ne", right] => left != right,
        _ => false,
    }
}
