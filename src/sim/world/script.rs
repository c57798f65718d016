//! A container's command, where it is one that can be played: `sleep 5`, `echo hello`, or `sh -c` with a small part of
//! the shell's language. What goes beyond it is taken for a service that runs quietly until it is stopped.

mod compile;
mod tokens;

use super::World;
use super::files::Files;
use super::schedule::Action;
use crate::sim::scenario::spec::Stream;
use std::time::Duration;

/// A command without a pause in it yields after this many steps.
const STEPS_AT_ONCE: usize = 512;

#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    Write {
        stream: Stream,
        text: String,
    },
    /// Prints a file that was put into the container.
    Print {
        path: String,
    },
    Sleep(Duration),
    SleepForever,
    Exit(Option<i64>),
    /// What the last command returned.
    Status(i64),
    Jump(usize),
    JumpIfFailed(usize),
    JumpIfSucceeded(usize),
    /// From now on the stop signal ends it with this code.
    TrapStop(i64),
}

#[derive(Debug, Clone)]
pub struct Running {
    operations: Vec<Operation>,
    at: usize,
    status: i64,
    /// The code with which it ends when it is asked to stop.
    pub on_stop: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    Sleep(Duration),
    Forever,
    Ended(i64),
}

impl Running {
    /// `None` when the command is not one that can be played.
    pub fn from_command(words: &[String], environment: &[String]) -> Option<Self> {
        let operations = compile::command(words, environment)?;
        Some(Self { operations, at: 0, status: 0, on_stop: None })
    }

    pub fn rewind(&mut self) {
        self.at = 0;
        self.status = 0;
        self.on_stop = None;
    }

    /// Runs up to the next pause.
    pub fn proceed(&mut self, files: &Files, mut write: impl FnMut(Stream, &str)) -> Pause {
        for _ in 0..STEPS_AT_ONCE {
            let Some(operation) = self.operations.get(self.at) else { return Pause::Ended(self.status) };
            self.at += 1;
            match operation {
                Operation::Write { stream, text } => {
                    write(*stream, text);
                    self.status = 0;
                }
                Operation::Print { path } => match files.get(path) {
                    Some(file) => {
                        write(Stream::Stdout, &String::from_utf8_lossy(&file.bytes));
                        self.status = 0;
                    }
                    None => {
                        write(Stream::Stderr, &format!("cat: {path}: No such file or directory\n"));
                        self.status = 1;
                    }
                },
                Operation::Sleep(duration) => {
                    self.status = 0;
                    return Pause::Sleep(*duration);
                }
                Operation::SleepForever => return Pause::Forever,
                Operation::Exit(code) => return Pause::Ended(code.unwrap_or(self.status)),
                Operation::Status(code) => self.status = *code,
                Operation::Jump(target) => self.at = *target,
                Operation::JumpIfFailed(target) => {
                    if self.status != 0 {
                        self.at = *target;
                    }
                }
                Operation::JumpIfSucceeded(target) => {
                    if self.status == 0 {
                        self.at = *target;
                    }
                }
                Operation::TrapStop(code) => self.on_stop = Some(*code),
            }
        }
        Pause::Sleep(Duration::from_millis(1))
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
        let pause = script.proceed(&container.files, |stream, text| {
            for line in text.split_inclusive('\n') {
                log.write(now, stream, line);
            }
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
