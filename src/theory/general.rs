//! M/G/1.

use super::model::{Model, System};
use super::steady::Steady;
use crate::workload::Distribution;

/// Poisson arrivals, any service, one consumer, unlimited room, for rate × mean service < 1. The mean by Pollaczek 1930
/// and Khinchine 1932 (Kleinrock 1975, eq. 5.63), the variance by Takács 1962 (Kleinrock 1975, eq. 5.113): E W = λ E
/// S²/2(1 − ρ), E W² = 2 (E W)² + λ E S³/3(1 − ρ).
pub(super) fn solve(rate: f64, service: &Distribution) -> Steady {
    let load = rate * service.mean_s();
    let mean = rate * service.moment(2) / (2.0 * (1.0 - load));
    Steady {
        waited: Some(load),
        wait_mean_s: mean,
        wait_variance: Some(mean * mean + rate * service.moment(3) / (3.0 * (1.0 - load))),
        length: rate * mean,
        busy: load,
        ..Steady::default()
    }
}

/// What is infinite about the waits of one consumer whose service has no second or third moment, in words: both stand in
/// the formulas of Pollaczek and Khinchine and of Takács.
pub(super) fn infinite(model: &Model) -> Option<&'static str> {
    let by_moments = matches!(model.system, System::General | System::Batches | System::LastFirst | System::Priority);
    let is_infinite = |k: i32| by_moments && model.consumers == 1 && model.service.moment(k).is_infinite();
    match (is_infinite(2), is_infinite(3)) {
        (true, _) => Some(
            "the variance of the service is infinite and so is the mean wait: what a run shows as its mean is finite only \
             because the run is, and grows with it",
        ),
        (_, true) => Some(
            "the third moment of the service is infinite and so is the variance of the wait: averages over runs come near \
             to the mean wait so slowly that intervals are too narrow",
        ),
        _ => None,
    }
}
