//! A stored result, read back; nothing in it is trusted.

use serde::Deserialize;

use super::{FORMAT, Report, comparison};
use crate::measure::{Measure, nearest};
use crate::result::{About, Comparison, Outcome};

/// Why a text is no result of kendall, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Damage(String);

impl Damage {
    pub(super) fn new(what: impl Into<String>) -> Damage {
        Damage(what.into())
    }
}

/// What a file of results holds.
#[derive(Clone, Debug)]
pub enum Stored {
    Run {
        about: Box<About>,
        outcome: Box<Outcome>,
    },
    /// `about` has one for each of those compared.
    Comparison {
        about: Vec<About>,
        comparison: Box<Comparison>,
    },
}

/// As it was written.
pub fn stored(result: &Stored) -> String {
    match result {
        Stored::Run { about, outcome } => super::json_of(outcome, about),
        Stored::Comparison { about, comparison } => comparison::comparison_of(comparison, about),
    }
}

/// What tells what a text holds.
#[derive(Deserialize)]
struct Kind {
    format: u32,
    variants: Option<serde::de::IgnoredAny>,
    answers: Option<serde::de::IgnoredAny>,
}

/// Reads a result as `kendall run --json` and `kendall compare --json` write it.
///
/// # Errors
/// If it is something else, or of a format that is not known here.
pub fn read(text: &str) -> Result<Stored, Damage> {
    let no_result = |what: String| Damage::new(format!("{what}; name a file that `--json` has written"));
    let kind: Kind = serde_json::from_str(text).map_err(|error| no_result(format!("this is no result: {error}")))?;
    if kind.format != FORMAT {
        return Err(Damage::new(format!(
            "format {} is not known, only {FORMAT}; read it with the kendall that wrote it",
            kind.format
        )));
    }
    let damaged = |error: serde_json::Error| no_result(format!("the result is damaged: {error}"));
    match (kind.variants, kind.answers) {
        (Some(_), _) => {
            let (about, comparison) = serde_json::from_str::<comparison::Comparison>(text).map_err(damaged)?.read()?;
            Ok(Stored::Comparison { about, comparison: Box::new(comparison) })
        }
        (None, Some(_)) => {
            let (about, outcome) = serde_json::from_str::<Report>(text).map_err(damaged)?.read()?;
            Ok(Stored::Run { about: Box::new(about), outcome: Box::new(outcome) })
        }
        (None, None) => Err(no_result("this result has neither answers nor variants".to_owned())),
    }
}

pub(super) fn measure(text: &str) -> Result<Measure, Damage> {
    text.parse().map_err(|error| Damage::new(format!("the result is damaged: {error}")))
}

/// Which of all it is that has this name.
pub(super) fn word_of<T: Copy, const N: usize>(
    word: &str,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Damage> {
    all.into_iter().find(|one| name(*one) == word).ok_or_else(|| {
        let meant = nearest(word, all.into_iter().map(&name));
        let meant = meant.map_or(String::new(), |meant| format!("; it may have been `{meant}`"));
        Damage::new(format!("the result is damaged: `{word}` is none of its words{meant}"))
    })
}
