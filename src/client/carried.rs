//! What the messages of a producer carry: functions of the message's number, so that nothing has to be remembered.

use super::MessageRules;
use crate::broker::Properties;
use crate::random::Key;
use crate::workload::Sampler;

pub struct Carried {
    priority: u8,
    ttl: Option<(Key, Sampler)>,
    producer: Key,
}

impl Carried {
    /// `producer` names seed, replication and producer.
    pub fn new(rules: &MessageRules, producer: Key) -> Carried {
        let ttl = rules.ttl.as_ref().map(|ttl| (producer.name("ttl"), ttl.sampler()));
        Carried { priority: rules.priority, ttl, producer }
    }

    #[inline(never)]
    pub fn properties(&self, number: u64) -> Properties {
        let ttl = self.ttl.as_ref().map(|(key, sampler)| sampler.draw(&mut key.number(number).draws()));
        Properties { priority: self.priority, ttl, draws: self.producer.number(number) }
    }
}
