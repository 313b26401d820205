//! What holds of all models.

use kendall::scenario::Scenario;
use kendall::theory::answer;
use kendall::workload::{Branch, Distribution};

use crate::cases::*;

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
