//! Theory against simulation, and a live run against the same draws simulated, value by value.

use crate::measure::{Measure, Unit};
use crate::result::{Agreement, Estimate, Exact, Live, LiveAgreement, Simulation, Theory, Verdict};
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
                None => judge(measure.unit(), exact, estimate, confidence),
            };
            Agreement { measure: measure.clone(), simulation: estimate.value, theory: exact.value, verdict, within }
        })
        .collect()
}

fn judge(unit: Unit, exact: &Exact, estimate: &Estimate, confidence: f64) -> (Result<Verdict, String>, Option<f64>) {
    let Some((low, high)) = stats::interval(estimate, confidence) else {
        let why = estimate.why.clone().unwrap_or_else(|| "the simulation has no interval".to_owned());
        return (Err(why), None);
    };
    // Sums of floating point: what both sides know exactly may differ in the last digits; and what takes less than a
    // nanosecond is simulated as no time at all.
    let no_time: f64 = if unit == Unit::Seconds && estimate.value == Some(0.0) { 1e-9 } else { 0.0 };
    let rounding = no_time.max(1e-9 * exact.value.abs());
    let within = (exact.value != 0.0).then(|| (high - low) / 2.0 / exact.value.abs());
    let agrees = low - rounding <= exact.value && exact.value <= high + rounding;
    (Ok(if agrees { Verdict::Agrees } else { Verdict::Differs }), within)
}

/// What a live path may add to a time: this part of it …
const PART: f64 = 0.05;
/// … and this much real time.
pub const ALWAYS_S: f64 = 0.2e-3;
/// By how much a share may differ.
const POINT: f64 = 0.01;

/// Holds a live run against the same draws simulated: what differs is the live path's own overhead, and noise.
pub fn compare_live(live: &Live, no_verdict: Option<&str>) -> Vec<LiveAgreement> {
    let value = |measure: &Measure| live.runs.measures.get(measure).and_then(|estimate| estimate.value);
    let pairs = live.twin.iter().filter_map(|(measure, twin)| Some((measure, *twin, value(measure)?)));
    pairs
        .map(|(measure, twin, seen)| {
            let verdict = match (no_verdict, allowed(measure, twin, live.speed)) {
                (Some(why), _) => Err(why.to_owned()),
                (None, None) => Err("counts and levels get no verdict".to_owned()),
                (None, Some(allowed)) if (seen - twin).abs() <= allowed => Ok(Verdict::Agrees),
                (None, Some(_)) => Ok(Verdict::Differs),
            };
            LiveAgreement { measure: measure.clone(), twin, live: seen, verdict }
        })
        .collect()
}

/// By how much a live value may differ; `None` where it is not to be judged.
fn allowed(measure: &Measure, twin: f64, speed: f64) -> Option<f64> {
    match measure.unit() {
        Unit::Seconds => Some(PART * twin.abs() + ALWAYS_S * speed),
        Unit::PerSecond => Some(PART * twin.abs()),
        Unit::Share => Some(POINT),
        Unit::Messages => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(measure: &str, twin: f64, seen: f64, speed: f64) -> Option<bool> {
        allowed(&measure.parse().unwrap(), twin, speed).map(|allowed| (seen - twin).abs() <= allowed)
    }

    #[test]
    fn a_time_may_be_longer_by_a_twentieth_and_a_fifth_of_a_real_millisecond() {
        assert_eq!(within("response.mean", 0.1, 0.1051, 1.0), Some(true));
        assert_eq!(within("response.mean", 0.1, 0.1053, 1.0), Some(false));
        assert_eq!(within("wait.p95", 0.1, 0.0949, 1.0), Some(true));
        assert_eq!(within("wait.p95", 0.1, 0.0947, 1.0), Some(false));
        // A fifth of a real millisecond is 120 ms of the scenario.
        assert_eq!(within("wait.mean", 0.0, 0.119, 600.0), Some(true));
        assert_eq!(within("wait.mean", 0.0, 0.121, 600.0), Some(false));
    }

    #[test]
    fn rates_shares_and_counts_have_limits_of_their_own() {
        assert_eq!(within("throughput", 100.0, 104.9, 1.0), Some(true));
        assert_eq!(within("throughput", 100.0, 105.1, 1.0), Some(false));
        assert_eq!(within("utilization", 0.70, 0.709, 1.0), Some(true));
        assert_eq!(within("utilization", 0.70, 0.711, 1.0), Some(false));
        assert_eq!(within("published", 10.0, 10.0, 1.0), None);
        assert_eq!(within("orders.length.mean", 10.0, 10.0, 1.0), None);
    }
}
