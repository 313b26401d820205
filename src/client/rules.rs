//! What a consumer is told to do with a delivery.

use crate::time::Span;
use crate::workload::Distribution;

/// How the consumers of one entry work.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerRules {
    pub service: Distribution,
    pub on_retry: OnRetry,
    pub acknowledge: Acknowledge,
    /// Share of attempts that end, after their work, in a failure.
    pub fails: f64,
    pub on_failure: OnFailure,
    /// One by one, unless it says otherwise.
    pub takes: Option<Takes>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The message returns to its queue.
    Requeue,
    /// The message goes to the dead letter queue, or is dropped where there is none.
    Reject,
}
