//! What a row has used over fifteen minutes, or all that are marked together, for the graphs below the rows. It is made when figures come or another row
//! is selected, and not while drawing.

use crate::app::store::figures::{Channel, FigureStore, STEP_SECONDS};
use crate::app::store::minutes::SECONDS;
use crate::app::tree::{Subject, Tree};

#[derive(Debug, Clone, PartialEq)]
pub struct Graphs {
    /// Of which they show the sum.
    pub subjects: Vec<Subject>,
    /// The number of the last step since the epoch: what is drawn together stays together while time goes on.
    pub last: i64,
    /// The second of the last reading that is in them.
    pub newest: i64,
    pub cpu: Series,
    pub memory: Series,
    pub network: Series,
    pub block: Series,
}

/// A mean for each step, oldest first; `None` where nothing was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series(pub Vec<Option<f64>>);

impl Graphs {
    /// Of all the containers that the subjects stand for, until the newest reading of any.
    pub fn of(subjects: Vec<Subject>, tree: &Tree, figures: &FigureStore) -> Option<Self> {
        let newest = figures.newest()?;
        let last = newest.div_euclid(STEP_SECONDS);
        let containers = tree.containers_of_all(&subjects).into_iter();
        let containers: Vec<_> = containers.filter_map(|node| figures.known(&node.id)).collect();
        let series = |channel: Channel| {
            let steps = last - SECONDS / STEP_SECONDS + 1..=last;
            let each = steps.map(|step| {
                let used = containers.iter().filter_map(|known| known.step(channel, step));
                used.reduce(|one, other| one + other)
            });
            Series(each.collect())
        };
        Some(Self {
            subjects,
            last,
            newest,
            cpu: series(Channel::Cpu),
            memory: series(Channel::Memory),
            network: series(Channel::Network),
            block: series(Channel::Block),
        })
    }
}

impl Graphs {
    /// Whether nothing was read of it in all that time.
    pub fn is_empty(&self) -> bool {
        [&self.cpu, &self.memory, &self.network, &self.block].iter().all(|series| series.peak().is_none())
    }
}

impl Series {
    pub fn peak(&self) -> Option<f64> {
        self.0.iter().copied().flatten().reduce(f64::max)
    }

    pub fn now(&self) -> Option<f64> {
        self.0.last().copied().flatten()
    }
}
