//! The rules of the other side: what producers do when they are answered, what consumers do when they are handed a
//! message and when their work is done.
//!
//! A driver tells a [`Producer`] or a [`Crew`] what happened and carries out what it answers; neither knows a clock.

mod altered;
mod carried;
mod desk;
mod faults;
mod held;
mod onward;
mod producer;
mod rules;
mod shift;
mod thinking;
mod unconfirmed;
mod works;

pub use altered::SLIPPED_IN;
pub use carried::{Carried, key_of};
pub use desk::{Crashed, Desk, Next};
pub use faults::{Crashes, Crashing, Faults, Hangs, Leg, Network};

pub use onward::{Onward, Way};
pub use producer::{Producer, Reply, Retries, Uplink};
pub use rules::*;
pub use shift::{Changes, Standing, changes};
pub use thinking::Thinking;
pub use unconfirmed::Unconfirmed;
pub use works::Works;

use std::hint::cold_path;

use crate::broker::{DeliveryId, QueueId};
use crate::random::{Key, uniform};
use crate::time::Span;
use crate::workload::Sampler;
use carried::Law;
use faults::Delays;
use held::{Held, Line};

/// A message in the hands of a consumer. `L` is what the driver wants to remember with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed<L> {
    pub delivery: DeliveryId,
    pub queue: QueueId,
    /// Counted by its producer.
    pub number: u64,
    pub producer: u16,
    pub entry: u16,
    pub attempt: u32,
    pub label: L,
}

impl<L: Copy> Handed<L> {
    /// The same, put together anew. What a call that is not inlined refers to is kept in memory from the beginning;
    /// put together only for the call, it stays in registers where there is none.
    #[inline(always)]
    fn again(&self) -> Handed<L> {
        let Handed { delivery, queue, number, producer, entry, attempt, label } = *self;
        Handed { delivery, queue, number, producer, entry, attempt, label }
    }
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
    /// It gives back what it has not begun; that is no failure.
    Return(DeliveryId),
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

/// What the consumers of one entry have in common. Each has a [`Worker`] of its own.
pub struct Crew<L> {
    service: Sampler,
    rules: ConsumerRules,
    /// How long it hangs where it does, and messages are under way.
    delays: Option<Box<Delays>>,
    /// As [`Crew::is_plain`] says.
    is_plain: bool,
    /// The queues it takes from.
    queues: Vec<QueueId>,
    /// By producer, for one queue after the other.
    draws: Vec<DrawsOfProducer>,
    held: Held<L>,
    /// Of each consumer, where one does more than to work on one message after the other.
    desks: Vec<Desk<L>>,
}

/// One consumer: what it works on, and what it was delivered and has not begun.
#[derive(Clone, Copy, Debug)]
pub struct Worker<L> {
    works_on: Option<Handed<L>>,
    holds: Line,
}

/// Draws that do not wait for each other take a third of the time.
const AHEAD: usize = 16;

/// What is drawn for the messages of one producer in one queue.
struct DrawsOfProducer {
    work: Key,
    fails: Key,
    /// What faults are drawn for.
    of_queue: Key,
    /// The work of the messages from number `from`, as many as are known.
    ahead: [Span; AHEAD],
    from: u64,
    known: u64,
    /// Where the service follows what messages carry, and nothing is drawn for it.
    law: Option<Box<Law>>,
}

impl DrawsOfProducer {
    fn new(of_queue: Key) -> DrawsOfProducer {
        let (work, fails) = (of_queue.name("work"), of_queue.name("fails"));
        DrawsOfProducer { work, fails, of_queue, ahead: [Span::ZERO; AHEAD], from: 0, known: 0, law: None }
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
        if let Some(law) = &self.law {
            self.known = 1;
            self.ahead[0] = law.service(number);
            return;
        }
        if in_turn {
            self.known = AHEAD as u64;
            service.draw_ahead(self.work, number, &mut self.ahead);
        } else {
            self.known = 1;
            self.ahead[0] = service.draw(&mut self.work.number(number).draws());
        }
    }
}

impl<L> Worker<L> {
    pub fn idle() -> Worker<L> {
        Worker { works_on: None, holds: Line::EMPTY }
    }

    /// It keeps what it has worked on until a queue lets in what it passes on, and begins with nothing.
    pub fn keep(&mut self, handed: Handed<L>) {
        self.works_on = Some(handed);
    }

    /// It is rid of what it kept, and begins the next with [`Crew::next`].
    pub fn let_go(&mut self) {
        self.works_on = None;
    }

    /// Whether it begins at once with what it is handed.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.works_on.is_none()
    }
}

impl<L: Copy> Crew<L> {
    /// `replication` names seed and replication; draws belong to the message's producer and number and to the queue,
    /// of which there is at least one.
    pub fn new<'a>(
        rules: &ConsumerRules,
        replication: Key,
        queues: impl IntoIterator<Item = (QueueId, &'a str)>,
        producers: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Crew<L> {
        let (queues, names): (Vec<QueueId>, Vec<&str>) = queues.into_iter().unzip();
        let draws = names.into_iter().flat_map(|queue| {
            let of = move |producer| DrawsOfProducer::new(replication.name(producer).name(queue));
            producers.clone().into_iter().map(of)
        });
        let draws = draws.collect();
        let is_plain = queues.len() == 1
            && rules.acknowledge == Acknowledge::After
            && rules.fails == 0.0
            && rules.faults.are_none()
            && rules.on_retry == OnRetry::Same;
        let delays = Delays::of(&rules.faults);
        let (service, rules) = (rules.service.sampler(), rules.clone());
        Crew { service, rules, delays, is_plain, queues, draws, held: Held::new(), desks: Vec::new() }
    }

    /// Gives each of so many consumers a desk of its own; they are then told of messages with [`Crew::put`].
    pub fn with_desks(self, count: u32) -> Crew<L> {
        let desks = (0..count).map(|_| Desk::new(self.rules.acknowledge)).collect();
        Crew { desks, ..self }
    }

    /// Tells what the messages of each producer carry, in the order of the producers, where the service follows it.
    pub fn following<'a>(mut self, carried: impl IntoIterator<Item = &'a Carried>) -> Crew<L> {
        let Some(follows) = self.rules.follows else { return self };
        // What follows from the message's number is the same on every attempt.
        self.rules.on_retry = OnRetry::Same;
        let laws: Vec<Law> = carried.into_iter().map(|carried| carried.law(&follows)).collect();
        for (draws, law) in self.draws.iter_mut().zip(laws.iter().cycle()) {
            draws.law = Some(Box::new(law.clone()));
        }
        self
    }

    /// How long attempts take on the messages of one of its queues.
    pub fn works(&self, queue: QueueId) -> Works {
        let of_queue = self.place_of(queue, 0);
        let draws = &self.draws[of_queue..of_queue + self.draws.len() / self.queues.len()];
        let of_producer = draws.iter().map(|draws| (draws.work, draws.law.as_deref().cloned())).collect();
        Works::new(self.service.clone(), self.rules.on_retry, of_producer)
    }

    /// Whether the broker expects no answer when the work at a desk is done.
    pub fn acknowledges_before(&self, place: usize) -> bool {
        matches!(self.desks[place].acknowledge, Acknowledge::Before | Acknowledge::OnDelivery)
    }

    /// Whether the broker forgets a message as it hands it over to that desk.
    pub fn forgets_on_delivery(&self, place: usize) -> bool {
        self.desks[place].acknowledge == Acknowledge::OnDelivery
    }

    /// Whether it takes from one queue and acknowledges afterwards, nothing fails, and a message's work is drawn once.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// The place of the draws for a message.
    fn place(&self, handed: &Handed<L>) -> usize {
        self.place_of(handed.queue, usize::from(handed.producer))
    }

    fn place_of(&self, queue: QueueId, producer: usize) -> usize {
        let of_queue = self.queues.iter().position(|known| *known == queue).unwrap_or(0);
        of_queue * (self.draws.len() / self.queues.len()) + producer
    }

    /// A consumer is handed a message. If it is idle it begins at once, else it holds the message. `PLAIN` says that the
    /// crew is known to be so.
    #[inline(always)]
    pub fn take<const PLAIN: bool>(&mut self, worker: &mut Worker<L>, handed: Handed<L>) -> Option<Begin> {
        if !worker.is_idle() {
            cold_path();
            self.held.push(&mut worker.holds, handed.again());
            return None;
        }
        worker.works_on = Some(handed.again());
        Some(self.begin::<PLAIN>(&handed))
    }

    /// The work of a consumer is done; whether it succeeded is drawn now.
    ///
    /// # Panics
    /// If the consumer is idle.
    #[inline(always)]
    pub fn finish<const PLAIN: bool>(&self, worker: &mut Worker<L>) -> Done<L> {
        // Not taken out whole: of what it is, a plain run asks for less.
        let handed = worker.works_on.as_ref().expect("a consumer that finishes has worked").again();
        let holds_another = !worker.holds.is_empty();
        if PLAIN || self.is_plain {
            worker.works_on = None;
            let answer = Answer::Acknowledge(handed.delivery);
            return Done { handed, success: true, answer, holds_another };
        }
        cold_path();
        let success = self.succeeds(&handed.again());
        worker.works_on = None;
        let answer = self.answer(self.rules.acknowledge, handed.delivery, success);
        Done { handed, success, answer, holds_another }
    }

    #[inline(never)]
    fn succeeds(&self, handed: &Handed<L>) -> bool {
        let works = self.rules.fails == 0.0 || {
            let key = &self.draws[self.place(handed)].fails;
            !fails(self.rules.fails, of_attempt(*key, handed))
        };
        works && !self.is_poison(handed)
    }

    #[inline(always)]
    fn answer(&self, acknowledge: Acknowledge, delivery: DeliveryId, success: bool) -> Answer {
        match (acknowledge, success) {
            (Acknowledge::Before | Acknowledge::OnDelivery, _) => Answer::Nothing,
            (Acknowledge::After | Acknowledge::Every(_), true) => Answer::Acknowledge(delivery),
            (Acknowledge::After | Acknowledge::Every(_), false) => {
                Answer::Reject { delivery, requeue: self.rules.on_failure == OnFailure::Requeue }
            }
        }
    }

    /// An idle consumer begins with the next message it holds, if there is one.
    #[inline(never)]
    pub fn next(&mut self, worker: &mut Worker<L>) -> Option<(Handed<L>, Begin)> {
        let handed = self.held.pop(&mut worker.holds)?;
        worker.works_on = Some(handed);
        Some((handed, self.begin::<false>(&handed)))
    }

    #[inline(always)]
    fn begin<const PLAIN: bool>(&mut self, handed: &Handed<L>) -> Begin {
        if PLAIN || self.is_plain {
            let work = self.draws[usize::from(handed.producer)].work(handed.number, &self.service);
            return Begin { work, acknowledge: None };
        }
        cold_path();
        self.begin_other(&handed.again())
    }

    #[inline(never)]
    fn begin_other(&mut self, handed: &Handed<L>) -> Begin {
        let acknowledge = match self.rules.acknowledge {
            Acknowledge::Before => Some(handed.delivery),
            Acknowledge::After | Acknowledge::OnDelivery | Acknowledge::Every(_) => None,
        };
        Begin { work: self.work(handed), acknowledge }
    }

    /// A message takes as long on every attempt, unless the rules want a fresh draw.
    fn work(&mut self, handed: &Handed<L>) -> Span {
        let place = self.place(handed);
        let draws = &mut self.draws[place];
        match self.rules.on_retry {
            OnRetry::Same => draws.work(handed.number, &self.service),
            OnRetry::Fresh => fresh(&self.service, of_attempt(draws.work, handed)),
        }
    }
}

fn fails(share: f64, key: Key) -> bool {
    uniform(&mut key.draws()) < share
}

fn fresh(service: &Sampler, key: Key) -> Span {
    service.draw(&mut key.draws())
}

fn of_attempt<L>(key: Key, handed: &Handed<L>) -> Key {
    attempt_key(key, handed.number, handed.entry, handed.attempt)
}

#[inline(always)]
fn attempt_key(key: Key, number: u64, entry: u16, attempt: u32) -> Key {
    key.number(number).number(u64::from(entry) << 32 | u64::from(attempt))
}
