//! Which model is found in a scenario, or why none, and what it knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use kendall::broker::{QueueId, QueueRules, ReturnsTo, WhenFull};
use kendall::client::Acknowledge;
use kendall::measure::Measure;
use kendall::result::Theory;
use kendall::scenario::{Op, Queue, Replications, Scenario, Target};
use kendall::theory::{answer, infinite, recognise};
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Distribution, RateProfile, Trace};

use crate::cases::*;

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
