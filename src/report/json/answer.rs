//! The answers: measures with what is known of them, histograms, series.

use serde::Serialize;

use super::super::interval;
use super::accounts::Accounts;
use super::ordered::Ordered;
use super::{encoded, finite};
use crate::measure::Measure;
use crate::result::{self, Estimate, Exact, Stopped};

#[derive(Serialize)]
#[serde(tag = "by", rename_all = "lowercase")]
pub enum Answer<'a> {
    Theory(Theory<'a>),
    Simulation(Box<Simulation<'a>>),
    Live(Box<Live<'a>>),
}

impl<'a> Answer<'a> {
    pub fn new(answer: &'a result::Answer) -> Answer<'a> {
        match answer {
            result::Answer::Theory(theory) => Answer::Theory(Theory::new(theory)),
            result::Answer::Simulation(simulation) => Answer::Simulation(Box::new(Simulation::new(simulation))),
            result::Answer::Live(live) => Answer::Live(Box::new(Live::new(live))),
        }
    }
}

#[derive(Serialize)]
pub struct Theory<'a> {
    model: &'a str,
    measures: Ordered<String, Number<'a>>,
}

impl<'a> Theory<'a> {
    pub fn new(theory: &'a result::Theory) -> Theory<'a> {
        let measures = theory.measures.iter().map(|(measure, exact)| (measure.to_string(), Number::exact(*exact)));
        Theory { model: &theory.model, measures: measures.collect() }
    }
}

#[derive(Serialize)]
pub struct Simulation<'a> {
    replications: u32,
    warmup_s: f64,
    stopped: &'static str,
    altered: bool,
    measures: Ordered<String, Number<'a>>,
    per_replication: Ordered<String, Vec<Option<f64>>>,
    histograms: Histograms,
    accounts: Accounts<'a>,
    series: Ordered<&'a str, Series>,
}

impl<'a> Simulation<'a> {
    fn new(simulation: &'a result::Simulation) -> Simulation<'a> {
        let measures =
            simulation.measures.iter().map(|(measure, e)| (measure.to_string(), Number::estimated(measure, e)));
        let per_replication = simulation.per_replication.iter();
        let series = simulation.series.iter().map(|(name, series)| (name.as_str(), Series::new(series)));
        Simulation {
            replications: simulation.replications,
            warmup_s: simulation.warmup.seconds(),
            stopped: stopped(simulation.stopped),
            altered: simulation.altered,
            measures: measures.collect(),
            per_replication: per_replication.map(|(measure, all)| (measure.to_string(), known(all))).collect(),
            histograms: Histograms::new(simulation),
            accounts: Accounts::new(&simulation.accounts),
            series: series.collect(),
        }
    }
}

#[derive(Serialize)]
pub struct Live<'a> {
    target: &'a str,
    durability: &'a str,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    runs: u32,
    speed: f64,
    warmup_s: f64,
    stopped: &'static str,
    /// Told where it is so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    altered: bool,
    measures: Ordered<String, Number<'a>>,
    per_run: Ordered<String, Vec<Option<f64>>>,
    uncorrected: Option<Ordered<&'static str, Option<f64>>>,
    pacing: Pacing,
    reconnects: u64,
    foreign: u64,
    busy_cores: Option<f64>,
    cores: usize,
    clock: Clock,
    histograms: Histograms,
    accounts: Accounts<'a>,
    series: Ordered<&'a str, Series>,
}

/// In real seconds.
#[derive(Serialize)]
struct Pacing {
    lag_p50_s: f64,
    lag_p99_s: f64,
    lag_max_s: f64,
    work_lag_p50_s: f64,
    work_lag_p99_s: f64,
    work_lag_max_s: f64,
}

#[derive(Serialize)]
struct Clock {
    name: &'static str,
    resolution_s: f64,
}

impl<'a> Live<'a> {
    fn new(live: &'a result::Live) -> Live<'a> {
        let Simulation {
            replications,
            warmup_s,
            stopped,
            altered,
            measures,
            per_replication,
            histograms,
            accounts,
            series,
            ..
        } = Simulation::new(&live.runs);
        let (sent, ended) = (live.sent_late, live.ended_late);
        Live {
            target: &live.target,
            durability: live.durability,
            valid: live.valid.is_ok(),
            why: live.valid.as_ref().err().map(String::as_str),
            runs: replications,
            speed: live.speed,
            warmup_s,
            stopped,
            altered,
            measures,
            per_run: per_replication,
            uncorrected: live.uncorrected.map(uncorrected),
            pacing: Pacing {
                lag_p50_s: sent.p50.seconds(),
                lag_p99_s: sent.p99.seconds(),
                lag_max_s: sent.max.seconds(),
                work_lag_p50_s: ended.p50.seconds(),
                work_lag_p99_s: ended.p99.seconds(),
                work_lag_max_s: ended.max.seconds(),
            },
            reconnects: live.reconnects,
            foreign: live.foreign,
            busy_cores: finite(live.busy_cores),
            cores: live.cores,
            clock: Clock { name: "monotonic", resolution_s: live.clock_resolution.seconds() },
            histograms,
            accounts,
            series,
        }
    }
}

fn uncorrected(of: result::Uncorrected) -> Ordered<&'static str, Option<f64>> {
    let all =
        [("response.mean", of.mean), ("response.p50", of.p50), ("response.p99", of.p99), ("response.max", of.max)];
    all.into_iter().map(|(name, value)| (name, finite(Some(value)))).collect()
}

fn known(values: &[Option<f64>]) -> Vec<Option<f64>> {
    values.iter().map(|&value| finite(value)).collect()
}

fn stopped(why: Stopped) -> &'static str {
    match why {
        Stopped::Replications => "replications",
        Stopped::Precision => "precision",
        Stopped::AtMost => "at_most",
        Stopped::Interrupted => "interrupted",
        Stopped::Overload => "overload",
    }
}

/// `{value, low, high}`, `{value, exact}`, or with a `why` where something is missing.
#[derive(Serialize)]
pub struct Number<'a> {
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

impl<'a> Number<'a> {
    fn estimated(measure: &Measure, estimate: &'a Estimate) -> Number<'a> {
        let value = finite(estimate.value);
        let ends = value.and_then(|_| interval(measure, estimate));
        let reason = estimate.why.as_deref().or(estimate.value.filter(|_| value.is_none()).map(not_finite));
        let missing = if value.is_none() { "there is none" } else { "no interval holds" };
        let why = reason.or(ends.is_none().then_some(missing));
        Number { value, low: ends.map(|e| e.0), high: ends.map(|e| e.1), exact: None, why }
    }

    fn exact(exact: Exact) -> Number<'a> {
        let value = finite(Some(exact.value));
        let why = if value.is_none() { Some(not_finite(exact.value)) } else { None };
        Number { value, low: None, high: None, exact: Some(exact.exact), why }
    }
}

/// JSON has no word for these.
fn not_finite(value: f64) -> &'static str {
    if value.is_nan() { "undefined" } else { "infinite" }
}

#[derive(Serialize)]
struct Histograms {
    response: String,
    wait: String,
    service: String,
}

impl Histograms {
    fn new(simulation: &result::Simulation) -> Histograms {
        Histograms {
            response: encoded(&simulation.response),
            wait: encoded(&simulation.wait),
            service: encoded(&simulation.service),
        }
    }
}

#[derive(Serialize)]
struct Series {
    t_s: Vec<Option<f64>>,
    mean: Vec<Option<f64>>,
    low: Vec<Option<f64>>,
    high: Vec<Option<f64>>,
}

impl Series {
    fn new(series: &result::Series) -> Series {
        let known = |values: &[f64]| values.iter().map(|&value| finite(Some(value))).collect();
        Series {
            t_s: known(&series.t_s),
            mean: known(&series.mean),
            low: known(&series.low),
            high: known(&series.high),
        }
    }
}
