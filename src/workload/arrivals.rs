//! Arrival processes: from a description and a key to planned instants, in order.

use std::sync::Arc;

use super::rate::Inverse;
use super::{Distribution, RateProfile, Sampler, Trace};
use crate::random::Key;
use crate::time::{Span, Time};
use crate::workload::distribution::exp1_ahead;

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
    /// Clients of whom each thinks, sends, waits until its message has ended, and begins again. What they send is planned
    /// as the run goes; `at_most_per_s` is how many messages that were a second if nobody had to wait.
    Closed { population: u32, think: Distribution, at_most_per_s: f64 },
}

impl Arrivals {
    /// Messages expected until `end`.
    pub fn expected(&self, end: Time) -> f64 {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.expected(end),
            Arrivals::Renewal { gap } => end.seconds() / gap.mean_s(),
            Arrivals::Trace(trace) => trace.count_until(end) as f64,
            Arrivals::Closed { at_most_per_s, .. } => at_most_per_s * end.seconds(),
        }
    }

    /// The rate in messages per second, if it is the same for ever.
    pub fn steady_rate(&self) -> Option<f64> {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.is_constant().then(|| rate.first()),
            Arrivals::Renewal { gap } => Some(1.0 / gap.mean_s()),
            Arrivals::Trace(_) => None,
            Arrivals::Closed { at_most_per_s, .. } => Some(*at_most_per_s),
        }
    }

    /// The squared coefficient of variation of the gaps, of a steady process.
    pub fn scv(&self) -> f64 {
        match self {
            Arrivals::Poisson { .. } | Arrivals::Closed { .. } => 1.0,
            Arrivals::Regular { .. } | Arrivals::Trace(_) => 0.0,
            Arrivals::Renewal { gap } => gap.scv(),
        }
    }

    /// Whether they are clients who wait for the ends of their messages.
    pub fn is_closed(&self) -> bool {
        matches!(self, Arrivals::Closed { .. })
    }

    /// The arrivals that belong to `key`, which names seed, replication and producer.
    pub fn stream(&self, key: Key) -> ArrivalStream<'_> {
        let key = key.name("gap");
        let source = match self {
            Arrivals::Poisson { rate } => Source::Poisson { key, inverse: rate.inverse(), expected: 0.0 },
            Arrivals::Regular { rate } => Source::Regular { inverse: rate.inverse() },
            Arrivals::Renewal { gap } => Source::Renewal { key, gap: gap.sampler(), at: Time::ZERO },
            Arrivals::Trace(trace) => Source::Trace { trace },
            Arrivals::Closed { .. } => Source::Nothing,
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
    Nothing,
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
                let instants = gaps.into_iter().map_while(|gap| {
                    sum += gap;
                    inverse.instant(sum)
                });
                places.zip(instants).for_each(put);
                *expected = sum;
            }
            Source::Regular { inverse } => {
                places.zip(numbers.map_while(|n| inverse.instant(n as f64))).for_each(put);
            }
            Source::Renewal { key, gap, at } => {
                let instants = numbers.map(|number| {
                    *at += gap.draw(&mut key.number(number).draws());
                    *at
                });
                places.zip(instants).for_each(put);
            }
            Source::Nothing => {}
            Source::Trace { trace } => places.zip(numbers.map_while(|n| trace.instant(n))).for_each(put),
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

    fn count(arrivals: &Arrivals, seed: u64, from: u64, until: u64) -> f64 {
        let within = |at: &Time| (from..until).contains(&(at.nanos() / 1_000_000_000));
        arrivals.stream(Key::of_seed(seed)).take_while(|at| at.nanos() < until * 1_000_000_000).filter(within).count()
            as f64
    }

    #[test]
    fn poisson_counts_have_the_mean_and_the_variance_of_each_step() {
        let second = |s: u64| Time::from_nanos(s * 1_000_000_000);
        let rate = RateProfile::steps(&[(second(0), 50.0), (second(10), 0.0), (second(20), 400.0)]);
        let arrivals = Arrivals::Poisson { rate };
        for (from, until, mean) in [(0, 10, 500.0), (10, 20, 0.0), (20, 25, 2000.0)] {
            let counts: Vec<f64> = (0..200).map(|seed| count(&arrivals, seed, from, until)).collect();
            let average = counts.iter().sum::<f64>() / 200.0;
            let variance = counts.iter().map(|c| (c - average).powi(2)).sum::<f64>() / 199.0;
            assert!((average - mean).abs() <= 4.0 * (mean / 200.0_f64).sqrt(), "mean {average}");
            assert!((variance - mean).abs() <= 0.45 * mean, "variance {variance}"); // 4.5 standard errors
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
