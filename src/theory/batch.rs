//! M^X/M/1 and M^X/G/1: messages come in batches.

use super::steady::Steady;
use crate::workload::{Batch, Distribution};

/// How many come together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    Constant(f64),
    /// On 1, 2, …, with this mean.
    Geometric {
        mean: f64,
    },
}

impl Size {
    fn mean(self) -> f64 {
        match self {
            Size::Constant(size) | Size::Geometric { mean: size } => size,
        }
    }

    /// E[X²].
    fn second(self) -> f64 {
        match self {
            Size::Constant(size) => size * size,
            Size::Geometric { mean } => 2.0 * mean * mean - mean,
        }
    }
}

/// Means of M^X/M/1: lengths in messages, times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Batched {
    pub backlog: f64,
    pub length: f64,
    pub wait_s: f64,
    pub response_s: f64,
    pub utilization: f64,
}

/// Batches that come as Poisson at this rate per second, exponential service, one consumer (Gross & Harris 1998, eq. 3.2):
/// L = ρ (1 + E X²/E X) / 2(1 − ρ). `None` at a load of one or more.
pub fn solve(batches: f64, size: Size, mean_s: f64) -> Option<Batched> {
    let rate = batches * size.mean();
    let load = rate * mean_s;
    let backlog = load * (1.0 + size.second() / size.mean()) / (2.0 * (1.0 - load));
    let response_s = backlog / rate;
    let wait_s = response_s - mean_s;
    let batched = Batched { backlog, length: rate * wait_s, wait_s, response_s, utilization: load };
    (load < 1.0).then_some(batched)
}

/// Batches of any size that come as Poisson at this rate per second, any service, one consumer (Burke 1975): the first of a
/// batch waits as in M/G/1, where the batch is one message whose work is that of all; the others wait for those of the
/// batch before them. For rate × mean size × mean service < 1.
pub(super) fn steady(batches: f64, size: Batch, service: &Distribution) -> Steady {
    if let Batch::Geometric { mean } = size
        && let Distribution::Exponential { mean_s } = service
    {
        return geometric(batches, mean, *mean_s);
    }
    let (mean, mean_s) = (size.mean(), service.mean_s());
    let (rate, second) = (batches * mean, size.variance() + mean * mean);
    let variance_s2 = service.moment(2) - mean_s * mean_s;
    let whole = mean * variance_s2 + second * mean_s * mean_s;
    let load = rate * mean_s;
    let first_s = batches * whole / (2.0 * (1.0 - load));
    let wait_mean_s = first_s + (second - mean) / (2.0 * mean) * mean_s;
    Steady {
        waited: Some(1.0 - (1.0 - load) * not_empty(size) / mean),
        wait_mean_s,
        length: rate * wait_mean_s,
        busy: load,
        ..Steady::default()
    }
}

/// A geometric number of exponential services is an exponential time. So the first of a batch waits as in M/M/1, and from
/// its arrival to its own end every message takes an exponential time of rate (1 − ρ)/E X S; with a chance of 1/E X
/// it is the first.
fn geometric(batches: f64, mean: f64, mean_s: f64) -> Steady {
    let (rate, load) = (batches * mean, batches * mean * mean_s);
    let relief = (1.0 - load) / (mean * mean_s);
    let waited = 1.0 - (1.0 - load) / mean;
    Steady {
        waited: Some(waited),
        wait_mean_s: waited / relief,
        wait_variance: Some(waited * (2.0 - waited) / (relief * relief)),
        length: rate * waited / relief,
        busy: load,
        wait_tail: Some(Box::new(move |t| waited * (-relief * t).exp())),
        response_tail: Some(Box::new(move |t| (-relief * t).exp())),
        ..Steady::default()
    }
}

/// The share of arrivals that bring a message at all.
fn not_empty(size: Batch) -> f64 {
    match size {
        Batch::Fixed(_) | Batch::Geometric { .. } => 1.0,
        Batch::Poisson { mean } => -(-mean).exp_m1(),
        Batch::Uniform { min: 0, max } => max as f64 / (max as f64 + 1.0),
        Batch::Uniform { .. } => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_one_are_m_m_1() {
        for size in [Size::Constant(1.0), Size::Geometric { mean: 1.0 }] {
            let found = solve(0.8, size, 1.0).unwrap();
            assert!((found.wait_s - 4.0).abs() < 1e-12);
        }
        assert_eq!(solve(0.5, Size::Constant(2.0), 1.0), None);
    }

    #[test]
    fn any_service_gives_what_exponential_service_gives() {
        let service = Distribution::Exponential { mean_s: 0.5 };
        for (size, same) in
            [(Batch::Fixed(3), Size::Constant(3.0)), (Batch::Geometric { mean: 3.0 }, Size::Geometric { mean: 3.0 })]
        {
            let (found, known) = (steady(0.4, size, &service), solve(0.4, same, 0.5).unwrap());
            assert!((found.wait_mean_s / known.wait_s - 1.0).abs() < 1e-12, "{size:?}");
        }
        let geometric = steady(0.4, Batch::Geometric { mean: 3.0 }, &service);
        let general = steady(0.4, Batch::Geometric { mean: 3.0 }, &Distribution::Gamma { mean_s: 0.5, cv: 1.0 });
        assert!((geometric.wait_mean_s / general.wait_mean_s - 1.0).abs() < 1e-12);
        assert!((geometric.waited.unwrap() - general.waited.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn batches_that_may_be_empty_are_fewer_and_larger() {
        // 0 or 1, each half of the time: Poisson at half the rate.
        let found = steady(1.6, Batch::Uniform { min: 0, max: 1 }, &Distribution::Exponential { mean_s: 1.0 });
        assert!((found.wait_mean_s - 4.0).abs() < 1e-12);
        assert!((found.waited.unwrap() - 0.8).abs() < 1e-12);
    }
}
