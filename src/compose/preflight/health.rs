//! The programs that health checks run. Whether an image has them only a container of it tells, so that this is known of
//! services that have one.

use super::Facts;
use crate::compose::file::Service;
use crate::domain::ChecklistLine;

/// What is often named and often not there.
const OFTEN_ABSENT: [&str; 5] = ["curl", "wget", "nc", "python", "python3"];

/// The program whose absence would make every check fail.
pub fn program(service: &Service) -> Option<&str> {
    let health = service.declared_health_check()?;
    let program = match health.test.split_first() {
        Some((kind, words)) if kind == "CMD" => words.first()?.as_str(),
        Some((kind, words)) if kind == "CMD-SHELL" => words.first()?.split_whitespace().next()?,
        Some(_) | None => return None,
    };
    OFTEN_ABSENT.contains(&program).then_some(program)
}

pub fn check(services: &[&Service], facts: &Facts) -> Vec<ChecklistLine> {
    let absent =
        services.iter().filter_map(|service| Some((service, facts.absent_programs.get(&service.name)?)));
    let line = |(service, program): (&&Service, &String)| {
        ChecklistLine::warning(
            format!("health check of {}", service.name),
            format!("it runs {program}, which its container does not have"),
            "use a program that the image has, or put this one into it",
        )
    };
    absent.map(line).collect()
}
