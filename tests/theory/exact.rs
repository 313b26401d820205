//! Every case of `exact.csv` that a model claims, to a millionth.

use std::collections::BTreeSet;

use kendall::broker::Delay;
use kendall::result::Theory;
use kendall::scenario::Scenario;
use kendall::theory::answer;
use kendall::time::Span;
use kendall::workload::{Arrivals, Distribution, RateProfile};

use crate::cases::*;
use crate::functions::by_function;

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
