//! What a backup would do, for the confirm card. Pure.

use super::job::{Job, Survey};
use super::offsite;
use crate::domain::{Plan, PlannedStep};

/// One step per part, in their order; the numbers of the steps are those of the jobs. What goes off site does so after them.
pub fn plan(survey: &Survey) -> Plan {
    let mut steps: Vec<PlannedStep> = survey.jobs.iter().map(Job::step).collect();
    let place = survey.policy.offsite.as_ref();
    steps.extend(place.into_iter().flat_map(|place| offsite::steps(place, "the backup", false)));
    let leaving = offsite::warnings(place, !survey.recipients.is_empty());
    let volumes = survey.jobs.iter().filter_map(|job| match job {
        Job::Volume(job) => Some(format!("{} (read)", job.volume.volume)),
        Job::Globals(_) | Job::Database(_) | Job::Redis(_) | Job::Exec(_) | Job::Path(_) | Job::Paper(_) => {
            None
        }
    });
    let lines: Vec<String> = survey.jobs.iter().filter_map(Job::equivalent).collect();
    Plan {
        title: format!("backup {}", survey.stack),
        volumes: volumes.collect(),
        steps,
        warnings: survey.warnings.iter().cloned().chain(leaving).collect(),
        equivalent: lines.join(" && "),
        ..Plan::default()
    }
}
