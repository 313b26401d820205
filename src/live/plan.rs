//! What happens in a live run by plan: replication 0 of the simulation, message by message.

use crate::broker::{Message, Order, Properties, QueueId, Services};
use crate::client::{Carried, Crashing, Crew, Onward, Producer};
use crate::random::Key;
use crate::scenario::Scenario;
use crate::time::Time;
use crate::workload::Arrivals;

/// The messages of one producer, one after the other.
pub struct Messages<'a> {
    producer: Producer<'a>,
    arrivals: &'a Arrivals,
}

impl Iterator for Messages<'_> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        self.producer.plan()
    }
}

impl Messages<'_> {
    /// From `now` on they come `factor` times as fast as they were planned. `next` is the one that was handed out last and
    /// is not sent yet, if there is one; returns the one that is to be sent next instead.
    pub fn change_rate(&mut self, now: Time, factor: f64, next: Option<Message>) -> Option<Message> {
        self.producer.change_rate(self.arrivals, now, factor, next)
    }
}

/// The draws of a scenario's replication 0: when each message is published, how long work takes, what fails.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    scenario: &'a Scenario,
    replication: Key,
}

impl<'a> Plan<'a> {
    pub fn new(scenario: &'a Scenario) -> Plan<'a> {
        Plan::of(scenario, 0)
    }

    /// That of another replication, for a run that is repeated.
    pub fn of(scenario: &'a Scenario, replication: u32) -> Plan<'a> {
        Plan { scenario, replication: Key::of_replication(scenario.run.seed, replication) }
    }

    /// What all its draws are keyed by.
    pub fn key(self) -> Key {
        self.replication
    }

    /// The messages of each producer, in the order of the scenario, until its duration is over.
    pub fn messages(self) -> impl Iterator<Item = Messages<'a>> + use<'a> {
        (0..self.scenario.producers.len()).map(move |place| self.messages_of(place))
    }

    /// Those of one producer, by its place in the scenario; none of a closed population.
    pub fn messages_of(self, place: usize) -> Messages<'a> {
        let producer = &self.scenario.producers[place];
        let stream = producer.arrivals.stream(self.replication.name(&producer.name));
        let end = Time::ZERO + self.scenario.run.duration;
        Messages { producer: Producer::new(place as u16, stream, end), arrivals: &producer.arrivals }
    }

    /// The rules and draws of each consumers entry, in the order of the scenario. `L` is what is to be remembered with
    /// a message in hand.
    pub fn crews<L: Copy>(self) -> impl Iterator<Item = Crew<L>> + use<'a, L> {
        (0..self.scenario.consumers.len()).map(move |entry| self.crew(entry))
    }

    /// Those of one entry, by its place in the scenario.
    pub fn crew<L: Copy>(self, entry: usize) -> Crew<L> {
        let rules = &self.scenario.consumers[entry].rules;
        Crew::new(rules, self.replication, self.queues(entry), self.producers()).following(&self.carried())
    }

    /// How long attempts take on the messages of the queues that give out the shortest first.
    pub fn services(self) -> impl Iterator<Item = (QueueId, Services)> + use<'a> {
        let entries = self.scenario.consumers.iter().enumerate();
        let queues = entries.flat_map(|(entry, consumers)| consumers.takes_from.iter().map(move |id| (entry, *id)));
        let is_ordered = move |(_, id): &(usize, QueueId)| self.scenario.queue(*id).rules.order == Order::ShortestFirst;
        queues.filter(is_ordered).map(move |(entry, queue)| {
            let works = self.crew::<()>(entry).works(queue);
            let service = move |carried: &Properties, entry, attempt| works.service(carried.name, entry, attempt);
            (queue, Box::new(service) as Services)
        })
    }

    /// Where the consumers of an entry pass messages on, if they do.
    pub fn onward(self, entry: usize) -> Option<Onward> {
        let ways = &self.scenario.consumers[entry].then;
        (!ways.is_empty()).then(|| Onward::new(ways, self.replication, self.queues(entry), || self.producers()))
    }

    /// When the consumers of an entry crash, if they do.
    pub fn crashing(self, entry: usize) -> Option<Crashing> {
        let consumers = &self.scenario.consumers[entry];
        let crashes = consumers.rules.faults.crashes.as_ref()?;
        Some(Crashing::new(crashes, self.replication.name(&consumers.name)))
    }

    fn queues(self, entry: usize) -> impl Iterator<Item = (QueueId, &'a str)> {
        self.scenario.consumers[entry].takes_from.iter().map(move |id| (*id, self.scenario.queue(*id).name.as_str()))
    }

    fn producers(self) -> impl Iterator<Item = &'a str> + Clone {
        self.scenario.producers.iter().map(|producer| producer.name.as_str())
    }

    /// What the messages of each producer carry, in the order of the scenario.
    pub fn carried(self) -> Vec<Carried> {
        let producers = self.scenario.producers.iter().zip(0..);
        producers.map(|(p, at)| Carried::new(&p.messages, at, &p.arrivals, self.replication.name(&p.name))).collect()
    }
}
