//! The distribution of a service time, where it has a formula.

use std::f64::consts::SQRT_2;

use statrs::function::erf::erfc;
use statrs::function::gamma::{gamma, gamma_ur};

use super::phase;
use super::steady::Tail;
use crate::workload::{Distribution, Part};

/// The chance that a service takes longer; `None` for recorded times, whose percentiles lie on gaps between values, and
/// for phases too many or too unlike. Formulas of Johnson, Kotz & Balakrishnan 1994/95, chapters 13, 17, 20, 21, 26.
pub(super) fn tail(service: &Distribution) -> Option<Tail> {
    match service.clone() {
        Distribution::Constant(span) => Some(step(span.seconds())),
        Distribution::Exponential { mean_s } => Some(Box::new(move |t| (-t / mean_s).exp())),
        Distribution::Erlang { mean_s, phases } => {
            let n = f64::from(phases);
            Some(Box::new(move |t| if t > 0.0 { gamma_ur(n, n * t / mean_s) } else { 1.0 }))
        }
        Distribution::Hyperexponential { branches } => {
            Some(Box::new(move |t| branches.iter().map(|branch| branch.weight * (-t / branch.mean_s).exp()).sum()))
        }
        Distribution::Lognormal { mean_s, cv: 0.0 } => Some(step(mean_s)),
        Distribution::Lognormal { mean_s, cv } => {
            let variance = (cv * cv).ln_1p();
            let location = mean_s.ln() - variance / 2.0;
            Some(Box::new(move |t| 0.5 * erfc((t.ln() - location) / (variance.sqrt() * SQRT_2))))
        }
        Distribution::Uniform { min_s, max_s } if min_s == max_s => Some(step(min_s)),
        Distribution::Uniform { min_s, max_s } => {
            Some(Box::new(move |t| 1.0 - ((t - min_s) / (max_s - min_s)).clamp(0.0, 1.0)))
        }
        Distribution::Gamma { mean_s, cv: 0.0 } => Some(step(mean_s)),
        Distribution::Gamma { mean_s, cv } => {
            let shape = 1.0 / (cv * cv);
            Some(Box::new(move |t| if t > 0.0 { gamma_ur(shape, shape * t / mean_s) } else { 1.0 }))
        }
        Distribution::Weibull { mean_s, shape } => {
            let scale_s = mean_s / gamma(1.0 + 1.0 / shape);
            Some(Box::new(move |t| (-(t / scale_s).powf(shape)).exp()))
        }
        Distribution::Pareto { mean_s, shape } => {
            let least_s = mean_s * (shape - 1.0) / shape;
            Some(Box::new(move |t| if t > least_s { (least_s / t).powf(shape) } else { 1.0 }))
        }
        Distribution::BoundedPareto { min_s, max_s, shape } => Some(bounded_pareto(min_s, max_s, shape)),
        Distribution::Normal { mean_s, sd_s: 0.0 } => Some(step(mean_s)),
        Distribution::Normal { mean_s, sd_s } => {
            let above = move |t: f64| 0.5 * erfc((t - mean_s) / sd_s / SQRT_2);
            Some(Box::new(move |t| above(t) / above(0.0)))
        }
        Distribution::Triangular { min_s, mode_s, max_s } => Some(triangular(min_s, mode_s, max_s)),
        Distribution::PhaseType(_) => phase::tail(service),
        Distribution::Mixture(parts) => mixture(&parts),
        Distribution::Shifted { of, plus_s } => {
            let of = tail(&of)?;
            Some(Box::new(move |t| if t > plus_s { of(t - plus_s) } else { 1.0 }))
        }
        Distribution::Empirical(_) => None,
    }
}

/// Between L and H the chance of more is that of a Pareto time, less what lies beyond H.
fn bounded_pareto(min_s: f64, max_s: f64, shape: f64) -> Tail {
    let beyond = (min_s / max_s).powf(shape);
    Box::new(move |t| match t {
        below if below <= min_s => 1.0,
        above if above >= max_s => 0.0,
        t => ((min_s / t).powf(shape) - beyond) / (1.0 - beyond),
    })
}

fn triangular(min_s: f64, mode_s: f64, max_s: f64) -> Tail {
    let width = max_s - min_s;
    Box::new(move |t| match t {
        t if t < min_s => 1.0,
        t if t >= max_s => 0.0,
        t if t < mode_s => 1.0 - (t - min_s) * (t - min_s) / (width * (mode_s - min_s)),
        t => (max_s - t) * (max_s - t) / (width * (max_s - mode_s)),
    })
}

/// Known where that of each part is.
fn mixture(parts: &[Part]) -> Option<Tail> {
    let tails: Option<Vec<(f64, Tail)>> = parts.iter().map(|part| Some((part.weight, tail(&part.of)?))).collect();
    let tails = tails?;
    Some(Box::new(move |t| tails.iter().map(|(weight, tail)| weight * tail(t)).sum()))
}

fn step(at: f64) -> Tail {
    Box::new(move |t| if t < at { 1.0 } else { 0.0 })
}

/// Whether this is an exponential time, however it is written.
pub(super) fn is_exponential(service: &Distribution) -> bool {
    match service {
        Distribution::Exponential { .. } => true,
        Distribution::Erlang { phases, .. } => *phases == 1,
        Distribution::Hyperexponential { branches } => branches.iter().all(|b| b.mean_s == branches[0].mean_s),
        _ => false,
    }
}

/// Its letter in Kendall's notation.
pub(super) fn letter(service: &Distribution) -> String {
    match service {
        _ if is_exponential(service) => "M".to_owned(),
        Distribution::Constant(_) => "D".to_owned(),
        Distribution::Erlang { phases, .. } => format!("E{phases}"),
        Distribution::Hyperexponential { branches } => format!("H{}", branches.len()),
        Distribution::PhaseType(_) => "PH".to_owned(),
        _ => "G".to_owned(),
    }
}

/// In words, for a sentence such as "service of `payments` is lognormal".
pub(super) fn in_words(service: &Distribution) -> &'static str {
    match service {
        Distribution::Constant(_) => "constant",
        Distribution::Exponential { .. } => "exponential",
        Distribution::Erlang { .. } => "erlang",
        Distribution::Hyperexponential { .. } => "hyperexponential",
        Distribution::Lognormal { .. } => "lognormal",
        Distribution::Empirical(_) => "empirical",
        Distribution::Uniform { .. } => "uniform",
        Distribution::Gamma { .. } => "gamma",
        Distribution::Weibull { .. } => "weibull",
        Distribution::Pareto { .. } | Distribution::BoundedPareto { .. } => "pareto",
        Distribution::Normal { .. } => "normal",
        Distribution::Triangular { .. } => "triangular",
        Distribution::PhaseType(_) => "phase_type",
        Distribution::Mixture(_) => "a mixture",
        Distribution::Shifted { .. } => "a constant and a part that varies",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::time::Span;
    use crate::workload::PhaseType;

    /// Times with a mean of half a second.
    fn half_a_second() -> Vec<Distribution> {
        let phases = PhaseType::new(vec![1.0, 0.0], vec![vec![0.0, 8.0, 0.0], vec![4.0, 0.0, 4.0]]).unwrap();
        let part = |weight, of| Part { weight, of };
        let bounded = Distribution::BoundedPareto { min_s: 0.2, max_s: 5.0, shape: 1.5 };
        let normal = Distribution::Normal { mean_s: 0.5, sd_s: 0.4 };
        vec![
            Distribution::Constant(Span::from_seconds(0.5)),
            Distribution::Exponential { mean_s: 0.5 },
            Distribution::Erlang { mean_s: 0.5, phases: 4 },
            Distribution::balanced_hyperexponential(0.5, 2.0),
            Distribution::Lognormal { mean_s: 0.5, cv: 1.5 },
            Distribution::Uniform { min_s: 0.2, max_s: 0.8 },
            Distribution::Gamma { mean_s: 0.5, cv: 1.5 },
            Distribution::Weibull { mean_s: 0.5, shape: 0.7 },
            Distribution::Pareto { mean_s: 0.5, shape: 3.5 },
            Distribution::Triangular { min_s: 0.1, mode_s: 0.2, max_s: 1.2 },
            Distribution::PhaseType(Arc::new(phases)),
            Distribution::Mixture(vec![part(0.3, bounded), part(0.7, normal)]),
        ]
    }

    #[test]
    fn the_areas_under_the_tail_are_the_moments() {
        for service in half_a_second() {
            let tail = tail(&service).unwrap();
            let at = |i: i32| (f64::from(i) + 0.5) * 1e-3;
            let area: f64 = (0..200_000).map(|i| tail(at(i)) * 1e-3).sum();
            assert!((area / service.mean_s() - 1.0).abs() < 2e-4, "{service:?}: {area}");
            // E X² = 2 ∫ t P(X > t) dt.
            let second: f64 = (0..200_000).map(|i| 2.0 * at(i) * tail(at(i)) * 1e-3).sum();
            assert!((second / service.moment(2) - 1.0).abs() < 1e-3, "{service:?}: {second}");
        }
    }

    #[test]
    fn one_phase_is_exponential() {
        assert_eq!(letter(&Distribution::Erlang { mean_s: 1.0, phases: 1 }), "M");
        assert_eq!(letter(&Distribution::balanced_hyperexponential(1.0, 2.0)), "H2");
    }
}
