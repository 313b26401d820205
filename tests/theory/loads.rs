//! Loads, and what is overloaded.

use kendall::broker::WhenFull;
use kendall::client::OnFailure;
use kendall::result::Stability;
use kendall::scenario::Scenario;
use kendall::theory::{answer, is_overloaded, stability};
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, RateProfile};

use crate::cases::*;

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
