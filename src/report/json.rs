//! A result as JSON, format 1: the contract with machines. No other module knows it.
//!
//! Fields keep the order in which they stand here, so that the same result gives the same bytes. What is written is read
//! back by the same types, so that every view can be made from a stored result.

mod about;
mod accounts;
mod answer;
mod comparison;
mod explanation;
mod live;
mod moved;
mod ordered;
mod picture;
mod read;
mod schema;

pub use comparison::comparison;
pub use explanation::explanation;
pub use moved::moved;
pub use picture::{picture, role};
pub use read::{Damage, Stored, read, stored};
pub use schema::schema;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::about::about;
use crate::result::{self, About, CONFIDENCE, Holds, Outcome, Verdict, WarningCode};
use crate::scenario::Scenario;
use about::Input;
use answer::Answer;
use read::{measure, word_of};

const FORMAT: u32 = 1;

/// One JSON object on one line, with a line break behind it. Times are seconds, rates per second, shares 0 to 1.
pub fn json(outcome: &Outcome, scenario: &Scenario) -> String {
    json_of(outcome, &about(scenario))
}

/// The same, of what has been read back.
pub fn json_of(outcome: &Outcome, about: &About) -> String {
    let report = Report::new(outcome, about);
    serde_json::to_string(&report).expect("names are texts and numbers are finite") + "\n"
}

#[derive(Serialize, Deserialize)]
struct Report<'a> {
    format: u32,
    kendall: Cow<'a, str>,
    scenario: Input<'a>,
    seed: u64,
    confidence: f64,
    partial: bool,
    answers: Vec<Answer<'a>>,
    /// Why theory has no answer, where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_theory: Option<Cow<'a, str>>,
    load: Vec<Load<'a>>,
    agreement: Vec<Agreement<'a>>,
    targets: Vec<Target<'a>>,
    warnings: Vec<Warning<'a>>,
}

impl<'a> Report<'a> {
    fn new(outcome: &'a Outcome, about: &'a About) -> Report<'a> {
        Report {
            format: FORMAT,
            kendall: env!("CARGO_PKG_VERSION").into(),
            scenario: Input::new(about),
            seed: outcome.seed,
            confidence: CONFIDENCE,
            partial: outcome.partial,
            answers: outcome.answers.iter().map(Answer::new).collect(),
            no_theory: outcome.no_theory.as_deref().map(Cow::from),
            load: outcome.stability.iter().map(Load::new).collect(),
            agreement: Agreement::all(outcome),
            targets: outcome.targets.iter().map(Target::new).collect(),
            warnings: outcome.warnings.iter().map(Warning::new).collect(),
        }
    }

    fn read(self) -> Result<(About, Outcome), Damage> {
        let about = self.scenario.read(None)?;
        let (agreement, live_agreement) = Agreement::read_all(self.agreement)?;
        let outcome = Outcome {
            seed: self.seed,
            partial: self.partial,
            answers: self.answers.into_iter().map(Answer::read).collect::<Result<_, _>>()?,
            agreement,
            live_agreement,
            targets: self.targets.into_iter().map(Target::read).collect::<Result<_, _>>()?,
            warnings: self.warnings.into_iter().map(Warning::read).collect::<Result<_, _>>()?,
            no_theory: self.no_theory.map(Cow::into_owned),
            stability: self.load.into_iter().map(Load::read).collect(),
        };
        Ok((about, outcome))
    }
}

/// What a queue is offered, and what its consumers can do.
#[derive(Serialize, Deserialize)]
struct Load<'a> {
    queue: Cow<'a, str>,
    rate: f64,
    /// `null` where it is endless.
    offered_load: Option<f64>,
    consumers: u32,
    present: f64,
    growth: f64,
}

impl<'a> Load<'a> {
    fn new(queue: &'a result::Stability) -> Load<'a> {
        Load {
            queue: queue.queue.as_str().into(),
            rate: queue.rate,
            offered_load: finite(Some(queue.offered_load)),
            consumers: queue.consumers,
            present: queue.present,
            growth: queue.growth,
        }
    }

    fn read(self) -> result::Stability {
        result::Stability {
            queue: self.queue.into_owned(),
            rate: self.rate,
            offered_load: self.offered_load.unwrap_or(f64::INFINITY),
            consumers: self.consumers,
            present: self.present,
            growth: self.growth,
        }
    }
}

#[derive(Serialize, Deserialize, Default)]
struct Agreement<'a> {
    measure: Cow<'a, str>,
    simulation: Option<f64>,
    theory: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theory_verdict: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Cow<'a, str>>,
    /// The draws of the live run, simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    same_draws: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_verdict: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_why: Option<Cow<'a, str>>,
}

impl<'a> Agreement<'a> {
    /// Measures that theory knows, with live beside it, and then those that it does not.
    fn all(outcome: &'a Outcome) -> Vec<Agreement<'a>> {
        let live_of = |measure: &_| outcome.live_agreement.iter().find(|live| live.measure == *measure);
        let in_theory = |measure: &_| outcome.agreement.iter().any(|theory| theory.measure == *measure);
        let simulated = |measure: &_| outcome.simulation()?.measures.get(measure)?.value;
        let theory = outcome.agreement.iter().map(|a| Agreement::new(a).with_live(live_of(&a.measure)));
        let others = outcome.live_agreement.iter().filter(|live| !in_theory(&live.measure));
        let others = others.map(|live| Agreement::alone(live, simulated(&live.measure)).with_live(Some(live)));
        theory.chain(others).collect()
    }

    fn alone(live: &'a result::LiveAgreement, simulation: Option<f64>) -> Agreement<'a> {
        let measure = live.measure.to_string().into();
        Agreement { measure, simulation: finite(simulation), ..Agreement::default() }
    }

    fn with_live(self, live: Option<&'a result::LiveAgreement>) -> Agreement<'a> {
        let Some(live) = live else { return self };
        Agreement {
            same_draws: finite(Some(live.twin)),
            live: finite(Some(live.live)),
            live_verdict: live.verdict.as_ref().ok().map(|verdict| verdict.name().into()),
            live_why: live.verdict.as_ref().err().map(|why| why.as_str().into()),
            ..self
        }
    }

    fn new(agreement: &'a result::Agreement) -> Agreement<'a> {
        Agreement {
            measure: agreement.measure.to_string().into(),
            simulation: finite(agreement.simulation),
            theory: finite(Some(agreement.theory)),
            theory_verdict: agreement.verdict.as_ref().ok().map(|verdict| verdict.name().into()),
            within: finite(agreement.within),
            why: agreement.verdict.as_ref().err().map(|why| why.as_str().into()),
            ..Agreement::default()
        }
    }

    fn read_all(all: Vec<Agreement<'_>>) -> Result<(Vec<result::Agreement>, Vec<result::LiveAgreement>), Damage> {
        let (mut theory, mut live) = (Vec::new(), Vec::new());
        for one in all {
            let measure = measure(&one.measure)?;
            if one.theory.is_some() || one.theory_verdict.is_some() || one.why.is_some() {
                theory.push(result::Agreement {
                    measure: measure.clone(),
                    simulation: one.simulation,
                    theory: one.theory.unwrap_or(f64::INFINITY),
                    verdict: verdict(one.theory_verdict, one.why)?,
                    within: one.within,
                });
            }
            if let (Some(twin), Some(value)) = (one.same_draws, one.live) {
                let verdict = verdict(one.live_verdict, one.live_why)?;
                live.push(result::LiveAgreement { measure, twin, live: value, verdict });
            }
        }
        Ok((theory, live))
    }
}

fn verdict(word: Option<Cow<'_, str>>, why: Option<Cow<'_, str>>) -> Result<Result<Verdict, String>, Damage> {
    match word {
        Some(word) => Ok(Ok(word_of(&word, Verdict::ALL, Verdict::name)?)),
        None => Ok(Err(why.map_or(String::new(), Cow::into_owned))),
    }
}

#[derive(Serialize, Deserialize)]
struct Target<'a> {
    target: Cow<'a, str>,
    measure: Cow<'a, str>,
    bound: f64,
    /// How the measure is held against the bound.
    op: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_runs: Option<f64>,
    by: Cow<'a, str>,
    holds: Cow<'a, str>,
    /// What would decide it; not there if there is nothing to say.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    note: Cow<'a, str>,
}

impl<'a> Target<'a> {
    fn new(target: &'a result::TargetResult) -> Target<'a> {
        Target {
            target: target.target.as_str().into(),
            measure: target.measure.to_string().into(),
            bound: target.bound,
            op: target.op.sign().into(),
            in_runs: target.in_runs,
            by: target.by.into(),
            holds: target.holds.name().into(),
            note: target.note.as_str().into(),
        }
    }

    fn read(self) -> Result<result::TargetResult, Damage> {
        Ok(result::TargetResult {
            measure: measure(&self.measure)?,
            op: word_of(&self.op, crate::measure::Op::ALL, crate::measure::Op::sign)?,
            bound: self.bound,
            in_runs: self.in_runs,
            by: word_of(&self.by, ["theory", "simulation", "live"], |by| by)?,
            holds: word_of(&self.holds, Holds::ALL, Holds::name)?,
            note: self.note.into_owned(),
            target: self.target.into_owned(),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Warning<'a> {
    code: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measure: Option<Cow<'a, str>>,
    text: Cow<'a, str>,
}

impl<'a> Warning<'a> {
    fn new(warning: &'a result::Warning) -> Warning<'a> {
        let measure = warning.measure.as_ref().map(|measure| measure.to_string().into());
        Warning { code: warning.code.name().into(), measure, text: warning.text.as_str().into() }
    }

    fn read(self) -> Result<result::Warning, Damage> {
        Ok(result::Warning {
            code: word_of(&self.code, WarningCode::ALL, WarningCode::name)?,
            measure: self.measure.as_deref().map(measure).transpose()?,
            text: self.text.into_owned(),
        })
    }
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}
