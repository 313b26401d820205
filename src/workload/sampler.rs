//! How times are drawn: a distribution with everything prepared that every draw needs.

use std::hint::black_box;
use std::sync::Arc;

use rand_distr::{Distribution as _, Exp1, Gamma, LogNormal, StandardNormal, Weibull};

use super::distribution::{Branch, Distribution, Empirical, pareto_scale, weibull_scale};
use super::phase_type::PhaseType;
use crate::random::{Begun, Draws, Key, uniform};
use crate::time::Span;

impl Distribution {
    /// Prepares what every draw needs.
    pub fn sampler(&self) -> Sampler {
        match self {
            Distribution::Constant(span) => Sampler::Constant(*span),
            Distribution::Exponential { mean_s } => Sampler::Exponential { mean_ns: mean_s * 1e9 },
            Distribution::Erlang { mean_s, phases } => gamma(f64::from(*phases), *mean_s),
            Distribution::Gamma { mean_s, cv } => gamma(1.0 / (cv * cv), *mean_s),
            Distribution::Hyperexponential { branches } => Sampler::Hyperexponential(branches.clone()),
            Distribution::Lognormal { mean_s, cv } => {
                let variance = (cv * cv).ln_1p();
                let location = (mean_s * 1e9).ln() - variance / 2.0;
                Sampler::Lognormal(LogNormal::new(location, variance.sqrt()).expect("mean and cv are finite"))
            }
            Distribution::Empirical(values) => Sampler::Empirical(Arc::clone(values)),
            Distribution::Uniform { min_s, max_s } => {
                Sampler::Uniform { min_ns: min_s * 1e9, range_ns: (max_s - min_s) * 1e9 }
            }
            Distribution::Weibull { mean_s, shape } => {
                let scale = weibull_scale(mean_s * 1e9, *shape);
                Sampler::Weibull(Weibull::new(scale, *shape).expect("mean and shape are positive"))
            }
            Distribution::Pareto { mean_s, shape } => {
                Sampler::Pareto { min_ns: pareto_scale(mean_s * 1e9, *shape), power: -1.0 / shape, share: 1.0 }
            }
            Distribution::BoundedPareto { min_s, max_s, shape } => {
                let share = -(shape * (min_s / max_s).ln()).exp_m1();
                Sampler::Pareto { min_ns: min_s * 1e9, power: -1.0 / shape, share }
            }
            Distribution::Normal { mean_s, sd_s } => Sampler::Normal { mean_ns: mean_s * 1e9, sd_ns: sd_s * 1e9 },
            Distribution::Triangular { min_s, mode_s, max_s } => {
                Sampler::Triangular { min_ns: min_s * 1e9, mode_ns: mode_s * 1e9, max_ns: max_s * 1e9 }
            }
            Distribution::PhaseType(phases) => Sampler::PhaseType(Arc::clone(phases)),
            Distribution::Mixture(parts) => {
                Sampler::Mixture(parts.iter().map(|part| (part.weight, part.of.sampler())).collect())
            }
            Distribution::Shifted { of, plus_s } => {
                Sampler::Shifted { of: Box::new(of.sampler()), plus: Span::from_seconds(*plus_s) }
            }
        }
    }
}

fn gamma(shape: f64, mean_s: f64) -> Sampler {
    Sampler::Gamma(Gamma::new(shape, mean_s * 1e9 / shape).expect("shape and mean are positive"))
}

/// A distribution ready to be drawn from.
#[derive(Clone, Debug)]
pub enum Sampler {
    Constant(Span),
    Exponential {
        mean_ns: f64,
    },
    Gamma(Gamma<f64>),
    Hyperexponential(Vec<Branch>),
    Lognormal(LogNormal<f64>),
    Empirical(Arc<Empirical>),
    Uniform {
        min_ns: f64,
        range_ns: f64,
    },
    Weibull(Weibull<f64>),
    /// x = L (1 − q u)^(−1/a), where q is 1 or, if bounded, 1 − (L/H)ᵃ.
    Pareto {
        min_ns: f64,
        power: f64,
        share: f64,
    },
    Normal {
        mean_ns: f64,
        sd_ns: f64,
    },
    Triangular {
        min_ns: f64,
        mode_ns: f64,
        max_ns: f64,
    },
    PhaseType(Arc<PhaseType>),
    Mixture(Arc<[(f64, Sampler)]>),
    Shifted {
        of: Box<Sampler>,
        plus: Span,
    },
}

impl Sampler {
    /// Draws for the keys of consecutive numbers. Exponential times are drawn first and scaled then: two short loops
    /// keep their values in registers, where one long loop does not.
    pub fn draw_ahead<const N: usize>(&self, key: Key, first: u64, ahead: &mut [Span; N]) {
        match self {
            Sampler::Exponential { mean_ns } => {
                let draws = exp1_ahead::<N>(key, first);
                ahead.iter_mut().zip(draws).for_each(|(span, draw)| *span = Span::from_nanos_f64(mean_ns * draw));
            }
            _ => (first..).zip(ahead).for_each(|(number, span)| *span = self.draw(&mut key.number(number).draws())),
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
                let at = (uniform(draws) * values.seconds().len() as f64) as usize;
                Span::from_seconds(values.seconds()[at])
            }
            Sampler::Uniform { min_ns, range_ns } => Span::from_nanos_f64(min_ns + range_ns * uniform(draws)),
            Sampler::Weibull(weibull) => Span::from_nanos_f64(weibull.sample(draws)),
            Sampler::Pareto { min_ns, power, share } => {
                Span::from_nanos_f64(min_ns * (power * (-share * uniform(draws)).ln_1p()).exp())
            }
            Sampler::Normal { mean_ns, sd_ns } => Span::from_nanos_f64(truncated_normal(*mean_ns, *sd_ns, draws)),
            Sampler::Triangular { min_ns, mode_ns, max_ns } => {
                Span::from_nanos_f64(triangular([*min_ns, *mode_ns, *max_ns], uniform(draws)))
            }
            Sampler::PhaseType(phases) => Span::from_seconds(phases.draw(draws)),
            Sampler::Mixture(parts) => {
                let mut left = uniform(draws);
                let chosen = parts.iter().find(|(weight, _)| {
                    left -= weight;
                    left < 0.0
                });
                let (_, of) = chosen.unwrap_or(&parts[parts.len() - 1]);
                of.draw(draws)
            }
            Sampler::Shifted { of, plus } => of.draw(draws) + *plus,
        }
    }
}

/// Drawn again while below zero. The mean is not below zero, so that at least every second draw is kept.
fn truncated_normal(mean: f64, sd: f64, draws: &mut Draws) -> f64 {
    loop {
        let normal: f64 = StandardNormal.sample(draws);
        let draw = mean + sd * normal;
        if draw >= 0.0 {
            return draw;
        }
    }
}

/// The inverse of the distribution function, which is a parabola on either side of the mode.
fn triangular([min, mode, max]: [f64; 3], u: f64) -> f64 {
    let range = max - min;
    if u * range < mode - min {
        min + (u * range * (mode - min)).sqrt()
    } else {
        max - ((1.0 - u) * range * (max - mode)).sqrt()
    }
}

/// Standard exponential draws for the keys of consecutive numbers. In two loops, because what the second calls now and
/// then takes the registers that the first needs; the first one by one, because side by side, in vectors that know no
/// product of 64 bits, it takes half as long again.
#[inline]
pub fn exp1_ahead<const N: usize>(key: Key, first: u64) -> [f64; N] {
    let mut ahead = [0.0; N];
    for (at, draw) in ahead.iter_mut().enumerate() {
        *draw = f64::from_bits(key.number(black_box(first + at as u64)).first());
    }
    for draw in &mut ahead {
        *draw = Exp1.sample(&mut Begun::with(draw.to_bits()));
    }
    ahead
}

/// A standard exponential draw.
#[inline]
pub fn exp1(draws: &mut Draws) -> f64 {
    Exp1.sample(draws)
}
