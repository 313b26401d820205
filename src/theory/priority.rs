//! Priorities without preemption.

use super::erlang::erlang_c;
use crate::workload::Distribution;

/// The messages of one priority.
pub struct Class {
    /// Per second.
    pub rate: f64,
    pub service: Distribution,
}

/// Mean waits in seconds, highest priority first, at one consumer who finishes what it has begun (Cobham 1954; Kleinrock
/// 1976, eq. 3.31): W(k) = λ E S²/2 / (1 − ρ above)(1 − ρ down to k). Infinite from the class on at which the consumer has
/// too much to do.
pub fn single(classes: &[Class]) -> Vec<f64> {
    let residual: f64 = classes.iter().map(|class| class.rate * class.service.moment(2) / 2.0).sum();
    waits(residual, classes.iter().map(|class| class.rate * class.service.mean_s()))
}

/// Mean waits in seconds, highest priority first, of classes with these rates per second and one exponential service, at
/// `consumers` alike (Cobham 1954; Kella & Yechiali 1985). Infinite from the class on that is too much.
pub fn several(rates: &[f64], mean_s: f64, consumers: u32) -> Vec<f64> {
    let servers = f64::from(consumers);
    let offered = rates.iter().sum::<f64>() * mean_s;
    // With too much work in all, the lower classes keep every consumer busy.
    let busy = if offered < servers { erlang_c(consumers, offered) } else { 1.0 };
    waits(busy * mean_s / servers, rates.iter().map(|rate| rate * mean_s / servers))
}

fn waits(residual: f64, loads: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut above = 0.0;
    let mut wait = |load: f64| {
        let down_to = above + load;
        let wait = if down_to < 1.0 { residual / (1.0 - above) / (1.0 - down_to) } else { f64::INFINITY };
        above = down_to;
        wait
    };
    loads.map(&mut wait).collect()
}
