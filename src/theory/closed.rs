//! Closed populations: clients that think, send, wait for the end and begin again.

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
    let mut logs = vec![0.0_f64];
    for n in 0..population {
        let up = f64::from(population - n) / think_s;
        let down = f64::from((n + 1).min(consumers)) / mean_s;
        logs.push(logs[n as usize] + (up / down).ln());
    }
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
    let total: f64 = weights.iter().sum();
    let backlog = weights.iter().zip(0_u32..).map(|(weight, n)| weight * f64::from(n)).sum::<f64>() / total;
    let throughput = (f64::from(population) - backlog) / think_s;
    Closed { throughput, response_s: backlog / throughput, backlogs: vec![backlog] }
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
    fn ten_thousand_clients_overflow_nothing() {
        let found = repairman(10_000, 1.0, 1.0, 10);
        assert!((found.throughput - 10.0).abs() < 1e-9 && (found.backlogs[0] - 9_990.0).abs() < 1e-6);
    }
}
