//! A comparison as JSON: each variant with its answers, and the differences to the first.

use serde::Serialize;

use super::answer::Answer;
use super::{FORMAT, Input, Target, Warning, finite};
use crate::result::{self, CONFIDENCE, Compared, Shown};
use crate::scenario::Scenario;

/// One JSON object on one line, with a line break behind it. `scenarios` are those that were compared, in their order.
pub fn comparison(comparison: &result::Comparison, scenarios: &[&Scenario]) -> String {
    let report = Comparison::new(comparison, scenarios);
    serde_json::to_string(&report).expect("names are texts and numbers are finite") + "\n"
}

#[derive(Serialize)]
struct Comparison<'a> {
    format: u32,
    kendall: &'static str,
    scenario: Input<'a>,
    seed: u64,
    /// With which all differences hold together.
    confidence: f64,
    /// Of each of them.
    confidence_each: f64,
    partial: bool,
    variants: Vec<Variant<'a>>,
    differences: Vec<Difference<'a>>,
    rankings: Vec<Ranking<'a>>,
    warnings: Vec<WarningOf<'a>>,
}

#[derive(Serialize)]
struct Variant<'a> {
    name: &'a str,
    file: Option<&'a str>,
    overrides: &'a [String],
    answers: Vec<Answer<'a>>,
    targets: Vec<Target<'a>>,
}

#[derive(Serialize)]
struct Difference<'a> {
    variant: &'a str,
    measure: String,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// The share of the first that it is.
    relative: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct Ranking<'a> {
    measure: String,
    /// The best first; those of a group are not told apart.
    groups: Vec<Vec<&'a str>>,
}

#[derive(Serialize)]
struct WarningOf<'a> {
    variant: &'a str,
    #[serde(flatten)]
    warning: Warning<'a>,
}

impl<'a> Comparison<'a> {
    fn new(comparison: &'a result::Comparison, scenarios: &[&'a Scenario]) -> Comparison<'a> {
        let compared = &comparison.compared;
        let first = scenarios[0];
        let variant = |(one, scenario): (&'a Compared, &&'a Scenario)| Variant::new(one, scenario);
        let of_one = |one: &'a Compared| {
            one.outcome.warnings.iter().map(|of| WarningOf { variant: &one.name, warning: Warning::new(of) })
        };
        Comparison {
            format: FORMAT,
            kendall: env!("CARGO_PKG_VERSION"),
            scenario: Input::new(&first.name, &first.source),
            seed: first.run.seed,
            confidence: CONFIDENCE,
            confidence_each: comparison.confidence,
            partial: comparison.partial,
            variants: compared.iter().zip(scenarios).map(variant).collect(),
            differences: comparison.differences.iter().map(|d| Difference::new(d, compared)).collect(),
            rankings: comparison.rankings.iter().map(|ranking| Ranking::new(ranking, compared)).collect(),
            warnings: compared.iter().flat_map(of_one).collect(),
        }
    }
}

impl<'a> Variant<'a> {
    fn new(compared: &'a Compared, scenario: &'a Scenario) -> Variant<'a> {
        Variant {
            name: &compared.name,
            file: scenario.source.file.as_deref().map(super::portable),
            overrides: &scenario.source.overrides,
            answers: compared.outcome.answers.iter().map(Answer::new).collect(),
            targets: compared.outcome.targets.iter().map(Target::new).collect(),
        }
    }
}

impl<'a> Difference<'a> {
    fn new(of: &'a result::Difference, compared: &'a [Compared]) -> Difference<'a> {
        let end = |sign: f64| of.value.zip(of.half).map(|(value, half)| value + sign * half);
        Difference {
            variant: &compared[of.variant].name,
            measure: of.measure.to_string(),
            value: finite(of.value),
            low: finite(end(-1.0)),
            high: finite(end(1.0)),
            relative: finite(of.relative()),
            verdict: of.shown().map(|shown| match shown {
                Shown::Less => "less",
                Shown::More => "more",
                Shown::Nothing => "none shown",
            }),
            why: of.why.as_deref(),
        }
    }
}

impl<'a> Ranking<'a> {
    fn new(ranking: &'a result::Ranking, compared: &'a [Compared]) -> Ranking<'a> {
        let names = |group: &Vec<usize>| group.iter().map(|at| compared[*at].name.as_str()).collect();
        Ranking { measure: ranking.measure.to_string(), groups: ranking.groups.iter().map(names).collect() }
    }
}
