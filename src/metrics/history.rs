//! The past of a run that is watched, at instants that lie evenly apart: where there would be too many, every other one
//! is forgotten.

use crate::result::Moment;
use crate::time::{Span, Time};

/// More moments than a plot has columns.
const MOST: usize = 512;
/// The whole run in so many steps at first: whoever watches its first second sees it move too.
const FIRST_STEPS: u64 = 1 << 16;

/// How a run stood at an instant.
#[derive(Clone, Debug)]
struct Point {
    at: Time,
    published: u64,
    processed: u64,
    levels: Vec<(u64, u64)>,
}

#[derive(Clone, Debug)]
pub struct History {
    step: Span,
    points: Vec<Point>,
}

impl History {
    /// Of a run that lasts about so long.
    pub fn of(whole: Span) -> History {
        History::with_step(Span::from_nanos(whole.nanos() / FIRST_STEPS))
    }

    /// With so much time between moments at first.
    pub fn with_step(step: Span) -> History {
        History { step: step.max(Span::from_nanos(1)), points: Vec::new() }
    }

    /// When the next moment is to be noted.
    pub fn next(&self) -> Time {
        self.points.last().map_or(Time::ZERO, |point| point.at) + self.step
    }

    /// How it stands at an instant that has come. Messages published and processed are counted from the beginning;
    /// `levels` are what waits and what is in flight, by queue.
    pub fn note(&mut self, at: Time, published: u64, processed: u64, levels: Vec<(u64, u64)>) {
        self.points.push(Point { at, published, processed, levels });
        if self.points.len() == MOST {
            self.step = self.step.saturating_mul(2);
            let mut number = 0;
            self.points.retain(|_| {
                number += 1;
                number % 2 == 0
            });
        }
    }

    /// The oldest first.
    pub fn moments(&self) -> Vec<Moment> {
        let start = Point { at: Time::ZERO, published: 0, processed: 0, levels: Vec::new() };
        let before = std::iter::once(&start).chain(&self.points);
        before.zip(&self.points).map(|(before, point)| moment(before, point)).collect()
    }
}

fn moment(before: &Point, point: &Point) -> Moment {
    let seconds = point.at.since(before.at).seconds();
    let a_second = |after: u64, before: u64| (after - before) as f64 / seconds;
    Moment {
        at: point.at,
        rate_in: a_second(point.published, before.published),
        rate_out: a_second(point.processed, before.processed),
        levels: point.levels.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_past_is_thinned_out_and_keeps_its_ends() {
        let mut history = History::of(Span::from_secs(100));
        while history.next() <= Time::ZERO + Span::from_secs(100) {
            let at = history.next();
            let published = (at.seconds() * 1000.0) as u64;
            history.note(at, published, published / 2, vec![(1, 2)]);
        }
        let moments = history.moments();
        assert!((MOST / 2..MOST).contains(&moments.len()), "{}", moments.len());
        let gaps = moments.windows(2).map(|two| two[1].at.since(two[0].at)).collect::<Vec<_>>();
        assert!(gaps.windows(2).all(|two| two[0] == two[1]), "evenly apart: {gaps:?}");
        assert!(moments[moments.len() - 1].at.seconds() > 99.0);
        assert!(moments.iter().all(|moment| (moment.rate_in / 1000.0 - 1.0).abs() < 0.02));
    }
}
