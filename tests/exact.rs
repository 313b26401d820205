//! Simulation against exact values from elsewhere, of every system that the scenario language can say.
//!
//! `cargo test --release --test exact -- --ignored` runs all of them to their full precision.

use std::collections::BTreeMap;
use std::path::Path;

use kendall::experiment::{Ask, run};
use kendall::measure::Measure;
use kendall::result::{Answer, CONFIDENCE, Simulation};
use kendall::scenario::{Scenario, read};
use kendall::sim::Watch;
use kendall::stats::{chi_square_p, half_width};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// One row of `tests/data/exact.csv`.
struct Row {
    case: String,
    metric: String,
    exact: f64,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_path("tests/data/exact.csv").expect("the cases are there");
    let rows = reader.records().map(|record| {
        let record = record.expect("a row");
        Row { case: record[0].into(), metric: record[3].into(), exact: record[4].parse().expect("a number") }
    });
    rows.collect()
}

/// A system as a scenario: arrivals, what else the queue and the consumers say, and the load that decides how precise
/// the full test has to be.
struct System {
    case: &'static str,
    arrivals: &'static str,
    queue: &'static str,
    consumers: &'static str,
    load: f64,
    /// Messages per second.
    rate: f64,
    /// Messages of the full test, in millions.
    millions: f64,
}

const M: &str = "service: {exponential: {mean: 1s}}";

#[rustfmt::skip]
const SYSTEMS: [System; 37] = [
    System { case: "mgamma1-scv2", arrivals: "poisson: {rate: 0.8/s}", queue: "{}", consumers: "service: {gamma: {mean: 1s, cv: 1.4142135623730951}}", load: 0.8, rate: 0.8, millions: 100.0 },
    System { case: "um1", arrivals: "renewal: {gap: {uniform: {min: 0s, max: 2.5s}}}", queue: "{}", consumers: M, load: 0.8, rate: 0.8, millions: 12.0 },
    System { case: "mmpp2m1-mild", arrivals: "mmpp: {states: [{rate: 1/s, stay: 10s}, {rate: 0.6/s, stay: 10s}]}", queue: "{}", consumers: M, load: 0.8, rate: 0.8, millions: 30.0 },
    System { case: "mmpp2m1-slow", arrivals: "mmpp: {states: [{rate: 1.5/s, stay: 100s}, {rate: 0.1/s, stay: 100s}]}", queue: "{}", consumers: M, load: 0.95, rate: 0.8, millions: 60.0 },
    System { case: "mmpp2h2-1", arrivals: "mmpp: {states: [{rate: 1.2/s, stay: 10s}, {rate: 0.4/s, stay: 10s}]}", queue: "{}", consumers: "service: {hyperexponential: {mean: 1s, cv: 2}}", load: 0.8, rate: 0.8, millions: 100.0 },
    System { case: "mxgeom-m1", arrivals: "poisson: {rate: 0.2/s}, batch: {geometric: {mean: 4}}", queue: "{}", consumers: M, load: 0.8, rate: 0.8, millions: 60.0 },
    System { case: "bulk-m1b", arrivals: "poisson: {rate: 4/s}", queue: "{}", consumers: "takes: {up_to: 5, time: once}, service: {exponential: {mean: 1s}}", load: 0.8, rate: 4.0, millions: 30.0 },
    System { case: "repairman-10-2", arrivals: "closed: {population: 10, think: {exponential: {mean: 6666666667ns}}}", queue: "{}", consumers: "count: 2, service: {exponential: {mean: 1s}}", load: 0.6, rate: 1.25, millions: 10.0 },
    System { case: "mm1-prio-np", arrivals: "", queue: "", consumers: "", load: 0.8, rate: 0.8, millions: 40.0 },
    System { case: "mg1-prio-np3", arrivals: "", queue: "", consumers: "", load: 0.7, rate: 0.5, millions: 60.0 },
    System { case: "mmc-prio-np", arrivals: "", queue: "", consumers: "", load: 0.9, rate: 9.0, millions: 40.0 },
    System { case: "jackson-3", arrivals: "", queue: "", consumers: "", load: 0.4, rate: 0.45, millions: 10.0 },
    System { case: "closed-mva-50", arrivals: "", queue: "", consumers: "", load: 0.95, rate: 1.0, millions: 20.0 },
    System { case: "forkjoin2", arrivals: "", queue: "", consumers: "", load: 0.8, rate: 0.8, millions: 40.0 },
    System { case: "mm1-0.5", arrivals: "poisson: {rate: 0.5/s}", queue: "{}", consumers: M, load: 0.5, rate: 0.5, millions: 6.0 },
    System { case: "mm1-0.95", arrivals: "poisson: {rate: 0.95/s}", queue: "{}", consumers: M, load: 0.95, rate: 0.95, millions: 45.0 },
    System { case: "mmc-2-0.75", arrivals: "poisson: {rate: 1.5/s}", queue: "{}", consumers: "count: 2, service: {exponential: {mean: 1s}}", load: 0.75, rate: 1.5, millions: 15.0 },
    System { case: "mmc-50-0.95", arrivals: "poisson: {rate: 47.5/s}", queue: "{}", consumers: "count: 50, service: {exponential: {mean: 1s}}", load: 0.95, rate: 47.5, millions: 55.0 },
    System { case: "md1-0.5", arrivals: "poisson: {rate: 0.5/s}", queue: "{}", consumers: "service: 1s", load: 0.5, rate: 0.5, millions: 4.0 },
    System { case: "md1-0.95", arrivals: "poisson: {rate: 0.95/s}", queue: "{}", consumers: "service: 1s", load: 0.95, rate: 0.95, millions: 20.0 },
    System { case: "mh2-1-scv4", arrivals: "poisson: {rate: 0.8/s}", queue: "{}", consumers: "service: {hyperexponential: {mean: 1s, cv: 2}}", load: 0.8, rate: 0.8, millions: 80.0 },
    System { case: "mlogn1-scv2", arrivals: "poisson: {rate: 0.8/s}", queue: "{}", consumers: "service: {lognormal: {mean: 1s, cv: 1.4142135623730951}}", load: 0.8, rate: 0.8, millions: 140.0 },
    System { case: "mmix1", arrivals: "poisson: {rate: 0.8/s}", queue: "{}", consumers: "service: {empirical: {file: two-point.csv, column: service_s, unit: s}}", load: 0.8, rate: 0.8, millions: 30.0 },
    System { case: "mmck-1-20", arrivals: "poisson: {rate: 1.2/s}", queue: "{capacity: 19}", consumers: M, load: 1.2, rate: 1.2, millions: 4.0 },
    System { case: "mmck-10-30", arrivals: "poisson: {rate: 9/s}", queue: "{capacity: 20}", consumers: "count: 10, service: {exponential: {mean: 1s}}", load: 0.9, rate: 9.0, millions: 60.0 },
    System { case: "mmcc-100", arrivals: "poisson: {rate: 90/s}", queue: "{capacity: 0}", consumers: "count: 100, service: {lognormal: {mean: 1s, cv: 1.5}}", load: 0.9, rate: 90.0, millions: 45.0 },
    System { case: "dm1", arrivals: "regular: {rate: 0.8/s}", queue: "{}", consumers: M, load: 0.8, rate: 0.8, millions: 12.0 },
    System { case: "e4m1", arrivals: "renewal: {gap: {erlang: {mean: 1.25s, phases: 4}}}", queue: "{}", consumers: M, load: 0.8, rate: 0.8, millions: 10.0 },
    System { case: "e2m5", arrivals: "renewal: {gap: {erlang: {mean: 222222222ns, phases: 2}}}", queue: "{}", consumers: "count: 5, service: {exponential: {mean: 1s}}", load: 0.9, rate: 4.5, millions: 20.0 },
    System { case: "md5", arrivals: "poisson: {rate: 4.5/s}", queue: "{}", consumers: "count: 5, service: 1s", load: 0.9, rate: 4.5, millions: 15.0 },
    System { case: "md20", arrivals: "poisson: {rate: 19/s}", queue: "{}", consumers: "count: 20, service: 1s", load: 0.95, rate: 19.0, millions: 6.0 },
    System { case: "mm5-redelivery", arrivals: "poisson: {rate: 3/s}", queue: "{redelivery: {delay: 10s}}", consumers: "count: 5, service: {exponential: {mean: 1s}}, fails: 20%, on_retry: fresh", load: 0.75, rate: 3.0, millions: 4.0 },
    System { case: "mm1-lcfs", arrivals: "poisson: {rate: 0.8/s}", queue: "{order: lifo}", consumers: M, load: 0.8, rate: 0.8, millions: 60.0 },
    System { case: "mmc+m-10-9", arrivals: "poisson: {rate: 9/s}", queue: "{ttl: {exponential: {mean: 2s}}}", consumers: "count: 10, service: {exponential: {mean: 1s}}", load: 0.84, rate: 9.0, millions: 10.0 },
    System { case: "mm1-sjf", arrivals: "poisson: {rate: 0.8/s}", queue: "{order: shortest_first}", consumers: M, load: 0.8, rate: 0.8, millions: 30.0 },
    System { case: "mmc+m-10-12", arrivals: "poisson: {rate: 12/s}", queue: "{ttl: {exponential: {mean: 1s}}}", consumers: "count: 10, service: {exponential: {mean: 1s}}", load: 0.94, rate: 12.0, millions: 10.0 },
    System { case: "mmc+d-10-9", arrivals: "poisson: {rate: 9/s}", queue: "{ttl: 500ms}", consumers: "count: 10, service: {exponential: {mean: 1s}}", load: 0.84, rate: 9.0, millions: 10.0 },
];

/// Systems of several producers or queues: what follows the run in their scenario. `rate` is of all producers.
const WHOLE: [(&str, &str); 6] = [
    (
        "mm1-prio-np",
        "queues: {queue: {order: {priority: {levels: 2}}}}
producers:
  p1: {publishes_to: queue, arrivals: {poisson: {rate: 0.3/s}}, messages: {priority: 1}}
  p2: {publishes_to: queue, arrivals: {poisson: {rate: 0.5/s}}}
consumers: {consumer: {takes_from: queue, service: {exponential: {mean: 1s}}}}
targets: [p1.wait.mean < 9s, p2.wait.mean < 9s]
",
    ),
    (
        "mg1-prio-np3",
        "queues: {queue: {order: {priority: {levels: 3}}}}
producers:
  p1: {publishes_to: queue, arrivals: {poisson: {rate: 0.2/s}}, messages: {priority: 2, work: {exponential: {mean: 0.5}}}}
  p2: {publishes_to: queue, arrivals: {poisson: {rate: 0.2/s}}, messages: {priority: 1, work: 1}}
  p3: {publishes_to: queue, arrivals: {poisson: {rate: 0.1/s}}, messages: {work: {exponential: {mean: 4}}}}
consumers: {consumer: {takes_from: queue, service: {per_work: 1s}}}
targets: [p1.wait.mean < 99s, p2.wait.mean < 99s, p3.wait.mean < 99s]
",
    ),
    (
        "mmc-prio-np",
        "queues: {queue: {order: {priority: {levels: 2}}}}
producers:
  p1: {publishes_to: queue, arrivals: {poisson: {rate: 4/s}}, messages: {priority: 1}}
  p2: {publishes_to: queue, arrivals: {poisson: {rate: 5/s}}}
consumers: {consumer: {takes_from: queue, count: 10, service: {exponential: {mean: 1s}}}}
targets: [p1.wait.mean < 9s, p2.wait.mean < 9s]
",
    ),
    (
        "jackson-3",
        "queues: {queue1: {}, queue2: {}, queue3: {}}
producers:
  p1: {publishes_to: queue1, arrivals: {poisson: {rate: 0.3/s}}}
  p2: {publishes_to: queue2, arrivals: {poisson: {rate: 0.1/s}}}
  p3: {publishes_to: queue3, arrivals: {poisson: {rate: 0.05/s}}}
consumers:
  c1:
    takes_from: queue1
    service: {exponential: {mean: 1s}}
    on_retry: fresh
    then: [{publishes_to: queue2, share: 50%}, {publishes_to: queue3, share: 30%}]
  c2:
    takes_from: queue2
    service: {exponential: {mean: 1.25s}}
    on_retry: fresh
    then: [{publishes_to: queue1, share: 10%}, {publishes_to: queue3, share: 60%}]
  c3:
    takes_from: queue3
    service: {exponential: {mean: 833333333ns}}
    on_retry: fresh
    then: [{publishes_to: queue1, share: 20%}]
",
    ),
    (
        "closed-mva-50",
        "queues: {queue1: {}, queue2: {}, queue3: {}}
producers: {producer: {publishes_to: queue1, arrivals: {closed: {population: 50, think: {exponential: {mean: 10s}}}}}}
consumers:
  c1: {takes_from: queue1, service: {exponential: {mean: 1s}}, then: {publishes_to: queue2}}
  c2: {takes_from: queue2, service: {exponential: {mean: 600ms}}, then: {publishes_to: queue3}}
  c3: {takes_from: queue3, service: {exponential: {mean: 300ms}}}
",
    ),
    (
        "forkjoin2",
        "queues: {queue1: {}, queue2: {}}
producers: {producer: {publishes_to: [queue1, queue2], arrivals: {poisson: {rate: 0.8/s}}}}
consumers:
  c1: {takes_from: queue1, service: {exponential: {mean: 1s}}}
  c2: {takes_from: queue2, service: {exponential: {mean: 1s}}}
",
    ),
];

/// Cases that are not simulated here, and why.
const NOT_SAID: [(&str, &str); 6] = [
    ("mpareto1-2.5", "its wait has no variance, so that no interval holds"),
    ("mg1-ps", "processor sharing, which no queue has"),
    ("mg1-vac", "vacations"),
    ("mm1-breakdown", "crashes that resume the work"),
    ("mm5-retrial", "messages between two tries, which no measure counts"),
    ("jsq2", "a choice between queues"),
];

/// The measure that a metric of the file is; a number behind it is that of the producer, the consumers or the queue.
fn measure(metric: &str) -> Option<Measure> {
    let numbered = |of: &str| metric.strip_prefix(of).filter(|n| n.parse::<u8>().is_ok());
    let of_one = [("W", "p", "wait.mean"), ("T", "p", "response.mean"), ("lambda", "c", "throughput")];
    let of_queue = [("L", "queue", "backlog.mean"), ("Q", "queue", "backlog.mean")];
    for (of, whose, what) in of_one.into_iter().chain(of_queue) {
        if let Some(n) = numbered(of) {
            return Some(format!("{whose}{n}.{what}").parse().expect("a measure"));
        }
    }
    let name = match metric {
        "Pw" => "waited.share",
        "Lq" => "queue.length.mean",
        "L" => "queue.backlog.mean",
        "W" | "W_acc" => "wait.mean",
        "T" | "T_acc" | "R" => "response.mean",
        "X" => "goodput",
        "W_all" => "queue.stay.mean",
        "W_sd" => "wait.sd",
        "W_q95" => "wait.p95",
        "W_q99" => "wait.p99",
        "T_q95" => "response.p95",
        "T_q99" => "response.p99",
        "P_loss" | "P_abandon" => "lost.share",
        "throughput" => "throughput",
        "util" => "utilization",
        _ => return None,
    };
    Some(name.parse().expect("a measure"))
}

/// Metrics of systems that are simulated, and why they are not measured.
const NOT_MEASURED: [(&str, &str, &str); 9] = [
    ("um1", "sigma", "the root of an equation, not a measure; Pw is equal to it"),
    ("bulk-m1b", "Lq", "what a consumer holds before its batch begins is in flight, not waiting; W contains it"),
    ("bulk-m1b", "P_idle", "the utilization is measured, which is what it leaves of 1"),
    ("dm1", "sigma", "the root of an equation, not a measure; Pw is equal to it"),
    ("e4m1", "sigma", "the root of an equation, not a measure; Pw is equal to it"),
    ("mmc+m-10-9", "Pw", "waited.share is of processed messages, and this of all"),
    ("mmc+m-10-12", "Pw", "waited.share is of processed messages, and this of all"),
    ("mmc+d-10-9", "Pw", "waited.share is of processed messages, and this of all"),
    ("mm5-redelivery", "L_delay", "delayed messages are no measure of their own; T contains the delay"),
];

fn scenario(system: &System, messages: f64, seed: u64) -> Scenario {
    let System { case, arrivals, queue, consumers, rate, .. } = system;
    let duration = messages / 20.0 / rate;
    let begin =
        format!("name: exact\nrun: {{duration: {duration:.0}s, warmup: auto, seed: {seed}, replications: 20}}\n");
    let of_one_queue = || {
        format!(
            "queues: {{queue: {queue}}}\nproducers: {{producer: {{publishes_to: queue, arrivals: {{{arrivals}}}}}}}\n\
         consumers: {{consumer: {{takes_from: queue, {consumers}}}}}\n"
        )
    };
    let whole = WHOLE.iter().find(|(of, _)| of == case).map(|(_, text)| (*text).to_owned());
    let text = begin + &whole.unwrap_or_else(of_one_queue);
    read(None, &text, Path::new("tests/data"), &[]).unwrap_or_else(|problems| panic!("{case}\n{problems}"))
}

fn simulate(scenario: &Scenario) -> Simulation {
    let outcome = run(scenario, &Ask::default(), &Watch::default()).expect("a run");
    outcome
        .answers
        .into_iter()
        .find_map(|answer| match answer {
            Answer::Simulation(simulation) => Some(*simulation),
            Answer::Theory(_) | Answer::Live(_) => None,
        })
        .expect("a simulation")
}

struct Score {
    case: String,
    metric: String,
    z: f64,
    relative_half_width: f64,
}

/// How far off an estimate is, as a standard normal score.
fn score(simulation: &Simulation, case: &str, metric: &str, measure: &Measure, exact: f64) -> Score {
    let estimate = &simulation.measures[measure];
    let value = estimate.value.unwrap_or_else(|| panic!("{case} {metric}: {:?}", estimate.why));
    let error = estimate.error.expect("an interval");
    // A percentile is no better than its bucket.
    let standard_error = error.error.hypot(error.at_least / 2.0);
    let t = StudentsT::new(0.0, 1.0, error.freedom).expect("degrees of freedom");
    let z = Normal::standard().inverse_cdf(t.cdf((value - exact) / standard_error).clamp(1e-15, 1.0 - 1e-15));
    let half = half_width(estimate, CONFIDENCE).expect("an interval");
    Score { case: case.into(), metric: metric.into(), z, relative_half_width: half / exact }
}

fn scores(system: &System, messages: f64, seed: u64) -> Vec<Score> {
    let simulation = simulate(&scenario(system, messages, seed));
    let rows = rows().into_iter().filter(|row| row.case == system.case);
    let is_measured = |row: &Row| !NOT_MEASURED.iter().any(|(of, metric, _)| *of == row.case && *metric == row.metric);
    rows.filter(is_measured)
        .filter_map(|row| {
            let measure = measure(&row.metric)?;
            Some(score(&simulation, system.case, &row.metric, &measure, row.exact))
        })
        .collect()
}

fn assert_near(scores: &[Score]) {
    for Score { case, metric, z, relative_half_width } in scores {
        eprintln!("{case:<16}{metric:<12}z {z:>6.2}   half-width {:.2} %", relative_half_width * 100.0);
    }
    let far: Vec<String> = scores
        .iter()
        .filter(|score| score.z.abs() > 4.0)
        .map(|score| format!("{} {}: z = {:.2}", score.case, score.metric, score.z))
        .collect();
    assert!(far.is_empty(), "too far from the exact value:\n{}", far.join("\n"));
}

/// The scores of independent runs together: neither too far from the truth nor suspiciously near it.
fn assert_standard_normal(scores: &[f64]) {
    let p = chi_square_p(scores.iter().map(|z| z * z).sum(), scores.len() as f64);
    eprintln!("{} independent scores: p = {p:.4}", scores.len());
    assert!((0.001..=0.999).contains(&p), "scores are not standard normal: p = {p}");
}

#[test]
fn every_case_of_the_file_is_simulated_or_listed_with_its_reason() {
    let said: Vec<&str> = SYSTEMS.iter().map(|system| system.case).chain(["mtmc-peak", "mtminf"]).collect();
    let listed: BTreeMap<&str, &str> = NOT_SAID.into_iter().collect();
    for row in rows() {
        let case = row.case.as_str();
        assert!(said.contains(&case) != listed.contains_key(case), "{case} is either simulated or listed");
        let known = measure(&row.metric).is_some()
            || NOT_MEASURED.iter().any(|(of, metric, _)| *of == case && *metric == row.metric)
            || case == "mtmc-peak"
            || case == "mtminf";
        assert!(listed.contains_key(case) || known, "{case} {}: neither measured nor listed", row.metric);
    }
}

#[test]
fn light_systems_agree_with_their_exact_values() {
    let light = [
        "mm1-0.5",
        "mmc-2-0.75",
        "md1-0.5",
        "mmck-1-20",
        "mmcc-100",
        "dm1",
        "mm5-redelivery",
        "mm1-lcfs",
        "mmc+m-10-9",
        "mmc+m-10-12",
        "mmc+d-10-9",
        "um1",
        "mmpp2m1-mild",
        "mxgeom-m1",
        "bulk-m1b",
        "repairman-10-2",
        "mm1-prio-np",
        "mg1-prio-np3",
        "mmc-prio-np",
        "jackson-3",
        "closed-mva-50",
        "forkjoin2",
    ];
    let mut all = Vec::new();
    let mut first = Vec::new();
    for system in SYSTEMS.iter().filter(|system| light.contains(&system.case)) {
        let scores = scores(system, 150_000.0, 1);
        first.push(scores[0].z);
        all.extend(scores);
    }
    assert_near(&all);
    assert_standard_normal(&first);
}

#[test]
#[ignore = "a minute or two in release: the full precision"]
fn every_system_agrees_with_its_exact_values_within_a_percent() {
    let mut all = Vec::new();
    let mut wide = Vec::new();
    for system in &SYSTEMS {
        let scores = scores(system, system.millions * 1e6, 1);
        let limit = if system.load <= 0.9 { 0.01 } else { 0.03 };
        let too_wide = scores.iter().filter(|score| score.relative_half_width > limit);
        wide.extend(too_wide.map(|s| format!("{} {}: {:.2} %", s.case, s.metric, s.relative_half_width * 100.0)));
        all.extend(scores);
    }
    assert_near(&all);
    assert!(wide.is_empty(), "half-widths above the limit:\n{}", wide.join("\n"));
}

#[test]
#[ignore = "a minute in release: five seeds of every system"]
fn scores_over_seeds_and_systems_are_standard_normal() {
    for metric in ["T", "L", "P_loss"] {
        let mut pooled = Vec::new();
        for system in &SYSTEMS {
            for seed in 2..7 {
                let scores = scores(system, 1e6_f64.max(system.millions * 5e4), seed);
                pooled.extend(scores.iter().filter(|score| score.metric == metric).map(|score| score.z));
            }
        }
        assert_standard_normal(&pooled);
    }
}

/// A peak of load on ten consumers, from an empty start: numbers at instants, over independent runs.
fn peak(seed: u64, replications: u32) -> Scenario {
    let instants = [2, 4, 5, 6, 7, 8, 10, 14];
    let targets: String = instants
        .iter()
        .flat_map(|t| [format!("queue.backlog@{t}s >= 0, "), format!("queue.length@{t}s >= 0, ")])
        .collect();
    let text = format!(
        "name: peak\nrun: {{duration: 15s, warmup: none, seed: {seed}, replications: {replications}, drain: none}}\n\
         queues: {{queue: {{}}}}\n\
         producers: {{producer: {{publishes_to: queue, \
           arrivals: {{poisson: {{rate: {{steps: {{0s: 6/s, 4s: 20/s, 6s: 6/s}}}}}}}}}}}}\n\
         consumers: {{consumer: {{takes_from: queue, count: 10, service: {{exponential: {{mean: 1s}}}}}}}}\n\
         targets: [{targets}]\n"
    );
    read(None, &text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Mean over seeds of an estimate, with its standard error.
fn over_seeds(simulations: &[Simulation], measure: &Measure) -> (f64, f64) {
    let n = simulations.len() as f64;
    let estimates = simulations.iter().map(|simulation| &simulation.measures[measure]);
    let value = estimates.clone().map(|e| e.value.expect("a value")).sum::<f64>() / n;
    let variance = estimates.map(|e| e.error.expect("an interval").error.powi(2)).sum::<f64>();
    (value, variance.sqrt() / n)
}

fn peak_agrees(seeds: u64, replications: u32, half_width_at_most: f64) {
    let simulations: Vec<Simulation> = (1..=seeds).map(|seed| simulate(&peak(seed, replications))).collect();
    for row in rows().into_iter().filter(|row| row.case == "mtmc-peak") {
        let (number, instant) = row.metric.split_once("_t").expect("N_t2 or Q_t2");
        let quantity = if number == "N" { "backlog" } else { "length" };
        let measure: Measure = format!("queue.{quantity}@{instant}s").parse().expect("a measure");
        let (value, error) = over_seeds(&simulations, &measure);
        let z = (value - row.exact) / error;
        let half = 1.96 * error / row.exact;
        eprintln!("{:<8}{value:>9.4}{:>9.4}   z {z:>6.2}   half-width {:.2} %", row.metric, row.exact, half * 100.0);
        assert!(z.abs() <= 4.0, "{}: z = {z:.2}", row.metric);
        assert!(half <= half_width_at_most, "{}: half-width {half}", row.metric);
    }
}

#[test]
fn a_peak_from_an_empty_start_agrees_with_the_differential_equations() {
    peak_agrees(1, 300, f64::INFINITY);
}

#[test]
#[ignore = "three minutes in release: the length before the peak is seldom above 0"]
fn a_peak_agrees_within_three_percent() {
    peak_agrees(34, 10_000, 0.03);
}

/// A rate that swings, at so many consumers that nobody waits, from an empty start.
#[test]
fn a_swing_at_endlessly_many_consumers_agrees_with_its_closed_form() {
    let text = "name: swing\nrun: {duration: 25s, warmup: none, seed: 1, replications: 2000, drain: none}\n\
         queues: {queue: {}}\n\
         producers: {producer: {publishes_to: queue, arrivals: {poisson: {rate: {wave: \
           {mean: 8/s, amplitude: 5/s, period: 24s, peak_at: 6s}}}}}}\n\
         consumers: {consumer: {takes_from: queue, count: 100, service: {exponential: {mean: 1s}}}}\n\
         targets: [queue.backlog@6s > 0, queue.backlog@12s > 0, queue.backlog@18s > 0, queue.backlog@24s > 0]\n";
    let simulation = simulate(&read(None, text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}")));
    let of_case = rows().into_iter().filter(|row| row.case == "mtminf");
    let scores = of_case.map(|row| {
        let instant = row.metric.strip_prefix("N_t").expect("N_t6");
        let measure: Measure = format!("queue.backlog@{instant}s").parse().expect("a measure");
        score(&simulation, &row.case, &row.metric, &measure, row.exact)
    });
    assert_near(&scores.collect::<Vec<_>>());
}

/// M/M/4 at a load of 0.85, with a mean service of one second.
fn four_consumers(prefetch: &str) -> Simulation {
    let text = format!(
        "name: exact\nrun: {{duration: 30000s, warmup: 1000s, seed: 1, replications: 20, drain: until_empty}}\n\
         queues: {{queue: {{}}}}\nproducers: {{producer: {{publishes_to: queue, arrivals: {{poisson: {{rate: 3.4/s}}}}}}}}\n\
         consumers: {{consumer: {{takes_from: queue, count: 4, prefetch: {prefetch}, service: {{exponential: {{mean: 1s}}}}}}}}\n"
    );
    simulate(&read(None, &text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}")))
}

/// Messages go to consumers in turn whatever they hold, so each is an E4/M/1 of its own: with the root σ of
/// σ = A*(μ (1 − σ)), the mean wait is σ / (μ (1 − σ)) (Kleinrock 1975, sec. 6.4).
#[test]
fn without_a_limit_of_prefetch_each_consumer_is_a_queue_of_its_own() {
    let sigma = (0..10_000).fold(0.5, |sigma: f64, _| (3.4 / (3.4 + 1.0 - sigma)).powi(4));
    let exact = sigma / (1.0 - sigma);
    assert!((exact - 3.304).abs() < 0.0005, "{exact}");
    let measure: Measure = "wait.mean".parse().expect("a measure");
    assert_near(&[score(&four_consumers("unlimited"), "mm4", "wait.mean", &measure, exact)]);
}

/// Between Erlang's 1.149 with a prefetch of 1 and 3.304 without a limit.
#[test]
fn a_prefetch_of_ten_costs_most_of_what_no_limit_costs() {
    let measure: Measure = "wait.mean".parse().expect("a measure");
    let wait = four_consumers("10").measures[&measure].value.expect("a value");
    assert!((2.7..2.9).contains(&wait), "{wait}");
}
