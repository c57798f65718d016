//! Commands run inside containers. The script's answers come first, then the small shell.

use super::container::State;
use super::files::Files;
use super::script::{Pause, Running, Surroundings};
use super::{CEILING, Refusal, World, tools};
use crate::sim::random::Random;
use crate::sim::scenario::spec::Stream;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "they are the API's own fields")]
pub struct Exec {
    pub id: String,
    pub container: String,
    pub command: Vec<String>,
    pub environment: Vec<String>,
    pub user: String,
    pub directory: String,
    pub tty: bool,
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    pub started: bool,
    pub running: bool,
    pub exit_code: Option<i64>,
    pub pid: u32,
    /// Columns and rows, once told.
    pub size: Option<(u32, u32)>,
}

/// What an exec will do.
pub enum Performance {
    /// All of it is known beforehand.
    Answer {
        /// Takes its input to the end first.
        reads: bool,
        after: Duration,
        output: Vec<(Stream, Vec<u8>)>,
        code: i64,
    },
    /// A shell at a terminal: a prompt that echoes.
    Terminal,
    /// A command of the small shell, with its pauses.
    Script(Running),
}

impl Exec {
    pub fn json(&self) -> Value {
        let (entrypoint, arguments) =
            self.command.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
        json!({
            "ID": self.id,
            "Running": self.running,
            "ExitCode": self.exit_code,
            "ProcessConfig": {
                "tty": self.tty,
                "entrypoint": entrypoint,
                "arguments": arguments,
                "privileged": false,
            },
            "OpenStdin": self.stdin,
            "OpenStderr": self.stderr,
            "OpenStdout": self.stdout,
            "CanRemove": false,
            "ContainerID": self.container,
            "DetachKeys": "",
            "Pid": self.pid,
        })
    }
}

impl Exec {
    /// A shell without a script, or with one whose last word on a terminal is to become a shell.
    fn becomes_a_shell(&self) -> bool {
        match self.command.as_slice() {
            [_] => true,
            [_, option, script] => self.tty && option == "-c" && script.contains("exec sh"),
            _ => false,
        }
    }
}

/// The beginning of a PostgreSQL custom-format dump (version 1.14), then bytes that do not compress.
fn postgres_dump(bytes: u64, seed: u64) -> Vec<u8> {
    let mut dump = b"PGDMP\x01\x0e\x00\x04\x08\x01\x01".to_vec();
    let mut random = Random::new(seed);
    let length = usize::try_from(bytes.min(256 << 20)).unwrap_or(0);
    while dump.len() < length {
        dump.extend_from_slice(&random.next().to_le_bytes());
    }
    dump.truncate(length.max(12));
    dump
}

impl World {
    pub fn create_exec(&mut self, reference: &str, body: &Value) -> Result<String, Refusal> {
        let id = self.find(reference)?;
        let container = self.container(&id)?;
        let name = container.name.clone();
        match container.state {
            State::Running => {}
            State::Paused => {
                return Err(Refusal::conflict(format!(
                    "Container {name} is paused, unpause the container before exec"
                )));
            }
            State::Created | State::Restarting | State::Exited => {
                return Err(Refusal::conflict(format!("Container {id} is not running")));
            }
        }
        let words = |key: &str| -> Vec<String> {
            let listed = body.get(key).and_then(Value::as_array).into_iter().flatten();
            listed.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let command = words("Cmd");
        if command.is_empty() {
            return Err(Refusal::bad("No exec command specified"));
        }
        while self.execs.len() >= CEILING {
            self.execs.shift_remove_index(0);
        }
        let exec = Exec {
            id: self.random.hex(64),
            container: id.clone(),
            command,
            environment: words("Env"),
            user: text("User"),
            directory: text("WorkingDir"),
            tty: flag("Tty"),
            stdin: flag("AttachStdin"),
            stdout: flag("AttachStdout"),
            stderr: flag("AttachStderr"),
            started: false,
            running: false,
            exit_code: None,
            pid: 0,
            size: None,
        };
        let exec_id = exec.id.clone();
        let action = format!("exec_create: {}", exec.command.join(" "));
        self.execs.insert(exec_id.clone(), exec);
        self.emit_container(&id, &action, &[("execID", exec_id.clone())]);
        Ok(exec_id)
    }

    pub fn exec(&mut self, id: &str) -> Result<&mut Exec, Refusal> {
        self.execs.get_mut(id).ok_or_else(|| Refusal::missing(format!("No such exec instance: {id}")))
    }

    pub fn begin_exec(&mut self, id: &str) -> Result<(Exec, Performance), Refusal> {
        let pid = self.take_pid();
        let exec = self.exec(id)?;
        if exec.started {
            return Err(Refusal::conflict(format!("Error: Exec command {id} has already run")));
        }
        exec.started = true;
        exec.running = true;
        exec.pid = pid;
        let exec = exec.clone();
        if !self.containers.get(&exec.container).is_some_and(|container| container.state == State::Running) {
            return Err(Refusal::conflict(format!("Container {} is not running", exec.container)));
        }
        let performance = self.performance(&exec);
        let action = format!("exec_start: {}", exec.command.join(" "));
        self.emit_container(&exec.container, &action, &[("execID", exec.id.clone())]);
        Ok((exec, performance))
    }

    fn performance(&mut self, exec: &Exec) -> Performance {
        let container = self.containers.get_mut(&exec.container);
        if let Some(performance) = container.and_then(|container| container.postgres.as_mut()?.perform(exec))
        {
            return performance;
        }
        let Some(container) = self.containers.get(&exec.container) else { return Performance::Terminal };
        let line = exec.command.join(" ");
        let scripted =
            container.behaviour.exec.iter().find(|answer| {
                regex::Regex::new(&answer.command).is_ok_and(|pattern| pattern.is_match(&line))
            });
        if let Some(answer) = scripted {
            let mut output = Vec::new();
            if let Some(size) = answer.postgres_dump {
                let dump = postgres_dump(size.0, container.seed);
                output.extend(dump.chunks(32 << 10).map(|chunk| (Stream::Stdout, chunk.to_vec())));
            }
            for (stream, text) in [(Stream::Stdout, &answer.stdout), (Stream::Stderr, &answer.stderr)] {
                if !text.is_empty() {
                    output.push((stream, text.clone().into_bytes()));
                }
            }
            return Performance::Answer { reads: false, after: answer.takes.0, output, code: answer.exit };
        }
        if let Some(performance) = tools::answer(exec) {
            return performance;
        }
        let program = exec.command.first().and_then(|word| word.rsplit('/').next()).unwrap_or_default();
        if matches!(program, "sh" | "bash" | "ash") && exec.stdin && exec.becomes_a_shell() {
            return Performance::Terminal;
        }
        if let Some(script) = self.shell_for(exec, &exec.command) {
            return Performance::Script(script);
        }
        let message = format!(
            "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{program}\": executable file not found in $PATH: unknown\r\n"
        );
        Performance::Answer {
            reads: false,
            after: Duration::ZERO,
            output: vec![(Stream::Stdout, message.into_bytes())],
            code: 127,
        }
    }

    /// A command of the small shell, inside a container.
    fn shell_for(&self, exec: &Exec, command: &[String]) -> Option<Running> {
        let container = self.containers.get(&exec.container)?;
        let configured = container.config.get("Env").and_then(Value::as_array).into_iter().flatten();
        let configured = configured.filter_map(Value::as_str).map(str::to_owned);
        let environment: Vec<String> = exec.environment.iter().cloned().chain(configured).collect();
        let or = |text: &str, otherwise: &str| if text.is_empty() { otherwise } else { text }.to_owned();
        let surroundings = Surroundings {
            host_name: container.short_id().to_owned(),
            user: or(&exec.user, "0"),
            directory: or(&exec.directory, "/"),
            terminal: exec.size.map(|(columns, rows)| (rows, columns)),
        };
        Some(Running::from_command(command, &environment)?.in_surroundings(surroundings))
    }

    /// What a shell at a terminal answers to one line, and the code when that line ends it.
    pub fn terminal_line(&mut self, id: &str, line: &str) -> (String, Option<i64>) {
        // Read anew: the terminal's size may have changed.
        let Some(exec) = self.execs.get(id).cloned() else { return (String::new(), Some(137)) };
        let command = ["sh".to_owned(), "-c".to_owned(), line.to_owned()];
        let answered = match self.shell_for(&exec, &command) {
            Some(mut script) => {
                let mut nothing = Files::default();
                let files = self
                    .containers
                    .get_mut(&exec.container)
                    .map_or(&mut nothing, |container| &mut container.files);
                let (code, output) = script.run_through(files);
                (output, script.left.then_some(code))
            }
            None => match line.split_whitespace().next() {
                Some("ls") => ("app  bin  data  etc  home  opt  root  run  tmp  usr  var\n".to_owned(), None),
                Some("whoami") => ("root\n".to_owned(), None),
                Some(word) => (format!("sh: {word}: not found (this container is simulated)\n"), None),
                None => (String::new(), None),
            },
        };
        (answered.0.replace('\n', "\r\n"), answered.1)
    }

    /// Plays a script up to its next pause.
    pub fn proceed_exec(&mut self, exec: &Exec, script: &mut Running) -> (Vec<(Stream, Vec<u8>)>, Pause) {
        let mut output = Vec::new();
        let mut nothing = Files::default();
        let files =
            self.containers.get_mut(&exec.container).map_or(&mut nothing, |container| &mut container.files);
        let pause = script.proceed(files, |stream, text| output.push((stream, text.as_bytes().to_vec())));
        (output, pause)
    }

    pub fn end_exec(&mut self, id: &str, code: i64) {
        let Some(exec) = self.execs.get_mut(id).filter(|exec| exec.running) else { return };
        exec.running = false;
        exec.exit_code = Some(code);
        let container = exec.container.clone();
        self.emit_container(
            &container,
            "exec_die",
            &[("execID", id.to_owned()), ("exitCode", code.to_string())],
        );
    }
}
