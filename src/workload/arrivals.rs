//! Arrival processes: from a description and a key to planned instants, in order.

use std::hint::cold_path;
use std::sync::Arc;

use super::rate::Inverse;
use super::{Distribution, RateProfile, Sampler, Trace};
use crate::random::Key;
use crate::time::{Span, Time};
use crate::workload::sampler::exp1_ahead;

/// How messages come.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Independent arrivals; with a changing rate, a non-homogeneous Poisson process.
    Poisson { rate: RateProfile },
    /// Evenly spaced, the first at instant 0; with a changing rate, evenly spaced in expected arrivals.
    Regular { rate: RateProfile },
    /// Independent gaps, the first arrival after the first gap.
    Renewal { gap: Distribution },
    /// Recorded instants.
    Trace(Arc<Trace>),
}

impl Arrivals {
    /// Messages expected until `end`.
    pub fn expected(&self, end: Time) -> f64 {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.expected(end),
            Arrivals::Renewal { gap } => end.seconds() / gap.mean_s(),
            Arrivals::Trace(trace) => trace.count_until(end) as f64,
        }
    }

    /// About how many times a rate changes by plan until `end`.
    pub fn changes(&self, end: Time) -> f64 {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.changes(end),
            Arrivals::Renewal { .. } | Arrivals::Trace(_) => 0.0,
        }
    }

    /// The rate in messages per second, if it is the same for ever.
    pub fn steady_rate(&self) -> Option<f64> {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.is_constant().then(|| rate.first()),
            Arrivals::Renewal { gap } => Some(1.0 / gap.mean_s()),
            Arrivals::Trace(_) => None,
        }
    }

    /// The squared coefficient of variation of the gaps, of a steady process.
    pub fn scv(&self) -> f64 {
        match self {
            Arrivals::Poisson { .. } => 1.0,
            Arrivals::Regular { .. } | Arrivals::Trace(_) => 0.0,
            Arrivals::Renewal { gap } => gap.scv(),
        }
    }

    /// The arrivals that belong to `key`, which names seed, replication and producer.
    pub fn stream(&self, key: Key) -> ArrivalStream<'_> {
        let key = key.name("gap");
        let source = match self {
            Arrivals::Poisson { rate } => Source::Poisson { key, inverse: rate.inverse(), expected: 0.0 },
            Arrivals::Regular { rate } => Source::Regular { inverse: rate.inverse() },
            Arrivals::Renewal { gap } => Source::Renewal { key, gap: gap.sampler(), at: Time::ZERO },
            Arrivals::Trace(trace) => Source::Trace { trace },
        };
        ArrivalStream { source, number: 0, ahead: [Time::NEVER; AHEAD], next: AHEAD }
    }
}

/// Draws that do not wait for each other take a third of the time.
const AHEAD: usize = 16;

/// Planned instants, one after the other. They are drawn some ahead, which changes nothing: a draw belongs to its number.
pub struct ArrivalStream<'a> {
    source: Source<'a>,
    number: u64,
    /// Filled up with [`Time::NEVER`] where the stream ends.
    ahead: [Time; AHEAD],
    /// The place of the next instant in `ahead`.
    next: usize,
}

enum Source<'a> {
    /// Exact inversion: unit exponential steps in expected arrivals (Çınlar 1975, ch. 4.7).
    Poisson {
        key: Key,
        inverse: Inverse<'a>,
        expected: f64,
    },
    Regular {
        inverse: Inverse<'a>,
    },
    Renewal {
        key: Key,
        gap: Sampler,
        at: Time,
    },
    Trace {
        trace: &'a Trace,
    },
}

impl Iterator for ArrivalStream<'_> {
    type Item = Time;

    #[inline]
    fn next(&mut self) -> Option<Time> {
        if self.next == AHEAD {
            self.look_ahead();
        }
        let instant = self.ahead[self.next % AHEAD];
        self.next += 1;
        (instant != Time::NEVER).then_some(instant)
    }
}

impl ArrivalStream<'_> {
    #[inline(never)]
    fn look_ahead(&mut self) {
        let numbers = self.number..self.number + AHEAD as u64;
        self.number = numbers.end;
        self.next = 0;
        self.ahead = [Time::NEVER; AHEAD];
        let places = self.ahead.iter_mut();
        match &mut self.source {
            Source::Poisson { key, inverse, expected } => {
                let gaps: [f64; AHEAD] = exp1_ahead(*key, numbers.start);
                let mut sum = *expected;
                let sums = gaps.into_iter().map(|gap| {
                    sum += gap;
                    sum
                });
                put_inverse(places, inverse, sums);
                *expected = sum;
            }
            Source::Regular { inverse } => put_inverse(places, inverse, numbers.map(|n| n as f64)),
            Source::Renewal { key, gap, at } => {
                let instants = numbers.map(|number| {
                    *at += gap.draw(&mut key.number(number).draws());
                    *at
                });
                places.zip(instants).for_each(put);
            }
            Source::Trace { trace } => places.zip(numbers.map_while(|n| trace.instant(n))).for_each(put),
        }
    }
}

/// Puts the instants by which so many arrivals are expected, until that many never are.
#[inline]
fn put_inverse<'p>(
    places: impl Iterator<Item = &'p mut Time>,
    inverse: &mut Inverse<'_>,
    sums: impl Iterator<Item = f64>,
) {
    match inverse {
        Inverse::Steps(steps) => places.zip(sums.map_while(|sum| steps.instant(sum))).for_each(put),
        Inverse::Curve(curve) => {
            cold_path();
            places.zip(sums.map_while(|sum| curve.instant(sum))).for_each(put);
        }
    }
}

fn put((place, instant): (&mut Time, Time)) {
    *place = instant;
}

/// The span in which `count` messages are expected at a steady rate per second.
pub fn span_of(count: f64, per_second: f64) -> Span {
    Span::from_seconds(count / per_second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Curve;

    /// How many come in each of twelve parts of 50 s.
    fn counts(arrivals: &Arrivals, seed: u64) -> [f64; 12] {
        let mut counts = [0.0; 12];
        let parts = arrivals.stream(Key::of_seed(seed)).map(|at| (at.nanos() / 50_000_000_000) as usize);
        parts.take_while(|part| *part < 12).for_each(|part| counts[part] += 1.0);
        counts
    }

    /// Rates that change in every way, over ten minutes.
    fn profiles() -> Vec<RateProfile> {
        let second = |s: u64| Time::from_nanos(s * 1_000_000_000);
        let span = Span::from_secs;
        let steps = [(second(0), 3.0), (second(100), 0.0), (second(200), 8.0)];
        let line = Curve::line(&[(second(0), 0.0), (second(200), 9.0), (second(300), 0.0), (second(400), 6.0)]);
        let wave = || Curve::wave(5.0, 4.5, span(240), span(70));
        let half_hour = Curve::steps(&[(second(0), 1.0), (second(150), 0.3)]).repeating(span(300));
        vec![
            RateProfile::steps(&steps),
            RateProfile::curve(Curve::steps(&steps).repeating(span(250))),
            RateProfile::curve(line.clone()),
            RateProfile::curve(line.repeating(span(450))),
            RateProfile::curve(wave()),
            RateProfile::curve(Curve::product(vec![
                wave(),
                half_hour,
                Curve::line(&[(second(0), 0.5), (second(600), 2.0)]),
            ])),
        ]
    }

    #[test]
    fn poisson_counts_have_the_mean_and_the_variance_of_each_part_of_a_profile() {
        let runs = 200;
        for rate in profiles() {
            let arrivals = Arrivals::Poisson { rate: rate.clone() };
            let counts: Vec<[f64; 12]> = (0..runs).map(|seed| counts(&arrivals, seed)).collect();
            for part in 0..12 {
                let until = |part: usize| rate.expected(Time::from_nanos(part as u64 * 50_000_000_000));
                let mean = until(part + 1) - until(part);
                let average = counts.iter().map(|c| c[part]).sum::<f64>() / f64::from(runs as u32);
                let squares = counts.iter().map(|c| (c[part] - average).powi(2)).sum::<f64>();
                let variance = squares / (runs - 1) as f64;
                let said = format!("{rate:?}, part {part}: {average} ± {variance}, not {mean}");
                assert!((average - mean).abs() <= 4.5 * (mean / runs as f64).sqrt() + 1e-9, "{said}");
                // Var s² = (μ₄ − σ⁴)/n with μ₄ = λ + 3λ².
                let error = ((mean + 2.0 * mean * mean) / runs as f64).sqrt();
                assert!((variance - mean).abs() <= 4.5 * error + 1e-9, "{said}");
            }
        }
    }

    #[test]
    fn regular_arrivals_keep_to_the_expected_number_at_every_instant() {
        for rate in profiles() {
            let arrivals = Arrivals::Regular { rate: rate.clone() };
            let instants = arrivals.stream(Key::of_seed(1)).take_while(|at| at.seconds() < 600.0);
            let mut number = 0;
            for (n, at) in instants.enumerate() {
                let expected = rate.expected(at);
                assert!((expected - n as f64).abs() < 1e-6, "{rate:?}: {expected} at number {n}");
                number = n + 1;
            }
            assert_eq!(number, rate.expected(Time::from_nanos(600_000_000_000)).ceil() as usize);
        }
    }

    #[test]
    fn regular_arrivals_begin_at_once_and_keep_their_distance() {
        let arrivals = Arrivals::Regular { rate: RateProfile::constant(3.0) };
        let instants: Vec<u64> = arrivals.stream(Key::of_seed(1)).take(4).map(Time::nanos).collect();
        assert_eq!(instants, [0, 333_333_333, 666_666_667, 1_000_000_000]);
    }

    #[test]
    fn a_rate_that_ends_at_zero_ends_the_arrivals() {
        let rate = RateProfile::steps(&[(Time::ZERO, 2.0), (Time::from_nanos(5_000_000_000), 0.0)]);
        let arrivals = Arrivals::Regular { rate };
        assert_eq!(arrivals.stream(Key::of_seed(1)).count(), 10);
    }
}
