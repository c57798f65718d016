//! What each row is sorted by: a figure for each column. A row without one has none, and comes last.

use super::column::Column;
use crate::app::store::gpus::GpuStore;
use crate::app::store::health::HealthStore;
use crate::app::tree::{Condition, ContainerNode, ServiceNode, StackNode, Status, Subject, Tree, Usage};
use crate::domain::{Drift, Verdict};
use std::collections::HashMap;

#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub tree: &'a Tree,
    pub health: &'a HealthStore,
    pub gpus: &'a GpuStore,
}

impl Standing<'_> {
    pub(super) fn figures(self, column: Column) -> HashMap<Subject, f64> {
        let mut figures = HashMap::new();
        let mut tell = |subject: Subject, figure: Option<f64>| {
            if let Some(figure) = figure {
                figures.insert(subject, figure);
            }
        };
        for stack in &self.tree.stacks {
            let subject = Subject::Stack(stack.project.clone());
            tell(subject, self.stack(stack, column));
            for service in &stack.services {
                let subject =
                    Subject::Service { project: stack.project.clone(), service: service.service.clone() };
                tell(subject, self.service(service, column));
                for node in &service.containers {
                    tell(Subject::Container(node.id.clone()), self.container(node, column));
                }
            }
        }
        for node in &self.tree.loose {
            tell(Subject::Container(node.id.clone()), self.container(node, column));
        }
        figures
    }

    fn stack(self, stack: &StackNode, column: Column) -> Option<f64> {
        let of_services = || stack.services.iter().filter_map(|service| self.service(service, column));
        match column {
            Column::Replicas => {
                let missing = |service: &ServiceNode| service.wanted.saturating_sub(service.running);
                stack.is_created.then(|| count(stack.services.iter().map(missing).sum()))
            }
            Column::State => stack.is_created.then(|| severity(stack.condition)),
            Column::Drift | Column::Check => of_services().reduce(f64::max),
            Column::Restarts | Column::Gpus => of_services().reduce(|one, other| one + other),
            Column::Ports => of_services().reduce(f64::min),
            Column::Name
            | Column::Cpu
            | Column::Course
            | Column::Memory
            | Column::MemoryPart
            | Column::Received
            | Column::Sent
            | Column::Read
            | Column::Written
            | Column::Pids
            | Column::Throttled
            | Column::OomKills => used(&stack.usage, column),
        }
    }

    fn service(self, service: &ServiceNode, column: Column) -> Option<f64> {
        match column {
            Column::Replicas => Some(count(service.wanted.saturating_sub(service.running))),
            Column::Drift => service.drift.map(|drift| match drift {
                Drift::InSync => 0.0,
                Drift::Unknown => 1.0,
                Drift::ImageNewer => 2.0,
                Drift::Changed => 3.0,
                Drift::Orphan => 4.0,
            }),
            Column::Check => {
                let report = self.health.worst_of(&service.project, &service.service)?;
                Some(match report.verdict {
                    Verdict::Up => 0.0,
                    Verdict::Unknown => 1.0,
                    Verdict::Starting => 2.0,
                    Verdict::Degraded => 3.0,
                    Verdict::Down => 4.0,
                })
            }
            Column::Gpus => {
                let held = service.containers.iter().filter_map(|node| self.container(node, column));
                held.reduce(|one, other| one + other)
            }
            Column::State | Column::Restarts => of_status(&service.status, column),
            Column::Ports => first_port(&service.ports),
            Column::Name
            | Column::Cpu
            | Column::Course
            | Column::Memory
            | Column::MemoryPart
            | Column::Received
            | Column::Sent
            | Column::Read
            | Column::Written
            | Column::Pids
            | Column::Throttled
            | Column::OomKills => used(&service.usage, column),
        }
    }

    fn container(self, node: &ContainerNode, column: Column) -> Option<f64> {
        match column {
            Column::State | Column::Restarts => of_status(&node.status, column),
            Column::Gpus => Some(count(self.gpus.held_by(&node.id).count())).filter(|held| *held > 0.0),
            Column::Ports => first_port(&node.ports),
            Column::Name | Column::Replicas | Column::Drift | Column::Check => None,
            Column::Cpu
            | Column::Course
            | Column::Memory
            | Column::MemoryPart
            | Column::Received
            | Column::Sent
            | Column::Read
            | Column::Written
            | Column::Pids
            | Column::Throttled
            | Column::OomKills => used(&node.usage, column),
        }
    }
}

fn used(usage: &Usage, column: Column) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "rows are put in order by it")]
    let float = |value: Option<u64>| value.map(|value| value as f64);
    match column {
        Column::Cpu | Column::Course => usage.cpu_percent,
        Column::Memory => float(usage.memory_bytes),
        Column::MemoryPart => usage.memory_part(),
        Column::Received => float(usage.received),
        Column::Sent => float(usage.sent),
        Column::Read => float(usage.read),
        Column::Written => float(usage.written),
        Column::Pids => float(usage.pids),
        Column::Throttled => usage.throttled_percent,
        Column::OomKills => float(usage.oom_kills),
        Column::Name
        | Column::Replicas
        | Column::State
        | Column::Drift
        | Column::Check
        | Column::Restarts
        | Column::Gpus
        | Column::Ports => None,
    }
}

fn of_status(status: &Status, column: Column) -> Option<f64> {
    if column == Column::State {
        return Some(severity(status.condition));
    }
    status.restarts.map(|restarts| count(usize::try_from(restarts).unwrap_or(usize::MAX)))
}

fn severity(condition: Condition) -> f64 {
    match condition {
        Condition::Bad => 4.0,
        Condition::Warning => 3.0,
        Condition::Busy => 2.0,
        Condition::Good => 1.0,
        Condition::Idle => 0.0,
    }
}

/// The port of the host that comes first: `80→8080 443`.
fn first_port(words: &str) -> Option<f64> {
    let digits = words.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse::<u16>().ok().map(f64::from)
}

fn count(value: usize) -> f64 {
    u32::try_from(value).map_or(f64::from(u32::MAX), f64::from)
}
