//! GI/G/1 and GI/G/c, approximately.

use super::erlang::erlang_c;
use super::steady::Steady;

/// Gaps and services of any distribution, `consumers` alike, unlimited room, for rate × mean service < consumers: the mean
/// wait of M/M/c times (cₐ² + cₛ²)/2 (one consumer: Kingman 1961; several: Allen 1990, sec. 5.4, after Lee & Longton 1959
/// and Allen & Cunneen). For one consumer with Poisson arrivals it is exact; else good at high load, and with even
/// arrivals at low load far too much.
pub(super) fn solve(rate: f64, arrivals_scv: f64, mean_s: f64, service_scv: f64, consumers: u32) -> Steady {
    let offered = rate * mean_s;
    let relief = (f64::from(consumers) - offered) / mean_s;
    let wait_mean_s = erlang_c(consumers, offered) / relief * (arrivals_scv + service_scv) / 2.0;
    Steady { wait_mean_s, length: rate * wait_mean_s, busy: offered, ..Steady::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::markov;

    #[test]
    fn it_is_exact_for_m_m_c() {
        for (rate, consumers) in [(0.7, 1), (4.5, 5)] {
            let (found, exact) = (solve(rate, 1.0, 1.0, 1.0, consumers), markov::solve(rate, 1.0, consumers));
            assert!((found.wait_mean_s / exact.wait_mean_s - 1.0).abs() < 1e-12);
        }
    }
}
