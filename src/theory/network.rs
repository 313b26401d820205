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
    let rates = rates(stations)?;
    let backlogs: Option<Vec<f64>> =
        stations.iter().zip(&rates).map(|(station, rate)| backlog(station, *rate)).collect();
    let backlogs = backlogs?;
    let response_s = backlogs.iter().sum::<f64>() / stations.iter().map(|station| station.rate).sum::<f64>();
    Some(Network { rates, backlogs, response_s })
}

/// Per second into each place: what comes from outside and from the others. `None` where a message never leaves.
pub(super) fn rates(stations: &[Station]) -> Option<Vec<f64>> {
    let outside = DVector::from_iterator(stations.len(), stations.iter().map(|station| station.rate));
    let rates = leaving(stations, true).lu().solve(&outside)?;
    // A sum of shares of 1 may miss it by its last digits, and then the rates are vast.
    let largest = outside.sum() * MOST_VISITS;
    rates.iter().all(|rate| (0.0..=largest).contains(rate)).then(|| rates.iter().copied().collect())
}

/// Visits to one place that a message makes at the most, on average.
const MOST_VISITS: f64 = 1e9;

/// For each place, the mean time from there to the end, of what one visit to each place takes.
pub(super) fn to_the_end(stations: &[Station], each_s: &[f64]) -> Option<Vec<f64>> {
    let each = DVector::from_column_slice(each_s);
    leaving(stations, false).lu().solve(&each).map(|sums| sums.iter().copied().collect())
}

/// One, less the shares that go from place to place.
fn leaving(stations: &[Station], transposed: bool) -> DMatrix<f64> {
    let n = stations.len();
    let to = DMatrix::from_fn(n, n, |from, to| stations[from].to.get(to).copied().unwrap_or(0.0));
    DMatrix::identity(n, n) - if transposed { to.transpose() } else { to }
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
