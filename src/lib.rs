//! # Architecture of mcp-tui
//!
//! One package, one binary, one library crate behind it. This text is the architecture document and is kept true to
//! the code; `tests/layers.rs` enforces its table.
//!
//! ## Rooms
//!
//! | module | what lives there | may use |
//! | --- | --- | --- |
//! | [`domain`] | plain types that everyone shares: containers, stacks, [`domain::Fault`], plans, tasks, units, [`domain::Safe`], YAML with positions | nothing of ours |
//! | [`config`] | settings, key map, themes, discovery of stacks; every error names <file:line:column> and the key path | domain |
//! | [`engine`] | the only module that names bollard: containers, images (pull, build, push, registries' credentials), networks, volumes, archives, exec and attach, logs, events, stats; BuildKit over its own gRPC | domain |
//! | [`probe`] | what is read off this host without Docker: `host` (sysinfo and `/proc`), `cgroup`, `gpu` (nvml-wrapper), the daemon's log files, the kernel's messages, who listens on a port, on threads of their own | domain |
//! | [`compose`] | Compose files. `file` (pure but for reading) → `Project`; `plan`, `preflight`, `drift`, `watch` and `standing` (pure rules); `archive` makes what is sent of files and `context` says what of them a build is sent; `observe` looks at the engine, `command` runs what the files have run and `apply` a plan through it | domain; observe, drift's images, command and apply also engine |
//! | [`health`] | probes of pages, ports, commands, databases, certificates and language models, Docker's own verdict, and verdicts with rise and fall (a pure state machine), for each replica and in sum | domain, engine |
//! | [`backup`] | `manifest` and `retain` (pure); `look` finds out what there is to save, `take` saves it, `verify` reads it again, `rehearse` restores it into throw-away containers, which `workshop` makes and removes, and starts the stack's services on it; `restore` makes what a backup holds beside what is in use, switches the two, and keeps the old side until it is accepted; `list`, `find`, `prune` | domain, engine, compose, health |
//! | [`triage`] | rules, one file each: facts → finding (cause, confidence, evidence, fix); what lines of logs are signs of. Pure | domain |
//! | [`task`] | operations that outlive the console: specification, journal, lock, worker process, audit trail, what was deployed, and what is outstanding | domain, engine, probe, compose, backup, health |
//! | [`app`] | the pure core of the console: `Msg`, `update`, `Effect`, `State` = stores + panes + dialogs. No tokio, no bollard, no clock | domain, config, triage |
//! | [`view`] | pure drawing of `&State` into a frame | app, config, domain |
//! | [`runtime`] | the imperative shell: terminal guard, signals, the one loop, feeds, effects | all above |
//! | [`cli`] | arguments, headless commands, `--json` | all above, and `sim` for `demo` |
//! | [`sim`] | a simulated Docker engine: an HTTP server on a unix socket with a scripted world, always reached through the production `engine` | nothing of ours |
//!
//! Imports run only down this list. `view` and `app` never see `engine`; nothing sees `runtime` but `cli`.
//!
//! ## The core
//!
//! `app::update(&mut State, Msg, now) -> Vec<Effect>` is the only place where the console's state changes. A `Msg` is
//! input, an event from a feed, or a tick; an `Effect` is data that `runtime` carries out. Stores hold facts and change
//! only by `apply`; panes hold cursor, filter and scroll; dialogs are a stack. A command (key, palette entry, help line,
//! README row, read-only rule) is declared once, in one table; all the rest derives from it.
//!
//! ## The way of a key press
//!
//! 1. `runtime` reads the key and the loop wraps it as a `Msg`.
//! 2. `update` offers it to the top dialog, else to the focused pane's keys, else to the global ones → a command.
//! 3. The command resolves its target from the pane. If it changes anything it opens a confirm card and asks, by an
//!    effect, for the plan: what is stopped and for how long, which volumes are touched, the equivalent docker line.
//! 4. Confirmed, `update` returns an effect that starts a task. The loop never awaits I/O.
//! 5. The task's worker, a process of its own, takes the lock of the stack or of its backups, plans again, applies, and
//!    journals every step.
//! 6. The console tails the journal, and the daemon's own events change the fleet. An action never edits the fleet.
//! 7. `update` marks the state dirty; it is drawn once, at most 60 times a second, and not at all when nothing changed.
//!    What a key changed does not wait for a flood's next frame.
//!
//! ## The way of a log line
//!
//! 1. Daemon → bollard's stream → `engine::logs`: demultiplexed, partial lines rejoined up to a ceiling, in blocks.
//! 2. [`domain::Gate`] makes it safe, on the feed's thread, and [`domain::LogLines`] holds a block in few pieces.
//!    [`domain::log`] reads there how grave a line is and which record it belongs to.
//! 3. Batches go over a queue of their own that is bounded by bytes; the store puts their lines in order of time. When
//!    the loop does not take them, the oldest lines are given up and counted, and the gap is drawn in place.
//! 4. The log store is a ring bounded by bytes whose lines have sequence numbers, so an anchor survives eviction.
//!    What search, filters, levels and folds say of a line are bits of its record, set a stretch at a time: no text is
//!    copied, and no key waits for more than a stretch.
//! 5. The view asks for the visible window and formats only that.
//!
//! A flood of this host's own daemon is read in the daemon's file, from the line on that the daemon told last: the daemon
//! sends each line by itself and cannot keep up with what it writes down.
//!
//! Only what is selected or marked is followed, and only while the pane is on the screen; it goes on where it was read
//! to, and what the daemon repeats is known by its place in the log. A reader who goes up to the first line is brought
//! pages of older ones, which get lower numbers, so that nothing moves; they take room of the same ring, and where there
//! is none, none are fetched. Of each run that ends, the last lines, figures, exit code and health output are kept in
//! memory, bounded in all of these.
//!
//! ## The way of a figure
//!
//! 1. A thread reads the cgroup files of all containers once a second. Whom it cannot find the daemon is asked about, most
//!    often those on the screen, of which the view's hit map tells.
//! 2. The newest reading of each waits for the loop in a slot of its own; what was not taken in is replaced.
//! 3. A reading that nothing has followed for three intervals is unknown.
//!
//! A GPU's driver may block for seconds, so each device has a thread for its figures and one for what is slow to tell,
//! and nobody who shows them waits for either: what was said last stands, with the words since when nothing came.
//!
//! ## The way of a finding
//!
//! 1. The logs of all containers, shown or not, are looked through for words that are known (`triage::sign`): in the
//!    daemon's own files where they are this host's, else by asking it for one container after the other, slowly.
//! 2. Of containers in trouble the last lines are asked for, of a port that is wanted who has it, and the kernel is heard.
//! 3. Whenever facts change, every rule looks at all of them. What comes of another finding (of the same container, of a
//!    service that this one needs, of a full disk) is told with that one: only root causes are left.
//! 4. A finding that is over stays with its spans as an incident; with the daemon's events, tasks, checks and files it
//!    makes the timeline. `triage` and `report` run the same feeds and the same `update` without a terminal.
//!
//! ## The way of a message of our own
//!
//! What mcp-tui logs passes the gate on the thread that logs it and waits in tui-logger, bounded and counted. Once a
//! second, if there is anything, the loop moves it to where tui-logger's widget draws pane 9 from: the one thing drawn
//! that is not in the state. No thread is started for it.
//!
//! ## Operations outlive the console
//!
//! Every change to the world is a task: a specification in the state directory and a worker process of this binary in
//! its own session that runs it and appends to a journal, intent before each step and observation after. The console and
//! `mcp-tui tasks` are viewers of the same journals. One lock per stack, with its owner's record; an append-only,
//! hash-chained audit log says who did what with which outcome. What `x-mcp` asks for and did not end well is kept
//! beside them as outstanding, and what did until its deploy has ended: the one thing that a plan takes from there, for
//! the Engine does not know of it.
//!
//! A task that ended before its end is gone on with by another one that plans anew: a journal tells what was meant, the
//! Engine what is. Who is told of an end hears of it after the lock is let go, from the worker that journals what came of
//! it. `serve` and `schedule` only start tasks as the command line does; when a backup is due is a pure rule.
//!
//! ## Where stacks come from
//!
//! From the search path, from those built into the binary, and from the files that the labels of running containers name
//! (`compose::file::labelled`), in this order; what runs and has no readable file is known by its containers alone.
//!
//! What an operator does by hand inside containers is none: `exec`, `cp`, the container of `run` and the files that
//! `watch` brings end with the terminal they belong to, and their values must stand in no specification.

#![forbid(unsafe_code)]

pub mod app;
pub mod backup;
pub mod cli;
pub mod compose;
pub mod config;
pub mod domain;
pub mod engine;
pub mod health;
pub mod probe;
pub mod runtime;
pub mod sim;
pub mod task;
pub mod triage;
pub mod view;
