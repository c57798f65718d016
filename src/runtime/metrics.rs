//! The newest figures, for a loop that may be busy: what it has not taken in is replaced by what comes after it. They
//! have a way of their own, so that no flood of log lines takes their place.

use crate::app::Msg;
use crate::domain::{ContainerFigures, ContainerId, GpuSample, HostSample};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, watch};

/// Where a feed leaves them.
#[derive(Debug, Clone)]
pub struct Metrics {
    latest: Arc<Mutex<Latest>>,
    /// Rung when something new is there; once is enough, however much that is.
    bell: mpsc::Sender<()>,
    /// For who judges by them beside the loop.
    gpus: Arc<watch::Sender<Option<Arc<GpuSample>>>>,
}

/// Where the loop takes them.
#[derive(Debug)]
pub struct MetricsEnd {
    latest: Arc<Mutex<Latest>>,
    bell: mpsc::Receiver<()>,
}

#[derive(Debug, Default)]
struct Latest {
    host: Option<HostSample>,
    gpus: Option<GpuSample>,
    /// Feeds tell of some containers at a time. As many as there are containers, at most.
    containers: Vec<(ContainerId, ContainerFigures)>,
}

pub fn channel() -> (Metrics, MetricsEnd) {
    let latest = Arc::default();
    let (bell, heard) = mpsc::channel(1);
    let gpus = Arc::new(watch::Sender::new(None));
    (Metrics { latest: Arc::clone(&latest), bell, gpus }, MetricsEnd { latest, bell: heard })
}

impl Metrics {
    /// False when the console is over, as with the other two.
    pub fn host(&self, sample: HostSample) -> bool {
        lock(&self.latest).host = Some(sample);
        self.ring()
    }

    pub fn gpus(&self, sample: GpuSample) -> bool {
        // Copied only where somebody looks.
        if self.gpus.receiver_count() > 0 {
            self.gpus.send_replace(Some(Arc::new(sample.clone())));
        }
        lock(&self.latest).gpus = Some(sample);
        self.ring()
    }

    pub fn containers(&self, figures: Vec<(ContainerId, ContainerFigures)>) -> bool {
        let mut latest = lock(&self.latest);
        // Nearly always the loop has taken what was there.
        latest.containers = match std::mem::take(&mut latest.containers) {
            taken if taken.is_empty() => figures,
            waiting => waiting.into_iter().chain(figures).collect::<HashMap<_, _>>().into_iter().collect(),
        };
        drop(latest);
        self.ring()
    }

    /// The newest reading of the devices, whether the loop has taken it or not.
    pub fn watch_gpus(&self) -> watch::Receiver<Option<Arc<GpuSample>>> {
        self.gpus.subscribe()
    }

    fn ring(&self) -> bool {
        !matches!(self.bell.try_send(()), Err(mpsc::error::TrySendError::Closed(())))
    }
}

impl MetricsEnd {
    /// What is new, when there is something. `None` when all feeds have ended.
    pub async fn recv(&mut self) -> Option<Vec<Msg>> {
        self.bell.recv().await?;
        let Latest { host, gpus, containers } = std::mem::take(&mut *lock(&self.latest));
        let mut news = Vec::with_capacity(3);
        news.extend(host.map(Msg::Host));
        news.extend(gpus.map(Msg::Gpu));
        if !containers.is_empty() {
            news.push(Msg::Figures(containers));
        }
        Some(news)
    }
}

fn lock(latest: &Mutex<Latest>) -> MutexGuard<'_, Latest> {
    latest.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Safe;
    use crate::domain::figures::FigureSource;
    use jiff::Timestamp;

    fn figures(cpu_percent: f64) -> ContainerFigures {
        let unknown = ContainerFigures::unknown(Timestamp::UNIX_EPOCH, FigureSource::StatsApi);
        ContainerFigures { cpu_percent: Some(cpu_percent), ..unknown }
    }

    #[tokio::test]
    async fn what_was_not_taken_in_is_replaced_by_what_came_after_it() {
        let (metrics, mut end) = channel();
        let [a, b] = ["a", "b"].map(|id| ContainerId(id.to_owned()));
        for round in 0..1000 {
            assert!(metrics.containers(vec![(a.clone(), figures(f64::from(round)))]));
            assert!(metrics.gpus(GpuSample::Absent { reason: Safe::new(round.to_string()) }));
        }
        assert!(metrics.containers(vec![(b.clone(), figures(7.0))]), "another round tells of another one");
        let mut news = end.recv().await.unwrap();
        let Some(Msg::Figures(mut batch)) = news.pop() else { panic!("{news:?}") };
        batch.sort_by(|left, right| left.0.cmp(&right.0));
        assert_eq!(batch, [(a, figures(999.0)), (b, figures(7.0))]);
        assert_eq!(news, [Msg::Gpu(GpuSample::Absent { reason: Safe::new("999") })]);
        let nothing = tokio::time::timeout(std::time::Duration::ZERO, end.recv()).await;
        assert!(nothing.is_err(), "each is told once");
    }

    #[tokio::test]
    async fn either_side_hears_that_the_other_is_over() {
        let (metrics, end) = channel();
        drop(end);
        assert!(!metrics.containers(Vec::new()));
        let (metrics, mut end) = channel();
        drop(metrics);
        assert_eq!(end.recv().await, None);
    }
}
