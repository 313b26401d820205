//! M/G/∞: as many consumers as there are messages.

use std::f64::consts::TAU;

use statrs::function::gamma::gamma_lr;

use super::steady::Steady;

/// A chance that no simulation ever meets.
const NEVER: f64 = 1e-12;

/// Whether so many consumers are as good as endlessly many: with no end of them, so many would be busy at once less often
/// than once in 10¹² (their number is Poisson; Takács 1962).
pub(super) fn is_endless(offered: f64, consumers: u32) -> bool {
    // P(N ≥ c) of a Poisson number.
    offered > 0.0 && f64::from(consumers) > offered && gamma_lr(f64::from(consumers), offered) < NEVER
}

/// Nobody waits.
pub(super) fn steady(offered: f64) -> Steady {
    Steady {
        waited: Some(0.0),
        wait_variance: Some(0.0),
        busy: offered,
        wait_tail: Some(Box::new(|_| 0.0)),
        ..Steady::default()
    }
}

/// Messages inside, on average, where none waits: their number is Poisson with this mean, whatever the service's
/// distribution (Takács 1962). From the rate per second and the mean service in seconds.
pub fn inside(rate: f64, mean_s: f64) -> f64 {
    rate * mean_s
}

/// A rate that swings like a sine, in arrivals per second: mean + amplitude × sin(2πt/period).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    pub mean: f64,
    pub amplitude: f64,
    pub period_s: f64,
}

/// M(t)/M/∞ at an instant, empty at 0: the mean of a number that is Poisson (Eick, Massey & Whitt 1993, eq. 15, with the
/// transient of an empty start).
pub fn inside_at(t_s: f64, wave: Wave, mean_s: f64) -> f64 {
    let (served, turn) = (1.0 / mean_s, TAU / wave.period_s);
    let gone = (-served * t_s).exp();
    // ∫ e^(−μ(t − u)) (λ + α sin ωu) du.
    let swing =
        (served * (turn * t_s).sin() - turn * (turn * t_s).cos() + turn * gone) / (served * served + turn * turn);
    wave.mean * mean_s * (1.0 - gone) + wave.amplitude * swing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::markov;

    #[test]
    fn endlessly_many_are_all_busy_next_to_never() {
        for (offered, consumers) in [(0.01, 5), (1.0, 15), (12.0, 41), (1000.0, 1235)] {
            assert!(is_endless(offered, consumers) && !is_endless(offered, consumers - 3), "{offered} {consumers}");
            assert!(markov::solve(offered, 1.0, consumers).waited.unwrap() < 1e-11, "{offered} {consumers}");
        }
        assert!(!is_endless(0.0, 1) && !is_endless(2.0, 1));
    }
}
