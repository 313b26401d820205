//! One message in the hands of whoever works on it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::consumer::Seat;
use super::shared::Answer;
use super::told::Handed;
use crate::broker::QueueId;

/// A message that was handed over and waits for an answer. Dropped without one, as when its task dies, it is returned as
/// by [`nack`](Delivery::nack): the attempt has failed, so that a limit of the queue ends what would otherwise kill one
/// consumer after the other.
///
/// An answer takes effect before the call returns. One that comes after the queue took the message back is late: it
/// frees the consumer, and an acknowledgement takes the message out if that is still possible.
#[must_use = "a delivery that is dropped is returned to its queue"]
pub struct Delivery {
    seat: Arc<Seat>,
    handed: Handed,
    answered: bool,
}

impl Delivery {
    pub(super) fn new(seat: Arc<Seat>, handed: Handed) -> Delivery {
        Delivery { seat, handed, answered: false }
    }

    pub fn payload(&self) -> &Bytes {
        &self.handed.payload
    }

    /// The queue it comes from.
    pub fn queue(&self) -> QueueId {
        self.handed.queue
    }

    /// Deliveries of the message since it entered the queue: this one, and those to consumers that were gone before they
    /// received it, included.
    pub fn attempt(&self) -> u32 {
        self.handed.attempt
    }

    /// How many times the message has entered the queue, more than once only in a circle of dead letter queues.
    pub fn entry(&self) -> u16 {
        self.handed.entry
    }

    /// Done: the message leaves the queue for good.
    pub fn ack(self) {
        self.answer(Answer::Acknowledge);
    }

    /// Failed: the message returns as its queue's redelivery says.
    pub fn nack(self) {
        self.answer(Answer::Return);
    }

    /// Not wanted: the message goes to the dead letter queue, or away where there is none.
    pub fn reject(self) {
        self.answer(Answer::Reject);
    }

    /// Not begun: the message returns to its queue, and that counts as no failure.
    pub fn give_back(self) {
        self.answer(Answer::GiveBack);
    }

    /// Acknowledges all under one lock, in their order; `deliveries` is empty afterwards and may be used again.
    pub fn ack_all(deliveries: &mut Vec<Delivery>) {
        let mut rest = deliveries.as_mut_slice();
        while let Some(first) = rest.first() {
            let shared = Arc::clone(&first.seat.shared);
            let is_here = |delivery: &&Delivery| Arc::ptr_eq(&delivery.seat.shared, &shared);
            let (here, others) = rest.split_at_mut(rest.iter().take_while(is_here).count());
            shared.enter(|state| {
                for delivery in here {
                    delivery.answered = true;
                    state.answer(delivery.seat.consumer, Answer::Acknowledge, delivery.handed.delivery);
                }
            });
            rest = others;
        }
        deliveries.clear();
    }

    fn answer(mut self, answer: Answer) {
        self.give(answer);
    }

    fn give(&mut self, answer: Answer) {
        let Delivery { seat, handed, answered } = self;
        *answered = true;
        seat.shared.enter(|state| state.answer(seat.consumer, answer, handed.delivery));
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.answered {
            self.give(Answer::Return);
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Handed { queue, attempt, payload, .. } = &self.handed;
        f.debug_struct("Delivery")
            .field("queue", queue)
            .field("attempt", attempt)
            .field("bytes", &payload.len())
            .finish_non_exhaustive()
    }
}
