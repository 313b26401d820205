//! A whole number over time, such as how many consumers there are.

use crate::time::{Span, Time};

/// A number that holds from each point to the next, and after the last for ever, or until everything begins anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountProfile {
    /// The first is at the beginning.
    points: Vec<(Span, u32)>,
    repeat: Option<Span>,
}

impl CountProfile {
    /// Before its first point a profile has the first number.
    ///
    /// # Panics
    /// If there is no point, if the points are not in order, or if it repeats before the last.
    pub fn new(mut points: Vec<(Span, u32)>, repeat: Option<Span>) -> CountProfile {
        assert!(points.windows(2).all(|two| two[0].0 < two[1].0), "points of a count must be in order of time");
        let last = points.last().expect("a count needs at least one point").0;
        assert!(repeat.is_none_or(|repeat| repeat > last), "a count repeats after its last point");
        points[0].0 = Span::ZERO;
        CountProfile { points, repeat }
    }

    pub fn first(&self) -> u32 {
        self.points[0].1
    }

    pub fn most(&self) -> u32 {
        self.points.iter().map(|(_, count)| *count).max().unwrap_or(0)
    }

    /// How long it takes until it begins anew, or changes no more.
    pub fn span(&self) -> Span {
        self.repeat.unwrap_or(self.points[self.points.len() - 1].0)
    }

    /// The point by its number over all rounds; the one at the beginning is 0.
    pub fn point(&self, nth: u64) -> Option<(Time, u32)> {
        let (round, at) = (nth / self.points.len() as u64, (nth % self.points.len() as u64) as usize);
        let from = match self.repeat {
            Some(repeat) => repeat.saturating_mul(round),
            None if round == 0 => Span::ZERO,
            None => return None,
        };
        Some((Time::ZERO + from + self.points[at].0, self.points[at].1))
    }

    /// On average from the beginning until `end`.
    pub fn mean(&self, end: Span) -> f64 {
        let within = |span: Span| -> f64 {
            let ends = self.points.iter().skip(1).map(|(at, _)| *at).chain([Span::MAX]);
            let parts = self.points.iter().zip(ends);
            parts.map(|((at, count), until)| f64::from(*count) * until.min(span).saturating_sub(*at).seconds()).sum()
        };
        if end == Span::ZERO {
            return f64::from(self.first());
        }
        let rounds = self.repeat.map_or(0, |repeat| end.nanos() / repeat.nanos());
        let whole = self.repeat.map_or(0.0, within) * rounds as f64;
        let rest = self.repeat.map_or(end, |repeat| Span::from_nanos(end.nanos() % repeat.nanos()));
        (whole + within(rest)) / end.seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(repeat: Option<u64>) -> CountProfile {
        let points = [(2, 3), (10, 12), (20, 0)].map(|(at, count)| (Span::from_secs(at), count));
        CountProfile::new(points.to_vec(), repeat.map(Span::from_secs))
    }

    fn points(profile: &CountProfile) -> Vec<(u64, u32)> {
        let points = (0..5).map_while(|nth| profile.point(nth));
        points.map(|(at, count)| (at.nanos() / 1_000_000_000, count)).collect()
    }

    #[test]
    fn a_count_holds_until_the_next_point_and_before_its_first() {
        assert_eq!(points(&profile(None)), [(0, 3), (10, 12), (20, 0)]);
        assert_eq!((profile(None).most(), profile(None).span()), (12, Span::from_secs(20)));
    }

    #[test]
    fn a_count_that_repeats_begins_anew_with_its_first() {
        assert_eq!(points(&profile(Some(30))), [(0, 3), (10, 12), (20, 0), (30, 3), (40, 12)]);
        assert_eq!(profile(Some(30)).span(), Span::from_secs(30));
    }

    #[test]
    fn its_mean_is_over_the_time_that_it_holds() {
        assert_eq!(profile(None).mean(Span::from_secs(20)), 7.5);
        assert_eq!(profile(None).mean(Span::from_secs(50)), 3.0);
        assert_eq!(profile(Some(30)).mean(Span::from_secs(60)), 5.0);
        assert_eq!(profile(Some(30)).mean(Span::from_secs(40)), 4.5);
    }
}
