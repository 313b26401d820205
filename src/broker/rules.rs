//! What a queue is told to do: capacity, dead letters, redelivery.

use super::QueueId;
use crate::time::Span;

/// The rules of one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRules {
    /// Messages that may wait or be delayed; `None` is unlimited. What returns always gets in.
    pub capacity: Option<u64>,
    pub when_full: WhenFull,
    pub dead_letter: Option<QueueId>,
    pub redelivery: Redelivery,
}

/// What becomes of a newcomer that a full queue has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The producer is told, and gives up.
    Refuse,
    /// It waits outside until there is room.
    Block,
    /// The oldest message makes room for it.
    DropOldest,
    /// It goes to the dead letter queue.
    DeadLetter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redelivery {
    pub returns_to: ReturnsTo,
    /// Failures (negative acknowledgements, time-outs) that are forgiven; `None` is any number.
    pub limit: Option<u32>,
    /// Where a message goes that has failed once more.
    pub then: Then,
    /// How long a message that failed is kept from delivery.
    pub delay: Span,
    /// How long after delivery the queue takes an unacknowledged message back.
    pub ack_timeout: Option<Span>,
}

/// Which place a message takes that returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnsTo {
    /// Its place by age.
    Original,
    Front,
    Tail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    DeadLetter,
    Drop,
    /// Keeps it in the queue, out of reach of consumers.
    Park,
}

impl Default for QueueRules {
    fn default() -> QueueRules {
        QueueRules { capacity: None, when_full: WhenFull::Refuse, dead_letter: None, redelivery: Redelivery::default() }
    }
}

impl Default for Redelivery {
    fn default() -> Redelivery {
        Redelivery {
            returns_to: ReturnsTo::Original,
            limit: None,
            then: Then::Drop,
            delay: Span::ZERO,
            ack_timeout: None,
        }
    }
}
