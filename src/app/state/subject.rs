//! What the focused pane's selection is about.

use super::State;
use crate::app::pane::PaneId;
use crate::app::store::timeline::{Entry, EntryId};
use crate::app::tree::Subject;
use crate::domain::deploy::Undecided;
use crate::domain::succession::is_under_way;
use crate::domain::task::TaskRequest;
use crate::domain::{Container, ContainerId, StackRef, TaskRecord, TaskTarget};
use crate::triage::{About, Finding};

impl State {
    pub fn subject(&self) -> Option<Subject> {
        match self.focus {
            PaneId::Services => self.panes.services.list.selected().cloned(),
            PaneId::Logs => self.panes.logs.subject.clone(),
            PaneId::Health => self
                .panes
                .health
                .list
                .selected()
                .map(|id| Subject::Service { project: id.stack.clone(), service: id.service.clone() }),
            PaneId::Findings => match (&self.panes.findings.open, self.entry()) {
                (None, Some((_, entry))) => self.subject_of(&entry.about),
                (Some(open), _) => self
                    .findings
                    .incident(&open.id)
                    .and_then(|incident| self.subject_of(&incident.finding.about)),
                (None, None) => self.finding().and_then(|finding| self.subject_of(&finding.about)),
            },
            PaneId::Tasks => {
                let record = self.panes.tasks.list.selected().and_then(|id| self.tasks.get(id))?;
                Some(match &record.spec.target {
                    TaskTarget::Stack(stack) => Subject::Stack(stack.project.clone()),
                    TaskTarget::Container { id, .. } => Subject::Container(id.clone()),
                })
            }
            PaneId::Backups => {
                self.panes.backups.list.selected().map(|(stack, _)| Subject::Stack(stack.clone()))
            }
            PaneId::Gpus | PaneId::Resources | PaneId::Messages => None,
        }
    }

    /// What an action is aimed at: all that is marked, else the selection.
    pub fn targets(&self) -> Vec<Subject> {
        let of_marks = matches!(self.focus, PaneId::Services | PaneId::Logs);
        if of_marks && self.panes.services.marked().len() > 0 {
            return self.panes.services.marked().cloned().collect();
        }
        match self.services_of_task() {
            services if services.is_empty() => self.subject().into_iter().collect(),
            services => services,
        }
    }

    /// The services that the selected task is of, where it is not of the whole stack.
    fn services_of_task(&self) -> Vec<Subject> {
        let record = self.task().filter(|_| self.focus == PaneId::Tasks);
        let Some((TaskTarget::Stack(stack), record)) = record.map(|record| (&record.spec.target, record))
        else {
            return Vec::new();
        };
        let services = record.spec.operation.services().into_iter();
        let project = &stack.project;
        services.map(|service| Subject::Service { project: project.clone(), service }).collect()
    }

    /// The task whose steps are open, else the selected one.
    pub fn task(&self) -> Option<&TaskRecord> {
        let open = self.panes.tasks.open.as_ref().map(|(id, _)| id);
        self.tasks.get(open.or(self.panes.tasks.list.selected())?)
    }

    /// The finding that is opened, else the selected one; none that is over.
    pub fn finding(&self) -> Option<&Finding> {
        let pane = &self.panes.findings;
        let selected = || pane.list.selected().filter(|_| pane.timeline.is_none());
        self.findings.get(pane.open.as_ref().map(|open| &open.id).or_else(selected)?)
    }

    /// The entry of the timeline that the cursor is on.
    pub fn entry(&self) -> Option<(&EntryId, &Entry)> {
        let id = self.panes.findings.timeline.as_ref()?.list.selected()?;
        Some((id, self.timeline.get(id)?))
    }

    /// The task that mends the selected finding.
    pub fn fix(&self) -> Option<&TaskRequest> {
        self.finding()?.fix.as_ref()?.request.as_ref()
    }

    /// What something is about, as the service tree has it.
    pub fn subject_of(&self, about: &About) -> Option<Subject> {
        if let Some(id) = about.container.as_ref().filter(|id| self.fleet.get(id).is_some()) {
            return Some(Subject::Container(id.clone()));
        }
        match (&about.stack, &about.service) {
            (Some(project), Some(service)) => {
                Some(Subject::Service { project: project.clone(), service: service.clone() })
            }
            (Some(project), None) => Some(Subject::Stack(project.clone())),
            (None, _) => None,
        }
    }

    /// The stack that the subject is or belongs to.
    pub fn stack_of<'all>(&'all self, subject: &'all Subject) -> Option<&'all str> {
        match subject {
            Subject::Stack(project) | Subject::Service { project, .. } => Some(project),
            Subject::Container(id) => Some(&self.fleet.get(id)?.compose.as_ref()?.project),
            Subject::Loose => None,
        }
    }

    /// The service that the subject is or belongs to.
    pub fn service_of(&self, subject: &Subject) -> Option<(String, String)> {
        match subject {
            Subject::Service { project, service } => Some((project.clone(), service.clone())),
            Subject::Container(id) => {
                let labels = self.fleet.get(id)?.compose.as_ref()?;
                Some((labels.project.clone(), labels.service.clone()))
            }
            Subject::Stack(_) | Subject::Loose => None,
        }
    }

    /// The container that the subject is, or the one of a service that best stands for it: a running one first.
    pub fn container_of(&self, subject: &Subject) -> Option<ContainerId> {
        match subject {
            Subject::Container(id) => self.fleet.get(id).map(|container| container.id.clone()),
            Subject::Service { project, service } => {
                let containers = &self.tree.service(project, service)?.containers;
                let running = containers.iter().find(|node| node.status.is_running());
                running.or(containers.first()).map(|node| node.id.clone())
            }
            Subject::Stack(_) | Subject::Loose => None,
        }
    }

    /// The update of the stack that waits to be accepted. One of which no container is left to decide about, by whatever
    /// hand, waits for nobody, though it is still written down.
    pub fn undecided(&self, project: &str) -> Option<&Undecided> {
        let told = self.undecided.of(project)?;
        let of_stack = |container: &&Container| {
            container.compose.as_ref().is_some_and(|labels| labels.project == project)
        };
        is_under_way(self.fleet.containers().values().filter(of_stack)).then_some(told)
    }

    /// Enough to load the stack in another process, as it is deployed: by its files, or by what its containers' labels
    /// tell.
    pub fn stack_reference(&self, project: &str) -> Option<StackRef> {
        if let Some(file) = self.stacks.get(project) {
            return Some(self.deployed(file));
        }
        StackRef::labelled_as(project, self.fleet.containers().values())
    }

    /// What people call it.
    pub fn name_of(&self, subject: &Subject) -> String {
        match subject {
            Subject::Stack(project) => project.clone(),
            Subject::Service { service, .. } => service.clone(),
            Subject::Container(id) => self
                .fleet
                .get(id)
                .map_or_else(|| id.short().to_owned(), |container| container.name.to_string()),
            Subject::Loose => "containers".to_owned(),
        }
    }
}
