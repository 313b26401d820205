//! Nanoseconds per message of the engine, beside a plain reference loop, in one run.
//!
//! `cargo bench --bench engine`. The reference is what one would write by hand for this one system: a binary heap of
//! events, a deque of arrival instants, one running generator, and the mean wait as its only result. The engine runs
//! the full rules and records everything that `kendall run` does. Only the ratio of the two means something on a
//! machine that is shared; the two alternate, and the medians are compared.
//!
//! `cargo bench --bench engine -- 200000 1` takes 200000 messages and one round: short enough for callgrind. A word after
//! that, `engine` or `reference`, runs only that one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Instant;

use kendall::broker::{QueueId, QueueRules};
use kendall::client::{Acknowledge, ConsumerRules, OnFailure, OnRetry};
use kendall::scenario::{Consumers, Drain, Producer, Queue, Replications, Run, Scenario, Source, Warmup};
use kendall::time::Span;
use kendall::workload::{Arrivals, Distribution, RateProfile};
use rand::SeedableRng;
use rand_distr::{Distribution as _, Exp1};

/// What to measure and for how long.
struct Ask {
    messages: u64,
    rounds: usize,
    only: Option<String>,
}

fn main() {
    let ask = Ask::from_arguments();
    println!("{:<18}{:>12}{:>12}{:>8}", "system", "reference", "engine", "ratio");
    for (name, consumers, load) in [("M/M/1 at 0.8", 1, 0.8), ("M/M/10 at 0.9", 10, 0.9)] {
        let scenario = scenario(consumers, load, ask.messages);
        let (mut reference, mut engine) = (Vec::new(), Vec::new());
        for round in 0..ask.rounds {
            reference.push(ask.time("reference", || reference_loop(consumers, load, ask.messages, round as u64)));
            engine.push(ask.time("engine", || kendall::sim::one(&scenario).expect("the books balance").end.seconds()));
        }
        let (reference, engine) = (median(reference), median(engine));
        println!("{name:<18}{reference:>9.1} ns{engine:>9.1} ns{:>8.2}", engine / reference);
    }
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
fn scenario(consumers: u32, load: f64, messages: u64) -> Scenario {
    let rate = load * f64::from(consumers);
    Scenario {
        name: "bench".into(),
        question: None,
        run: Run {
            duration: Span::from_seconds(messages as f64 / rate),
            duration_given: true,
            warmup: Warmup::None,
            seed: 1,
            replications: Replications::Fixed(1),
            drain: Drain::UntilEmpty,
            at_most_inside: 1_000_000,
        },
        queues: vec![Queue { name: "queue".into(), rules: QueueRules::default() }],
        producers: vec![Producer {
            name: "producer".into(),
            publishes_to: QueueId(0),
            arrivals: Arrivals::Poisson { rate: RateProfile::constant(rate) },
        }],
        consumers: vec![Consumers {
            name: "consumer".into(),
            takes_from: vec![QueueId(0)],
            count: consumers,
            prefetch: 1,
            shifts: None,
            prefetch_given: false,
            priority: 0,
            rules: ConsumerRules {
                service: Distribution::Exponential { mean_s: 1.0 },
                on_retry: OnRetry::Same,
                acknowledge: Acknowledge::After,
                fails: 0.0,
                on_failure: OnFailure::Requeue,
                takes: None,
            },
        }],
        targets: Vec::new(),
        source: Source::default(),
    }
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
