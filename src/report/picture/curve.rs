//! Distributions of times as lines: what share of messages took at most how long.

use hdrhistogram::Histogram;

use crate::measure::{Measure, Quantity, Stat};
use crate::result::{Outcome, Theory};
use crate::stats::ABOVE_AT_LEAST;

const NANOS_PER_SECOND: f64 = 1e9;

/// Shares that are evenly far apart in nines, from 0 to as many as there are messages enough for.
pub fn nines(messages: f64) -> Vec<f64> {
    const PER_NINE: f64 = 40.0;
    let most = (messages / ABOVE_AT_LEAST).log10().max(0.0);
    let count = (most * PER_NINE).floor() as u32;
    (0..=count).map(|at| 1.0 - 10_f64.powf(-f64::from(at) / PER_NINE)).collect()
}

/// Evenly spaced shares, finer at both ends.
pub fn even() -> Vec<f64> {
    let tail = [0.001, 0.002, 0.005];
    let middle = (1..200).map(|at| f64::from(at) / 200.0);
    let upper = tail.iter().rev().map(|share| 1.0 - share);
    tail.into_iter().chain(middle).chain(upper).collect()
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
pub fn of_theory(theory: &Theory, quantity: Quantity) -> Vec<(f64, f64)> {
    let of = |(measure, exact): (&Measure, &crate::result::Exact)| match measure.stat {
        Stat::Percentile(percentile) if measure.of.is_none() && measure.quantity == quantity => {
            Some((percentile.quantile(), exact.value))
        }
        _ => None,
    };
    let mut points: Vec<(f64, f64)> = theory.measures.iter().filter_map(of).filter(|(_, at)| at.is_finite()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// Half of all, and 99 of 100: by what was measured.
pub fn half_and_most(outcome: &Outcome, quantity: Quantity) -> Option<(f64, f64)> {
    let runs = outcome.measured()?;
    let times = if quantity == Quantity::Wait { &runs.wait } else { &runs.response };
    let points = of_histogram(times, &[0.5, 0.99]);
    Some((points.first()?.1, points.last()?.1))
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
