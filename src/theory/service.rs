//! The distribution of a service time, where it has a formula.

use std::f64::consts::SQRT_2;

use statrs::function::erf::erfc;
use statrs::function::gamma::gamma_ur;

use super::steady::Tail;
use crate::workload::Distribution;

/// The chance that a service takes longer; `None` for recorded times, whose percentiles lie on gaps between values.
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
        Distribution::Empirical(_) => None,
        _ => None,
    }
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
        Distribution::Shifted { .. } => "a sum",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn the_area_under_the_tail_is_the_mean() {
        for service in [
            Distribution::Constant(Span::from_seconds(0.5)),
            Distribution::Exponential { mean_s: 0.5 },
            Distribution::Erlang { mean_s: 0.5, phases: 4 },
            Distribution::balanced_hyperexponential(0.5, 2.0),
            Distribution::Lognormal { mean_s: 0.5, cv: 1.5 },
        ] {
            let tail = tail(&service).unwrap();
            let area: f64 = (0..200_000).map(|i| tail((f64::from(i) + 0.5) * 1e-3) * 1e-3).sum();
            assert!((area - 0.5).abs() < 1e-4, "{service:?}: {area}");
        }
    }

    #[test]
    fn one_phase_is_exponential() {
        assert_eq!(letter(&Distribution::Erlang { mean_s: 1.0, phases: 1 }), "M");
        assert_eq!(letter(&Distribution::balanced_hyperexponential(1.0, 2.0)), "H2");
    }
}
