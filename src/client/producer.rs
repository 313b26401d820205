//! A producer publishes at its planned instants, whatever became of the messages before.

use crate::broker::{Delay, Message};
use crate::random::{Key, uniform};
use crate::time::{Span, Time};
use crate::workload::{ArrivalStream, Arrivals, Distribution, Sampler};

/// One producer: an open loop. A publish that is blocked waits outside in its turn and keeps its planned instant; one
/// that is refused is tried again as the retries say, or given up.
pub struct Producer<'a> {
    place: u16,
    planned: ArrivalStream<'a>,
    number: u64,
    end: Time,
    retries: Option<(&'a Retries, Key)>,
    uplink: Option<Box<Far>>,
    /// Of the budget for further tries, in tries, and the number of the message up to which it has been earned.
    saved: (f64, u64),
}

/// How long what a producer publishes is under way to the broker, and what the broker says of it back.
#[derive(Clone, Debug, PartialEq)]
pub struct Uplink {
    pub publish: Distribution,
    pub confirm: Distribution,
}

/// An uplink ready to be drawn from.
struct Far {
    publish: Sampler,
    confirm: Sampler,
    key: Key,
    /// When the latest on each way arrives: nothing overtakes another.
    reaches: Time,
    hears: Time,
}

/// Further tries that may be saved up.
const MOST_SAVED: f64 = 10.0;

/// What a producer does about a refusal, and about a message that is not processed in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Retries {
    pub delay: Delay,
    /// Tries after the first; `None` is any number.
    pub limit: Option<u32>,
    /// How long after the planned instant a message may be tried again.
    pub within: Option<Span>,
    /// How long after a try a message is to be processed; else it is published once more, beside what was published.
    pub timeout: Option<Span>,
    /// The share of publishes of which a producer never hears that they were let in, so that it publishes again.
    pub confirms_lost: f64,
    /// What each new message adds to the further tries that there may be, all messages together; `None` is any number.
    pub budget: Option<f64>,
}

impl Retries {
    /// Whether what a queue has let in may be published once more.
    pub fn may_repeat(&self) -> bool {
        self.timeout.is_some() || self.confirms_lost > 0.0
    }
}

/// What the broker says to a publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Accepted,
    Blocked,
    Refused,
}

impl<'a> Producer<'a> {
    /// `place` is the producer's in the scenario; nothing is planned at `end` or later.
    pub fn new(place: u16, planned: ArrivalStream<'a>, end: Time) -> Producer<'a> {
        Producer { place, planned, number: 0, end, retries: None, uplink: None, saved: (0.0, 0) }
    }

    /// It tries again what is refused; `key` names seed, replication and producer.
    pub fn with_retries(self, retries: Option<&'a Retries>, key: Key) -> Producer<'a> {
        Producer { retries: retries.map(|retries| (retries, key.name("retries"))), ..self }
    }

    /// It is some way from the broker; `key` names seed, replication and producer.
    pub fn with_uplink(self, uplink: Option<&Uplink>, key: Key) -> Producer<'a> {
        let far = |uplink: &Uplink| Far {
            publish: uplink.publish.sampler(),
            confirm: uplink.confirm.sampler(),
            key: key.name("network"),
            reaches: Time::ZERO,
            hears: Time::ZERO,
        };
        Producer { uplink: uplink.map(far).map(Box::new), ..self }
    }

    pub fn is_far(&self) -> bool {
        self.uplink.is_some()
    }

    /// When that try, published now, gets to the queue `name`.
    pub fn reaches_at(&mut self, now: Time, message: Message, name: &str, tries: u32) -> Time {
        let Some(far) = &mut self.uplink else { return now };
        let key = far.key.name(name).name("publish").number(message.number).number(u64::from(tries));
        far.reaches = far.reaches.max(now + far.publish.draw(&mut key.draws()));
        far.reaches
    }

    /// When it hears what the broker says of that try now.
    pub fn hears_at(&mut self, now: Time, message: Message, name: &str, tries: u32) -> Time {
        let Some(far) = &mut self.uplink else { return now };
        let key = far.key.name(name).name("confirm").number(message.number).number(u64::from(tries));
        far.hears = far.hears.max(now + far.confirm.draw(&mut key.draws()));
        far.hears
    }

    /// In the scenario.
    pub fn place(&self) -> u16 {
        self.place
    }

    /// How long after a try its messages are to be processed.
    pub fn timeout(&self) -> Option<Span> {
        self.retries.and_then(|(retries, _)| retries.timeout)
    }

    /// Whether the confirmation of that try never comes.
    pub fn loses_confirm(&self, message: Message, name: &str, tries: u32) -> bool {
        self.retries.is_some_and(|(retries, key)| {
            let key = key.name(name).name("confirm").number(message.number).number(u64::from(tries));
            retries.confirms_lost > 0.0 && uniform(&mut key.draws()) < retries.confirms_lost
        })
    }

    /// Whether it tries again what is refused.
    pub fn tries_again(&self) -> bool {
        self.retries.is_some()
    }

    /// The next message that is to be published, if there is one.
    #[inline]
    pub fn plan(&mut self) -> Option<Message> {
        let planned = self.planned.next().filter(|at| *at < self.end)?;
        let number = self.number;
        self.number += 1;
        Some(Message { producer: self.place, number, planned })
    }

    /// From `now` on its rate is `factor` times what `arrivals`, by which it was planned, say. `next` is the message that it
    /// has planned and not published, if there is one; returns the one that it is to publish next instead.
    pub fn change_rate(
        &mut self,
        arrivals: &'a Arrivals,
        now: Time,
        factor: f64,
        next: Option<Message>,
    ) -> Option<Message> {
        let planned = self.planned.change_rate(arrivals, now, factor).filter(|at| *at < self.end)?;
        let number = next.map_or(self.number, |next| next.number);
        self.number = self.number.max(number + 1);
        Some(Message { producer: self.place, number, planned })
    }

    /// When it tries a message again whose try number `tries`, counted from 1, the queue `name` has refused, or which was
    /// not processed in time. `None` if it gives the message up.
    pub fn tries_again_at(&mut self, now: Time, message: Message, name: &str, tries: u32) -> Option<Time> {
        let (retries, key) = self.retries?;
        if retries.limit.is_some_and(|limit| tries > limit) {
            return None;
        }
        let key = key.name(name).number(message.number).number(u64::from(tries));
        let at = now + retries.delay.before_try(tries, key);
        let in_time = retries.within.is_none_or(|within| at.since(message.planned) <= within);
        (in_time && at != Time::NEVER && self.may_spend(retries.budget)).then_some(at)
    }

    /// Takes one further try from the budget, if it is there (a token bucket).
    fn may_spend(&mut self, budget: Option<f64>) -> bool {
        let Some(budget) = budget else { return true };
        let (saved, until) = self.saved;
        let earned = (self.number - until) as f64 * budget;
        let saved = (saved + earned).min(MOST_SAVED);
        let is_enough = saved >= 1.0;
        self.saved = (if is_enough { saved - 1.0 } else { saved }, self.number);
        is_enough
    }
}
