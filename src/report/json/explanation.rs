//! What a scenario is, in words, as JSON.

use serde::Serialize;

use super::about::Input;
use super::{FORMAT, Load, answer};
use crate::report::about;
use crate::result;
use crate::scenario::Scenario;

/// An explanation as one JSON object on one line.
pub fn explanation(explanation: &result::Explanation, scenario: &Scenario) -> String {
    let about = about(scenario);
    let report = Explanation::new(explanation, &about);
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

impl<'a> Explanation<'a> {
    fn new(explanation: &'a result::Explanation, about: &'a result::About) -> Explanation<'a> {
        let theory = explanation.theory.as_ref().ok();
        let paragraph = |paragraph: &'a result::Paragraph| Paragraph { title: paragraph.title, text: &paragraph.text };
        Explanation {
            format: FORMAT,
            kendall: env!("CARGO_PKG_VERSION"),
            scenario: Input::new(about),
            model: theory.map(|theory| theory.model.as_str()),
            source: theory.map(|theory| theory.source.as_str()),
            reasons: explanation.theory.as_ref().err().map_or(&[], Vec::as_slice),
            paragraphs: explanation.paragraphs.iter().map(paragraph).collect(),
            load: explanation.stability.iter().map(Load::new).collect(),
            answer: theory.map(answer::Theory::new),
        }
    }
}
