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
    /// It holds another, which it begins with [`Crew::next`].
    pub holds_another: bool,
}

/// The consumers of one entry: alike, and numbered from 0.
pub struct Crew<L> {
    service: Sampler,
    rules: ConsumerRules,
    /// By producer.
    draws: Vec<DrawsOfProducer>,
    consumers: Vec<Consumer<L>>,
}

/// Draws that do not wait for each other take a third of the time.
const AHEAD: usize = 16;

/// What is drawn for the messages of one producer.
struct DrawsOfProducer {
    work: Key,
    fails: Key,
    /// The work of the messages from number `from`, as many as are known.
    ahead: [Span; AHEAD],
    from: u64,
    known: u64,
}

impl DrawsOfProducer {
    fn new(work: Key, fails: Key) -> DrawsOfProducer {
        DrawsOfProducer { work, fails, ahead: [Span::ZERO; AHEAD], from: 0, known: 0 }
    }

    #[inline]
    fn work(&mut self, number: u64, service: &Sampler) -> Span {
        let at = number.wrapping_sub(self.from);
        if at >= self.known {
            self.look_ahead(number, service);
            return self.ahead[0];
        }
        self.ahead[at as usize % AHEAD]
    }

    /// While messages come one after the other, some are drawn ahead.
    #[inline(never)]
    fn look_ahead(&mut self, number: u64, service: &Sampler) {
        let in_turn = number == self.from + self.known;
        self.from = number;
        if in_turn {
            self.known = AHEAD as u64;
            self.ahead = service.draw_ahead(self.work, number);
        } else {
            self.known = 1;
            self.ahead[0] = service.draw(&mut self.work.number(number).draws());
        }
    }
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
        let draws = producers.into_iter().map(|name| {
            let of_queue = replication.name(name).name(queue);
            DrawsOfProducer::new(of_queue.name("work"), of_queue.name("fails"))
        });
        Crew {
            service: rules.service.sampler(),
            rules: rules.clone(),
            draws: draws.collect(),
            consumers: vec![Consumer { works_on: None, holds: VecDeque::new() }; count as usize],
        }
    }

    /// Whether a consumer begins at once with what it is handed.
    #[inline]
    pub fn is_idle(&self, consumer: usize) -> bool {
        self.consumers[consumer].works_on.is_none()
    }

    /// A consumer is handed a message. If it is idle it begins at once, else it holds the message.
    #[inline(always)]
    pub fn take(&mut self, consumer: usize, handed: Handed<L>) -> Option<Begin> {
        let state = &mut self.consumers[consumer];
        if state.works_on.is_some() {
            state.holds.push_back(handed);
            return None;
        }
        state.works_on = Some(handed);
        Some(self.begin(&handed))
    }

    /// The work of a consumer is done; whether it succeeded is drawn now.
    ///
    /// # Panics
    /// If the consumer is idle.
    #[inline]
    pub fn finish(&mut self, consumer: usize) -> Done<L> {
        let state = &mut self.consumers[consumer];
        let handed = state.works_on.take().expect("a consumer that finishes has worked");
        let holds_another = !state.holds.is_empty();
        let delivery = handed.delivery;
        let success = self.rules.fails == 0.0 || !self.fails(handed.message, handed.entry, handed.attempt);
        let answer = match (self.rules.acknowledge, success) {
            (Acknowledge::Before, _) => Answer::Nothing,
            (Acknowledge::After, true) => Answer::Acknowledge(delivery),
            (Acknowledge::After, false) => {
                Answer::Reject { delivery, requeue: self.rules.on_failure == OnFailure::Requeue }
            }
        };
        Done { handed, success, answer, holds_another }
    }

    /// An idle consumer begins with the next message it holds, if there is one.
    #[inline(never)]
    pub fn next(&mut self, consumer: usize) -> Option<(Handed<L>, Begin)> {
        let state = &mut self.consumers[consumer];
        let handed = state.holds.pop_front()?;
        state.works_on = Some(handed);
        Some((handed, self.begin(&handed)))
    }

    /// What a consumer works on.
    pub fn works_on(&self, consumer: usize) -> Option<&Handed<L>> {
        self.consumers[consumer].works_on.as_ref()
    }

    #[inline(always)]
    fn begin(&mut self, handed: &Handed<L>) -> Begin {
        let acknowledge = match self.rules.acknowledge {
            Acknowledge::Before => Some(handed.delivery),
            Acknowledge::After => None,
        };
        Begin { work: self.work(handed), acknowledge }
    }

    /// A message takes as long on every attempt, unless the rules want a fresh draw.
    #[inline]
    fn work(&mut self, handed: &Handed<L>) -> Span {
        let draws = &mut self.draws[usize::from(handed.message.producer)];
        let number = handed.message.number;
        match self.rules.on_retry {
            OnRetry::Same => draws.work(number, &self.service),
            OnRetry::Fresh => fresh(&self.service, of_attempt(draws.work.number(number), handed.entry, handed.attempt)),
        }
    }

    #[inline(never)]
    fn fails(&self, message: Message, entry: u16, attempt: u32) -> bool {
        let key = self.draws[usize::from(message.producer)].fails.number(message.number);
        uniform(&mut of_attempt(key, entry, attempt).draws()) < self.rules.fails
    }
}

#[inline(never)]
fn fresh(service: &Sampler, key: Key) -> Span {
    service.draw(&mut key.draws())
}

fn of_attempt(key: Key, entry: u16, attempt: u32) -> Key {
    key.number(u64::from(entry) << 32 | u64::from(attempt))
}
