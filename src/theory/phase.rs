//! M/PH/1: Poisson arrivals, service in exponential phases, one consumer.

use nalgebra::{DMatrix, DVector};

use super::general;
use super::steady::{Fading, Steady, Tail, poisson_average};
use crate::workload::{Distribution, PhaseType};

/// More phases than these take longer than their percentiles are worth.
const MOST_PHASES: usize = 200;

/// Exponential phases: where a time begins, and the rate at which each phase goes to another; what a row lacks to its
/// diagonal ends the time.
struct Phases {
    begin: Vec<f64>,
    rates: Vec<Vec<(usize, f64)>>,
    /// The rate at which each phase is left.
    left: Vec<f64>,
    ends: Vec<f64>,
}

/// Whether a time is phases, and few enough.
pub(super) fn is_known(times: &Distribution) -> bool {
    phases(times).is_some_and(|phases| phases.left.len() <= MOST_PHASES)
}

/// `None` for times that are no phases.
fn phases(times: &Distribution) -> Option<Phases> {
    match times {
        Distribution::Exponential { mean_s } => Some(mixture(&[(1.0, *mean_s)])),
        Distribution::Hyperexponential { branches } => {
            Some(mixture(&branches.iter().map(|b| (b.weight, b.mean_s)).collect::<Vec<_>>()))
        }
        Distribution::Erlang { mean_s, phases } => Some(chain(*phases as usize, f64::from(*phases) / mean_s)),
        Distribution::PhaseType(phases) => Some(written_out(phases)),
        _ => None,
    }
}

fn written_out(phases: &PhaseType) -> Phases {
    let n = phases.initial().len();
    let to = |row: &Vec<f64>| row[..n].iter().copied().enumerate().filter(|(_, rate)| *rate > 0.0).collect();
    Phases {
        begin: phases.initial().to_vec(),
        rates: phases.rates().iter().map(to).collect(),
        left: phases.rates().iter().map(|row| row.iter().sum()).collect(),
        ends: phases.rates().iter().map(|row| row[n]).collect(),
    }
}

/// The chance that a time in phases is longer. `None` where it is none, or cannot be told.
pub(super) fn tail(times: &Distribution) -> Option<Tail> {
    let phases = phases(times).filter(|phases| phases.left.len() <= MOST_PHASES)?;
    Walk { phases: &phases, again: vec![0.0; phases.left.len()], serve: true }.tail()
}

fn mixture(branches: &[(f64, f64)]) -> Phases {
    let left: Vec<f64> = branches.iter().map(|branch| 1.0 / branch.1).collect();
    Phases {
        begin: branches.iter().map(|branch| branch.0).collect(),
        rates: vec![Vec::new(); branches.len()],
        ends: left.clone(),
        left,
    }
}

fn chain(length: usize, rate: f64) -> Phases {
    let place = |at: usize| if at == 0 { 1.0 } else { 0.0 };
    let last = |at: usize| if at + 1 == length { rate } else { 0.0 };
    Phases {
        begin: (0..length).map(place).collect(),
        rates: (0..length).map(|at| if at + 1 == length { Vec::new() } else { vec![(at + 1, rate)] }).collect(),
        left: vec![rate; length],
        ends: (0..length).map(last).collect(),
    }
}

/// M/PH/1 for rate × mean service < 1. The wait is itself a time in phases: with the chance of the load it begins in a
/// phase of the equilibrium service, and what ends one begins the next with that chance (Neuts 1981, theorem 5.1.3). The
/// rest is as in [`general`]. `None` for a service that is no phases, or too many; no percentiles where phases differ so
/// much in length that they cannot be told.
pub(super) fn solve(rate: f64, service: &Distribution) -> Option<Steady> {
    let phases = phases(service).filter(|phases| phases.left.len() <= MOST_PHASES)?;
    let load = rate * service.mean_s();
    let equilibrium = phases.equilibrium(service.mean_s())?;
    let wait = Walk { phases: &phases, again: equilibrium.iter().map(|share| load * share).collect(), serve: false };
    let response = Walk { serve: true, again: wait.again.clone(), phases: &phases };
    Some(Steady { wait_tail: wait.tail(), response_tail: response.tail(), ..general::solve(rate, service) })
}

impl Phases {
    /// Share of the time spent in each phase: β(−T)⁻¹ over the mean. `None` if phases differ too much to tell.
    fn equilibrium(&self, mean_s: f64) -> Option<Vec<f64>> {
        let n = self.left.len();
        let mut flows = DMatrix::identity(n, n);
        for (from, rates) in self.rates.iter().enumerate() {
            rates.iter().for_each(|(to, rate)| flows[(*to, from)] -= rate / self.left[from]);
        }
        let visits = flows.lu().solve(&DVector::from_column_slice(&self.begin))?;
        Some(visits.iter().zip(&self.left).map(|(visits, left)| visits / left / mean_s).collect())
    }
}

/// A message's way through the wait, and with `serve` through its own service behind it.
struct Walk<'a> {
    phases: &'a Phases,
    /// Where what is left begins, times the chance that there is more of it.
    again: Vec<f64>,
    serve: bool,
}

impl Walk<'_> {
    /// The chance not to be through yet, looked at with the fastest phase's rate (uniformization; Jensen 1953).
    fn tail(&self) -> Option<Tail> {
        let fastest = self.phases.left.iter().copied().fold(0.0, f64::max);
        let n = self.phases.left.len();
        let through = 1.0 - self.again.iter().sum::<f64>();
        let mut waiting = self.again.clone();
        let mut served: Vec<f64> =
            self.phases.begin.iter().map(|share| if self.serve { share * through } else { 0.0 }).collect();
        let left = Fading::of(8 * n, || {
            let inside: f64 = waiting.iter().chain(&served).sum();
            let ended = self.step(&mut waiting, fastest);
            self.step(&mut served, fastest);
            for at in 0..n {
                waiting[at] += ended * self.again[at];
                served[at] += if self.serve { ended * through * self.phases.begin[at] } else { 0.0 };
            }
            inside
        })?;
        Some(Box::new(move |t| poisson_average(fastest * t, |i| left.at(i))))
    }

    /// One step of the clock; what ends.
    fn step(&self, shares: &mut [f64], fastest: f64) -> f64 {
        let ended = shares.iter().zip(&self.phases.ends).map(|(share, ends)| share * ends / fastest).sum();
        let before = shares.to_vec();
        for (at, share) in before.iter().enumerate() {
            shares[at] -= share * self.phases.left[at] / fastest;
            for (to, rate) in &self.phases.rates[at] {
                shares[*to] += share * rate / fastest;
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{constant, markov};
    use crate::time::Span;

    #[test]
    fn one_phase_is_m_m_1() {
        let (found, known) =
            (solve(0.8, &Distribution::Exponential { mean_s: 1.0 }).unwrap(), markov::solve(0.8, 1.0, 1));
        for t in [0.0, 0.5, 10.0, 100.0] {
            let pairs = [(&found.wait_tail, &known.wait_tail), (&found.response_tail, &known.response_tail)];
            for (found, known) in pairs.map(|(found, known)| (found.as_ref().unwrap()(t), known.as_ref().unwrap()(t))) {
                assert!((found / known - 1.0).abs() < 1e-9, "at {t}: {found}, not {known}");
            }
        }
    }

    #[test]
    fn many_phases_come_near_to_constant_service() {
        let constant = constant::solve(0.8, Span::from_secs(1)).wait_tail.unwrap();
        let erlang = solve(0.8, &Distribution::Erlang { mean_s: 1.0, phases: 200 }).unwrap().wait_tail.unwrap();
        assert!((erlang(3.0) / constant(3.0) - 1.0).abs() < 0.01);
    }

    #[test]
    fn the_area_under_the_tail_is_pollaczeks_mean() {
        let service = Distribution::balanced_hyperexponential(1.0, 2.0);
        let steady = solve(0.8, &service).unwrap();
        let (wait, response) = (steady.wait_tail.unwrap(), steady.response_tail.unwrap());
        let area = |tail: &Tail| (0..20_000).map(|i| tail((f64::from(i) + 0.5) * 0.02) * 0.02).sum::<f64>();
        assert!((area(&wait) / steady.wait_mean_s - 1.0).abs() < 1e-4);
        assert!((area(&response) / (steady.wait_mean_s + 1.0) - 1.0).abs() < 1e-4);
    }
}
