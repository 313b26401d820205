//! Deliveries that a queue makes twice, because it does not know that it has made them.

use super::store::{Entry, Slot};
use super::{Broker, DeliveryId, Effects};
use crate::random::uniform;

impl<P: Clone> Broker<P> {
    /// If a delivery is to be made twice, its message waits again at once, as if it had not been handed out; whoever has it
    /// works on it and answers as after a time-out. That is no failure, and the second delivery is not made twice again.
    #[inline(never)]
    pub(super) fn hand_out_twice(&mut self, delivery: DeliveryId, effects: &mut impl Effects<P>) {
        let slot = delivery.slot;
        let held = self.store.get(slot).filter(|entry| entry.is_current(delivery));
        let Some(consumer) = held.filter(|entry| self.is_made_twice(slot, entry)).map(|entry| entry.consumer) else {
            return;
        };
        self.stale.insert(delivery, consumer);
        self.put_back_unbegun(slot, effects);
        self.refresh_deadline();
    }

    fn is_made_twice(&self, slot: Slot, entry: &Entry<P>) -> bool {
        let (queue, attempts) = (&self.queues[entry.queue.index()], entry.attempt());
        let (Some(special), Some(extra)) = (&queue.special, self.store.extra(slot)) else { return false };
        let key = extra.properties.draws.and(special.name).name("duplicates").number(u64::from(entry.entry));
        let is_drawn =
            |attempt: u32| uniform(&mut key.number(u64::from(attempt)).draws()) < queue.rules.redelivery.duplicates;
        // Of deliveries drawn one after the other every other one is the second of the one before.
        let drawn = (1..=attempts).rev().take_while(|attempt| is_drawn(*attempt)).count();
        drawn % 2 == 1
    }
}
