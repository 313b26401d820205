//! How much of the beginning is cut off, found by pilot replications.

use rayon::prelude::*;

use super::{Ending, Watch, plan, replication};
use crate::metrics::{Broken, Record};
use crate::scenario::{Replications, Scenario};
use crate::stats::{Cut, mser5};
use crate::time::Span;

/// Steps of a pilot run; five make a batch of MSER-5.
const STEPS: u64 = 2000;
/// More pilots than this make the cut no better.
const PILOTS_AT_MOST: u32 = 10;

/// What the pilots found.
pub enum Found {
    Cut(Span),
    /// The warm-up takes more than half of the run.
    NotSettled,
    Interrupted,
}

/// How many pilots there are: a third of the replications, so that they cost a quarter of the whole.
pub fn pilots(scenario: &Scenario) -> u32 {
    let replications = match scenario.run.replications {
        Replications::Fixed(count) => count,
        Replications::Precision { .. } => super::REPLICATIONS_FIRST,
    };
    (replications / 3).clamp(1, PILOTS_AT_MOST)
}

/// MSER-5 on the waits by planned instant and on the length of each queue, pooled over the pilots; the larger cut wins.
///
/// # Errors
/// If the books of a pilot do not balance.
pub fn find(scenario: &Scenario, watch: &Watch) -> Result<Found, Broken> {
    let step = replication::pilot_step(scenario.run.duration, STEPS);
    let plan = plan::pilot(scenario, step);
    let pilots = pilots(scenario);
    watch.expect(scenario.run.duration.nanos().saturating_mul(u64::from(pilots)));
    let runs: Vec<(Record, Ending)> = (0..pilots)
        .into_par_iter()
        .map(|pilot| replication::run(scenario, replication::pilot_key(scenario.run.seed, pilot), &plan, watch))
        .collect::<Result<_, _>>()?;
    if runs.iter().any(|(_, ending)| matches!(ending, Ending::Interrupted)) {
        return Ok(Found::Interrupted);
    }
    if runs.iter().any(|(_, ending)| matches!(ending, Ending::Overload(_))) {
        // There is no steady state to look for; the measured run says what is wrong.
        return Ok(Found::Cut(Span::ZERO));
    }
    let records: Vec<Record> = runs.into_iter().map(|(record, _)| record).collect();
    let queues = (0..scenario.queues.len()).map(|queue| lengths(&records, queue));
    let cuts: Vec<Cut> = std::iter::once(waits(&records)).chain(queues).map(|series| mser5(&series)).collect();
    let largest = cuts.into_iter().try_fold(0, |largest, cut| match cut {
        Cut::At(at) => Some(largest.max(at)),
        Cut::NotSettled => None,
    });
    Ok(largest.map_or(Found::NotSettled, |at| Found::Cut(step.saturating_mul(at as u64))))
}

/// The mean wait of the messages planned in each step.
fn waits(records: &[Record]) -> Vec<Option<f64>> {
    let mut sums = vec![(0_u128, 0_u64); STEPS as usize];
    let pilots = records.iter().filter_map(|record| record.pilot.as_ref());
    for waits in pilots.map(|pilot| &pilot.waits) {
        for (sum, wait) in sums.iter_mut().zip(waits) {
            sum.0 += wait.0;
            sum.1 += wait.1;
        }
    }
    sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum as f64 / count as f64)).collect()
}

/// The mean length of a queue in each step, up to a factor.
fn lengths(records: &[Record], queue: usize) -> Vec<Option<f64>> {
    let mut areas = vec![0_u128; STEPS as usize];
    for record in records {
        let mut before = 0;
        for (area, (length, _)) in areas.iter_mut().zip(&record.queues[queue].steps) {
            *area += length - before;
            before = *length;
        }
    }
    areas.into_iter().map(|area| Some(area as f64)).collect()
}
