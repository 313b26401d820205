//! Arrival processes: from a description and a key to planned instants, in order.

use std::hint::cold_path;
use std::sync::Arc;

use super::bursts::Path;
use super::changed::Changed;
use super::rate::Inverse;
use super::shaped::ShapedStream;
use super::{Bursts, Distribution, RateProfile, Sampler, Shaped, Trace};
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
    /// Clients of whom each thinks, sends, waits until its message has ended, and begins again. What they send is planned
    /// as the run goes; `at_most_per_s` is how many messages that were a second if nobody had to wait.
    Closed { population: u32, think: Distribution, at_most_per_s: f64 },
    /// Poisson arrivals whose rate jumps at random.
    Bursts(Bursts),
    /// One of the others, with what stands beside it.
    Shaped(Box<Shaped>),
}

impl Arrivals {
    /// Messages expected until `end`.
    pub fn expected(&self, end: Time) -> f64 {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.expected(end),
            Arrivals::Renewal { gap } => end.seconds() / gap.mean_s(),
            Arrivals::Trace(trace) => trace.count_until(end) as f64,
            Arrivals::Closed { at_most_per_s, .. } => at_most_per_s * end.seconds(),
            Arrivals::Bursts(bursts) => bursts.mean_rate() * end.seconds(),
            Arrivals::Shaped(shaped) => shaped.expected(end),
        }
    }

    /// Arrivals expected until `end`, of which none come before `start`.
    pub(super) fn expected_from(&self, start: Time, end: Time) -> f64 {
        (self.expected(end) - self.expected(start)).max(0.0)
    }

    /// The work that a message carries, if it is recorded; messages are counted from 0.
    pub fn work(&self, number: u64) -> Option<f64> {
        self.recorded(number, Trace::work)
    }

    /// The size that a message carries in bytes, if it is recorded; messages are counted from 0.
    pub fn size(&self, number: u64) -> Option<f64> {
        self.recorded(number, Trace::size)
    }

    fn recorded(&self, number: u64, of: impl Fn(&Trace, u64) -> Option<f64>) -> Option<f64> {
        match self {
            Arrivals::Trace(trace) => of(trace, number),
            // Nothing is recorded of what comes in batches.
            Arrivals::Shaped(shaped) => match &shaped.arrivals {
                Arrivals::Trace(trace) => of(trace, trace.count_until(shaped.start) + number),
                _ => None,
            },
            _ => None,
        }
    }

    /// About how many times a rate changes by plan until `end`.
    pub fn changes(&self, end: Time) -> f64 {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.changes(end),
            Arrivals::Renewal { .. } | Arrivals::Trace(_) | Arrivals::Closed { .. } => 0.0,
            Arrivals::Bursts(bursts) => {
                let round: f64 = bursts.states.iter().map(|state| state.stay_s).sum();
                end.seconds() / round * bursts.states.len() as f64
            }
            Arrivals::Shaped(shaped) => shaped.arrivals.changes(end),
        }
    }

    /// The rate in messages per second, if it is the same for ever.
    pub fn steady_rate(&self) -> Option<f64> {
        match self {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => rate.is_constant().then(|| rate.first()),
            Arrivals::Renewal { gap } => Some(1.0 / gap.mean_s()),
            Arrivals::Trace(_) => None,
            Arrivals::Closed { at_most_per_s, .. } => Some(*at_most_per_s),
            Arrivals::Bursts(bursts) => Some(bursts.mean_rate()),
            Arrivals::Shaped(shaped) if shaped.is_planned() => None,
            Arrivals::Shaped(shaped) => Some(shaped.arrivals.steady_rate()? * shaped.batch.mean()),
        }
    }

    /// The squared coefficient of variation of the gaps of a steady process; where gaps depend on one another, the
    /// variance of the count over its mean in the long run, which of independent gaps is the same.
    pub fn scv(&self) -> f64 {
        match self {
            Arrivals::Poisson { .. } | Arrivals::Closed { .. } => 1.0,
            Arrivals::Regular { .. } | Arrivals::Trace(_) => 0.0,
            Arrivals::Renewal { gap } => gap.scv(),
            Arrivals::Bursts(bursts) => bursts.dispersion(),
            Arrivals::Shaped(shaped) => shaped.scv(),
        }
    }

    /// Whether they are clients who wait for the ends of their messages.
    pub fn is_closed(&self) -> bool {
        matches!(self, Arrivals::Closed { .. })
    }

    /// The arrivals that belong to `key`, which names seed, replication and producer.
    pub fn stream(&self, key: Key) -> ArrivalStream<'_> {
        self.stream_from(key, Time::ZERO)
    }

    /// The arrivals of which none come before `start`. Profiles and traces are cut there; gaps begin there.
    pub(super) fn stream_from(&self, producer: Key, start: Time) -> ArrivalStream<'_> {
        let key = producer.name("gap");
        let source = match self {
            Arrivals::Poisson { rate } => {
                Source::Poisson { key, inverse: rate.inverse(), expected: rate.expected(start) }
            }
            Arrivals::Regular { rate } => Source::Regular { inverse: rate.inverse(), before: rate.expected(start) },
            Arrivals::Renewal { gap } => Source::Renewal { key, gap: gap.sampler(), at: start },
            Arrivals::Trace(trace) => Source::Trace { trace, left_out: trace.count_until(start) },
            Arrivals::Bursts(bursts) => {
                let path = bursts.path(producer.name("states"), start);
                Source::Bursts { key, path: Box::new(path), expected: 0.0 }
            }
            Arrivals::Shaped(shaped) => Source::Shaped(Box::new(shaped.stream(producer))),
            Arrivals::Closed { .. } => Source::Nothing,
        };
        ArrivalStream { source, number: 0, ahead: [Time::NEVER; AHEAD], next: AHEAD }
    }
}

/// Draws that do not wait for each other take a third of the time.
pub(super) const AHEAD: usize = 16;

/// Planned instants, one after the other. They are drawn some ahead, which changes nothing: a draw belongs to its number.
pub struct ArrivalStream<'a> {
    pub(super) source: Source<'a>,
    pub(super) number: u64,
    /// Filled up with [`Time::NEVER`] where the stream ends.
    pub(super) ahead: [Time; AHEAD],
    /// The place of the next instant in `ahead`.
    pub(super) next: usize,
}

pub(super) enum Source<'a> {
    /// Exact inversion: unit exponential steps in expected arrivals (Çınlar 1975, ch. 4.7).
    Poisson {
        key: Key,
        inverse: Inverse<'a>,
        expected: f64,
    },
    Regular {
        inverse: Inverse<'a>,
        before: f64,
    },
    Renewal {
        key: Key,
        gap: Sampler,
        at: Time,
    },
    Trace {
        trace: &'a Trace,
        /// How many instants before the start are left out.
        left_out: u64,
    },
    Nothing,
    Bursts {
        key: Key,
        path: Box<Path<'a>>,
        expected: f64,
    },
    Shaped(Box<ShapedStream<'a>>),
    /// By hand.
    Changed(Box<Changed<'a>>),
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
    /// The instant that was handed out last; none before the first, and after the end.
    pub(super) fn handed_out_last(&self) -> Option<Time> {
        let last = self.ahead[self.next.checked_sub(1)?];
        (last != Time::NEVER).then_some(last)
    }

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
            Source::Regular { inverse, before } => {
                put_inverse(places, inverse, numbers.map(|n| *before + n as f64));
            }
            Source::Renewal { key, gap, at } => {
                let instants = numbers.map(|number| {
                    *at += gap.draw(&mut key.number(number).draws());
                    *at
                });
                places.zip(instants).for_each(put);
            }
            Source::Nothing => {}
            Source::Trace { trace, left_out } => {
                places.zip(numbers.map_while(|n| trace.instant(*left_out + n))).for_each(put);
            }
            Source::Bursts { key, path, expected } => {
                let gaps: [f64; AHEAD] = exp1_ahead(*key, numbers.start);
                let instants = gaps.into_iter().map_while(|gap| {
                    *expected += gap;
                    path.instant(*expected)
                });
                places.zip(instants).for_each(put);
            }
            Source::Shaped(stream) => places.zip(stream).for_each(put),
            Source::Changed(changed) => places.zip(changed).for_each(put),
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
