//! What a clock shows, given how much real time has passed.

use super::{Span, Time};

/// How many seconds of the scenario pass in one real second. It divides every duration and multiplies every rate, and
/// changes nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(f64);

/// Slower or faster is of no use: a day in a tenth of a second, or a second in eleven days.
const LIMIT: f64 = 1e6;

impl Default for Speed {
    fn default() -> Speed {
        Speed::REAL
    }
}

impl Speed {
    /// A second of the scenario is a real one.
    pub const REAL: Speed = Speed(1.0);

    /// From a millionth to a million.
    pub fn new(factor: f64) -> Option<Speed> {
        (1.0 / LIMIT..=LIMIT).contains(&factor).then_some(Speed(factor))
    }

    /// Seconds of the scenario in a real one.
    pub fn factor(self) -> f64 {
        self.0
    }

    /// The instant of the scenario when so much real time has passed. It is rounded down, so that nothing is early.
    pub fn instant(self, passed: Span) -> Time {
        Time::from_nanos((passed.nanos() as f64 * self.0) as u64)
    }

    /// How much real time a span of the scenario takes. It is rounded up, so that only nothing takes none.
    pub fn real(self, span: Span) -> Span {
        Span::from_nanos((span.nanos() as f64 / self.0).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_at_speed_1000_takes_86_seconds() {
        let speed = Speed::new(1000.0).unwrap();
        assert_eq!(speed.real(Span::from_secs(86_400)), Span::from_nanos(86_400_000_000));
        assert_eq!(speed.instant(Span::from_nanos(86_400_000_000)), Time::ZERO + Span::from_secs(86_400));
    }

    #[test]
    fn a_speed_that_is_none_is_refused() {
        for factor in [0.0, -1.0, 1e-7, 1e7, f64::INFINITY, f64::NAN] {
            assert_eq!(Speed::new(factor), None);
        }
    }

    proptest! {
        #[test]
        fn real_time_is_shown_as_it_is(nanos in 0..1_u64 << 53) {
            prop_assert_eq!(Speed::REAL.instant(Span::from_nanos(nanos)).nanos(), nanos);
            prop_assert_eq!(Speed::REAL.real(Span::from_nanos(nanos)).nanos(), nanos);
        }

        #[test]
        fn a_span_of_some_length_takes_some_time(nanos in 1_u64.., factor in 1e-6..1e6_f64) {
            prop_assert!(Speed(factor).real(Span::from_nanos(nanos)) > Span::ZERO);
        }
    }
}
