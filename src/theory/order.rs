//! Other orders of service: last in first out, shortest first.

use crate::workload::Distribution;

/// Mean and variance of the wait, in seconds and their square, of M/G/1 served last in first out without preemption
/// (Takács 1963): the mean is that of every order that does not look at the work; E W² = λ E S³/3(1 − ρ)² + (λ E
/// S²)²/2(1 − ρ)³. `None` at a load of one or more.
pub fn last_first(rate: f64, service: &Distribution) -> Option<(f64, f64)> {
    let rest = 1.0 - rate * service.mean_s();
    let second = rate * service.moment(2);
    let mean = second / (2.0 * rest);
    let squares = rate * service.moment(3) / (3.0 * rest * rest) + second * second / (2.0 * rest.powi(3));
    (rest > 0.0).then_some((mean, squares - mean * mean))
}

/// The mean wait in seconds of M/M/1 where the shortest work is taken first, without preemption (Phipps 1956):
/// ∫ λ E S²/2(1 − ρ(x))² dF(x), where ρ(x) is the load of what is shorter than x. `None` at a load of one or more.
pub fn shortest_first(rate: f64, mean_s: f64) -> Option<f64> {
    let load = rate * mean_s;
    // In units of the mean, up to where e^(−x) is nothing.
    let integrand = |x: f64| {
        let shorter = load * (1.0 - (1.0 + x) * (-x).exp());
        (-x).exp() / ((1.0 - shorter) * (1.0 - shorter))
    };
    (load < 1.0).then(|| load * mean_s * simpson(&integrand, 60.0, 60_000))
}

/// Simpson's rule from 0 to `end`, in an even number of steps.
pub(super) fn simpson(of: &dyn Fn(f64) -> f64, end: f64, steps: u32) -> f64 {
    let step = end / f64::from(steps);
    let weight = |i: u32| match i {
        0 => 1.0,
        i if i == steps => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    (0..=steps).map(|i| weight(i) * of(f64::from(i) * step)).sum::<f64>() * step / 3.0
}
