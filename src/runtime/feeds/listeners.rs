//! Who listens on a port that a container wants.

use super::super::effects::Context;
use crate::app::Msg;
use crate::domain::{Fault, FaultKind, Safe};
use crate::probe::ports::{Listener, Proc};

const OPERATION: &str = "find who listens on";

pub async fn find(context: Context, port: u16) -> Msg {
    let object = format!("port {port}");
    let local = context.endpoint.as_ref().is_ok_and(crate::engine::Endpoint::is_local);
    let looked = tokio::task::spawn_blocking(move || Proc::host().listener(port)).await;
    let result = match looked {
        // The ports of another host are not to be seen from here.
        _ if !local => Err(Fault::new(FaultKind::Unreachable, OPERATION, object)),
        Ok(Ok(listener)) => Ok(listener.map(words)),
        Ok(Err(error)) => Err(Fault::io(OPERATION, object, &error)),
        Err(error) => Err(Fault::new(FaultKind::Internal, OPERATION, object).because(error.to_string())),
    };
    Msg::Listener { port, result }
}

fn words(listener: Listener) -> Safe {
    Safe::new(match listener.process {
        Some((pid, name)) => format!("{name} (PID {pid})"),
        None => "a process of another user".to_owned(),
    })
}
