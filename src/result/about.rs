//! What was answered: as much of a scenario as the reader of a result has to know.

use crate::measure::Measure;
use crate::time::Span;

/// A scenario as a result tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    pub name: String,
    pub question: Option<String>,
    /// The file's path as the user gave it; `None` for a notation.
    pub file: Option<String>,
    /// The YAML, before any override.
    pub text: String,
    /// `path=value`, as given on the command line.
    pub overrides: Vec<String>,
    /// Whether nothing changes by plan, so that there may be a steady state.
    pub is_steady: bool,
    pub asked: Asked,
    pub queues: Vec<AboutQueue>,
    pub consumers: Vec<AboutConsumers>,
    pub outages: Vec<AboutOutage>,
}

/// How many replications were asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    Replications(u32),
    /// Until the half-width of the interval of `of` is at most `relative` of its value.
    Precision {
        relative: f64,
        of: Measure,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutQueue {
    pub name: String,
    /// Messages that may wait, where that is limited.
    pub capacity: Option<u64>,
    /// Nobody takes from it, and nothing leaves it.
    pub rests: bool,
}

/// When something is away by plan, since the start of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutOutage {
    /// `broker`, a queue's name, or that of consumers.
    pub of: String,
    pub from: Span,
    pub until: Span,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutConsumers {
    pub name: String,
    /// Queues, by name.
    pub takes_from: Vec<String>,
    /// The most that there ever are.
    pub count: u32,
}
