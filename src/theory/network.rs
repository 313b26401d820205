//! Open Jackson networks.

use nalgebra::{DMatrix, DVector};

use super::markov;

/// A place with consumers that are alike, exponential service and unlimited room.
pub struct Station {
    /// From outside, Poisson, per second.
    pub rate: f64,
    pub mean_s: f64,
    pub consumers: u32,
    /// The shares of what leaves here that go to each place; the rest leaves the network.
    pub to: Vec<f64>,
}

/// What flows and rests.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Into each place from outside and from the others, per second.
    pub rates: Vec<f64>,
    /// Messages at each place, waiting and worked on, on average.
    pub backlogs: Vec<f64>,
    /// The mean time in seconds from entering the network to leaving it.
    pub response_s: f64,
}

/// Each place by itself is M/M/c (Jackson 1957). `None` where one has too much to do, or a message never leaves.
pub fn jackson(stations: &[Station]) -> Option<Network> {
    let n = stations.len();
    let outside = DVector::from_iterator(n, stations.iter().map(|station| station.rate));
    let to = DMatrix::from_fn(n, n, |from, to| stations[from].to.get(to).copied().unwrap_or(0.0));
    // What comes in is what comes from outside and from the others.
    let rates = (DMatrix::identity(n, n) - to.transpose()).lu().solve(&outside)?;
    let backlogs: Option<Vec<f64>> =
        stations.iter().zip(rates.iter()).map(|(station, rate)| backlog(station, *rate)).collect();
    let backlogs = backlogs?;
    let response_s = backlogs.iter().sum::<f64>() / outside.sum();
    Some(Network { rates: rates.iter().copied().collect(), backlogs, response_s })
}

fn backlog(station: &Station, rate: f64) -> Option<f64> {
    let is_stable = (0.0..f64::from(station.consumers)).contains(&(rate * station.mean_s));
    let steady = is_stable.then(|| markov::solve(rate, station.mean_s, station.consumers))?;
    Some(steady.length + steady.busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_never_leaves_has_no_steady_state() {
        let station = |to| Station { rate: 0.1, mean_s: 1.0, consumers: 1, to };
        assert_eq!(jackson(&[station(vec![1.0])]), None);
        assert!((jackson(&[station(vec![0.5])]).unwrap().backlogs[0] - 0.25).abs() < 1e-12);
    }
}
