//! Carries out what was asked, sets the answers side by side and judges them.

use crate::result::Outcome;
use crate::scenario::Scenario;
use crate::sim::Watch;

/// What to do with a scenario, beyond what it says itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    /// Answer by theory alone.
    pub theory_only: bool,
    /// Threads for the replications; `None` for as many as there are cores.
    pub threads: Option<usize>,
}

/// Why a run has no outcome at all.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("no formula applies: {0}; leave out `--theory` to simulate it")]
    NoTheory(String),
    /// The warm-up takes more than half of a run whose duration the scenario gives.
    #[error("{0}")]
    WarmupTooLong(String),
    /// The accounts do not balance or Little's law does not hold: a bug in kendall.
    #[error("kendall made a mistake, please report it: {0}")]
    Broken(String),
}

/// Answers a scenario by theory, where a formula applies, and by simulation.
pub fn run(_scenario: &Scenario, _ask: &Ask, _watch: &Watch) -> Result<Outcome, RunError> {
    todo!("arrives with the engine")
}
