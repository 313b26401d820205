//! A consumer whose connection is closed: what it held returns.

use super::store::Slot;
use super::{Broker, ConsumerId, Effects, QueueId};
use crate::time::Time;

impl<P: Clone> Broker<P> {
    /// All of it returns before any of it is handed out: a queue that gives its messages to one consumer at a time, or
    /// the urgent ones first, goes on in its order.
    #[cold]
    pub(super) fn close(&mut self, now: Time, consumer: ConsumerId, is_failure: bool, effects: &mut impl Effects<P>) {
        let mut queues = self.leave(consumer);
        let held = self.held_by(consumer);
        self.stale.retain(|_, holder| *holder != consumer);
        self.consumers[consumer.0 as usize].held = 0;
        for (queue, _, slot) in held {
            queues.push(queue);
            match is_failure {
                true => self.fail(now, slot, effects),
                false => self.return_unbegun(now, slot, effects),
            }
        }
        self.refresh_deadline();
        queues.append(&mut self.moved);
        queues.sort();
        queues.dedup();
        for queue in queues {
            self.dispatch(now, queue, effects);
        }
    }

    /// What is in flight to a consumer, by queue and age. It is looked for: nobody else has to know it, and it is seldom
    /// asked.
    fn held_by(&self, consumer: ConsumerId) -> Vec<(QueueId, i64, Slot)> {
        let most = self.consumers[consumer.0 as usize].held as usize;
        let in_flight = self.store.in_flight_to(consumer);
        let mut held: Vec<_> = in_flight.map(|(slot, entry)| (entry.queue, entry.order, slot)).take(most).collect();
        held.sort();
        held
    }
}
