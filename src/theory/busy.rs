//! Busy periods of M/M/1, one after the other as often as a coin says: who waits for them waits a mixture of exponential times.

use std::f64::consts::PI;
use std::rc::Rc;

use super::markov::sum_tail;
use super::steady::Tail;

/// A time that is exponential at one of these rates per second, each with its chance.
pub(super) struct Mixture {
    parts: Vec<(f64, f64)>,
}

/// n ≥ 1 busy periods of M/M/1 with a chance of (1 − σ)σⁿ⁻¹, where `rate` a second come and `served` a second leave, for
/// rate < served and 0 ≤ σ < 1, not both of rate and σ 0.
///
/// One of them has the transform G = [s + λ + μ − √((s + λ + μ)² − 4λμ)]/2λ (Kleinrock 1975, eq. 5.144), all of them (1 −
/// σ)G/(1 − σG). On its cut, at s = −(λ + μ − 2√(λμ) cos φ), G is √(μ/λ) e^(−iφ), so that the imaginary part gives the chance
/// of every rate (for σ = 0 in Abate & Whitt 1988); where σG is 1 for an s outside of the cut, there is one
/// exponential time more, at the rate −s.
///
/// Summed over v = ln tan(φ/2), where all poles are π/2 away from the real line whatever the load is: the trapezoidal rule
/// is then exact but for e^(−π²/step).
pub(super) fn busy_periods(rate: f64, served: f64, again: f64) -> Mixture {
    const STEP: f64 = 1.0 / 8.0;
    let h = (rate / served).sqrt();
    let part = |i: i32| {
        let u = (f64::from(i) * STEP).exp();
        // sin² φ/2, which 1 − cos φ is twice of.
        let half = u * u / (1.0 + u * u);
        let (theta, coin) = ((1.0 - h).powi(2) + 4.0 * h * half, (h - again).powi(2) + 4.0 * again * h * half);
        let turn = 4.0 * half / (1.0 + u * u) * (2.0 * u / (1.0 + u * u)) * STEP;
        (served * theta, 2.0 / PI * (1.0 - again) * h * h * turn / (theta * coin))
    };
    // What lies beyond both ends is less than 10⁻¹⁵.
    let mut parts: Vec<(f64, f64)> = (-300..=100).map(part).collect();
    let rest = 1.0 - parts.iter().map(|part| part.1).sum::<f64>();
    let slowest = served * (1.0 - h).powi(2);
    parts.push((if again > h { (1.0 - again) * (served - rate / again) } else { slowest }, rest));
    Mixture { parts }
}

impl Mixture {
    /// The chance that it is longer than t seconds.
    fn tail(&self, t: f64) -> f64 {
        self.parts.iter().map(|(rate, chance)| chance * (-rate * t).exp()).sum()
    }

    /// The same, with an independent exponential time of rate `served` behind it.
    fn and_service_tail(&self, served: f64, t: f64) -> f64 {
        self.parts.iter().map(|(rate, chance)| chance * sum_tail(*rate, served, t)).sum()
    }

    /// Of a wait that is 0 but with the chance `waited` this, and of the response with a service of rate `served`.
    pub fn tails(self, waited: f64, served: f64) -> (Tail, Tail) {
        let wait = Rc::new(self);
        let both = Rc::clone(&wait);
        let response = move |t: f64| (1.0 - waited) * (-served * t).exp() + waited * both.and_service_tail(served, t);
        (Box::new(move |t| waited * wait.tail(t)), Box::new(response))
    }

    /// Mean and mean square, in seconds.
    pub fn moments(&self) -> (f64, f64) {
        let sum = |of: fn(f64) -> f64| self.parts.iter().map(|(rate, chance)| chance * of(*rate)).sum();
        (sum(|rate| 1.0 / rate), sum(|rate| 2.0 / (rate * rate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of N busy periods B: E N E B, and E N Var B + E N² (E B)².
    fn known(rate: f64, served: f64, again: f64) -> (f64, f64) {
        let rest = 1.0 - rate / served;
        let mean = 1.0 / (served * rest);
        let variance = 2.0 / (served * served * rest.powi(3)) - mean * mean;
        let (count, square) = (1.0 / (1.0 - again), (1.0 + again) / (1.0 - again).powi(2));
        (count * mean, count * variance + square * mean * mean)
    }

    #[test]
    fn moments_are_those_of_busy_periods_and_of_sums_of_them() {
        for rate in [0.0, 0.01, 0.5, 1.9, 1.998] {
            for again in [0.0, 0.1, 0.5, 0.9, 0.97, 0.9995].into_iter().filter(|again| rate + again > 0.0) {
                let (found, known) = (busy_periods(rate, 2.0, again).moments(), known(rate, 2.0, again));
                let off = (found.0 / known.0 - 1.0).abs().max((found.1 / known.1 - 1.0).abs());
                assert!(off < 1e-8, "at {rate} and {again}: {found:?}, not {known:?}");
            }
        }
    }

    #[test]
    fn where_the_pole_meets_the_cut_nothing_jumps() {
        // √(0.5/2) = 0.5.
        for away in [0.0, 1e-9, 1e-6, 1e-4, 1e-3] {
            let (found, known) = (busy_periods(0.5, 2.0, 0.5 - away).moments(), known(0.5, 2.0, 0.5 - away));
            assert!((found.1 / known.1 - 1.0).abs() < 1e-6, "{away} away: {found:?}, not {known:?}");
        }
    }

    /// One busy period ends with the step at which a random walk first comes to 0: Catalan numbers (Takács 1962, ch. 1).
    #[test]
    fn one_busy_period_is_as_long_as_a_random_walk_says() {
        let (rate, served, t) = (1.0_f64, 1.25, 8.0);
        let up = rate / (rate + served);
        let (mut ends, mut left, mut tail) = (1.0 - up, 1.0, 0.0);
        let mut poisson = (-(rate + served) * t).exp();
        for step in 0..200_u32 {
            tail += poisson * left;
            poisson *= (rate + served) * t / f64::from(step + 1);
            if step % 2 == 0 {
                left -= ends;
                let k = f64::from(step / 2);
                ends *= up * (1.0 - up) * 2.0 * (2.0 * k + 1.0) / (k + 2.0);
            }
        }
        let found = busy_periods(rate, served, 0.0).tail(t);
        assert!((found / tail - 1.0).abs() < 1e-10, "{found}, not {tail}");
    }

    #[test]
    fn without_newcomers_it_is_one_exponential_time() {
        let found = busy_periods(0.0, 2.0, 0.75);
        assert!((found.tail(3.0) / (-1.5_f64).exp() - 1.0).abs() < 1e-12);
    }
}
