//! Scenarios of one queue, and what theory says of them.

use std::path::Path;
use std::sync::Arc;

use kendall::broker::{Order, QueueId, QueueRules};
use kendall::client::{Acknowledge, ConsumerRules, Faults, MessageRules, OnFailure, OnRetry, WorksBy};
use kendall::measure::Measure;
use kendall::result::Theory;
use kendall::scenario::{Consumers, Drain, Producer, Queue, Replications, Run, Scenario, Source, Warmup, read};
use kendall::time::Span;
use kendall::workload::{Arrivals, Bursts, Distribution, Empirical, RateProfile, State};

/// One producer, one queue, one consumers entry; the mean service is 1 s unless said.
pub fn scenario(rate: f64, service: Distribution, count: u32) -> Scenario {
    Scenario {
        name: "case".to_owned(),
        question: None,
        run: Run {
            duration: Span::from_secs(1000),
            duration_given: true,
            warmup: Warmup::Auto,
            seed: 1,
            replications: Replications::Fixed(20),
            drain: Drain::UntilEmpty,
            drain_at_most: None,
            at_most_inside: 1_000_000,
        },
        queues: vec![Queue { name: "queue".to_owned(), rules: QueueRules::default() }],
        producers: vec![Producer {
            name: "producer".to_owned(),
            publishes_to: vec![QueueId(0)],
            arrivals: Arrivals::Poisson { rate: RateProfile::constant(rate) },
            retries: None,
            confirms: None,
            network: None,
            messages: MessageRules::default(),
        }],
        consumers: vec![Consumers {
            name: "consumer".to_owned(),
            takes_from: vec![QueueId(0)],
            count,
            prefetch: 1,
            shifts: None,
            prefetch_given: false,
            then: Vec::new(),
            priority: 0,
            works_by: WorksBy::Sleep,
            rules: ConsumerRules {
                follows: None,
                service,
                on_retry: OnRetry::Same,
                acknowledge: Acknowledge::After,
                fails: 0.0,
                on_failure: OnFailure::Requeue,
                takes: None,
                faults: Faults::default(),
            },
        }],
        outages: Vec::new(),
        targets: Vec::new(),
        source: Source::default(),
    }
}

pub fn exponential() -> Distribution {
    Distribution::Exponential { mean_s: 1.0 }
}

pub fn constant() -> Distribution {
    Distribution::Constant(Span::from_secs(1))
}

pub fn mmc(rate: f64, count: u32) -> Scenario {
    scenario(rate, exponential(), count)
}

pub fn with_room(mut scenario: Scenario, capacity: u64) -> Scenario {
    scenario.queues[0].rules.capacity = Some(capacity);
    scenario
}

pub fn with_gaps(mut scenario: Scenario, arrivals: Arrivals) -> Scenario {
    scenario.producers[0].arrivals = arrivals;
    scenario
}

pub fn renewal(gap: Distribution) -> Arrivals {
    Arrivals::Renewal { gap }
}

pub fn erlang(mean_s: f64, phases: u32) -> Distribution {
    Distribution::Erlang { mean_s, phases }
}

pub fn with_feedback(mut scenario: Scenario, fails: f64) -> Scenario {
    scenario.consumers[0].rules.fails = fails;
    scenario.consumers[0].rules.on_retry = OnRetry::Fresh;
    scenario
}

/// Three priorities, each with services of its own: as long as the work that its messages carry.
pub const OWN_SERVICES: &str = "
queues: {queue: {order: {priority: {levels: 3}}}}
producers:
  p1: {publishes_to: queue, arrivals: {poisson: {rate: 0.2/s}}, messages: {priority: 2, work: {exponential: {mean: 0.5}}}}
  p2: {publishes_to: queue, arrivals: {poisson: {rate: 0.2/s}}, messages: {priority: 1, work: 1}}
  p3: {publishes_to: queue, arrivals: {poisson: {rate: 0.1/s}}, messages: {work: {exponential: {mean: 4}}}}
consumers: {consumer: {takes_from: queue, service: {per_work: 1s}}}
";

/// Three queues of one consumer, which pass messages on by share, also back.
pub const JACKSON: &str = "
queues: {queue1: {}, queue2: {}, queue3: {}}
producers:
  p1: {publishes_to: queue1, arrivals: {poisson: {rate: 0.3/s}}}
  p2: {publishes_to: queue2, arrivals: {poisson: {rate: 0.1/s}}}
  p3: {publishes_to: queue3, arrivals: {poisson: {rate: 0.05/s}}}
consumers:
  c1:
    {takes_from: queue1, service: {exponential: {mean: 1s}}, on_retry: fresh, then: [{publishes_to: queue2, share: 50%}, {publishes_to: queue3, share: 30%}]}
  c2:
    {takes_from: queue2, service: {exponential: {mean: 1.25s}}, on_retry: fresh, then: [{publishes_to: queue1, share: 10%}, {publishes_to: queue3, share: 60%}]}
  c3:
    {takes_from: queue3, service: {exponential: {mean: 833333333ns}}, on_retry: fresh, then: [{publishes_to: queue1, share: 20%}]}
";

/// Fifty clients whose messages go through three queues.
pub const ROUND: &str = "
queues: {queue1: {}, queue2: {}, queue3: {}}
producers: {producer: {publishes_to: queue1, arrivals: {closed: {population: 50, think: {exponential: {mean: 10s}}}}}}
consumers:
  c1: {takes_from: queue1, service: {exponential: {mean: 1s}}, then: {publishes_to: queue2}}
  c2: {takes_from: queue2, service: {exponential: {mean: 600ms}}, then: {publishes_to: queue3}}
  c3: {takes_from: queue3, service: {exponential: {mean: 300ms}}}
";

pub fn written(text: &str) -> Scenario {
    let text = format!("name: case\nrun: {{duration: 1000s}}\n{text}");
    read(None, &text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

pub fn youngest_first(mut scenario: Scenario) -> Scenario {
    scenario.queues[0].rules.order = Order::Lifo;
    scenario
}

pub fn with_ttl(mut scenario: Scenario, ttl: Distribution) -> Scenario {
    scenario.queues[0].rules.ttl = Some(ttl);
    scenario
}

pub fn bursts(rates: [f64; 2], stay_s: f64) -> Arrivals {
    Arrivals::Bursts(Bursts { states: rates.map(|per_second| State { per_second, stay_s }).to_vec() })
}

pub fn clients(population: u32, think_s: f64) -> Arrivals {
    let think = Distribution::Exponential { mean_s: think_s };
    Arrivals::Closed { population, think, at_most_per_s: f64::from(population) / (think_s + 1.0) }
}

/// The producer goes first, as `p1`; `p2` comes second.
pub fn with_priorities(mut scenario: Scenario, second: f64) -> Scenario {
    let mut other = scenario.producers[0].clone();
    other.arrivals = Arrivals::Poisson { rate: RateProfile::constant(second) };
    scenario.producers[0].messages.priority = 1;
    (scenario.producers[0].name, other.name) = ("p1".to_owned(), "p2".to_owned());
    scenario.producers.push(other);
    scenario.queues[0].rules.order = Order::Priority { levels: 2 };
    scenario
}

/// 0.5 s nine times in ten, else 5.5 s.
pub fn two_points() -> Distribution {
    let values = (0..10).map(|i| if i < 9 { 0.5 } else { 5.5 }).collect();
    Distribution::Empirical(Arc::new(Empirical::new(values, None)))
}

pub fn value(theory: &Theory, measure: &str) -> f64 {
    let parsed: Measure = measure.parse().unwrap();
    theory.measures.get(&parsed).unwrap_or_else(|| panic!("{} has no {measure}", theory.model)).value
}

pub fn has(theory: &Theory, measure: &str) -> bool {
    theory.measures.contains_key(&measure.parse().unwrap())
}
