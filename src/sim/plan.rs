//! What one replication is to measure, made from the scenario once.

use std::sync::Arc;

use crate::broker::{OrderedBy, QueueId, WhenFull};
use crate::client::Acknowledge;
use crate::measure::Stat;
use crate::metrics::{CrewPlan, Mark, MarkKind, Ordered, Plan, QueuePlan};
use crate::scenario::{Consumers, Producer, Queue, Scenario};
use crate::time::{Span, Time};

/// The most points that a series has.
pub const SERIES_STEPS: u64 = 600;

/// The steps of the series: equal, over the run and the longest drain.
pub fn series_step(scenario: &Scenario) -> Span {
    let whole = scenario.run.duration + scenario.run.drain_limit();
    Span::from_nanos(whole.nanos().div_ceil(SERIES_STEPS).max(1))
}

/// A measured run with `warmup` cut off.
pub fn measured(scenario: &Scenario, warmup: Span) -> Plan {
    let mut marks = window_marks(scenario, warmup);
    let step = series_step(scenario);
    let end = scenario.run.duration + scenario.run.drain_limit();
    marks.extend(steps(step, end));
    marks.extend(probes(scenario).into_iter().map(|at| mark(at, MarkKind::Probe)));
    plan(scenario, warmup, marks, Steps::Of(step))
}

/// A pilot run, measured from the beginning in `steps` equal steps.
pub fn pilot(scenario: &Scenario, step: Span) -> Plan {
    let mut marks = window_marks(scenario, Span::ZERO);
    marks.extend(steps(step, scenario.run.duration));
    plan(scenario, Span::ZERO, marks, Steps::OfPilot(step))
}

/// The instants at which levels are asked for, in order and each once.
pub fn probes(scenario: &Scenario) -> Vec<Span> {
    let asked = scenario.targets.iter().filter_map(|target| match target.measure.stat {
        Stat::At(at) => Some(at),
        _ => None,
    });
    let mut probes: Vec<Span> = asked.collect();
    probes.sort();
    probes.dedup();
    probes
}

fn mark(at: Span, what: MarkKind) -> Mark {
    Mark { at: Time::ZERO + at, what }
}

fn window_marks(scenario: &Scenario, warmup: Span) -> Vec<Mark> {
    vec![mark(warmup, MarkKind::WindowBegins), mark(scenario.run.duration, MarkKind::WindowEnds)]
}

fn steps(step: Span, end: Span) -> impl Iterator<Item = Mark> {
    let count = end.nanos() / step.nanos().max(1);
    (1..=count).map(move |k| mark(step.saturating_mul(k), MarkKind::Step))
}

/// Whose steps the marks are.
enum Steps {
    Of(Span),
    OfPilot(Span),
}

fn plan(scenario: &Scenario, warmup: Span, mut marks: Vec<Mark>, steps: Steps) -> Plan {
    marks.sort();
    let (step, pilot_step) = match steps {
        Steps::Of(step) => (Some(step), None),
        Steps::OfPilot(step) => (None, Some(step)),
    };
    let one_journey = each_journey_is_one_queue(scenario);
    Plan {
        producers: scenario.producers.len(),
        producers_timed: producers_timed(scenario),
        queues: (0..scenario.queues.len()).map(|at| queue_plan(scenario, QueueId(at as u16), one_journey)).collect(),
        crews: scenario.consumers.iter().map(|entry| CrewPlan { holds: entry.forgotten_on_delivery() }).collect(),
        window: (Time::ZERO + warmup, Time::ZERO + scenario.run.duration),
        marks: Arc::from(marks),
        step,
        pilot_step,
    }
}

/// The times of a single producer are those of all.
fn producers_timed(scenario: &Scenario) -> Vec<bool> {
    let timed: Vec<bool> = scenario.producers.iter().map(|producer| scenario.asks_for(producer)).collect();
    if scenario.producers.len() > 1 && timed.contains(&true) { timed } else { Vec::new() }
}

/// Whether every message enters a queue at its planned instant and is processed nowhere else. What a queue takes back
/// and sends on may yet be processed by the consumer it was taken from, when it is in that queue no more.
fn each_journey_is_one_queue(scenario: &Scenario) -> bool {
    let blocks = |id: QueueId| scenario.queue(id).rules.when_full == WhenFull::Block;
    let enters_as_planned = |producer: &Producer| producer.retries.is_none() && producer.network.is_none();
    let passes_on = |id: QueueId| scenario.consumers_of(id).next().is_some();
    let sends_on_what_it_took_back =
        |queue: &Queue| queue.rules.redelivery.takes_back() && queue.rules.dead_letter.is_some();
    !scenario.has_copies()
        && scenario.producers.iter().all(|producer| enters_as_planned(producer) && !blocks(producer.publishes_to[0]))
        && !scenario.queues.iter().any(sends_on_what_it_took_back)
        && scenario.queues.iter().filter_map(|queue| queue.rules.dead_letter).all(|to| !passes_on(to))
}

fn queue_plan(scenario: &Scenario, id: QueueId, is_journey: bool) -> QueuePlan {
    let rules = &scenario.queue(id).rules;
    let always_delivered_once = !rules.redelivery.takes_back()
        && !scenario.may_expire(id)
        && (!rules.is_limited() || matches!(rules.when_full, WhenFull::Refuse | WhenFull::Block));
    let worked_on_at_once = |c: &Consumers| {
        c.then.is_empty() && c.prefetch == 1 && c.rules.fails == 0.0 && c.rules.acknowledge == Acknowledge::After
    };
    let answers_well = |c: &Consumers| c.rules.faults.are_none();
    let stays = |c: &Consumers| c.shifts.is_none() && c.rules.takes.is_none();
    let rests = scenario.rests(id);
    QueuePlan {
        rests,
        is_journey,
        ordered: if rules.ordered_by == OrderedBy::Key { Ordered::ByKey } else { Ordered::All },
        stay_is_wait: !rests
            && scenario.outages.is_empty()
            && always_delivered_once
            && scenario.consumers_of(id).all(|c| worked_on_at_once(c) && stays(c) && answers_well(c)),
    }
}
