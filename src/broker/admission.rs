//! How messages get into queues, and what a full queue does.

use std::hint::cold_path;

use super::store::{Slot, Where};
use super::{Broker, Effect, Effects, Place, Properties, QueueId, WhenFull};
use crate::measure::Cause;
use crate::time::Time;

impl<P: Clone> Broker<P> {
    // A call would take the properties through memory.
    #[inline(always)]
    pub(super) fn publish(
        &mut self,
        now: Time,
        queue: QueueId,
        payload: P,
        properties: Properties,
        effects: &mut impl Effects<P>,
    ) {
        if !self.admits(queue, properties.key) {
            cold_path();
            return self.publish_when_full(now, queue, (payload, properties), effects);
        }
        let slot = self.accept(queue, payload, false, effects);
        if self.keeps_properties {
            cold_path();
            self.keep_and_note(now, slot, properties);
            return self.dispatch(now, queue, effects);
        }
        self.dispatch_one(now, queue, effects);
    }

    #[inline(never)]
    fn publish_when_full(
        &mut self,
        now: Time,
        queue: QueueId,
        (payload, properties): (P, Properties),
        effects: &mut impl Effects<P>,
    ) {
        match self.queues[queue.index()].rules.when_full {
            WhenFull::Refuse => return effects.push(Effect::Refused { queue, payload }),
            WhenFull::Block => return self.block(queue, payload, properties, effects),
            WhenFull::DropOldest | WhenFull::DeadLetter => {
                let slot = self.accept(queue, payload, false, effects);
                self.keep_and_note(now, slot, properties);
                let leaves = self.leaves(queue, slot);
                self.expel(now, leaves, Cause::Full, effects);
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

    #[inline(always)]
    fn accept(&mut self, queue: QueueId, payload: P, was_blocked: bool, effects: &mut impl Effects<P>) -> Slot {
        effects.push(Effect::Accepted { queue, was_blocked, payload: payload.clone() });
        let state = &mut self.queues[queue.index()];
        let slot = self.store.insert(queue, state.next_order, payload);
        state.next_order += 1;
        state.lists[Where::Fresh].push_last(&mut self.store, slot);
        slot
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
        let state = &self.queues[queue.index()];
        let key = state.blocked_properties.front().and_then(|properties| properties.key);
        if state.blocked.is_empty() || !state.has_room() && !self.takes_at_once(queue, key) {
            return false;
        }
        let state = &mut self.queues[queue.index()];
        let payload = state.blocked.pop_front().expect("the line is not empty");
        let properties = state.blocked_properties.pop_front().unwrap_or_default();
        self.blocked -= 1;
        let slot = self.accept(queue, payload, true, effects);
        self.keep_and_note(now, slot, properties);
        true
    }

    /// Who has to leave a full queue that a newcomer has entered.
    fn leaves(&self, queue: QueueId, newcomer: Slot) -> Slot {
        match self.queues[queue.index()].rules.when_full {
            WhenFull::DropOldest => self.oldest(queue),
            WhenFull::DeadLetter | WhenFull::Refuse | WhenFull::Block => newcomer,
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
    pub(super) fn expel(&mut self, now: Time, mut slot: Slot, mut cause: Cause, effects: &mut impl Effects<P>) {
        for _ in 0..=self.queues.len() {
            let Some(to) = self.queues[self.store[slot].queue.index()].rules.dead_letter else {
                return self.drop_message(slot, cause, effects);
            };
            let key = self.store.extra(slot).and_then(|extra| extra.properties.key);
            let has_room = self.queues[to.index()].has_room();
            let full = !has_room && !self.takes_at_once(to, key);
            if full && matches!(self.queues[to.index()].rules.when_full, WhenFull::Refuse | WhenFull::Block) {
                break;
            }
            self.move_to(now, (slot, to), cause, effects);
            if !full {
                if !has_room {
                    // Before whoever takes it is given anything else.
                    self.dispatch(now, to, effects);
                }
                return;
            }
            (slot, cause) = (self.leaves(to, slot), Cause::Full);
        }
        self.drop_message(slot, Cause::DeadLetterFull, effects);
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
