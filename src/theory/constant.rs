//! M/D/1: the distribution of the wait.

use std::f64::consts::E;

use super::general;
use super::steady::Steady;
use crate::time::Span;
use crate::workload::Distribution;

/// Beyond so many services the wait has lost every trace of the constant service but one exponential.
const FAR: usize = 64;

/// Poisson arrivals, constant service, one consumer, unlimited room, for rate × service < 1.
pub(super) fn solve(rate: f64, service: Span) -> Steady {
    let service_s = service.seconds();
    let tail = std::rc::Rc::new(wait_tail(rate * service_s));
    let same = std::rc::Rc::clone(&tail);
    Steady {
        wait_tail: Some(Box::new(move |t| tail(t / service_s))),
        response_tail: Some(Box::new(move |t| if t < service_s { 1.0 } else { same((t - service_s) / service_s) })),
        ..general::solve(rate, &Distribution::Constant(service))
    }
}

/// The chance to wait longer than `t` services (Erlang 1909) at this load below 1, to about 1e-9 of itself.
///
/// Erlang's sum alternates and is useless at high load. Within one service the tail G obeys G' = λ(G − G(t − 1)), so
/// from its values at whole services, G(k + τ) = e^(λτ) Σ (−λτ)ʲ/j! G(k − j), where λτ < 1 (Iversen & Staalhagen 1999).
/// Those values are the chances of more than k messages present, from balance equations with positive terms alone. Far
/// out one exponential is left.
fn wait_tail(load: f64) -> impl Fn(f64) -> f64 {
    let decay = decay(load);
    // The residue of Pollaczek and Khinchine's transform at its first pole.
    let far = move |t: f64| (1.0 - load) / (load + decay - 1.0) * (-decay * t).exp();
    let present = messages_present(load);
    let mut whole = vec![far(FAR as f64)];
    for k in (0..FAR).rev() {
        whole.push(whole[whole.len() - 1] + present[k + 1]);
    }
    whole.reverse();
    move |t| if t >= (FAR - 4) as f64 { far(t) } else { between(&whole, load, t) }
}

fn between(whole: &[f64], load: f64, t: f64) -> f64 {
    let k = t.floor();
    let x = load * (t - k);
    let (mut term, mut sum) = (1.0, 0.0);
    for j in 0..FAR {
        let value = if j as f64 > k { 1.0 } else { whole[k as usize - j] };
        sum += term * value;
        term *= -x / (j + 1) as f64;
    }
    sum * x.exp()
}

/// The positive root of ρ (e^η − 1) = η: the wait falls by e^−η a service far out.
fn decay(load: f64) -> f64 {
    let beyond = |x: f64| load * x.exp_m1() - x > 0.0;
    let mut low = 1.0 - load;
    let mut high = E;
    while !beyond(high) {
        high *= 2.0;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if beyond(middle) { high = middle } else { low = middle }
    }
}

/// The chances of 0, 1, … `FAR` messages present at departures: as many steps up across each level as down.
fn messages_present(load: f64) -> Vec<f64> {
    let none = (-load).exp();
    let more = more_arrivals(load);
    let mut present = vec![1.0 - load];
    for k in 0..FAR {
        let up: f64 = (1..=k).map(|j| present[j] * more[k + 1 - j]).sum();
        present.push((present[0] * more[k] + up) / none);
    }
    present
}

/// The chances of more than 0, 1, … `FAR` arrivals during one service.
fn more_arrivals(load: f64) -> Vec<f64> {
    let mut exactly = vec![(-load).exp()];
    for i in 1..2 * FAR {
        exactly.push(exactly[i - 1] * load / i as f64);
    }
    (0..=FAR).map(|i| exactly[i + 1..].iter().rev().sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_wait_is_erlangs() {
        // Erlang 1909: up to one service P(W ≤ t) = (1 − ρ) e^(ρt), up to two (1 − ρ)(e^(ρt) − ρ(t − 1) e^(ρ(t − 1))).
        for load in [1e-4, 0.1, 0.5, 0.95, 0.999] {
            let tail = wait_tail(load);
            for t in [0.0, 0.3, 0.999] {
                assert!((tail(t) - (1.0 - (1.0 - load) * (load * t).exp())).abs() < 1e-11, "{load} {t}");
            }
            let t = 1.7;
            let within = (1.0 - load) * ((load * t).exp() - load * (t - 1.0) * (load * (t - 1.0)).exp());
            assert!((tail(t) - (1.0 - within)).abs() < 1e-11, "{load} {t}");
        }
    }

    #[test]
    fn the_far_tail_continues_the_near_one() {
        for load in [0.3, 0.5, 0.9, 0.99, 0.9999] {
            let (tail, joint) = (wait_tail(load), (FAR - 4) as f64);
            let off = tail(joint) / tail(joint - 1e-9) - 1.0;
            assert!(off.abs() < 1e-7 * decay(load) + 1e-10, "{load}: {off}");
            let decayed = tail(joint - 10.0) / tail(joint) * (-10.0 * decay(load)).exp() - 1.0;
            assert!(decayed.abs() < 1e-10, "{load}: {decayed}");
        }
    }

    #[test]
    fn the_area_under_the_tail_is_pollaczeks_mean() {
        for load in [0.2, 0.8, 0.99] {
            let tail = wait_tail(load);
            let step = 0.01;
            let area: f64 = (0..300_000).map(|i| tail((f64::from(i) + 0.5) * step) * step).sum();
            let mean = load / (2.0 * (1.0 - load));
            assert!((area / mean - 1.0).abs() < 1e-4, "{load}: {area}");
        }
    }

    #[test]
    fn the_tail_never_rises() {
        for load in [0.01, 0.5, 0.99] {
            let tail = wait_tail(load);
            let falls = |i: &u32| tail(f64::from(*i) * 0.01) <= tail(f64::from(i - 1) * 0.01) * (1.0 + 1e-12) + 1e-15;
            assert!((1..10_000).all(|i| falls(&i)), "{load}");
        }
    }
}
