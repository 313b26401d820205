//! MMPP/PH/1 and MMPP/M/c by matrix-geometric methods: arrivals whose rate jumps; service in phases and one consumer, or
//! exponential service and several.

mod several;

use std::rc::Rc;

use nalgebra::{DMatrix, DVector, RowDVector};

use super::service::is_exponential;
use super::steady::{Fading, Steady, Tail, poisson_average, quantile};
use crate::workload::{Branch, Bursts, Distribution};

/// A state of the arrivals: its rate per second and how long it stays, on average, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct State {
    pub rate: f64,
    pub stay_s: f64,
}

/// Means and, for exponential service, quantiles. Lengths in messages, times in seconds.
pub struct Modulated {
    /// The share of arrivals that wait.
    pub waited: f64,
    pub length: f64,
    pub backlog: f64,
    pub wait_s: f64,
    pub response_s: f64,
    /// The chance that an arrival finds n or more inside.
    found: Rc<Fading>,
    /// The rate of an exponential service.
    served: Option<f64>,
}

impl Modulated {
    /// The wait that so large a share do not exceed; `None` unless service is exponential.
    pub fn wait_quantile(&self, share: f64) -> Option<f64> {
        // Who finds n waits for n ends of work.
        quantile(&*self.tail(1)?, share, self.response_s)
    }

    /// The response that so large a share do not exceed; `None` unless service is exponential.
    pub fn response_quantile(&self, share: f64) -> Option<f64> {
        quantile(&*self.tail(0)?, share, self.response_s)
    }

    /// The chance that so few ends of work less than are found inside take longer.
    fn tail(&self, less: usize) -> Option<Tail> {
        let (served, found) = (self.served?, Rc::clone(&self.found));
        Some(Box::new(move |t| poisson_average(served * t, |ended| found.at(ended + less))))
    }
}

/// More phases of arrivals and service together take longer than they are worth.
const MOST_PHASES: usize = 64;

/// Whether there is a formula: exponential service, or of one consumer hyperexponential, and few phases and consumers.
pub(super) fn is_known(bursts: &Bursts, service: &Distribution, consumers: u32) -> bool {
    let alone = consumers == 1 || is_exponential(service) && several::is_known(consumers);
    alone && branches(bursts, service).is_some()
}

/// Service as branches, where it is exponential or hyperexponential and few enough.
fn branches(bursts: &Bursts, service: &Distribution) -> Option<Vec<Branch>> {
    let branches = match service {
        times if is_exponential(times) => vec![Branch { weight: 1.0, mean_s: times.mean_s() }],
        Distribution::Hyperexponential { branches } => branches.clone(),
        _ => return None,
    };
    (branches.len() * bursts.states.len() <= MOST_PHASES).then_some(branches)
}

/// As [`solve`], as a steady state; of several consumers, too.
pub(super) fn steady(bursts: &Bursts, service: &Distribution, consumers: u32) -> Option<Steady> {
    if consumers > 1 {
        return several::steady(bursts, service.mean_s(), consumers);
    }
    let states: Vec<State> =
        bursts.states.iter().map(|state| State { rate: state.per_second, stay_s: state.stay_s }).collect();
    let found = solve(&states, &branches(bursts, service)?)?;
    // Who waits for N ends of work waits 2 Σ n P(N ≥ n)/μ² on average of the square.
    let square = found.served.map(|served| 2.0 * found.found.sums().1 / (served * served));
    Some(Steady {
        waited: Some(found.waited),
        wait_mean_s: found.wait_s,
        wait_variance: square.map(|square| square - found.wait_s * found.wait_s),
        length: found.length,
        busy: found.backlog - found.length,
        wait_tail: found.tail(1),
        response_tail: found.tail(0),
        ..Steady::default()
    })
}

/// States follow each other in turn, each for an exponential stay. Service is exponential with the mean of a branch,
/// chosen by weight; weights add up to 1. Levels are the numbers inside, phases the states of
/// arrivals and service; R by successive substitution with the matrix G of first passages (Neuts 1981, ch. 3; Latouche &
/// Ramaswami 1993). `None` at a load of one or more or next to it, or where there is nothing.
pub fn solve(states: &[State], service: &[Branch]) -> Option<Modulated> {
    let blocks = Blocks::of(states, service)?;
    let r = blocks.rates()?;
    let n = blocks.up.nrows();
    let rest = (DMatrix::identity(n, n) - &r).try_inverse()?;
    let first = blocks.one_inside(&r, &rest, service)?;
    // π(n) = π(1) Rⁿ⁻¹, so Σ π(n) and Σ n π(n) are:
    let levels = &first * &rest;
    let (busy, backlog) = (levels.sum(), (&levels * &rest).sum());
    let response_s = backlog / blocks.rate;
    let found = Rc::new(blocks.found(levels, &r)?);
    let mean_s: f64 = service.iter().map(|branch| branch.weight * branch.mean_s).sum();
    Some(Modulated {
        waited: found.at(1),
        length: backlog - busy,
        backlog,
        wait_s: response_s - mean_s,
        response_s,
        found,
        served: (service.len() == 1).then_some(1.0 / mean_s),
    })
}

/// The generator's blocks: one level up, within, down. A phase is (state, branch), state by state.
struct Blocks {
    up: DMatrix<f64>,
    within: DMatrix<f64>,
    down: DMatrix<f64>,
    /// Between states alone, arrivals left out: level 0.
    idle: DMatrix<f64>,
    rates: Vec<f64>,
    /// Arrivals per second, on average.
    rate: f64,
}

impl Blocks {
    fn of(states: &[State], service: &[Branch]) -> Option<Blocks> {
        let (m, k) = (states.len(), service.len());
        let whole: f64 = states.iter().map(|state| state.stay_s).sum();
        let rate = states.iter().map(|state| state.rate * state.stay_s).sum::<f64>() / whole;
        let load = rate * service.iter().map(|branch| branch.weight * branch.mean_s).sum::<f64>();
        if !(load > 0.0 && load < 1.0) {
            return None;
        }
        let mut idle = DMatrix::zeros(m, m);
        for (at, state) in states.iter().enumerate() {
            idle[(at, (at + 1) % m)] += 1.0 / state.stay_s;
            idle[(at, at)] -= 1.0 / state.stay_s + state.rate;
        }
        let ends = DMatrix::from_diagonal(&DVector::from_iterator(k, service.iter().map(|branch| 1.0 / branch.mean_s)));
        let begin = DMatrix::from_fn(k, k, |from, to| service[to].weight / service[from].mean_s);
        let arrive = DMatrix::from_diagonal(&DVector::from_iterator(m, states.iter().map(|state| state.rate)));
        let (each_state, each_branch) = (DMatrix::identity(m, m), DMatrix::identity(k, k));
        Some(Blocks {
            up: arrive.kronecker(&each_branch),
            within: idle.kronecker(&each_branch) - each_state.kronecker(&ends),
            down: each_state.kronecker(&begin),
            idle,
            rates: states.iter().map(|state| state.rate).collect(),
            rate,
        })
    }

    /// R = A₀ (−A₁ − A₀ G)⁻¹, with G by logarithmic reduction (Latouche & Ramaswami 1993).
    fn rates(&self) -> Option<DMatrix<f64>> {
        const ROUNDS: usize = 64;
        let n = self.up.nrows();
        let inverse = (-&self.within).try_inverse()?;
        let (mut low, mut high) = (&inverse * &self.down, &inverse * &self.up);
        let (mut g, mut t) = (low.clone(), high.clone());
        for _ in 0..ROUNDS {
            let both = &high * &low + &low * &high;
            let again = (DMatrix::identity(n, n) - both).try_inverse()?;
            (high, low) = (&again * (&high * &high), &again * (&low * &low));
            let step = &t * &low;
            g += &step;
            t = &t * &high;
            if step.amax() < 1e-16 {
                break;
            }
        }
        Some(&self.up * (-&self.within - &self.up * g).try_inverse()?)
    }

    /// π(1), from π(0) (B₀₀ + B₀₁ N B₁₀) = 0 with N = −(A₁ + R A₂)⁻¹, and from all chances together being 1.
    fn one_inside(&self, r: &DMatrix<f64>, rest: &DMatrix<f64>, service: &[Branch]) -> Option<RowDVector<f64>> {
        let (m, k) = (self.rates.len(), service.len());
        let onto = (-(&self.within + r * &self.down)).try_inverse()?;
        // From empty to one inside, which begins its service; and back.
        let begins =
            |from: usize, to: usize| if to / k == from { self.rates[from] * service[to % k].weight } else { 0.0 };
        let ends = |from: usize, to: usize| if from / k == to { 1.0 / service[from % k].mean_s } else { 0.0 };
        let one = DMatrix::from_fn(m, m * k, begins) * onto;
        let mut balance = &self.idle + &one * DMatrix::from_fn(m * k, m, ends);
        // One balance equation follows from the others; the total takes its place.
        balance.set_column(m - 1, &(DVector::from_element(m, 1.0) + &one * rest * DVector::from_element(m * k, 1.0)));
        let mut total = DVector::zeros(m);
        total[m - 1] = 1.0;
        let empty = balance.transpose().lu().solve(&total)?;
        Some(empty.transpose() * one)
    }

    /// The chances that an arrival finds 0, 1, … or more: of levels, weighted by the rate at which each state arrives.
    fn found(&self, mut levels: RowDVector<f64>, r: &DMatrix<f64>) -> Option<Fading> {
        let arrive = &self.up * DVector::from_element(self.up.ncols(), 1.0) / self.rate;
        let mut is_first = true;
        Fading::of(16, || {
            if std::mem::take(&mut is_first) {
                return 1.0;
            }
            let found = (&levels * &arrive).sum();
            levels = &levels * r;
            found
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{general, markov};
    use crate::workload::Distribution;

    fn steady(rate: f64) -> [State; 2] {
        [State { rate, stay_s: 3.0 }, State { rate, stay_s: 5.0 }]
    }

    #[test]
    fn a_rate_that_does_not_change_is_poisson() {
        let found = solve(&steady(0.8), &[Branch { weight: 1.0, mean_s: 1.0 }]).unwrap();
        let known = markov::solve(0.8, 1.0, 1);
        assert!((found.wait_s / known.wait_mean_s - 1.0).abs() < 1e-9);
        assert!((found.response_quantile(0.99).unwrap() / (5.0 * 100_f64.ln()) - 1.0).abs() < 1e-9);
        let branches = vec![Branch { weight: 0.25, mean_s: 3.0 }, Branch { weight: 0.75, mean_s: 1.0 / 3.0 }];
        let found = solve(&steady(0.8), &branches).unwrap();
        let known = general::solve(0.8, &Distribution::Hyperexponential { branches });
        assert!((found.wait_s / known.wait_mean_s - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_load_of_one_has_no_steady_state() {
        assert!(solve(&steady(1.0), &[Branch { weight: 1.0, mean_s: 1.0 }]).is_none());
    }
}
