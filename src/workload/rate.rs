//! A rate over time, and the operational time in which a changing rate becomes one arrival a unit.

use std::sync::Arc;

use super::curve::{self, Curve};
use crate::time::{Span, Time};

/// A rate in arrivals per second over time.
#[derive(Clone, Debug, PartialEq)]
pub struct RateProfile(Shape);

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// Each holds to the next, the last for ever.
    Steps(Vec<Step>),
    Curve(Arc<Curve>),
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
        RateProfile(Shape::Steps(steps))
    }

    /// A curve in arrivals per second; one that is made of steps becomes steps.
    pub fn curve(curve: Curve) -> RateProfile {
        match curve.as_steps() {
            _ if curve.is_constant() => RateProfile::constant(curve.value(Time::ZERO)),
            Some(points) => RateProfile::steps(&points),
            None => RateProfile(Shape::Curve(Arc::new(curve))),
        }
    }

    pub fn is_constant(&self) -> bool {
        match &self.0 {
            Shape::Steps(steps) => steps.iter().all(|step| step.per_second == steps[0].per_second),
            Shape::Curve(_) => false,
        }
    }

    /// The rate at the beginning, in arrivals per second.
    pub fn first(&self) -> f64 {
        match &self.0 {
            Shape::Steps(steps) => steps[0].per_second,
            Shape::Curve(curve) => curve.value(Time::ZERO),
        }
    }

    /// The instant of the last change; `None` for a constant rate, and for one that changes for ever.
    pub fn last_change(&self) -> Option<Time> {
        match &self.0 {
            Shape::Steps(steps) => (steps.len() > 1).then(|| steps[steps.len() - 1].from),
            Shape::Curve(curve) => curve.last_change(),
        }
    }

    /// The highest rate before `end`, in arrivals per second; of a product, within about a thousandth.
    pub fn peak(&self, end: Time) -> f64 {
        match &self.0 {
            Shape::Steps(steps) => {
                steps.iter().filter(|step| step.from < end).map(|step| step.per_second).fold(0.0, f64::max)
            }
            Shape::Curve(curve) => curve.peak(end),
        }
    }

    /// Expected arrivals from the beginning until `end`.
    pub fn expected(&self, end: Time) -> f64 {
        match &self.0 {
            Shape::Steps(steps) => {
                let step = &steps[steps.partition_point(|step| step.from <= end).max(1) - 1];
                step.before + step.per_second * end.since(step.from).seconds()
            }
            Shape::Curve(curve) => curve.area(end),
        }
    }

    /// About how many times the rate changes until `end`.
    pub fn changes(&self, end: Time) -> f64 {
        match &self.0 {
            Shape::Steps(steps) => steps.len() as f64,
            Shape::Curve(curve) => curve.pieces(end),
        }
    }

    /// A cursor that turns expected arrivals into instants, in order.
    pub fn inverse(&self) -> Inverse<'_> {
        match &self.0 {
            Shape::Steps(steps) => Inverse::Steps(StepsInverse::new(steps)),
            Shape::Curve(curve) => Inverse::Curve(curve.inverse()),
        }
    }
}

/// The inverse of the expected number of arrivals, asked with numbers that never fall. Whoever asks often looks once
/// which of the two it is.
pub enum Inverse<'a> {
    Steps(StepsInverse<'a>),
    Curve(curve::Inverse<'a>),
}

impl Inverse<'_> {
    /// The instant by which `expected` arrivals are expected; `None` if that many never are.
    pub fn instant(&mut self, expected: f64) -> Option<Time> {
        match self {
            Inverse::Steps(steps) => steps.instant(expected),
            Inverse::Curve(curve) => curve.instant(expected),
        }
    }
}

/// The inverse of steps.
pub struct StepsInverse<'a> {
    /// The steps after the one that holds.
    later: &'a [Step],
    from: Time,
    before: f64,
    /// As many arrivals are not expected before the next step; none are if the rate is zero for ever.
    until: f64,
    nanos_per_arrival: f64,
}

impl<'a> StepsInverse<'a> {
    fn new(steps: &'a [Step]) -> StepsInverse<'a> {
        let mut inverse =
            StepsInverse { later: steps, from: Time::ZERO, before: 0.0, until: 0.0, nanos_per_arrival: 0.0 };
        inverse.pass_steps(0.0);
        inverse
    }

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
