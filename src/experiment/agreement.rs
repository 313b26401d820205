//! Theory against simulation, value by value.

use crate::measure::Measure;
use crate::result::{Agreement, Estimate, Exact, Simulation, Theory, Verdict};
use crate::stats;

/// Of all verdicts of one table together: how sure is a "differs".
const CONFIDENCE: f64 = 0.99;

/// Holds each of theory's values against the simulation's interval, corrected for the number of rows (Bonferroni).
pub fn compare(theory: &Theory, simulation: &Simulation, no_verdict: Option<&str>) -> Vec<Agreement> {
    let pairs: Vec<(&Measure, &Exact, &Estimate)> = theory
        .measures
        .iter()
        .filter_map(|(measure, exact)| Some((measure, exact, simulation.measures.get(measure)?)))
        .collect();
    let judged = pairs.iter().filter(|(_, exact, _)| exact.exact).count();
    let confidence = 1.0 - (1.0 - CONFIDENCE) / judged.max(1) as f64;
    pairs
        .into_iter()
        .map(|(measure, exact, estimate)| {
            let (verdict, within) = match no_verdict {
                Some(why) => (Err(why.to_owned()), None),
                None if !exact.exact => (Err("theory is an approximation here".to_owned()), None),
                None => judge(exact, estimate, confidence),
            };
            Agreement { measure: measure.clone(), simulation: estimate.value, theory: exact.value, verdict, within }
        })
        .collect()
}

fn judge(exact: &Exact, estimate: &Estimate, confidence: f64) -> (Result<Verdict, String>, Option<f64>) {
    let Some((low, high)) = stats::interval(estimate, confidence) else {
        let why = estimate.why.clone().unwrap_or_else(|| "the simulation has no interval".to_owned());
        return (Err(why), None);
    };
    // Sums of floating point: what both sides know exactly may differ in the last digits.
    let rounding = 1e-9 * exact.value.abs();
    let within = (exact.value != 0.0).then(|| (high - low) / 2.0 / exact.value.abs());
    let agrees = low - rounding <= exact.value && exact.value <= high + rounding;
    (Ok(if agrees { Verdict::Agrees } else { Verdict::Differs }), within)
}
