use super::*;
use crate::backup::bundle::Bundle;
use crate::sim::{Effect, FaultRule, Occasion, Scenario, Server};

/// What the simulated `pg_dump` writes, in the frames that the daemon sends: 32 KiB and a head of eight bytes.
const DUMP: usize = 384 << 10;
const FRAME: usize = (32 << 10) + 8;

struct Stage {
    server: Server,
    engine: Engine,
    directory: tempfile::TempDir,
}

async fn stage() -> Stage {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
    let endpoint: crate::engine::Endpoint = format!("unix://{}", server.socket().display()).parse().unwrap();
    Stage { engine: Engine::connect(&endpoint).await.unwrap(), server, directory }
}

impl Stage {
    async fn take(&self, cancelled: &dyn Fn() -> bool) -> Result<(Written, Ended), Fault> {
        let containers = self.engine.containers(Some("mlflow")).await.unwrap();
        let database = containers.iter().find(|container| container.name.contains("postgres")).unwrap();
        let bundle = Bundle::begin(self.directory.path(), "mlflow", jiff::Timestamp::now()).unwrap();
        let space = Space::new(bundle).unwrap();
        let step = Step {
            engine: &self.engine,
            space: &space,
            number: 0,
            total: None,
            cancelled,
            progress: &|_| {},
            objects_over: None,
            recipients: &Recipients::default(),
        };
        let request = ExecRequest::from(vec!["pg_dump".to_owned(), "-Fc".to_owned()]);
        step.take(&database.id, request, "postgres/d.dump.zst", Form::Plain).await
    }

    fn cut_after(&self, bytes: usize) {
        let faults = self.server.faults();
        faults.clear();
        let (occasion, effect) = (Occasion::Every, Effect::CutAfter(bytes));
        faults.add(FaultRule { request: "/start".to_owned(), occasion, effect });
    }
}

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
}

#[test]
fn a_stream_that_is_cut_anywhere_is_no_part() {
    run(async {
        let stage = stage().await;
        let (whole, ended) = stage.take(&|| false).await.unwrap();
        assert_eq!((whole.raw_bytes, ended.code), (DUMP as u64, 0));
        let last = DUMP / (FRAME - 8);
        let boundaries = [0, 1, last / 2, last].map(|frame| frame * FRAME).into_iter();
        let around = boundaries.flat_map(|at| [at.saturating_sub(1), at, at + 1, at + 7, at + 8]);
        for bytes in around.filter(|bytes| *bytes < last * FRAME) {
            stage.cut_after(bytes);
            let taken = stage.take(&|| false).await;
            assert!(taken.is_err(), "cut after {bytes} bytes: {taken:?}");
        }
    });
}

#[test]
fn a_request_to_stop_ends_it() {
    run(async {
        let stage = stage().await;
        let fault = stage.take(&|| true).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Cancelled);
    });
}
