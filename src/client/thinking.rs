//! Clients of whom each thinks, sends, waits until its message has ended, and begins again.

use crate::broker::Message;
use crate::random::Key;
use crate::time::Time;
use crate::workload::{Arrivals, Sampler};

/// The clients of one producer.
pub struct Thinking {
    population: u32,
    think: Sampler,
    key: Key,
}

impl Thinking {
    /// `key` names seed, replication and producer.
    pub fn of(arrivals: &Arrivals, key: Key) -> Option<Thinking> {
        let Arrivals::Closed { population, think, .. } = arrivals else { return None };
        Some(Thinking { population: *population, think: think.sampler(), key: key.name("think") })
    }

    /// A message after a client has thought from `from` on. Messages are numbered by client and by how many the client
    /// has sent, so that draws do not depend on who is answered first.
    pub fn message(&self, producer: u16, number: u64, from: Time) -> Message {
        let think = self.think.draw(&mut self.key.number(number).draws());
        Message { producer, number, planned: from + think }
    }

    /// How many clients there are.
    pub fn population(&self) -> u32 {
        self.population
    }

    /// The first message of each client.
    pub fn first(&self, producer: u16) -> impl Iterator<Item = Message> {
        (0..u64::from(self.population)).map(move |number| self.message(producer, number, Time::ZERO))
    }

    /// What the client sends after a message of it that ended at `now`.
    pub fn next(&self, ended: Message, now: Time) -> Message {
        self.message(ended.producer, ended.number + u64::from(self.population), now)
    }
}
