use super::*;
use crate::sim::{Scenario, Server};
use std::time::Duration;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn no_command_is_started_beside_one_that_still_runs() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
    let endpoint = Endpoint::unix(server.socket());
    let containers = Engine::connect(&endpoint).await.unwrap().containers(None).await.unwrap();
    let container = containers.iter().find(|container| container.state.serves()).unwrap();
    let mut last = None;
    let sleep = ["sleep", "3600"].map(str::to_owned);
    let mut limit = Duration::from_millis(200);
    let outcome = loop {
        assert!(limit < PATIENCE, "each run starts one more");
        match timeout(limit, ask(Some(&endpoint), container, &sleep, &mut last)).await {
            Ok(outcome) => break outcome,
            // However slow the machine is, one of them has begun in time.
            Err(_) => limit *= 2,
        }
    };
    assert_eq!(
        (outcome.answer, &*outcome.message),
        (Answer::Down, "the command of the run before still runs")
    );
    let mut forgotten = Some("of a run before".to_owned());
    let outcome = ask(Some(&endpoint), container, &["true".to_owned()], &mut forgotten).await;
    assert_eq!((outcome.answer, forgotten), (Answer::Up, None), "{}", outcome.message);
}
