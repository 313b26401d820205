//! M/D/c: constant service, several consumers.

use std::rc::Rc;

use statrs::function::gamma::ln_gamma;

use super::steady::{Fading, Steady, Tail, poisson_average};
use crate::time::Span;

/// Terms of Spitzer's sum that are looked at; more are needed at loads near one, and for very many consumers.
const MOST_TERMS: f64 = 4e7;

/// Poisson arrivals, constant service, `consumers` alike, unlimited room, for rate × service < consumers. Over one
/// service time the number waiting is a random walk that ends at 0: Q ← max(0, Q + arrivals − c) (Crommelin 1932). Its
/// distribution follows from positive sums over the free walk (Spitzer 1956), the wait's from it (Franx 2001). `None`
/// where the load is so near to one that the sums take too long.
pub(super) fn solve(rate: f64, service: Span, consumers: u32) -> Option<Steady> {
    let service_s = service.seconds();
    let queue = Rc::new(Queue::of(rate * service_s, consumers)?);
    let (length, factorial_second) = queue.moments();
    let mean = length / rate;
    // First in first out, those waiting came during the first one's wait: E Q(Q − 1) = λ² E W² (Haji & Newell 1971).
    let variance = (factorial_second / (rate * rate) - mean * mean).max(0.0);
    let same = Rc::clone(&queue);
    let wait: Rc<dyn Fn(f64) -> f64> = Rc::new(move |t| same.waits_longer(t / service_s));
    let response = Rc::clone(&wait);
    let response_tail: Tail = Box::new(move |t| if t < service_s { 1.0 } else { response(t - service_s) });
    Some(Steady {
        waited: Some(queue.waits_longer(0.0)),
        wait_mean_s: mean,
        wait_variance: Some(variance),
        length,
        busy: rate * service_s,
        wait_tail: Some(Box::new(move |t| wait(t))),
        response_tail: Some(response_tail),
        ..Steady::default()
    })
}

struct Queue {
    offered: f64,
    consumers: u32,
    /// The chance of n or more waiting.
    at_least: Fading,
}

impl Queue {
    fn of(offered: f64, consumers: u32) -> Option<Queue> {
        let c = f64::from(consumers);
        let load = offered / c;
        // Until the free walk is so unlikely to be above 0 that nothing is left (Chernoff).
        let rounds = (40.0 / (c * (load - 1.0 - load.ln()))).ceil() + 1.0;
        let places = 100 + 40 * (c.sqrt() as usize);
        let terms = (rounds + places as f64) * places as f64;
        if terms.is_nan() || terms > MOST_TERMS {
            return None;
        }
        let above = above(offered, consumers, rounds as u32, places);
        // n q(n) = Σ j a(j) q(n − j), from the exponential of Σ a(j) (zʲ − 1).
        let mut weights = vec![1.0];
        for n in 1..=places {
            let sum: f64 = (1..=n).map(|j| j as f64 * above[j] * weights[n - j]).sum();
            weights.push(sum / n as f64);
        }
        Some(Queue { offered, consumers, at_least: at_least(&weights) })
    }

    /// The mean, and the second factorial moment.
    fn moments(&self) -> (f64, f64) {
        // E Q = Σ P(Q ≥ n), E Q(Q − 1) = 2 Σ (n − 1) P(Q ≥ n), over n ≥ 1.
        let (mean, weighted) = self.at_least.sums();
        (mean, 2.0 * (weighted - mean))
    }

    /// P(wait > t), t in services: that what waits, and what comes in the rest of the k-th service, is kc or more (Franx
    /// 2001).
    fn waits_longer(&self, t: f64) -> f64 {
        let k = t.floor() + 1.0;
        let needed = (k * f64::from(self.consumers)) as usize;
        poisson_average(self.offered * (k - t), |come| self.at_least.at(needed.saturating_sub(come)))
    }
}

/// Σ over k of P(k rounds' arrivals − kc = j)/k, for j up to `places`.
fn above(offered: f64, consumers: u32, rounds: u32, places: usize) -> Vec<f64> {
    let mut above = vec![0.0; places + 1];
    for k in (1..=rounds).map(f64::from) {
        let (mean, none) = (k * offered, k * f64::from(consumers));
        let mut chance = (none * mean.ln() - mean - ln_gamma(none + 1.0)).exp() / k;
        for (j, sum) in above.iter_mut().enumerate() {
            *sum += chance;
            chance *= mean / (none + j as f64 + 1.0);
        }
    }
    above
}

/// From weights of 0, 1, …, whose last ones fall by one factor: the chances of 0, 1, … or more.
fn at_least(weights: &[f64]) -> Fading {
    let last = weights.len() - 1;
    let factor = (weights[last] / weights[last - 20]).powf(1.0 / 20.0);
    let factor = if factor.is_finite() { factor } else { 0.0 };
    let mut sums = vec![0.0; weights.len()];
    sums[last] = weights[last] / (1.0 - factor);
    for n in (0..last).rev() {
        sums[n] = sums[n + 1] + weights[n];
    }
    let total = sums[0];
    Fading::new(sums.into_iter().map(|sum| sum / total).collect(), factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::constant;

    #[test]
    fn one_consumer_is_m_d_1() {
        for load in [0.1, 0.5, 0.9, 0.95] {
            let (found, known) =
                (solve(load, Span::from_secs(1), 1).unwrap(), constant::solve(load, Span::from_secs(1)));
            assert!((found.wait_mean_s / known.wait_mean_s - 1.0).abs() < 1e-9, "{load}");
            let variance = found.wait_variance.unwrap() / known.wait_variance.unwrap();
            assert!((variance - 1.0).abs() < 1e-8, "{load}: {variance}");
            let (found, known) = (found.wait_tail.unwrap(), known.wait_tail.unwrap());
            for t in [0.0, 0.3, 1.0, 2.5] {
                assert!((found(t) / known(t) - 1.0).abs() < 1e-7, "{load} {t}: {} {}", found(t), known(t));
            }
        }
    }

    #[test]
    fn the_area_under_the_tail_is_the_mean() {
        let steady = solve(4.5, Span::from_secs(1), 5).unwrap();
        let tail = steady.wait_tail.unwrap();
        let area: f64 = (0..40_000).map(|i| tail((f64::from(i) + 0.5) * 1e-3) * 1e-3).sum();
        assert!((area / steady.wait_mean_s - 1.0).abs() < 1e-5, "{area}");
        let squares: f64 = (0..40_000).map(|i| (f64::from(i) + 0.5) * 1e-3).map(|t| 2.0 * t * tail(t) * 1e-3).sum();
        let variance = squares - area * area;
        assert!((variance / steady.wait_variance.unwrap() - 1.0).abs() < 1e-4, "{variance}");
    }

    #[test]
    fn a_load_next_to_one_is_left_alone() {
        assert!(solve(4.9999, Span::from_secs(1), 5).is_none());
        assert!(solve(500.0, Span::from_secs(1), 1000).is_some());
    }
}
