//! What others need who run a scenario in another way: the same plan, the same replications, the same sums.

use rayon::prelude::*;

use super::samples::Samples;
use super::summary::{Over, Summary};
use super::{Watch, finished, plan, replication};
use crate::metrics::{Broken, Plan, Record};
use crate::random::Key;
use crate::result::{Overload, Simulation, Stopped};
use crate::scenario::Scenario;
use crate::time::Span;

/// What is measured of a live run of which `warmup` is cut off. There a message enters its queue some time after it was
/// planned, so that no time of a queue can stand for one of the journey.
pub fn measured_live(scenario: &Scenario, warmup: Span) -> Plan {
    let mut plan = plan::measured(scenario, warmup);
    for queue in &mut plan.queues {
        (queue.is_journey, queue.stay_is_wait) = (false, false);
    }
    plan
}

/// The first replications, simulated.
///
/// # Errors
/// If the books do not balance.
pub fn replications(scenario: &Scenario, warmup: Span, count: u32) -> Result<Vec<Record>, Broken> {
    let plan = plan::measured(scenario, warmup);
    let one = |number| {
        let key = Key::of_replication(scenario.run.seed, number);
        replication::run(scenario, key, &plan, &Watch::default()).map(|(record, _)| record)
    };
    (0..count).into_par_iter().map(one).collect()
}

/// Adds up runs that were not simulated, in their order. Percentiles need no ten of them, and have no interval with
/// fewer than five.
pub fn add_up(
    scenario: &Scenario,
    records: &[Record],
    warmup: Span,
    (stopped, overload): (Stopped, Option<Overload>),
) -> (Simulation, Option<Span>) {
    let samples = Samples::of(scenario);
    let mut summary = Summary::new(scenario, Over::Runs);
    records.iter().for_each(|record| summary.add(record, samples.take(record)));
    finished(scenario, summary, warmup, (stopped, overload))
}
