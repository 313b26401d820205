//! How a run stands at an instant, put together from its books for those who watch it: simulated or live alike.

mod figures;
mod measures;

pub use figures::Figures;

use crate::client::Acknowledge;
use crate::result::{Accounts, ConsumersScene, Doing, Moment, ProducerScene, Progress, QueueScene, Scene};
use crate::scenario::{Change, OutageOf, Scenario};
use crate::time::{Span, Time};

/// What somebody has changed by hand so far.
#[derive(Clone, Debug)]
pub struct Changes {
    /// By producer: how many times its planned rate its messages come at.
    factors: Vec<f64>,
    /// By consumers entry.
    prefetch: Vec<u32>,
    acknowledge: Vec<Acknowledge>,
    is_any: bool,
}

impl Changes {
    /// None yet.
    pub fn of(scenario: &Scenario) -> Changes {
        Changes {
            factors: vec![1.0; scenario.producers.len()],
            prefetch: scenario.consumers.iter().map(|entry| entry.prefetch).collect(),
            acknowledge: scenario.consumers.iter().map(|entry| entry.rules.acknowledge).collect(),
            is_any: false,
        }
    }

    /// One has been carried out.
    pub fn note(&mut self, change: &Change) {
        self.is_any = true;
        match *change {
            Change::Rate { producer, factor } => self.factors[producer] = factor,
            Change::Prefetch { consumers, prefetch } => self.prefetch[consumers] = prefetch,
            Change::Acknowledge { consumers, how } => self.acknowledge[consumers] = how,
            Change::Count { .. } | Change::Crash { .. } | Change::Poison { .. } => {}
        }
    }

    /// What a consumer of an entry may hold now.
    pub fn prefetch(&self, consumers: usize) -> u32 {
        self.prefetch[consumers]
    }

    /// Whether there was any.
    pub fn are_any(&self) -> bool {
        self.is_any
    }
}

/// What the consumers of an entry do.
#[derive(Clone, Debug, Default)]
pub struct Crew {
    /// By their seats.
    pub doing: Vec<Doing>,
    /// How many are to be there.
    pub count: u32,
}

/// Puts together how a run stands. `crews` are what consumers do, by entry; `history` is its past.
pub fn scene(
    scenario: &Scenario,
    figures: &Figures,
    changes: &Changes,
    crews: Vec<Crew>,
    stage: Progress,
    history: Vec<Moment>,
) -> Scene {
    Scene {
        at: figures.at,
        duration: scenario.run.duration,
        stage,
        is_altered: changes.is_any,
        producers: (0..scenario.producers.len()).map(|at| producer(scenario, figures, changes, at)).collect(),
        queues: (0..scenario.queues.len()).map(|at| queue(scenario, figures, at)).collect(),
        consumers: crews
            .into_iter()
            .enumerate()
            .map(|(at, crew)| entry(scenario, figures, changes, at, crew))
            .collect(),
        response: figures.times.response.histogram.clone(),
        wait: figures.times.wait.histogram.clone(),
        measures: measures::of(scenario, figures),
        accounts: accounts(scenario, figures),
        history,
    }
}

fn accounts(scenario: &Scenario, figures: &Figures) -> Accounts {
    let queues = scenario.queues.iter().map(|queue| queue.name.clone());
    let producers = scenario.producers.iter().map(|producer| producer.name.clone());
    Accounts {
        queues: queues.zip(figures.queues.iter().map(|queue| queue.account.clone())).collect(),
        producers: producers.zip(figures.producers.iter().cloned()).collect(),
    }
}

fn producer(scenario: &Scenario, figures: &Figures, changes: &Changes, at: usize) -> ProducerScene {
    let (producer, account) = (&scenario.producers[at], &figures.producers[at]);
    ProducerScene {
        name: producer.name.clone(),
        publishes_to: producer.publishes_to.iter().map(|queue| queue.index()).collect(),
        factor: changes.factors[at],
        published: account.published,
        refused: account.refused,
        outside: account.not_yet_accepted,
    }
}

fn queue(scenario: &Scenario, figures: &Figures, at: usize) -> QueueScene {
    let (queue, figures_of) = (&scenario.queues[at], &figures.queues[at]);
    let account = &figures_of.account;
    QueueScene {
        name: queue.name.clone(),
        capacity: queue.rules.capacity,
        rests: scenario.rests(crate::broker::QueueId(at as u16)),
        is_out: is_out(scenario, at, figures.at),
        waiting: account.waiting,
        delayed: account.delayed,
        in_flight: account.in_flight,
        parked: account.parked,
        entered: account.entered_published + account.entered_passed_on + account.entered_dead_lettered,
        delivered: figures_of.delivered,
        redelivered: figures_of.redelivered,
        acknowledged: account.acknowledged,
        dropped: account.dropped.values().sum::<u64>() + account.expired,
        dead_lettered: account.dead_lettered.values().sum(),
    }
}

/// By plan.
fn is_out(scenario: &Scenario, queue: usize, now: Time) -> bool {
    scenario.outages.iter().any(|outage| {
        let begins = Time::ZERO + outage.at;
        let lasts = begins <= now && now < begins + outage.lasts;
        let hits = match outage.of {
            OutageOf::Broker => true,
            OutageOf::Queue(of) => of.index() == queue,
            OutageOf::Consumers(_) => false,
        };
        lasts && hits
    })
}

fn entry(scenario: &Scenario, figures: &Figures, changes: &Changes, at: usize, crew: Crew) -> ConsumersScene {
    let entry = &scenario.consumers[at];
    let Crew { mut doing, count } = crew;
    let taken = doing.iter().rposition(|doing| *doing != Doing::Away).map_or(0, |last| last + 1);
    doing.truncate(taken.max(entry.count as usize));
    ConsumersScene {
        name: entry.name.clone(),
        takes_from: entry.takes_from.iter().map(|queue| queue.index()).collect(),
        prefetch: changes.prefetch[at],
        acknowledge: in_words(changes.acknowledge[at]),
        count,
        most: entry.most(),
        consumers: doing,
        utilization: figures.utilization(scenario, at),
    }
}

/// As the scenario language spells it.
fn in_words(acknowledge: Acknowledge) -> String {
    match acknowledge {
        Acknowledge::After => "after".to_owned(),
        Acknowledge::Before => "before".to_owned(),
        Acknowledge::OnDelivery => "on_delivery".to_owned(),
        Acknowledge::Every(every) => format!("{{every: {every}}}"),
    }
}

/// How far a run is.
pub fn progress(at: Time, duration: Span, is_over: bool, is_overloaded: bool) -> Progress {
    match (is_overloaded, is_over) {
        (true, _) => Progress::Overloaded,
        (_, true) => Progress::Over,
        _ if at.since(Time::ZERO) >= duration => Progress::Draining,
        _ => Progress::Running,
    }
}
