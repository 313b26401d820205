//! How long a message that failed is kept from delivery: a law of the number of failures, and jitter.

use crate::random::{Key, uniform};
use crate::time::Span;
use crate::workload::{Distribution, Sampler};

#[derive(Clone, Debug, PartialEq)]
pub struct Delay {
    pub law: DelayLaw,
    pub jitter: Jitter,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DelayLaw {
    /// Always as long; zero is no delay.
    Constant(Span),
    Drawn(Distribution),
    /// A step more after each failure.
    Linear {
        step: Span,
        at_most: Span,
    },
    /// Longer by a factor after each failure.
    Backoff {
        first: Span,
        factor: f64,
        at_most: Span,
    },
    /// One after the other; the last repeats. Never empty.
    List(Vec<Span>),
}

/// By how much a delay is shortened, evenly drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Jitter {
    None,
    /// By up to this share of the delay, above 0 and at most 1; with 1 it is anything from nothing to the whole
    /// (Brooker 2015, "full jitter"; with a half it is his "equal jitter").
    Share(f64),
}

impl Delay {
    pub const NONE: Delay = Delay::constant(Span::ZERO);

    pub const fn constant(span: Span) -> Delay {
        Delay { law: DelayLaw::Constant(span), jitter: Jitter::None }
    }

    /// Whether there is none, ever.
    pub fn is_none(&self) -> bool {
        self.law == DelayLaw::Constant(Span::ZERO)
    }

    /// The delay, if it is always as long.
    pub fn constant_span(&self) -> Option<Span> {
        match self {
            Delay { law: DelayLaw::Constant(span), jitter: Jitter::None } => Some(*span),
            _ => None,
        }
    }

    /// Whether two delays of one queue may differ, so that the first to begin need not be the first to end.
    pub fn varies(&self) -> bool {
        self.constant_span().is_none()
    }

    /// Whether a delay may take no time at all.
    pub fn can_be_zero(&self) -> bool {
        let law = match &self.law {
            DelayLaw::Constant(span) => *span == Span::ZERO,
            DelayLaw::Drawn(distribution) => distribution.can_be_zero(),
            DelayLaw::Linear { step, at_most } => *step == Span::ZERO || *at_most == Span::ZERO,
            DelayLaw::Backoff { first, at_most, .. } => *first == Span::ZERO || *at_most == Span::ZERO,
            DelayLaw::List(spans) => spans.contains(&Span::ZERO),
        };
        law || self.jitter == Jitter::Share(1.0)
    }

    pub(super) fn sampler(&self) -> Option<Sampler> {
        match &self.law {
            DelayLaw::Drawn(distribution) => Some(distribution.sampler()),
            _ => None,
        }
    }

    /// The delay after so many failures, at least one, for whom it is seldom asked.
    pub fn before_try(&self, failures: u32, key: Key) -> Span {
        self.after(failures, self.sampler().as_ref(), key)
    }

    /// The delay after so many failures, at least one. `sampler` is that of a law that is drawn.
    pub(super) fn after(&self, failures: u32, sampler: Option<&Sampler>, key: Key) -> Span {
        let span = match &self.law {
            DelayLaw::Constant(span) => *span,
            DelayLaw::Drawn(_) => sampler.map_or(Span::ZERO, |sampler| sampler.draw(&mut key.name("law").draws())),
            DelayLaw::Linear { step, at_most } => step.saturating_mul(u64::from(failures)).min(*at_most),
            DelayLaw::Backoff { first, factor, at_most } => {
                let exponent = i32::try_from(failures.saturating_sub(1)).unwrap_or(i32::MAX);
                Span::from_nanos_f64(first.nanos() as f64 * factor.powi(exponent)).min(*at_most)
            }
            DelayLaw::List(spans) => spans[(failures as usize).clamp(1, spans.len()) - 1],
        };
        match self.jitter {
            Jitter::None => span,
            Jitter::Share(share) => {
                let shortened = 1.0 - share * uniform(&mut key.name("jitter").draws());
                Span::from_nanos_f64(span.nanos() as f64 * shortened)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(law: DelayLaw, failures: &[u32]) -> Vec<u64> {
        let delay = Delay { law, jitter: Jitter::None };
        let of = |n: &u32| delay.after(*n, delay.sampler().as_ref(), Key::of_seed(1)).nanos();
        failures.iter().map(of).collect()
    }

    fn nanos(nanos: u64) -> Span {
        Span::from_nanos(nanos)
    }

    #[test]
    fn every_law_grows_as_it_says_and_stops_at_the_most() {
        let linear = DelayLaw::Linear { step: nanos(10), at_most: nanos(25) };
        assert_eq!(after(linear, &[1, 2, 3, u32::MAX]), [10, 20, 25, 25]);
        let backoff = DelayLaw::Backoff { first: nanos(10), factor: 2.0, at_most: nanos(50) };
        assert_eq!(after(backoff, &[1, 2, 3, 4, u32::MAX]), [10, 20, 40, 50, 50]);
        assert_eq!(after(DelayLaw::List(vec![nanos(7), nanos(3)]), &[1, 2, 3, u32::MAX]), [7, 3, 3, 3]);
    }

    #[test]
    fn jitter_takes_off_up_to_its_share_and_half_of_that_on_average() {
        let delay = Delay { law: DelayLaw::Constant(nanos(1_000_000)), jitter: Jitter::Share(0.4) };
        let n = 20_000;
        let draws: Vec<u64> = (0..n).map(|i| delay.after(1, None, Key::of_seed(i)).nanos()).collect();
        assert!(draws.iter().all(|span| (600_000..=1_000_000).contains(span)));
        let mean = draws.iter().sum::<u64>() as f64 / n as f64;
        // The standard deviation of one is 400,000/√12 = 115,470.
        assert!((mean - 800_000.0).abs() < 4.0 * 115_470.0 / (n as f64).sqrt(), "{mean}");
    }
}
