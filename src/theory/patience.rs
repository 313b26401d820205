//! M/M/c whose messages leave when they have waited too long.

use statrs::function::gamma::{gamma_lr, ln_gamma};

use super::erlang::erlang_b;
use super::steady::{Steady, Tail};
use crate::workload::Distribution;

/// A queue that messages leave unserved. Lengths in messages, times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Impatient {
    /// The share of all arrivals that find no free consumer.
    pub waited: f64,
    /// The share of all arrivals that leave unserved.
    pub lost: f64,
    /// Messages waiting, on average.
    pub length: f64,
    /// The mean time spent waiting, of served and lost alike.
    pub stay_s: f64,
    /// Consumers at work, on average.
    pub busy: f64,
    /// Served per second.
    pub throughput: f64,
}

/// M/M/c+M, Erlang A: patience is exponential, with this mean; any load (Palm 1943; Garnett, Mandelbaum & Reiman 2002). The
/// chain of the number inside; its states above `consumers` fall faster than any power.
pub fn exponential(rate: f64, mean_s: f64, consumers: u32, patience_s: f64) -> Impatient {
    let (served, left) = (f64::from(consumers) / mean_s, 1.0 / patience_s);
    let blocked = erlang_b(consumers, rate * mean_s);
    // Weights of 0, 1, … waiting, that with 0 being Erlang's B; those below `consumers` together are 1 − B.
    let (mut weight, mut some, mut sum) = (blocked, blocked, 0.0);
    for j in 1_u64.. {
        weight *= rate / (served + j as f64 * left);
        some += weight;
        sum += j as f64 * weight;
        if weight <= 1e-18 * some && rate < served + j as f64 * left {
            break;
        }
    }
    let all = 1.0 - blocked + some;
    told(rate, mean_s, some / all, sum / all, sum / all * left / rate)
}

/// M/M/c+D: every message leaves when it has waited this long; any load (Baccelli & Hébuterne 1981; Zeltyn & Mandelbaum
/// 2005, sec. 3).
pub fn constant(rate: f64, mean_s: f64, consumers: u32, patience_s: f64) -> Impatient {
    let Constant { factor, theta, beyond, .. } = Constant::of(rate, mean_s, consumers, patience_s);
    let [patient, first, _] = scaled_moments(theta, patience_s);
    let stay_s = factor * (first + patience_s * beyond);
    told(rate, mean_s, factor * (patient + beyond), rate * stay_s, factor * beyond)
}

/// What an arrival at M/M/c+D would have to wait: with θ = c/S − λ its density is e^(−θt) up to the patience p and
/// e^(−θp − (t − p)c/S) behind it, times one factor; where θ is negative everything is written times e^(θp), so that
/// nothing overflows.
#[derive(Clone, Copy)]
struct Constant {
    theta: f64,
    patience_s: f64,
    factor: f64,
    /// The area behind the patience, without the factor.
    beyond: f64,
    /// The rate of one consumer.
    served: f64,
}

impl Constant {
    fn of(rate: f64, mean_s: f64, consumers: u32, patience_s: f64) -> Constant {
        let all = f64::from(consumers) / mean_s;
        let theta = all - rate;
        let blocked = erlang_b(consumers, rate * mean_s);
        // Free consumers are found with 1 − B: without patience a share B is lost.
        let at = all * blocked;
        let free = (1.0 - blocked) * (theta * patience_s).min(0.0).exp();
        let beyond = (-theta * patience_s).min(0.0).exp() / all;
        let [patient, ..] = scaled_moments(theta, patience_s);
        let factor = at / (free + at * (patient + beyond));
        Constant { theta, patience_s, factor, beyond, served: 1.0 / mean_s }
    }

    /// The chance to wait longer and be served, of all arrivals.
    fn waits(&self, t: f64) -> f64 {
        if t < self.patience_s { self.factor * self.within(t, self.patience_s, self.theta, 0.0) } else { 0.0 }
    }

    /// The chance to wait, be served, and be at work at an instant.
    fn at_work(&self, t: f64) -> f64 {
        self.factor * self.within(0.0, t.min(self.patience_s), self.theta - self.served, -self.served * t)
    }

    /// ∫ e^(plus − falls u) du between two instants, scaled.
    fn within(&self, from: f64, to: f64, falls: f64, plus: f64) -> f64 {
        // Of both ends the one where the integrand is largest.
        let largest = if falls >= 0.0 { from } else { to };
        let scale = (self.theta * self.patience_s).min(0.0);
        (scale + plus - falls * largest).exp() * area(falls.abs(), to - from)
    }
}

/// M/M/c whose messages leave after this patience, exponential or constant; waits are those of the served.
pub(super) fn steady(rate: f64, mean_s: f64, consumers: u32, patience: &Distribution) -> Steady {
    match patience {
        Distribution::Constant(span) => steady_constant(rate, mean_s, consumers, span.seconds()),
        _ => steady_exponential(rate, mean_s, consumers, patience.mean_s()),
    }
}

fn steady_constant(rate: f64, mean_s: f64, consumers: u32, patience_s: f64) -> Steady {
    let all = constant(rate, mean_s, consumers, patience_s);
    let wait = Constant::of(rate, mean_s, consumers, patience_s);
    let served = 1.0 - all.lost;
    let moments = scaled_moments(wait.theta, patience_s).map(|moment| wait.factor * moment / served);
    let free = 1.0 - moments[0];
    let work = move |t: f64| (wait.waits(t) + wait.at_work(t)) / served + free * (-t / mean_s).exp();
    Steady {
        wait_tail: Some(Box::new(move |t| wait.waits(t) / served)),
        response_tail: Some(Box::new(work)),
        ..of_served(&all, moments)
    }
}

/// Who finds j waiting is served with a chance of (c/S)/(c/S + (j + 1)/p), p being the mean patience, and then moves up
/// one place after the other, for exponential times of rates c/S + i/p, i from j + 1 down to 1. In continuous time the
/// wait of those who wait and are served has the density e^(−(c/S + 1/p)t + λp(1 − e^(−t/p))), up to a factor (Zeltyn &
/// Mandelbaum 2005), whose integral is an incomplete gamma function of e^(−t/p).
fn steady_exponential(rate: f64, mean_s: f64, consumers: u32, patience_s: f64) -> Steady {
    let all = exponential(rate, mean_s, consumers, patience_s);
    let (served, left) = (f64::from(consumers) / mean_s, 1.0 / patience_s);
    let blocked = erlang_b(consumers, rate * mean_s);
    let (mut weight, mut mean, mut variance) = (blocked, 0.0, 0.0);
    let (mut total, mut sums) = (1.0 - blocked, [0.0; 3]);
    for j in 0_u64.. {
        let next = served + (j + 1) as f64 * left;
        (mean, variance) = (mean + 1.0 / next, variance + 1.0 / next / next);
        let reaches = weight * served / next;
        sums = [sums[0] + reaches, sums[1] + reaches * mean, sums[2] + reaches * (variance + mean * mean)];
        total += weight;
        if weight <= 1e-18 * total && rate < next {
            break;
        }
        weight *= rate / next;
    }
    let moments = sums.map(|sum| sum / total / (1.0 - all.lost));
    let (wait_tail, response_tail) = tails(rate, mean_s, consumers, patience_s, moments[0]).unzip();
    Steady { wait_tail, response_tail, ..of_served(&all, moments) }
}

/// More than this is beyond what the incomplete gamma function can be had for.
const LARGEST: f64 = 1e6;

/// Of M/M/c+M. `None` where patience is so long that the numbers of the formula are too small or too large.
fn tails(rate: f64, mean_s: f64, consumers: u32, patience_s: f64, waited: f64) -> Option<(Tail, Tail)> {
    let x = rate * patience_s;
    let (shape, apart) = (f64::from(consumers) * patience_s / mean_s + 1.0, patience_s / mean_s);
    let whole = gamma_lr(shape, x);
    if shape.max(x) > LARGEST || whole < 1e-250 {
        return None;
    }
    let wait = move |t: f64| waited * gamma_lr(shape, x * (-t / patience_s).exp()) / whole;
    // Times e^(t/S) within the integral lowers the shape by p/S.
    let factor = apart * x.ln() + ln_gamma(shape - apart) - ln_gamma(shape) - whole.ln();
    let reached = gamma_lr(shape - apart, x);
    let response = move |t: f64| {
        let begun = reached - gamma_lr(shape - apart, x * (-t / patience_s).exp());
        let at_work = waited * (factor - t / mean_s).exp() * begun;
        wait(t) + at_work + (1.0 - waited) * (-t / mean_s).exp()
    };
    Some((Box::new(wait), Box::new(response)))
}

/// From the moments 0, 1 and 2 of the waits of those who are served.
fn of_served(all: &Impatient, [waited, mean, second]: [f64; 3]) -> Steady {
    Steady {
        loss: all.lost,
        waited: Some(waited),
        wait_mean_s: mean,
        stay_mean_s: Some(all.stay_s),
        wait_variance: Some((second - mean * mean).max(0.0)),
        length: all.length,
        busy: all.busy,
        ..Steady::default()
    }
}

/// ∫ e^(−θt) dt from 0 to p.
fn area(theta: f64, p: f64) -> f64 {
    if (theta * p).abs() < 1e-9 { p } else { -(-theta * p).exp_m1() / theta }
}

/// ∫ tᵏ e^(−θt) dt from 0 to p for k = 0, 1, 2, times e^(θp) where θ is negative: then, counted from the end, p − t is t.
fn scaled_moments(theta: f64, p: f64) -> [f64; 3] {
    let [zeroth, first, second] = moments(theta.abs(), p);
    match theta < 0.0 {
        false => [zeroth, first, second],
        true => [zeroth, p * zeroth - first, p * p * zeroth - 2.0 * p * first + second],
    }
}

/// ∫ tᵏ e^(−θt) dt from 0 to p for k = 0, 1, 2 and θ ≥ 0.
fn moments(theta: f64, p: f64) -> [f64; 3] {
    let x = theta * p;
    if x < 1e-2 {
        // Their series, where the closed forms cancel.
        let first = p * p * (0.5 - x / 3.0 + x * x / 8.0 - x.powi(3) / 30.0 + x.powi(4) / 144.0);
        let second = p.powi(3) * (1.0 / 3.0 - x / 4.0 + x * x / 10.0 - x.powi(3) / 36.0 + x.powi(4) / 168.0);
        return [area(theta, p), first, second];
    }
    let left = (-x).exp();
    let first = (1.0 - (1.0 + x) * left) / (theta * theta);
    [area(theta, p), first, (2.0 - (2.0 + 2.0 * x + x * x) * left) / theta.powi(3)]
}

fn told(rate: f64, mean_s: f64, waited: f64, length: f64, lost: f64) -> Impatient {
    let throughput = rate * (1.0 - lost);
    Impatient { waited, lost, length, stay_s: length / rate, busy: throughput * mean_s, throughput }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{finite, markov};

    #[test]
    fn endless_patience_is_m_m_c() {
        let known = markov::solve(4.5, 1.0, 5);
        for found in [exponential(4.5, 1.0, 5, 1e9), constant(4.5, 1.0, 5, 1e3)] {
            assert!((found.length / known.length - 1.0).abs() < 1e-6, "{found:?}");
            assert!((found.waited / known.waited.unwrap() - 1.0).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn no_patience_is_a_loss_system() {
        let known = finite::solve(4.5, 1.0, 5, 0);
        for found in [exponential(4.5, 1.0, 5, 1e-9), constant(4.5, 1.0, 5, 1e-9)] {
            assert!((found.lost / known.loss - 1.0).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn at_load_one_nothing_jumps() {
        let at = |rate| constant(rate, 1.0, 5, 2.0).length;
        assert!((at(5.0 - 1e-7) + at(5.0 + 1e-7) - 2.0 * at(5.0)).abs() < 1e-8);
    }

    fn integral(tail: &Tail) -> f64 {
        (0..400_000).map(|i| tail((f64::from(i) + 0.5) * 1e-4) * 1e-4).sum()
    }

    #[test]
    fn the_served_wait_as_their_tails_say() {
        for (rate, patience_s) in [(4.5, 2.0), (7.0, 0.5), (5.0, 1.0)] {
            let all = [exponential(rate, 1.0, 5, patience_s), constant(rate, 1.0, 5, patience_s)];
            let served = [
                Distribution::Exponential { mean_s: patience_s },
                Distribution::Constant(crate::time::Span::from_seconds(patience_s)),
            ];
            for (all, patience) in all.into_iter().zip(served) {
                let found = steady(rate, 1.0, 5, &patience);
                let (wait, response) = (found.wait_tail.unwrap(), found.response_tail.unwrap());
                assert!((wait(0.0) - found.waited.unwrap()).abs() < 1e-9, "{rate} {patience:?}");
                assert!((response(0.0) - 1.0).abs() < 1e-9, "{rate} {patience:?}");
                assert!((integral(&wait) - found.wait_mean_s).abs() < 1e-6, "{rate} {patience:?}");
                assert!((integral(&response) - found.wait_mean_s - 1.0).abs() < 1e-6, "{rate} {patience:?}");
                assert!(found.wait_mean_s < all.stay_s / (1.0 - all.lost), "the lost have waited too");
                // Of all that find nobody free, some are served and some lost.
                assert!((found.waited.unwrap() * (1.0 - all.lost) + all.lost - all.waited).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn overload_and_long_patience_overflow_nothing() {
        for patience_s in [1e2, 1e4, 1e6] {
            let found = constant(12.0, 1.0, 10, patience_s);
            assert!((found.lost - 1.0 / 6.0).abs() < 1e-9, "{patience_s}: {found:?}");
            assert!((found.stay_s / patience_s - 1.0).abs() < 0.02, "{patience_s}: {found:?}");
            let steady = steady_constant(12.0, 1.0, 10, patience_s);
            let response = steady.response_tail.unwrap();
            assert!(response(0.5 * patience_s) > 0.99 && response(1.1 * patience_s + 50.0) < 1e-6);
        }
    }
}
