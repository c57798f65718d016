//! The only place where the state changes. It routes; what happens stands in the files below, one behaviour each.

mod answers;
mod cancel;
mod choices;
mod commands;
mod confirm;
mod derive;
mod dialogs;
mod evidence;
mod feeds;
mod figures;
mod findings;
mod follow;
mod forget;
mod keys;
mod log_copy;
mod log_filter;
mod log_moment;
mod log_runs;
mod log_save;
mod log_time;
mod motion;
mod mouse;
mod older;
mod patterns;
mod previous;
mod prompt;
mod requests;
mod resume;
mod seen;
mod timeline;

use super::{Effect, Msg, State};
use jiff::Timestamp;

/// Takes one message in and says what is to be done outside.
pub fn update(state: &mut State, msg: Msg, now: Timestamp) -> Vec<Effect> {
    let mut turn = Turn { state, effects: Vec::new(), now };
    turn.take(msg);
    turn.effects
}

/// One message on its way through the state.
struct Turn<'a> {
    state: &'a mut State,
    effects: Vec<Effect>,
    now: Timestamp,
}

impl Turn<'_> {
    fn take(&mut self, msg: Msg) {
        match msg {
            Msg::Key(press) => {
                self.derive();
                self.key(press);
                self.redraw();
            }
            Msg::Mouse(input) => {
                self.derive();
                self.mouse(input);
            }
            Msg::Paste(text) => self.paste(&text),
            Msg::Resize { columns, rows } => {
                self.state.size = (columns, rows);
                self.redraw();
            }
            Msg::Tick => self.tick(),
            Msg::Wake => self.wake(),
            Msg::Drawn(hits) => {
                let moved = self.state.panes.logs.drawn(hits.log_window);
                self.redraw_if(moved);
                self.state.hits = hits;
                self.watch_figures();
            }
            Msg::Fleet(event) => self.fleet(event),
            Msg::Figures(batch) => self.figures(batch),
            Msg::Host(sample) => self.host(sample),
            Msg::Gpu(sample) => self.gpu(sample),
            Msg::Logs(batch) => self.logs(batch),
            Msg::OlderLogs(older) => self.older_logs(older),
            Msg::LastLines { run, result } => self.last_lines(run, result),
            Msg::LogNews(news) => self.log_news(news),
            Msg::Tail { container, result } => self.tail(&container, result),
            Msg::PastEvents(result) => self.past_events(result),
            Msg::Listener { port, result } => self.listener(port, result),
            Msg::Kernel(messages) => self.kernel(messages),
            Msg::Checks(reports) => self.checks(reports),
            Msg::Stacks { files, faults, unread } => self.stacks(files, faults, unread),
            Msg::Drift(services) => self.drift(services),
            Msg::Tasks(records) => self.tasks(records),
            Msg::Task(record) => self.task(&record),
            Msg::Backups(result) => self.backups(result),
            Msg::Undecided(result) => self.undecided(result),
            Msg::Resources(result) => self.resources(result),
            Msg::DockerDisk(result) => self.docker_disk(result),
            Msg::Plan { request, result } => self.planned(request, result),
            Msg::TaskStarted { request, result } => self.task_started(request, result),
            Msg::CancelAsked { id, result } => self.cancel_asked(&id, result),
            Msg::TasksForgotten(result) => self.tasks_forgotten(result),
            Msg::Inspected { id, result } => self.inspected(&id, result),
            Msg::StackInspected { project, inspection } => self.stack_inspected(&project, &inspection),
            Msg::ShellEnded { id, result } => self.shell_ended(&id, result),
            Msg::Copied(result) => self.copied(result),
            Msg::Saved(result) => self.saved(result),
            Msg::Faults(faults) => self.faults(&faults),
            Msg::Logged => self.logged(),
        }
        self.refresh_timeline();
        self.follow_selection();
        self.follow_graphs();
        self.attend_patterns();
    }

    fn redraw(&mut self) {
        self.state.dirty = true;
    }

    fn redraw_if(&mut self, changed: bool) {
        self.state.dirty |= changed;
    }

    fn tick(&mut self) {
        self.findings_age();
        self.derive();
        self.tell_ends();
        self.reopen_deaf_streams();
        self.note_overdue_starts();
        self.expire_figures();
        self.read_patterns();
        self.attend_trouble();
        let expired = self.state.notices.expire(self.now);
        self.redraw_if(expired);
        // The clock, and every age beside it.
        let second = self.now.as_second();
        if self.state.clock != second {
            self.state.clock = second;
            self.redraw();
        }
    }

    fn wake(&mut self) {
        self.state.derived.wake_is_due = false;
        self.derive();
        self.scan_logs();
        self.read_patterns();
    }
}
