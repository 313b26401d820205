//! The discrete-event engine.

mod agenda;
mod plan;
mod replication;
mod watch;

pub use watch::Watch;

use crate::metrics::{Broken, Record};
use crate::scenario::Scenario;
use crate::time::Span;

/// Runs replication 0 alone, with nothing cut off.
///
/// # Errors
/// If the books do not balance.
pub fn one(scenario: &Scenario) -> Result<Record, Broken> {
    let plan = plan::measured(scenario, Span::ZERO);
    let key = replication::key(scenario.run.seed, 0);
    replication::run(scenario, key, &plan, &Watch::default()).map(|(record, _)| record)
}
