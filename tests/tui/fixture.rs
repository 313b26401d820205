//! How runs stand, made by hand.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use kendall::experiment::{self, Ask};
use kendall::measure::{Cause, Measure};
use kendall::result::*;
use kendall::scenario::{self, Scenario};
use kendall::sim::Watch;
use kendall::time::{Span, Time};

pub fn load(name: &str) -> Scenario {
    scenario::load(format!("{}/scenarios/{name}.yaml", env!("CARGO_MANIFEST_DIR")).as_ref(), &[]).unwrap()
}

pub fn theory(scenario: &Scenario) -> Option<Theory> {
    let ask = Ask { theory_only: true, threads: None };
    let outcome = experiment::run(scenario, &ask, &Watch::default()).ok()?;
    outcome.answers.into_iter().find_map(|answer| match answer {
        Answer::Theory(theory) => Some(theory),
        _ => None,
    })
}

/// Before anything has happened.
pub fn beginning(scenario: &Scenario) -> Scene {
    let queue = |place: usize| -> Vec<usize> { vec![place] };
    Scene {
        at: Time::ZERO,
        duration: scenario.run.duration,
        stage: Progress::Running,
        is_altered: false,
        producers: scenario.producers.iter().map(producer).collect(),
        queues: scenario.queues.iter().enumerate().map(|(at, it)| a_queue(scenario, at, it)).collect(),
        consumers: scenario.consumers.iter().map(|it| consumers(it, queue(it.takes_from[0].index()))).collect(),
        response: Histogram::new(3).unwrap(),
        wait: Histogram::new(3).unwrap(),
        measures: BTreeMap::new(),
        accounts: Accounts {
            queues: scenario.queues.iter().map(|it| (it.name.clone(), QueueAccount::default())).collect(),
            producers: scenario.producers.iter().map(|it| (it.name.clone(), ProducerAccount::default())).collect(),
        },
        history: Vec::new(),
    }
}

fn producer(it: &scenario::Producer) -> ProducerScene {
    ProducerScene {
        name: it.name.clone(),
        publishes_to: it.publishes_to.iter().map(|queue| queue.index()).collect(),
        factor: 1.0,
        published: 0,
        refused: 0,
        outside: 0,
    }
}

fn a_queue(scenario: &Scenario, place: usize, it: &scenario::Queue) -> QueueScene {
    QueueScene {
        name: it.name.clone(),
        capacity: it.rules.capacity,
        rests: scenario.rests(kendall::broker::QueueId(place as u16)),
        is_out: false,
        waiting: 0,
        delayed: 0,
        in_flight: 0,
        parked: 0,
        entered: 0,
        delivered: 0,
        redelivered: 0,
        acknowledged: 0,
        dropped: 0,
        dead_lettered: 0,
    }
}

fn consumers(it: &scenario::Consumers, takes_from: Vec<usize>) -> ConsumersScene {
    ConsumersScene {
        name: it.name.clone(),
        takes_from,
        prefetch: it.prefetch,
        acknowledge: "after".to_owned(),
        count: it.count,
        most: it.count + 8,
        consumers: vec![Doing::Idle; it.count as usize],
        utilization: None,
    }
}

/// Whole milliseconds, each as often as is said.
fn times(of: &[(u64, u64)]) -> Histogram<u64> {
    let mut histogram = Histogram::new(3).unwrap();
    of.iter().for_each(|&(millis, count)| histogram.record_n(millis * 1_000_000, count).unwrap());
    histogram
}

/// Exponential, about as many messages as asked.
fn exponential(mean_ms: f64, messages: f64) -> Histogram<u64> {
    let step = (mean_ms / 10.0).max(1.0);
    let bins: Vec<(u64, u64)> = (0..100)
        .map(|bin| (f64::from(bin) * step, (-f64::from(bin) * step / mean_ms).exp() * messages * step / mean_ms))
        .map(|(millis, count)| (millis as u64, count as u64))
        .collect();
    times(&bins)
}

fn history(seconds: f64, levels: impl Fn(f64) -> Vec<(u64, u64)>, rates: impl Fn(f64) -> (f64, f64)) -> Vec<Moment> {
    (0..=120)
        .map(|at| {
            let share = f64::from(at) / 120.0;
            let (rate_in, rate_out) = rates(share);
            Moment { at: Time::ZERO + Span::from_seconds(share * seconds), rate_in, rate_out, levels: levels(share) }
        })
        .collect()
}

fn measured(of: &[(&str, f64)]) -> BTreeMap<Measure, f64> {
    of.iter().map(|(name, value)| (name.parse().unwrap(), *value)).collect()
}

/// A busy printer after 12.3 s.
pub fn mm1() -> (Scenario, Scene) {
    let scenario = load("mm1");
    let mut scene = beginning(&scenario);
    scene.at = Time::ZERO + Span::from_seconds(12.3);
    scene.producers[0].published = 992;
    let queue = &mut scene.queues[0];
    (queue.waiting, queue.in_flight, queue.entered, queue.delivered, queue.acknowledged) = (7, 1, 992, 985, 984);
    scene.consumers[0].consumers = vec![Doing::Busy];
    scene.consumers[0].utilization = Some(0.814);
    scene.response = exponential(48.0, 984.0);
    scene.wait = exponential(38.0, 984.0);
    scene.measures = measured(&[("response.mean", 0.0481), ("response.p99", 0.3124)]);
    let waves = |share: f64| (6.0 + 5.0 * (share * 23.0).sin() + 3.0 * (share * 61.0).cos()).max(0.0) as u64;
    scene.history = history(12.3, |share| vec![(waves(share), 1)], |_| (80.0, 79.0));
    scene.accounts.producers[0].1 = ProducerAccount {
        published: 992,
        tries: 992,
        accepted: 992,
        processed: 984,
        unfinished: 8,
        ..Default::default()
    };
    scene.accounts.queues[0].1 =
        QueueAccount { entered_published: 992, waiting: 7, in_flight: 1, acknowledged: 984, ..Default::default() };
    (scenario, scene)
}

/// Orders that come back and die, with consumers in every state; two queues.
pub fn orders() -> (Scenario, Scene) {
    let scenario = load("orders");
    let mut scene = beginning(&scenario);
    scene.at = Time::ZERO + Span::from_seconds(754.0);
    scene.producers[0].published = 30_214;
    scene.producers[0].refused = 3;
    let queue = &mut scene.queues[0];
    (queue.waiting, queue.delayed, queue.in_flight, queue.entered) = (4_310, 36, 6, 30_211);
    (queue.delivered, queue.redelivered, queue.acknowledged) = (26_800, 902, 25_832);
    queue.dead_lettered = 27;
    (scene.queues[1].parked, scene.queues[1].entered) = (27, 27);
    use Doing::{Away, Busy, Crashed, Hung, Idle};
    scene.consumers[0].consumers = vec![Busy, Busy, Idle, Hung, Crashed, Busy, Away];
    scene.consumers[0].utilization = Some(0.796);
    scene.response = exponential(410.0, 25_832.0);
    scene.wait = exponential(300.0, 25_832.0);
    scene.measures = measured(&[("dead.share", 0.00089), ("response.p95", 1.23)]);
    let growing = |share: f64| vec![((share * share * 4_310.0) as u64, 6), (0, 0)];
    scene.history = history(754.0, growing, |share| (40.0 + 3.0 * (share * 30.0).sin(), 36.0));
    scene.accounts.producers[0].1 = ProducerAccount {
        published: 30_214,
        tries: 30_214,
        refused: 3,
        accepted: 30_211,
        processed: 25_832,
        dead: 27,
        unfinished: 4_352,
        ..Default::default()
    };
    scene.accounts.queues[0].1 = QueueAccount {
        entered_published: 30_211,
        waiting: 4_310,
        delayed: 36,
        in_flight: 6,
        acknowledged: 25_832,
        dead_lettered: BTreeMap::from([(Cause::Limit, 27)]),
        ..Default::default()
    };
    scene.accounts.queues[1].1 = QueueAccount { entered_dead_lettered: 27, parked: 27, ..Default::default() };
    (scenario, scene)
}

/// A sale with a limited queue, many consumers, altered by hand.
pub fn sale() -> (Scenario, Scene) {
    let scenario = load("flash-sale");
    let mut scene = beginning(&scenario);
    scene.is_altered = true;
    scene.at = Time::ZERO + Span::from_seconds(873.4);
    scene.producers[0].published = 276_060;
    scene.producers[0].factor = 1.2;
    let queue = &mut scene.queues[0];
    (queue.waiting, queue.in_flight, queue.entered) = (73_104, 400, 276_060);
    (queue.delivered, queue.redelivered, queue.acknowledged) = (204_990, 2_034, 202_556);
    scene.consumers[0].count = 40;
    scene.consumers[0].consumers = vec![Doing::Busy; 40];
    scene.consumers[0].utilization = Some(0.62);
    scene.response = exponential(41_000.0, 202_556.0);
    scene.wait = exponential(40_000.0, 202_556.0);
    scene.measures = measured(&[("response.p99", 141.0), ("lost", 0.0)]);
    let peak = |share: f64| vec![(((share - 0.687).max(0.0) / 0.313 * 73_104.0) as u64, 400), (0, 0)];
    scene.history = history(873.4, peak, |share| if share < 0.687 { (50.0, 50.0) } else { (900.0, 594.0) });
    scene.accounts.producers[0].1 = ProducerAccount {
        published: 276_060,
        tries: 276_060,
        accepted: 276_060,
        processed: 202_556,
        unfinished: 73_504,
        ..Default::default()
    };
    (scenario, scene)
}

/// Texts that want to steer the terminal or break its lines, and names as long as they may be.
pub fn hostile() -> (Scenario, Scene) {
    let (mut scenario, mut scene) = orders();
    scenario.name = "\u{1b}[2J待ち行列\u{202e}evil\ttab".to_owned();
    scenario.question = Some("待ち行列は\u{7}どれくらい\u{1b}]0;x\u{7}長いですか? ".repeat(4));
    let long = "a".repeat(64);
    for queue in &mut scenario.queues {
        queue.name = long.clone();
    }
    scenario.producers[0].name = long.clone();
    scenario.consumers[0].name = long.clone();
    scenario.targets[0].text = "\u{1b}[31m待ち行列 < 1s \u{9b}2J".repeat(6);
    scene.queues.iter_mut().for_each(|queue| queue.name = long.clone());
    scene.producers[0].name = long.clone();
    scene.consumers[0].name = long;
    (scenario, scene)
}
