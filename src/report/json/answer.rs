//! The answers: measures with what is known of them, histograms, series.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Serialize};

use super::super::interval;
use super::accounts::Accounts;
use super::finite;
use super::live::Live;
use super::ordered::Ordered;
use super::read::{Damage, measure, word_of};
use crate::measure::{Measure, QUANTITIES, Quantity};
use crate::result::{self, CONFIDENCE, Estimate, Exact, StandardError, Stopped};
use crate::stats::student_t;
use crate::time::Span;

#[derive(Serialize, Deserialize)]
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

    pub fn read(self) -> Result<result::Answer, Damage> {
        Ok(match self {
            Answer::Theory(theory) => result::Answer::Theory(theory.read()?),
            Answer::Simulation(simulation) => result::Answer::Simulation(Box::new(simulation.read()?)),
            Answer::Live(live) => result::Answer::Live(Box::new(live.read()?)),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub struct Theory<'a> {
    model: Cow<'a, str>,
    source: Cow<'a, str>,
    measures: Ordered<String, Number<'a>>,
    /// By quantity: shares of messages, and the seconds that so many of them do not exceed.
    curves: Ordered<Cow<'a, str>, Cow<'a, [(f64, f64)]>>,
}

impl<'a> Theory<'a> {
    pub fn new(theory: &'a result::Theory) -> Theory<'a> {
        let measures = theory.measures.iter().map(|(measure, exact)| (measure.to_string(), Number::exact(*exact)));
        let curves = theory.curves.iter().map(|(quantity, curve)| (quantity.name().into(), curve.as_slice().into()));
        Theory {
            model: theory.model.as_str().into(),
            source: theory.source.as_str().into(),
            measures: measures.collect(),
            curves: curves.collect(),
        }
    }

    fn read(self) -> Result<result::Theory, Damage> {
        let exact = |(name, number): (String, Number<'_>)| Ok((measure(&name)?, number.read_exact()));
        let curve = |(name, curve): (Cow<'_, str>, Cow<'_, [(f64, f64)]>)| {
            Ok((word_of(&name, QUANTITIES, Quantity::name)?, curve.into_owned()))
        };
        Ok(result::Theory {
            model: self.model.into_owned(),
            source: self.source.into_owned(),
            measures: self.measures.0.into_iter().map(exact).collect::<Result<_, Damage>>()?,
            curves: self.curves.0.into_iter().map(curve).collect::<Result<_, Damage>>()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub struct Simulation<'a> {
    pub replications: u32,
    pub duration_s: f64,
    pub warmup_s: f64,
    pub messages: u64,
    pub stopped: Cow<'a, str>,
    /// Why one was stopped by itself, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overload: Option<(Cow<'a, str>, Cow<'a, str>)>,
    pub altered: bool,
    pub measures: Ordered<String, Number<'a>>,
    pub per_replication: Ordered<String, Vec<Option<f64>>>,
    pub histograms: Histograms,
    pub accounts: Accounts<'a>,
    pub series: Ordered<Cow<'a, str>, Series>,
}

impl<'a> Simulation<'a> {
    pub fn new(simulation: &'a result::Simulation) -> Simulation<'a> {
        let measures =
            simulation.measures.iter().map(|(measure, e)| (measure.to_string(), Number::estimated(measure, e)));
        let per_replication = simulation.per_replication.iter();
        let series = simulation.series.iter().map(|(name, series)| (name.as_str().into(), Series::new(series)));
        let overload = simulation.overload.as_ref();
        Simulation {
            replications: simulation.replications,
            duration_s: simulation.duration.seconds(),
            warmup_s: simulation.warmup.seconds(),
            messages: simulation.messages,
            stopped: simulation.stopped.name().into(),
            overload: overload.map(|why| (why.what.as_str().into(), why.advice.as_str().into())),
            altered: simulation.altered,
            measures: measures.collect(),
            per_replication: per_replication.map(|(measure, all)| (measure.to_string(), known(all))).collect(),
            histograms: Histograms::new(simulation),
            accounts: Accounts::new(&simulation.accounts),
            series: series.collect(),
        }
    }

    pub fn read(self) -> Result<result::Simulation, Damage> {
        let freedom = f64::from(self.replications.max(2) - 1);
        let estimate = |(name, number): (String, Number<'_>)| Ok((measure(&name)?, number.read_estimate(freedom)));
        let values = |(name, values): (String, Vec<Option<f64>>)| Ok((measure(&name)?, values));
        let overload = self
            .overload
            .map(|(what, advice)| result::Overload { what: what.into_owned(), advice: advice.into_owned() });
        let series = self.series.0.into_iter().map(|(name, series)| Ok((name.into_owned(), series.read()?)));
        Ok(result::Simulation {
            replications: self.replications,
            warmup: Span::from_seconds(self.warmup_s),
            duration: Span::from_seconds(self.duration_s),
            stopped: word_of(&self.stopped, Stopped::ALL, Stopped::name)?,
            overload,
            altered: self.altered,
            messages: self.messages,
            measures: self.measures.0.into_iter().map(estimate).collect::<Result<_, Damage>>()?,
            per_replication: self.per_replication.0.into_iter().map(values).collect::<Result<_, Damage>>()?,
            wait: decoded(&self.histograms.wait)?,
            service: decoded(&self.histograms.service)?,
            response: decoded(&self.histograms.response)?,
            accounts: self.accounts.read()?,
            series: series.collect::<Result<_, Damage>>()?,
        })
    }
}

fn known(values: &[Option<f64>]) -> Vec<Option<f64>> {
    values.iter().map(|&value| finite(value)).collect()
}

/// `{value, low, high}`, `{value, exact}`, or with a `why` where something is missing.
#[derive(Serialize, Deserialize)]
pub struct Number<'a> {
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Cow<'a, str>>,
}

const INFINITE: &str = "infinite";

impl<'a> Number<'a> {
    fn estimated(measure: &Measure, estimate: &'a Estimate) -> Number<'a> {
        let value = finite(estimate.value);
        let ends = value.and_then(|_| interval(measure, estimate));
        let reason = estimate.why.as_deref().or(estimate.value.filter(|_| value.is_none()).map(not_finite));
        let missing = if value.is_none() { "there is none" } else { "no interval holds" };
        let why = reason.or(ends.is_none().then_some(missing)).map(Cow::from);
        Number { value, low: ends.map(|e| e.0), high: ends.map(|e| e.1), exact: None, why }
    }

    fn exact(exact: Exact) -> Number<'a> {
        let value = finite(Some(exact.value));
        let why = if value.is_none() { Some(not_finite(exact.value).into()) } else { None };
        Number { value, low: None, high: None, exact: Some(exact.exact), why }
    }

    fn read_exact(self) -> Exact {
        let unknown = if self.why.as_deref() == Some(INFINITE) { f64::INFINITY } else { f64::NAN };
        Exact { value: self.value.unwrap_or(unknown), exact: self.exact.unwrap_or(false) }
    }

    /// The interval as it was shown; its lower end may have been cut off at zero, its upper one never is.
    fn read_estimate(self, freedom: f64) -> Estimate {
        let half = self.value.zip(self.high).map(|(value, high)| (high - value).max(0.0));
        let error =
            half.map(|half| StandardError { error: half / student_t(CONFIDENCE, freedom), freedom, at_least: 0.0 });
        Estimate { value: self.value, error, why: self.why.map(Cow::into_owned) }
    }
}

/// JSON has no word for these.
fn not_finite(value: f64) -> &'static str {
    if value.is_nan() { "undefined" } else { INFINITE }
}

#[derive(Serialize, Deserialize)]
pub struct Histograms {
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

/// HdrHistogram's own exchange format, V2, deflated, in base64.
fn encoded(histogram: &Histogram<u64>) -> String {
    let mut bytes = Vec::new();
    let serialized = V2DeflateSerializer::new().serialize(histogram, &mut bytes);
    serialized.expect("a histogram whose counts fit into memory fits into a vector");
    BASE64.encode(bytes)
}

fn decoded(text: &str) -> Result<Histogram<u64>, Damage> {
    let damaged = |what: String| Damage::new(format!("the result is damaged: a histogram cannot be read: {what}"));
    let bytes = BASE64.decode(text).map_err(|error| damaged(error.to_string()))?;
    Deserializer::new().deserialize(&mut bytes.as_slice()).map_err(|error| damaged(error.to_string()))
}

#[derive(Serialize, Deserialize)]
pub struct Series {
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

    fn read(self) -> Result<result::Series, Damage> {
        let count = self.t_s.len();
        if [&self.mean, &self.low, &self.high].iter().any(|values| values.len() != count) {
            return Err(Damage::new("the result is damaged: the lists of a series are not of one length"));
        }
        let read = |values: Vec<Option<f64>>| values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        Ok(result::Series { t_s: read(self.t_s), mean: read(self.mean), low: read(self.low), high: read(self.high) })
    }
}
