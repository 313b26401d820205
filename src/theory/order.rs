//! Other orders of service: last in first out, shortest first.

use super::busy::busy_periods;
use super::erlang::erlang_c;
use super::service::is_exponential;
use super::steady::Steady;
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

/// M/G/1, or M/M/c, last in first out without preemption. Of several consumers, who waits waits for a busy period of
/// M/M/1 at the rate of all of them together, whose moments are 1/cμ(1 − ρ) and 2/(cμ)²(1 − ρ)³ (Kleinrock 1975, sec.
/// 5.8). With exponential service one of these is what one consumer's waits are too, so that percentiles are known. For
/// rate × mean service < consumers.
pub(super) fn last_first_steady(rate: f64, service: &Distribution, consumers: u32) -> Option<Steady> {
    let (offered, servers) = (rate * service.mean_s(), f64::from(consumers));
    let (waited, mean, variance) = if consumers == 1 {
        let (mean, variance) = last_first(rate, service)?;
        (offered, mean, variance)
    } else {
        let (waited, rest, turn_s) =
            (erlang_c(consumers, offered), 1.0 - offered / servers, service.mean_s() / servers);
        let mean = waited * turn_s / rest;
        (waited, mean, 2.0 * waited * turn_s * turn_s / rest.powi(3) - mean * mean)
    };
    let served = 1.0 / service.mean_s();
    // Who waits, waits for the end of one service and of all that come until nobody is left who came later.
    let busy = is_exponential(service).then(|| busy_periods(rate, servers * served, 0.0).tails(waited, served));
    let (wait_tail, response_tail) = busy.unzip();
    Some(Steady {
        waited: Some(waited),
        wait_mean_s: mean,
        wait_variance: Some(variance),
        length: rate * mean,
        busy: offered,
        wait_tail,
        response_tail,
        ..Steady::default()
    })
}

/// M/M/1, the shortest work first. For rate × mean service < 1.
pub(super) fn shortest_first_steady(rate: f64, mean_s: f64) -> Option<Steady> {
    let wait_mean_s = shortest_first(rate, mean_s)?;
    let (load, length) = (rate * mean_s, rate * wait_mean_s);
    Some(Steady { waited: Some(load), wait_mean_s, length, busy: load, ..Steady::default() })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_consumer_and_the_busy_period_give_the_same_variance() {
        let one = last_first_steady(0.8, &Distribution::Exponential { mean_s: 1.0 }, 1).unwrap();
        let second = one.wait_variance.unwrap() + one.wait_mean_s * one.wait_mean_s;
        // 2 C/(cμ)²(1 − ρ)³, C being the load.
        assert!((2.0 * 0.8 / 0.2_f64.powi(3) / second - 1.0).abs() < 1e-12);
    }
}
