//! What a consumer is told to do with a delivery.

use crate::workload::Distribution;

/// What the messages of one producer carry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageRules {
    /// Higher is more urgent.
    pub priority: u8,
    /// How long after entering a queue a message expires there; a queue's own ttl may be shorter.
    pub ttl: Option<Distribution>,
}

/// How the consumers of one entry work.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerRules {
    pub service: Distribution,
    pub on_retry: OnRetry,
    pub acknowledge: Acknowledge,
    /// Share of attempts that end, after their work, in a failure.
    pub fails: f64,
    pub on_failure: OnFailure,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The message returns to its queue.
    Requeue,
    /// The message goes to the dead letter queue, or is dropped where there is none.
    Reject,
}
