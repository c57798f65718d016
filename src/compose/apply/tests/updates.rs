//! Updates of a daemon that fails at any one call.

use super::*;
use crate::compose::plan::Action;
use crate::domain::Operation;
use crate::domain::task::UpdateOptions;
use std::time::Duration;

impl Shop {
    /// Asks for another configuration of what runs.
    fn change(&mut self) {
        let web = self.project.services.get_mut("web").unwrap();
        web.hostname = "other".to_owned();
        web.mcp.update.min_healthy_time = Some(Duration::ZERO);
    }

    async fn update(&self) -> ActionPlan {
        let observed = observe(&self.engine, "shop", Some(&self.project)).await.unwrap();
        for_operation(Some(&self.project), &observed, &Operation::Update(UpdateOptions::default())).unwrap()
    }

    async fn one(&self) -> (String, bool, ContainerId) {
        let mut all = self.engine.containers(Some("shop")).await.unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        let container = all.remove(0);
        (container.name.to_string(), container.is_running(), container.id)
    }
}

#[tokio::test]
async fn at_whichever_call_the_daemon_fails_somebody_serves_and_the_same_command_mends_it() {
    let (mut rolled_back, mut completed) = (0, 0);
    for number in 1.. {
        let mut shop = opened().await;
        bring_up(&shop.engine, &shop.project, false).await.unwrap();
        let (_, _, old) = shop.one().await;
        shop.change();
        let plan = shop.update().await;
        let status = [500, 409, 503][number % 3];
        let effect = Effect::Status(status, "device or resource busy".to_owned());
        shop.strike(" /", Occasion::Nth(number as u64), effect);
        let ended = apply(&shop.engine, &plan, |_| {}).await;
        shop.server.faults().clear();
        let stands = shop.stands().await;
        assert!(stands.iter().any(|(_, runs)| *runs), "call {number}: {stands:?} after {ended:?}");
        if let Err(fault) = &ended
            && fault.to_string().contains("rolled back")
        {
            rolled_back += 1;
            assert_eq!(
                shop.one().await,
                ("shop-web-1".to_owned(), true, old.clone()),
                "call {number}: {fault}"
            );
        }
        apply(&shop.engine, &shop.update().await, |_| {}).await.unwrap();
        let (name, runs, id) = shop.one().await;
        assert_eq!((name.as_str(), runs), ("shop-web-1", true), "call {number}");
        assert_ne!(id, old, "call {number}");
        completed += usize::from(ended.is_ok());
        // Behind the last call nothing is struck; a few before it are asked again.
        if completed > 3 {
            assert!(rolled_back > 3, "{rolled_back} of {number} calls were taken back");
            return;
        }
    }
}

/// It has proven itself, and dies of its first real requests once the old one has stopped.
#[tokio::test]
async fn one_that_dies_before_the_old_one_is_removed_is_taken_back() {
    let mut shop = opened().await;
    bring_up(&shop.engine, &shop.project, false).await.unwrap();
    let (_, _, old) = shop.one().await;
    shop.change();
    shop.project.services.get_mut("web").unwrap().mcp.update.min_healthy_time = Some(Duration::from_secs(1));
    let plan = shop.update().await;
    let at_its_end = plan.actions().iter().position(|action| matches!(action, Action::Stop(_))).unwrap();
    let stopped = tokio::sync::Notify::new();
    let update = apply(&shop.engine, &plan, |event| {
        if matches!(event, TaskEvent::StepFinished { step, .. } if step == at_its_end) {
            stopped.notify_one();
        }
    });
    let death = async {
        stopped.notified().await;
        let all = shop.engine.containers(Some("shop")).await.unwrap();
        let new = all.iter().find(|container| container.id != old).unwrap();
        shop.engine.kill(&new.id, "SIGKILL").await.unwrap();
    };
    let (ended, ()) = tokio::join!(update, death);
    let fault = ended.unwrap_err();
    assert!(fault.to_string().contains("rolled back"), "{fault}");
    assert_eq!(shop.one().await, ("shop-web-1".to_owned(), true, old));
}

#[tokio::test]
async fn a_stranger_in_mid_update_ends_it_neither_forward_nor_back() {
    let mut shop = opened().await;
    bring_up(&shop.engine, &shop.project, false).await.unwrap();
    let observed = observe(&shop.engine, "shop", Some(&shop.project)).await.unwrap();
    let options = UpOptions { scale: [("web".to_owned(), 2)].into(), ..UpOptions::default() };
    let stranger = up(&shop.project, &observed, &options).unwrap();
    shop.change();
    shop.project.services.get_mut("web").unwrap().mcp.update.min_healthy_time = Some(Duration::from_mins(1));
    let plan = shop.update().await;
    // Somebody brings the stack up by other means, as soon as the new container is there.
    let gate = tokio::sync::Notify::new();
    let ours = apply(&shop.engine, &plan, |event| {
        if matches!(event, TaskEvent::StepFinished { step: 1, .. }) {
            gate.notify_one();
        }
    });
    let theirs = async {
        gate.notified().await;
        apply(&shop.engine, &stranger, |_| {}).await
    };
    let (ours, theirs) = tokio::join!(ours, theirs);
    theirs.unwrap();
    let fault = ours.unwrap_err();
    assert!(fault.to_string().contains("somebody else made shop-web-2"), "{fault}");
    assert!(fault.to_string().contains("needs the operator"), "{fault}");
    assert_eq!(shop.stands().await.len(), 3, "nothing is taken from anybody");

    // They who asked look at it, and ask again: each place has one container, as the files have it.
    shop.change();
    apply(&shop.engine, &shop.update().await, |_| {}).await.unwrap();
    let mut stands = shop.stands().await;
    stands.sort();
    assert_eq!(stands, [("shop-web-1".to_owned(), true), ("shop-web-2".to_owned(), true)]);
}
