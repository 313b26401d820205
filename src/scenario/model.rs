//! The checked model: nothing in it can be wrong, so nobody checks again further in.

use crate::broker::{Keeps, QueueId, QueueRules, Terms};
use crate::client::{Acknowledge, ConsumerRules, MessageRules, Retries, Uplink, Way, WorksBy};
use crate::measure::Measure;
pub use crate::measure::Op;
use crate::time::Span;
use crate::workload::{Arrivals, CountProfile};

/// One scenario, checked.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub question: Option<String>,
    pub run: Run,
    pub queues: Vec<Queue>,
    pub producers: Vec<Producer>,
    pub consumers: Vec<Consumers>,
    pub outages: Vec<Outage>,
    pub targets: Vec<Target>,
    pub source: Source,
}

/// Where a scenario came from, for the result to say.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The file's path as the user gave it; `None` for a notation.
    pub file: Option<String>,
    /// The YAML, before any override.
    pub text: String,
    /// `path=value`, as given on the command line.
    pub overrides: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Run {
    /// Arrivals stop then. Defaults are filled in.
    pub duration: Span,
    /// Whether the scenario says the duration; a defaulted one may be doubled for the warm-up's sake.
    pub duration_given: bool,
    pub warmup: Warmup,
    pub seed: u64,
    pub replications: Replications,
    pub drain: Drain,
    /// How long a run that drains until it is empty follows messages at most; `None` for as long as the run.
    pub drain_at_most: Option<Span>,
    /// Messages published and not ended that one replication may hold.
    pub at_most_inside: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warmup {
    None,
    /// Found by pilot replications.
    Auto,
    For(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Replications {
    Fixed(u32),
    /// Until the half-width of the interval of `of` is at most `relative` of its value.
    Precision {
        relative: f64,
        of: Measure,
        at_most: u32,
    },
}

/// How long messages still inside when arrivals stop are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drain {
    /// Until nothing is inside; [`Run::drain_at_most`] says how long at most.
    UntilEmpty,
    None,
    For(Span),
}

#[derive(Clone, Debug)]
pub struct Queue {
    pub name: String,
    pub rules: QueueRules,
}

#[derive(Clone, Debug)]
pub struct Producer {
    pub name: String,
    /// A copy to each.
    pub publishes_to: Vec<QueueId>,
    pub arrivals: Arrivals,
    pub retries: Option<Retries>,
    /// Publishes that may be neither accepted nor refused yet; `None` is any number.
    pub confirms: Option<u32>,
    pub network: Option<Uplink>,
    pub messages: MessageRules,
}

/// One consumers entry: `count` consumers that are alike.
#[derive(Clone, Debug)]
pub struct Consumers {
    pub name: String,
    /// In order of preference; at least one, and none twice.
    pub takes_from: Vec<QueueId>,
    /// How many there are, or the most that there ever are.
    pub count: u32,
    /// Where their number changes by plan.
    pub shifts: Option<CountProfile>,
    /// Unacknowledged messages that one consumer may hold; `u32::MAX` is unlimited.
    pub prefetch: u32,
    /// Whether the scenario says it; with some rules it means nothing.
    pub prefetch_given: bool,
    /// Where messages are passed on to that an attempt has succeeded on, before they are acknowledged.
    pub then: Vec<Way>,
    /// Messages go to the highest first.
    pub priority: u16,
    pub works_by: WorksBy,
    pub rules: ConsumerRules,
}

/// Something is away for a while, by plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    pub at: Span,
    pub lasts: Span,
    pub of: OutageOf,
    pub loses: Loses,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutageOf {
    /// All queues, and all connections.
    Broker,
    Queue(QueueId),
    /// All consumers of one entry, by its place.
    Consumers(usize),
}

/// What a broker or a queue that was away has no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loses {
    Nothing,
    Everything,
}

/// Something that must hold of the answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub measure: Measure,
    pub op: Op,
    /// In the measure's unit: seconds, messages per second, a share, messages.
    pub value: f64,
    /// `in 95% of runs`: the share of replications in which it must hold.
    pub in_runs: Option<f64>,
    /// As written.
    pub text: String,
}

impl Run {
    /// The longest that messages are followed after arrivals stop.
    pub fn drain_limit(&self) -> Span {
        match self.drain {
            Drain::UntilEmpty => self.drain_at_most.unwrap_or(self.duration),
            Drain::None => Span::ZERO,
            Drain::For(span) => span,
        }
    }
}

/// Seats that a change may fill while a run is watched: as many again as there are consumers, within these.
const SPARE_SEATS: (u32, u32) = (8, 64);

impl Consumers {
    /// How many there can be while somebody changes their number.
    pub fn most(&self) -> u32 {
        self.count.saturating_add(self.count.clamp(SPARE_SEATS.0, SPARE_SEATS.1))
    }

    /// Whether the broker forgets what it hands to them.
    pub fn forgotten_on_delivery(&self) -> bool {
        self.rules.acknowledge == Acknowledge::OnDelivery
    }

    /// On what terms each of them takes from its queues.
    pub fn terms(&self) -> Terms {
        self.terms_with(self.prefetch, self.rules.acknowledge)
    }

    /// On what terms they would if they held so many and acknowledged so.
    pub fn terms_with(&self, prefetch: u32, acknowledge: Acknowledge) -> Terms {
        let is_forgotten = acknowledge == Acknowledge::OnDelivery;
        let keeps = if is_forgotten { Keeps::UntilDelivered } else { Keeps::UntilAnswered };
        Terms { prefetch, priority: self.priority, keeps }
    }

    /// How many there are on average over so long a run, without those that have crashed.
    pub fn mean_count(&self, duration: Span) -> f64 {
        let count = self.shifts.as_ref().map_or(f64::from(self.count), |shifts| shifts.mean(duration));
        count * self.rules.faults.up_share()
    }
}

impl Scenario {
    pub fn queue(&self, id: QueueId) -> &Queue {
        &self.queues[id.index()]
    }

    /// Of all queues, in their order.
    pub fn queue_ids(&self) -> impl Iterator<Item = QueueId> + Clone + use<> {
        (0..self.queues.len() as u16).map(QueueId)
    }

    /// The consumers entries that take from a queue.
    pub fn consumers_of(&self, id: QueueId) -> impl Iterator<Item = &Consumers> {
        self.consumers.iter().filter(move |c| c.takes_from.contains(&id))
    }

    /// The measures that targets and a precision name.
    pub fn asked(&self) -> impl Iterator<Item = &Measure> {
        let precision = match &self.run.replications {
            Replications::Precision { of, .. } => Some(of),
            Replications::Fixed(_) => None,
        };
        self.targets.iter().map(|target| &target.measure).chain(precision)
    }

    /// Whether a measure of this producer is asked for.
    pub fn asks_for(&self, producer: &Producer) -> bool {
        self.asked().any(|measure| measure.of.as_ref() == Some(&producer.name))
    }

    /// Whether some consumers pass messages on.
    pub fn passes_on(&self) -> bool {
        self.consumers.iter().any(|entry| !entry.then.is_empty())
    }

    /// Whether a message may have several copies.
    pub fn has_copies(&self) -> bool {
        let repeats = |producer: &Producer| producer.retries.as_ref().is_some_and(Retries::may_repeat);
        self.passes_on() || self.producers.iter().any(|producer| producer.publishes_to.len() > 1 || repeats(producer))
    }

    /// Whether messages may expire in a queue.
    pub fn may_expire(&self, id: QueueId) -> bool {
        self.queue(id).rules.ttl.is_some() || self.messages_expire()
    }

    /// Whether nothing ever empties a queue: what comes there rests.
    pub fn rests(&self, id: QueueId) -> bool {
        self.consumers_of(id).next().is_none() && !self.may_expire(id)
    }

    /// Whether messages have a ttl of their own, which they have in every queue.
    pub fn messages_expire(&self) -> bool {
        self.producers.iter().any(|producer| producer.messages.ttl.is_some())
    }

    /// Whether consumers may crash, or lose their connection.
    pub fn may_cut_off(&self) -> bool {
        let crashes = self.consumers.iter().any(|entry| entry.rules.faults.crashes.is_some());
        crashes || (0..self.consumers.len()).any(|entry| self.cuts_off(entry))
    }

    /// Whether something that is told here brings about work in vain.
    pub fn may_waste(&self) -> bool {
        let fails = |entry: &Consumers| entry.rules.fails > 0.0 || !entry.rules.faults.are_none();
        let takes_back = self.queues.iter().any(|queue| queue.rules.redelivery.takes_back());
        self.may_cut_off() || takes_back || self.has_copies() || self.consumers.iter().any(fails)
    }

    /// Whether an outage disconnects the consumers of the entry at that place, or is one of them.
    pub fn cuts_off(&self, entry: usize) -> bool {
        let hits = |outage: &Outage| matches!(outage.of, OutageOf::Broker) || self.takes_down(entry, outage);
        self.outages.iter().any(hits)
    }

    /// The queues that an outage takes away.
    pub fn queues_out(&self, of: OutageOf) -> impl Iterator<Item = QueueId> + Clone + use<> {
        self.queue_ids().filter(move |queue| match of {
            OutageOf::Broker => true,
            OutageOf::Queue(only) => only == *queue,
            OutageOf::Consumers(_) => false,
        })
    }

    /// Whether an outage is one of these consumers.
    fn takes_down(&self, entry: usize, outage: &Outage) -> bool {
        outage.of == OutageOf::Consumers(entry)
    }

    /// Whether a message whose acknowledgement these consumers lose stays in flight until the run ends.
    pub fn keeps_what_is_unheard(&self, entry: &Consumers) -> bool {
        let faults = &entry.rules.faults;
        let no_timeout = |id: &QueueId| self.queue(*id).rules.redelivery.ack_timeout.is_none();
        faults.acks_lost > 0.0 && faults.crashes.is_none() && entry.takes_from.iter().any(no_timeout)
    }

    /// Whether nothing changes by plan, so that there is a steady state to look for.
    pub fn is_steady(&self) -> bool {
        self.producers.iter().all(|p| p.arrivals.steady_rate().is_some())
            && self.consumers.iter().all(|entry| entry.shifts.is_none())
            && self.outages.is_empty()
    }
}
