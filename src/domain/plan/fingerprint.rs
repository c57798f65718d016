//! Whether a plan is the one that somebody agreed to.

use super::Plan;
use crate::domain::units;
use sha2::{Digest, Sha256};

impl Plan {
    /// A sum over what is done to what. Reasons and warnings are not in it: they tell of numbers that change while they
    /// are read.
    pub fn fingerprint(&self) -> String {
        let mut sum = Sha256::new();
        let mut take = |text: &str| {
            sum.update((text.len() as u64).to_le_bytes());
            sum.update(text);
        };
        take(&self.title);
        for step in &self.steps {
            take(step.verb.words());
            take(&step.object);
        }
        for volume in &self.volumes {
            take(volume);
        }
        units::hexadecimal(&sum.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PlannedStep, StepVerb};

    fn plan(object: &str, reason: &str) -> Plan {
        let step = PlannedStep::new(StepVerb::Switch, object, reason);
        Plan { title: "restore shop".to_owned(), steps: vec![step], ..Plan::default() }
    }

    #[test]
    fn another_thing_is_another_plan_and_another_number_is_not() {
        let agreed = plan("database shop", "12 rows now").fingerprint();
        assert_eq!(agreed, plan("database shop", "13 rows now").fingerprint());
        assert_ne!(agreed, plan("database blog", "12 rows now").fingerprint());
    }
}
