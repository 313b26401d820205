//! The rules of the other side: what producers do when they are answered, what consumers do when they are handed a
//! message and when their work is done.
//!
//! A driver tells a [`Producer`] or a [`Crew`] what happened and carries out what it answers; neither knows a clock.

mod producer;
mod rules;

pub use producer::{Producer, Reaction, Reply};
pub use rules::*;

use std::collections::VecDeque;

use crate::broker::{DeliveryId, Message};
use crate::random::{Key, uniform};
use crate::time::Span;
use crate::workload::Sampler;

/// A message in the hands of a consumer. `L` is what the driver wants to remember with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed<L> {
    pub delivery: DeliveryId,
    pub message: Message,
    pub entry: u16,
    pub attempt: u32,
    pub label: L,
}

/// A consumer begins to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    pub work: Span,
    /// To be acknowledged now, as the work starts.
    pub acknowledge: Option<DeliveryId>,
}

/// What a consumer says to the broker when its work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Acknowledge(DeliveryId),
    Reject {
        delivery: DeliveryId,
        requeue: bool,
    },
    /// It has acknowledged before.
    Nothing,
}

/// An attempt has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done<L> {
    pub handed: Handed<L>,
    pub success: bool,
    pub answer: Answer,
}

/// The consumers of one entry: alike, and numbered from 0.
pub struct Crew<L> {
    service: Sampler,
    rules: ConsumerRules,
    /// For each producer, what the draws of its messages' work and failures begin with.
    keys: Vec<Keys>,
    consumers: Vec<Consumer<L>>,
}

#[derive(Clone, Copy)]
struct Keys {
    work: Key,
    fails: Key,
}

#[derive(Clone)]
struct Consumer<L> {
    works_on: Option<Handed<L>>,
    /// Delivered and not begun.
    holds: VecDeque<Handed<L>>,
}

impl<L: Copy> Crew<L> {
    /// `replication` names seed and replication; draws belong to the message's producer and number and to the queue.
    pub fn new<'a>(
        rules: &ConsumerRules,
        count: u32,
        replication: Key,
        queue: &str,
        producers: impl IntoIterator<Item = &'a str>,
    ) -> Crew<L> {
        let keys = producers.into_iter().map(|name| {
            let of_queue = replication.name(name).name(queue);
            Keys { work: of_queue.name("work"), fails: of_queue.name("fails") }
        });
        Crew {
            service: rules.service.sampler(),
            rules: rules.clone(),
            keys: keys.collect(),
            consumers: vec![Consumer { works_on: None, holds: VecDeque::new() }; count as usize],
        }
    }

    /// A consumer is handed a message. If it is idle it begins at once, else it holds the message.
    #[inline]
    pub fn take(&mut self, consumer: usize, handed: Handed<L>) -> Option<Begin> {
        let state = &mut self.consumers[consumer];
        if state.works_on.is_some() {
            state.holds.push_back(handed);
            return None;
        }
        Some(self.begin(consumer, handed))
    }

    /// The work of a consumer is done; whether it succeeded is drawn now.
    ///
    /// # Panics
    /// If the consumer is idle.
    #[inline]
    pub fn finish(&mut self, consumer: usize) -> Done<L> {
        let handed = self.consumers[consumer].works_on.take().expect("a consumer that finishes has worked");
        let delivery = handed.delivery;
        let success = !self.fails(&handed);
        let answer = match (self.rules.acknowledge, success) {
            (Acknowledge::Before, _) => Answer::Nothing,
            (Acknowledge::After, true) => Answer::Acknowledge(delivery),
            (Acknowledge::After, false) => {
                Answer::Reject { delivery, requeue: self.rules.on_failure == OnFailure::Requeue }
            }
        };
        Done { handed, success, answer }
    }

    /// An idle consumer begins with the next message it holds, if there is one.
    #[inline]
    pub fn next(&mut self, consumer: usize) -> Option<(Handed<L>, Begin)> {
        let handed = self.consumers[consumer].holds.pop_front()?;
        Some((handed, self.begin(consumer, handed)))
    }

    /// What a consumer works on.
    pub fn works_on(&self, consumer: usize) -> Option<&Handed<L>> {
        self.consumers[consumer].works_on.as_ref()
    }

    #[inline]
    fn begin(&mut self, consumer: usize, handed: Handed<L>) -> Begin {
        self.consumers[consumer].works_on = Some(handed);
        let acknowledge = match self.rules.acknowledge {
            Acknowledge::Before => Some(handed.delivery),
            Acknowledge::After => None,
        };
        Begin { work: self.work(&handed), acknowledge }
    }

    /// A message takes as long on every attempt, unless the rules want a fresh draw.
    #[inline]
    fn work(&self, handed: &Handed<L>) -> Span {
        let key = self.keys[usize::from(handed.message.producer)].work.number(handed.message.number);
        let key = match self.rules.on_retry {
            OnRetry::Same => key,
            OnRetry::Fresh => of_attempt(key, handed),
        };
        self.service.draw(&mut key.draws())
    }

    #[inline]
    fn fails(&self, handed: &Handed<L>) -> bool {
        if self.rules.fails == 0.0 {
            return false;
        }
        let key = self.keys[usize::from(handed.message.producer)].fails.number(handed.message.number);
        uniform(&mut of_attempt(key, handed).draws()) < self.rules.fails
    }
}

fn of_attempt<L>(key: Key, handed: &Handed<L>) -> Key {
    key.number(u64::from(handed.entry) << 32 | u64::from(handed.attempt))
}
