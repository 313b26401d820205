//! A result as JSON, format 1: the contract with machines. No other module knows it.
//!
//! Fields keep the order in which they stand here, so that the same result gives the same bytes.

mod accounts;
mod answer;
mod comparison;
mod ordered;
mod picture;
mod schema;

pub use comparison::comparison;
pub use picture::picture;
pub use schema::schema;

use base64::Engine as _;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::measure::Measure;
use crate::result::{self, CONFIDENCE, Holds, Outcome, Verdict};
use crate::scenario::{Scenario, Source};
use answer::Answer;

const FORMAT: u32 = 1;

/// One JSON object on one line, with a line break behind it. Times are seconds, rates per second, shares 0 to 1.
pub fn json(outcome: &Outcome, scenario: &Scenario) -> String {
    let report = Report::new(outcome, scenario);
    serde_json::to_string(&report).expect("names are texts and numbers are finite") + "\n"
}

/// An explanation as one JSON object on one line.
pub fn explanation(explanation: &result::Explanation, scenario: &Scenario) -> String {
    let report = Explanation::new(explanation, scenario);
    serde_json::to_string(&report).expect("names are texts and numbers are finite") + "\n"
}

#[derive(Serialize)]
struct Explanation<'a> {
    format: u32,
    kendall: &'static str,
    scenario: Input<'a>,
    /// Not there if no formula applies; then `reasons` says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    reasons: &'a [String],
    paragraphs: Vec<Paragraph<'a>>,
    load: Vec<Load<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<answer::Theory<'a>>,
}

#[derive(Serialize)]
struct Paragraph<'a> {
    title: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Load<'a> {
    queue: &'a str,
    rate: f64,
    /// `null` where it is endless.
    offered_load: Option<f64>,
    consumers: u32,
}

impl<'a> Explanation<'a> {
    fn new(explanation: &'a result::Explanation, scenario: &'a Scenario) -> Explanation<'a> {
        let theory = explanation.theory.as_ref().ok();
        let paragraph = |paragraph: &'a result::Paragraph| Paragraph { title: paragraph.title, text: &paragraph.text };
        let load = |queue: &'a result::Stability| Load {
            queue: &queue.queue,
            rate: queue.rate,
            offered_load: finite(Some(queue.offered_load)),
            consumers: queue.consumers,
        };
        Explanation {
            format: FORMAT,
            kendall: env!("CARGO_PKG_VERSION"),
            scenario: Input::new(&scenario.name, &scenario.source),
            model: theory.map(|theory| theory.model.as_str()),
            source: theory.map(|theory| theory.source.as_str()),
            reasons: explanation.theory.as_ref().err().map_or(&[], Vec::as_slice),
            paragraphs: explanation.paragraphs.iter().map(paragraph).collect(),
            load: explanation.stability.iter().map(load).collect(),
            answer: theory.map(answer::Theory::new),
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    kendall: &'static str,
    scenario: Input<'a>,
    seed: u64,
    confidence: f64,
    partial: bool,
    answers: Vec<Answer<'a>>,
    agreement: Vec<Agreement<'a>>,
    targets: Vec<Target<'a>>,
    warnings: Vec<Warning<'a>>,
}

impl<'a> Report<'a> {
    fn new(outcome: &'a Outcome, scenario: &'a Scenario) -> Report<'a> {
        Report {
            format: FORMAT,
            kendall: env!("CARGO_PKG_VERSION"),
            scenario: Input::new(&scenario.name, &scenario.source),
            seed: outcome.seed,
            confidence: CONFIDENCE,
            partial: outcome.partial,
            answers: outcome.answers.iter().map(Answer::new).collect(),
            agreement: Agreement::all(outcome),
            targets: outcome.targets.iter().map(Target::new).collect(),
            warnings: outcome.warnings.iter().map(Warning::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct Input<'a> {
    name: &'a str,
    file: Option<&'a str>,
    hash: String,
    text: &'a str,
    overrides: &'a [String],
}

impl<'a> Input<'a> {
    fn new(name: &'a str, source: &'a Source) -> Input<'a> {
        let digest = Sha256::digest(source.text.as_bytes());
        Input {
            name,
            file: source.file.as_deref().map(portable),
            hash: digest.iter().fold("sha256:".to_owned(), |hash, byte| hash + &format!("{byte:02x}")),
            text: &source.text,
            overrides: &source.overrides,
        }
    }
}

/// The file's name alone where the whole path would tell of this machine.
fn portable(file: &str) -> &str {
    let path = std::path::Path::new(file);
    if path.is_relative() { file } else { path.file_name().and_then(|name| name.to_str()).unwrap_or("") }
}

#[derive(Serialize)]
struct Agreement<'a> {
    measure: String,
    simulation: Option<f64>,
    theory: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theory_verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    /// The draws of the live run, simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    same_draws: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_why: Option<&'a str>,
}

impl<'a> Agreement<'a> {
    /// Measures that theory knows, with live beside it, and then those that it does not.
    fn all(outcome: &'a Outcome) -> Vec<Agreement<'a>> {
        let live_of = |measure: &Measure| outcome.live_agreement.iter().find(|live| live.measure == *measure);
        let in_theory = |measure: &Measure| outcome.agreement.iter().any(|theory| theory.measure == *measure);
        let simulated = |measure: &Measure| outcome.simulation()?.measures.get(measure)?.value;
        let theory = outcome.agreement.iter().map(|a| Agreement::new(a).with_live(live_of(&a.measure)));
        let others = outcome.live_agreement.iter().filter(|live| !in_theory(&live.measure));
        let others = others.map(|live| Agreement::alone(live, simulated(&live.measure)).with_live(Some(live)));
        theory.chain(others).collect()
    }

    fn alone(live: &'a result::LiveAgreement, simulation: Option<f64>) -> Agreement<'a> {
        Agreement {
            measure: live.measure.to_string(),
            simulation: finite(simulation),
            theory: None,
            theory_verdict: None,
            within: None,
            why: None,
            same_draws: None,
            live: None,
            live_verdict: None,
            live_why: None,
        }
    }

    fn with_live(self, live: Option<&'a result::LiveAgreement>) -> Agreement<'a> {
        let Some(live) = live else { return self };
        Agreement {
            same_draws: finite(Some(live.twin)),
            live: finite(Some(live.live)),
            live_verdict: live.verdict.as_ref().ok().map(|verdict| word(*verdict)),
            live_why: live.verdict.as_ref().err().map(String::as_str),
            ..self
        }
    }

    fn new(agreement: &'a result::Agreement) -> Agreement<'a> {
        Agreement {
            measure: agreement.measure.to_string(),
            simulation: finite(agreement.simulation),
            theory: finite(Some(agreement.theory)),
            theory_verdict: agreement.verdict.as_ref().ok().map(|verdict| word(*verdict)),
            within: finite(agreement.within),
            why: agreement.verdict.as_ref().err().map(String::as_str),
            same_draws: None,
            live: None,
            live_verdict: None,
            live_why: None,
        }
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agrees",
        Verdict::Differs => "differs",
        Verdict::Undecided => "undecided",
    }
}

#[derive(Serialize)]
struct Target<'a> {
    target: &'a str,
    by: &'static str,
    holds: &'static str,
    /// What was measured and what would decide it; not there if there is nothing to say.
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
}

impl<'a> Target<'a> {
    fn new(target: &'a result::TargetResult) -> Target<'a> {
        let holds = match target.holds {
            Holds::Yes => "yes",
            Holds::No => "no",
            Holds::Undecided => "undecided",
        };
        Target { target: &target.target, by: target.by, holds, note: &target.note }
    }
}

#[derive(Serialize)]
struct Warning<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<String>,
    text: &'a str,
}

impl<'a> Warning<'a> {
    fn new(warning: &'a result::Warning) -> Warning<'a> {
        let measure = warning.measure.as_ref().map(ToString::to_string);
        Warning { code: warning.code.name(), measure, text: &warning.text }
    }
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// HdrHistogram's own exchange format, V2, deflated, in base64.
fn encoded(histogram: &Histogram<u64>) -> String {
    let mut bytes = Vec::new();
    let serialized = V2DeflateSerializer::new().serialize(histogram, &mut bytes);
    serialized.expect("a histogram whose counts fit into memory fits into a vector");
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
