//! Do 95 % intervals cover the truth 95 % of the time? Of many seeds, on a grid of loads and measures.
//!
//! `cargo test --release --test coverage -- --ignored`

use std::path::Path;

use kendall::experiment::{Ask, run};
use kendall::measure::Measure;
use kendall::result::{Answer, CONFIDENCE};
use kendall::scenario::read;
use kendall::sim::Watch;
use kendall::stats::interval;

const SEEDS: u32 = 500;
/// The band that a true 95 % leaves once in a thousand times: 3.29 standard errors of a share over 500 seeds.
const BAND: f64 = 3.29 * 0.009_75;

/// How many intervals covered theory's value, and how many there were.
#[derive(Default)]
struct Covered {
    hits: u32,
    of: u32,
}

/// M/M/1 with a mean service of 1 s, warm-up found by itself.
fn coverage(load: f64, messages: f64, measures: &[&str]) -> Vec<Covered> {
    let mut covered: Vec<Covered> = measures.iter().map(|_| Covered::default()).collect();
    for seed in 1..=SEEDS {
        let duration = (messages / load).round();
        let text = format!(
            "name: coverage\nrun: {{duration: {duration}s, warmup: auto, seed: {seed}, replications: 20}}\n\
             queues: {{queue: {{}}}}\n\
             producers: {{producer: {{publishes_to: queue, arrivals: {{poisson: {{rate: {load}/s}}}}}}}}\n\
             consumers: {{consumer: {{takes_from: queue, service: {{exponential: {{mean: 1s}}}}}}}}\n"
        );
        let scenario = read(None, &text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{problems}"));
        let outcome = run(&scenario, &Ask::default(), &Watch::default()).expect("a run");
        let [Answer::Theory(theory), Answer::Simulation(simulation)] = &outcome.answers[..] else {
            panic!("theory and simulation")
        };
        for (covered, name) in covered.iter_mut().zip(measures) {
            let measure: Measure = name.parse().expect("a measure");
            let exact = theory.measures[&measure].value;
            // No interval is an answer too: not enough data.
            let Some((low, high)) = interval(&simulation.measures[&measure], CONFIDENCE) else { continue };
            covered.of += 1;
            covered.hits += u32::from(low <= exact && exact <= high);
        }
    }
    covered
}

/// A run of the default length at load 0.9, shorter ones below. (At load 0.9 and 30,000 messages, 20 replications'
/// percentiles are still skewed: intervals of p99 covered 91.5 % of 600.)
#[test]
#[ignore = "three minutes in release: 500 seeds on a grid"]
fn intervals_cover_what_they_claim() {
    let measures = ["wait.mean", "response.mean", "response.p99", "queue.backlog.mean", "utilization", "waited.share"];
    let mut wrong = Vec::new();
    for (load, messages) in [(0.5, 3_000.0), (0.8, 10_000.0), (0.9, 100_000.0)] {
        for (covered, name) in coverage(load, messages, &measures).iter().zip(measures) {
            let share = f64::from(covered.hits) / f64::from(covered.of.max(1));
            eprintln!("load {load}  {name:<20} {:.1} % of {}", share * 100.0, covered.of);
            if covered.of > 0 && (share - CONFIDENCE).abs() > BAND {
                wrong.push(format!("load {load} {name}: {:.1} %", share * 100.0));
            }
        }
    }
    assert!(wrong.is_empty(), "intervals that do not cover what they claim:\n{}", wrong.join("\n"));
}
