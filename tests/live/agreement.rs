//! Live runs against the simulation of the same draws. Slow, and only for a machine with nothing else to do:
//! `cargo test --release --test live -- --ignored --test-threads 1`.

use kendall::adapter::Embedded;
use kendall::experiment::{self, Ask, LiveAsk};
use kendall::live::Speed;
use kendall::result::{Outcome, Verdict};
use kendall::sim::Watch;

use crate::runs::{Eye, FOR_EVER, scenario};

/// What must agree, of all that is compared.
const JUDGED: [&str; 7] =
    ["wait.mean", "wait.p95", "response.mean", "response.p50", "response.p95", "utilization", "throughput"];

fn run(service: &str, count: u32, load: f64) -> Outcome {
    let rate = load * f64::from(count) / 0.002;
    let text = format!(
        "run: {{duration: 30s, warmup: 2s, replications: 10}}\nqueues: {{q: {{}}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: {rate}/s}}}}}}}}\n\
         consumers: {{c: {{takes_from: q, count: {count}, service: {service}}}}}\n"
    );
    let (eye, watch) = (Eye::new(FOR_EVER), Watch::default());
    let asked = LiveAsk { speed: Speed::REAL, runs: 1, onlooker: &eye };
    experiment::run_live(&scenario(&text), &Ask::default(), &asked, &Embedded, &watch).unwrap()
}

fn agrees(service: &str, count: u32) {
    let mut wrong = Vec::new();
    for load in [0.5, 0.7, 0.85] {
        let outcome = run(service, count, load);
        for name in JUDGED {
            let row = outcome.live_agreement.iter().find(|row| row.measure.to_string() == name);
            if row.is_none_or(|row| row.verdict != Ok(Verdict::Agrees)) {
                wrong.push(format!("{service} on {count} at load {load}: {name}: {row:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "two minutes of a quiet machine"]
fn m_m_1_agrees() {
    agrees("{exponential: {mean: 2ms}}", 1);
}

#[test]
#[ignore = "two minutes of a quiet machine"]
fn m_m_4_agrees() {
    agrees("{exponential: {mean: 2ms}}", 4);
}

#[test]
#[ignore = "two minutes of a quiet machine"]
fn m_d_1_agrees() {
    agrees("2ms", 1);
}

#[test]
#[ignore = "two minutes of a quiet machine"]
fn a_lognormal_service_agrees() {
    agrees("{lognormal: {mean: 2ms, cv: 1.5}}", 1);
}
