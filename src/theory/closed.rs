//! Closed populations: clients that think, send, wait for the end and begin again.

use super::finite::tails;
use super::steady::Steady;

/// What a closed system does. Numbers in messages, rates per second.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    pub throughput: f64,
    /// The mean time from sending to the end, in seconds.
    pub response_s: f64,
    /// Messages at each place, waiting and worked on, on average.
    pub backlogs: Vec<f64>,
}

/// M/M/c//N: `population` clients think for exponential times, `consumers` work for exponential times (Palm 1943; the
/// machine repairman). The chain of the number inside, its weights scaled by the largest.
pub fn repairman(population: u32, think_s: f64, mean_s: f64, consumers: u32) -> Closed {
    let chances = chances(population, think_s, mean_s, consumers);
    let backlog = chances.iter().zip(0_u32..).map(|(chance, n)| chance * f64::from(n)).sum::<f64>();
    let throughput = (f64::from(population) - backlog) / think_s;
    Closed { throughput, response_s: backlog / throughput, backlogs: vec![backlog] }
}

/// The chances of 0, 1, … of all clients inside.
fn chances(population: u32, think_s: f64, mean_s: f64, consumers: u32) -> Vec<f64> {
    let mut logs = vec![0.0_f64];
    for n in 0..population {
        let up = f64::from(population - n) / think_s;
        let down = f64::from((n + 1).min(consumers)) / mean_s;
        logs.push(logs[n as usize] + (up / down).ln());
    }
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// Beyond so many clients the distributions of wait and response are not given.
const TAILS_UP_TO: u32 = 10_000;

/// M/M/c//N with its times, and what it does a second; the think time may have any distribution with this mean (Baskett,
/// Chandy, Muntz & Palacios 1975). Who sends finds what is there on average with one client less (Sevcik & Mitrani 1981;
/// Lavenberg & Reiser 1980).
pub(super) fn steady(population: u32, think_s: f64, mean_s: f64, consumers: u32) -> (Steady, f64) {
    let all = repairman(population, think_s, mean_s, consumers);
    let mut found = chances(population - 1, think_s, mean_s, consumers);
    let busy = found.split_off(found.len().min(consumers as usize));
    let turn_s = mean_s / f64::from(consumers);
    let turns = |of: fn(f64) -> f64| busy.iter().zip(1_u32..).map(|(chance, n)| chance * of(f64::from(n))).sum::<f64>();
    let wait_mean_s = turns(|n| n) * turn_s;
    let second = turns(|n| n * (n + 1.0)) * turn_s * turn_s;
    let few = population <= TAILS_UP_TO;
    let tails = few.then(|| tails(found.iter().sum(), &busy, turn_s, 1.0 - 1.0 / f64::from(consumers)));
    let (wait_tail, response_tail) = tails.unzip();
    let steady = Steady {
        waited: Some(busy.iter().sum()),
        wait_mean_s,
        wait_variance: Some((second - wait_mean_s * wait_mean_s).max(0.0)),
        length: all.throughput * wait_mean_s,
        busy: all.throughput * mean_s,
        wait_tail,
        response_tail,
        ..Steady::default()
    };
    (steady, all.throughput)
}

/// A round of places with one consumer each, first in first out and exponential, visited once each for these mean times
/// in seconds, and a think time of any distribution with this mean: exact mean value analysis (Reiser & Lavenberg 1980).
pub fn round(population: u32, think_s: f64, demands_s: &[f64]) -> Closed {
    let mut backlogs = vec![0.0; demands_s.len()];
    let (mut throughput, mut response_s) = (0.0, 0.0);
    for n in 1..=population {
        // Who arrives finds what a population of one less has there on average.
        let stays: Vec<f64> = demands_s.iter().zip(&backlogs).map(|(demand, there)| demand * (1.0 + there)).collect();
        response_s = stays.iter().sum();
        throughput = f64::from(n) / (think_s + response_s);
        backlogs = stays.iter().map(|stay| throughput * stay).collect();
    }
    Closed { throughput, response_s, backlogs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_with_one_consumer_is_both() {
        let (chain, values) = (repairman(30, 10.0, 1.0, 1), round(30, 10.0, &[1.0]));
        assert!((chain.throughput / values.throughput - 1.0).abs() < 1e-12);
        assert!((chain.backlogs[0] / values.backlogs[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_a_client_finds_gives_the_response_of_the_chain() {
        for (population, consumers) in [(1, 1), (10, 2), (10, 20), (40, 3)] {
            let (steady, _) = steady(population, 6.0, 1.0, consumers);
            let chain = repairman(population, 6.0, 1.0, consumers);
            assert!((steady.wait_mean_s + 1.0 - chain.response_s).abs() < 1e-9, "{population} {consumers}");
            let tail = steady.wait_tail.unwrap();
            let area: f64 = (0..200_000).map(|i| tail((f64::from(i) + 0.5) * 1e-3) * 1e-3).sum();
            assert!((area - steady.wait_mean_s).abs() < 1e-6, "{population} {consumers}");
        }
    }

    #[test]
    fn ten_thousand_clients_overflow_nothing() {
        let found = repairman(10_000, 1.0, 1.0, 10);
        assert!((found.throughput - 10.0).abs() < 1e-9 && (found.backlogs[0] - 9_990.0).abs() < 1e-6);
    }
}
