//! Distributions of times as lines: what share of messages took at most how long.

use hdrhistogram::Histogram;

use super::parts;
use crate::measure::{Measure, Quantity, Stat};
use crate::result::{Outcome, Simulation, Warning, WarningCode};
use crate::stats::ABOVE_AT_LEAST;

const NANOS_PER_SECOND: f64 = 1e9;

/// Shares that are evenly far apart in nines, from 0 to as many as there are messages enough for.
pub fn nines(messages: f64) -> Vec<f64> {
    const PER_NINE: f64 = 40.0;
    let most = (messages / ABOVE_AT_LEAST).log10().max(0.0);
    let count = (most * PER_NINE).floor() as u32;
    (0..=count).map(|at| 1.0 - 10_f64.powf(-f64::from(at) / PER_NINE)).collect()
}

/// Until which share a curve is to be believed: where a percentile rests on too few messages, it ends.
pub fn believed(outcome: &Outcome) -> f64 {
    let doubtful = outcome.warnings.iter().filter(|warning| warning.code == WarningCode::ShortRun);
    let percentile = |warning: &Warning| match warning.measure {
        Some(Measure { of: None, quantity: Quantity::Response, stat: Stat::Percentile(percentile) }) => {
            Some(percentile.quantile())
        }
        _ => None,
    };
    doubtful.filter_map(percentile).fold(1.0, f64::min)
}

/// The share of messages that did not wait, as it was measured: on a real clock nothing takes no time at all.
pub fn did_not_wait(runs: &Simulation) -> f64 {
    let waited = runs.measures.get(&Measure::whole(Quantity::Waited, Stat::Share)).and_then(|share| share.value);
    let none = waited.map_or(runs.wait.count_at(0) as f64 / runs.wait.len() as f64, |share| 1.0 - share);
    if none.is_finite() { none.clamp(0.0, 1.0) } else { 0.0 }
}

/// The share that took at most as long, at each of those times.
pub fn shares_at(times: &Histogram<u64>, at: &[f64]) -> Vec<(f64, f64)> {
    let all = times.len().max(1) as f64;
    let mut steps = times.iter_recorded().peekable();
    let mut below = 0;
    let share = |at: &f64| {
        while let Some(step) = steps.next_if(|step| step.value_iterated_to() as f64 / NANOS_PER_SECOND <= *at) {
            below += step.count_at_value();
        }
        (*at, below as f64 / all)
    };
    at.iter().map(share).collect()
}

/// What a curve of theory tells of a time: between two points as if what is slower fell exponentially, which tails nearly
/// do. It begins with the share that took no time.
pub fn share_until(curve: &[(f64, f64)], at: f64) -> f64 {
    let next = curve.partition_point(|point| point.1 <= at).max(1);
    let (low, Some(high)) = (curve[next - 1], curve.get(next)) else { return curve[next - 1].0 };
    let part = (at - low.1) / (high.1 - low.1);
    1.0 - (1.0 - low.0) * ((1.0 - high.0) / (1.0 - low.0)).powf(part)
}

/// The same, from where no time has passed on.
pub fn whole_theory(outcome: &Outcome, quantity: Quantity) -> Option<Vec<(f64, f64)>> {
    let none = match quantity {
        Quantity::Wait => 1.0 - parts::theory(outcome, &Measure::whole(Quantity::Waited, Stat::Share))?.value,
        _ => 0.0,
    };
    let later = of_theory(outcome, quantity).iter().copied().filter(|point| point.1 > 0.0 && point.0 > none);
    let curve: Vec<(f64, f64)> = [(none, 0.0)].into_iter().chain(later).collect();
    (curve.len() > 1).then_some(curve)
}

/// Seconds at those shares.
pub fn of_histogram(times: &Histogram<u64>, shares: &[f64]) -> Vec<(f64, f64)> {
    if times.is_empty() {
        return Vec::new();
    }
    let at = |share: &f64| (*share, times.value_at_quantile(*share) as f64 / NANOS_PER_SECOND);
    shares.iter().map(at).collect()
}

/// What the formulas tell of the whole scenario; share and seconds.
pub fn of_theory(outcome: &Outcome, quantity: Quantity) -> &[(f64, f64)] {
    outcome.theory().and_then(|theory| theory.curves.get(&quantity)).map_or(&[], Vec::as_slice)
}

/// What half of all take at most, and 99 of 100: measured, or else by theory.
pub fn half_and_most(outcome: &Outcome, quantity: Quantity) -> Option<(f64, f64)> {
    let measured = outcome.measured().map(|runs| {
        let times = if quantity == Quantity::Wait { &runs.wait } else { &runs.response };
        of_histogram(times, &[0.5, 0.99])
    });
    let points = measured.unwrap_or_else(|| of_theory(outcome, quantity).to_vec());
    let at = |share: f64| points.iter().find(|point| point.0 >= share - 1e-9).map(|point| point.1);
    Some((at(0.5)?, at(0.99)?))
}

/// From one end to the other in decades; none where there is nothing above zero.
pub fn decades(points: &[(f64, f64)]) -> f64 {
    let times = points.iter().map(|point| point.1).filter(|at| *at > 0.0);
    let (low, high) = times.fold((f64::INFINITY, 0.0_f64), |(low, high), at| (low.min(at), high.max(at)));
    if high > low { (high / low).log10() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_ends_where_messages_become_too_few() {
        let last = |messages| *nines(messages).last().unwrap();
        assert!((last(1e6) - 0.9999).abs() < 1e-9 && last(50.0) == 0.0 && last(0.0) == 0.0);
    }

    #[test]
    fn shares_are_counted_up_to_each_time() {
        let mut times = Histogram::new(3).unwrap();
        [0, 0, 5_000_000, 10_000_000].into_iter().for_each(|ns| times.record(ns).unwrap());
        let shares: Vec<f64> = shares_at(&times, &[1e-3, 6e-3, 2e-2]).into_iter().map(|(_, share)| share).collect();
        assert_eq!(shares, [0.5, 0.75, 1.0]);
    }

    #[test]
    fn between_two_points_a_tail_falls_exponentially() {
        let of = |share: f64| (share, -(1.0 - share).ln());
        let curve: Vec<(f64, f64)> = [0.0, 0.5, 0.9].into_iter().map(of).collect();
        for at in [0.2, 0.7, 1.5, 2.2] {
            assert!((share_until(&curve, at) - (1.0 - f64::exp(-at))).abs() < 1e-12, "{at}");
        }
        assert_eq!(share_until(&curve, 99.0), 0.9);
    }

    #[test]
    fn times_are_seconds() {
        let mut times = Histogram::new(3).unwrap();
        (1..=100).for_each(|ms| times.record(ms * 1_000_000).unwrap());
        let points = of_histogram(&times, &[0.5, 0.9]);
        assert!((points[0].1 - 0.05).abs() < 1e-4 && (points[1].1 - 0.09).abs() < 1e-4, "{points:?}");
        assert!(of_histogram(&Histogram::new(3).unwrap(), &[0.5]).is_empty());
    }
}
