//! Arrivals that begin, end or are counted by plan, or of which several come together.

use super::arrivals::ArrivalStream;
use super::{Arrivals, Batch};
use crate::random::Key;
use crate::time::Time;

/// What stands beside a kind of arrivals.
#[derive(Clone, Debug, PartialEq)]
pub struct Shaped {
    /// A rate, and what is steady in it, counts batches.
    pub arrivals: Arrivals,
    /// What would come before does not come. Where no instant is planned by itself, the first gap begins here.
    pub start: Time,
    /// What would come at it or later does not come; [`Time::NEVER`] if there is no stop.
    pub stop: Time,
    /// How many messages come at most; a batch is cut.
    pub limit: Option<u64>,
    pub batch: Batch,
}

impl Shaped {
    /// Whether something begins or ends by plan.
    pub fn is_planned(&self) -> bool {
        self.start > Time::ZERO || self.stop < Time::NEVER || self.limit.is_some()
    }

    /// Messages expected until `end`. With a limit and chance, this is the lesser of limit and expectation.
    pub fn expected(&self, end: Time) -> f64 {
        let arrivals = self.arrivals.expected_from(self.start, end.min(self.stop)) * self.batch.mean();
        self.limit.map_or(arrivals, |limit| arrivals.min(limit as f64))
    }

    /// The dispersion of the messages of independent batches (Cox & Lewis 1966, ch. 4).
    pub fn scv(&self) -> f64 {
        let mean = self.batch.mean();
        self.arrivals.scv() * mean + self.batch.variance() / mean
    }

    pub(super) fn stream(&self, key: Key) -> ShapedStream<'_> {
        ShapedStream {
            shaped: self,
            instants: Box::new(self.arrivals.stream_from(key, self.start)),
            sizes: key.name("batch"),
            arrivals: 0,
            at: Time::ZERO,
            left_at_once: 0,
            left: self.limit.unwrap_or(u64::MAX),
        }
    }
}

pub(super) struct ShapedStream<'a> {
    shaped: &'a Shaped,
    instants: Box<ArrivalStream<'a>>,
    /// The size of a batch belongs to the number of its arrival.
    sizes: Key,
    arrivals: u64,
    at: Time,
    /// Messages of the batch at `at` that are still to come.
    left_at_once: u64,
    left: u64,
}

impl Iterator for ShapedStream<'_> {
    type Item = Time;

    fn next(&mut self) -> Option<Time> {
        if self.left == 0 {
            return None;
        }
        while self.left_at_once == 0 {
            // The last digit of an expectation may lie before the start.
            self.at = self.instants.next().filter(|at| *at < self.shaped.stop)?.max(self.shaped.start);
            self.left_at_once = self.shaped.batch.draw(&mut self.sizes.number(self.arrivals).draws());
            self.arrivals += 1;
        }
        self.left_at_once -= 1;
        self.left -= 1;
        Some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::time::Span;
    use crate::workload::{Curve, Distribution, RateProfile, Trace};

    fn second(seconds: u64) -> Time {
        Time::from_nanos(seconds * 1_000_000_000)
    }

    fn shaped(arrivals: Arrivals) -> Shaped {
        Shaped { arrivals, start: Time::ZERO, stop: Time::NEVER, limit: None, batch: Batch::Fixed(1) }
    }

    fn regular(per_second: f64) -> Arrivals {
        Arrivals::Regular { rate: RateProfile::constant(per_second) }
    }

    fn seconds(shaped: &Shaped) -> Vec<f64> {
        let arrivals = Arrivals::Shaped(Box::new(shaped.clone()));
        arrivals.stream(Key::of_seed(1)).take(20).map(|at| at.seconds()).collect()
    }

    #[test]
    fn regular_arrivals_begin_at_the_start_and_end_before_the_stop() {
        let shaped = Shaped { start: second(10), stop: second(12), ..shaped(regular(2.0)) };
        assert_eq!(seconds(&shaped), [10.0, 10.5, 11.0, 11.5]);
        assert_eq!(shaped.expected(second(11)), 2.0);
        assert_eq!(shaped.expected(second(99)), 4.0);
        assert_eq!(shaped.expected(second(5)), 0.0);
    }

    #[test]
    fn a_profile_and_a_trace_are_cut_and_not_moved() {
        let line = RateProfile::curve(Curve::line(&[(second(0), 0.0), (second(10), 2.0)]));
        let half = Shaped { start: second(5), stop: second(10), ..shaped(Arrivals::Regular { rate: line }) };
        assert_eq!(half.expected(second(99)), 7.5);
        assert_eq!((seconds(&half)[0], seconds(&half).len()), (5.0, 8));
        let trace = Trace::new([0, 3, 6, 9].map(second).to_vec(), Some(Span::from_secs(20)));
        let cut = Shaped { start: second(3), stop: second(24), ..shaped(Arrivals::Trace(Arc::new(trace))) };
        assert_eq!(seconds(&cut), [3.0, 6.0, 9.0, 20.0, 23.0]);
        assert_eq!(cut.expected(second(99)), 5.0);
    }

    #[test]
    fn the_first_gap_of_a_renewal_begins_at_the_start() {
        let gap = Distribution::Constant(Span::from_secs(4));
        let late = Shaped { start: second(10), limit: Some(3), ..shaped(Arrivals::Renewal { gap }) };
        assert_eq!(seconds(&late), [14.0, 18.0, 22.0]);
    }

    #[test]
    fn a_batch_comes_at_one_instant_and_the_limit_counts_messages() {
        let batches = Shaped { batch: Batch::Fixed(3), limit: Some(7), ..shaped(regular(1.0)) };
        assert_eq!(seconds(&batches), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0]);
        assert_eq!(batches.expected(second(2)), 6.0);
        assert_eq!(batches.expected(second(99)), 7.0);
    }

    #[test]
    fn batches_that_may_be_empty_have_the_mean_of_their_messages() {
        let arrivals = Arrivals::Poisson { rate: RateProfile::constant(50.0) };
        let batches = Shaped { batch: Batch::Poisson { mean: 0.4 }, stop: second(400), ..shaped(arrivals) };
        let all = Arrivals::Shaped(Box::new(batches.clone()));
        let count = all.stream(Key::of_seed(5)).count() as f64;
        let error = (batches.expected(second(400)) * batches.scv()).sqrt();
        assert!((count - 8000.0).abs() < 4.5 * error, "{count} ± {error}");
    }

    #[test]
    fn a_size_belongs_to_its_arrival_whatever_came_before() {
        let batch = Batch::Geometric { mean: 3.0 };
        let sizes = |arrivals: Arrivals| {
            let all = Arrivals::Shaped(Box::new(Shaped { batch, ..shaped(arrivals) }));
            let instants: Vec<u64> = all.stream(Key::of_seed(8)).take(200).map(Time::nanos).collect();
            instants.chunk_by(|a, b| a == b).map(<[u64]>::len).take(30).collect::<Vec<_>>()
        };
        assert_eq!(sizes(regular(1.0)), sizes(Arrivals::Poisson { rate: RateProfile::constant(7.0) }));
    }
}
