//! Phase-type times: how long a walk from phase to phase takes until it ends (Neuts 1981, ch. 2).

use crate::random::{Draws, uniform};
use crate::workload::sampler::exp1;

/// A walk with more steps than this takes too long to draw.
const MOST_STEPS: f64 = 10_000.0;

/// Phases with exponential lengths, where each begins and where it leads.
#[derive(Debug, PartialEq)]
pub struct PhaseType {
    initial: Vec<f64>,
    /// Row by row, the rates per second to each phase and, last, to the end.
    rates: Vec<Vec<f64>>,
    /// E[X], E[X²], E[X³] in seconds and their powers.
    moments: [f64; 3],
}

/// Why phases and rates are no distribution. Phases are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum WrongPhases {
    #[error("from phase {0} there is no way to the end")]
    Endless(usize),
    #[error("{0:.1e} steps from phase to phase on average; the most is {MOST_STEPS}")]
    TooManySteps(f64),
}

impl PhaseType {
    /// `initial` are the chances to begin in each phase, which add up to 1; `rates` has a row for each phase: the rates
    /// per second to each phase, its own left out as 0, and last the rate to the end.
    ///
    /// # Errors
    /// If a phase never ends, or if a walk takes too many steps on average.
    ///
    /// # Panics
    /// If there is not one row for each phase, or if a row has not one rate for each phase and one more.
    pub fn new(initial: Vec<f64>, rates: Vec<Vec<f64>>) -> Result<PhaseType, WrongPhases> {
        let n = initial.len();
        assert!(rates.len() == n && rates.iter().all(|row| row.len() == n + 1), "{n} phases");
        if let Some(phase) = endless(&rates) {
            return Err(WrongPhases::Endless(phase + 1));
        }
        let leaving: Vec<f64> = rates.iter().map(|row| row.iter().sum()).collect();
        let mean_of =
            |values: &[f64]| -> f64 { initial.iter().zip(values).map(|(chance, value)| chance * value).sum() };
        let steps = mean_of(&solve(&rates, &leaving));
        if steps.is_nan() || steps > MOST_STEPS {
            return Err(WrongPhases::TooManySteps(steps));
        }
        // E[Xᵏ] = k! α (−T)⁻ᵏ 1 (Neuts 1981, eq. 2.2.7).
        let first = solve(&rates, &vec![1.0; n]);
        let second = solve(&rates, &first);
        let third = solve(&rates, &second);
        let moments = [mean_of(&first), 2.0 * mean_of(&second), 6.0 * mean_of(&third)];
        Ok(PhaseType { initial, rates, moments })
    }

    pub fn moment(&self, k: i32) -> f64 {
        self.moments[(k - 1) as usize]
    }

    /// The distribution of a multiple of such a time.
    pub(super) fn times(&self, factor: f64) -> PhaseType {
        let slower = |row: &Vec<f64>| row.iter().map(|rate| rate / factor).collect();
        let [first, second, third] = self.moments;
        PhaseType {
            initial: self.initial.clone(),
            rates: self.rates.iter().map(slower).collect(),
            moments: [first * factor, second * factor.powi(2), third * factor.powi(3)],
        }
    }

    /// The chances to begin in each phase.
    pub fn initial(&self) -> &[f64] {
        &self.initial
    }

    /// Row by row, the rates per second to each phase and, last, to the end.
    pub fn rates(&self) -> &[Vec<f64>] {
        &self.rates
    }

    /// One walk, in seconds.
    pub fn draw(&self, draws: &mut Draws) -> f64 {
        let mut phase = chosen(&self.initial, 1.0, draws);
        let mut seconds = 0.0;
        while let Some(row) = self.rates.get(phase) {
            let leaving: f64 = row.iter().sum();
            seconds += exp1(draws) / leaving;
            phase = chosen(row, leaving, draws);
        }
        seconds
    }
}

/// One of the weights, which add up to `total`.
fn chosen(weights: &[f64], total: f64, draws: &mut Draws) -> usize {
    let mut left = uniform(draws) * total;
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    // Rounding may leave something over: it belongs to the last that has a weight.
    found.or_else(|| weights.iter().rposition(|weight| *weight > 0.0)).unwrap_or(weights.len())
}

/// A phase from which no way leads to the end.
fn endless(rates: &[Vec<f64>]) -> Option<usize> {
    let n = rates.len();
    let mut ends = vec![false; n];
    for _ in 0..n {
        for (at, row) in rates.iter().enumerate() {
            ends[at] |= row[n] > 0.0 || row[..n].iter().zip(&ends).any(|(rate, end)| *rate > 0.0 && *end);
        }
    }
    ends.iter().position(|end| !end)
}

/// Solves x(i) Σ rates(i) − Σ rates(i→j) x(j) = right(i) by elimination without subtractions of like numbers, as Grassmann,
/// Taksar & Heyman 1985 do: each phase's way out is added up anew instead of read off the diagonal.
fn solve(rates: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let n = rates.len();
    let (mut rates, mut right) = (rates.to_vec(), right.to_vec());
    let mut leaving = vec![0.0; n];
    for last in (0..n).rev() {
        // To all phases before it, and to the end.
        leaving[last] = rates[last][..last].iter().sum::<f64>() + rates[last][n];
        for at in 0..last {
            let share = rates[at][last] / leaving[last];
            for to in (0..last).filter(|to| *to != at).chain([n]) {
                rates[at][to] += share * rates[last][to];
            }
            right[at] += share * right[last];
        }
    }
    for at in 0..n {
        let before: f64 = rates[at][..at].iter().zip(&right).map(|(rate, value)| rate * value).sum();
        right[at] = (right[at] + before) / leaving[at];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_in_a_row_are_erlang_and_phases_side_by_side_hyperexponential() {
        let erlang = PhaseType::new(vec![1.0, 0.0], vec![vec![0.0, 4.0, 0.0], vec![0.0, 0.0, 4.0]]).unwrap();
        let moments: Vec<f64> = (1..=3).map(|k| erlang.moment(k)).collect();
        assert_eq!(moments, [0.5, 6.0 / 16.0, 24.0 / 64.0]);
        let side = PhaseType::new(vec![0.9, 0.1], vec![vec![0.0, 0.0, 10.0], vec![0.0, 0.0, 1.0]]).unwrap();
        assert!((side.moment(1) - 0.19).abs() < 1e-15);
        assert!((side.moment(3) - 6.0 * (0.9e-3 + 0.1)).abs() < 1e-14);
    }

    #[test]
    fn a_walk_that_may_go_back_takes_its_steps_on_average() {
        // Two rounds on average: the second phase ends half of the time.
        let round = PhaseType::new(vec![1.0, 0.0], vec![vec![0.0, 10.0, 0.0], vec![5.0, 0.0, 5.0]]).unwrap();
        assert!((round.moment(1) - 0.4).abs() < 1e-15);
    }

    #[test]
    fn what_never_ends_or_takes_too_many_steps_is_refused() {
        let never = PhaseType::new(vec![1.0, 0.0], vec![vec![0.0, 1.0, 1.0], vec![0.0, 0.0, 0.0]]);
        assert_eq!(never, Err(WrongPhases::Endless(2)));
        let long = PhaseType::new(vec![1.0, 0.0], vec![vec![0.0, 1e8, 0.0], vec![1e8, 0.0, 1.0]]);
        assert!(matches!(long, Err(WrongPhases::TooManySteps(steps)) if steps > 1e8), "{long:?}");
    }
}
