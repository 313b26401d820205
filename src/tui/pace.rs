//! How fast a run is watched: seconds of the scenario in a second of whoever watches.

use crate::scenario::Scenario;
use crate::time::{Span, Time};

/// Messages a second that somebody can follow by eye.
const TO_FOLLOW: f64 = 8.0;
/// How long a run that starts and ends is watched.
const TO_SIT_THROUGH_S: f64 = 75.0;
const SLOWEST: f64 = 1e-6;
const FASTEST: f64 = 1e6;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    factor: f64,
    /// As fast as the machine can; the factor is what it comes back to.
    is_full: bool,
}

impl Pace {
    /// `None` if it is no number between a millionth and a million.
    pub fn new(factor: f64) -> Option<Pace> {
        (SLOWEST..=FASTEST).contains(&factor).then_some(Pace { factor, is_full: false })
    }

    pub fn full(self) -> Pace {
        Pace { is_full: true, ..self }
    }

    /// The pace at which a picture explains itself: single messages of what goes on for ever, all of what starts and ends.
    pub fn usual(scenario: &Scenario) -> Pace {
        let duration = scenario.run.duration;
        let wanted = if scenario.is_steady() {
            let end = Time::ZERO + duration;
            let messages: f64 = scenario.producers.iter().map(|producer| producer.arrivals.expected(end)).sum();
            TO_FOLLOW * duration.seconds() / messages
        } else {
            duration.seconds() / TO_SIT_THROUGH_S
        };
        let factor = if wanted.is_finite() && wanted > 0.0 { wanted } else { 1.0 };
        Pace { factor: nearest_step(factor), is_full: false }
    }

    /// The next of 1, 2, 5, 10, …; beyond the fastest, as fast as the machine can.
    pub fn faster(self) -> Pace {
        match steps().find(|step| *step > self.factor * (1.0 + 1e-9)) {
            _ if self.is_full => self,
            Some(factor) => Pace { factor, is_full: false },
            None => self.full(),
        }
    }

    pub fn slower(self) -> Pace {
        let below = steps().filter(|step| *step < self.factor * (1.0 - 1e-9)).last();
        match self.is_full {
            true => Pace { is_full: false, ..self },
            false => Pace { factor: below.unwrap_or(self.factor), is_full: false },
        }
    }

    /// Scenario time that passes while so much real time does; `None` where only the machine says how much.
    pub fn passes(self, real_s: f64) -> Option<Span> {
        (!self.is_full).then(|| Span::from_seconds(real_s * self.factor))
    }

    /// Against a real clock.
    pub fn words(self) -> String {
        match self {
            Pace { is_full: true, .. } => "full speed".to_owned(),
            Pace { factor, .. } if (0.995..1.005).contains(&factor) => "real time".to_owned(),
            Pace { factor, .. } if factor > 1.0 => format!("{} × faster", round(factor)),
            Pace { factor, .. } => format!("{} × slower", round(1.0 / factor)),
        }
    }
}

/// 1, 2 and 5 of every power of ten, from the slowest to the fastest.
fn steps() -> impl Iterator<Item = f64> {
    (-6..=6).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power))).filter(|step| *step <= FASTEST)
}

fn nearest_step(factor: f64) -> f64 {
    let distance = |step: &f64| (step / factor).ln().abs();
    steps().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(1.0)
}

fn round(times: f64) -> String {
    let rounded = if times < 10.0 { (times * 10.0).round() / 10.0 } else { times.round() };
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(factor: f64) -> String {
        Pace::new(factor).unwrap().words()
    }

    #[test]
    fn a_pace_is_told_against_a_real_clock() {
        assert_eq!(words(1.0), "real time");
        assert_eq!(words(0.1), "10 × slower");
        assert_eq!(words(20.0), "20 × faster");
        assert_eq!(words(1.5), "1.5 × faster");
        assert_eq!(Pace::new(1.0).unwrap().full().words(), "full speed");
    }

    #[test]
    fn steps_go_up_and_down_the_same_way_and_end_at_full_speed() {
        let mut pace = Pace::new(SLOWEST).unwrap();
        assert_eq!(pace.slower(), pace);
        for _ in 0..100 {
            let faster = pace.faster();
            assert!(faster == pace || faster.slower() == pace, "{pace:?} {faster:?}");
            pace = faster;
        }
        assert_eq!(pace.words(), "full speed");
        assert_eq!(pace.passes(1.0), None);
    }

    #[test]
    fn what_is_no_pace_is_refused() {
        for factor in [0.0, -1.0, 1e7, f64::NAN] {
            assert_eq!(Pace::new(factor), None);
        }
    }
}
