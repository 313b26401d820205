//! How messages get out of queues, and what an answer or its absence does.

use std::hint::cold_path;

use super::store::{Slot, Store, Where};
use super::turns::Consumer;
use super::{Broker, ConsumerId, DeliveryId, Effect, Effects, LateAck, Order, Place, Queue, QueueId, ReturnsTo, Then};
use crate::measure::Cause;
use crate::time::{Span, Time};

impl<P: Clone> Broker<P> {
    /// Hands out what waits to whoever may have it, and lets blocked messages in where that made room.
    #[inline(never)]
    pub(super) fn dispatch(&mut self, now: Time, queue: QueueId, effects: &mut impl Effects<P>) {
        loop {
            while self.deliver_one(now, queue, effects) {}
            if self.queues[queue.index()].blocked.is_empty() || !self.admit_blocked(now, queue, effects) {
                return;
            }
        }
    }

    #[inline]
    pub(super) fn dispatch_moved(&mut self, now: Time, effects: &mut impl Effects<P>) {
        while let Some(queue) = self.moved.pop() {
            self.dispatch(now, queue, effects);
        }
    }

    #[inline(never)]
    fn deliver_one(&mut self, now: Time, queue: QueueId, effects: &mut impl Effects<P>) -> bool {
        let state = &mut self.queues[queue.index()];
        if state.is_restricted() {
            cold_path();
            let Some(consumer) = self.choose(queue) else { return false };
            self.deliver_noted(now, queue, consumer, effects);
            return true;
        }
        let Some(consumer) = state.next_in_turn() else { return false };
        let holder = &mut self.consumers[consumer.0 as usize];
        if state.is_plain && holder.is_plain {
            state.deliver_next(queue, (consumer, holder), &mut self.store, effects);
        } else {
            self.deliver_noted(now, queue, consumer, effects);
        }
        true
    }

    /// Does what [`Queue::deliver_next`] does where more is to be noted than that a message is in flight.
    #[inline(never)]
    pub(super) fn deliver_noted(
        &mut self,
        now: Time,
        queue: QueueId,
        consumer: ConsumerId,
        effects: &mut impl Effects<P>,
    ) {
        let holder = &mut self.consumers[consumer.0 as usize];
        holder.held += 1;
        holder.in_turn = holder.has_credit();
        if !holder.is_plain {
            self.end_turn(consumer, queue);
        } else if holder.in_turn {
            self.queues[queue.index()].credit.push_back(consumer);
        }
        let state = &self.queues[queue.index()];
        let oldest = || state.lists[state.list_of_next(&self.store)].first();
        let next = state.special.as_ref().and_then(|special| special.next());
        let slot = next.or_else(oldest).expect("a message waits");
        let timeout = state.rules.redelivery.ack_timeout;
        self.unlist(slot);
        let entry = &mut self.store[slot];
        entry.serial = entry.serial.wrapping_add(1);
        entry.consumer = consumer;
        entry.place = Where::InFlight;
        let (delivery, attempt) = (DeliveryId { slot, serial: entry.serial }, entry.attempt());
        let (entry, payload) = (entry.entry, entry.payload());
        if let Some(timeout) = timeout {
            self.begin_timeout(now + timeout, queue, slot);
        }
        if self.is_special(queue) {
            self.note_listed(slot);
            self.refresh_deadline();
        }
        effects.push(Effect::Delivered { queue, consumer, delivery, entry, attempt, payload });
        if !self.consumers[consumer.0 as usize].is_plain {
            self.forget_delivered(consumer, slot, effects);
        }
        if self.queues[queue.index()].rules.redelivery.duplicates > 0.0 {
            cold_path();
            self.hand_out_twice(delivery, effects);
        }
    }

    #[inline(never)]
    fn begin_timeout(&mut self, due: Time, queue: QueueId, slot: Slot) {
        self.store[slot].due = due;
        self.deadline = self.deadline.min(due);
        self.queues[queue.index()].lists[Where::InFlight].push_last(&mut self.store, slot);
    }

    /// The message that a delivery handed over, if it is still in flight so.
    #[inline]
    fn current(&self, delivery: DeliveryId) -> Option<Slot> {
        self.store.get(delivery.slot).filter(|entry| entry.is_current(delivery)).map(|_| delivery.slot)
    }

    #[inline(always)]
    pub(super) fn acknowledge<E: Effects<P>>(&mut self, now: Time, delivery: DeliveryId, effects: &mut E) {
        let slot = delivery.slot;
        let Some(entry) = self.store.get_mut(slot).filter(|entry| entry.is_current(delivery)) else {
            return self.acknowledge_late(now, delivery, effects);
        };
        let (queue, consumer) = (entry.queue, entry.consumer);
        let state = &mut self.queues[queue.index()];
        let holder = &mut self.consumers[consumer.0 as usize];
        let is_plain = E::IS_PLAIN || state.is_plain && holder.is_plain && self.visits.is_empty();
        if !is_plain {
            cold_path();
            return self.acknowledge_noted(now, slot, (queue, consumer), effects);
        }
        let payload = entry.take_payload();
        self.store.free(slot);
        effects.push(Effect::Acknowledged { queue, from: Place::InFlight, payload });
        let is_next = !holder.in_turn && state.credit.is_empty();
        let nothing_blocked = E::IS_PLAIN || state.blocked.is_empty();
        let nothing_waits = if E::IS_PLAIN { state.lists[Where::Fresh].is_empty() } else { state.nothing_waits() };
        if is_next && nothing_blocked && !nothing_waits {
            // What waits is for this consumer, which does not have to get into turn for it first.
            holder.held -= 1;
            return state.deliver_next(queue, (consumer, holder), &mut self.store, effects);
        }
        self.release(consumer);
        let state = &self.queues[queue.index()];
        if !state.blocked.is_empty() || state.can_deliver() {
            cold_path();
            self.dispatch(now, queue, effects);
        }
    }

    /// Does the rest of [`Broker::acknowledge`] where more was noted than that the message is in flight.
    #[inline(never)]
    fn acknowledge_noted(
        &mut self,
        now: Time,
        slot: Slot,
        (queue, consumer): (QueueId, ConsumerId),
        effects: &mut impl Effects<P>,
    ) {
        if !self.queues[queue.index()].is_plain {
            self.end_timeout(slot);
        }
        let payload = self.forget(slot);
        effects.push(Effect::Acknowledged { queue, from: Place::InFlight, payload });
        self.release(consumer);
        self.serve(now, consumer, effects);
        self.dispatch_restricted(now, queue, effects);
    }

    #[inline(never)]
    pub(super) fn end_timeout(&mut self, slot: Slot) {
        self.unlist(slot);
        self.refresh_deadline();
    }

    #[cold]
    fn acknowledge_late(&mut self, now: Time, delivery: DeliveryId, effects: &mut impl Effects<P>) {
        let Some(consumer) = self.stale.remove(&delivery) else { return };
        let queue = self.remove_acknowledged_late(delivery, effects);
        self.release(consumer);
        self.serve_all(now, consumer, queue, effects);
    }

    /// Hands out what waits for a consumer that has answered, and then what else waits in a queue: who has left is
    /// served nothing.
    fn serve_all(&mut self, now: Time, consumer: ConsumerId, queue: Option<QueueId>, effects: &mut impl Effects<P>) {
        self.serve(now, consumer, effects);
        if let Some(queue) = queue {
            self.dispatch(now, queue, effects);
        }
    }

    /// The message leaves the queue that delivered it, wherever it is there by now; what has moved on stays.
    fn remove_acknowledged_late(&mut self, delivery: DeliveryId, effects: &mut impl Effects<P>) -> Option<QueueId> {
        let slot = delivery.slot;
        let entry = self.store.get(slot)?;
        // Deliveries since this entry into this queue have a serial behind the one at entry.
        let is_of_this_entry = delivery.serial.wrapping_sub(entry.serial_at_entry).wrapping_sub(1) < entry.attempt();
        let late_ack = self.queues[entry.queue.index()].rules.redelivery.late_ack;
        if !is_of_this_entry || entry.place == Where::Parked || late_ack == LateAck::Ignored {
            return None;
        }
        if entry.place == Where::InFlight {
            self.stale.insert(DeliveryId { slot, serial: entry.serial }, entry.consumer);
        }
        let queue = entry.queue;
        let from = self.unlist(slot);
        self.refresh_deadline();
        let payload = self.forget(slot);
        effects.push(Effect::Acknowledged { queue, from, payload });
        Some(queue)
    }

    #[inline(never)]
    pub(super) fn reject(&mut self, now: Time, delivery: DeliveryId, requeue: bool, effects: &mut impl Effects<P>) {
        let current = self.current(delivery);
        let holder = current.map(|slot| self.store[slot].consumer);
        let Some(consumer) = holder.or_else(|| self.stale.remove(&delivery)) else { return };
        // Whoever answers can be given what its answer moves on.
        self.release(consumer);
        let queue = current.map(|slot| self.store[slot].queue);
        if let Some(slot) = current {
            if requeue {
                self.fail(now, slot, effects);
            } else {
                self.expel(now, slot, Cause::Rejected, effects);
            }
            self.refresh_deadline();
        }
        self.serve_all(now, consumer, queue, effects);
        self.dispatch_moved(now, effects);
    }

    /// The message that nobody has begun waits again at once.
    #[inline(never)]
    pub(super) fn give_back(&mut self, now: Time, delivery: DeliveryId, effects: &mut impl Effects<P>) {
        let current = self.current(delivery);
        let holder = current.map(|slot| self.store[slot].consumer);
        let Some(consumer) = holder.or_else(|| self.stale.remove(&delivery)) else { return };
        self.release(consumer);
        let queue = current.map(|slot| self.store[slot].queue);
        if let Some(slot) = current {
            self.return_unbegun(now, slot, effects);
            self.refresh_deadline();
        }
        self.serve_all(now, consumer, queue, effects);
        self.dispatch_moved(now, effects);
    }

    pub(super) fn return_unbegun(&mut self, now: Time, slot: Slot, effects: &mut impl Effects<P>) {
        self.put_back_unbegun(slot, effects);
        if self.keeps_properties && self.has_expired(now, slot) {
            self.expel(now, slot, Cause::Expired, effects);
        }
    }

    pub(super) fn put_back_unbegun(&mut self, slot: Slot, effects: &mut impl Effects<P>) {
        let queue = self.store[slot].queue;
        *self.given_back.entry(slot).or_default() += 1;
        // So that it is looked for when the message is forgotten.
        self.visits.insert((slot, queue), self.store[slot].entry);
        self.unlist(slot);
        self.put_back(slot);
        effects.push(Effect::Returned { queue, to: Place::Waiting, payload: self.store.payload(slot) });
    }

    /// The consumer has not answered in time; it keeps its delivery, and the queue takes the message back.
    #[cold]
    pub(super) fn time_out(&mut self, now: Time, slot: Slot, effects: &mut impl Effects<P>) {
        let entry = &self.store[slot];
        let queue = entry.queue;
        self.stale.insert(DeliveryId { slot, serial: entry.serial }, entry.consumer);
        self.fail(now, slot, effects);
        self.refresh_deadline();
        self.dispatch(now, queue, effects);
        self.dispatch_moved(now, effects);
    }

    /// A delivery has failed: the message returns, or it has failed once too often.
    pub(super) fn fail(&mut self, now: Time, slot: Slot, effects: &mut impl Effects<P>) {
        let entry = &self.store[slot];
        let redelivery = &self.queues[entry.queue.index()].rules.redelivery;
        let failures = entry.attempt() - self.given_back.get(&slot).copied().unwrap_or(0);
        if redelivery.is_exhausted(failures) {
            return match redelivery.then {
                Then::DeadLetter => self.expel(now, slot, Cause::Limit, effects),
                Then::Drop => self.drop_message(slot, Cause::Limit, effects),
                Then::Park => self.park(slot, effects),
            };
        }
        let queue = entry.queue;
        let delay = if redelivery.delay.is_none() { Span::ZERO } else { self.delay_after(queue, slot, failures) };
        self.unlist(slot);
        let to = if delay > Span::ZERO {
            self.store[slot].due = now + delay;
            self.list(slot, Where::Delayed);
            Place::Delayed
        } else {
            self.put_back(slot);
            Place::Waiting
        };
        effects.push(Effect::Returned { queue, to, payload: self.store.payload(slot) });
        if self.keeps_properties && self.has_expired(now, slot) {
            self.expel(now, slot, Cause::Expired, effects);
        }
    }

    fn park(&mut self, slot: Slot, effects: &mut impl Effects<P>) {
        let queue = self.store[slot].queue;
        self.unlist(slot);
        self.store[slot].due = Time::NEVER;
        self.list(slot, Where::Parked);
        effects.push(Effect::Parked { queue, payload: self.store.payload(slot) });
    }

    /// Puts a message that is in no list among those that wait, where the queue's rules want it.
    fn put_back(&mut self, slot: Slot) {
        let queue = self.store[slot].queue;
        let state = &mut self.queues[queue.index()];
        let is_lifo = state.rules.order == Order::Lifo;
        match state.rules.redelivery.returns_to {
            // The end of a queue that gives out the youngest first is where the oldest stands.
            ReturnsTo::Front if is_lifo => return self.append(queue, slot),
            ReturnsTo::Tail if is_lifo => {
                state.front_order -= 1;
                self.store[slot].order = state.front_order;
            }
            ReturnsTo::Tail => return self.append(queue, slot),
            ReturnsTo::Front => {
                state.front_order -= 1;
                self.store[slot].order = state.front_order;
            }
            ReturnsTo::Original => {}
        }
        self.store[slot].place = Where::Returned;
        self.queues[queue.index()].lists[Where::Returned].insert_by_order(&mut self.store, slot);
        if self.is_special(queue) {
            self.note_listed(slot);
        }
    }

    #[cold]
    pub(super) fn end_delay(&mut self, now: Time, slot: Slot, effects: &mut impl Effects<P>) {
        let queue = self.store[slot].queue;
        self.unlist(slot);
        self.put_back(slot);
        effects.push(Effect::Ready { queue, payload: self.store.payload(slot) });
        self.dispatch(now, queue, effects);
    }
}

impl<P: Clone> Queue<P> {
    /// Hands the next that waits, and there is one, to a consumer that has been taken out of turn for it. Both are
    /// plain.
    #[inline(always)]
    pub(super) fn deliver_next<E: Effects<P>>(
        &mut self,
        queue: QueueId,
        (consumer, holder): (ConsumerId, &mut Consumer),
        store: &mut Store<P>,
        effects: &mut E,
    ) {
        holder.held += 1;
        holder.in_turn = holder.has_credit();
        if holder.in_turn {
            cold_path();
            // It may have yet another, and is last in turn for it.
            self.credit.push_back(consumer);
        }
        debug_assert!(!E::IS_PLAIN || self.lists[Where::Returned].is_empty(), "where nothing returns");
        let list = if E::IS_PLAIN { Where::Fresh } else { self.list_of_next(store) };
        let slot = self.lists[list].first().expect("a message waits");
        let entry = &mut store[slot];
        entry.serial = entry.serial.wrapping_add(1);
        entry.consumer = consumer;
        entry.place = Where::InFlight;
        let (delivery, attempt) = (DeliveryId { slot, serial: entry.serial }, entry.attempt());
        let (next, entry, payload) = (entry.next, entry.entry, entry.payload());
        self.lists[list].remove_first(store, next);
        effects.push(Effect::Delivered { queue, consumer, delivery, entry, attempt, payload });
    }
}
