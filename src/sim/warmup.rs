//! How much of the beginning is cut off, found by pilot replications.

use rayon::prelude::*;

use super::{Ending, Watch, plan, replication};
use crate::metrics::{Broken, Plan, Record};
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

/// MSER-5 on the waits by planned instant and on the length of all queues, pooled over the pilots; the larger cut wins.
///
/// # Errors
/// If the books of a pilot do not balance.
pub fn find(scenario: &Scenario, watch: &Watch) -> Result<Found, Broken> {
    let step = replication::pilot_step(scenario.run.duration, STEPS);
    let plan = plan::pilot(scenario, step);
    let pilots = pilots(scenario);
    watch.expect(scenario.run.duration.nanos().saturating_mul(u64::from(pilots)));
    let runs: Vec<Seen> = (0..pilots)
        .into_par_iter()
        .map(|pilot| {
            let key = replication::pilot_key(scenario.run.seed, pilot);
            replication::run(scenario, key, &plan, watch).map(|(record, ending)| see(&record, &ending, &plan))
        })
        .collect::<Result<_, _>>()?;
    let pooled = runs.into_iter().try_fold(Series::default(), |mut pooled, seen| match seen {
        Seen::Whole(series) => {
            pooled.add(&series);
            Ok(pooled)
        }
        // There is no steady state to look for; the measured run says what is wrong.
        Seen::Overload => Err(Found::Cut(Span::ZERO)),
        Seen::Interrupted => Err(Found::Interrupted),
    });
    Ok(match pooled {
        Ok(pooled) => pooled.cut().map_or(Found::NotSettled, |at| Found::Cut(step.saturating_mul(at as u64))),
        Err(found) => found,
    })
}

/// What is kept of a pilot.
enum Seen {
    Whole(Series),
    Overload,
    Interrupted,
}

fn see(record: &Record, ending: &Ending, plan: &Plan) -> Seen {
    match ending {
        Ending::Complete => Seen::Whole(Series::of(record, plan)),
        Ending::Overload(_) => Seen::Overload,
        Ending::Interrupted => Seen::Interrupted,
    }
}

/// Waits and lengths in each step, pooled over pilots.
struct Series {
    /// Sum in nanoseconds, and count, of the waits of the messages planned in it.
    waits: Vec<(u128, u64)>,
    /// The area under the lengths of all queues that somebody empties, together. Each queue by itself would put the largest of many cuts, most
    /// of them chance, in place of one.
    lengths: Vec<u128>,
}

impl Default for Series {
    fn default() -> Series {
        Series { waits: vec![(0, 0); STEPS as usize], lengths: vec![0; STEPS as usize] }
    }
}

impl Series {
    fn of(record: &Record, plan: &Plan) -> Series {
        let mut series = Series::default();
        let waits = record.pilot.iter().flat_map(|pilot| &pilot.waits);
        series.waits.iter_mut().zip(waits).for_each(|(mine, seen)| *mine = *seen);
        // What rests only grows.
        let emptied = record.queues.iter().zip(&plan.queues).filter(|(_, plan)| !plan.rests);
        for (queue, _) in emptied {
            let mut before = 0;
            for (area, step) in series.lengths.iter_mut().zip(&queue.steps) {
                *area += step.length_area - before;
                before = step.length_area;
            }
        }
        series
    }

    fn add(&mut self, other: &Series) {
        for (mine, theirs) in self.waits.iter_mut().zip(&other.waits) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
        self.lengths.iter_mut().zip(&other.lengths).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// The larger of both cuts, in steps; `None` if either series has not settled.
    fn cut(&self) -> Option<usize> {
        let mean = |&(sum, count): &(u128, u64)| (count > 0).then(|| sum as f64 / count as f64);
        let waits: Vec<Option<f64>> = self.waits.iter().map(mean).collect();
        let lengths: Vec<Option<f64>> = self.lengths.iter().map(|area| Some(*area as f64)).collect();
        match (mser5(&waits), mser5(&lengths)) {
            (Cut::At(waits), Cut::At(lengths)) => Some(waits.max(lengths)),
            _ => None,
        }
    }
}
