//! What goes wrong around the broker: draws that belong to a message, to an attempt, or to a single consumer.

use crate::random::{Key, uniform};
use crate::time::Span;
use crate::workload::{Distribution, Sampler};

/// What goes wrong at the consumers of one entry; by default nothing does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Share of messages on which every attempt fails.
    pub poison: f64,
    /// Share of attempts whose answer never reaches the broker.
    pub acks_lost: f64,
    pub crashes: Option<Crashes>,
    pub hangs: Option<Hangs>,
}

/// A consumer crashes after some time, and is back after some more.
#[derive(Clone, Debug, PartialEq)]
pub struct Crashes {
    /// Time up.
    pub every: Distribution,
    /// Time down.
    pub restart: Distribution,
}

/// A consumer does nothing for a while before it begins with some of its attempts.
#[derive(Clone, Debug, PartialEq)]
pub struct Hangs {
    /// Of attempts.
    pub share: f64,
    pub lasts: Distribution,
}

impl Faults {
    pub fn are_none(&self) -> bool {
        *self == Faults::default()
    }

    /// Whether more happens to a consumer than that it works and answers.
    pub fn need_desks(&self) -> bool {
        self.acks_lost > 0.0 || self.crashes.is_some() || self.hangs.is_some()
    }

    /// How long a consumer hangs on average before it begins with so many messages, in seconds.
    pub fn hang_s(&self, together: u32) -> f64 {
        let Some(Hangs { share, lasts }) = &self.hangs else { return 0.0 };
        (1.0 - (1.0 - share).powf(f64::from(together))) * lasts.mean_s()
    }

    /// The share of the time that a consumer is up.
    pub fn up_share(&self) -> f64 {
        let Some(crashes) = &self.crashes else { return 1.0 };
        let (up, down) = (crashes.every.mean_s(), crashes.restart.mean_s());
        if up.is_finite() { up / (up + down) } else { 1.0 }
    }
}

/// When the consumers of one entry crash and are back: for each a function of its number alone.
pub struct Crashing {
    every: Sampler,
    restart: Sampler,
    mean_s: f64,
    key: Key,
}

/// So many times on average a consumer has crashed before the run begins.
const BEFORE: f64 = 16.0;
/// A distribution of which nearly all draws are nothing does not get as far.
const MOST_BEFORE: u64 = 10_000;

impl Crashing {
    /// `entry` names seed, replication and consumers entry.
    pub fn new(crashes: &Crashes, entry: Key) -> Crashing {
        let (every, restart) = (crashes.every.sampler(), crashes.restart.sampler());
        Crashing { every, restart, mean_s: crashes.every.mean_s(), key: entry.name("crashes") }
    }

    /// How long a consumer is up before its crash number `nth`, counted from 0. Of the first that is a part: it has
    /// crashed ever since, and the run begins at any instant, so that consumers do not crash together.
    pub fn up(&self, place: u32, nth: u64) -> Span {
        if nth == 0 { self.phase(place) } else { self.draw(&self.every, place, "every", nth) }
    }

    /// How long it is down after that.
    pub fn down(&self, place: u32, nth: u64) -> Span {
        self.draw(&self.restart, place, "restart", nth)
    }

    fn draw(&self, of: &Sampler, place: u32, what: &str, nth: u64) -> Span {
        of.draw(&mut self.key.number(place.into()).name(what).number(nth).draws())
    }

    fn phase(&self, place: u32) -> Span {
        let from = BEFORE + uniform(&mut self.key.number(place.into()).name("phase").draws());
        let mut left = Span::from_seconds(from * self.mean_s);
        for nth in 0..MOST_BEFORE {
            let up = self.draw(&self.every, place, "before", nth);
            if up > left {
                return up.saturating_sub(left);
            }
            left = left.saturating_sub(up);
        }
        self.draw(&self.every, place, "every", 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crashing(every: Distribution) -> Crashing {
        Crashing::new(&Crashes { every, restart: Distribution::Constant(Span::ZERO) }, Key::of_seed(1))
    }

    /// Mean and mean square of how long consumers are up at first, in seconds.
    fn moments(every: Distribution) -> (f64, f64) {
        let (crashing, n) = (crashing(every), 20_000);
        let first: Vec<f64> = (0..n).map(|place| crashing.up(place, 0).seconds()).collect();
        let mean = |of: &dyn Fn(f64) -> f64| first.iter().map(|up| of(*up)).sum::<f64>() / f64::from(n);
        (mean(&|up| up), mean(&|up| up * up))
    }

    /// The residual life of a renewal process (Cox 1962, "Renewal Theory", 5.4): its mean is E[X²]/2E[X], its mean square
    /// E[X³]/3E[X].
    #[test]
    fn consumers_are_met_at_any_instant_of_their_time_up() {
        for every in [
            Distribution::Constant(Span::from_secs(3600)),
            Distribution::Exponential { mean_s: 3600.0 },
            Distribution::Erlang { mean_s: 3600.0, phases: 3 },
        ] {
            let (mean, square) = moments(every.clone());
            let [m1, m2, m3] = [1, 2, 3].map(|k| every.moment(k));
            assert!((mean / (m2 / 2.0 / m1) - 1.0).abs() < 0.03, "{every:?}: {mean}");
            assert!((square / (m3 / 3.0 / m1) - 1.0).abs() < 0.06, "{every:?}: {square}");
        }
    }

    #[test]
    fn each_time_up_is_a_draw_of_its_own() {
        let crashing = crashing(Distribution::Exponential { mean_s: 10.0 });
        assert_eq!(crashing.up(3, 2), crashing.up(3, 2));
        assert_ne!(crashing.up(3, 2), crashing.up(3, 1));
        assert_ne!(crashing.up(3, 2), crashing.up(4, 2));
    }
}
