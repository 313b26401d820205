//! What became of the messages of each queue, kept by effect.

use super::Parcel;
use crate::broker::{Effect, Place, QueueId};

/// The account of one queue, in messages.
///
/// What came in, `accepted + moved_in`, is what left, `acknowledged + dropped + moved_out`, and what is inside,
/// `waiting + delayed + in_flight + parked`. What was published is `accepted + refused + blocked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Handed in by publishers.
    pub published: u64,
    pub accepted: u64,
    pub refused: u64,
    /// Outside, waiting for room.
    pub blocked: u64,
    /// Came as dead letters of another queue.
    pub moved_in: u64,
    pub acknowledged: u64,
    pub dropped: u64,
    /// Left as dead letters for another queue.
    pub moved_out: u64,
    /// Handed to a consumer, each time counted.
    pub delivered: u64,
    pub waiting: u64,
    pub delayed: u64,
    pub in_flight: u64,
    pub parked: u64,
}

impl Account {
    pub fn inside(&self) -> u64 {
        self.waiting + self.delayed + self.in_flight + self.parked
    }

    /// What came in, less what left and what is inside: 0.
    pub fn difference(&self) -> i128 {
        let entered = self.accepted + self.moved_in;
        let left = self.acknowledged + self.dropped + self.moved_out;
        i128::from(entered) - i128::from(left + self.inside())
    }

    /// What was published, less what was told of it: 0.
    pub fn unconfirmed(&self) -> i128 {
        i128::from(self.published) - i128::from(self.accepted + self.refused + self.blocked)
    }

    pub(super) fn at(&mut self, place: Place) -> &mut u64 {
        match place {
            Place::Waiting => &mut self.waiting,
            Place::Delayed => &mut self.delayed,
            Place::InFlight => &mut self.in_flight,
            Place::Parked => &mut self.parked,
        }
    }

    fn shift(&mut self, from: Place, to: Place) {
        *self.at(from) -= 1;
        *self.at(to) += 1;
    }
}

/// The accounts of all queues.
pub(super) struct Books(pub Vec<Account>);

impl Books {
    pub fn of(&mut self, queue: QueueId) -> &mut Account {
        &mut self.0[queue.index()]
    }

    pub fn record(&mut self, effect: &Effect<Parcel>) {
        match *effect {
            Effect::Accepted { queue, was_blocked, .. } => {
                let account = self.of(queue);
                account.accepted += 1;
                account.waiting += 1;
                account.blocked -= u64::from(was_blocked);
            }
            Effect::Refused { queue, .. } => self.of(queue).refused += 1,
            Effect::Blocked { queue, .. } => self.of(queue).blocked += 1,
            Effect::Delivered { queue, .. } => {
                self.of(queue).shift(Place::Waiting, Place::InFlight);
                self.of(queue).delivered += 1;
            }
            Effect::Acknowledged { queue, from, .. } => {
                *self.of(queue).at(from) -= 1;
                self.of(queue).acknowledged += 1;
            }
            Effect::Returned { queue, to, .. } => self.of(queue).shift(Place::InFlight, to),
            Effect::Ready { queue, .. } => self.of(queue).shift(Place::Delayed, Place::Waiting),
            Effect::Dropped { queue, from, .. } => {
                *self.of(queue).at(from) -= 1;
                self.of(queue).dropped += 1;
            }
            Effect::DeadLettered { queue, from, to, .. } => {
                *self.of(queue).at(from) -= 1;
                self.of(queue).moved_out += 1;
                self.of(to).moved_in += 1;
                self.of(to).waiting += 1;
            }
            Effect::Parked { queue, .. } => self.of(queue).shift(Place::InFlight, Place::Parked),
        }
    }
}
