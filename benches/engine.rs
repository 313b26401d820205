//! Nanoseconds per message of the engine, beside a plain reference loop, in one run; and per delivery of what else a
//! scenario may ask for, beside the engine's own M/M/1.
//!
//! `cargo bench --bench engine`. The reference is what one would write by hand for this one system: a binary heap of
//! events, a deque of arrival instants, one running generator, and the mean wait as its only result. The engine runs
//! the full rules and records everything that `kendall run` does. Only the ratio of two means something on a machine
//! that is shared; the two alternate, and the medians are compared.
//!
//! `cargo bench --bench engine -- 200000 1` takes 200000 messages and one round: short enough for callgrind. A word after
//! that, `engine` or `reference`, runs only that one of the first two rows.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::path::Path;
use std::time::Instant;

use kendall::metrics::Record;
use kendall::scenario::{Scenario, read};
use rand::SeedableRng;
use rand_distr::{Distribution as _, Exp1};

/// What to measure and for how long.
struct Ask {
    messages: u64,
    rounds: usize,
    only: Option<String>,
}

const MM1: &str = "c: {takes_from: q, service: {exponential: {mean: 1s}}}";

/// Name, queues, what the producer is beside its queue, consumers; messages come at 0.8 a second.
const OTHERS: &[(&str, &str, &str, &str)] = &[
    ("finite buffer of 10", "q: {capacity: 10}", POISSON, MM1),
    ("time-outs armed", "q: {redelivery: {ack_timeout: 1h}}", POISSON, MM1),
    (
        "retries after 5 s",
        "q: {redelivery: {delay: 5s}}",
        POISSON,
        "c: {takes_from: q, fails: 20%, service: {exponential: {mean: 0.8s}}}",
    ),
    ("prefetch 10", "q: {}", POISSON, "c: {takes_from: q, prefetch: 10, service: {exponential: {mean: 1s}}}"),
    (
        "three in a pipeline",
        "q: {}, r: {}, s: {}",
        POISSON,
        "a: {takes_from: q, service: {exponential: {mean: 1s}}, then: {publishes_to: r}}, \
         b: {takes_from: r, service: {exponential: {mean: 1s}}, then: {publishes_to: s}}, \
         c: {takes_from: s, service: {exponential: {mean: 1s}}}",
    ),
    ("a changing rate", "q: {}", "arrivals: {poisson: {rate: {steps: {0s: 0.5/s, 20h: 1.1/s, 40h: 0.8/s}}}}", MM1),
];

const POISSON: &str = "arrivals: {poisson: {rate: 0.8/s}}";

fn main() {
    let ask = Ask::from_arguments();
    println!("{:<22}{:>12}{:>12}{:>8}", "system, per message", "reference", "engine", "ratio");
    for (name, consumers, load) in [("M/M/1 at 0.8", 1, 0.8), ("M/M/10 at 0.9", 10, 0.9)] {
        let scenario = station(consumers, load, ask.messages);
        let (mut reference, mut engine) = (Vec::new(), Vec::new());
        for round in 0..ask.rounds {
            reference.push(ask.time("reference", || reference_loop(consumers, load, ask.messages, round as u64)));
            engine.push(ask.time("engine", || simulate(&scenario).end.seconds()));
        }
        row(name, median(reference), median(engine));
    }
    if ask.only.is_none() {
        others(&ask);
    }
}

fn others(ask: &Ask) {
    println!("\n{:<22}{:>12}{:>12}{:>8}", "system, per delivery", "M/M/1", "engine", "ratio");
    let mm1 = station(1, 0.8, ask.messages);
    for (name, queues, producer, consumers) in OTHERS {
        let scenario = scenario(queues, producer, consumers, ask.messages as f64 / 0.8);
        let (mut plain, mut other) = (Vec::new(), Vec::new());
        for _ in 0..ask.rounds {
            plain.push(per_delivery(&mm1));
            other.push(per_delivery(&scenario));
        }
        row(name, median(plain), median(other));
    }
}

fn row(name: &str, beside: f64, engine: f64) {
    println!("{name:<22}{beside:>9.1} ns{engine:>9.1} ns{:>8.2}", engine / beside);
}

fn simulate(scenario: &Scenario) -> Record {
    kendall::sim::one(scenario).expect("the books balance")
}

fn per_delivery(scenario: &Scenario) -> f64 {
    let start = Instant::now();
    let record = std::hint::black_box(simulate(scenario));
    let nanos = start.elapsed().as_nanos() as f64;
    let again: u64 = record.counts.iter().flatten().map(|counts| counts.redelivered).sum();
    let once: u64 = record.queues.iter().map(|queue| queue.account.acknowledged).sum();
    nanos / (once + again) as f64
}

impl Ask {
    /// Cargo adds `--bench` to what it is given.
    fn from_arguments() -> Ask {
        let mut given = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
        let mut number = |default| given.next().map_or(default, |n| n.parse().expect("a whole number"));
        let (messages, rounds) = (number(2_000_000), number(9) as usize);
        Ask { messages, rounds, only: given.next() }
    }

    /// Nanoseconds per message; NaN if it is not asked for.
    fn time(&self, what: &str, run: impl FnOnce() -> f64) -> f64 {
        if self.only.as_ref().is_some_and(|only| only != what) {
            return f64::NAN;
        }
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed().as_nanos() as f64 / self.messages as f64
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// M/M/c with a mean service of one second.
fn station(consumers: u32, load: f64, messages: u64) -> Scenario {
    let rate = load * f64::from(consumers);
    let producer = format!("arrivals: {{poisson: {{rate: {rate}/s}}}}");
    let consumers = format!("c: {{takes_from: q, count: {consumers}, service: {{exponential: {{mean: 1s}}}}}}");
    scenario("q: {}", &producer, &consumers, messages as f64 / rate)
}

fn scenario(queues: &str, producer: &str, consumers: &str, duration_s: f64) -> Scenario {
    let text = format!(
        "name: bench\nrun: {{duration: {duration_s}s, warmup: none}}\nqueues: {{{queues}}}\n\
         producers: {{p: {{publishes_to: q, {producer}}}}}\nconsumers: {{{consumers}}}\n"
    );
    read(None, &text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrival,
    Departure,
}

/// The mean wait, in seconds.
fn reference_loop(consumers: u32, load: f64, messages: u64, seed: u64) -> f64 {
    let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(seed);
    let rate = load * f64::from(consumers);
    let mut draw = |mean_s: f64| {
        let exponential: f64 = Exp1.sample(&mut rng);
        (exponential * mean_s * 1e9) as u64
    };
    let mut events = BinaryHeap::new();
    let mut waiting: VecDeque<u64> = VecDeque::new();
    let (mut entered, mut idle, mut arrived, mut begun, mut waited) = (0_u64, consumers, 0_u64, 0_u64, 0_u64);
    events.push(Reverse((draw(1.0 / rate), entered, Event::Arrival)));
    while let Some(Reverse((now, _, event))) = events.pop() {
        match event {
            Event::Arrival => {
                waiting.push_back(now);
                arrived += 1;
                if arrived < messages {
                    entered += 1;
                    events.push(Reverse((now + draw(1.0 / rate), entered, Event::Arrival)));
                }
            }
            Event::Departure => idle += 1,
        }
        if idle > 0
            && let Some(since) = waiting.pop_front()
        {
            idle -= 1;
            begun += 1;
            waited += now - since;
            entered += 1;
            events.push(Reverse((now + draw(1.0), entered, Event::Departure)));
        }
    }
    waited as f64 / begun as f64 / 1e9
}
