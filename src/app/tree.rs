//! The service tree: stacks, their services and containers, derived from the fleet and the stacks' files. It is made
//! anew when facts change, never while drawing.

mod build;
mod course;
mod status;
mod usage;

pub use build::Sources;
pub use course::COURSE_STEPS;
pub use status::{Condition, Status};
pub use usage::Usage;

use crate::domain::container::PublishedPort;
use crate::domain::{ContainerId, Drift, Safe, StackOrigin};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What a row is about, and what an action is aimed at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// By project name.
    Stack(String),
    Service {
        project: String,
        service: String,
    },
    Container(ContainerId),
    /// The containers that belong to no stack.
    Loose,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    pub stacks: Vec<StackNode>,
    /// Containers without a stack, by name.
    pub loose: Vec<ContainerNode>,
    /// Of all containers.
    pub usage: Usage,
    /// When each stack was last seen in trouble: it stays in front for a while, lest it jump with each restart.
    troubled: BTreeMap<String, Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StackNode {
    pub project: String,
    pub name: Safe,
    /// `x-mcp.title`
    pub title: Option<Safe>,
    /// Where its file came from; `None` when only labels tell of it.
    pub origin: Option<StackOrigin>,
    pub services: Vec<ServiceNode>,
    /// The worst of its services'.
    pub condition: Condition,
    /// Whether any container of it exists.
    pub is_created: bool,
    pub usage: Usage,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ServiceNode {
    pub project: String,
    pub service: String,
    pub name: Safe,
    /// Replicas that run, and replicas there should be.
    pub running: usize,
    pub wanted: usize,
    /// By replica number.
    pub containers: Vec<ContainerNode>,
    /// The worst of its containers'.
    pub status: Status,
    pub ports: Safe,
    pub usage: Usage,
    pub image: Option<Safe>,
    /// Whether its containers are what the files say; absent where it was not told.
    pub drift: Option<Drift>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ContainerNode {
    pub id: ContainerId,
    pub name: Safe,
    /// `inference-3` inside a stack, the name outside.
    pub tag: Safe,
    pub status: Status,
    pub ports: Safe,
    pub usage: Usage,
    pub image: Safe,
}

/// Counts for the header, and for the pane's title.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that there should be, of what is deployed, and those without a stack.
    pub containers: usize,
    pub running: usize,
    /// Services and loose containers in a bad state, and in a doubtful one.
    pub bad: usize,
    pub warning: usize,
}

impl StackNode {
    /// Containers that run, and containers there should be: the sums over the services.
    pub fn running(&self) -> usize {
        self.services.iter().map(|service| service.running).sum()
    }

    pub fn wanted(&self) -> usize {
        self.services.iter().map(|service| service.wanted).sum()
    }
}

impl Tree {
    pub fn stack(&self, project: &str) -> Option<&StackNode> {
        self.stacks.iter().find(|stack| stack.project == project)
    }

    pub fn service(&self, project: &str, service: &str) -> Option<&ServiceNode> {
        self.stack(project)?.services.iter().find(|node| node.service == service)
    }

    /// Whether the stack comes with the program and nothing of it was made.
    pub fn is_only_offered(&self, project: &str) -> bool {
        self.stack(project)
            .is_some_and(|stack| stack.origin == Some(StackOrigin::BuiltIn) && !stack.is_created)
    }

    /// How many stacks have containers.
    pub fn stacks_created(&self) -> usize {
        self.stacks.iter().filter(|stack| stack.is_created).count()
    }

    /// How many services have this drift.
    pub fn drifting(&self, drift: Drift) -> usize {
        let services = self.stacks.iter().flat_map(|stack| &stack.services);
        services.filter(|service| service.drift == Some(drift)).count()
    }

    pub fn container(&self, id: &ContainerId) -> Option<&ContainerNode> {
        let services = self.stacks.iter().flat_map(|stack| &stack.services);
        services.flat_map(|service| &service.containers).chain(&self.loose).find(|node| node.id == *id)
    }

    /// The containers that the subject stands for, in the order of the tree.
    pub fn containers_of(&self, subject: &Subject) -> Vec<&ContainerNode> {
        match subject {
            Subject::Stack(project) => self
                .stack(project)
                .into_iter()
                .flat_map(|stack| stack.services.iter().flat_map(|service| &service.containers))
                .collect(),
            Subject::Service { project, service } => {
                self.service(project, service).into_iter().flat_map(|node| &node.containers).collect()
            }
            Subject::Container(id) => self.container(id).into_iter().collect(),
            Subject::Loose => self.loose.iter().collect(),
        }
    }

    /// The containers that any of the subjects stands for, each once.
    pub fn containers_of_all(&self, subjects: &[Subject]) -> Vec<&ContainerNode> {
        let mut seen = BTreeSet::new();
        let all = subjects.iter().flat_map(|subject| self.containers_of(subject));
        all.filter(|node| seen.insert(&node.id)).collect()
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for stack in &self.stacks {
            counts.running += stack.running();
            counts.containers += if stack.is_created { stack.wanted() } else { 0 };
            stack.services.iter().for_each(|service| counts.note(service.status.condition));
        }
        for node in &self.loose {
            counts.containers += 1;
            counts.running += usize::from(node.status.serves());
            counts.note(node.status.condition);
        }
        counts
    }
}

impl Counts {
    fn note(&mut self, condition: Condition) {
        match condition {
            Condition::Bad => self.bad += 1,
            Condition::Warning => self.warning += 1,
            Condition::Busy | Condition::Good | Condition::Idle => {}
        }
    }
}

/// `80→8080 443`, the host's side first; what is not published is left out.
fn ports_text<'a>(ports: impl IntoIterator<Item = &'a PublishedPort>) -> Safe {
    let mut words: Vec<String> = Vec::new();
    for port in ports {
        let Some(host) = port.host_port else { continue };
        let protocol = if port.protocol == "tcp" { "" } else { port.protocol.as_str() };
        let slash = if protocol.is_empty() { "" } else { "/" };
        let word = if host == port.container_port {
            format!("{host}{slash}{protocol}")
        } else {
            format!("{host}→{}{slash}{protocol}", port.container_port)
        };
        // The same port on IPv4 and IPv6 is one to its users.
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Safe::new(words.join(" "))
}
