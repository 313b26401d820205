//! Arrivals in bursts: a rate that jumps between states (a Markov-modulated Poisson process; Fischer & Meier-Hellstern 1993).

use crate::random::{Key, uniform};
use crate::time::{Span, Time};
use crate::workload::sampler::exp1;

/// Whoever passes so many stays without an arrival waits for one that hardly comes.
const MOST_STAYS: u32 = 1_000_000;

/// States in turn; each is stayed in for an exponential time. Not all rates are zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Bursts {
    pub states: Vec<State>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    /// Arrivals per second.
    pub per_second: f64,
    /// The mean stay, in seconds.
    pub stay_s: f64,
}

impl Bursts {
    fn round_s(&self) -> f64 {
        self.states.iter().map(|state| state.stay_s).sum()
    }

    /// Arrivals per second on average.
    pub fn mean_rate(&self) -> f64 {
        self.states.iter().map(|state| state.per_second * state.stay_s).sum::<f64>() / self.round_s()
    }

    pub fn peak(&self) -> f64 {
        self.states.iter().map(|state| state.per_second).fold(0.0, f64::max)
    }

    /// The variance of the count over its mean, in the long run: 1 + 2/λ ∫ Cov(λ(0), λ(u)) du (Fischer & Meier-Hellstern
    /// 1993, eq. 20). With states in turn the integral follows from d(i + 1) = d(i) − stay(i) (λ(i) − λ).
    pub fn dispersion(&self) -> f64 {
        let (mean, round) = (self.mean_rate(), self.round_s());
        let (mut d, mut integral) = (0.0, 0.0);
        for state in &self.states {
            let above = state.per_second - mean;
            integral += state.stay_s / round * above * d;
            d -= state.stay_s * above;
        }
        1.0 + 2.0 * integral / mean
    }

    /// The path of the rate that belongs to `key`, from `start` on. The first state is drawn by its share of the time.
    pub(super) fn path(&self, key: Key, start: Time) -> Path<'_> {
        let mut left = uniform(&mut key.name("first").draws()) * self.round_s();
        let first = self.states.iter().position(|state| {
            left -= state.stay_s;
            left < 0.0
        });
        let state = first.unwrap_or(self.states.len() - 1);
        let mut path =
            Path { states: &self.states, key, number: 0, state, from: start, to: start, before: 0.0, until: 0.0 };
        path.stay();
        path
    }
}

/// A rate over time of which a stay is drawn when it begins.
pub(super) struct Path<'a> {
    states: &'a [State],
    key: Key,
    /// Of the stay.
    number: u64,
    state: usize,
    from: Time,
    to: Time,
    /// Arrivals expected on this path before `from` and before `to`.
    before: f64,
    until: f64,
}

impl Path<'_> {
    /// The instant by which `expected` arrivals are expected on this path; asked with numbers that never fall.
    pub fn instant(&mut self, expected: f64) -> Option<Time> {
        for _ in 0..MOST_STAYS {
            if expected < self.until {
                let seconds = (expected - self.before) / self.states[self.state].per_second;
                return Some(self.from + Span::from_seconds(seconds));
            }
            if self.to == Time::NEVER {
                return None;
            }
            self.state = (self.state + 1) % self.states.len();
            (self.from, self.before) = (self.to, self.until);
            self.stay();
        }
        None
    }

    fn stay(&mut self) {
        let State { per_second, stay_s } = self.states[self.state];
        self.to = self.from + Span::from_seconds(stay_s * exp1(&mut self.key.number(self.number).draws()));
        self.until = self.before + per_second * (self.to - self.from).seconds();
        self.number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Arrivals;

    fn bursts(states: &[(f64, f64)]) -> Bursts {
        Bursts { states: states.iter().map(|&(per_second, stay_s)| State { per_second, stay_s }).collect() }
    }

    #[test]
    fn two_states_have_the_dispersion_of_the_closed_form() {
        // 1 + 2 (λ₁ − λ₂)² r₁ r₂ / ((r₁ + r₂)² (λ₁ r₂ + λ₂ r₁)).
        let (l1, l2, r1, r2) = (90.0_f64, 10.0, 0.5, 0.1);
        let closed = 1.0 + 2.0 * (l1 - l2).powi(2) * r1 * r2 / ((r1 + r2).powi(2) * (l1 * r2 + l2 * r1));
        let two = bursts(&[(l1, 1.0 / r1), (l2, 1.0 / r2)]);
        assert!((two.dispersion() - closed).abs() < 1e-9, "{} {closed}", two.dispersion());
        assert!((bursts(&[(7.0, 1.0), (7.0, 3.0)]).dispersion() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn counts_have_the_mean_and_in_the_long_run_the_dispersion() {
        for bursts in [bursts(&[(40.0, 1.0), (0.0, 3.0)]), bursts(&[(5.0, 0.5), (50.0, 0.3), (0.5, 1.2)])] {
            let (end, runs) = (400.0, 300_u32);
            let arrivals = Arrivals::Bursts(bursts.clone());
            let count = |seed| arrivals.stream(Key::of_seed(seed)).take_while(|at| at.seconds() < end).count() as f64;
            let counts: Vec<f64> = (0..u64::from(runs)).map(count).collect();
            let n = f64::from(runs);
            let average = counts.iter().sum::<f64>() / n;
            let variance = counts.iter().map(|c| (c - average).powi(2)).sum::<f64>() / (n - 1.0);
            let (mean, expected) = (bursts.mean_rate() * end, bursts.mean_rate() * end * bursts.dispersion());
            assert!((average - mean).abs() < 4.5 * (expected / n).sqrt(), "{average}, not {mean}");
            assert!((variance / expected - 1.0).abs() < 4.5 * (2.0 / n).sqrt(), "{variance}, not {expected}");
        }
    }

    #[test]
    fn the_first_state_is_as_likely_as_it_lasts() {
        let arrivals = Arrivals::Bursts(bursts(&[(1000.0, 1.0), (0.0, 3.0)]));
        let at_once = |seed: &u64| arrivals.stream(Key::of_seed(*seed)).next().is_some_and(|at| at.seconds() < 0.01);
        let begun = (0..2000).filter(at_once).count() as f64;
        assert!((begun - 500.0).abs() < 4.5 * 19.4 + 7.0, "{begun}");
    }
}
