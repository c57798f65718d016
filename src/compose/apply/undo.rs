//! A deploy that failed is taken back, when its plan says so.

use super::foreign::NEEDS_OPERATOR;
use super::{ENDED, carry_out};
use crate::compose::observe::{Observed, observe};
use crate::compose::plan::{self, ActionPlan};
use crate::domain::{Fault, FaultKind, TaskEvent};
use crate::engine::Engine;

/// Gives the end back as it is where nothing is to be undone.
pub(super) async fn unless_done(
    engine: &Engine,
    given_up: &ActionPlan,
    ended: Result<(), Fault>,
    tell: &dyn Fn(TaskEvent),
) -> Result<(), Fault> {
    let (Err(fault), Some(undo)) = (&ended, given_up.undo()) else { return ended };
    // Whoever else has a hand in it would not have it back either.
    if fault.operation == NEEDS_OPERATOR {
        return ended;
    }
    let fault = undone(fault);
    tell(TaskEvent::Output { text: format!("{fault}; going back") });
    let project = &undo.project;
    // The daemon may be what failed: it is waited for as long as a restart takes.
    let look = async || observe(engine, &project.name, Some(project)).await;
    let back = match super::away::outlasting(&|| false, look).await {
        Ok(observed) => {
            let observed = Observed { images_provided: true, ..observed };
            plan::back(project, &observed)
        }
        Err(fault) => Err(fault),
    };
    let back = match back {
        Ok(back) if back.actions().is_empty() => {
            return Err(fault.because("nothing had taken an old container's place; all is as before"));
        }
        Ok(back) => back.instead_of(given_up),
        Err(second) => return Err(stuck(fault, &second)),
    };
    tell(TaskEvent::Planned { plan: back.summary() });
    match carry_out(engine, &back, back.image_steps()..back.actions().len(), tell, &|| false).await {
        Ok(()) => Err(fault.because("rolled back: the containers from before serve again")),
        Err(second) => Err(stuck(fault, &second)),
    }
}

/// Of one that is cancelled nothing stays but what its causes tell besides: a command may still be at work.
fn undone(fault: &Fault) -> Fault {
    if fault.kind != FaultKind::Cancelled {
        return fault.clone();
    }
    let besides = fault.causes.iter().filter(|cause| *cause != ENDED);
    let causes = std::iter::once("ended on request".to_owned()).chain(besides.cloned()).collect();
    Fault { causes, hint: None, ..fault.clone() }
}

/// Neither forward nor back went by itself.
fn stuck(fault: Fault, second: &Fault) -> Fault {
    let kind = if fault.kind == FaultKind::Cancelled { fault.kind } else { FaultKind::Conflict };
    let fault = Fault { kind, ..fault };
    fault
        .because(format!("and it could not be taken back: {second}"))
        .because("it needs the operator")
        .hint("mend the cause; then `mcp-tui update` goes on from what is there, or `mcp-tui rollback` back")
}

#[cfg(test)]
mod tests {
    use super::super::cancelled;
    use super::*;

    #[test]
    fn one_that_is_cancelled_keeps_what_is_to_be_known_besides_and_does_not_say_that_it_stays() {
        let fault = undone(&cancelled("run in", "shop-api-1").because("the command may still run"));
        assert_eq!(fault.causes, ["ended on request", "the command may still run"]);
        assert_eq!((fault.kind, fault.hint), (FaultKind::Cancelled, None));
        let failed = Fault::new(FaultKind::Refused, "prove", "shop-api-1").because("why").hint("do");
        assert_eq!(undone(&failed), failed);
    }
}
