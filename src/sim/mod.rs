//! The discrete-event engine: replications in parallel, and what they add up to.

mod agenda;
mod plan;
mod replication;
mod samples;
mod series;
mod summary;
mod warmup;
mod watch;

pub use watch::Watch;

use rayon::prelude::*;

use crate::metrics::{Broken, Record};
use crate::result::{Overload, Simulation, Stopped};
use crate::scenario::{Replications, Scenario, Warmup};
use crate::stats;
use crate::time::Span;
use replication::Ending;
use samples::Samples;
use summary::Summary;

/// Replications before a precision is looked at, fixed in advance.
const REPLICATIONS_FIRST: u32 = 10;
/// How often a defaulted duration is doubled for the warm-up's sake.
const DOUBLINGS: u32 = 5;

/// Why there is no simulation.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(
        "run.duration: the warm-up takes more than half of {duration}; run for {enough}, or leave out the duration \
         to have a long enough one chosen"
    )]
    WarmupTooLong { duration: Span, enough: String },
}

/// A simulation, and what was noticed while it ran.
pub struct Simulated {
    pub simulation: Simulation,
    /// Whether the warm-up was still too long after every doubling.
    pub unsettled: bool,
    pub oldest_unfinished: Option<Span>,
}

/// Runs replication 0 alone, with nothing cut off.
///
/// # Errors
/// If the books do not balance.
pub fn one(scenario: &Scenario) -> Result<Record, Broken> {
    let plan = plan::measured(scenario, Span::ZERO);
    let key = replication::key(scenario.run.seed, 0);
    replication::run(scenario, key, &plan, &Watch::default()).map(|(record, _)| record)
}

/// Simulates a scenario on the threads of the pool this is called in. `has_steady_state` says whether a warm-up may be
/// looked for.
///
/// # Errors
/// If the books do not balance, or a given duration leaves too little after the warm-up.
pub fn simulate(scenario: &Scenario, has_steady_state: bool, watch: &Watch) -> Result<Simulated, SimError> {
    let mut scenario = scenario.clone();
    let (warmup, unsettled) = match scenario.run.warmup {
        Warmup::None => (Some(Span::ZERO), false),
        Warmup::For(span) => (Some(span), false),
        Warmup::Auto if has_steady_state => find_warmup(&mut scenario, watch)?,
        Warmup::Auto => (Some(Span::ZERO), false),
    };
    measure(&scenario, warmup, unsettled, watch)
}

/// The cut, if the pilots were not interrupted, and whether it had to be set without having settled.
fn find_warmup(scenario: &mut Scenario, watch: &Watch) -> Result<(Option<Span>, bool), SimError> {
    let given = scenario.run.duration;
    for doubling in 0..=DOUBLINGS {
        scenario.run.duration = given.saturating_mul(1 << doubling);
        match warmup::find(scenario, watch)? {
            warmup::Found::Interrupted => return Ok((None, false)),
            warmup::Found::Cut(cut) if doubling > 0 && scenario.run.duration_given => {
                let enough = format!("at least {} (its warm-up is {cut})", scenario.run.duration);
                return Err(SimError::WarmupTooLong { duration: given, enough });
            }
            warmup::Found::Cut(cut) => return Ok((Some(cut), false)),
            warmup::Found::NotSettled => {}
        }
    }
    if scenario.run.duration_given {
        let enough = format!("more than {}", scenario.run.duration);
        return Err(SimError::WarmupTooLong { duration: given, enough });
    }
    Ok((Some(Span::from_nanos(scenario.run.duration.nanos() / 2)), true))
}

fn measure(scenario: &Scenario, warmup: Option<Span>, unsettled: bool, watch: &Watch) -> Result<Simulated, SimError> {
    let mut summary = Summary::new(scenario);
    let (stopped, overload) = match warmup {
        Some(warmup) => replicate(scenario, warmup, &mut summary, watch)?,
        None => (Stopped::Interrupted, None),
    };
    let simulation = Simulation {
        replications: summary.replications,
        warmup: warmup.unwrap_or(Span::ZERO),
        duration: scenario.run.duration,
        stopped,
        overload,
        messages: summary.accounts.producers.iter().map(|(_, account)| account.published).sum(),
        measures: summary.estimates(),
        per_replication: summary.per_replication(),
        series: summary.series.finish(summary.replications),
        wait: summary.times.wait.histogram,
        service: summary.times.service.histogram,
        response: summary.times.response.histogram,
        accounts: summary.accounts,
    };
    Ok(Simulated { simulation, unsettled, oldest_unfinished: summary.oldest_unfinished })
}

/// Rounds of replications, until there are enough.
fn replicate(
    scenario: &Scenario,
    warmup: Span,
    summary: &mut Summary<'_>,
    watch: &Watch,
) -> Result<(Stopped, Option<Overload>), SimError> {
    let plan = plan::measured(scenario, warmup);
    let samples = Samples::of(scenario);
    let one = |number| -> Result<_, Broken> {
        let (record, ending) = replication::run(scenario, replication::key(scenario.run.seed, number), &plan, watch)?;
        let samples = samples.take(&record);
        Ok((record, samples, ending))
    };
    let mut until = match scenario.run.replications {
        Replications::Fixed(count) => count,
        Replications::Precision { at_most, .. } => REPLICATIONS_FIRST.min(at_most),
    };
    // A few for each thread at once: what they leave behind is added in order and then forgotten.
    let at_once = 2 * rayon::current_num_threads() as u32;
    loop {
        let duration = scenario.run.duration.nanos();
        watch.expect(duration.saturating_mul(u64::from(until - summary.replications)));
        while summary.replications < until {
            let first = summary.replications;
            let runs: Vec<Result<_, Broken>> = (first..until.min(first + at_once)).into_par_iter().map(one).collect();
            for run in runs {
                let (record, samples, ending) = run?;
                if matches!(ending, Ending::Interrupted) {
                    return Ok((Stopped::Interrupted, None));
                }
                summary.add(&record, samples);
                if let Ending::Overload(why) = ending {
                    return Ok((Stopped::Overload, Some(why)));
                }
            }
        }
        match next_round(scenario, summary) {
            Ok(next) => until = next,
            Err(stopped) => return Ok((stopped, None)),
        }
    }
}

/// How many replications there are to be after the next round, or why there is none. Depends on nothing but what was
/// measured, so not on the number of threads.
fn next_round(scenario: &Scenario, summary: &Summary<'_>) -> Result<u32, Stopped> {
    let Replications::Precision { relative, of, at_most } = &scenario.run.replications else {
        return Err(Stopped::Replications);
    };
    let done = summary.replications;
    let estimate = summary.estimate_of(of);
    let wanted = estimate.as_ref().and_then(|estimate| estimate.value).map(|value| relative * value.abs());
    let half = estimate.as_ref().and_then(|estimate| stats::half_width(estimate, crate::result::CONFIDENCE));
    let needed = match (half, wanted) {
        (Some(half), Some(wanted)) if half <= wanted => return Err(Stopped::Precision),
        (Some(half), Some(wanted)) => stats::replications_needed(half, u64::from(done), wanted),
        _ => None,
    };
    if done >= *at_most {
        return Err(Stopped::AtMost);
    }
    let needed = needed.map_or(2 * done, |needed| u32::try_from(needed).unwrap_or(u32::MAX));
    Ok(needed.clamp(done + 5, 2 * done.max(5)).min(*at_most))
}
