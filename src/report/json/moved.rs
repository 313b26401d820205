//! What moved between two stored results, as JSON.

use serde::Serialize;

use super::{FORMAT, finite};
use crate::report::moved::{Moved, TargetMoved};
use crate::result::{self, CONFIDENCE, Holds};

/// One JSON object on one line, with a line break behind it; `name` is the scenario's or the variant's.
pub fn moved(name: &str, moved: &Moved) -> String {
    let report = Report {
        format: FORMAT,
        kendall: env!("CARGO_PKG_VERSION"),
        name,
        confidence: CONFIDENCE,
        confidence_each: moved.confidence,
        worse: moved.is_worse(),
        differences: moved.differences.iter().map(Difference::new).collect(),
        targets: moved.targets.iter().map(Target::new).collect(),
        apart: &moved.apart,
    };
    serde_json::to_string(&report).expect("names are texts and numbers are finite") + "\n"
}

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    kendall: &'static str,
    name: &'a str,
    /// With which all differences hold together.
    confidence: f64,
    /// Of each of them.
    confidence_each: f64,
    /// Whether a target got worse.
    worse: bool,
    differences: Vec<Difference<'a>>,
    targets: Vec<Target<'a>>,
    /// What else is not the same.
    apart: &'a [String],
}

#[derive(Serialize)]
struct Difference<'a> {
    measure: String,
    before: Option<f64>,
    after: Option<f64>,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// The share of the first that it is.
    relative: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    /// Not there where neither end is better, or nothing moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

impl<'a> Difference<'a> {
    fn new(of: &'a result::Difference) -> Difference<'a> {
        let end = |sign: f64| of.value.zip(of.half).map(|(value, half)| value + sign * half);
        Difference {
            measure: of.measure.to_string(),
            before: finite(of.base),
            after: finite(of.base.zip(of.value).map(|(base, by)| base + by)),
            value: finite(of.value),
            low: finite(end(-1.0)),
            high: finite(end(1.0)),
            relative: finite(of.relative()),
            verdict: of.shown().map(result::Shown::name),
            better: of.is_better(),
            why: of.why.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Target<'a> {
    target: &'a str,
    by: &'static str,
    /// `null` where a result does not know the target.
    before: Option<&'static str>,
    after: Option<&'static str>,
    worse: bool,
}

impl<'a> Target<'a> {
    fn new(of: &'a TargetMoved) -> Target<'a> {
        let [before, after] = [of.before, of.after].map(|holds| holds.map(Holds::name));
        Target { target: &of.target, by: of.by, before, after, worse: of.is_worse() }
    }
}
