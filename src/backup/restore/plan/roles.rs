//! The roles that the servers lack, before the databases that may name them.

use super::super::roles::Lacking;
use super::Action;
use super::draft::Draft;
use super::steps::Steps;
use crate::domain::{PlannedStep, StepVerb};

impl Draft<'_> {
    pub fn roles(&mut self, steps: &mut Steps) {
        let facts = self.facts;
        for (service, live) in &facts.servers {
            let Lacking { part, roles, without_password, superusers, can_be_made } = &live.lacks;
            let Some(part) = part else {
                self.warnings.push(format!(
                    "the backup has no roles of {service}: one that its databases name and the server lacks must be made \
                     first, by hand"
                ));
                continue;
            };
            if roles.is_empty() {
                continue;
            }
            let object = format!("{} of {service}", roles.join(", "));
            if !can_be_made {
                self.warnings.push(format!(
                    "the server lacks the roles {object}, and its user {} is no superuser and cannot make them: where a \
                     database names one, make it first, by hand, from {part}",
                    live.server.user
                ));
                continue;
            }
            let reason = format!("from {part}: the server lacks them; they stay, whatever comes of it");
            let step = PlannedStep::new(StepVerb::CreateRoles, object, reason).of(service.as_str());
            steps.add(Action::Roles(service.clone()), step);
            if !without_password.is_empty() {
                self.warnings.push(format!(
                    "the backup was taken without the passwords of roles: {} of {service} will have none, and must get one \
                     (`ALTER ROLE … PASSWORD …`) to log in with it",
                    without_password.join(", ")
                ));
            }
            if !superusers.is_empty() {
                self.warnings.push(format!(
                    "superusers that {service} lacks are made, with the passwords that they had: {}",
                    superusers.join(", ")
                ));
            }
        }
    }
}
