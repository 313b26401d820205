//! What is copied from the books of a run: quickly, because a live run waits for it.

use crate::broker::QueueId;
use crate::metrics::{Counts, Recorder, Times};
use crate::result::{ProducerAccount, QueueAccount};
use crate::scenario::Scenario;
use crate::time::{Span, Time};

/// Of one queue.
#[derive(Clone, Debug)]
pub struct QueueFigures {
    pub account: QueueAccount,
    /// All deliveries, and those that were not the first.
    pub delivered: u64,
    pub redelivered: u64,
    /// Messages that wait, and those in flight, on average until now.
    pub mean_levels: Option<(f64, f64)>,
}

/// What the books say at an instant.
#[derive(Clone, Debug)]
pub struct Figures {
    pub at: Time,
    pub queues: Vec<QueueFigures>,
    pub producers: Vec<ProducerAccount>,
    /// Of all producers.
    pub counts: Counts,
    pub times: Times,
    /// Messages processed, and attempts that succeeded.
    pub processed: u64,
    pub succeeded: u64,
    /// How much of the measured window has passed.
    pub passed: Span,
    /// By consumers entry: seconds at work, and available where that is counted.
    crews: Vec<(f64, Option<f64>)>,
}

impl Figures {
    /// `deliveries` are those to each queue's consumers, and of these those that were not the first.
    pub fn copy(scenario: &Scenario, recorder: &mut Recorder, at: Time, deliveries: &[(u64, u64)]) -> Figures {
        let queue = |(place, &(delivered, redelivered)): (usize, &(u64, u64))| {
            let id = QueueId(place as u16);
            let (account, mean_levels) = (recorder.queue_account(id), recorder.mean_levels(id, at));
            QueueFigures { account, delivered, redelivered, mean_levels }
        };
        let queues = deliveries.iter().enumerate().map(queue).collect();
        let mut counts = Counts::default();
        (0..scenario.producers.len()).for_each(|producer| counts.add(&recorder.counts(producer)));
        let (processed, succeeded) = recorder.processed();
        Figures {
            at,
            queues,
            producers: (0..scenario.producers.len()).map(|producer| recorder.producer_account(producer)).collect(),
            counts,
            processed,
            succeeded,
            passed: recorder.passed(at),
            crews: (0..scenario.consumers.len()).map(|crew| recorder.crew_time(crew, at)).collect(),
            times: recorder.times(),
        }
    }

    /// The consumers of an entry are at work since so long, all together, in attempts that have not ended.
    pub fn add_work(&mut self, crew: usize, since: Span) {
        self.crews[crew].0 += since.seconds();
    }

    /// Seconds at work and seconds available of an entry.
    pub fn crew_time(&self, scenario: &Scenario, crew: usize) -> (f64, f64) {
        let (busy, available) = self.crews[crew];
        let all = || f64::from(scenario.consumers[crew].count) * self.passed.seconds();
        (busy, available.unwrap_or_else(all))
    }

    pub fn utilization(&self, scenario: &Scenario, crew: usize) -> Option<f64> {
        let (busy, available) = self.crew_time(scenario, crew);
        (available > 0.0).then(|| busy / available)
    }
}
