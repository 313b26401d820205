//! The cases of `exact.csv` that are functions of the library and no scenario's model.

use kendall::theory::endless::{self, Wave};
use kendall::theory::order;
use kendall::theory::priority::{self, Class};
use kendall::time::Span;
use kendall::workload::Distribution;

/// A metric of a case; `None` for what is no function.
pub fn by_function(name: &str, metric: &str) -> Option<f64> {
    match name {
        "mg1-prio-np3" => {
            let of = |mean_s| Distribution::Exponential { mean_s };
            let classes =
                [(0.2, of(0.5)), (0.2, Distribution::Constant(Span::from_secs(1))), (0.1, of(4.0))].map(class);
            of_class(&priority::single(&classes), &[0.5, 1.0, 4.0], metric)
        }
        "mm1-sjf" => of_wait(order::shortest_first(0.8, 1.0)?, metric),
        "mtminf" => {
            let wave = Wave { mean: 8.0, amplitude: 5.0, period_s: 24.0 };
            Some(endless::inside_at(metric.strip_prefix("N_t")?.parse().ok()?, wave, 1.0))
        }
        _ => None,
    }
}

fn class((rate, service): (f64, Distribution)) -> Class {
    Class { rate, service }
}

fn of_class(waits: &[f64], services: &[f64], metric: &str) -> Option<f64> {
    let (what, class) = metric.split_at(1);
    let at = class.parse::<usize>().ok()? - 1;
    Some(if what == "W" { waits[at] } else { waits[at] + services[at] })
}

fn of_wait(wait: f64, metric: &str) -> Option<f64> {
    Some(if metric == "W" { wait } else { wait + 1.0 })
}
