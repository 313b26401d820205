//! Theory against exact values from elsewhere, through the public functions, on scenarios.

#[path = "theory/functions.rs"]
mod functions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use kendall::broker::{Delay, Order, QueueId, QueueRules, ReturnsTo, WhenFull};
use kendall::client::{Acknowledge, ConsumerRules, MessageRules, OnFailure, OnRetry, WorksBy};
use kendall::measure::Measure;
use kendall::result::{Stability, Theory};
use kendall::scenario::{
    Consumers, Drain, Op, Producer, Queue, Replications, Run, Scenario, Source, Target, Warmup, read,
};
use kendall::theory::{answer, infinite, is_overloaded, recognise, stability};
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Branch, Bursts, Distribution, Empirical, RateProfile, State, Trace};

use functions::by_function;

/// One producer, one queue, one consumers entry; the mean service is 1 s unless said.
fn scenario(rate: f64, service: Distribution, count: u32) -> Scenario {
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
            },
        }],
        targets: Vec::new(),
        source: Source::default(),
    }
}

fn exponential() -> Distribution {
    Distribution::Exponential { mean_s: 1.0 }
}

fn constant() -> Distribution {
    Distribution::Constant(Span::from_secs(1))
}

fn mmc(rate: f64, count: u32) -> Scenario {
    scenario(rate, exponential(), count)
}

fn with_room(mut scenario: Scenario, capacity: u64) -> Scenario {
    scenario.queues[0].rules.capacity = Some(capacity);
    scenario
}

fn with_gaps(mut scenario: Scenario, arrivals: Arrivals) -> Scenario {
    scenario.producers[0].arrivals = arrivals;
    scenario
}

fn renewal(gap: Distribution) -> Arrivals {
    Arrivals::Renewal { gap }
}

fn erlang(mean_s: f64, phases: u32) -> Distribution {
    Distribution::Erlang { mean_s, phases }
}

fn with_feedback(mut scenario: Scenario, fails: f64) -> Scenario {
    scenario.consumers[0].rules.fails = fails;
    scenario.consumers[0].rules.on_retry = OnRetry::Fresh;
    scenario
}

/// The cases that a model claims.
fn claimed(name: &str) -> Option<Scenario> {
    let cv = 2_f64.sqrt();
    Some(match name {
        "mm1-0.5" => mmc(0.5, 1),
        "mm1-0.95" => mmc(0.95, 1),
        "mmc-2-0.75" => mmc(1.5, 2),
        "mmc-50-0.95" => mmc(47.5, 50),
        "md1-0.5" => scenario(0.5, constant(), 1),
        "md1-0.95" => scenario(0.95, constant(), 1),
        "mh2-1-scv4" => scenario(0.8, Distribution::balanced_hyperexponential(1.0, 2.0), 1),
        "mlogn1-scv2" => scenario(0.8, Distribution::Lognormal { mean_s: 1.0, cv }, 1),
        "mgamma1-scv2" => scenario(0.8, Distribution::Gamma { mean_s: 1.0, cv }, 1),
        "mpareto1-2.5" => scenario(0.7, Distribution::Pareto { mean_s: 1.0, shape: 2.5 }, 1),
        "um1" => with_gaps(mmc(0.8, 1), renewal(Distribution::Uniform { min_s: 0.0, max_s: 2.5 })),
        "mmix1" => scenario(0.8, two_points(), 1),
        "dm1" => with_gaps(mmc(0.8, 1), Arrivals::Regular { rate: RateProfile::constant(0.8) }),
        "e4m1" => with_gaps(mmc(0.8, 1), renewal(erlang(1.25, 4))),
        "e2m5" => with_gaps(mmc(4.5, 5), renewal(erlang(1.0 / 4.5, 2))),
        "md5" => scenario(4.5, constant(), 5),
        "md20" => scenario(19.0, constant(), 20),
        "mm5-redelivery" => {
            let mut fails = with_feedback(mmc(3.0, 5), 0.2);
            fails.queues[0].rules.redelivery.delay = Delay::constant(Span::from_secs(10));
            fails
        }
        "mmck-1-20" => with_room(mmc(1.2, 1), 19),
        "mmck-10-30" => with_room(mmc(9.0, 10), 20),
        "mmcc-100" => with_room(mmc(90.0, 100), 0),
        "mmc+m-10-9" => with_ttl(mmc(9.0, 10), Distribution::Exponential { mean_s: 2.0 }),
        "mmc+m-10-12" => with_ttl(mmc(12.0, 10), exponential()),
        "mmc+d-10-9" => with_ttl(mmc(9.0, 10), Distribution::Constant(Span::from_seconds(0.5))),
        "mmpp2m1-mild" => with_gaps(mmc(0.8, 1), bursts([1.0, 0.6], 10.0)),
        "mmpp2m1-slow" => with_gaps(mmc(0.8, 1), bursts([1.5, 0.1], 100.0)),
        "mmpp2h2-1" => {
            let service = Distribution::balanced_hyperexponential(1.0, 2.0);
            with_gaps(scenario(0.8, service, 1), bursts([1.2, 0.4], 10.0))
        }
        "mm1-prio-np" => with_priorities(mmc(0.3, 1), 0.5),
        "mmc-prio-np" => with_priorities(mmc(4.0, 10), 5.0),
        "mm1-lcfs" => youngest_first(mmc(0.8, 1)),
        "mg1-prio-np3" => written(OWN_SERVICES),
        "mxgeom-m1" => written(
            "queues: {queue: {}}\n\
             producers: {producer: {publishes_to: queue, arrivals: {poisson: {rate: 0.2/s}, batch: {geometric: {mean: 4}}}}}\n\
             consumers: {consumer: {takes_from: queue, service: {exponential: {mean: 1s}}}}\n",
        ),
        "repairman-10-2" => with_gaps(mmc(1.0, 2), clients(10, 1.0 / 0.15)),
        "jackson-3" => written(JACKSON),
        "closed-mva-50" => written(ROUND),
        _ => return None,
    })
}

/// Three priorities, each with services of its own: as long as the work that its messages carry.
const OWN_SERVICES: &str = "
queues: {queue: {order: {priority: {levels: 3}}}}
producers:
  p1: {publishes_to: queue, arrivals: {poisson: {rate: 0.2/s}}, messages: {priority: 2, work: {exponential: {mean: 0.5}}}}
  p2: {publishes_to: queue, arrivals: {poisson: {rate: 0.2/s}}, messages: {priority: 1, work: 1}}
  p3: {publishes_to: queue, arrivals: {poisson: {rate: 0.1/s}}, messages: {work: {exponential: {mean: 4}}}}
consumers: {consumer: {takes_from: queue, service: {per_work: 1s}}}
";

/// Three queues of one consumer, which pass messages on by share, also back.
const JACKSON: &str = "
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
const ROUND: &str = "
queues: {queue1: {}, queue2: {}, queue3: {}}
producers: {producer: {publishes_to: queue1, arrivals: {closed: {population: 50, think: {exponential: {mean: 10s}}}}}}
consumers:
  c1: {takes_from: queue1, service: {exponential: {mean: 1s}}, then: {publishes_to: queue2}}
  c2: {takes_from: queue2, service: {exponential: {mean: 600ms}}, then: {publishes_to: queue3}}
  c3: {takes_from: queue3, service: {exponential: {mean: 300ms}}}
";

fn written(text: &str) -> Scenario {
    let text = format!("name: case\nrun: {{duration: 1000s}}\n{text}");
    read(None, &text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

fn youngest_first(mut scenario: Scenario) -> Scenario {
    scenario.queues[0].rules.order = Order::Lifo;
    scenario
}

fn with_ttl(mut scenario: Scenario, ttl: Distribution) -> Scenario {
    scenario.queues[0].rules.ttl = Some(ttl);
    scenario
}

fn bursts(rates: [f64; 2], stay_s: f64) -> Arrivals {
    Arrivals::Bursts(Bursts { states: rates.map(|per_second| State { per_second, stay_s }).to_vec() })
}

fn clients(population: u32, think_s: f64) -> Arrivals {
    let think = Distribution::Exponential { mean_s: think_s };
    Arrivals::Closed { population, think, at_most_per_s: f64::from(population) / (think_s + 1.0) }
}

/// The producer goes first, as `p1`; `p2` comes second.
fn with_priorities(mut scenario: Scenario, second: f64) -> Scenario {
    let mut other = scenario.producers[0].clone();
    other.arrivals = Arrivals::Poisson { rate: RateProfile::constant(second) };
    scenario.producers[0].messages.priority = 1;
    (scenario.producers[0].name, other.name) = ("p1".to_owned(), "p2".to_owned());
    scenario.producers.push(other);
    scenario.queues[0].rules.order = Order::Priority { levels: 2 };
    scenario
}

/// 0.5 s nine times in ten, else 5.5 s.
fn two_points() -> Distribution {
    let values = (0..10).map(|i| if i < 9 { 0.5 } else { 5.5 }).collect();
    Distribution::Empirical(Arc::new(Empirical::new(values, None)))
}

/// The cases that neither a model here claims nor a function gives, and why.
const LEFT_OUT: [(&str, &str); 8] = [
    ("mg1-ps", "the language has no processor sharing"),
    ("mg1-vac", "the language has no vacations"),
    ("mm1-breakdown", "the language has no crashes yet"),
    ("mm5-retrial", "no formula here for retries of refused publishes"),
    ("forkjoin2", "no formula here for copies to several queues"),
    ("jsq2", "the language has no joining of the shortest queue"),
    ("bulk-m1b", "no formula here for batches of deliveries"),
    ("mtmc-peak", "a transient; the models are of the steady state"),
];

/// Metrics of claimed cases that no formula here gives.
const METRICS_LEFT_OUT: [(&str, &str, &str); 4] = [
    ("um1", "sigma", "the root of an equation, not a measure; Pw is equal to it"),
    ("dm1", "sigma", "the root of an equation, not a measure; Pw is equal to it"),
    ("e4m1", "sigma", "the root of an equation, not a measure; Pw is equal to it"),
    ("mm5-redelivery", "L_delay", "delayed messages are no measure of their own; T contains the delay"),
];

#[test]
fn every_function_gives_the_exact_value_to_a_millionth() {
    let mut compared = 0;
    for (name, metric, exact) in rows() {
        let Some(found) = by_function(&name, &metric) else { continue };
        assert!((found / exact - 1.0).abs() <= 1e-6, "{name} {metric}: {found}, not {exact}");
        compared += 1;
    }
    assert_eq!(compared, 6);
}

fn measure_of(metric: &str) -> String {
    if let Some((of, n)) = ["L", "Q", "W", "T", "lambda"].iter().find_map(|of| Some((of, metric.strip_prefix(of)?)))
        && n.parse::<u8>().is_ok()
    {
        return match *of {
            "W" => format!("p{n}.wait.mean"),
            "T" => format!("p{n}.response.mean"),
            "lambda" => format!("c{n}.throughput"),
            _ => format!("queue{n}.backlog.mean"),
        };
    }
    match metric {
        "Pw" => "waited.share",
        "L" => "queue.backlog.mean",
        "Lq" => "queue.length.mean",
        "W" | "W_acc" => "wait.mean",
        "W_sd" => "wait.sd",
        "W_q95" => "wait.p95",
        "W_q99" => "wait.p99",
        "T" | "T_acc" | "R" => "response.mean",
        "W_all" => "queue.stay.mean",
        "T_q95" => "response.p95",
        "T_q99" => "response.p99",
        "P_loss" | "P_abandon" => "lost.share",
        "throughput" => "throughput",
        "X" => "goodput",
        "util" => "consumer.utilization",
        other => panic!("`{other}` has no measure"),
    }
    .to_owned()
}

/// A metric as theory has it. Where some leave unserved, the share of all that wait is that of the served and the lost.
fn metric_of(theory: &Theory, name: &str, metric: &str) -> f64 {
    match metric {
        "Pw" if name.contains('+') => {
            let lost = value(theory, "lost.share");
            value(theory, "waited.share") * (1.0 - lost) + lost
        }
        _ => value(theory, &measure_of(metric)),
    }
}

fn value(theory: &Theory, measure: &str) -> f64 {
    let parsed: Measure = measure.parse().unwrap();
    theory.measures.get(&parsed).unwrap_or_else(|| panic!("{} has no {measure}", theory.model)).value
}

fn has(theory: &Theory, measure: &str) -> bool {
    theory.measures.contains_key(&measure.parse().unwrap())
}

fn rows() -> Vec<(String, String, f64)> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/exact.csv");
    let read = csv::Reader::from_path(file).unwrap().into_records();
    read.map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[3].to_owned(), row[4].parse().unwrap())).collect()
}

#[test]
fn every_claimed_value_is_exact_to_a_millionth() {
    let mut compared = 0;
    for (name, metric, exact) in rows() {
        let left_out = METRICS_LEFT_OUT.iter().any(|(case, of, _)| *case == name && *of == metric);
        let Some(scenario) = claimed(&name).filter(|_| !left_out) else { continue };
        let found = metric_of(&answer(&scenario).unwrap(), &name, &metric);
        assert!((found / exact - 1.0).abs() <= 1e-6, "{name} {metric}: {found}, not {exact}");
        compared += 1;
    }
    assert_eq!(compared, 215);
}

#[test]
fn every_case_is_compared_or_left_out_with_a_reason() {
    let cases: BTreeSet<String> = rows().into_iter().map(|row| row.0).collect();
    for case in &cases {
        let left_out = LEFT_OUT.iter().any(|(name, _)| name == case);
        let is_function = rows().iter().any(|row| row.0 == *case && by_function(case, &row.1).is_some());
        let is_compared = claimed(case).is_some() || is_function;
        assert!(is_compared != left_out, "`{case}` must be either compared or left out");
        let unknown = |row: &&(String, String, f64)| row.0 == *case && by_function(case, &row.1).is_none();
        assert!(!is_function || rows().iter().find(unknown).is_none(), "every metric of `{case}` is compared");
    }
    assert!(LEFT_OUT.iter().all(|(name, _)| cases.contains(*name)));
    assert_eq!(cases.len(), 45);
}

#[test]
fn a_model_is_found_and_named() {
    let erlang = Distribution::Erlang { mean_s: 1.0, phases: 4 };
    let named = [
        (mmc(0.5, 1), "M/M/1"),
        (mmc(2.0, 3), "M/M/3"),
        (with_room(mmc(9.0, 10), 20), "M/M/10/30"),
        (with_room(scenario(2.0, constant(), 3), 0), "M/D/3/3"),
        (scenario(0.5, constant(), 1), "M/D/1"),
        (scenario(0.5, erlang.clone(), 1), "M/E4/1"),
        (scenario(0.5, Distribution::balanced_hyperexponential(1.0, 2.0), 1), "M/H2/1"),
        (scenario(0.5, two_points(), 1), "M/G/1"),
        (mmc(4.0, 3), "M/M/3, overloaded"),
        (scenario(4.0, erlang, 3), "M/E4/3, overloaded"),
    ];
    for (scenario, name) in named {
        assert_eq!(answer(&scenario).unwrap().model, name);
    }
}

/// The one reason why a scenario has no model.
fn only_reason(scenario: &Scenario) -> String {
    let reasons = recognise(scenario).unwrap_err();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    reasons.into_iter().next().unwrap()
}

#[test]
fn special_queues_are_found_and_named() {
    let named = [
        (with_ttl(mmc(4.0, 3), exponential()), "M/M/3+M"),
        (with_ttl(mmc(4.0, 3), constant()), "M/M/3+D"),
        (with_priorities(mmc(0.3, 1), 0.5), "M/M/1 with 2 priorities"),
        (with_priorities(scenario(0.3, constant(), 1), 0.5), "M/D/1 with 2 priorities"),
        (youngest_first(mmc(2.0, 3)), "M/M/3, last in first out"),
        (with_gaps(mmc(0.8, 1), bursts([1.0, 0.6], 10.0)), "MMPP2/M/1"),
        (with_gaps(mmc(2.0, 3), bursts([3.5, 0.5], 10.0)), "MMPP2/M/3"),
        (with_gaps(mmc(0.8, 2), clients(10, 5.0)), "M/M/2//10"),
        (scenario(2.0, constant(), 30), "M/D/∞"),
        (written(JACKSON), "Jackson network of 3 queues"),
        (written(ROUND), "closed network of 3 queues"),
    ];
    for (scenario, name) in named {
        assert_eq!(answer(&scenario).unwrap().model, name);
    }
}

#[test]
fn a_special_queue_beyond_its_formulas_says_why() {
    let mut both = with_ttl(mmc(2.0, 3), exponential());
    both.queues[0].rules.capacity = Some(7);
    assert_eq!(
        only_reason(&both),
        "room in `queue` is limited and messages in `queue` expire: the formulas know one of the two at a time"
    );
    let lognormal = Distribution::Lognormal { mean_s: 1.0, cv: 1.5 };
    assert_eq!(
        only_reason(&with_priorities(scenario(0.3, lognormal, 3), 0.5)),
        "`queue` goes by priority: the formulas need exponential service, or one consumer"
    );
    let mut holds = with_priorities(mmc(0.3, 1), 0.5);
    holds.consumers[0].prefetch = 5;
    assert_eq!(only_reason(&holds), "`queue` goes by priority: the formulas need prefetch 1 and `acknowledge: after`");
    assert_eq!(
        only_reason(&with_gaps(scenario(0.8, constant(), 2), bursts([1.0, 0.6], 10.0))),
        "`producer` publishes in bursts (mmpp): the formulas need exponential service, or one consumer, and not too many of \
         them"
    );
    let cyclic = JACKSON.replacen(", on_retry: fresh", "", 1);
    assert_eq!(
        only_reason(&written(&cyclic)),
        "a message that comes to `queue1` again takes `c1` as long as before: the formulas need `on_retry: fresh`"
    );
    let fast = JACKSON.replace("0.3/s", "0.8/s");
    assert!(recognise(&written(&fast)).unwrap_err()[0].contains("more work than its consumers can do"));
    let two_at_once = ROUND.replace("c2: {", "c2: {count: 2, ");
    assert!(only_reason(&written(&two_at_once)).contains("one consumer at each queue"));
}

#[test]
fn a_stage_that_is_fed_by_another_is_judged_like_any() {
    let slow = "
queues: {first: {}, second: {}}
producers: {producer: {publishes_to: first, arrivals: {poisson: {rate: 8/s}}}}
consumers:
  fast: {takes_from: first, service: {exponential: {mean: 200ms}}, count: 2, then: [{publishes_to: second, share: 50%}]}
  slow: {takes_from: second, service: {exponential: {mean: 300ms}}}
";
    let found = stability(&written(slow));
    let told: Vec<(&str, f64)> = found.iter().map(|queue| (queue.queue.as_str(), queue.rate)).collect();
    assert_eq!(told, [("first", 8.0), ("second", 4.0)]);
    assert!(!is_overloaded(&written(slow), &found[0]) && is_overloaded(&written(slow), &found[1]));
    // What the first cannot do does not come to the second.
    let more = stability(&written(&slow.replace("8/s", "80/s")));
    assert!((more[0].growth - 70.0).abs() < 1e-9 && (more[1].rate - 5.0).abs() < 1e-9, "{more:?}");
    let closed = slow.replace("poisson: {rate: 8/s}", "closed: {population: 9, think: 1ms}");
    assert!(stability(&written(&closed)).is_empty(), "clients hold no more than there are of them");
    let jackson = stability(&written(JACKSON));
    assert!((jackson[0].rate - 0.4).abs() < 1e-9 && (jackson[2].rate - 0.35).abs() < 1e-9, "{jackson:?}");
}

#[test]
fn the_messages_of_all_producers_together_are_the_whole() {
    let network = answer(&written(JACKSON)).unwrap();
    for measure in ["response.mean", "wait.mean", "service.mean"] {
        let of = |name: &str, rate: f64| rate * value(&network, &format!("{name}.{measure}"));
        let all = (of("p1", 0.3) + of("p2", 0.1) + of("p3", 0.05)) / 0.45;
        assert!((all / value(&network, measure) - 1.0).abs() < 1e-12, "{measure}");
    }
    // What goes on half of the time to one second, and is then processed.
    let tandem = written(
        "queues: {first: {}, second: {}}
producers:
  far: {publishes_to: first, arrivals: {poisson: {rate: 1/s}}}
  near: {publishes_to: second, arrivals: {poisson: {rate: 1/s}}}
consumers:
  a: {takes_from: first, service: {exponential: {mean: 500ms}}, then: [{publishes_to: second, share: 50%}]}
  b: {takes_from: second, service: {exponential: {mean: 500ms}}}
",
    );
    let found = answer(&tandem).unwrap();
    assert!((value(&found, "near.response.mean") - 2.0).abs() < 1e-9);
    assert!((value(&found, "far.response.mean") - (1.0 + 0.5 * 2.0)).abs() < 1e-9);
}

#[test]
fn queues_apart_are_each_what_they_are_alone() {
    let text = "queues: {left: {}, right: {ttl: 500ms}}
producers:
  a: {publishes_to: left, arrivals: {regular: {rate: 0.8/s}}}
  b: {publishes_to: right, arrivals: {poisson: {rate: 9/s}}}
consumers:
  c: {takes_from: left, service: {exponential: {mean: 1s}}}
  d: {takes_from: right, count: 10, service: {exponential: {mean: 1s}}}
";
    let found = answer(&written(text)).unwrap();
    assert_eq!(found.model, "D/M/1 at left; M/M/10+D at right");
    // dm1 and mmc+d-10-9 of the exact values.
    assert!((value(&found, "left.wait.mean") / 1.69273084 - 1.0).abs() < 1e-6);
    assert!((value(&found, "right.length.mean") / 1.142480649 - 1.0).abs() < 1e-6);
    assert!((value(&found, "lost.share") / (9.0 / 9.8 * 0.06387957055) - 1.0).abs() < 1e-6);
    let overloaded = answer(&written(&text.replace("0.8/s", "2/s"))).unwrap();
    assert!((value(&overloaded, "left.backlog.growth") - 1.0).abs() < 1e-12 && has(&overloaded, "right.wait.mean"));
    assert!(!has(&overloaded, "wait.mean"));
}

#[test]
fn a_mean_wait_that_is_infinite_is_not_given_but_said() {
    let pareto = |shape| scenario(0.5, Distribution::Pareto { mean_s: 1.0, shape }, 1);
    assert!(!has(&answer(&pareto(1.8)).unwrap(), "wait.mean") && infinite(&pareto(1.8)).unwrap().contains("mean wait"));
    assert!(
        has(&answer(&pareto(2.5)).unwrap(), "wait.mean")
            && infinite(&pareto(2.5)).unwrap().contains("variance of the wait")
    );
    assert!(infinite(&pareto(3.5)).is_none());
}

#[test]
fn several_poisson_producers_are_one() {
    let mut split = mmc(0.3, 1);
    let mut other = split.producers[0].clone();
    other.arrivals = Arrivals::Renewal { gap: Distribution::Exponential { mean_s: 2.0 } };
    split.producers.push(other);
    assert!((value(&answer(&split).unwrap(), "wait.mean") - 4.0).abs() < 1e-12);
}

#[test]
fn what_nobody_uses_changes_nothing_but_the_idle_share() {
    let alone = answer(&mmc(0.5, 1)).unwrap();
    let mut beside = mmc(0.5, 1);
    beside.queues.push(Queue { name: "unused".to_owned(), rules: QueueRules::default() });
    let mut idle = beside.consumers[0].clone();
    (idle.name, idle.takes_from) = ("idle".to_owned(), vec![QueueId(1)]);
    beside.consumers.push(idle);
    let found = answer(&beside).unwrap();
    assert_eq!((value(&found, "utilization"), value(&found, "consumer.utilization")), (0.25, 0.5));
    let others = |theory: &Theory| {
        let utilization: Measure = "utilization".parse().unwrap();
        theory.measures.clone().into_iter().filter(|(measure, _)| *measure != utilization).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(others(&found), others(&alone));
}

/// The one reason that a change to M/M/3 gives.
fn reason(change: impl FnOnce(&mut Scenario)) -> String {
    let mut changed = mmc(2.0, 3);
    change(&mut changed);
    let reasons = recognise(&changed).unwrap_err();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    reasons.into_iter().next().unwrap()
}

#[test]
fn a_scenario_without_a_model_says_why() {
    let lognormal = Distribution::Lognormal { mean_s: 1.0, cv: 1.5 };
    assert_eq!(
        reason(|s| {
            s.consumers[0].rules.service = lognormal.clone();
            s.queues[0].rules.capacity = Some(7);
        }),
        "service of `consumer` is lognormal and room is limited: no formula for M/G/3/10"
    );
    let steps = RateProfile::steps(&[(Time::ZERO, 1.0), (Time::from_nanos(1), 2.0)]);
    assert_eq!(
        reason(|s| s.producers[0].arrivals = Arrivals::Poisson { rate: steps }),
        "the rate of `producer` changes over time: there is no steady state"
    );
    let regular = Arrivals::Regular { rate: RateProfile::constant(2.0) };
    assert_eq!(
        reason(|s| {
            s.producers[0].arrivals = regular;
            s.queues[0].rules.capacity = Some(7);
        }),
        "the gaps between arrivals are constant and room is limited: no formula for D/M/3/10"
    );
    let trace = Arrivals::Trace(Arc::new(Trace::new(vec![Time::ZERO], None)));
    assert_eq!(reason(|s| s.producers[0].arrivals = trace), "`producer` replays a trace, which is not poisson");
    assert_eq!(
        reason(|s| s.consumers[0].rules.fails = 0.01),
        "a share of the attempts of `consumer` fails: the formulas need exponential service and `on_retry: fresh`"
    );
    assert_eq!(
        reason(|s| {
            s.consumers[0].rules.fails = 0.01;
            s.queues[0].rules.redelivery.limit = Some(3);
        }),
        "a share of the attempts of `consumer` fails: the formulas know failures that return without a limit to an \
         unlimited queue"
    );
    assert_eq!(
        reason(|s| s.queues[0].rules.redelivery.ack_timeout = Some(Span::from_secs(9))),
        "`queue` takes messages back after its ack_timeout"
    );
    assert_eq!(
        reason(|s| {
            s.queues[0].rules.capacity = Some(5);
            s.queues[0].rules.when_full = WhenFull::Block;
        }),
        "`queue` blocks its producers when full: the formulas know queues that refuse"
    );
    assert_eq!(
        reason(|s| s.consumers[0].prefetch = 10),
        "the 3 consumers `consumer` hold more than they work on, so one may hold messages while another is idle: \
         the formulas need prefetch 1"
    );
    assert_eq!(
        reason(|s| s.consumers[0].rules.acknowledge = Acknowledge::Before),
        "the 3 consumers `consumer` acknowledge before the work, so one holds a message while another is idle"
    );
    assert_eq!(reason(|s| s.consumers.clear()), "nobody takes from `queue`");
    assert_eq!(reason(|s| s.producers.clear()), "nothing is published");
    assert_eq!(
        reason(|s| {
            let mut other = s.consumers[0].clone();
            other.name = "other".to_owned();
            s.consumers.push(other);
        }),
        "`consumer` and `other` take from `queue`: the formulas know consumers that are alike"
    );
}

#[test]
fn all_reasons_are_given_at_once() {
    let mut changed = scenario(2.0, constant(), 3);
    changed.consumers[0].rules.fails = 0.5;
    changed.queues[0].rules.redelivery.ack_timeout = Some(Span::from_secs(9));
    let steps = RateProfile::steps(&[(Time::ZERO, 1.0), (Time::from_nanos(1), 2.0)]);
    changed.producers[0].arrivals = Arrivals::Poisson { rate: steps };
    assert_eq!(recognise(&changed).unwrap_err().len(), 3);
}

fn is_exact(theory: &Theory, measure: &str) -> bool {
    theory.measures[&measure.parse::<Measure>().unwrap()].exact
}

#[test]
fn what_has_no_exact_formula_is_approximated_and_says_so() {
    let lognormal = Distribution::Lognormal { mean_s: 1.0, cv: 2.0 };
    let found = answer(&scenario(2.4, lognormal.clone(), 3)).unwrap();
    assert_eq!(found.model, "M/G/3, approximately");
    let exponential = value(&answer(&mmc(2.4, 3)).unwrap(), "wait.mean");
    assert!((value(&found, "wait.mean") / exponential - 2.5).abs() < 1e-12, "half of 1 + 4 times M/M/3");
    for (measure, exact) in [("wait.mean", false), ("queue.backlog.mean", false), ("utilization", true)] {
        assert_eq!(is_exact(&found, measure), exact, "{measure}");
    }
    assert!(!has(&found, "wait.p99") && !has(&found, "wait.sd") && !has(&found, "waited.share"));
    let kingman = answer(&with_gaps(scenario(0.8, lognormal, 1), renewal(erlang(1.25, 4)))).unwrap();
    assert_eq!(
        (kingman.model.as_str(), kingman.source.as_str()),
        ("E4/G/1, approximately", "an approximation: Kingman 1961")
    );
    assert!((value(&kingman, "wait.mean") - 4.0 * (0.25 + 4.0) / 2.0).abs() < 1e-12);
}

#[test]
fn poisson_beside_regular_producers_are_approximated_by_their_average_variation() {
    let mut both = scenario(0.4, exponential(), 1);
    let mut other = both.producers[0].clone();
    other.arrivals = Arrivals::Regular { rate: RateProfile::constant(0.4) };
    both.producers.push(other);
    let found = answer(&both).unwrap();
    assert_eq!(found.model, "G/M/1, approximately");
    assert!((value(&found, "wait.mean") - 4.0 * 0.75).abs() < 1e-12);
}

#[test]
fn failures_that_return_make_a_jackson_network() {
    let found = answer(&with_feedback(mmc(0.5, 1), 0.2)).unwrap();
    assert_eq!(found.model, "M/M/1 with feedback");
    // As one exponential service of 1.25 s: M/M/1 at load 0.625.
    assert!((value(&found, "response.mean") - 1.25 / 0.375).abs() < 1e-12);
    assert!((value(&found, "response.p99") - 1.25 / 0.375 * 100_f64.ln()).abs() < 1e-9);
    assert!((value(&found, "utilization") - 0.625).abs() < 1e-12);
    assert!((value(&found, "throughput") - 0.5).abs() < 1e-12);
    assert!(!has(&found, "queue.stay.mean"), "a return waits twice");
    let mut behind = with_feedback(mmc(0.5, 1), 0.2);
    behind.queues[0].rules.redelivery.returns_to = ReturnsTo::Tail;
    let behind = answer(&behind).unwrap();
    assert!(!has(&behind, "response.p99") && has(&behind, "response.mean"));
    let overloaded = answer(&with_feedback(mmc(0.9, 1), 0.2)).unwrap();
    assert_eq!(overloaded.model, "M/M/1, overloaded");
    assert!((value(&overloaded, "queue.backlog.growth") - 0.1).abs() < 1e-12);
}

#[test]
fn one_consumer_that_holds_more_waits_as_long_but_shows_another_length() {
    let plain = answer(&mmc(0.5, 1)).unwrap();
    let mut holds = mmc(0.5, 1);
    holds.consumers[0].prefetch = 10;
    let found = answer(&holds).unwrap();
    assert_eq!(value(&found, "wait.p99"), value(&plain, "wait.p99"));
    assert_eq!(value(&found, "queue.backlog.mean"), value(&plain, "queue.backlog.mean"));
    for absent in ["queue.length.mean", "queue.in_flight.mean", "queue.stay.mean"] {
        assert!(has(&plain, absent) && !has(&found, absent), "{absent}");
    }
    holds.consumers[0].rules.acknowledge = Acknowledge::Before;
    let found = answer(&holds).unwrap();
    assert_eq!(value(&found, "wait.p99"), value(&plain, "wait.p99"));
    assert!(!has(&found, "queue.backlog.mean"));
}

#[test]
fn one_consumer_that_holds_more_makes_room_in_a_finite_queue() {
    let mut holds = with_room(mmc(1.2, 1), 10);
    holds.consumers[0].prefetch = 10;
    let found = answer(&holds).unwrap();
    assert_eq!(found.model, "M/M/1/20");
    assert!((value(&found, "lost.share") / 0.170369949 - 1.0).abs() < 1e-8);
}

#[test]
fn a_loss_system_knows_its_response_whatever_the_service() {
    let found = answer(&with_room(scenario(90.0, constant(), 100), 0)).unwrap();
    assert!((value(&found, "lost.share") / 0.02695738046 - 1.0).abs() < 1e-9);
    assert_eq!(
        (value(&found, "response.p99"), value(&found, "wait.p999"), value(&found, "waited.share")),
        (1.0, 0.0, 0.0)
    );
}

#[test]
fn percentiles_that_targets_and_precision_name_are_given() {
    let mut asks = mmc(0.5, 1);
    let measure: Measure = "response.p9999".parse().unwrap();
    let text = "response.p9999 < 30s".to_owned();
    asks.targets.push(Target { measure, op: Op::Less, value: 30.0, in_runs: None, text });
    let of: Measure = "wait.p75".parse().unwrap();
    asks.run.replications = Replications::Precision { relative: 0.02, of, at_most: 100 };
    let found = answer(&asks).unwrap();
    assert!((value(&found, "response.p9999") / (2.0 * 1e4_f64.ln()) - 1.0).abs() < 1e-12);
    assert!((value(&found, "queue.wait.p75") / (2.0 * 2_f64.ln()) - 1.0).abs() < 1e-12);
}

#[test]
fn too_much_work_grows_by_what_is_left_over() {
    for (rate, growth) in [(4.0, 1.0), (3.0, 0.0)] {
        let found = answer(&mmc(rate, 3)).unwrap();
        assert_eq!(value(&found, "queue.backlog.growth"), growth);
        assert_eq!((value(&found, "throughput"), value(&found, "utilization")), (3.0, 1.0));
        assert!(!has(&found, "wait.mean"));
    }
}

fn stability_of(scenario: &Scenario) -> (Stability, bool) {
    let found = stability(scenario).remove(0);
    let overloaded = is_overloaded(scenario, &found);
    (found, overloaded)
}

#[test]
fn a_load_of_one_or_more_is_overload_where_nothing_is_turned_away() {
    let steady = stability_of(&mmc(2.0, 3));
    let expected =
        Stability { queue: "queue".to_owned(), rate: 2.0, offered_load: 2.0, consumers: 3, present: 3.0, growth: 0.0 };
    assert_eq!(steady, (expected, false));
    let (grows, overloaded) = stability_of(&mmc(4.0, 3));
    assert!(overloaded && grows.growth == 1.0);
    let (critical, overloaded) = stability_of(&mmc(3.0, 3));
    assert!(overloaded && critical.growth == 0.0);
    let mut bounded = with_room(mmc(4.0, 3), 5);
    let (refuses, overloaded) = stability_of(&bounded);
    assert!(!overloaded && refuses.growth == 0.0 && refuses.offered_load == 4.0);
    bounded.queues[0].rules.when_full = WhenFull::Block;
    assert!(stability_of(&bounded).1, "producers hold what grows");
}

#[test]
fn one_key_that_comes_too_often_is_overload_where_keys_keep_their_order() {
    let of = |among: u32, hot: &str, queue: &str| {
        stability_of(&written(&format!(
            "queues: {{queue: {{ordered_by: key{queue}}}}}\n\
             producers: {{producer: {{publishes_to: queue, arrivals: {{poisson: {{rate: 50/s}}}}, \
               messages: {{key: {{among: {among}, hot: {hot}}}}}}}}}\n\
             consumers: {{consumer: {{takes_from: queue, count: 10, service: 100ms}}}}\n"
        )))
    };
    let (stability, overloaded) = of(10, "30%", "");
    // 15 messages a second come of it, and 10 can be worked on.
    assert!((stability.growth - 5.0).abs() < 1e-9 && overloaded, "{stability:?}");
    let (stability, overloaded) = of(10, "20%", "");
    assert!(stability.growth.abs() < 1e-9 && overloaded, "{stability:?}");
    assert!(!of(10, "19%", "").1);
    assert_eq!((of(10, "30%", ", capacity: 9").0.growth, of(10, "30%", ", capacity: 9").1), (0.0, false));
    // Of two keys that come 25 times a second each, both pile up.
    let two = of(2, "50%", "").0.growth;
    assert!((two - 30.0).abs() < 1e-9, "{two}");
}

#[test]
fn retries_are_work() {
    let mut fails = mmc(2.0, 3);
    fails.consumers[0].rules.fails = 0.5;
    assert_eq!(stability_of(&fails).0.offered_load, 4.0);
    assert_eq!(stability_of(&fails).0.growth, 0.5);
    fails.queues[0].rules.redelivery.limit = Some(1);
    assert_eq!(stability_of(&fails).0.offered_load, 3.0);
    fails.consumers[0].rules.on_failure = OnFailure::Reject;
    assert_eq!(stability_of(&fails).0.offered_load, 2.0);
}

#[test]
fn dead_letters_that_come_back_are_arrivals() {
    let retries = |fails: &str| {
        written(&format!(
            "queues: {{work: {{dead_letter: retry}}, retry: {{ttl: 30s, dead_letter: work}}}}
producers: {{p: {{publishes_to: work, arrivals: {{poisson: {{rate: 0.5/s}}}}}}}}
consumers: {{c: {{takes_from: work, service: 1s, fails: {fails}, on_failure: reject}}}}"
        ))
    };
    let steady = stability(&retries("20%"));
    assert_eq!(steady.iter().map(|found| found.queue.as_str()).collect::<Vec<_>>(), ["work"]);
    assert!((steady[0].offered_load - 0.625).abs() < 1e-9 && steady[0].growth == 0.0);
    // One a second is all that can be done: half a second comes from outside, and 0.6 come back.
    let (grows, overloaded) = stability_of(&retries("60%"));
    assert!(overloaded && (grows.growth - 0.1).abs() < 1e-9, "{grows:?}");
}

#[test]
fn a_changing_rate_counts_with_its_mean_over_the_run() {
    let mut changes = mmc(2.0, 3);
    let steps = RateProfile::steps(&[(Time::ZERO, 1.0), (Time::ZERO + Span::from_secs(500), 7.0)]);
    changes.producers[0].arrivals = Arrivals::Poisson { rate: steps };
    assert_eq!(stability_of(&changes).0.rate, 4.0);
}

#[test]
fn a_queue_that_nobody_takes_from_grows_by_all_that_comes() {
    let mut left = mmc(2.0, 3);
    left.consumers.clear();
    let (found, overloaded) = stability_of(&left);
    assert!(overloaded);
    assert_eq!((found.offered_load, found.consumers, found.growth), (0.0, 0, 2.0));
}

/// One of each model, at several loads.
fn many() -> Vec<Scenario> {
    let mut many = Vec::new();
    for load in [0.05, 0.5, 0.9, 0.99] {
        for count in [1, 4, 100] {
            let rate = load * f64::from(count);
            many.push(mmc(rate, count));
            many.push(youngest_first(mmc(rate, count)));
            many.push(with_priorities(mmc(0.4 * rate, count), 0.6 * rate));
            many.push(with_gaps(mmc(rate, count), bursts([1.8 * rate, 0.2 * rate], 2.0)));
            many.extend([0, 3, 500].map(|capacity| with_room(mmc(1.2 * load * f64::from(count), count), capacity)));
        }
        let branches = vec![Branch { weight: 0.25, mean_s: 3.0 }, Branch { weight: 0.75, mean_s: 1.0 / 3.0 }];
        let erlang = Distribution::Erlang { mean_s: 1.0, phases: 3 };
        let services = [constant(), erlang, Distribution::Hyperexponential { branches }, two_points()];
        many.extend(services.map(|service| scenario(load, service, 1)));
    }
    many
}

#[test]
fn littles_law_ties_lengths_to_times() {
    for scenario in many() {
        let found = answer(&scenario).unwrap();
        let rate = value(&found, "throughput");
        for (level, time) in [
            ("queue.length.mean", "queue.stay.mean"),
            ("queue.in_flight.mean", "queue.service.mean"),
            ("queue.backlog.mean", "queue.response.mean"),
        ] {
            let (level, time) = (value(&found, level), value(&found, time));
            assert!((level - rate * time).abs() <= 1e-12 * level, "{}: {level}, not {rate} × {time}", found.model);
        }
        assert_eq!(value(&found, "queue.wait.sd"), value(&found, "wait.sd"));
    }
}

#[test]
fn higher_percentiles_are_not_shorter() {
    for scenario in many() {
        let found = answer(&scenario).unwrap();
        for quantity in ["wait", "service", "response"] {
            if !has(&found, &format!("{quantity}.p50")) {
                continue;
            }
            let at = ["p50", "p90", "p95", "p99", "p999"].map(|p| value(&found, &format!("{quantity}.{p}")));
            assert!(at.is_sorted(), "{} {quantity}: {at:?}", found.model);
        }
    }
}

#[test]
fn constant_service_waits_half_as_long_as_exponential() {
    for load in [0.1, 0.7, 0.99] {
        let wait = |service| value(&answer(&scenario(load, service, 1)).unwrap(), "wait.mean");
        assert!((wait(exponential()) / wait(constant()) - 2.0).abs() < 1e-12);
    }
}

#[test]
fn one_phase_or_one_branch_is_exponential() {
    let plain = answer(&mmc(0.7, 1)).unwrap();
    for service in [
        Distribution::Erlang { mean_s: 1.0, phases: 1 },
        Distribution::Hyperexponential { branches: vec![Branch { weight: 1.0, mean_s: 1.0 }] },
    ] {
        let found = answer(&scenario(0.7, service, 1)).unwrap();
        assert_eq!(found.model, "M/M/1");
        assert_eq!(value(&found, "response.p99"), value(&plain, "response.p99"));
    }
}

#[test]
fn ten_thousand_consumers_and_a_million_places_are_answered() {
    let many = answer(&mmc(9_950.0, 10_000)).unwrap();
    assert!(value(&many, "wait.mean") > 0.0 && value(&many, "wait.mean") < 0.02);
    let room = answer(&with_room(mmc(0.99, 1), 1_000_000)).unwrap();
    assert!((value(&room, "wait.mean") / 99.0 - 1.0).abs() < 1e-9);
    assert!(!has(&room, "wait.p99"), "its distribution is not worked out");
}
