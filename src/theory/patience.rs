//! M/M/c whose messages leave when they have waited too long.

use super::erlang::erlang_b;

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
/// 2005, sec. 3). With θ = c/S − λ, what an arrival would have to wait has the density e^(−θt) up to `patience_s` and
/// e^(−θp − (t − p)c/S) behind it, times one factor.
pub fn constant(rate: f64, mean_s: f64, consumers: u32, patience_s: f64) -> Impatient {
    let served = f64::from(consumers) / mean_s;
    let theta = served - rate;
    let blocked = erlang_b(consumers, rate * mean_s);
    let (patient, first) = (area(theta, patience_s), first_moment(theta, patience_s));
    let beyond = (-theta * patience_s).exp() / served;
    // That factor, where free consumers are found with 1 − B: without patience a share B is lost.
    let at = served * blocked;
    let all = 1.0 - blocked + at * (patient + beyond);
    let waited = at * (patient + beyond) / all;
    let lost = at * beyond / all;
    let stay_s = at * (first + patience_s * beyond) / all;
    told(rate, mean_s, waited, rate * stay_s, lost)
}

/// ∫ e^(−θt) dt from 0 to p.
fn area(theta: f64, p: f64) -> f64 {
    if (theta * p).abs() < 1e-9 { p } else { -(-theta * p).exp_m1() / theta }
}

/// ∫ t e^(−θt) dt from 0 to p.
fn first_moment(theta: f64, p: f64) -> f64 {
    let x = theta * p;
    match x.abs() {
        // Its series, where the closed form cancels.
        small if small < 1e-3 => p * p * (0.5 - x / 3.0 + x * x / 8.0 - x * x * x / 30.0),
        _ => (1.0 - (1.0 + x) * (-x).exp()) / (theta * theta),
    }
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
}
