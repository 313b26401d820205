//! M/G/1.

use super::steady::Steady;
use crate::workload::Distribution;

/// Poisson arrivals, any service, one consumer, unlimited room, for rate × mean service < 1. The mean by Pollaczek 1930
/// and Khinchine 1932 (Kleinrock 1975, eq. 5.63), the variance by Takács 1962 (Kleinrock 1975, eq. 5.113): E W = λ E
/// S²/2(1 − ρ), E W² = 2 (E W)² + λ E S³/3(1 − ρ).
pub(super) fn solve(rate: f64, service: &Distribution) -> Steady {
    let load = rate * service.mean_s();
    let mean = rate * service.moment(2) / (2.0 * (1.0 - load));
    Steady {
        loss: 0.0,
        waited: Some(load),
        wait_mean_s: mean,
        wait_variance: Some(mean * mean + rate * service.moment(3) / (3.0 * (1.0 - load))),
        length: rate * mean,
        busy: load,
        wait_tail: None,
        response_tail: None,
    }
}
