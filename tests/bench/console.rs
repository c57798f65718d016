//! Measures a terminal program from outside, through a real pty: `tests/bench/console.sh` asks it for the figures of its
//! table, ours and the peers' alike. Every figure is a line of its name and its value.

#![expect(clippy::expect_used, reason = "a bench that cannot go on says so at once")]
#![expect(clippy::print_stdout, reason = "the figures are the program's answer")]

mod measured;
#[path = "console/numbers.rs"]
mod numbers;
#[path = "console/processes.rs"]
mod processes;
#[path = "console/terminal.rs"]
mod terminal;

use clap::Parser;
use mcp_tui::sim::{Scenario, Server};
use measured::{is_left_to_the_scripts, quantile};
use numbers::Number;
use processes::{CpuTime, cpu_of_named, cpu_of_tree, resident_bytes};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use terminal::Terminal;

/// Runs a command in a pty and prints what it costs
#[derive(Debug, Parser)]
struct Arguments {
    /// Columns and rows
    #[arg(long, default_value = "160x48", value_parser = size)]
    size: (u16, u16),
    /// The first content is there when the screen shows this
    #[arg(long)]
    until: Option<String>,
    /// Seconds to wait after the first content, and after the keys of `--then`
    #[arg(long, default_value_t = 0.0)]
    settle: f64,
    /// Keys pressed before anything else is measured; `\r` and `\e` are Enter and Escape
    #[arg(long)]
    then: Option<String>,
    /// Seconds without a key, over which processor time and bytes are counted
    #[arg(long, default_value_t = 0.0)]
    idle: f64,
    /// `NAME=REGEX`: a number on the screen, by the group of the expression, and by how much it grows in the idle seconds
    #[arg(long)]
    number: Vec<Number>,
    /// Keys to press in turn, each timed until something is drawn
    #[arg(long, default_value = "jk")]
    keys: String,
    /// How many of them
    #[arg(long, default_value_t = 0)]
    presses: usize,
    /// Programs whose processor time is counted beside the command's own
    #[arg(long, value_delimiter = ',', default_value = "dockerd,containerd")]
    daemons: Vec<String>,
    /// Before a simulated engine with so many containers, instead of the one that the environment names
    #[arg(long)]
    simulated: Option<u32>,
    /// Shows the last screen too
    #[arg(long)]
    screen: bool,
    /// Without one, only the daemons are measured
    #[arg(last = true)]
    command: Vec<String>,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let size =
        text.split_once('x').and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    size.ok_or_else(|| "a size is columns and rows: 160x48".to_owned())
}

fn main() {
    if is_left_to_the_scripts() {
        return;
    }
    let arguments = Arguments::parse();
    if arguments.command.is_empty() {
        let before = (cpu_of_named(&arguments.daemons), Instant::now());
        std::thread::sleep(Duration::from_secs_f64(arguments.idle));
        print_percent("daemons_percent", before, cpu_of_named(&arguments.daemons));
        return;
    }
    let simulated = arguments.simulated.map(simulated);
    let host = simulated.as_ref().map(|(server, _)| format!("unix://{}", server.socket().display()));
    let mut terminal = Terminal::start(&arguments.command, arguments.size, host.as_deref());
    if let Some(text) = &arguments.until {
        let first = terminal.wait_for(text, Duration::from_secs(30));
        print_figure("first_content_ms", first.map(|passed| passed.as_secs_f64() * 1e3));
    }
    terminal.pump(Duration::from_secs_f64(arguments.settle));
    if let Some(keys) = &arguments.then {
        for key in presses(keys) {
            terminal.press(key.as_bytes());
            terminal.pump(Duration::from_millis(300));
        }
        terminal.pump(Duration::from_secs_f64(arguments.settle));
    }
    if arguments.idle > 0.0 {
        idle(&mut terminal, &arguments);
    }
    if arguments.presses > 0 {
        latency(&mut terminal, &arguments);
    }
    print_figure("resident_mb", resident_bytes(terminal.pid()).map(|bytes| bytes / 1e6));
    if arguments.screen {
        println!("{}", terminal.text());
    }
}

/// The server ends when it is dropped.
fn simulated(containers: u32) -> (Server, TempDir) {
    let directory = tempfile::tempdir().expect("a directory for the sockets");
    let scenario = Scenario::builtin("empty").expect("the empty scenario").with_fleet(containers);
    (Server::start(scenario, directory.path()).expect("a simulated engine"), directory)
}

/// Each key by itself.
fn presses(keys: &str) -> Vec<String> {
    let keys = keys.replace("\\r", "\r").replace("\\e", "\x1b");
    keys.chars().map(String::from).collect()
}

fn idle(terminal: &mut Terminal, arguments: &Arguments) {
    let own = (cpu_of_tree(terminal.pid()), Instant::now());
    let daemons = (cpu_of_named(&arguments.daemons), Instant::now());
    let numbers = |terminal: &mut Terminal| {
        let text = terminal.text();
        arguments.number.iter().map(|number| number.on(&text)).collect::<Vec<_>>()
    };
    let before = numbers(terminal);
    let (bytes, began) = (terminal.bytes(), Instant::now());
    terminal.pump(Duration::from_secs_f64(arguments.idle));
    let (after, passed) = (numbers(terminal), began.elapsed().as_secs_f64());
    print_percent("own_percent", own, cpu_of_tree(terminal.pid()));
    print_percent("daemons_percent", daemons, cpu_of_named(&arguments.daemons));
    let written = u32::try_from(terminal.bytes() - bytes).unwrap_or(u32::MAX);
    print_figure("bytes_per_second", Some(f64::from(written) / passed));
    print_figure("idle_seconds", Some(passed));
    for (number, (before, after)) in arguments.number.iter().zip(before.into_iter().zip(after)) {
        // What comes up meanwhile was nothing before.
        print_figure(&number.name, after);
        print_figure(&format!("{}_more", number.name), after.map(|after| after - before.unwrap_or_default()));
    }
}

fn latency(terminal: &mut Terminal, arguments: &Arguments) {
    let keys = presses(&arguments.keys);
    let mut passed = Vec::with_capacity(arguments.presses);
    for key in keys.iter().cycle().take(arguments.presses) {
        passed.extend(terminal.time_to_paint(key.as_bytes(), Duration::from_secs(1)));
        terminal.pump(Duration::from_millis(50));
    }
    print_figure("key_p50_ms", quantile(&mut passed, 50));
    print_figure("key_p99_ms", quantile(&mut passed, 99));
    print_figure("key_max_ms", quantile(&mut passed, 100));
    println!("keys_unanswered {}", arguments.presses - passed.len());
}

fn print_percent(name: &str, before: (Option<CpuTime>, Instant), after: Option<CpuTime>) {
    let used = before.0.zip(after).map(|(before, after)| after.since(&before));
    print_figure(name, used.map(|used| used / before.1.elapsed().as_secs_f64() * 100.0));
}

/// What could not be measured is `-`.
fn print_figure(name: &str, figure: Option<f64>) {
    match figure {
        Some(figure) => println!("{name} {figure:.2}"),
        None => println!("{name} -"),
    }
}
