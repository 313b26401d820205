//! Queues that do not just hand the first message to the first consumer in turn: those that have one message of a key
//! out at a time, and those that give messages to one consumer at a time.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::special::Rank;
use super::{Broker, ConsumerId, Effects, MessageKey, QueueId};
use crate::time::Time;

/// Which keys a message is out of. Sets in order, because a key may have any number of messages that wait, and of a
/// million that wait the next must be found without looking at each.
#[derive(Default)]
pub(super) struct ByKey {
    /// Messages that wait, by key and then in the order of the queue.
    waiting: BTreeSet<(MessageKey, Rank)>,
    /// Keys of which a message is out: with a consumer, or delayed.
    out: BTreeSet<MessageKey>,
}

/// What happens to a message of a key.
pub(super) enum Turn {
    Waits(Rank),
    WaitsNoMore(Rank),
    GoesOut,
    IsBack,
}

impl ByKey {
    pub fn is_free(&self, key: MessageKey) -> bool {
        !self.out.contains(&key)
    }

    /// Takes note of it, and keeps the first message of each free key in `ready`.
    pub fn turn(&mut self, key: MessageKey, turn: &Turn, ready: &mut BTreeSet<Rank>) {
        let before = self.next_of(key);
        let is_change = match turn {
            Turn::Waits(rank) => self.waiting.insert((key, *rank)),
            Turn::WaitsNoMore(rank) => self.waiting.remove(&(key, *rank)),
            Turn::GoesOut => self.out.insert(key),
            Turn::IsBack => self.out.remove(&key),
        };
        assert!(is_change, "one message of key {key} is out at a time, and none waits twice");
        let after = self.next_of(key);
        if before != after {
            before.inspect(|rank| _ = ready.remove(rank));
            ready.extend(after);
        }
    }

    /// The message of a key that may be delivered.
    fn next_of(&self, key: MessageKey) -> Option<Rank> {
        let first = self.waiting.range((key, Rank::FIRST)..).next().filter(|(of, _)| *of == key && self.is_free(key));
        first.map(|(_, rank)| *rank)
    }
}

/// Who is given messages where one consumer at a time is.
#[derive(Default)]
pub(super) struct Single {
    /// Chosen when there is a message for it; it stays until it leaves.
    active: Option<ConsumerId>,
    /// Those who take from the queue, in the order in which they came.
    line: Vec<ConsumerId>,
}

impl Single {
    pub fn join(&mut self, consumer: ConsumerId) {
        self.line.push(consumer);
    }

    pub fn leave(&mut self, consumer: ConsumerId) {
        self.line.retain(|other| *other != consumer);
        self.active = self.active.filter(|active| *active != consumer);
    }
}

impl<P: Clone> Broker<P> {
    /// As [`next_in_turn`](super::Queue::next_in_turn), for such a queue.
    #[inline(never)]
    pub(super) fn choose(&mut self, queue: QueueId) -> Option<ConsumerId> {
        if !self.has_next(queue) {
            return None;
        }
        let chosen = self.who_is_next(queue)?;
        let state = &mut self.queues[queue.index()];
        match state.special.as_mut().and_then(|special| special.single.as_mut()) {
            Some(single) => single.active = Some(chosen),
            None => _ = state.credit.pop_front(),
        }
        Some(chosen)
    }

    /// Whether a message waits that may be delivered.
    fn has_next(&self, queue: QueueId) -> bool {
        let state = &self.queues[queue.index()];
        match &state.special {
            Some(special) if special.is_out() => false,
            Some(special) if special.by_key.is_some() => special.next().is_some(),
            _ => !state.nothing_waits(),
        }
    }

    /// The consumer that would be given a message. Who has no credit keeps its turn where one is given all.
    fn who_is_next(&self, queue: QueueId) -> Option<ConsumerId> {
        let state = &self.queues[queue.index()];
        let Some(single) = state.special.as_ref().and_then(|special| special.single.as_ref()) else {
            return state.credit.front().copied();
        };
        let of = |consumer: &ConsumerId| &self.consumers[consumer.0 as usize];
        // Of those alike the first is the one who came first.
        let next = || single.line.iter().min_by_key(|consumer| Reverse(of(consumer).priority)).copied();
        single.active.or_else(next).filter(|consumer| of(consumer).in_turn)
    }

    /// Whether a newcomer to such a queue would be delivered at once, so that it needs no room.
    pub(super) fn passes_through(&self, queue: QueueId, key: Option<MessageKey>) -> bool {
        let by_key = self.queues[queue.index()].special.as_ref().and_then(|special| special.by_key.as_ref());
        let is_free = by_key.zip(key).is_none_or(|(by_key, key)| by_key.is_free(key));
        let is_out = self.queues[queue.index()].special.as_ref().is_some_and(|special| special.is_out());
        !is_out && is_free && !self.has_next(queue) && self.who_is_next(queue).is_some()
    }

    /// What a consumer has answered may let another message of its key out, to whomever.
    #[inline(never)]
    pub(super) fn dispatch_restricted(&mut self, now: Time, queue: QueueId, effects: &mut impl Effects<P>) {
        if self.queues[queue.index()].is_restricted() {
            self.dispatch(now, queue, effects);
        }
    }
}
