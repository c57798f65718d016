//! A container's command, where it is one that can be played: `sleep 5`, `echo hello`, or `sh -c` with a small part of
//! the shell's language. What goes beyond it is taken for a service that runs quietly until it is stopped.

mod commands;
mod compile;
mod tokens;

use super::World;
use super::files::Files;
use super::schedule::Action;
use crate::sim::scenario::spec::Stream;
use std::collections::BTreeMap;
use std::time::Duration;
use tokens::Word;

/// A command without a pause in it yields after this many steps.
const STEPS_AT_ONCE: usize = 512;

#[derive(Debug, Clone, PartialEq)]
enum Operation {
    Command(Command),
    Jump(usize),
    JumpIfFailed(usize),
    JumpIfSucceeded(usize),
}

/// One simple command with its redirections.
#[derive(Debug, Clone, Default, PartialEq)]
struct Command {
    words: Vec<Word>,
    to_stderr: bool,
    /// Its output goes nowhere.
    discarded: bool,
    into_file: Option<Word>,
    from_file: Option<Word>,
    /// `| tr FROM TO`, letter by letter.
    translations: Vec<(Word, Word)>,
}

#[derive(Debug, Clone)]
pub struct Running {
    operations: Vec<Operation>,
    at: usize,
    status: i64,
    variables: BTreeMap<String, String>,
    first_variables: BTreeMap<String, String>,
    surroundings: Surroundings,
    /// The code with which it ends when it is asked to stop.
    pub on_stop: Option<i64>,
    /// It was `exit` that ended it.
    pub left: bool,
}

/// Where and as whom a command runs.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub host_name: String,
    pub user: String,
    pub directory: String,
    /// Rows and columns of its terminal.
    pub terminal: Option<(u32, u32)>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { host_name: String::new(), user: "0".to_owned(), directory: "/".to_owned(), terminal: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    Sleep(Duration),
    Forever,
    Ended(i64),
}

/// What one command did.
enum Done {
    Status(i64),
    /// It ends the whole script.
    Exit(i64),
    Sleep(Duration),
    SleepForever,
    /// Nothing to read yet; it has to be tried again.
    Again,
}

impl Running {
    /// `None` when the command is not one that can be played.
    pub fn from_command(words: &[String], environment: &[String]) -> Option<Self> {
        let operations = compile::command(words)?;
        let entries = environment.iter().filter_map(|entry| entry.split_once('='));
        let mut variables = BTreeMap::new();
        for (key, value) in entries {
            // Of two the first counts: it is the one that was given last.
            variables.entry(key.to_owned()).or_insert_with(|| value.to_owned());
        }
        Some(Self {
            operations,
            at: 0,
            status: 0,
            first_variables: variables.clone(),
            variables,
            surroundings: Surroundings::default(),
            on_stop: None,
            left: false,
        })
    }

    #[must_use]
    pub fn in_surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = surroundings;
        self
    }

    pub fn rewind(&mut self) {
        self.at = 0;
        self.status = 0;
        self.on_stop = None;
        self.variables.clone_from(&self.first_variables);
    }

    /// Runs up to the next pause.
    pub fn proceed(&mut self, files: &mut Files, mut write: impl FnMut(Stream, &str)) -> Pause {
        for _ in 0..STEPS_AT_ONCE {
            let Some(operation) = self.operations.get(self.at).cloned() else {
                return Pause::Ended(self.status);
            };
            self.at += 1;
            match operation {
                Operation::Command(command) => match self.run(&command, files, &mut write) {
                    Done::Status(status) => self.status = status,
                    Done::Exit(code) => {
                        self.left = true;
                        return Pause::Ended(code);
                    }
                    Done::Sleep(duration) => {
                        self.status = 0;
                        return Pause::Sleep(duration);
                    }
                    Done::SleepForever => return Pause::Forever,
                    Done::Again => {
                        self.at -= 1;
                        return Pause::Sleep(Duration::from_millis(10));
                    }
                },
                Operation::Jump(target) => self.at = target,
                Operation::JumpIfFailed(target) if self.status != 0 => self.at = target,
                Operation::JumpIfSucceeded(target) if self.status == 0 => self.at = target,
                Operation::JumpIfFailed(_) | Operation::JumpIfSucceeded(_) => {}
            }
        }
        Pause::Sleep(Duration::from_millis(1))
    }

    /// Runs to the end at once, without its pauses; gives the code and all output.
    pub fn run_through(&mut self, files: &mut Files) -> (i64, String) {
        const MOST_PAUSES: usize = 64;
        let mut output = String::new();
        for _ in 0..MOST_PAUSES {
            match self.proceed(files, |_, text| output.push_str(text)) {
                Pause::Ended(code) => return (code, output),
                Pause::Forever => break,
                Pause::Sleep(_) => {}
            }
        }
        (-1, output)
    }
}

impl World {
    /// Plays a container's command up to its next pause.
    pub(super) fn continue_script(&mut self, id: &str, run: u64) {
        let now = self.now;
        let Some(container) = self.containers.get_mut(id).filter(|container| container.run == run) else {
            return;
        };
        if !container.is_running() {
            return;
        }
        let Some(script) = &mut container.script else { return };
        let log = &mut container.log;
        let tty = container.tty;
        let pause = script.proceed(&mut container.files, |stream, text| {
            log.print(now, if tty { Stream::Stdout } else { stream }, text);
        });
        self.touch();
        match pause {
            Pause::Sleep(duration) => {
                self.schedule.add(now.after(duration), Action::Continue { id: id.to_owned(), run });
            }
            Pause::Forever => {}
            Pause::Ended(code) => {
                // Even the shortest process lives for a moment.
                let action = Action::Exit { id: id.to_owned(), run, code, out_of_memory: false };
                self.schedule.add(now.after(Duration::from_millis(2)), action);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn played(text: &str) -> Option<(i64, String)> {
        let words = ["sh", "-c", text].map(str::to_owned);
        let environment = ["NAME=value".to_owned()];
        Some(Running::from_command(&words, &environment)?.run_through(&mut Files::default()))
    }

    #[rstest]
    #[case("echo one; echo 'two  three'", 0, "one\ntwo  three\n")]
    #[case("echo $NAME ${NAME}s \"$NAME\" '$NAME'", 0, "value values value $NAME\n")]
    #[case("for i in 1 2; do echo n$i; done; exit 3", 3, "n1\nn2\n")]
    #[case("for i in $(seq 2 4); do printf $i; done", 0, "234")]
    #[case("false && echo no || echo yes", 0, "yes\n")]
    #[case("true && echo yes || echo no", 0, "yes\n")]
    #[case("i=40; i=$((i+2)); echo $i", 0, "42\n")]
    #[case("i=0; while true; do i=$((i+1)); echo $i; test $i = 3 && exit 7; done", 7, "1\n2\n3\n")]
    #[case("head -c 4 /dev/zero | tr '\\0' x; echo", 0, "xxxx\n")]
    #[case("echo kept > /tmp/f; cat /tmp/f; test -e /tmp/f; test -e /tmp/g || echo none", 0, "kept\nnone\n")]
    #[case("echo a > /tmp/f; read line < /tmp/f; echo got $line", 0, "got a\n")]
    #[case("cat /nowhere", 1, "cat: /nowhere: No such file or directory\n")]
    #[case("echo gone >/dev/null; echo '>&2'", 0, ">&2\n")]
    #[case("sleep 0.1 & wait $!; pwd; id -u", 0, "/\n0\n")]
    fn plays(#[case] text: &str, #[case] code: i64, #[case] output: &str) {
        assert_eq!(played(text), Some((code, output.to_owned())));
    }

    #[rstest]
    #[case("ls | wc -l")]
    #[case("if true; then echo; fi")]
    #[case("python train.py")]
    #[case("echo $(date)")]
    fn leaves_what_it_does_not_know(#[case] text: &str) {
        assert_eq!(played(text), None);
    }
}
