//! The cases of `exact.csv` that are functions of the library and no scenario's model.

use kendall::theory::batch::{self, Size};
use kendall::theory::endless::{self, Wave};
use kendall::theory::network::{self, Station};
use kendall::theory::patience::{self, Impatient};
use kendall::theory::priority::{self, Class};
use kendall::theory::quasi::{self, State};
use kendall::theory::{closed, order};
use kendall::time::Span;
use kendall::workload::{Branch, Distribution};

/// A metric of a case; `None` for what is no function.
pub fn by_function(name: &str, metric: &str) -> Option<f64> {
    match name {
        "mmc+m-10-9" => impatient(patience::exponential(9.0, 1.0, 10, 2.0), metric),
        "mmc+m-10-12" => impatient(patience::exponential(12.0, 1.0, 10, 1.0), metric),
        "mmc+d-10-9" => impatient(patience::constant(9.0, 1.0, 10, 0.5), metric),
        "mmpp2m1-mild" => modulated([1.0, 0.6], 10.0, &[Branch { weight: 1.0, mean_s: 1.0 }], metric),
        "mmpp2m1-slow" => modulated([1.5, 0.1], 100.0, &[Branch { weight: 1.0, mean_s: 1.0 }], metric),
        "mmpp2h2-1" => modulated([1.2, 0.4], 10.0, &balanced(), metric),
        "mm1-prio-np" => of_class(&priority::single(&[(0.3, markov()), (0.5, markov())].map(class)), &[1.0; 2], metric),
        "mg1-prio-np3" => {
            let of = |mean_s| Distribution::Exponential { mean_s };
            let classes =
                [(0.2, of(0.5)), (0.2, Distribution::Constant(Span::from_secs(1))), (0.1, of(4.0))].map(class);
            of_class(&priority::single(&classes), &[0.5, 1.0, 4.0], metric)
        }
        "mmc-prio-np" => of_class(&priority::several(&[4.0, 5.0], 1.0, 10), &[1.0; 2], metric),
        "mm1-sjf" => of_wait(order::shortest_first(0.8, 1.0)?, metric),
        "mm1-lcfs" => {
            let (mean, variance) = order::last_first(0.8, &markov())?;
            if metric == "W_sd" { Some(variance.sqrt()) } else { of_wait(mean, metric) }
        }
        "jackson-3" => jackson(metric),
        "closed-mva-50" => closed_round(metric),
        "repairman-10-2" => repairman(metric),
        "mxgeom-m1" => {
            let batched = batch::solve(0.2, Size::Geometric { mean: 4.0 }, 1.0)?;
            Some(match metric {
                "L" => batched.backlog,
                "T" => batched.response_s,
                _ => batched.wait_s,
            })
        }
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

fn balanced() -> Vec<Branch> {
    match Distribution::balanced_hyperexponential(1.0, 2.0) {
        Distribution::Hyperexponential { branches } => branches,
        other => panic!("{other:?} has no branches"),
    }
}

fn impatient(found: Impatient, metric: &str) -> Option<f64> {
    Some(match metric {
        "Pw" => found.waited,
        "P_abandon" => found.lost,
        "Lq" => found.length,
        "W_all" => found.stay_s,
        "L" => found.length + found.busy,
        "throughput" => found.throughput,
        _ => return None,
    })
}

fn modulated(rates: [f64; 2], stay_s: f64, service: &[Branch], metric: &str) -> Option<f64> {
    let found = quasi::solve(&rates.map(|rate| State { rate, stay_s }), service)?;
    match metric {
        "L" => Some(found.backlog),
        "Lq" => Some(found.length),
        "W" => Some(found.wait_s),
        "T" => Some(found.response_s),
        "Pw" => Some(found.waited),
        "W_q95" => found.wait_quantile(0.95),
        "T_q95" => found.response_quantile(0.95),
        "T_q99" => found.response_quantile(0.99),
        _ => None,
    }
}

fn of_class(waits: &[f64], services: &[f64], metric: &str) -> Option<f64> {
    let (what, class) = metric.split_at(1);
    let at = class.parse::<usize>().ok()? - 1;
    Some(if what == "W" { waits[at] } else { waits[at] + services[at] })
}

fn of_wait(wait: f64, metric: &str) -> Option<f64> {
    Some(if metric == "W" { wait } else { wait + 1.0 })
}

fn jackson(metric: &str) -> Option<f64> {
    let station =
        |rate, served: f64, to: [f64; 3]| Station { rate, mean_s: 1.0 / served, consumers: 1, to: to.to_vec() };
    let found = network::jackson(&[
        station(0.3, 1.0, [0.0, 0.5, 0.3]),
        station(0.1, 0.8, [0.1, 0.0, 0.6]),
        station(0.05, 1.2, [0.2, 0.0, 0.0]),
    ])?;
    let at = |of: &str| of.parse::<usize>().ok().map(|place| place - 1);
    match metric.strip_prefix("lambda").map(at) {
        Some(at) => Some(found.rates[at?]),
        None if metric == "T" => Some(found.response_s),
        None => Some(found.backlogs[at(metric.strip_prefix('L')?)?]),
    }
}

fn closed_round(metric: &str) -> Option<f64> {
    let found = closed::round(50, 10.0, &[1.0, 0.6, 0.3]);
    Some(match metric {
        "X" => found.throughput,
        "R" => found.response_s,
        place => found.backlogs[place.strip_prefix('Q')?.parse::<usize>().ok()? - 1],
    })
}

fn repairman(metric: &str) -> Option<f64> {
    let found = closed::repairman(10, 1.0 / 0.15, 1.0, 2);
    Some(match metric {
        "L" => found.backlogs[0],
        "Lq" => found.backlogs[0] - found.throughput,
        "X" => found.throughput,
        "W" => found.response_s - 1.0,
        _ => found.response_s,
    })
}

fn markov() -> Distribution {
    Distribution::Exponential { mean_s: 1.0 }
}
