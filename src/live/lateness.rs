//! How late messages were sent, or work ended, and whether a run with such lateness is to be believed.

use std::fmt;

use crate::measure::Percentile;
use crate::metrics::Tally;
use crate::result::Lag;
use crate::time::Span;

/// Lateness up to this is never held against a run.
const ALWAYS_ALLOWED: Span = Span::from_nanos(1_000_000);
/// Nor is a tenth of the median response.
const PART_OF_RESPONSE: u64 = 10;

/// Actual minus planned instants in real time, each of them recorded.
#[derive(Clone, Debug, Default)]
pub struct Lateness {
    tally: Tally,
}

/// Whether the generator kept to its plan well enough for the run to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Valid,
    /// The run shows what the generator can do, not what the system can.
    GeneratorBound {
        p99: Span,
        /// The most that was allowed.
        limit: Span,
    },
}

impl Lateness {
    pub fn record(&mut self, late: Span) {
        self.tally.record(late);
    }

    /// Adds what another task recorded.
    pub fn merge(&mut self, mut other: Lateness) {
        self.tally.settle();
        other.tally.settle();
        self.tally.merge(&other.tally);
    }

    pub fn lag(&mut self) -> Lag {
        self.tally.settle();
        let quantiles = self.tally.quantiles([0.5, 0.99].into_iter());
        let [p50, p99] = [0, 1].map(|at| Span::from_seconds(quantiles[at].unwrap_or(0.0)));
        Lag { count: self.tally.count, p50, p99, max: Span::from_nanos(self.tally.max), curve: self.curve() }
    }

    fn curve(&self) -> Vec<(f64, f64)> {
        let shares = Percentile::of_a_curve().map(Percentile::quantile);
        let seconds = self.tally.quantiles(shares.clone());
        shares.zip(seconds).filter_map(|(share, seconds)| Some((share, seconds?))).collect()
    }

    /// A run whose messages were sent later than [`most_allowed`] more than one time in a hundred is invalid.
    pub fn verdict(&mut self, limit: Span) -> Verdict {
        match self.lag().p99 {
            p99 if p99 > limit => Verdict::GeneratorBound { p99, limit },
            _ => Verdict::Valid,
        }
    }
}

/// max(1 ms, 10 % of the median response), both in real time; without a response the first alone.
pub fn most_allowed(response_p50: Option<Span>) -> Span {
    let part = response_p50.map_or(Span::ZERO, |p50| Span::from_nanos(p50.nanos() / PART_OF_RESPONSE));
    part.max(ALWAYS_ALLOWED)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |span: Span| span.seconds() * 1e3;
        match *self {
            Verdict::Valid => f.write_str("valid"),
            Verdict::GeneratorBound { p99, limit } => write!(
                f,
                "invalid: generator-bound: one message in a hundred was sent {:.3} ms late or more, above {:.3} ms \
                 (the larger of 1 ms and 10 % of the median response); publish less, or on a machine with more to spare",
                ms(p99),
                ms(limit),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(micros: u64) -> Span {
        Span::from_nanos(micros * 1000)
    }

    /// Of a thousand messages, so many were so late; the others were in time.
    fn lateness(of_thousand: u64, late: Span) -> Lateness {
        let mut lateness = Lateness::default();
        (0..1000).for_each(|n| lateness.record(if n < of_thousand { late } else { Span::ZERO }));
        lateness
    }

    #[test]
    fn one_in_a_hundred_may_be_later_than_a_millisecond_and_not_two() {
        assert_eq!(lateness(9, micros(5000)).verdict(most_allowed(None)), Verdict::Valid);
        assert_eq!(lateness(1000, micros(1000)).verdict(most_allowed(None)), Verdict::Valid);
        let bound = Verdict::GeneratorBound { p99: micros(5000), limit: micros(1000) };
        assert_eq!(lateness(20, micros(5000)).verdict(most_allowed(None)), bound);
    }

    #[test]
    fn a_tenth_of_a_long_response_is_allowed() {
        assert_eq!(lateness(1000, micros(5000)).verdict(most_allowed(Some(micros(50_000)))), Verdict::Valid);
        let bound = Verdict::GeneratorBound { p99: micros(5000), limit: micros(4900) };
        assert_eq!(lateness(1000, micros(5000)).verdict(most_allowed(Some(micros(49_000)))), bound);
        // … and a short one takes nothing away.
        assert_eq!(lateness(1000, micros(900)).verdict(most_allowed(Some(micros(10)))), Verdict::Valid);
    }

    #[test]
    fn the_verdict_says_how_late_and_what_to_do() {
        let verdict = lateness(1000, micros(3500)).verdict(most_allowed(None));
        assert_eq!(
            verdict.to_string(),
            "invalid: generator-bound: one message in a hundred was sent 3.500 ms late or more, above 1.000 ms (the \
             larger of 1 ms and 10 % of the median response); publish less, or on a machine with more to spare"
        );
    }

    #[test]
    fn tasks_are_added_up_and_not_averaged() {
        let mut all = lateness(10, micros(800));
        all.merge(lateness(0, Span::ZERO));
        all.merge(lateness(990, micros(100)));
        let lag = all.lag();
        assert_eq!((lag.count, lag.p50, lag.max), (3000, Span::ZERO, micros(800)));
        assert_eq!(all.lag().p99.nanos() / 100, 1000); // 0.1 % wide
    }

    #[test]
    fn nothing_sent_is_not_late() {
        assert_eq!(Lateness::default().lag(), Lag::default());
        assert_eq!(Lateness::default().verdict(most_allowed(None)), Verdict::Valid);
    }
}
