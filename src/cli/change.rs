//! Commands that change something: handed over as a task, then followed.

use super::attach::attach;
use super::context::Context;
use super::output::Output;
use super::stack::choose;
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, Operation, TaskTarget};
use jiff::Timestamp;

/// Ends with the task; `named` are the services that must be there.
pub async fn run(
    context: &Context,
    operation: Operation,
    named: &[String],
    output: Output,
) -> Result<u8, Fault> {
    context.may_change(operation.verb())?;
    let chosen = choose(context).await?;
    if !named.is_empty() {
        let containers = match &chosen.project {
            // Where there are files they say what services there are.
            Some(_) => Vec::new(),
            None => context.engine().await?.containers(Some(&chosen.reference.project)).await?,
        };
        chosen.check_services(named, &containers)?;
    }
    let store = context.store()?;
    let request = TaskRequest { operation, target: TaskTarget::Stack(chosen.reference) };
    let id = store.submit(request, &context.endpoint()?.to_string(), Timestamp::now())?;
    attach(&store, &id, output).await
}
