//! MMPP/M/c: the levels below c, at which some consumers are free, each with a matrix of its own.

use std::rc::Rc;

use nalgebra::{DMatrix, DVector, RowDVector};

use super::{Blocks, State};
use crate::theory::steady::{Fading, Steady, Tail, poisson_average};
use crate::workload::{Branch, Bursts};

/// With more, chances of few inside are too small for a number.
const MOST_CONSUMERS: u32 = 500;

/// Whether so many consumers are few enough.
pub(in crate::theory) fn is_known(consumers: u32) -> bool {
    consumers <= MOST_CONSUMERS
}

/// Exponential service with this mean, at `consumers` alike. From one level to the next leads π(n) = π(n − 1) R(n), which
/// is R for n ≥ c, and below that R(n) = Λ(−(A(n) + R(n + 1) (n + 1)μ))⁻¹, A(n) being what goes on within level n (Neuts
/// 1981, ch. 3; Gaver, Jacobs & Latouche 1984). `None` at a load of one or more or next to it.
pub(super) fn steady(bursts: &Bursts, mean_s: f64, consumers: u32) -> Option<Steady> {
    let states: Vec<State> =
        bursts.states.iter().map(|state| State { rate: state.per_second, stay_s: state.stay_s }).collect();
    let together_s = mean_s / f64::from(consumers);
    let blocks = Blocks::of(&states, &[Branch { weight: 1.0, mean_s: together_s }])?;
    let r = blocks.rates()?;
    let rest = (DMatrix::identity(r.nrows(), r.nrows()) - &r).try_inverse()?;
    let (below, last) = blocks.levels(&r, &rest, 1.0 / mean_s, consumers)?;
    // All levels from c on, and how many wait there.
    let all_busy = &last * &rest;
    let length = (&all_busy * &rest).sum() - all_busy.sum();
    let ends = Rc::new(blocks.waited(all_busy.clone(), &r)?);
    let response = served_too(&ends, f64::from(consumers))?;
    let busy = below.iter().zip(0_u32..).map(|(level, n)| f64::from(n) * level.sum()).sum::<f64>();
    let speed = 1.0 / together_s;
    let wait = Rc::clone(&ends);
    let (sum, weighted) = ends.sums();
    let (mean, square) = (length / blocks.rate, 2.0 * (ends.at(0) + sum + weighted) / (speed * speed));
    Some(Steady {
        waited: Some(ends.at(0)),
        wait_mean_s: mean,
        wait_variance: Some(square - mean * mean),
        length,
        busy: busy + f64::from(consumers) * all_busy.sum(),
        wait_tail: Some(Box::new(move |t| poisson_average(speed * t, |ended| wait.at(ended))) as Tail),
        response_tail: Some(Box::new(move |t| poisson_average(speed * t, |ended| response.at(ended)))),
        ..Steady::default()
    })
}

/// A service is a geometric number of ends of work of all consumers together, of which one in c is its own: the chance that
/// wait and service take more than n of them is T(0) = 1, T(n + 1) = (1 − 1/c) T(n) + P(wait takes more than n)/c.
fn served_too(wait: &Fading, consumers: f64) -> Option<Fading> {
    let (mut left, mut ended) = (1.0, 0);
    Fading::of(16, || {
        let now = left;
        left = (1.0 - 1.0 / consumers) * now + wait.at(ended) / consumers;
        ended += 1;
        now
    })
}

impl Blocks {
    /// The chances of levels 0 to c − 1, and of level c.
    fn levels(
        &self,
        r: &DMatrix<f64>,
        rest: &DMatrix<f64>,
        served: f64,
        consumers: u32,
    ) -> Option<(Vec<RowDVector<f64>>, RowDVector<f64>)> {
        let steps = self.steps(r, served, consumers)?;
        let mut levels = vec![self.empty(&steps[0], served)?];
        for step in &steps {
            let next = levels.last()? * step;
            levels.push(next);
        }
        let last = levels.pop()?;
        let total = levels.iter().map(|level| level.sum()).sum::<f64>() + (&last * rest).sum();
        levels.iter_mut().for_each(|level| *level /= total);
        total.is_finite().then(|| (levels, last / total))
    }

    /// R(1) to R(c).
    fn steps(&self, r: &DMatrix<f64>, served: f64, consumers: u32) -> Option<Vec<DMatrix<f64>>> {
        let m = self.rates.len();
        let mut steps = vec![r.clone()];
        for n in (1..consumers).rev().map(f64::from) {
            let above = steps.last()? * ((n + 1.0) * served);
            let within = &self.idle - DMatrix::identity(m, m) * (n * served);
            steps.push(&self.up * (-(within + above)).try_inverse()?);
        }
        steps.reverse();
        Some(steps)
    }

    /// The chances of states while nobody is there, but for a factor: π(0) (A(0) + R(1) μ) = 0.
    fn empty(&self, first: &DMatrix<f64>, served: f64) -> Option<RowDVector<f64>> {
        let m = self.rates.len();
        let mut balance = &self.idle + first * served;
        // One balance equation follows from the others; the sum takes its place.
        balance.set_column(m - 1, &DVector::from_element(m, 1.0));
        let mut total = DVector::zeros(m);
        total[m - 1] = 1.0;
        balance.transpose().lu().solve(&total).map(|empty| empty.transpose())
    }

    /// The chances that an arrival has to wait for more than 0, 1, … ends of work.
    fn waited(&self, mut levels: RowDVector<f64>, r: &DMatrix<f64>) -> Option<Fading> {
        let arrive = DVector::from_column_slice(&self.rates) / self.rate;
        Fading::of(16, || {
            let found = (&levels * &arrive).sum();
            levels = &levels * r;
            found
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{markov, quasi};
    use crate::workload::{Distribution, State};

    fn bursts(states: &[(f64, f64)]) -> Bursts {
        let state = |(per_second, stay_s): &(f64, f64)| State { per_second: *per_second, stay_s: *stay_s };
        Bursts { states: states.iter().map(state).collect() }
    }

    fn assert_same(found: &Steady, known: &Steady, case: &str) {
        let tails = [(&found.wait_tail, &known.wait_tail), (&found.response_tail, &known.response_tail)];
        for (found, known) in tails.map(|(found, known)| (found.as_ref().unwrap(), known.as_ref().unwrap())) {
            for t in [0.0, 0.3, 2.0, 9.0] {
                assert!((found(t) / known(t) - 1.0).abs() < 1e-8, "{case} at {t}: {}, not {}", found(t), known(t));
            }
        }
        let variances = (found.wait_variance.unwrap(), known.wait_variance.unwrap());
        for (found, known) in [(found.wait_mean_s, known.wait_mean_s), (found.busy, known.busy), variances] {
            assert!((found / known - 1.0).abs() < 1e-8, "{case}: {found}, not {known}");
        }
    }

    #[test]
    fn a_rate_that_does_not_change_gives_erlangs_formula() {
        for (rate, consumers) in [(0.8, 1), (2.4, 3), (47.5, 50), (480.0, 500)] {
            let found = steady(&bursts(&[(rate, 3.0), (rate, 5.0)]), 1.0, consumers).unwrap();
            assert_same(&found, &markov::solve(rate, 1.0, consumers), &format!("{rate} {consumers}"));
        }
    }

    #[test]
    fn one_consumer_is_what_it_was() {
        let bursts = bursts(&[(1.5, 100.0), (0.1, 50.0), (0.4, 7.0)]);
        let known = quasi::steady(&bursts, &Distribution::Exponential { mean_s: 0.5 }, 1).unwrap();
        assert_same(&steady(&bursts, 0.5, 1).unwrap(), &known, "one");
    }

    #[test]
    fn a_load_of_one_has_no_steady_state() {
        assert!(steady(&bursts(&[(3.0, 1.0), (1.0, 1.0)]), 1.0, 2).is_none());
    }
}
