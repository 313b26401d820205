//! How messages get into queues, and what a full queue does.

use std::hint::cold_path;

use super::store::{Slot, Store, Where};
use super::{Broker, Effect, Effects, Place, Properties, Queue, QueueId, WhenFull};
use crate::measure::Cause;
use crate::time::Time;

impl<P: Clone> Broker<P> {
    // A call would take the properties through memory.
    #[inline(always)]
    pub(super) fn publish<E: Effects<P>>(
        &mut self,
        now: Time,
        queue: QueueId,
        payload: P,
        properties: Properties,
        effects: &mut E,
    ) {
        let state = &mut self.queues[queue.index()];
        if !state.takes_newcomer(properties.bytes) {
            cold_path();
            return self.publish_when_full(now, queue, (payload, properties), effects);
        }
        let slot = state.accept(queue, payload, false, &mut self.store, effects);
        if !E::IS_PLAIN && (!state.is_plain || self.keeps_properties || !state.blocked.is_empty()) {
            cold_path();
            self.keep_and_note(now, slot, properties);
            return self.dispatch(now, queue, effects);
        }
        // A single message is new, and nobody is blocked: one delivery is all that can follow.
        if let Some(consumer) = state.credit.pop_front() {
            let holder = &mut self.consumers[consumer.0 as usize];
            if !E::IS_PLAIN && !holder.is_plain {
                cold_path();
                return self.deliver_noted(now, queue, consumer, effects);
            }
            state.deliver_next(queue, (consumer, holder), &mut self.store, effects);
            debug_assert!(!self.queues[queue.index()].can_deliver(), "one command, one delivery");
        }
    }

    #[inline(never)]
    fn publish_when_full(
        &mut self,
        now: Time,
        queue: QueueId,
        (payload, properties): (P, Properties),
        effects: &mut impl Effects<P>,
    ) {
        let state = &self.queues[queue.index()];
        if state.is_restricted() && state.blocked.is_empty() && self.passes_through(queue, properties.key) {
            let slot = self.queues[queue.index()].accept(queue, payload, false, &mut self.store, effects);
            self.keep_and_note(now, slot, properties);
            return self.dispatch(now, queue, effects);
        }
        match self.queues[queue.index()].rules.when_full {
            WhenFull::Refuse => return effects.push(Effect::Refused { queue, payload }),
            WhenFull::Block => return self.block(queue, payload, properties, effects),
            WhenFull::DropOldest | WhenFull::DeadLetter => {
                let slot = self.queues[queue.index()].accept(queue, payload, false, &mut self.store, effects);
                self.keep_and_note(now, slot, properties);
                self.make_room(now, slot, self.queues.len() + 1, effects);
                // The one that left may have been delayed, and the next to be ready.
                self.refresh_deadline();
            }
        }
        self.dispatch(now, queue, effects);
        self.dispatch_moved(now, effects);
    }

    fn block(&mut self, queue: QueueId, payload: P, properties: Properties, effects: &mut impl Effects<P>) {
        effects.push(Effect::Blocked { queue, payload: payload.clone() });
        let state = &mut self.queues[queue.index()];
        state.blocked.push_back(payload);
        if self.keeps_properties {
            state.blocked_properties.push_back(properties);
        }
        self.blocked += 1;
    }

    /// Notes what a message carries that has been accepted, where a queue's rules ask for it.
    #[inline(never)]
    fn keep_and_note(&mut self, now: Time, slot: Slot, properties: Properties) {
        if self.keeps_properties {
            self.keep(now, slot, properties);
            self.note_listed(slot);
        }
    }

    /// Puts a message that is in no list behind all others.
    pub(super) fn append(&mut self, queue: QueueId, slot: Slot) {
        let state = &mut self.queues[queue.index()];
        let entry = &mut self.store[slot];
        entry.order = state.next_order;
        entry.place = Where::Fresh;
        state.next_order += 1;
        state.lists[Where::Fresh].push_last(&mut self.store, slot);
        if self.is_special(queue) {
            self.note_listed(slot);
        }
    }

    /// Lets the first blocked message in, if there is room.
    #[inline(never)]
    pub(super) fn admit_blocked(&mut self, now: Time, queue: QueueId, effects: &mut impl Effects<P>) -> bool {
        let properties = self.queues[queue.index()].blocked_properties.front().copied().unwrap_or_default();
        if self.queues[queue.index()].blocked.is_empty() || !self.admits(queue, &properties) {
            return false;
        }
        let state = &mut self.queues[queue.index()];
        let payload = state.blocked.pop_front().expect("the line is not empty");
        let properties = state.blocked_properties.pop_front().unwrap_or_default();
        self.blocked -= 1;
        let slot = state.accept(queue, payload, true, &mut self.store, effects);
        self.keep_and_note(now, slot, properties);
        true
    }

    /// A newcomer has entered a full queue, and those leave it who have to: the newcomer, or the oldest until it fits.
    fn make_room(&mut self, now: Time, newcomer: Slot, rounds: usize, effects: &mut impl Effects<P>) {
        let queue = self.store[newcomer].queue;
        let rules = &self.queues[queue.index()].rules;
        // To drop all others would make no room for what is larger than the whole.
        let is_too_large = rules.capacity_bytes.is_some_and(|capacity| self.bytes_of(newcomer) > capacity);
        if rules.when_full != WhenFull::DropOldest || is_too_large {
            return self.expel_within(now, newcomer, Cause::Full, rounds, effects);
        }
        let age = self.store[newcomer].order;
        self.expel_within(now, self.oldest(queue), Cause::Full, rounds, effects);
        while self.queues[queue.index()].has_too_many_bytes() {
            let oldest = self.oldest(queue);
            if self.store[oldest].order >= age {
                // In a circle some have come round again.
                return;
            }
            self.expel_within(now, oldest, Cause::Full, rounds, effects);
        }
    }

    /// The first by age of those that wait and the one that is delayed for longest; with a capacity of 0 that is the
    /// newcomer itself.
    fn oldest(&self, queue: QueueId) -> Slot {
        let lists = &self.queues[queue.index()].lists;
        let firsts = [Where::Returned, Where::Fresh, Where::Delayed].map(|place| lists[place].first());
        let oldest = firsts.into_iter().flatten().min_by_key(|slot| self.store[*slot].order);
        oldest.expect("the newcomer waits in this queue")
    }

    /// Takes a message out of its queue for good: to the dead letter queue if there is one, else away. What it pushes
    /// out of a full dead letter queue moves on in turn; a circle of full queues, which no scenario may have, ends with
    /// a drop after one round.
    pub(super) fn expel(&mut self, now: Time, slot: Slot, cause: Cause, effects: &mut impl Effects<P>) {
        self.expel_within(now, slot, cause, self.queues.len() + 1, effects);
    }

    fn expel_within(&mut self, now: Time, slot: Slot, cause: Cause, rounds: usize, effects: &mut impl Effects<P>) {
        let Some(to) = self.queues[self.store[slot].queue.index()].rules.dead_letter else {
            return self.drop_message(slot, cause, effects);
        };
        let properties = self.store.extra(slot).map(|extra| extra.properties).unwrap_or_default();
        let target = &self.queues[to.index()];
        let (has_room, is_full) = (target.has_room(properties.bytes), !self.admits(to, &properties));
        if rounds == 0 || is_full && matches!(target.rules.when_full, WhenFull::Refuse | WhenFull::Block) {
            return self.drop_message(slot, Cause::DeadLetterFull, effects);
        }
        self.move_to(now, (slot, to), cause, effects);
        if is_full {
            self.make_room(now, slot, rounds - 1, effects);
        } else if !has_room {
            // Before whoever takes it is given anything else.
            self.dispatch(now, to, effects);
        }
    }

    pub(super) fn drop_message(&mut self, slot: Slot, cause: Cause, effects: &mut impl Effects<P>) {
        let queue = self.store[slot].queue;
        let from = self.unlist(slot);
        let payload = self.forget(slot);
        effects.push(Effect::Dropped { queue, from, cause, payload });
    }

    fn move_to(&mut self, now: Time, (slot, to): (Slot, QueueId), cause: Cause, effects: &mut impl Effects<P>) {
        let queue = self.store[slot].queue;
        let from = self.unlist(slot);
        effects.push(Effect::DeadLettered { queue, from, to, cause, payload: self.store.payload(slot) });
        self.visits.insert((slot, queue), self.store[slot].entry);
        self.given_back.remove(&slot);
        let before = self.visits.get(&(slot, to)).copied().unwrap_or(0);
        let entry = &mut self.store[slot];
        entry.queue = to;
        entry.serial_at_entry = entry.serial;
        entry.entry = before.saturating_add(1);
        if self.keeps_properties {
            self.begin_ttl(now, slot);
        }
        self.append(to, slot);
        self.moved.push(to);
    }

    /// Takes a message out of the list it is in, and says where it was.
    #[inline]
    pub(super) fn unlist(&mut self, slot: Slot) -> Place {
        let entry = &self.store[slot];
        let (queue, place) = (entry.queue, entry.place);
        if self.is_special(queue) {
            self.note_unlisted(slot);
        }
        let state = &mut self.queues[queue.index()];
        if place != Where::InFlight || state.rules.redelivery.ack_timeout.is_some() {
            state.lists[place].remove(&mut self.store, slot);
        }
        place.into()
    }

    /// Puts a message behind those that are in that place already.
    #[inline]
    pub(super) fn list(&mut self, slot: Slot, place: Where) {
        let entry = &mut self.store[slot];
        entry.place = place;
        let queue = entry.queue;
        self.queues[queue.index()].lists[place].push_last(&mut self.store, slot);
        if self.is_special(queue) {
            self.note_listed(slot);
        }
    }

    /// Frees the slot of a message that is in no list.
    #[inline]
    pub(super) fn forget(&mut self, slot: Slot) -> P {
        if !self.visits.is_empty() {
            self.forget_visits(slot);
        }
        self.store.remove(slot)
    }

    #[cold]
    fn forget_visits(&mut self, slot: Slot) {
        let of_slot = (slot, QueueId(0))..=(slot, QueueId(u16::MAX));
        let keys: Vec<_> = self.visits.range(of_slot).map(|(key, _)| *key).collect();
        for key in keys {
            self.visits.remove(&key);
        }
        self.given_back.remove(&slot);
    }
}

impl<P: Clone> Queue<P> {
    #[inline(always)]
    fn accept(
        &mut self,
        queue: QueueId,
        payload: P,
        was_blocked: bool,
        store: &mut Store<P>,
        effects: &mut impl Effects<P>,
    ) -> Slot {
        effects.push(Effect::Accepted { queue, was_blocked, payload: payload.clone() });
        let slot = store.insert(queue, self.next_order, payload);
        self.next_order += 1;
        self.lists[Where::Fresh].push_last(store, slot);
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::{Command, ConsumerId, Delay, QueueRules, Redelivery, Terms};
    use crate::time::Span;

    #[test]
    fn a_delayed_message_that_makes_room_for_another_takes_its_deadline_along() {
        let redelivery = Redelivery { delay: Delay::constant(Span::from_secs(1)), ..Redelivery::default() };
        let rules =
            QueueRules { capacity: Some(1), when_full: WhenFull::DropOldest, redelivery, ..QueueRules::default() };
        let queue = QueueId(0);
        let mut broker = Broker::new([rules]);
        let mut effects = Vec::new();
        broker.apply(
            Time::ZERO,
            Command::Subscribe { consumer: ConsumerId(0), queue, terms: Terms::prefetch(1) },
            &mut effects,
        );
        let publish = |payload| Command::Publish { queue, payload, properties: Properties::default() };
        broker.apply(Time::ZERO, publish("delayed"), &mut effects);
        let Some(Effect::Delivered { delivery, .. }) = effects.last().copied() else { panic!("it is delivered") };
        broker.apply(Time::ZERO, Command::Reject { delivery, requeue: true }, &mut effects);
        broker.apply(Time::ZERO, publish("in flight"), &mut effects);
        assert!(broker.next_deadline().is_some());
        broker.apply(Time::ZERO, publish("waits"), &mut effects);
        assert_eq!(broker.next_deadline(), None);
    }
}
