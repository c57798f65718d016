//! `scale`: how many replicas services have.

use super::change;
use super::context::Context;
use super::output::Output;
use crate::domain::{Fault, FaultKind, MOST_REPLICAS, Operation};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Leave alone what the services depend on
    #[arg(long)]
    pub no_deps: bool,
    #[arg(value_name = "SERVICE=N", required = true)]
    pub replicas: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let replicas = replicas(&arguments.replicas)?;
    let services: Vec<String> = replicas.keys().cloned().collect();
    change::run(context, Operation::Scale { replicas, no_deps: arguments.no_deps }, &services, output).await
}

/// `web=3 worker=0`
pub fn replicas(arguments: &[String]) -> Result<BTreeMap<String, u32>, Fault> {
    let mut replicas = BTreeMap::new();
    for argument in arguments {
        let Some((name, count)) = argument.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(wrong(argument, "expected SERVICE=N"));
        };
        let Some(count) = count.parse().ok().filter(|count| *count <= MOST_REPLICAS) else {
            return Err(wrong(argument, &format!("N is a whole number from 0 to {MOST_REPLICAS}")));
        };
        if replicas.insert(name.to_owned(), count).is_some() {
            return Err(wrong(argument, &format!("{name} is named twice")));
        }
    }
    Ok(replicas)
}

fn wrong(argument: &str, cause: &str) -> Fault {
    Fault::new(FaultKind::Invalid, "scale", argument).because(cause).hint(format!(
        "write SERVICE=N for each service, N from 0 to {MOST_REPLICAS}; `mcp-tui status` lists the services"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_services_and_numbers() {
        let given = |arguments: &[&str]| {
            replicas(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            given(&["web=3", "db=0"]).unwrap(),
            BTreeMap::from([("web".to_owned(), 3), ("db".to_owned(), 0)])
        );
        for wrong in [["web"], ["web="], ["web=-1"], ["=1"], ["web=many"]] {
            assert_eq!(given(&wrong).unwrap_err().kind, FaultKind::Invalid);
        }
        assert!(given(&["web=1", "web=2"]).is_err());
    }

    #[test]
    fn more_replicas_than_a_service_may_have_are_refused() {
        let given = |count: &str| replicas(&[format!("web={count}")]);
        assert_eq!(given("1000").unwrap()["web"], 1000);
        for count in ["1001", "99999999", "99999999999999999999"] {
            let fault = given(count).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Invalid);
            assert!(fault.to_string().contains("from 0 to 1000"), "{fault}");
        }
    }
}
