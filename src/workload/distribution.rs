//! Distributions of times: what they are (means, moments) and how they are drawn.

use std::f64::consts::SQRT_2;
use std::sync::Arc;

use statrs::function::erf::{erf, erfc};
use statrs::function::gamma::gamma;

use super::phase_type::PhaseType;
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
    Uniform {
        min_s: f64,
        max_s: f64,
    },
    Gamma {
        mean_s: f64,
        cv: f64,
    },
    Weibull {
        mean_s: f64,
        shape: f64,
    },
    /// `shape` is above 1; moments of this order and above are infinite.
    Pareto {
        mean_s: f64,
        shape: f64,
    },
    BoundedPareto {
        min_s: f64,
        max_s: f64,
        shape: f64,
    },
    /// Truncated at zero: `mean_s` and `sd_s` are those of the whole normal distribution.
    Normal {
        mean_s: f64,
        sd_s: f64,
    },
    Triangular {
        min_s: f64,
        mode_s: f64,
        max_s: f64,
    },
    PhaseType(Arc<PhaseType>),
    /// One of several, chosen by weight. Weights add up to 1.
    Mixture(Vec<Part>),
    /// `plus_s` longer than a time of another distribution.
    Shifted {
        of: Box<Distribution>,
        plus_s: f64,
    },
}

/// A part of a mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub weight: f64,
    pub of: Distribution,
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
            Distribution::Gamma { cv, .. } => cv * cv,
            Distribution::Shifted { of, .. } => of.scv() * (of.mean_s() / mean).powi(2),
            _ if mean == 0.0 => 0.0,
            _ => (self.moment(2) / (mean * mean) - 1.0).max(0.0),
        }
    }

    /// The raw moment E\[Xᵏ\] in secondsᵏ, for k from 1 to 3. It is infinite for a [`Distribution::Pareto`] whose shape is
    /// not above k. Formulas of Johnson, Kotz & Balakrishnan 1994/95, chapters 13, 17, 20, 21, 26.
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
            Distribution::Uniform { min_s, max_s } => homogeneous(&[*min_s, *max_s], k) / f64::from(k + 1),
            Distribution::Triangular { min_s, mode_s, max_s } => {
                2.0 * homogeneous(&[*min_s, *mode_s, *max_s], k) / f64::from((k + 1) * (k + 2))
            }
            // With shape n = 1/cv² and scale mean/n, as for the phases above.
            Distribution::Gamma { mean_s, cv } => {
                (0..k).map(|i| 1.0 + f64::from(i) * cv * cv).product::<f64>() * mean_s.powi(k)
            }
            Distribution::Weibull { mean_s, shape } => {
                weibull_scale(*mean_s, *shape).powi(k) * gamma(1.0 + f64::from(k) / shape)
            }
            Distribution::Pareto { mean_s, shape } => match shape - f64::from(k) {
                above if above > 0.0 => pareto_scale(*mean_s, *shape).powi(k) * shape / above,
                _ => f64::INFINITY,
            },
            Distribution::BoundedPareto { min_s, max_s, shape } => bounded_pareto_moment(*min_s, *max_s, *shape, k),
            Distribution::Normal { mean_s, sd_s } => truncated_normal_moment(*mean_s, *sd_s, k),
            Distribution::PhaseType(phases) => phases.moment(k),
            Distribution::Mixture(parts) => parts.iter().map(|part| part.weight * part.of.moment(k)).sum(),
            // The binomial theorem.
            Distribution::Shifted { of, plus_s } => {
                let term = |i: i32| factorial(k) / (factorial(i) * factorial(k - i)) * plus_s.powi(k - i);
                plus_s.powi(k) + (1..=k).map(|i| term(i) * of.moment(i)).sum::<f64>()
            }
        }
    }

    /// The distribution of a multiple of such a time, and some time more. Both are finite and not below zero.
    pub fn times_plus(&self, factor: f64, plus: Span) -> Distribution {
        match self {
            Distribution::Constant(span) => Distribution::Constant(Span::from_seconds(span.seconds() * factor) + plus),
            _ if factor == 0.0 => Distribution::Constant(plus),
            _ if plus == Span::ZERO => self.times(factor),
            _ => Distribution::Shifted { of: Box::new(self.times(factor)), plus_s: plus.seconds() },
        }
    }

    fn times(&self, factor: f64) -> Distribution {
        let times = |seconds: &f64| seconds * factor;
        match self {
            Distribution::Constant(span) => Distribution::Constant(Span::from_seconds(span.seconds() * factor)),
            Distribution::Exponential { mean_s } => Distribution::Exponential { mean_s: times(mean_s) },
            Distribution::Erlang { mean_s, phases } => Distribution::Erlang { mean_s: times(mean_s), phases: *phases },
            Distribution::Hyperexponential { branches } => Distribution::Hyperexponential {
                branches: branches.iter().map(|b| Branch { mean_s: times(&b.mean_s), ..*b }).collect(),
            },
            Distribution::Lognormal { mean_s, cv } => Distribution::Lognormal { mean_s: times(mean_s), cv: *cv },
            Distribution::Empirical(values) => {
                Distribution::Empirical(Arc::new(Empirical::new(values.seconds.iter().map(times).collect(), None)))
            }
            Distribution::Uniform { min_s, max_s } => {
                Distribution::Uniform { min_s: times(min_s), max_s: times(max_s) }
            }
            Distribution::Gamma { mean_s, cv } => Distribution::Gamma { mean_s: times(mean_s), cv: *cv },
            Distribution::Weibull { mean_s, shape } => Distribution::Weibull { mean_s: times(mean_s), shape: *shape },
            Distribution::Pareto { mean_s, shape } => Distribution::Pareto { mean_s: times(mean_s), shape: *shape },
            Distribution::BoundedPareto { min_s, max_s, shape } => {
                Distribution::BoundedPareto { min_s: times(min_s), max_s: times(max_s), shape: *shape }
            }
            Distribution::Normal { mean_s, sd_s } => Distribution::Normal { mean_s: times(mean_s), sd_s: times(sd_s) },
            Distribution::Triangular { min_s, mode_s, max_s } => {
                Distribution::Triangular { min_s: times(min_s), mode_s: times(mode_s), max_s: times(max_s) }
            }
            Distribution::PhaseType(phases) => Distribution::PhaseType(Arc::new(phases.times(factor))),
            Distribution::Mixture(parts) => Distribution::Mixture(
                parts.iter().map(|part| Part { weight: part.weight, of: part.of.times(factor) }).collect(),
            ),
            Distribution::Shifted { of, plus_s } => {
                Distribution::Shifted { of: Box::new(of.times(factor)), plus_s: times(plus_s) }
            }
        }
    }

    /// Whether a draw may take no time at all, so that a step that waits for it may take none.
    pub fn can_be_zero(&self) -> bool {
        match self {
            Distribution::Constant(span) => *span == Span::ZERO,
            Distribution::Empirical(values) => values.seconds.contains(&0.0),
            Distribution::Mixture(parts) => parts.iter().any(|part| part.of.can_be_zero()),
            Distribution::Shifted { of, plus_s } => *plus_s == 0.0 && of.can_be_zero(),
            _ => false,
        }
    }
}

fn factorial(k: i32) -> f64 {
    (1..=k).map(f64::from).product()
}

/// The complete homogeneous symmetric polynomial of degree k: the sum of all products of k of the numbers. Moments of a
/// uniform or triangular distribution are such means (Carlson 1991, B-splines as Dirichlet averages).
fn homogeneous(numbers: &[f64], k: i32) -> f64 {
    match numbers {
        [] => f64::from(u8::from(k == 0)),
        [first, others @ ..] => (0..=k).map(|i| first.powi(i) * homogeneous(others, k - i)).sum(),
    }
}

/// The scale that gives a Weibull distribution its mean.
pub(super) fn weibull_scale(mean: f64, shape: f64) -> f64 {
    mean / gamma(1.0 + 1.0 / shape)
}

/// The least value of a Pareto distribution of this mean.
pub(super) fn pareto_scale(mean: f64, shape: f64) -> f64 {
    mean * (shape - 1.0) / shape
}

/// ∫ xᵏ over the density a Lᵃ x⁻ᵃ⁻¹ / (1 − (L/H)ᵃ) between L and H. Written with expm1, as k may come near to a.
fn bounded_pareto_moment(min: f64, max: f64, shape: f64, k: i32) -> f64 {
    let range = (max / min).ln();
    let power = f64::from(k) - shape;
    let integral = if power == 0.0 { range } else { (power * range).exp_m1() / power };
    shape * min.powi(k) * integral / -(-shape * range).exp_m1()
}

/// Moments of a normal distribution of which nothing is below zero, by their recurrence (Johnson, Kotz & Balakrishnan
/// 1994, sec. 13.10.1): m₁ = μ + σ φ(μ/σ)/Φ(μ/σ), then mₖ = (k − 1) σ² mₖ₋₂ + μ mₖ₋₁.
fn truncated_normal_moment(mean: f64, sd: f64, k: i32) -> f64 {
    if sd == 0.0 {
        return mean.powi(k);
    }
    let z = mean / sd;
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let first = mean + sd * density / (0.5 * (1.0 + erf(z / SQRT_2)));
    let (mut before, mut last) = (1.0, first);
    for order in 2..=k {
        (before, last) = (last, f64::from(order - 1) * sd * sd * before + mean * last);
    }
    last
}

/// The share of a normal distribution that lies below zero, which truncation takes off.
pub fn share_below_zero(mean: f64, sd: f64) -> f64 {
    if sd == 0.0 { 0.0 } else { 0.5 * erfc(mean / sd / SQRT_2) }
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
            Distribution::Uniform { min_s: 0.2, max_s: 0.8 },
            Distribution::Gamma { mean_s: 0.5, cv: 0.7 },
            Distribution::Weibull { mean_s: 0.5, shape: 0.8 },
            Distribution::Pareto { mean_s: 0.5, shape: 9.0 },
            Distribution::Gamma { mean_s: 0.2, cv: 0.7 }.times_plus(2.0, Span::from_seconds(0.1)),
        ]
    }

    #[test]
    fn a_multiple_and_more_has_the_moments_of_a_sum() {
        let plus = Span::from_seconds(0.25);
        for distribution in every_kind() {
            let [m1, m2, m3] = [1, 2, 3].map(|k| distribution.moment(k));
            let made = distribution.times_plus(3.0, plus);
            let p = 0.25;
            let expected = [
                3.0 * m1 + p,
                9.0 * m2 + 6.0 * p * m1 + p * p,
                27.0 * m3 + 27.0 * p * m2 + 9.0 * p * p * m1 + p * p * p,
            ];
            for (k, expected) in (1..).zip(expected) {
                let off = (made.moment(k) / expected - 1.0).abs();
                assert!(off < 1e-9, "{distribution:?}: moment {k} is {}, not {expected}", made.moment(k));
            }
        }
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
