//! What is asked of a broker, and what follows from it.

use super::{ConsumerId, DeliveryId, Properties, QueueId, Terms};
use crate::measure::Cause;

/// What is asked of a broker. `P` is what travels with a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Command<P> {
    /// A new consumer takes from a queue, or a known one from a further queue, which comes after those before in its
    /// preference; its terms are those of its first.
    Subscribe { consumer: ConsumerId, queue: QueueId, terms: Terms },
    Publish {
        queue: QueueId,
        payload: P,
        /// Kept only where a queue's rules ask for them.
        properties: Properties,
    },
    /// One that is unknown, or was answered before, has no effect.
    Acknowledge { delivery: DeliveryId },
    /// A negative acknowledgement: back into the queue, or out of it.
    Reject { delivery: DeliveryId, requeue: bool },
    /// A message comes back that nobody has begun; that counts as no failure.
    Return { delivery: DeliveryId },
    /// A consumer takes nothing more; what it holds it may still answer. It may subscribe again.
    Cancel { consumer: ConsumerId },
    /// A consumer is gone: it takes nothing more, and what it has not answered returns, before any of it is handed to
    /// another. That may be a failure of each. It may subscribe again.
    Close { consumer: ConsumerId, is_failure: bool },
    /// From now on a queue takes nothing in and gives nothing out. What is in it stays there, and its timers go on.
    Suspend { queue: QueueId },
    /// It does so again, once it has been resumed as often as it was suspended.
    Resume { queue: QueueId },
    /// A queue loses all that it has. Who holds some of it may still answer.
    Empty { queue: QueueId },
    /// Carries out what is due; every other command does that first too.
    Tick,
}

/// Where in its queue a message was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Waiting,
    Delayed,
    InFlight,
    Parked,
}

/// What follows from a command, in the order in which it happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect<P> {
    /// The message is in the queue and waits.
    Accepted {
        queue: QueueId,
        was_blocked: bool,
        payload: P,
    },
    /// The queue is full, and the producer is told.
    Refused {
        queue: QueueId,
        payload: P,
    },
    /// The queue is full, and the message waits outside in its turn.
    Blocked {
        queue: QueueId,
        payload: P,
    },
    /// A waiting message is handed to a consumer. `attempt` counts from 1 since the message entered the queue,
    /// `entry` says how many times it has entered it.
    Delivered {
        queue: QueueId,
        consumer: ConsumerId,
        delivery: DeliveryId,
        entry: u16,
        attempt: u32,
        payload: P,
    },
    /// The message has left the queue for good; it was in flight unless the acknowledgement came late. With
    /// [`super::Keeps::UntilDelivered`] it follows the delivery at once.
    Acknowledged {
        queue: QueueId,
        from: Place,
        payload: P,
    },
    /// A delivered message is back, after a failure or a time-out.
    Returned {
        queue: QueueId,
        to: Place,
        payload: P,
    },
    /// The delay of a message is over; it waits.
    Ready {
        queue: QueueId,
        payload: P,
    },
    Dropped {
        queue: QueueId,
        from: Place,
        cause: Cause,
        payload: P,
    },
    /// The message has left for its dead letter queue, where it waits.
    DeadLettered {
        queue: QueueId,
        from: Place,
        to: QueueId,
        cause: Cause,
        payload: P,
    },
    /// The message stays in the queue, out of reach.
    Parked {
        queue: QueueId,
        payload: P,
    },
}

impl<P> Effect<P> {
    /// The same of something else that stands for the message.
    pub fn with<Q>(&self, payload: Q) -> Effect<Q> {
        match *self {
            Effect::Accepted { queue, was_blocked, .. } => Effect::Accepted { queue, was_blocked, payload },
            Effect::Refused { queue, .. } => Effect::Refused { queue, payload },
            Effect::Blocked { queue, .. } => Effect::Blocked { queue, payload },
            Effect::Delivered { queue, consumer, delivery, entry, attempt, .. } => {
                Effect::Delivered { queue, consumer, delivery, entry, attempt, payload }
            }
            Effect::Acknowledged { queue, from, .. } => Effect::Acknowledged { queue, from, payload },
            Effect::Returned { queue, to, .. } => Effect::Returned { queue, to, payload },
            Effect::Ready { queue, .. } => Effect::Ready { queue, payload },
            Effect::Dropped { queue, from, cause, .. } => Effect::Dropped { queue, from, cause, payload },
            Effect::DeadLettered { queue, from, to, cause, .. } => {
                Effect::DeadLettered { queue, from, to, cause, payload }
            }
            Effect::Parked { queue, .. } => Effect::Parked { queue, payload },
        }
    }

    pub fn payload(&self) -> &P {
        match self {
            Effect::Accepted { payload, .. }
            | Effect::Refused { payload, .. }
            | Effect::Blocked { payload, .. }
            | Effect::Delivered { payload, .. }
            | Effect::Acknowledged { payload, .. }
            | Effect::Returned { payload, .. }
            | Effect::Ready { payload, .. }
            | Effect::Dropped { payload, .. }
            | Effect::DeadLettered { payload, .. }
            | Effect::Parked { payload, .. } => payload,
        }
    }
}

/// Who is told what follows from a command: a list, or somebody who carries it out at once.
pub trait Effects<P> {
    /// Known beforehand: the broker [is plain](super::Broker::is_plain) and nothing returns to its queue, so that nobody
    /// asks on the common path.
    const IS_PLAIN: bool = false;

    fn push(&mut self, effect: Effect<P>);
}

impl<P> Effects<P> for Vec<Effect<P>> {
    #[inline]
    fn push(&mut self, effect: Effect<P>) {
        Vec::push(self, effect);
    }
}
