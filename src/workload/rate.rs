//! A rate over time, and the operational time in which a changing rate becomes one arrival a unit.

use crate::time::{Span, Time};

/// A rate in arrivals per second that holds from each point to the next, and after the last for ever.
#[derive(Clone, Debug, PartialEq)]
pub struct RateProfile {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    from: Time,
    per_second: f64,
    /// Expected arrivals before `from`.
    before: f64,
}

impl RateProfile {
    /// The same rate for ever, in arrivals per second.
    pub fn constant(per_second: f64) -> RateProfile {
        RateProfile::steps(&[(Time::ZERO, per_second)])
    }

    /// Before its first point a profile has the first rate.
    ///
    /// # Panics
    /// If there is no point, if the points are not in order, or if a rate is negative or not finite.
    pub fn steps(points: &[(Time, f64)]) -> RateProfile {
        assert!(!points.is_empty(), "a rate needs at least one point");
        let mut steps: Vec<Step> = Vec::with_capacity(points.len());
        for &(at, per_second) in points {
            assert!(per_second >= 0.0 && per_second.is_finite(), "a rate of {per_second} a second");
            match steps.last() {
                None => steps.push(Step { from: Time::ZERO, per_second, before: 0.0 }),
                Some(last) => {
                    assert!(last.from < at, "points of a rate must be in order of time");
                    let before = last.before + last.per_second * (at - last.from).seconds();
                    steps.push(Step { from: at, per_second, before });
                }
            }
        }
        RateProfile { steps }
    }

    pub fn is_constant(&self) -> bool {
        self.steps.iter().all(|step| step.per_second == self.steps[0].per_second)
    }

    /// The rate at the beginning, in arrivals per second.
    pub fn first(&self) -> f64 {
        self.steps[0].per_second
    }

    /// The instant of the last step; `None` for a constant rate.
    pub fn last_change(&self) -> Option<Time> {
        (self.steps.len() > 1).then(|| self.steps[self.steps.len() - 1].from)
    }

    /// The highest rate before `end`, in arrivals per second.
    pub fn peak(&self, end: Time) -> f64 {
        self.steps.iter().filter(|step| step.from < end).map(|step| step.per_second).fold(0.0, f64::max)
    }

    /// Expected arrivals from the beginning until `end`.
    pub fn expected(&self, end: Time) -> f64 {
        let step = self.steps.iter().rev().find(|step| step.from <= end).unwrap_or(&self.steps[0]);
        step.before + step.per_second * end.since(step.from).seconds()
    }

    /// A cursor that turns expected arrivals into instants, in order.
    pub fn inverse(&self) -> Inverse<'_> {
        let mut inverse =
            Inverse { later: &self.steps, from: Time::ZERO, before: 0.0, until: 0.0, nanos_per_arrival: 0.0 };
        inverse.pass_steps(0.0);
        inverse
    }
}

/// The inverse of the expected number of arrivals, asked with numbers that never fall.
pub struct Inverse<'a> {
    /// The steps after the one that holds.
    later: &'a [Step],
    from: Time,
    before: f64,
    /// As many arrivals are not expected before the next step; none are if the rate is zero for ever.
    until: f64,
    nanos_per_arrival: f64,
}

impl Inverse<'_> {
    /// The instant by which `expected` arrivals are expected; `None` if that many never are.
    #[inline]
    pub fn instant(&mut self, expected: f64) -> Option<Time> {
        if expected >= self.until && !self.pass_steps(expected) {
            return None;
        }
        Some(self.from + Span::from_nanos_f64((expected - self.before) * self.nanos_per_arrival))
    }

    /// Goes on to the step that holds when `expected` arrivals are; whether they ever are.
    #[cold]
    fn pass_steps(&mut self, expected: f64) -> bool {
        while let [step, later @ ..] = self.later
            && expected >= step.before
        {
            self.later = later;
            (self.from, self.before) = (step.from, step.before);
            self.nanos_per_arrival = 1e9 / step.per_second;
            self.until = match later {
                [next, ..] => next.before,
                [] if step.per_second > 0.0 => f64::INFINITY,
                [] => step.before,
            };
        }
        expected < self.until
    }
}
