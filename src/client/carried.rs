//! What the messages of a producer carry: functions of the message's number, so that nothing has to be remembered.

use super::{Carries, Follows, MessageRules};
use crate::broker::{Message, MessageKey, Properties};
use crate::random::Key;
use crate::time::Span;
use crate::workload::{Arrivals, KeySampler, Sampler};

pub struct Carried {
    /// The producer's place in the scenario.
    place: u16,
    priority: u8,
    ttl: Option<(Key, Sampler)>,
    key: Option<(Key, KeySampler)>,
    producer: Key,
    work: Amount,
    size: Amount,
}

/// A plain number that each message carries.
#[derive(Clone)]
enum Amount {
    None,
    Drawn(Key, Sampler),
    Recorded(Arrivals, fn(&Arrivals, u64) -> Option<f64>),
}

impl Amount {
    /// What comes with the arrivals says it, if they say it.
    fn new(rule: Option<Sampler>, key: Key, arrivals: &Arrivals, of: fn(&Arrivals, u64) -> Option<f64>) -> Amount {
        match rule {
            _ if of(arrivals, 0).is_some() => Amount::Recorded(arrivals.clone(), of),
            Some(sampler) => Amount::Drawn(key, sampler),
            None => Amount::None,
        }
    }

    fn of(&self, number: u64) -> f64 {
        match self {
            Amount::None => 0.0,
            // A draw of one second stands for 1.
            Amount::Drawn(key, sampler) => sampler.draw(&mut key.number(number).draws()).seconds(),
            Amount::Recorded(arrivals, of) => of(arrivals, number).unwrap_or(0.0),
        }
    }
}

/// The key of any message; `carried` holds what the messages of each producer carry.
pub fn key_of(carried: Vec<Carried>) -> Box<dyn Fn(Message) -> Option<MessageKey> + Send> {
    Box::new(move |message| carried[usize::from(message.producer)].key(message.number))
}

impl Carried {
    /// `producer` names seed, replication and producer, whose place in the scenario is `place`.
    pub fn new(rules: &MessageRules, place: u16, arrivals: &Arrivals, producer: Key) -> Carried {
        let ttl = rules.ttl.as_ref().map(|ttl| (producer.name("ttl"), ttl.sampler()));
        let key = rules.key.map(|keys| (producer.name("key"), keys.sampler()));
        let [work, size] = [&rules.work, &rules.size].map(|rule| rule.as_ref().map(|rule| rule.sampler()));
        Carried {
            place,
            priority: rules.priority,
            ttl,
            key,
            producer,
            work: Amount::new(work, producer.name("work"), arrivals, Arrivals::work),
            size: Amount::new(size, producer.name("size"), arrivals, Arrivals::size),
        }
    }

    #[inline(never)]
    pub fn properties(&self, number: u64) -> Properties {
        let ttl = self.ttl.as_ref().map(|(key, sampler)| sampler.draw(&mut key.number(number).draws()));
        Properties {
            priority: self.priority,
            ttl,
            key: self.key(number),
            draws: self.producer.number(number),
            bytes: self.size.of(number).round() as u64,
            name: (self.place, number),
        }
    }

    pub fn key(&self, number: u64) -> Option<MessageKey> {
        self.key.as_ref().map(|(key, sampler)| sampler.draw(&mut key.number(number).draws()))
    }

    /// How long these messages take a consumer whose service follows what they carry.
    pub(super) fn law(&self, follows: &Follows) -> Law {
        let amount = match follows.what {
            Carries::Work => self.work.clone(),
            Carries::Size => self.size.clone(),
        };
        Law { amount, each_s: follows.each_s, plus: follows.plus }
    }
}

/// The service of the messages of one producer, where it follows what they carry.
#[derive(Clone)]
pub(super) struct Law {
    amount: Amount,
    each_s: f64,
    plus: Span,
}

impl Law {
    pub fn service(&self, number: u64) -> Span {
        Span::from_seconds(self.each_s * self.amount.of(number)) + self.plus
    }
}
