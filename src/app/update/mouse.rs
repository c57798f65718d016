//! The mouse does what keys do, by what it is on.

use super::Turn;
use crate::app::command::Command;
use crate::app::dialog::Dialog;
use crate::app::dialog::save::SaveAs;
use crate::app::hit::HitTarget;
use crate::app::message::{MouseInput, MouseKind};
use crate::app::pane::{Motion, PaneId};

/// Rows of one turn of the wheel.
const WHEEL: isize = 3;

impl Turn<'_> {
    pub(super) fn mouse(&mut self, input: MouseInput) {
        let scroll = match input.kind {
            MouseKind::ScrollUp => Some(-WHEEL),
            MouseKind::ScrollDown => Some(WHEEL),
            MouseKind::Click | MouseKind::DoubleClick => None,
        };
        let (target, pane) =
            (self.state.hits.target(input.x, input.y), self.state.hits.pane(input.x, input.y));
        if self.state.dialog().is_some() {
            match scroll {
                Some(by) => self.scroll_dialog(Motion::By(by)),
                None => self.click_dialog(target),
            }
        } else if let Some(by) = scroll {
            let Some(pane) = pane else { return };
            self.go(pane, Motion::By(by));
        } else {
            let double = input.kind == MouseKind::DoubleClick;
            self.click(target, pane, double);
        }
        self.redraw();
    }

    fn click(&mut self, target: Option<HitTarget>, pane: Option<PaneId>, double: bool) {
        self.state.prompt = None;
        match target {
            Some(HitTarget::Command(command)) => return self.give(command),
            Some(HitTarget::Row { pane, index }) => {
                self.focus(pane);
                self.select_row(pane, index);
            }
            Some(HitTarget::Heading(column)) => {
                self.focus(PaneId::Services);
                self.sort_rows(|sort| sort.by(column));
                // Twice is there and back again.
                return;
            }
            Some(HitTarget::LogLine(line)) => {
                self.focus(PaneId::Logs);
                self.jump_to(Some(line));
            }
            // The second click of a pair has nothing left to do.
            Some(HitTarget::LogFold(line)) => {
                self.focus(PaneId::Logs);
                self.jump_to(Some(line));
                if !double {
                    self.unfold_or_zoom();
                }
                return;
            }
            Some(
                HitTarget::PaletteRow(_)
                | HitTarget::PlanRow(_)
                | HitTarget::Choice(_)
                | HitTarget::Confirm
                | HitTarget::Cancel,
            )
            | None => {
                if let Some(pane) = pane {
                    self.focus(pane);
                }
            }
        }
        if double {
            self.give(Command::Open);
        }
    }

    fn click_dialog(&mut self, target: Option<HitTarget>) {
        let room = self.plan_room();
        match (self.state.dialogs.last_mut(), target) {
            (Some(Dialog::Confirm(_)), Some(HitTarget::Confirm)) => self.confirm(),
            (Some(Dialog::Cancel(_)), Some(HitTarget::Confirm)) => self.cancel(),
            (Some(Dialog::Forget(_)), Some(HitTarget::Confirm)) => self.forget(),
            (Some(Dialog::Save(save)), Some(HitTarget::Confirm)) => {
                let choice = save.choice;
                self.save(choice);
            }
            (Some(Dialog::Save(_)), Some(HitTarget::Choice(index))) => {
                SaveAs::ALL.get(index).into_iter().for_each(|choice| self.save(*choice));
            }
            (Some(Dialog::Confirm(confirm)), Some(HitTarget::Choice(index))) => {
                confirm.choices.select(index);
                self.change_choice();
            }
            (Some(Dialog::Confirm(confirm)), Some(HitTarget::PlanRow(index))) => confirm.click(index, room),
            (Some(Dialog::Palette(palette)), Some(HitTarget::PaletteRow(index))) => {
                palette.list.select(index);
                self.choose();
            }
            (Some(_), Some(HitTarget::Cancel)) => {
                self.state.dialogs.pop();
            }
            (Some(_) | None, _) => {}
        }
    }

    fn select_row(&mut self, pane: PaneId, index: usize) {
        let panes = &mut self.state.panes;
        match pane {
            PaneId::Services => panes.services.list.select(index),
            PaneId::Gpus => panes.gpus.list.select(index),
            PaneId::Health => panes.health.list.select(index),
            PaneId::Findings => match &mut panes.findings.timeline {
                Some(timeline) => {
                    timeline.list.select(index);
                    self.show_entry();
                }
                None => panes.findings.list.select(index),
            },
            PaneId::Tasks => panes.tasks.list.select(index),
            PaneId::Backups => panes.backups.list.select(index),
            PaneId::Resources => panes.resources.list.select(index),
            PaneId::Logs if panes.patterns.is_open => panes.patterns.list.select(index),
            PaneId::Logs => {
                if let Some(previous) = &mut panes.logs.previous {
                    previous.list.select(index);
                }
            }
            PaneId::Messages => {}
        }
    }
}
