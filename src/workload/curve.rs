//! Values over time that are lines, waves or products, or come round again; their areas, and where an area is reached.
//!
//! A curve is cut into pieces in which it is smooth. The area under a piece is known in closed form, or, of a product, by
//! Gauss and Legendre's rule with eight points: exact for products of up to fifteen lines, and to the last digits for
//! waves, of which a piece is an eighth.

use std::f64::consts::{PI, TAU};

use crate::time::{Span, Time};

/// A cursor that passes so many pieces in which nothing is expected has come to where nothing ever is.
const MOST_PIECES: u32 = 1_000_000;

/// Values that are never negative: rates per second, or factors of such.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    shape: Shape,
    repeat: Option<Span>,
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Points(Vec<Point>),
    Wave(Wave),
    Product(Vec<Curve>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    from: Time,
    value: f64,
    per_second: f64,
}

/// mean + amplitude cos(2π (t − peak_at) / period).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wave {
    mean: f64,
    amplitude: f64,
    period: Span,
    peak_at: Span,
}

impl Curve {
    pub fn constant(value: f64) -> Curve {
        Curve::steps(&[(Time::ZERO, value)])
    }

    /// Each value holds until the next point, the first also before its own, the last for ever.
    ///
    /// # Panics
    /// If there is no point, if points are not in order, or if a value is negative or not finite.
    pub fn steps(points: &[(Time, f64)]) -> Curve {
        check(points);
        let mut points: Vec<Point> =
            points.iter().map(|&(from, value)| Point { from, value, per_second: 0.0 }).collect();
        points[0].from = Time::ZERO;
        Curve { shape: Shape::Points(points), repeat: None }
    }

    /// Straight lines from point to point, level before the first and after the last.
    ///
    /// # Panics
    /// As [`Curve::steps`] does.
    pub fn line(points: &[(Time, f64)]) -> Curve {
        check(points);
        let slope = |two: &[(Time, f64)]| (two[1].1 - two[0].1) / (two[1].0 - two[0].0).seconds();
        let mut pieces: Vec<Point> = Vec::with_capacity(points.len() + 1);
        if points[0].0 > Time::ZERO {
            pieces.push(Point { from: Time::ZERO, value: points[0].1, per_second: 0.0 });
        }
        let slopes = points.windows(2).map(slope).chain([0.0]);
        pieces.extend(points.iter().zip(slopes).map(|(&(from, value), per_second)| Point { from, value, per_second }));
        Curve { shape: Shape::Points(pieces), repeat: None }
    }

    /// mean + amplitude · cos(2π (t − peak_at) / period).
    ///
    /// # Panics
    /// If the amplitude is above the mean or below zero, or if the period is shorter than 1 µs.
    pub fn wave(mean: f64, amplitude: f64, period: Span, peak_at: Span) -> Curve {
        assert!((0.0..=mean).contains(&amplitude) && mean.is_finite(), "a wave of {mean} ± {amplitude}");
        assert!(period.nanos() >= 1000, "a wave's period of {period}");
        Curve { shape: Shape::Wave(Wave { mean, amplitude, period, peak_at }), repeat: None }
    }

    pub fn product(factors: Vec<Curve>) -> Curve {
        Curve { shape: Shape::Product(factors), repeat: None }
    }

    /// After each such span the curve begins again.
    ///
    /// # Panics
    /// If the span is zero.
    pub fn repeating(self, every: Span) -> Curve {
        assert!(every > Span::ZERO, "a curve repeats after some time");
        Curve { repeat: Some(every), ..self }
    }

    /// The points of steps that do not repeat.
    pub fn as_steps(&self) -> Option<Vec<(Time, f64)>> {
        match &self.shape {
            Shape::Points(points) if self.repeat.is_none() && points.iter().all(|point| point.per_second == 0.0) => {
                Some(points.iter().map(|point| (point.from, point.value)).collect())
            }
            _ => None,
        }
    }

    pub fn is_constant(&self) -> bool {
        match &self.shape {
            Shape::Points(points) => points.iter().all(|p| p.per_second == 0.0 && p.value == points[0].value),
            Shape::Wave(wave) => wave.amplitude == 0.0,
            Shape::Product(factors) => factors.iter().all(Curve::is_constant),
        }
    }

    /// The instant of the last point; `None` if there is no end of changes, or no change.
    pub fn last_change(&self) -> Option<Time> {
        match &self.shape {
            _ if self.is_constant() || self.repeat.is_some() => None,
            Shape::Points(points) => Some(points[points.len() - 1].from),
            Shape::Wave(_) => None,
            Shape::Product(factors) => {
                let changing = || factors.iter().filter(|factor| !factor.is_constant());
                changing()
                    .all(|factor| factor.last_change().is_some())
                    .then(|| changing().filter_map(Curve::last_change).max())?
            }
        }
    }

    /// The value at an instant; where it jumps, the one after.
    pub fn value(&self, at: Time) -> f64 {
        let at = self.in_round(at);
        match &self.shape {
            Shape::Points(points) => {
                let point = point_at(points, at);
                (point.value + point.per_second * at.since(point.from).seconds()).max(0.0)
            }
            Shape::Wave(wave) => (wave.mean + wave.amplitude * wave.phase(at).cos()).max(0.0),
            Shape::Product(factors) => factors.iter().map(|factor| factor.value(at)).product(),
        }
    }

    /// The highest value before `end`; of a product, within about a thousandth.
    pub fn peak(&self, end: Time) -> f64 {
        let round = match (&self.shape, self.repeat) {
            (_, Some(every)) => Time::ZERO + every,
            (Shape::Wave(wave), _) => Time::ZERO + wave.period,
            _ => Time::NEVER,
        };
        let (mut from, end) = (Time::ZERO, end.min(round));
        let mut peak = 0.0_f64;
        while from < end {
            let to = self.piece_end(from).min(end);
            let length = to.since(from).nanos();
            let sampled = (0..=8).map(|part| from + Span::from_nanos((length - 1) / 8 * part));
            peak = sampled.chain([Time::from_nanos(to.nanos() - 1)]).map(|at| self.value(at)).fold(peak, f64::max);
            from = to;
        }
        match &self.shape {
            Shape::Wave(wave) if self.peak_instant(wave) < end => wave.mean + wave.amplitude,
            _ => peak,
        }
    }

    fn peak_instant(&self, wave: &Wave) -> Time {
        Time::from_nanos(wave.peak_at.nanos() % wave.period.nanos())
    }

    /// The area from the beginning until `end`.
    pub fn area(&self, end: Time) -> f64 {
        match self.repeat {
            None => self.area_once(end),
            Some(every) => {
                let rounds = (end.nanos() / every.nanos()) as f64;
                let whole = if rounds > 0.0 { rounds * self.area_once(Time::ZERO + every) } else { 0.0 };
                whole + self.area_once(self.in_round(end))
            }
        }
    }

    /// The area of the first round.
    fn area_once(&self, end: Time) -> f64 {
        if let Shape::Wave(wave) = &self.shape {
            return wave.area(Time::ZERO, end.seconds());
        }
        let (mut from, mut area) = (Time::ZERO, 0.0);
        while from < end {
            let to = self.piece_end(from).min(end);
            area += self.area_within(from, to.since(from).seconds());
            from = to;
        }
        area
    }

    /// About how many pieces there are until `end`.
    pub fn pieces(&self, end: Time) -> f64 {
        let round = self.repeat.map_or(end, |every| end.min(Time::ZERO + every));
        let in_round = match &self.shape {
            Shape::Points(points) => points.len() as f64,
            Shape::Wave(wave) => round.seconds() / wave.period.seconds() * 8.0 + 1.0,
            Shape::Product(factors) => factors.iter().map(|factor| factor.pieces(round)).sum(),
        };
        in_round * self.repeat.map_or(1.0, |every| (end.seconds() / every.seconds()).max(1.0))
    }

    fn in_round(&self, at: Time) -> Time {
        self.repeat.map_or(at, |every| Time::from_nanos(at.nanos() % every.nanos()))
    }

    /// Where the piece ends that holds at an instant; [`Time::NEVER`] if it is level for ever.
    fn piece_end(&self, at: Time) -> Time {
        let local = self.in_round(at);
        let end = match &self.shape {
            Shape::Points(points) => {
                let next = points.partition_point(|point| point.from <= local);
                points.get(next).map_or(Time::NEVER, |point| point.from)
            }
            Shape::Wave(wave) if wave.amplitude == 0.0 => Time::NEVER,
            Shape::Wave(wave) => {
                let eighth = wave.period.nanos() / 8;
                Time::from_nanos((local.nanos() / eighth + 1).saturating_mul(eighth))
            }
            Shape::Product(factors) => factors.iter().map(|f| f.piece_end(local)).min().unwrap_or(Time::NEVER),
        };
        match self.repeat {
            None => end,
            Some(every) => at + end.min(Time::ZERO + every).since(local),
        }
    }

    /// The area of the first `seconds` after `from`, which end within its piece.
    fn area_within(&self, from: Time, seconds: f64) -> f64 {
        let local = self.in_round(from);
        match &self.shape {
            Shape::Points(points) => (self.value(from) + 0.5 * point_at(points, local).per_second * seconds) * seconds,
            Shape::Wave(wave) => wave.area(local, seconds),
            Shape::Product(_) => gauss(seconds, |offset| self.value(from + Span::from_seconds(offset))),
        }
    }

    /// How many seconds after `from` an area is reached, which is less than that of the piece until `to`.
    fn reach(&self, from: Time, to: Time, area: f64) -> f64 {
        let value = self.value(from);
        match &self.shape {
            _ if to == Time::NEVER => area / value,
            // The root of value · t + slope · t²/2 = area that does not cancel.
            Shape::Points(points) => {
                let slope = point_at(points, self.in_round(from)).per_second;
                2.0 * area / (value + (value * value + 2.0 * slope * area).max(0.0).sqrt())
            }
            _ => self.search(from, to.since(from).seconds(), area),
        }
    }

    /// Newton's method within bounds that close in, to a fraction of a nanosecond.
    fn search(&self, from: Time, length: f64, area: f64) -> f64 {
        let (mut low, mut high) = (0.0, length);
        let mut at = 0.5 * length;
        for _ in 0..100 {
            let over = self.area_within(from, at) - area;
            if over > 0.0 {
                high = at;
            } else {
                low = at;
            }
            let newton = at - over / self.value(from + Span::from_seconds(at));
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if (next - at).abs() < 0.1e-9 {
                return next;
            }
            at = next;
        }
        at
    }

    /// A cursor that turns areas into instants, in order.
    pub fn inverse(&self) -> Inverse<'_> {
        Inverse { curve: self, from: Time::ZERO, to: Time::ZERO, before: 0.0, until: 0.0 }
    }
}

fn check(points: &[(Time, f64)]) {
    assert!(!points.is_empty(), "a curve needs at least one point");
    assert!(points.windows(2).all(|two| two[0].0 < two[1].0), "points must be in order of time");
    assert!(points.iter().all(|(_, value)| *value >= 0.0 && value.is_finite()), "values are not negative");
}

fn point_at(points: &[Point], at: Time) -> &Point {
    &points[points.partition_point(|point| point.from <= at).max(1) - 1]
}

impl Wave {
    fn phase(&self, at: Time) -> f64 {
        // In whole nanoseconds, so that late instants are as exact as early ones.
        let period = i128::from(self.period.nanos());
        let since = (i128::from(at.nanos()) - i128::from(self.peak_at.nanos())).rem_euclid(period);
        since as f64 / period as f64 * TAU
    }

    /// By sin x − sin y = 2 cos((x + y)/2) sin((x − y)/2), which does not cancel.
    fn area(&self, from: Time, seconds: f64) -> f64 {
        let half = PI * seconds / self.period.seconds();
        let swing = self.amplitude * self.period.seconds() / PI * (self.phase(from) + half).cos() * half.sin();
        self.mean * seconds + swing
    }
}

/// Places between −1 and 1 and weights of the rule with eight points (Abramowitz & Stegun 1964, table 25.4).
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
    (0.960_289_856_497_536_2, 0.101_228_536_290_376_3),
];

fn gauss(length: f64, value: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * length;
    GAUSS.iter().map(|(x, weight)| weight * (value(half - half * x) + value(half + half * x))).sum::<f64>() * half
}

/// The inverse of the area, asked with numbers that never fall.
pub struct Inverse<'a> {
    curve: &'a Curve,
    /// The piece that holds.
    from: Time,
    to: Time,
    before: f64,
    /// The area until the piece ends.
    until: f64,
}

impl Inverse<'_> {
    /// The instant by which the area is reached; `None` if it never is.
    pub fn instant(&mut self, area: f64) -> Option<Time> {
        let mut passed = 0;
        while area >= self.until {
            if self.to == Time::NEVER || passed == MOST_PIECES {
                return None;
            }
            self.pass();
            passed += 1;
        }
        Some(self.from + Span::from_seconds(self.curve.reach(self.from, self.to, area - self.before)))
    }

    fn pass(&mut self) {
        (self.from, self.before) = (self.to, self.until);
        self.to = self.curve.piece_end(self.from);
        self.until = match self.to {
            Time::NEVER if self.curve.value(self.from) > 0.0 => f64::INFINITY,
            Time::NEVER => self.before,
            to => self.before + self.curve.area_within(self.from, to.since(self.from).seconds()),
        };
    }
}

#[cfg(test)]
mod tests;
