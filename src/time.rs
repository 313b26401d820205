//! Instants and lengths of scenario time, in whole nanoseconds.
//!
//! Whole numbers make every sum exact, so that accounts and Little's law can be held to zero.
//! The largest instant is about 584 years; arithmetic stops there instead of wrapping.

mod speed;

pub use speed::Speed;

use std::fmt;
use std::hint::cold_path;
use std::ops::{Add, AddAssign, Sub};

const NANOS_PER_SECOND: f64 = 1e9;

/// An instant: nanoseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Time {
    pub const ZERO: Time = Time(0);
    /// Later than everything that happens.
    pub const NEVER: Time = Time(u64::MAX);

    pub const fn from_nanos(nanos: u64) -> Time {
        Time(nanos)
    }

    pub const fn nanos(self) -> u64 {
        self.0
    }

    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub const fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    pub const ZERO: Span = Span(0);
    pub const MAX: Span = Span(u64::MAX);

    pub const fn from_nanos(nanos: u64) -> Span {
        Span(nanos)
    }

    pub const fn from_secs(seconds: u64) -> Span {
        Span(seconds.saturating_mul(1_000_000_000))
    }

    /// Rounds to the nearest nanosecond; negative and NaN become zero, too long becomes the longest.
    pub fn from_seconds(seconds: f64) -> Span {
        Span::from_nanos_f64(seconds * NANOS_PER_SECOND)
    }

    /// Rounds to the nearest nanosecond, as [`Span::from_seconds`] does.
    #[inline]
    pub fn from_nanos_f64(nanos: f64) -> Span {
        /// From here on every number is whole.
        const WHOLE: f64 = (1_u64 << 52) as f64;
        // One comparison takes out what is negative, too large or none; a cast of all takes five times the instructions.
        if nanos.to_bits() >= WHOLE.to_bits() {
            cold_path();
            return Span(nanos as u64);
        }
        // The sum has no bits for a fraction, and rounds it away.
        Span((nanos + WHOLE).to_bits() - WHOLE.to_bits())
    }

    pub const fn nanos(self) -> u64 {
        self.0
    }

    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND
    }

    pub const fn saturating_sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }

    pub const fn saturating_mul(self, factor: u64) -> Span {
        Span(self.0.saturating_mul(factor))
    }
}

impl Add<Span> for Time {
    type Output = Time;

    #[inline]
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Span;

    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub<Time> for Time {
    type Output = Span;

    /// # Panics
    /// In debug builds, if `earlier` is later than `self`.
    #[inline]
    fn sub(self, earlier: Time) -> Span {
        debug_assert!(self.0 >= earlier.0, "{self:?} is before {earlier:?}");
        Span(self.0.wrapping_sub(earlier.0))
    }
}

/// The units a span is written in, largest first, with their lengths in nanoseconds.
pub const UNITS: [(&str, u64); 8] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
    ("µs", 1_000),
];

/// As a scenario writes it: the largest unit that leaves a whole number, such as `90s` or `1500us`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let (unit, nanos) = UNITS
            .into_iter()
            .find(|(_, nanos)| self.0.is_multiple_of(*nanos))
            .expect("every whole number is a multiple of one nanosecond");
        write!(f, "{}{unit}", self.0 / nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_shown_in_the_largest_unit_that_leaves_a_whole_number() {
        let show = |nanos| Span::from_nanos(nanos).to_string();
        assert_eq!(show(90_000_000_000), "90s");
        assert_eq!(show(1_500_000), "1500us");
        assert_eq!(show(7_200_000_000_000), "2h");
        assert_eq!(show(0), "0s");
    }

    #[test]
    fn nanoseconds_are_rounded_to_the_nearest() {
        let powers = (-60..70).map(|power| 2.0_f64.powi(power));
        let around = powers.flat_map(|x| [x - 0.5, x.next_down(), x, x.next_up(), x + 0.5, x * 1.3, -x]);
        for nanos in around.chain([0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]) {
            let nearest = nanos.round_ties_even() as u64;
            assert_eq!(Span::from_nanos_f64(nanos).nanos(), nearest, "of {nanos}");
        }
    }

    #[test]
    fn seconds_that_no_span_can_hold_become_the_nearest_that_can() {
        assert_eq!(Span::from_seconds(-1.0), Span::ZERO);
        assert_eq!(Span::from_seconds(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_seconds(f64::INFINITY), Span::MAX);
        assert_eq!(Time::NEVER + Span::from_secs(1), Time::NEVER);
    }
}
