//! Who may be given a message next: subscriptions, credit, and turns.

use std::hint::cold_path;

use super::restricted::Single;
use super::store::Slot;
use super::{Broker, ConsumerId, Effect, Effects, Place, QueueId};
use crate::time::Time;

/// On what terms a consumer takes from its queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Unacknowledged messages that it may hold, over all its queues; `u32::MAX` is unlimited.
    pub prefetch: u32,
    /// Messages go to the highest first.
    pub priority: u16,
    pub keeps: Keeps,
}

/// How long the broker keeps what it has handed to a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    UntilAnswered,
    /// It forgets it as it hands it over: no answer is expected, and prefetch limits nothing.
    UntilDelivered,
}

impl Terms {
    /// It may hold so many, and nobody is served before others.
    pub fn prefetch(prefetch: u32) -> Terms {
        Terms { prefetch, priority: 0, keeps: Keeps::UntilAnswered }
    }
}

pub(super) struct Consumer {
    /// The first by preference.
    pub queue: QueueId,
    pub priority: u16,
    keeps: Keeps,
    pub prefetch: u32,
    /// Deliveries not answered, those that timed out included.
    pub held: u32,
    pub in_turn: bool,
    has_left: bool,
    /// It takes from one queue and comes last there in every turn, so that the common path suits it.
    pub is_plain: bool,
}

impl Consumer {
    #[inline]
    pub fn has_credit(&self) -> bool {
        self.held < self.prefetch
    }
}

impl<P: Clone> Broker<P> {
    /// A consumer that subscribes again takes from that queue too, where those before have nothing for it.
    #[inline(never)]
    pub(super) fn subscribe(
        &mut self,
        now: Time,
        consumer: ConsumerId,
        queue: QueueId,
        terms: Terms,
        effects: &mut impl Effects<P>,
    ) {
        let Terms { prefetch, priority, keeps } = terms;
        let prefetch = if keeps == Keeps::UntilDelivered { u32::MAX } else { prefetch };
        let suits = priority == 0 && keeps == Keeps::UntilAnswered && !self.queues[queue.index()].is_restricted();
        match self.consumers.get_mut(consumer.0 as usize) {
            Some(known) if known.has_left => {
                let is_plain = known.held == 0 && suits;
                *known = Consumer { queue, priority, keeps, prefetch, has_left: false, is_plain, ..*known };
                known.in_turn = known.has_credit();
            }
            Some(known) => {
                known.is_plain = false;
                self.also_from.entry(consumer).or_default().push(queue);
            }
            None => {
                assert_eq!(consumer.0 as usize, self.consumers.len(), "consumers are numbered without gaps");
                let in_turn = prefetch > 0;
                self.consumers.push(Consumer {
                    queue,
                    priority,
                    keeps,
                    prefetch,
                    held: 0,
                    in_turn,
                    has_left: false,
                    is_plain: suits,
                });
            }
        }
        if let Some(single) = self.single(queue) {
            single.join(consumer);
        }
        if self.consumers[consumer.0 as usize].in_turn {
            self.line_up(consumer, queue);
        }
        self.dispatch(now, queue, effects);
    }

    /// The queues of a consumer, in order of its preference.
    fn queue_of(&self, consumer: ConsumerId, nth: usize) -> Option<QueueId> {
        match nth.checked_sub(1) {
            None => Some(self.consumers[consumer.0 as usize].queue),
            Some(nth) => self.also_from.get(&consumer)?.get(nth).copied(),
        }
    }

    fn single(&mut self, queue: QueueId) -> Option<&mut Single> {
        self.queues[queue.index()].special.as_mut()?.single.as_mut()
    }

    /// Last in turn among those of its priority; where one is given all, nobody has a turn.
    fn line_up(&mut self, consumer: ConsumerId, queue: QueueId) {
        if self.single(queue).is_some() {
            return;
        }
        let consumers = &self.consumers;
        let priority = consumers[consumer.0 as usize].priority;
        let credit = &mut self.queues[queue.index()].credit;
        let place = credit.partition_point(|other| consumers[other.0 as usize].priority >= priority);
        credit.insert(place, consumer);
    }

    /// A delivery has reached a consumer that is not plain; it may be one for whom the broker keeps nothing.
    #[inline(never)]
    pub(super) fn forget_delivered(&mut self, consumer: ConsumerId, slot: Slot, effects: &mut impl Effects<P>) {
        if self.consumers[consumer.0 as usize].keeps == Keeps::UntilAnswered {
            return;
        }
        let queue = self.store[slot].queue;
        if !self.queues[queue.index()].is_plain {
            self.end_timeout(slot);
        }
        let payload = self.forget(slot);
        effects.push(Effect::Acknowledged { queue, from: Place::InFlight, payload });
        self.release(consumer);
    }

    /// Takes a consumer out of turn; it mostly stands in front, as it does in its other queues.
    fn step_out(&mut self, consumer: ConsumerId, queue: QueueId) {
        let credit = &mut self.queues[queue.index()].credit;
        if let Some(place) = credit.iter().position(|other| *other == consumer) {
            credit.remove(place);
        }
    }

    /// A consumer that is not plain has been taken out of turn for a message in one of its queues. It gets into turn
    /// anew in all of them, or leaves them if it may have no more.
    #[inline(never)]
    pub(super) fn end_turn(&mut self, consumer: ConsumerId, taken_from: QueueId) {
        let stays = self.consumers[consumer.0 as usize].in_turn;
        let mut nth = 0;
        while let Some(queue) = self.queue_of(consumer, nth) {
            nth += 1;
            if queue != taken_from {
                self.step_out(consumer, queue);
            }
            if stays {
                self.line_up(consumer, queue);
            }
        }
    }

    /// From now on a consumer is given nothing; where it alone was, another is.
    #[inline(never)]
    pub(super) fn cancel(&mut self, now: Time, consumer: ConsumerId, effects: &mut impl Effects<P>) {
        for queue in self.leave(consumer) {
            self.dispatch(now, queue, effects);
        }
    }

    /// Takes a consumer out of every turn; the queues in which it makes way for another.
    pub(super) fn leave(&mut self, consumer: ConsumerId) -> Vec<QueueId> {
        let mut nth = 0;
        let mut makes_way_in = Vec::new();
        while let Some(queue) = self.queue_of(consumer, nth) {
            self.step_out(consumer, queue);
            if let Some(single) = self.single(queue) {
                single.leave(consumer);
                makes_way_in.push(queue);
            }
            nth += 1;
        }
        self.also_from.remove(&consumer);
        let state = &mut self.consumers[consumer.0 as usize];
        (state.in_turn, state.has_left, state.is_plain) = (false, true, false);
        makes_way_in
    }

    /// A consumer has answered one.
    #[inline]
    pub(super) fn release(&mut self, consumer: ConsumerId) {
        let state = &mut self.consumers[consumer.0 as usize];
        state.held -= 1;
        if !state.is_plain {
            cold_path();
            return self.release_other(consumer);
        }
        if !state.in_turn {
            state.in_turn = true;
            self.queues[state.queue.index()].credit.push_back(consumer);
        }
    }

    #[inline(never)]
    fn release_other(&mut self, consumer: ConsumerId) {
        let state = &mut self.consumers[consumer.0 as usize];
        if state.in_turn || state.has_left || !state.has_credit() {
            return;
        }
        state.in_turn = true;
        let mut nth = 0;
        while let Some(queue) = self.queue_of(consumer, nth) {
            self.line_up(consumer, queue);
            nth += 1;
        }
    }

    /// Hands out what waits for a consumer that has answered, in order of its preference.
    #[inline(never)]
    pub(super) fn serve(&mut self, now: Time, consumer: ConsumerId, effects: &mut impl Effects<P>) {
        let mut nth = 0;
        while let Some(queue) = self.queue_of(consumer, nth) {
            self.dispatch(now, queue, effects);
            nth += 1;
        }
    }
}
