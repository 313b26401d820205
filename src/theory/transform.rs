//! The Laplace–Stieltjes transform of a distribution of times.

use super::service::tail;
use crate::workload::Distribution;

/// E[e^(−sX)] for s ≥ 0 in 1/s, in closed form where there is one, else by quadrature of the tail. `None` where neither is
/// known.
pub(super) fn transform(times: &Distribution) -> Option<Box<dyn Fn(f64) -> f64>> {
    match times.clone() {
        Distribution::Constant(span) => Some(Box::new(move |s| (-s * span.seconds()).exp())),
        Distribution::Exponential { mean_s } => Some(Box::new(move |s| 1.0 / (1.0 + s * mean_s))),
        Distribution::Erlang { mean_s, phases } => {
            let n = f64::from(phases);
            Some(Box::new(move |s| (-n * (s * mean_s / n).ln_1p()).exp()))
        }
        Distribution::Hyperexponential { branches } => {
            Some(Box::new(move |s| branches.iter().map(|branch| branch.weight / (1.0 + s * branch.mean_s)).sum()))
        }
        Distribution::Empirical(values) => Some(Box::new(move |s| {
            let sum: f64 = values.seconds().iter().map(|x| (-s * x).exp()).sum();
            sum / values.seconds().len() as f64
        })),
        Distribution::Gamma { mean_s, cv } if cv > 0.0 => {
            let scv = cv * cv;
            Some(Box::new(move |s| (-(s * mean_s * scv).ln_1p() / scv).exp()))
        }
        Distribution::Uniform { min_s, max_s } if max_s > min_s => {
            // e^(−s min) (1 − e^(−sw))/sw, w being the width.
            Some(Box::new(move |s| {
                let width = s * (max_s - min_s);
                let within = if width > 0.0 { -(-width).exp_m1() / width } else { 1.0 };
                (-s * min_s).exp() * within
            }))
        }
        other => {
            let tail = tail(&other)?;
            Some(Box::new(move |s| by_quadrature(&*tail, s)))
        }
    }
}

/// 1 − s ∫ e^(−st) P(X > t) dt, written as 1 − ∫ e^(x − eˣ) P(X > eˣ/s) dx. The trapezoidal rule converges faster than any
/// power for an integrand that falls this steeply on both sides (Takahasi & Mori 1974).
fn by_quadrature(tail: &dyn Fn(f64) -> f64, s: f64) -> f64 {
    const STEP: f64 = 1.0 / 64.0;
    if s == 0.0 {
        return 1.0;
    }
    // E X ∧ an exponential time: what P(X ≤ eˣ/s) leaves is small numbers, so they are added, not subtracted from 1.
    let within = |x: f64| (x - x.exp()).exp() * (1.0 - tail(x.exp() / s));
    (-2600..=240).map(|i| within(f64::from(i) * STEP)).sum::<f64>() * STEP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn quadrature_gives_what_closed_forms_give() {
        let erlang = Distribution::Erlang { mean_s: 0.5, phases: 4 };
        let hyper = Distribution::balanced_hyperexponential(0.5, 2.0);
        for times in [Distribution::Exponential { mean_s: 0.5 }, erlang, hyper] {
            let (closed, tail) = (transform(&times).unwrap(), tail(&times).unwrap());
            for s in [1e-3, 0.1, 1.0, 30.0, 1e3] {
                let (closed, found) = (closed(s), by_quadrature(&*tail, s));
                assert!((found / closed - 1.0).abs() < 1e-9, "{times:?} at {s}: {found}, not {closed}");
            }
        }
    }

    #[test]
    fn near_zero_it_falls_by_the_mean() {
        for times in [
            Distribution::Constant(Span::from_seconds(0.5)),
            Distribution::Lognormal { mean_s: 0.5, cv: 1.5 },
            Distribution::Gamma { mean_s: 0.5, cv: 1.5 },
            Distribution::Uniform { min_s: 0.25, max_s: 0.75 },
        ] {
            let slope = (1.0 - transform(&times).unwrap()(1e-6)) / 1e-6;
            assert!((slope - 0.5).abs() < 1e-5, "{times:?}: {slope}");
        }
    }

    #[test]
    fn a_gamma_of_whole_shape_is_phases() {
        let (gamma, erlang) =
            (Distribution::Gamma { mean_s: 0.5, cv: 0.5 }, Distribution::Erlang { mean_s: 0.5, phases: 4 });
        let (gamma, erlang) = (transform(&gamma).unwrap(), transform(&erlang).unwrap());
        assert!([0.1, 1.0, 30.0].iter().all(|s| (gamma(*s) / erlang(*s) - 1.0).abs() < 1e-12));
    }
}
