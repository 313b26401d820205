//! Distributions of times as lines: what share of messages took at most how long.

use hdrhistogram::Histogram;

use crate::measure::Quantity;
use crate::result::Outcome;
use crate::stats::ABOVE_AT_LEAST;

const NANOS_PER_SECOND: f64 = 1e9;

/// Shares that are evenly far apart in nines, from 0 to as many as there are messages enough for.
pub fn nines(messages: f64) -> Vec<f64> {
    const PER_NINE: f64 = 40.0;
    let most = (messages / ABOVE_AT_LEAST).log10().max(0.0);
    let count = (most * PER_NINE).floor() as u32;
    (0..=count).map(|at| 1.0 - 10_f64.powf(-f64::from(at) / PER_NINE)).collect()
}

/// Evenly spaced shares, finer at the end.
pub fn even() -> Vec<f64> {
    let middle = (1..200).map(|at| f64::from(at) / 200.0);
    middle.chain([0.998, 0.999]).collect()
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
        assert!(even().is_sorted());
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
