//! Queues that are out for a while.
//!
//! One that is out has no room, and gives nobody a turn: it is as if its rules were others, and so they are exchanged.

use super::special::Special;
use super::store::{Slot, Where};
use super::{Broker, DeliveryId, Effects, QueueId, QueueRules, WhenFull};
use crate::measure::Cause;
use crate::random::Key;
use crate::time::Time;

/// What a queue is told to do otherwise, and how often it has been suspended.
pub(super) struct Out {
    times: u32,
    rules: QueueRules,
}

impl<P: Clone> Broker<P> {
    /// Makes ready for queues that are out for a while, before there is anything in them.
    pub fn with_outages(mut self) -> Broker<P> {
        for queue in &mut self.queues {
            queue.special.get_or_insert_with(|| Box::new(Special::new(&queue.rules, Key::NONE)));
            queue.is_plain = false;
        }
        self.keeps_properties = true;
        self
    }

    /// # Panics
    /// If the broker is not made [ready](Broker::with_outages) for it.
    #[cold]
    pub(super) fn suspend(&mut self, queue: QueueId) {
        let state = &mut self.queues[queue.index()];
        let special = state.special.as_mut().expect("the broker knows of outages");
        if let Some(out) = &mut special.out {
            out.times += 1;
            return;
        }
        special.out = Some(Out { times: 1, rules: state.rules.clone() });
        state.is_limited = true;
        state.rules.capacity = Some(0);
        // Who would be blocked waits; anybody else is told.
        if state.rules.when_full != WhenFull::Block {
            state.rules.when_full = WhenFull::Refuse;
        }
    }

    #[cold]
    pub(super) fn resume(&mut self, now: Time, queue: QueueId, effects: &mut impl Effects<P>) {
        let state = &mut self.queues[queue.index()];
        let Some(special) = &mut state.special else { return };
        let Some(mut out) = special.out.take() else { return };
        out.times -= 1;
        if out.times > 0 {
            special.out = Some(out);
            return;
        }
        state.is_limited = out.rules.is_limited();
        state.rules = out.rules;
        self.dispatch(now, queue, effects);
    }

    #[cold]
    pub(super) fn empty(&mut self, now: Time, queue: QueueId, effects: &mut impl Effects<P>) {
        let mut all: Vec<(i64, Slot)> = self.store.in_queue(queue).map(|(slot, entry)| (entry.order, slot)).collect();
        all.sort();
        for (_, slot) in all {
            let entry = &self.store[slot];
            if entry.place == Where::InFlight {
                self.stale.insert(DeliveryId { slot, serial: entry.serial }, entry.consumer);
            }
            self.drop_message(slot, Cause::Outage, effects);
        }
        self.refresh_deadline();
        // Others may have been blocked.
        self.dispatch(now, queue, effects);
    }
}
