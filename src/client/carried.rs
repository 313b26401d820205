//! What the messages of a producer carry: functions of the message's number, so that nothing has to be remembered.

use super::MessageRules;
use crate::broker::{MessageKey, Properties};
use crate::random::Key;
use crate::workload::{KeySampler, Sampler};

pub struct Carried {
    priority: u8,
    ttl: Option<(Key, Sampler)>,
    key: Option<(Key, KeySampler)>,
    producer: Key,
}

impl Carried {
    /// `producer` names seed, replication and producer.
    pub fn new(rules: &MessageRules, producer: Key) -> Carried {
        let ttl = rules.ttl.as_ref().map(|ttl| (producer.name("ttl"), ttl.sampler()));
        let key = rules.key.map(|keys| (producer.name("key"), keys.sampler()));
        Carried { priority: rules.priority, ttl, key, producer }
    }

    #[inline(never)]
    pub fn properties(&self, number: u64) -> Properties {
        let ttl = self.ttl.as_ref().map(|(key, sampler)| sampler.draw(&mut key.number(number).draws()));
        Properties { priority: self.priority, ttl, key: self.key(number), draws: self.producer.number(number) }
    }

    pub fn key(&self, number: u64) -> Option<MessageKey> {
        self.key.as_ref().map(|(key, sampler)| sampler.draw(&mut key.number(number).draws()))
    }
}
