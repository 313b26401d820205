//! What a queue is told to do: capacity, dead letters, redelivery.

use super::QueueId;
use super::delay::Delay;
use crate::time::Span;
use crate::workload::Distribution;

/// The rules of one queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueRules {
    /// Messages that may wait or be delayed; `None` is unlimited. What returns always gets in.
    pub capacity: Option<u64>,
    /// The same of the bytes that these messages have in all.
    pub capacity_bytes: Option<u64>,
    pub when_full: WhenFull,
    pub dead_letter: Option<QueueId>,
    pub redelivery: Redelivery,
    pub order: Order,
    pub ordered_by: OrderedBy,
    pub active: Active,
    /// How long after entering a message expires that still waits or is delayed.
    pub ttl: Option<Distribution>,
}

/// Which of the messages that wait is delivered next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The oldest.
    Fifo,
    /// The youngest.
    Lifo,
    /// The oldest of the highest priority there is. Priorities are from 0 to `levels` − 1; a higher one counts as the
    /// highest of these.
    Priority { levels: u8 },
    /// The one whose next attempt would take least, as [`Broker::order_by`](super::Broker::order_by) was told; of those
    /// alike the oldest.
    ShortestFirst,
}

/// Which messages are kept in order by being handed out one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderedBy {
    Nothing,
    /// One message of a key is out at a time: with a consumer until it answers or the queue takes the message back, or
    /// delayed. Of those of a key that wait the next is the first by [`Order`].
    Key,
}

/// Who of those that take from a queue is given messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Active {
    /// Whoever has credit, in turn.
    All,
    /// One, until it leaves: the first of the highest priority when there is a message for it, and then the next.
    Single,
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

#[derive(Clone, Debug, PartialEq)]
pub struct Redelivery {
    pub returns_to: ReturnsTo,
    /// `None` is any number.
    pub limit: Option<u32>,
    pub counts: LimitCounts,
    /// Where a message goes that has failed once more.
    pub then: Then,
    /// How long a message that failed is kept from delivery.
    pub delay: Delay,
    /// How long after delivery the queue takes an unacknowledged message back.
    pub ack_timeout: Option<Span>,
    pub late_ack: LateAck,
    /// Share of deliveries, of those that are to be answered, that are made twice.
    pub duplicates: f64,
}

/// What a limit is a limit of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitCounts {
    /// Failures (negative acknowledgements, time-outs) that are forgiven.
    Failures,
    /// Deliveries in all.
    Deliveries,
}

/// What an acknowledgement does that comes after its time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateAck {
    /// Removes the message from the queue that delivered it.
    Accepted,
    Ignored,
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
        QueueRules {
            capacity: None,
            capacity_bytes: None,
            when_full: WhenFull::Refuse,
            dead_letter: None,
            redelivery: Redelivery::default(),
            order: Order::Fifo,
            ordered_by: OrderedBy::Nothing,
            active: Active::All,
            ttl: None,
        }
    }
}

impl QueueRules {
    /// Whether it can be full.
    pub fn is_limited(&self) -> bool {
        self.capacity.is_some() || self.capacity_bytes.is_some()
    }
}

impl Default for Redelivery {
    fn default() -> Redelivery {
        Redelivery {
            returns_to: ReturnsTo::Original,
            limit: None,
            counts: LimitCounts::Failures,
            then: Then::Drop,
            delay: Delay::NONE,
            ack_timeout: None,
            late_ack: LateAck::Accepted,
            duplicates: 0.0,
        }
    }
}

impl Redelivery {
    /// Whether a message goes where `then` says after so many attempts, all of which have failed.
    pub(super) fn is_exhausted(&self, attempts: u32) -> bool {
        self.limit.is_some_and(|limit| match self.counts {
            LimitCounts::Failures => attempts > limit,
            LimitCounts::Deliveries => attempts >= limit,
        })
    }

    /// Whether a queue takes messages back that are with a consumer.
    pub fn takes_back(&self) -> bool {
        self.ack_timeout.is_some() || self.duplicates > 0.0
    }

    /// Failures that a message survives; `None` is any number.
    pub fn forgiven(&self) -> Option<u32> {
        self.limit.map(|limit| match self.counts {
            LimitCounts::Failures => limit,
            LimitCounts::Deliveries => limit.saturating_sub(1),
        })
    }
}
