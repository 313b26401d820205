//! What a consumer is told to do with a delivery.

use super::Faults;
use crate::random::Key;
use crate::time::Span;
use crate::workload::{Distribution, Keys};

/// What the messages of one producer carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageRules {
    /// Higher is more urgent.
    pub priority: u8,
    /// How long after entering a queue a message expires there; a queue's own ttl may be shorter.
    pub ttl: Option<Distribution>,
    pub key: Option<Keys>,
    /// How much work it is, in units of the user's choice; a second of the distribution stands for 1.
    pub work: Option<Distribution>,
    /// How many bytes it has; a second of the distribution stands for 1.
    pub size: Option<Distribution>,
}

/// A service that follows a number that the message carries: so long for each, and some time more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Follows {
    pub what: Carries,
    /// Seconds for one unit of work, or for one byte.
    pub each_s: f64,
    pub plus: Span,
}

/// A number that messages carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    Work,
    Size,
}

/// How the consumers of one entry work.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerRules {
    /// Of one that follows what messages carry: how it is distributed over those that may come.
    pub service: Distribution,
    pub follows: Option<Follows>,
    pub on_retry: OnRetry,
    pub acknowledge: Acknowledge,
    /// Share of attempts that end, after their work, in a failure.
    pub fails: f64,
    pub on_failure: OnFailure,
    /// One by one, unless it says otherwise.
    pub takes: Option<Takes>,
    pub faults: Faults,
}

/// Draws from which the longest of several services is estimated.
const SAMPLES: usize = 10_000;

impl ConsumerRules {
    /// The time of a consumer that one message takes while there is always enough to do, in seconds: in a batch, its
    /// share of the whole. The longest of several is estimated, always from the same draws.
    pub fn work_s(&self) -> f64 {
        let mean_s = self.service.mean_s();
        let Some(takes) = self.takes.filter(|takes| takes.up_to > 1) else { return mean_s };
        match takes.time {
            BatchTime::Sum => mean_s,
            BatchTime::Once => mean_s / f64::from(takes.up_to),
            BatchTime::Longest => self.longest_s(takes.up_to) / f64::from(takes.up_to),
        }
    }

    /// The mean of the longest of `n`: a sample in order, each weighed with the chance to be the longest.
    fn longest_s(&self, n: u32) -> f64 {
        if let Distribution::Constant(span) = self.service {
            return span.seconds();
        }
        let (sampler, key) = (self.service.sampler(), Key::of_seed(1).name("longest"));
        let mut sample: Vec<Span> = (0..SAMPLES as u64).map(|at| sampler.draw(&mut key.number(at).draws())).collect();
        sample.sort();
        let below = |at: usize| (at as f64 / SAMPLES as f64).powf(f64::from(n));
        sample.iter().enumerate().map(|(at, span)| span.seconds() * (below(at + 1) - below(at))).sum()
    }
}

/// Messages are worked on together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// As soon as it holds so many, a consumer begins.
    pub up_to: u32,
    /// How long after the first it begins with fewer.
    pub wait: Span,
    pub time: BatchTime,
}

/// How long the work on several messages takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchTime {
    /// As long as the longest of their services.
    Longest,
    Sum,
    /// As long as the service of the first.
    Once,
}

/// How long a further attempt takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRetry {
    /// As long as the first.
    Same,
    /// A new draw.
    Fresh,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledge {
    /// After the work; a failure is a negative acknowledgement.
    After,
    /// As the work starts; what fails then is lost.
    Before,
    /// Never: the broker forgets a message as it hands it over; what fails then is lost.
    OnDelivery,
    /// So many at once after their work, and the rest when there is nothing left to do.
    Every(u32),
}

impl Acknowledge {
    /// Whether the broker keeps a message until the work on it is done, so that it hears of failures.
    pub fn is_after(self) -> bool {
        matches!(self, Acknowledge::After | Acknowledge::Every(_))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The message returns to its queue.
    Requeue,
    /// The message goes to the dead letter queue, or is dropped where there is none.
    Reject,
}

/// What a consumer does while it works, in a live run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorksBy {
    /// It waits for something else, and leaves the processor alone.
    #[default]
    Sleep,
    /// It keeps a processor busy.
    Spin,
}
