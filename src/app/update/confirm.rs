//! The confirm card's way: planned, read, confirmed, started.

use super::Turn;
use super::choices::choices;
use super::dialogs::motion;
use super::requests::requests;
use crate::app::command::{Command, Danger};
use crate::app::dialog::Dialog;
use crate::app::dialog::confirm::{Confirm, Part, Phase, Replicas};
use crate::app::effect::Effect;
use crate::app::pane::List;
use crate::app::store::notices::Severity;
use crate::config::keys::{Key, KeyPress};
use crate::domain::task::{BundleOperation, TaskRequest};
use crate::domain::{Fault, FaultKind, Operation, Plan, TaskId};
use std::collections::BTreeMap;

/// Borders, what is asked, facts and keys.
const BESIDE_THE_PLAN: u16 = 14;

impl Turn<'_> {
    pub(super) fn open_confirm(&mut self, command: Command) {
        let targets = self.state.targets();
        let tasks = requests(self.state, command, &targets);
        if tasks.is_empty() {
            self.state.notices.tell(Severity::Warning, "there is nothing this can be done to", self.now);
            return;
        }
        let replicas = tasks.iter().find_map(|task| {
            let Operation::Scale { replicas, .. } = &task.operation else { return None };
            let before = replicas.values().next().copied()?;
            Some(Replicas { before, wanted: before, fresh: true })
        });
        // The fix of a finding names its number itself.
        let replicas = replicas.filter(|_| command == Command::Scale);
        let choices = choices(self.state, command, &tasks);
        let title = title(command, &tasks);
        let parts = tasks
            .into_iter()
            .map(|task| Part { request: self.state.request(), task, phase: Phase::Asking })
            .collect();
        let confirm = Confirm {
            title,
            danger: Danger::Changes,
            parts,
            typed: None,
            replicas,
            choices,
            continues: None,
            rows: List::default(),
            unfolded: BTreeMap::new(),
        };
        self.state.dialogs.push(Dialog::Confirm(confirm));
        if replicas.is_none() {
            self.plan_again();
        }
    }

    pub(super) fn confirm_key(&mut self, press: KeyPress) {
        let Some(Dialog::Confirm(confirm)) = self.state.dialogs.last_mut() else { return };
        if confirm.is_starting() {
            return;
        }
        match press.key {
            Key::Enter => return self.confirm(),
            Key::Tab => return confirm.choices.next(),
            Key::Char(' ') if !confirm.choices.all().is_empty() => return self.change_choice(),
            _ => {}
        }
        if let Some(typed) = &mut confirm.typed
            && typed.input.key(press)
        {
            return;
        }
        if confirm.replicas.is_some() {
            let changed = match press.key {
                Key::Up => confirm.number('+'),
                Key::Down => confirm.number('-'),
                Key::Backspace => confirm.erase_digit(),
                _ => press.typed().is_some_and(|character| confirm.number(character)),
            };
            if changed {
                return self.plan_number();
            }
        }
        match press.typed() {
            Some('y') => self.confirm(),
            Some('n' | 'q') => {
                self.state.dialogs.pop();
            }
            _ => match (press.key, motion(press)) {
                (Key::Left | Key::Char('h'), _) => self.fold_plan(false),
                (Key::Right | Key::Char('l'), _) => self.fold_plan(true),
                (_, Some(motion)) => self.scroll_dialog(motion),
                (_, None) => {}
            },
        }
    }

    fn fold_plan(&mut self, open: bool) {
        let room = self.plan_room();
        if let Some(Dialog::Confirm(confirm)) = self.state.dialogs.last_mut() {
            confirm.fold(open, room);
        }
    }

    /// Starts what was planned. Does nothing before all of it was planned, and closes a card with nothing to do
    /// or with something that cannot be done.
    pub(super) fn confirm(&mut self) {
        let Some(Dialog::Confirm(confirm)) = self.state.dialogs.last_mut() else { return };
        if confirm.is_idle() || confirm.faults().next().is_some() {
            self.state.dialogs.pop();
            return;
        }
        if !confirm.is_ready() {
            return;
        }
        let continues = confirm.continues.clone();
        for part in &mut confirm.parts {
            part.phase = Phase::Starting;
            let (request, task) = (part.request, part.task.clone());
            self.effects.push(Effect::StartTask { request, task, continues: continues.clone() });
        }
        confirm.refresh(usize::MAX);
    }

    pub(super) fn planned(&mut self, request: u64, result: Result<Plan, Fault>) {
        let Some(result) = self.fix_planned(request, result) else { return };
        let room = self.plan_room();
        let Some(confirm) = self.card(request) else { return };
        if let Some(part) = confirm.part(request)
            && part.phase == Phase::Planning
        {
            part.phase = match result {
                Ok(plan) => {
                    // What is shown is what is agreed to.
                    if let Operation::Restore(options) = &mut part.task.operation {
                        options.agreed = Some(plan.fingerprint());
                    }
                    Phase::Ready(plan)
                }
                Err(fault) => Phase::Failed(fault),
            };
            confirm.demand_typing();
            confirm.refresh(room);
            self.redraw();
        }
    }

    pub(super) fn task_started(&mut self, request: u64, result: Result<TaskId, Fault>) {
        self.redraw();
        let Some(confirm) = self.card(request) else {
            // The card was closed meanwhile; what came of it is told all the same.
            if let Err(fault) = result {
                self.state.notices.fault(&fault, self.now);
            }
            return;
        };
        let Some(part) = confirm.part(request) else { return };
        let what = format!("{} {}", part.task.operation.verb(), part.task.object());
        let started = result.as_ref().ok().cloned();
        let held = result.as_ref().err().filter(|fault| fault.kind == FaultKind::Locked).cloned();
        part.phase = match result {
            Ok(_) => Phase::Started,
            Err(fault) => Phase::Failed(fault),
        };
        confirm.refresh(usize::MAX);
        if confirm.parts.iter().all(|part| part.phase == Phase::Started) {
            self.state.dialogs.retain(|dialog| {
                !matches!(dialog, Dialog::Confirm(other) if other.parts.iter().any(|part| part.request == request))
            });
            self.state.panes.services.clear_marks();
        }
        // Whoever holds the stack is told of when the card is closed as well.
        if let Some(fault) = held {
            self.state.notices.fault(&fault, self.now);
        }
        // A quick one may have ended before its start was told.
        let is_over = |task: &TaskId| self.state.tasks.get(task).is_some_and(|record| record.state.is_over());
        if let Some(task) = started.filter(|task| !is_over(task)) {
            self.state.notices.started(task, format!("{what}: started"), self.now);
        }
    }

    /// About how many rows of a plan the screen has room for beside what must be read with it.
    pub(super) fn plan_room(&self) -> usize {
        usize::from(self.state.size.1.saturating_sub(BESIDE_THE_PLAN))
    }

    fn card(&mut self, request: u64) -> Option<&mut Confirm> {
        self.state.dialogs.iter_mut().find_map(|dialog| match dialog {
            Dialog::Confirm(confirm) => {
                confirm.parts.iter().any(|part| part.request == request).then_some(confirm)
            }
            Dialog::Cancel(_)
            | Dialog::Forget(_)
            | Dialog::Help(_)
            | Dialog::Palette(_)
            | Dialog::Inspect(_)
            | Dialog::Save(_) => None,
        })
    }

    /// Asks for all plans anew, under new numbers, so that a late answer to an older question is not taken for one.
    pub(super) fn plan_again(&mut self) {
        let mut next = self.state.next_request;
        let room = self.plan_room();
        let Some(Dialog::Confirm(confirm)) = self.state.dialogs.last_mut() else { return };
        confirm.rows = List::default();
        confirm.unfolded.clear();
        for part in &mut confirm.parts {
            part.request = next;
            part.phase = Phase::Planning;
            next += 1;
            self.effects.push(Effect::RequestPlan { request: part.request, task: part.task.clone() });
        }
        confirm.demand_typing();
        confirm.refresh(room);
        self.state.next_request = next;
    }

    fn plan_number(&mut self) {
        let Some(Dialog::Confirm(confirm)) = self.state.dialogs.last_mut() else { return };
        let Some(wanted) = confirm.replicas.map(|replicas| replicas.wanted) else { return };
        for part in &mut confirm.parts {
            if let Operation::Scale { replicas, .. } = &mut part.task.operation {
                for number in replicas.values_mut() {
                    *number = wanted;
                }
            }
        }
        self.plan_again();
    }

    /// Changes what the cursor of the choices is on, and asks for the plan of that.
    pub(super) fn change_choice(&mut self) {
        let Some(Dialog::Confirm(confirm)) = self.state.dialogs.last_mut() else { return };
        if confirm.is_starting() || !confirm.choices.change() {
            return;
        }
        for part in &mut confirm.parts {
            confirm.choices.apply(&mut part.task);
        }
        self.plan_again();
    }
}

fn title(command: Command, tasks: &[TaskRequest]) -> String {
    let names: Vec<String> = tasks
        .iter()
        .map(|task| {
            let services = task.operation.services().join(", ");
            let name = task.target.name();
            match task.operation.backup_name() {
                Some(backup) => format!("{backup} of {name}"),
                None if services.is_empty() => name.to_owned(),
                None => format!("{services} of {name}"),
            }
        })
        .collect();
    let verb = match (command, tasks.first().map(|task| &task.operation)) {
        (Command::TakeDown, _) => "Take down",
        (Command::RemoveStopped, _) => "Remove what is stopped of",
        (Command::RemoveBackup, _) => "Remove",
        (Command::PruneBackups, _) => "Prune the backups of",
        (Command::AcceptUpdate, _) => "Accept the update of",
        (Command::AcceptRestore, _) => "Accept the restore of",
        (Command::UndoRestore, _) => "Undo the restore of",
        (_, Some(Operation::Bundle(BundleOperation::Pin { pinned: true, .. }))) => "Pin",
        (_, Some(Operation::Bundle(BundleOperation::Pin { pinned: false, .. }))) => "Unpin",
        (_, Some(Operation::Pause { .. })) => "Pause",
        (_, Some(Operation::Unpause { .. })) => "Unpause",
        (_, Some(Operation::Stop { .. })) => "Stop",
        (_, Some(Operation::Start { .. })) => "Start",
        (_, Some(_) | None) => command.spec().title,
    };
    format!("{verb} {}?", names.join(", "))
}
