//! M/G/∞: as many consumers as there are messages.

use std::f64::consts::TAU;

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
