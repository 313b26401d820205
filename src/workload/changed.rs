//! Arrivals whose rate somebody changes by hand: as if every rate were so many times what it is, from that instant on.

use super::arrivals::{AHEAD, ArrivalStream, Source};
use super::rate::Inverse;
use super::sampler::exp1_ahead;
use super::{Arrivals, RateProfile};
use crate::random::Key;
use crate::time::{Span, Time};

/// What comes after a change. Draws stay those of their arrivals: only the gaps become shorter or longer.
pub(super) struct Changed<'a> {
    factor: f64,
    pace: Pace<'a>,
    /// None comes before it: rounded twice, one that came later could.
    latest: Time,
}

enum Pace<'a> {
    /// Where a rate is planned, it is that which is changed, and its profile stays where it is in time.
    ByRate {
        /// None of regular arrivals, which draw nothing.
        key: Option<Key>,
        number: u64,
        inverse: Inverse<'a>,
        expected: f64,
    },
    /// Of all others the time passes more quickly or slowly since `changed`, when the stream was at `from`.
    ByTime { stream: Box<ArrivalStream<'a>>, from: Time, changed: Time },
}

impl Iterator for Changed<'_> {
    type Item = Time;

    fn next(&mut self) -> Option<Time> {
        self.latest = self.draw()?.max(self.latest);
        Some(self.latest)
    }
}

impl Changed<'_> {
    /// What arrivals draw by, if they do.
    fn key(&self) -> Option<Key> {
        match self.pace {
            Pace::ByRate { key, .. } => key,
            Pace::ByTime { .. } => None,
        }
    }

    fn draw(&mut self) -> Option<Time> {
        match &mut self.pace {
            Pace::ByRate { key, number, inverse, expected } => {
                let gap = key.map_or(1.0, |key| exp1_ahead::<1>(key, *number)[0]);
                *number += 1;
                *expected += gap / self.factor;
                inverse.instant(*expected)
            }
            Pace::ByTime { stream, from, changed } => Some(paced(stream.next()?, *from, *changed, 1.0 / self.factor)),
        }
    }
}

/// The instant that follows `changed` as `at` follows `from`, with the time between times `factor`.
fn paced(at: Time, from: Time, changed: Time, factor: f64) -> Time {
    changed + Span::from_nanos_f64(at.since(from).nanos() as f64 * factor)
}

impl<'a> ArrivalStream<'a> {
    /// From `now` on every rate is `factor` times what `arrivals`, from which the stream is, says. Returns when the
    /// arrival comes now that was handed out last, if there is one; one that is past stays.
    pub fn change_rate(&mut self, arrivals: &'a Arrivals, now: Time, factor: f64) -> Option<Time> {
        let before = if let Source::Changed(changed) = &self.source { changed.factor } else { 1.0 };
        let slower = before / factor;
        match arrivals {
            Arrivals::Poisson { rate } | Arrivals::Regular { rate } => self.change_planned(rate, now, factor, slower),
            _ => self.change_time(now, factor, slower),
        }
        self.handed_out_last()
    }

    /// What was drawn ahead is drawn again.
    fn change_planned(&mut self, rate: &'a RateProfile, now: Time, factor: f64, slower: f64) {
        let Some(last) = self.handed_out_last() else { return };
        let (reached, planned) = (rate.expected(now), rate.expected(last));
        let expected = if last > now { reached + (planned - reached) * slower } else { planned };
        let key = match &self.source {
            Source::Poisson { key, .. } => Some(*key),
            Source::Changed(changed) => changed.key(),
            _ => None,
        };
        self.number -= (AHEAD - self.next) as u64;
        self.next = AHEAD;
        let mut inverse = rate.inverse();
        self.ahead = [Time::NEVER; AHEAD];
        let moved = if last > now { inverse.instant(expected).unwrap_or(Time::NEVER).max(now) } else { last };
        self.ahead[AHEAD - 1] = moved;
        let pace = Pace::ByRate { key, number: self.number, inverse, expected };
        self.source =
            Source::Changed(Box::new(Changed { factor, pace, latest: if moved == Time::NEVER { now } else { moved } }));
    }

    /// What was drawn ahead is moved.
    fn change_time(&mut self, now: Time, factor: f64, slower: f64) {
        let drawn = self.ahead.iter_mut().skip(self.next.saturating_sub(1));
        for at in drawn.filter(|at| **at > now && **at != Time::NEVER) {
            *at = paced(*at, now, now, slower);
        }
        let latest = self.ahead.iter().copied().filter(|at| *at != Time::NEVER).max().unwrap_or(Time::ZERO);
        if let Source::Changed(this) = &mut self.source
            && let Pace::ByTime { from, changed, .. } = &mut this.pace
        {
            (*from, *changed) = (paced(now, *changed, *from, this.factor), now);
            (this.factor, this.latest) = (factor, latest);
            return;
        }
        let source = std::mem::replace(&mut self.source, Source::Nothing);
        let stream = ArrivalStream { source, number: self.number, ahead: [Time::NEVER; AHEAD], next: AHEAD };
        let pace = Pace::ByTime { stream: Box::new(stream), from: now, changed: now };
        self.source = Source::Changed(Box::new(Changed { factor, pace, latest }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Distribution;

    fn second(seconds: f64) -> Time {
        Time::ZERO + Span::from_seconds(seconds)
    }

    /// The first instants of a stream whose rate is changed at 2.5 s.
    fn changed(arrivals: &Arrivals, factors: &[f64]) -> Vec<f64> {
        let mut stream = arrivals.stream(Key::of_seed(1));
        let mut seen: Vec<Time> = stream.by_ref().take(4).collect();
        for factor in factors {
            seen.pop();
            seen.extend(stream.change_rate(arrivals, second(2.5), *factor));
        }
        seen.extend(stream.take(36));
        seen.into_iter().map(|at| (at.seconds() * 1e6).round() / 1e6).collect()
    }

    fn each_second() -> [Arrivals; 2] {
        let gap = Distribution::Constant(Span::from_secs(1));
        [Arrivals::Regular { rate: RateProfile::constant(1.0) }, Arrivals::Renewal { gap }]
    }

    #[test]
    fn what_is_left_of_a_gap_and_all_that_follow_are_shorter() {
        let [regular, renewal] = each_second().map(|arrivals| changed(&arrivals, &[2.0]));
        assert_eq!(regular[..6], [0.0, 1.0, 2.0, 2.75, 3.25, 3.75]);
        // It begins with a gap, and was changed before its fourth had begun.
        assert_eq!(renewal[..6], [1.0, 2.0, 3.0, 3.25, 3.75, 4.25]);
    }

    #[test]
    fn a_rate_that_is_changed_back_is_as_it_was() {
        let poisson = Arrivals::Poisson { rate: RateProfile::steps(&[(second(0.0), 1.0), (second(9.0), 3.0)]) };
        for arrivals in [each_second().to_vec(), vec![poisson]].concat() {
            assert_eq!(changed(&arrivals, &[4.0, 0.5, 1.0]), changed(&arrivals, &[]), "{arrivals:?}");
        }
    }

    #[test]
    fn a_profile_stays_where_it_is_in_time() {
        let rate = RateProfile::steps(&[(second(0.0), 1.0), (second(10.0), 0.0), (second(20.0), 1.0)]);
        let seen = changed(&Arrivals::Regular { rate }, &[2.0]);
        let while_nothing_is_planned = seen.iter().filter(|at| **at > 10.0 && **at < 20.0).count();
        assert_eq!(while_nothing_is_planned, 0, "{seen:?}");
        assert_eq!(seen.iter().filter(|at| **at < 10.0).count(), 3 + 15, "twice as many in 7.5 s: {seen:?}");
    }
}
