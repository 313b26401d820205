//! Clients of whom each thinks, sends, waits until its message has ended, and begins again.

use super::follow_up::FollowUp;
use super::listen::Listener;
use super::replication::Run;
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
    fn message(&self, producer: u16, number: u64, from: Time) -> Message {
        let think = self.think.draw(&mut self.key.number(number).draws());
        Message { producer, number, planned: from + think }
    }
}

impl<L: Listener> Run<'_, L> {
    /// All clients begin to think.
    pub(super) fn begin_thinking(&mut self) {
        for producer in 0..self.clients.sources.len() as u16 {
            let Some(thinking) = &self.clients.sources[usize::from(producer)].thinking else { continue };
            let first =
                (0..u64::from(thinking.population)).map(|number| thinking.message(producer, number, Time::ZERO));
            let first: Vec<Message> = first.collect();
            first.into_iter().for_each(|message| self.plan_message(message));
        }
    }

    /// Clients whose messages have ended think again.
    pub(super) fn think_again(&mut self) {
        for Message { producer, number, .. } in self.clients.recorder.take_over() {
            let Some(thinking) = &self.clients.sources[usize::from(producer)].thinking else { continue };
            let next = thinking.message(producer, number + u64::from(thinking.population), self.clients.now);
            self.plan_message(next);
        }
    }

    fn plan_message(&mut self, message: Message) {
        if message.planned < self.duration {
            self.clients.plan(message.planned, FollowUp::Publish(message));
        }
    }
}
