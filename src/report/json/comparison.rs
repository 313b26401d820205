//! A comparison as JSON: each variant with its answers, and the differences to the first.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::about::Input;
use super::answer::Answer;
use super::read::{Damage, measure};
use super::{FORMAT, Target, Warning, finite};
use crate::report::about;
use crate::result::{self, About, CONFIDENCE, Compared, Outcome};
use crate::scenario::Scenario;

/// One JSON object on one line, with a line break behind it. `scenarios` are those that were compared, in their order.
pub fn comparison(comparison: &result::Comparison, scenarios: &[&Scenario]) -> String {
    let abouts: Vec<About> = scenarios.iter().map(|scenario| about(scenario)).collect();
    written(comparison, &abouts, scenarios[0].run.seed)
}

/// The same, of what has been read back.
pub fn comparison_of(comparison: &result::Comparison, abouts: &[About]) -> String {
    written(comparison, abouts, comparison.compared.first().map_or(0, |first| first.outcome.seed))
}

fn written(comparison: &result::Comparison, abouts: &[About], seed: u64) -> String {
    let report = Comparison::new(comparison, abouts, seed);
    serde_json::to_string(&report).expect("names are texts and numbers are finite") + "\n"
}

#[derive(Serialize, Deserialize)]
pub struct Comparison<'a> {
    format: u32,
    kendall: Cow<'a, str>,
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
    /// The measure that a ranking was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    ranked_by: Option<Cow<'a, str>>,
    warnings: Vec<WarningOf<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Variant<'a> {
    name: Cow<'a, str>,
    scenario: Input<'a>,
    answers: Vec<Answer<'a>>,
    targets: Vec<Target<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Difference<'a> {
    variant: Cow<'a, str>,
    measure: Cow<'a, str>,
    base: Option<f64>,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// The share of the first that it is.
    relative: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct Ranking<'a> {
    measure: Cow<'a, str>,
    /// The best first; those of a group are not told apart.
    groups: Vec<Vec<Cow<'a, str>>>,
}

#[derive(Serialize, Deserialize)]
struct WarningOf<'a> {
    variant: Cow<'a, str>,
    #[serde(flatten)]
    warning: Warning<'a>,
}

impl<'a> Comparison<'a> {
    fn new(comparison: &'a result::Comparison, abouts: &'a [About], seed: u64) -> Comparison<'a> {
        let compared = &comparison.compared;
        let variant = |(one, about): (&'a Compared, &'a About)| Variant::new(one, about, &abouts[0]);
        let of_one = |one: &'a Compared| {
            let warning = |of| WarningOf { variant: one.name.as_str().into(), warning: Warning::new(of) };
            one.outcome.warnings.iter().map(warning)
        };
        Comparison {
            format: FORMAT,
            kendall: env!("CARGO_PKG_VERSION").into(),
            scenario: Input::new(&abouts[0]),
            seed,
            confidence: CONFIDENCE,
            confidence_each: comparison.confidence,
            partial: comparison.partial,
            variants: compared.iter().zip(abouts).map(variant).collect(),
            differences: comparison.differences.iter().map(|d| Difference::new(d, compared)).collect(),
            rankings: comparison.rankings.iter().map(|ranking| Ranking::new(ranking, compared)).collect(),
            ranked_by: comparison.ranked.as_ref().map(|measure| measure.to_string().into()),
            warnings: compared.iter().flat_map(of_one).collect(),
        }
    }

    pub fn read(self) -> Result<(Vec<About>, result::Comparison), Damage> {
        let first = self.scenario.read(None)?;
        let (mut abouts, mut compared) = (Vec::new(), Vec::new());
        for variant in self.variants {
            let (about, one) = variant.read(&first, self.seed, self.partial)?;
            abouts.push(about);
            compared.push(one);
        }
        let at = |name: &str| {
            let known = compared.iter().position(|one: &Compared| one.name == name);
            known.ok_or_else(|| Damage::new(format!("the result is damaged: there is no variant `{name}`")))
        };
        let differences: Vec<_> = self.differences.into_iter().map(|d| d.read(at)).collect::<Result<_, _>>()?;
        let rankings = self.rankings.into_iter().map(|ranking| ranking.read(at)).collect::<Result<_, _>>()?;
        let ranked = self.ranked_by.map(|name| measure(&name)).transpose()?;
        let warnings = self.warnings.into_iter().map(|of| Ok((at(&of.variant)?, of.warning.read()?)));
        for (variant, warning) in warnings.collect::<Result<Vec<_>, Damage>>()? {
            compared[variant].outcome.warnings.push(warning);
        }
        if abouts.is_empty() {
            abouts.push(first);
        }
        let confidence = self.confidence_each;
        Ok((abouts, result::Comparison { compared, differences, confidence, rankings, ranked, partial: self.partial }))
    }
}

impl<'a> Variant<'a> {
    fn new(compared: &'a Compared, about: &'a About, first: &About) -> Variant<'a> {
        Variant {
            name: compared.name.as_str().into(),
            scenario: Input::new(about).beside(first),
            answers: compared.outcome.answers.iter().map(Answer::new).collect(),
            targets: compared.outcome.targets.iter().map(Target::new).collect(),
        }
    }

    /// Of the outcome as much as a comparison stores of it.
    fn read(self, first: &About, seed: u64, partial: bool) -> Result<(About, Compared), Damage> {
        let outcome = Outcome {
            seed,
            partial,
            answers: self.answers.into_iter().map(Answer::read).collect::<Result<_, _>>()?,
            agreement: Vec::new(),
            live_agreement: Vec::new(),
            targets: self.targets.into_iter().map(Target::read).collect::<Result<_, _>>()?,
            warnings: Vec::new(),
            no_theory: None,
            stability: Vec::new(),
        };
        Ok((self.scenario.read(Some(first))?, Compared { name: self.name.into_owned(), outcome }))
    }
}

impl<'a> Difference<'a> {
    fn new(of: &'a result::Difference, compared: &'a [Compared]) -> Difference<'a> {
        let end = |sign: f64| of.value.zip(of.half).map(|(value, half)| value + sign * half);
        Difference {
            variant: compared[of.variant].name.as_str().into(),
            measure: of.measure.to_string().into(),
            base: finite(of.base),
            value: finite(of.value),
            low: finite(end(-1.0)),
            high: finite(end(1.0)),
            relative: finite(of.relative()),
            verdict: of.shown().map(|shown| shown.name().into()),
            why: of.why.as_deref().map(Cow::from),
        }
    }

    fn read(self, at: impl Fn(&str) -> Result<usize, Damage>) -> Result<result::Difference, Damage> {
        Ok(result::Difference {
            variant: at(&self.variant)?,
            measure: measure(&self.measure)?,
            base: self.base,
            value: self.value,
            half: self.low.zip(self.high).map(|(low, high)| (high - low) / 2.0),
            why: self.why.map(Cow::into_owned),
        })
    }
}

impl<'a> Ranking<'a> {
    fn new(ranking: &'a result::Ranking, compared: &'a [Compared]) -> Ranking<'a> {
        let names = |group: &Vec<usize>| group.iter().map(|at| compared[*at].name.as_str().into()).collect();
        Ranking { measure: ranking.measure.to_string().into(), groups: ranking.groups.iter().map(names).collect() }
    }

    fn read(self, at: impl Fn(&str) -> Result<usize, Damage>) -> Result<result::Ranking, Damage> {
        let group = |names: &Vec<Cow<'_, str>>| names.iter().map(|name| at(name)).collect();
        let groups = self.groups.iter().map(group).collect::<Result<_, _>>()?;
        Ok(result::Ranking { measure: measure(&self.measure)?, groups })
    }
}
