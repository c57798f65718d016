//! A connection that is accepted is up.

use super::line::Line;
use super::{Outcome, dial};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

/// Docker's proxy for published ports accepts whatever comes and hangs up when nobody listens in the container. That
/// shows at once; a service that lives waits for its client or greets it.
const HANGS_UP_WITHIN: Duration = Duration::from_millis(100);

pub(super) async fn ask(line: Line<'_>, host: &str, port: u16) -> Outcome {
    let start = Instant::now();
    let mut stream = match line.connect(host, port).await {
        Ok(stream) => stream,
        Err(outcome) => return outcome,
    };
    let latency = start.elapsed();
    let mut first = [0];
    match timeout(HANGS_UP_WITHIN, stream.read(&mut first)).await {
        Ok(Ok(0)) => Outcome::refused("accepted and closed at once: nothing listens behind the port"),
        Ok(Err(error)) => Outcome::down(format!("accepted, then {}", dial::words(&error, host))),
        Ok(Ok(_)) | Err(_) => Outcome::up("connection accepted").after(latency),
    }
}
