//! What goes wrong around the broker: draws that belong to a message, to an attempt, or to a single consumer.

use super::{Crew, Handed, fails, of_attempt};
use crate::random::{Key, uniform};
use crate::time::Span;
use crate::workload::{Distribution, Sampler};

/// What goes wrong at the consumers of one entry and on their way to the broker; by default nothing does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Share of messages on which every attempt fails.
    pub poison: f64,
    /// Share of attempts whose answer never reaches the broker.
    pub acks_lost: f64,
    pub crashes: Option<Crashes>,
    pub hangs: Option<Hangs>,
    pub network: Option<Network>,
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

/// How long messages and what is said of them are under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// What consumers pass on, to its queue.
    pub publish: Distribution,
    /// From the broker to a consumer.
    pub deliver: Distribution,
    /// What a consumer answers, to the broker.
    pub acknowledge: Distribution,
}

impl Faults {
    pub fn are_none(&self) -> bool {
        *self == Faults::default()
    }

    /// Whether more happens to a consumer than that it works and answers.
    pub fn need_desks(&self) -> bool {
        self.acks_lost > 0.0 || self.crashes.is_some() || self.hangs.is_some() || self.network.is_some()
    }

    /// How long a consumer hangs on average before it begins with so many messages, in seconds.
    pub fn hang_s(&self, together: u32) -> f64 {
        let Some(Hangs { share, lasts }) = &self.hangs else { return 0.0 };
        (1.0 - (1.0 - share).powf(f64::from(together))) * lasts.mean_s()
    }

    /// How long a message is under way on average to a consumer and what is said of it back, in seconds.
    pub fn round_trip_s(&self) -> f64 {
        self.network.as_ref().map_or(0.0, |network| network.deliver.mean_s() + network.acknowledge.mean_s())
    }

    /// The share of the time that a consumer is up.
    pub fn up_share(&self) -> f64 {
        let Some(crashes) = &self.crashes else { return 1.0 };
        let (up, down) = (crashes.every.mean_s(), crashes.restart.mean_s());
        if up.is_finite() { up / (up + down) } else { 1.0 }
    }
}

/// Ready to be drawn from.
pub(super) struct Delays {
    hangs: Option<(f64, Sampler)>,
    /// To publish, to deliver, to acknowledge.
    network: Option<[Sampler; 3]>,
}

impl Delays {
    pub fn of(faults: &Faults) -> Option<Box<Delays>> {
        let hangs = faults.hangs.as_ref().map(|hangs| (hangs.share, hangs.lasts.sampler()));
        let network = faults.network.as_ref();
        let network = network.map(|all| [&all.publish, &all.deliver, &all.acknowledge].map(|each| each.sampler()));
        (hangs.is_some() || network.is_some()).then(|| Box::new(Delays { hangs, network }))
    }
}

/// A way that messages take through the network.
#[derive(Clone, Copy, Debug)]
pub enum Leg {
    Publish,
    Deliver,
    Acknowledge,
}

impl<L: Copy> Crew<L> {
    /// Whether every attempt on that message fails.
    pub(super) fn is_poison(&self, handed: &Handed<L>) -> bool {
        let share = self.rules.faults.poison;
        let is_drawn = share > 0.0 && fails(share, self.key_of("poison", handed).number(handed.number));
        is_drawn || Self::is_slipped_in(handed)
    }

    /// Whether the broker never hears what is said after that attempt, or as it begins.
    pub(super) fn is_unheard(&self, handed: &Handed<L>) -> bool {
        let share = self.rules.faults.acks_lost;
        share > 0.0 && fails(share, of_attempt(self.key_of("acks_lost", handed), handed))
    }

    /// Whether the broker may believe that a consumer holds what that has answered for.
    pub fn may_be_unheard(&self) -> bool {
        self.rules.faults.acks_lost > 0.0
    }

    pub(super) fn may_hang(&self) -> bool {
        self.delays.as_ref().is_some_and(|delays| delays.hangs.is_some())
    }

    /// How long the consumer does nothing before it begins with that attempt.
    pub(super) fn hang(&self, handed: &Handed<L>) -> Span {
        let hangs = self.delays.as_ref().and_then(|delays| delays.hangs.as_ref());
        let Some((share, lasts)) = hangs else { return Span::ZERO };
        let key = of_attempt(self.key_of("hangs", handed), handed);
        if fails(*share, key) { lasts.draw(&mut key.name("for").draws()) } else { Span::ZERO }
    }

    /// Whether anything is under way for some time.
    pub fn is_far(&self) -> bool {
        self.delays.as_ref().is_some_and(|delays| delays.network.is_some())
    }

    /// How long something of that attempt is under way.
    pub fn under_way(&self, leg: Leg, handed: &Handed<L>) -> Span {
        let Some(network) = self.delays.as_ref().and_then(|delays| delays.network.as_ref()) else { return Span::ZERO };
        let (sampler, purpose) = match leg {
            Leg::Publish => (&network[0], "publish"),
            Leg::Deliver => (&network[1], "deliver"),
            Leg::Acknowledge => (&network[2], "acknowledge"),
        };
        sampler.draw(&mut of_attempt(self.key_of(purpose, handed), handed).draws())
    }

    fn key_of(&self, purpose: &str, handed: &Handed<L>) -> Key {
        self.draws[self.place(handed)].of_queue.name(purpose)
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
