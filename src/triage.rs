//! From facts to findings: what is broken, why, and what mends it. Pure; every rule is a file of its own under
//! `rules`, and a server where nothing is wrong has no findings.

mod evidence;
mod exit_code;
mod facts;
mod failing;
mod finding;
mod fold;
mod gpu_holders;
mod mount;
mod needs;
mod rules;
pub mod sign;
mod tried;
mod trouble;
mod waiting;

pub use evidence::{Evidence, Origin};
pub use facts::Facts;
pub use finding::{About, Confidence, Finding, Fix, Severity};
pub use sign::{LogSign, Sign};
pub use tried::Stood;
pub use trouble::{is_in_trouble, may_have_been_killed, wanted_ports};

/// All findings, the worst first. What follows from another one's trouble is told with that finding and is not one of
/// its own.
pub fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules::ALL {
        rule(facts, &mut found);
    }
    let mut findings = fold::fold(facts, found);
    tried::note(facts, &mut findings);
    findings
}

#[cfg(test)]
mod tests;
