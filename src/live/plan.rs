//! What happens in a live run by plan: replication 0 of the simulation, message by message.

use crate::broker::Message;
use crate::client::{Carried, Crew, Producer};
use crate::random::Key;
use crate::scenario::Scenario;
use crate::time::Time;

/// The draws of a scenario's replication 0: when each message is published, how long work takes, what fails.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    scenario: &'a Scenario,
    replication: Key,
}

impl<'a> Plan<'a> {
    pub fn new(scenario: &'a Scenario) -> Plan<'a> {
        Plan { scenario, replication: Key::of_replication(scenario.run.seed, 0) }
    }

    /// The messages of each producer, in the order of the scenario, until its duration is over.
    pub fn messages(self) -> impl Iterator<Item = impl Iterator<Item = Message> + use<'a>> + use<'a> {
        let end = Time::ZERO + self.scenario.run.duration;
        self.scenario.producers.iter().zip(0..).map(move |(producer, place)| {
            let stream = producer.arrivals.stream(self.replication.name(&producer.name));
            let mut producer = Producer::new(place, stream, end);
            std::iter::from_fn(move || producer.plan())
        })
    }

    /// The rules and draws of each consumers entry, in the order of the scenario. `L` is what is to be remembered with
    /// a message in hand.
    pub fn crews<L: Copy>(self) -> impl Iterator<Item = Crew<L>> + use<'a, L> {
        self.scenario.consumers.iter().map(move |entry| {
            let queues = entry.takes_from.iter().map(|id| (*id, self.scenario.queue(*id).name.as_str()));
            let producers = self.scenario.producers.iter().map(|producer| producer.name.as_str());
            Crew::new(&entry.rules, self.replication, queues, producers).following(&self.carried())
        })
    }

    /// What the messages of each producer carry, in the order of the scenario.
    fn carried(self) -> Vec<Carried> {
        let producers = self.scenario.producers.iter().zip(0..);
        producers.map(|(p, at)| Carried::new(&p.messages, at, &p.arrivals, self.replication.name(&p.name))).collect()
    }
}
