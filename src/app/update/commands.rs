//! What each command does. Every command has its arm, so that none can be declared and do nothing.

use super::Turn;
use crate::app::command::{self, Command, Scope};
use crate::app::dialog::inspect::stack::of_service;
use crate::app::dialog::inspect::{Content, host};
use crate::app::dialog::{Dialog, Help, Inspect, Palette};
use crate::app::effect::Effect;
use crate::app::pane::services::Sort;
use crate::app::pane::{Motion, PaneId};
use crate::app::state::{PromptKind, ReadOnly};
use crate::app::store::docker_disk::DiskAnswer;
use crate::app::store::fleet::Connection;
use crate::app::store::notices::Severity;
use crate::app::tree::Subject;
use crate::domain::{Fault, Safe};

/// Panes that Esc can lead back through.
const RETURNS: usize = 16;

impl Turn<'_> {
    pub(super) fn run(&mut self, command: Command) {
        let focus = self.state.focus;
        match command {
            Command::Up => self.go(focus, Motion::Up),
            Command::Down => self.go(focus, Motion::Down),
            Command::Top => self.go(focus, Motion::Top),
            Command::Bottom => self.go(focus, Motion::Bottom),
            Command::PageUp => self.go(focus, Motion::PageUp),
            Command::PageDown => self.go(focus, Motion::PageDown),
            Command::Left => self.go_sideways(false),
            Command::Right => self.go_sideways(true),
            Command::Focus(pane) => self.focus(pane),
            Command::NextPane => self.focus(focus.next()),
            Command::PreviousPane => self.focus(focus.previous()),
            Command::Zoom => self.state.zoomed = !self.state.zoomed,
            Command::Open => self.open(),
            Command::Back => self.back(),
            Command::Filter => self.open_prompt(),
            Command::Palette => {
                let palette = Palette::new(command::palette(self.state));
                self.state.dialogs.push(Dialog::Palette(palette));
            }
            Command::Help => {
                let help = Help { scope: self.state.scope(), scroll: 0 };
                self.state.dialogs.push(Dialog::Help(help));
            }
            Command::ToggleReadOnly => self.toggle_read_only(),
            Command::ToggleMouse => {
                self.state.mouse = !self.state.mouse;
                self.effects.push(Effect::SetMouse(self.state.mouse));
            }
            Command::Repaint => self.effects.push(Effect::Repaint),
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Quit => self.effects.push(Effect::Quit),
            Command::Deploy
            | Command::Update
            | Command::AcceptUpdate
            | Command::RollBack
            | Command::Restart
            | Command::Scale
            | Command::StopOrStart
            | Command::PauseOrUnpause
            | Command::Kill
            | Command::TakeDown
            | Command::BuildAndDeploy
            | Command::Recreate
            | Command::Pull
            | Command::Build
            | Command::RemoveStopped
            | Command::CleanUp
            | Command::BackUp
            | Command::RestoreBackup
            | Command::UndoRestore
            | Command::AcceptRestore
            | Command::VerifyBackup
            | Command::VerifyBackupDeeply
            | Command::RehearseBackup
            | Command::PinOrUnpinBackup
            | Command::RemoveBackup
            | Command::PruneBackups
            | Command::ExportBackup
            | Command::PushBackup
            | Command::ApplyFix => self.open_confirm(command),
            Command::Acknowledge => self.acknowledge(),
            Command::Timeline => self.toggle_timeline(),
            Command::CancelTask => self.open_cancel(),
            Command::ResumeTask => self.open_resume(),
            Command::ForgetTasks => self.open_forget(),
            Command::ShowBackups => self.lead_to(PaneId::Backups),
            Command::Shell => self.open_shell(),
            Command::ShowLogs => self.show_logs(),
            Command::Inspect => self.inspect(),
            Command::Host => self.open_host(),
            Command::Mark => self.state.panes.services.mark(),
            Command::SortNext => self.sort_by_neighbour(true),
            Command::SortPrevious => self.sort_by_neighbour(false),
            Command::ReverseSort => self.sort_rows(Sort::reverse),
            Command::Unsort => self.sort_rows(|sort| sort.set(None)),
            Command::Graphs => self.toggle_graphs(),
            Command::KeepLines => self.open_log_prompt(PromptKind::Keep),
            Command::RemoveLines => self.open_log_prompt(PromptKind::Remove),
            Command::Level(level) => self.least_level(level),
            Command::JumpToTime => self.open_log_prompt(PromptKind::Time),
            Command::NextMatch => self.next_match(true),
            Command::PreviousMatch => self.next_match(false),
            Command::Timestamps => {
                let times = &mut self.state.panes.logs.times;
                *times = times.next();
            }
            Command::Wrap => self.state.panes.logs.toggle_wrap(),
            Command::MarkLine => self.state.panes.logs.mark(&self.state.logs),
            Command::Previous => self.toggle_previous(),
            Command::Copy => self.copy(),
            Command::CopyVisible => self.copy_visible(),
            Command::Save => self.open_save(),
            Command::NewSinceDeploy => self.toggle_patterns(),
            Command::Refresh => self.refresh(focus),
            Command::Retry => self.effects.push(Effect::Reconnect),
            Command::Demo => self.effects.push(Effect::StartDemo),
        }
    }

    /// Goes to a pane by its own key. Nothing was opened there, so that one Esc too many leads nowhere else: the next key
    /// acts on what the operator looks at.
    pub(super) fn focus(&mut self, pane: PaneId) {
        if self.state.focus != pane {
            self.state.returns.clear();
        }
        self.enter(pane);
    }

    /// Opens what is selected in another pane. Esc leads back from there.
    fn lead_to(&mut self, pane: PaneId) {
        let state = &mut *self.state;
        if state.focus != pane {
            state.returns.retain(|other| *other != state.focus);
            state.returns.push(state.focus);
            if state.returns.len() > RETURNS {
                state.returns.remove(0);
            }
        }
        self.enter(pane);
    }

    fn enter(&mut self, pane: PaneId) {
        let state = &mut *self.state;
        state.focus = pane;
        if pane == PaneId::Resources && state.resources.ask_once() {
            self.effects.push(Effect::RefreshResources);
        }
        if pane == PaneId::Tasks {
            // The list says what the notices said.
            state.notices.seen_tasks();
        }
    }

    /// Selects the subject in the service tree, from another pane.
    pub(super) fn reveal(&mut self, subject: &Subject) -> bool {
        self.state.panes.services.reveal(subject, &self.state.tree)
    }

    fn open(&mut self) {
        match self.state.focus {
            PaneId::Services => self.open_service_row(),
            PaneId::Gpus => {
                let holder = self.state.panes.gpus.list.selected().and_then(|place| {
                    let holds = |id: &&crate::domain::ContainerId| {
                        self.state.gpus.held_by(id).any(|(held, _)| held == place.device)
                    };
                    self.state.fleet.containers().keys().find(holds).cloned()
                });
                if let Some(id) = holder
                    && self.reveal(&Subject::Container(id))
                {
                    self.lead_to(PaneId::Services);
                }
            }
            PaneId::Findings => self.open_finding_row(),
            PaneId::Health | PaneId::Backups => {
                if let Some(subject) = self.state.subject()
                    && self.reveal(&subject)
                {
                    self.lead_to(PaneId::Services);
                }
            }
            PaneId::Tasks => {
                if let Some(id) = self.state.panes.tasks.list.selected().cloned() {
                    self.open_task(id);
                }
            }
            PaneId::Logs if self.state.panes.patterns.is_open => self.open_pattern(),
            PaneId::Logs => {
                if !self.open_previous() {
                    self.unfold_or_zoom();
                }
            }
            PaneId::Messages => self.state.zoomed = true,
            PaneId::Resources => {}
        }
    }

    /// A stack unfolds, a service with several replicas too; what has no more beneath it shows its logs.
    fn open_service_row(&mut self) {
        let state = &mut *self.state;
        let Some(subject) = state.panes.services.list.selected().cloned() else { return };
        let open = state.panes.services.is_open(&subject, &state.tree);
        match (subject, open) {
            (Subject::Stack(_) | Subject::Loose, Some(open)) => {
                state.panes.services.fold(!open, &state.tree);
            }
            (Subject::Service { project, service }, Some(false))
                if state.tree.service(&project, &service).is_some_and(|node| node.containers.len() > 1) =>
            {
                state.panes.services.fold(true, &state.tree);
            }
            (Subject::Service { .. } | Subject::Container(_) | Subject::Stack(_) | Subject::Loose, _) => {
                self.lead_to(PaneId::Logs);
            }
        }
    }

    /// One thing at a time: the filter, the marks, the details, the zoom, the notices, and the pane where another one led
    /// to it.
    fn back(&mut self) {
        let focus = self.state.focus;
        if self.clear_filter(focus)
            || (focus == PaneId::Services && self.state.panes.services.clear_marks())
            || (focus == PaneId::Tasks && self.state.panes.tasks.open.take().is_some())
            || (focus == PaneId::Logs && self.close_patterns())
            || (focus == PaneId::Findings && self.close_finding())
        {
            // Done.
        } else if focus == PaneId::Logs && !self.state.panes.logs.marked.is_empty() {
            self.state.panes.logs.marked.clear();
        } else if focus == PaneId::Logs && self.close_previous() {
            // Done.
        } else if self.state.zoomed {
            self.state.zoomed = false;
        } else if self.state.notices.dismiss() {
            // Done.
        } else if let Some(pane) = self.state.returns.pop() {
            self.state.focus = pane;
        }
    }

    fn toggle_read_only(&mut self) {
        let (read_only, text) = match self.state.read_only {
            ReadOnly::Off => (ReadOnly::On, "read-only: nothing can be changed from here"),
            ReadOnly::On => (ReadOnly::Off, "read-only is off"),
            ReadOnly::Locked => (ReadOnly::Locked, "the console was started read-only and stays so"),
        };
        self.state.read_only = read_only;
        self.state.notices.tell(Severity::Info, text, self.now);
    }

    fn show_logs(&mut self) {
        if self.state.focus != PaneId::Services
            && let Some(subject) = self.state.subject()
        {
            self.reveal(&subject);
        }
        self.lead_to(PaneId::Logs);
    }

    fn open_shell(&mut self) {
        let container = self.state.subject().and_then(|subject| self.state.container_of(&subject));
        let Some(id) = container else { return };
        let node = self.state.tree.container(&id);
        if node.is_some_and(|node| node.status.is_running()) {
            self.effects.push(Effect::OpenShell(id));
        } else {
            self.state.notices.tell(Severity::Warning, "no shell: the container does not run", self.now);
        }
    }

    fn inspect(&mut self) {
        let Some(subject) = self.state.subject() else { return };
        let container = self.state.container_of(&subject);
        let title = match &subject {
            Subject::Stack(project) => Safe::new(project),
            Subject::Service { .. } | Subject::Container(_) | Subject::Loose => {
                let found = container.as_ref().and_then(|id| self.state.fleet.get(id));
                found.map_or_else(|| Safe::new(self.state.name_of(&subject)), |found| found.name.clone())
            }
        };
        let stack = match &subject {
            Subject::Stack(project) => Some((project.clone(), None)),
            Subject::Service { project, service } => Some((project.clone(), Some(service.clone()))),
            Subject::Container(_) | Subject::Loose => None,
        };
        let mut card = Inspect { container: container.clone(), stack: stack.clone(), ..Inspect::new(title) };
        if let Some((project, Some(service))) = &stack {
            card.head = of_service(self.state, project, service, None);
            if container.is_none() {
                card.content = Content::Lines(Vec::new());
            }
        }
        self.effects.extend(container.map(Effect::Inspect));
        let reference = stack.and_then(|(project, _)| Some((self.state.stack_reference(&project)?, project)));
        self.effects
            .extend(reference.map(|(reference, project)| Effect::InspectStack { project, stack: reference }));
        self.state.dialogs.push(Dialog::Inspect(card));
    }

    fn open_host(&mut self) {
        let name = self.state.host.sample().and_then(|host| host.host_name.clone());
        let title = Safe::new(name.unwrap_or_else(|| "host".to_owned()));
        self.state.dialogs.push(Dialog::Inspect(Inspect { host: true, ..Inspect::new(title) }));
        let connected = *self.state.fleet.connection() == Connection::Connected;
        if connected && self.state.docker_disk.ask(self.now) {
            self.effects.push(Effect::AskDockerDisk);
        }
        self.show_host();
    }

    pub(super) fn docker_disk(&mut self, result: Result<DiskAnswer, Fault>) {
        self.state.docker_disk.apply(result, self.now);
        self.show_host();
    }

    /// Puts the newest figures onto the host's card, if it is open.
    pub(super) fn show_host(&mut self) {
        let is_host = |dialog: &Dialog| matches!(dialog, Dialog::Inspect(inspect) if inspect.host);
        if !self.state.dialogs.iter().any(is_host) {
            return;
        }
        let lines = host::lines(self.state, self.now);
        for dialog in &mut self.state.dialogs {
            if let Dialog::Inspect(inspect) = dialog
                && inspect.host
            {
                inspect.content = Content::Lines(lines.clone());
            }
        }
        self.redraw();
    }

    fn refresh(&mut self, pane: PaneId) {
        if pane == PaneId::Backups {
            self.effects.push(Effect::RefreshBackups);
        } else if pane == PaneId::Resources {
            self.effects.push(Effect::RefreshResources);
        }
    }

    /// The command chosen in the palette.
    pub(super) fn choose(&mut self) {
        let chosen = match self.state.dialogs.last() {
            Some(Dialog::Palette(palette)) => palette.list.selected().copied(),
            Some(
                Dialog::Confirm(_)
                | Dialog::Cancel(_)
                | Dialog::Forget(_)
                | Dialog::Help(_)
                | Dialog::Inspect(_)
                | Dialog::Save(_),
            )
            | None => None,
        };
        self.state.dialogs.pop();
        if let Some(command) = chosen {
            self.give(command);
        }
    }

    /// Rows that the help has.
    pub(super) fn help_rows(&self, scope: Scope) -> usize {
        command::help(self.state, scope).len()
    }
}
