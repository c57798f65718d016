//! Docker's own health check that cannot tell anything: its program is missing, or it is given too little time.

use crate::domain::check::gist;
use crate::domain::container::{ContainerDetails, HealthRun};
use crate::domain::{Container, ContainerState, Health, Verdict, secret, units};
use crate::triage::{Confidence, Facts, Finding, Origin, Severity, failing};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let Some(details) = container.details.as_ref() else { continue };
        if container.state != ContainerState::Running || container.health == Some(Health::Healthy) {
            continue;
        }
        // A first failure may be chance; without its program none can ever succeed.
        let Some(run) = details.health_runs.last().filter(|run| run.exit_code != 0) else { continue };
        if let Some(program) = missing_program(run) {
            findings.push(cannot_run(facts, container, details, run, &program));
        } else if is_too_slow(run) && container.health == Some(Health::Unhealthy) {
            findings.push(too_slow(facts, container, details, run));
        }
    }
}

fn cannot_run(
    facts: &Facts<'_>,
    container: &Container,
    details: &ContainerDetails,
    run: &HealthRun,
    program: &str,
) -> Finding {
    let title = format!("the health check of {} cannot run: {program} is not in the image", container.tag());
    let finding = Finding::on("health-check", container, severity(container), title)
        .began(failing::since(container))
        .seen(Origin::Inspect, run.ended, format!("exit code {}: {}", run.exit_code, gist(&run.output)))
        .seen(Origin::Inspect, None, format!("its test is {}", test(details)));
    with_our_verdict(facts, container, finding).advise(format!(
        "write the test with what the image has, or put {program} into it; then deploy the service again"
    ))
}

fn too_slow(
    facts: &Facts<'_>,
    container: &Container,
    details: &ContainerDetails,
    run: &HealthRun,
) -> Finding {
    let limit = details.health_timeout.map_or_else(|| "its timeout".to_owned(), units::duration);
    let title = format!("the health check of {} takes longer than {limit}", container.tag());
    let finding = Finding::on("health-check", container, severity(container), title)
        .confidence(Confidence::Likely)
        .began(failing::since(container))
        .seen(Origin::Inspect, run.ended, gist(&run.output))
        .seen(Origin::Inspect, None, format!("its test is {}", test(details)));
    with_our_verdict(facts, container, finding)
        .advise("raise `healthcheck: timeout`, or look at what makes the service so slow to answer")
}

/// What our own checks say of the service beside Docker's.
fn with_our_verdict(facts: &Facts<'_>, container: &Container, finding: Finding) -> Finding {
    let Some(labels) = &container.compose else { return finding };
    let passes = facts.checks.iter().find(|check| {
        !check.is_dockers()
            && check.id.stack == labels.project
            && check.id.service == labels.service
            && check.verdict == Verdict::Up
    });
    match passes {
        Some(check) => {
            finding.seen(Origin::Check, check.last_run, format!("our check {} passes", check.label))
        }
        None => finding,
    }
}

fn severity(container: &Container) -> Severity {
    if container.health == Some(Health::Unhealthy) { Severity::Critical } else { Severity::Warning }
}

fn test(details: &ContainerDetails) -> String {
    let words = details.health_test.iter().map(String::as_str);
    secret::mask_command(words.filter(|word| !matches!(*word, "CMD" | "CMD-SHELL")))
}

/// `exec: "curl": executable file not found in $PATH`, `/bin/sh: 1: curl: not found`, `sh: curl: command not found`
fn missing_program(run: &HealthRun) -> Option<String> {
    let text: &str = &run.output;
    if text.contains("executable file not found") || text.contains("no such file or directory") {
        let (_, rest) = text.split_once("exec: \"")?;
        return rest.split('"').next().map(str::to_owned);
    }
    if run.exit_code != 127 {
        return None;
    }
    let line = text.split('⏎').find(|line| line.contains("not found"))?;
    let before = line.rsplit_once(": command not found").or_else(|| line.rsplit_once(": not found"))?.0;
    before.rsplit(": ").next().map(|program| program.trim().to_owned())
}

fn is_too_slow(run: &HealthRun) -> bool {
    run.output.contains("exceeded timeout") || run.output.contains("context deadline exceeded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Safe;
    use rstest::rstest;

    #[test]
    fn a_password_of_two_words_is_hidden_whole() {
        let words = ["CMD", "probe", "--password", "two words", "now"];
        let health_test = words.map(str::to_owned).to_vec();
        let shown = test(&ContainerDetails { health_test, ..crate::domain::fixtures::details() });
        assert_eq!(shown, format!("probe --password {} now", secret::MASK));
    }

    #[rstest]
    #[case(-1, "OCI runtime exec failed: exec failed: exec: \"curl\": executable file not found in $PATH: unknown", Some("curl"))]
    #[case(127, "/bin/sh: 1: curl: not found", Some("curl"))]
    #[case(127, "/bin/sh: curl: not found", Some("curl"))]
    #[case(127, "bash: line 1: pg_isready: command not found", Some("pg_isready"))]
    #[case(1, "curl: (7) Failed to connect", None)]
    #[case(1, "page not found", None)]
    fn the_program_that_is_missing_is_named(
        #[case] exit_code: i64,
        #[case] output: &str,
        #[case] program: Option<&str>,
    ) {
        let run = HealthRun { began: None, ended: None, exit_code, output: Safe::new(output) };
        assert_eq!(missing_program(&run).as_deref(), program);
    }
}
