//! A deploy that was left half done and is asked for again, by which time the files may say something else: they were
//! edited, or a variable that filled them in stands in another console.

use crate::compose::{Flavour, Project, config_hash};
use crate::domain::{Fault, Operation};
use crate::task::deploys::{Deploys, Outcome};

/// What is to be known before it is gone on to other things than were begun.
pub fn caution(deploys: &Deploys, operation: &Operation, project: &Project) -> Result<Option<String>, Fault> {
    if !matches!(operation, Operation::Up(_) | Operation::Update(_)) {
        return Ok(None);
    }
    let is_left = |outcome| matches!(outcome, Outcome::Unfinished | Outcome::Failed);
    let Some(begun) = deploys.half_done()?.filter(|deploy| is_left(deploy.outcome)) else { return Ok(None) };
    let was = match deploys.project(&begun) {
        Ok(was) => was,
        // It keeps nobody from going on.
        Err(fault) => {
            log::warn!("{fault}");
            return Ok(None);
        }
    };
    let named = operation.services();
    let is_meant = |name: &str| named.is_empty() || named.iter().any(|named| named == name);
    let hash = |service| config_hash(service, Flavour::Current);
    let others: Vec<&str> = was
        .services
        .values()
        .filter(|service| is_meant(&service.name))
        .filter(|service| project.service(&service.name).is_none_or(|now| hash(now) != hash(service)))
        .map(|service| service.name.as_str())
        .collect();
    Ok((!others.is_empty()).then(|| {
        format!(
            "deploy {} was left half done and was to bring something else: the files, or the variables that fill them \
             in, say otherwise of {} by now. This goes on to what they say now; `mcp-tui -p {} rollback` goes back",
            begun.number,
            others.join(", "),
            project.name
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::file::fixtures::shop;
    use crate::domain::task::{TaskTerms, UpdateOptions};
    use crate::domain::{Plan, PlannedStep, StackRef, StepVerb, TaskId, TaskSpec, TaskTarget};
    use crate::engine::Endpoint;
    use jiff::Timestamp;

    #[test]
    fn whoever_goes_on_to_something_else_than_was_begun_is_told() {
        let root = tempfile::tempdir().unwrap();
        let deploys = Deploys::of(root.path(), &Endpoint::unix("/run/docker.sock"), "shop");
        let tagged =
            |tag: &str| shop(&format!("services:\n  api: {{image: 'api:{tag}'}}\n  web: {{image: web}}\n"));
        let update = |services: &[&str]| {
            let services = services.iter().map(|name| (*name).to_owned()).collect();
            Operation::Update(UpdateOptions { services, ..UpdateOptions::default() })
        };
        assert_eq!(caution(&deploys, &update(&[]), &tagged("1")).unwrap(), None, "nothing was begun");
        let spec = TaskSpec {
            id: TaskId("1".to_owned()),
            operation: update(&[]),
            target: TaskTarget::Stack(StackRef::named("shop")),
            requested_by: "me".to_owned(),
            requested_from: None,
            requested_at: Timestamp::UNIX_EPOCH,
            endpoint: String::new(),
            terms: TaskTerms::default(),
        };
        let step = |name: &str| PlannedStep::new(StepVerb::CreateContainer, name, "").of(name);
        let plan = Plan { steps: vec![step("api"), step("web")], ..Plan::default() };
        drop(deploys.begin(&spec, &tagged("2"), &plan, &[]).unwrap().unwrap());
        let said = caution(&deploys, &update(&[]), &tagged("1")).unwrap().unwrap();
        assert!(
            said.starts_with("deploy 1 was left half done") && said.contains("otherwise of api by now"),
            "{said}"
        );
        assert_eq!(caution(&deploys, &update(&[]), &tagged("2")).unwrap(), None);
        assert_eq!(caution(&deploys, &update(&["web"]), &tagged("1")).unwrap(), None, "it is not meant");
        let restart = Operation::Restart { services: Vec::new(), timeout: None, no_deps: false };
        assert_eq!(caution(&deploys, &restart, &tagged("1")).unwrap(), None);
    }
}
