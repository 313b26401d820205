//! The cases of `exact.csv` that are functions of the library and no scenario's model.

use kendall::theory::endless::{self, Wave};
use kendall::theory::order;

/// A metric of a case; `None` for what is no function.
pub fn by_function(name: &str, metric: &str) -> Option<f64> {
    match name {
        "mm1-sjf" => of_wait(order::shortest_first(0.8, 1.0)?, metric),
        "mtminf" => {
            let wave = Wave { mean: 8.0, amplitude: 5.0, period_s: 24.0 };
            Some(endless::inside_at(metric.strip_prefix("N_t")?.parse().ok()?, wave, 1.0))
        }
        _ => None,
    }
}

fn of_wait(wait: f64, metric: &str) -> Option<f64> {
    Some(if metric == "W" { wait } else { wait + 1.0 })
}
