//! Distributions of times: what they are (means, moments) and how they are drawn.

use std::sync::Arc;

use rand_distr::{Distribution as _, Exp1, Gamma, LogNormal};

use crate::random::{Begun, Draws, Key, uniform};
use crate::time::Span;

/// A distribution of times. Means are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    Constant(Span),
    Exponential {
        mean_s: f64,
    },
    /// The sum of `phases` exponential times.
    Erlang {
        mean_s: f64,
        phases: u32,
    },
    /// An exponential time whose mean is chosen by weight. Weights add up to 1.
    Hyperexponential {
        branches: Vec<Branch>,
    },
    /// `cv` is the standard deviation over the mean.
    Lognormal {
        mean_s: f64,
        cv: f64,
    },
    Empirical(Arc<Empirical>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Branch {
    pub weight: f64,
    pub mean_s: f64,
}

/// Recorded times; each is drawn with the same chance.
#[derive(Debug, PartialEq)]
pub struct Empirical {
    seconds: Vec<f64>,
}

impl Empirical {
    /// `mean_s` stretches every value by the same factor so that their mean becomes this.
    ///
    /// # Panics
    /// If there is no value, or if values that are all zero are to have a mean.
    pub fn new(mut seconds: Vec<f64>, mean_s: Option<f64>) -> Empirical {
        assert!(!seconds.is_empty(), "an empirical distribution needs values");
        if let Some(mean_s) = mean_s {
            let factor = mean_s / mean(&seconds);
            assert!(factor.is_finite(), "values that are all zero cannot be stretched");
            seconds.iter_mut().for_each(|value| *value *= factor);
        }
        Empirical { seconds }
    }

    pub fn seconds(&self) -> &[f64] {
        &self.seconds
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

impl Distribution {
    /// Two exponential branches with balanced means: each contributes half of the mean (Morse 1958; Whitt 1982, eq. 3.5).
    ///
    /// # Panics
    /// If `cv` is below 1, which no such mixture has.
    pub fn balanced_hyperexponential(mean_s: f64, cv: f64) -> Distribution {
        assert!(cv >= 1.0, "a hyperexponential distribution has a cv of at least 1, not {cv}");
        let scv = cv * cv;
        let weight = 0.5 * (1.0 + ((scv - 1.0) / (scv + 1.0)).sqrt());
        let branch = |weight: f64| Branch { weight, mean_s: mean_s / (2.0 * weight) };
        if weight == 1.0 {
            // Beyond a cv of about 1e8 the second weight is not a number any more; the scenario refuses such a cv.
            return Distribution::Exponential { mean_s };
        }
        Distribution::Hyperexponential { branches: vec![branch(weight), branch(1.0 - weight)] }
    }

    /// The mean in seconds.
    pub fn mean_s(&self) -> f64 {
        self.moment(1)
    }

    /// The squared coefficient of variation: variance over squared mean; 0 for a time that is always zero.
    pub fn scv(&self) -> f64 {
        let mean = self.mean_s();
        match self {
            Distribution::Constant(_) => 0.0,
            Distribution::Exponential { .. } => 1.0,
            Distribution::Erlang { phases, .. } => 1.0 / f64::from(*phases),
            Distribution::Lognormal { cv, .. } => cv * cv,
            _ if mean == 0.0 => 0.0,
            _ => (self.moment(2) / (mean * mean) - 1.0).max(0.0),
        }
    }

    /// The raw moment E[Xᵏ] in secondsᵏ, for k from 1 to 3.
    pub fn moment(&self, k: i32) -> f64 {
        match self {
            Distribution::Constant(span) => span.seconds().powi(k),
            Distribution::Exponential { mean_s } => factorial(k) * mean_s.powi(k),
            Distribution::Erlang { mean_s, phases } => {
                let n = f64::from(*phases);
                (0..k).map(|i| (n + f64::from(i)) / n).product::<f64>() * mean_s.powi(k)
            }
            Distribution::Hyperexponential { branches } => {
                branches.iter().map(|b| b.weight * factorial(k) * b.mean_s.powi(k)).sum()
            }
            // E[Xᵏ] = meanᵏ (1 + cv²)^(k(k−1)/2).
            Distribution::Lognormal { mean_s, cv } => mean_s.powi(k) * (1.0 + cv * cv).powi(k * (k - 1) / 2),
            Distribution::Empirical(values) => {
                values.seconds.iter().map(|x| x.powi(k)).sum::<f64>() / values.seconds.len() as f64
            }
        }
    }

    /// Whether a draw may take no time at all, so that a step that waits for it may take none.
    pub fn can_be_zero(&self) -> bool {
        match self {
            Distribution::Constant(span) => *span == Span::ZERO,
            Distribution::Empirical(values) => values.seconds.contains(&0.0),
            _ => false,
        }
    }

    /// Prepares what every draw needs.
    pub fn sampler(&self) -> Sampler {
        match self {
            Distribution::Constant(span) => Sampler::Constant(*span),
            Distribution::Exponential { mean_s } => Sampler::Exponential { mean_ns: mean_s * 1e9 },
            Distribution::Erlang { mean_s, phases } => {
                let n = f64::from(*phases);
                Sampler::Gamma(Gamma::new(n, mean_s * 1e9 / n).expect("phases and mean are positive"))
            }
            Distribution::Hyperexponential { branches } => Sampler::Hyperexponential(branches.clone()),
            Distribution::Lognormal { mean_s, cv } => {
                let variance = (cv * cv).ln_1p();
                let location = (mean_s * 1e9).ln() - variance / 2.0;
                Sampler::Lognormal(LogNormal::new(location, variance.sqrt()).expect("mean and cv are finite"))
            }
            Distribution::Empirical(values) => Sampler::Empirical(Arc::clone(values)),
        }
    }
}

fn factorial(k: i32) -> f64 {
    (1..=k).map(f64::from).product()
}

/// A distribution ready to be drawn from.
#[derive(Clone, Debug)]
pub enum Sampler {
    Constant(Span),
    Exponential { mean_ns: f64 },
    Gamma(Gamma<f64>),
    Hyperexponential(Vec<Branch>),
    Lognormal(LogNormal<f64>),
    Empirical(Arc<Empirical>),
}

impl Sampler {
    /// Draws for the keys of consecutive numbers. Exponential times are drawn first and scaled then: two short loops
    /// keep their values in registers, where one long loop does not.
    pub fn draw_ahead<const N: usize>(&self, key: Key, first: u64) -> [Span; N] {
        match self {
            Sampler::Exponential { mean_ns } => {
                exp1_ahead::<N>(key, first).map(|draw| Span::from_nanos_f64(mean_ns * draw))
            }
            _ => std::array::from_fn(|at| self.draw(&mut key.number(first + at as u64).draws())),
        }
    }

    // Inlined, so that who draws many looks once which distribution it is.
    #[inline(always)]
    pub fn draw(&self, draws: &mut Draws) -> Span {
        match self {
            Sampler::Constant(span) => *span,
            Sampler::Exponential { mean_ns } => Span::from_nanos_f64(mean_ns * exp1(draws)),
            _ => self.draw_other(draws),
        }
    }

    #[inline(never)]
    fn draw_other(&self, draws: &mut Draws) -> Span {
        match self {
            Sampler::Constant(_) | Sampler::Exponential { .. } => unreachable!("these are drawn in place"),
            Sampler::Gamma(gamma) => Span::from_nanos_f64(gamma.sample(draws)),
            Sampler::Hyperexponential(branches) => {
                let mut left = uniform(draws);
                let chosen = branches.iter().find(|branch| {
                    left -= branch.weight;
                    left < 0.0
                });
                let mean_s = chosen.unwrap_or(&branches[branches.len() - 1]).mean_s;
                Span::from_nanos_f64(mean_s * 1e9 * exp1(draws))
            }
            Sampler::Lognormal(lognormal) => Span::from_nanos_f64(lognormal.sample(draws)),
            Sampler::Empirical(values) => {
                let at = (uniform(draws) * values.seconds.len() as f64) as usize;
                Span::from_seconds(values.seconds[at])
            }
        }
    }
}

/// Standard exponential draws for the keys of consecutive numbers. In two loops, because what the second calls now and
/// then takes the registers that the first needs.
#[inline]
pub fn exp1_ahead<const N: usize>(key: Key, first: u64) -> [f64; N] {
    let mut begun: [Begun; N] = std::array::from_fn(|at| Begun::new(key.number(first + at as u64)));
    let mut ahead = [0.0; N];
    for (draw, begun) in ahead.iter_mut().zip(&mut begun) {
        *draw = Exp1.sample(begun);
    }
    ahead
}

/// A standard exponential draw.
#[inline]
pub fn exp1(draws: &mut Draws) -> f64 {
    Exp1.sample(draws)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    fn every_kind() -> Vec<Distribution> {
        vec![
            Distribution::Constant(Span::from_seconds(0.5)),
            Distribution::Exponential { mean_s: 0.5 },
            Distribution::Erlang { mean_s: 0.5, phases: 4 },
            Distribution::balanced_hyperexponential(0.5, 2.0),
            Distribution::Lognormal { mean_s: 0.5, cv: 1.5 },
            Distribution::Empirical(Arc::new(Empirical::new(vec![1.0, 1.0, 4.0], Some(0.5)))),
        ]
    }

    #[test]
    fn draws_have_the_mean_and_the_variation_that_the_distribution_says() {
        for (i, distribution) in every_kind().into_iter().enumerate() {
            let sampler = distribution.sampler();
            let n = 400_000;
            let key = Key::of_seed(7).number(i as u64);
            let draws: Vec<f64> = (0..n).map(|j| sampler.draw(&mut key.number(j).draws()).seconds()).collect();
            let mean = draws.iter().sum::<f64>() / n as f64;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64;
            let error = (distribution.scv() / n as f64).sqrt() * 0.5;
            assert!((mean - 0.5).abs() <= 4.0 * error + 1e-9, "{distribution:?}: mean {mean}");
            let scv = variance / (mean * mean);
            assert!(
                (scv - distribution.scv()).abs() <= 0.05 * distribution.scv() + 1e-9,
                "{distribution:?}: scv {scv}"
            );
        }
    }

    #[test]
    fn balanced_means_split_the_mean_in_halves() {
        let Distribution::Hyperexponential { branches } = Distribution::balanced_hyperexponential(1.0, 2.0) else {
            panic!("two branches")
        };
        assert!((branches[0].weight - 0.887298334621).abs() < 1e-10);
        assert!((1.0 / branches[0].mean_s - 1.77459666924).abs() < 1e-9);
        assert!(branches.iter().all(|b| (b.weight * b.mean_s - 0.5).abs() < 1e-12));
    }

    #[test]
    fn moments_follow_from_mean_and_variation() {
        for distribution in every_kind() {
            let scv = distribution.moment(2) / distribution.moment(1).powi(2) - 1.0;
            assert!((scv - distribution.scv()).abs() < 1e-9, "{distribution:?}");
        }
    }
}
