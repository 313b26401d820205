//! The discrete-event engine: replications in parallel, and what they add up to.

mod agenda;
mod alter;
mod clients;
mod crashes;
mod desks;
mod diary;
mod follow_up;
mod gather;
mod listen;
mod network;
mod outages;
mod plan;
mod replication;
mod samples;
mod series;
mod stage;
mod summary;
mod thinking;
mod uplink;
mod warmup;
mod watch;

pub use gather::{add_up, measured_live, replications};
pub use replication::Ending;
pub use stage::Stage;
pub use watch::Watch;

use rayon::prelude::*;

use crate::metrics::{Broken, Record};
use crate::random::Key;
use crate::result::{Event, Overload, Simulation, Stopped};
use crate::scenario::{Replications, Scenario, Warmup};
use crate::stats;
use crate::time::Span;
use listen::Scribe;
use samples::Samples;
use summary::{Over, Summary};
use warmup::Found;

/// Replications before a precision is looked at, fixed in advance.
const REPLICATIONS_FIRST: u32 = 10;
/// With more queues than this a replication leaves much behind.
const MANY_QUEUES: usize = 8;
/// How often a defaulted duration is doubled for the warm-up's sake.
const DOUBLINGS: u32 = 5;
/// How often a given duration is doubled to find out how long to run.
const DOUBLINGS_TRIED: u32 = 3;
/// A replication of a steady state lasts at least so many relaxation times: the share of a mean that is still owed to
/// the empty start is then about a fiftieth before anything is cut.
const RELAXATIONS: u64 = 50;

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
    /// How long it remembers what happened, if it has a steady state.
    pub relaxation: Span,
    /// How long a replication had to be at the least for a steady state, if it was shorter.
    pub too_short: Option<Span>,
    pub oldest_unfinished: Option<Span>,
}

/// Runs replication 0 alone, with nothing cut off.
///
/// # Errors
/// If the books do not balance.
pub fn one(scenario: &Scenario) -> Result<Record, Broken> {
    let plan = plan::measured(scenario, Span::ZERO);
    let key = Key::of_replication(scenario.run.seed, 0);
    replication::run(scenario, key, &plan, &Watch::default()).map(|(record, _)| record)
}

/// Runs replication 0 once more, and tells `write` of everything that happens to a message, in its order.
///
/// # Errors
/// If the books do not balance.
pub fn listen(scenario: &Scenario, watch: &Watch, write: &mut dyn FnMut(&Event)) -> Result<(), Broken> {
    let plan = plan::measured(scenario, Span::ZERO);
    let key = Key::of_replication(scenario.run.seed, 0);
    replication::run_heard(scenario, key, &plan, watch, Scribe::new(write)).map(|_| ())
}

/// Whether a scenario has a steady state to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steady {
    Never,
    /// It has, and this is about how long it remembers what it began with (its relaxation time).
    Remembers(Span),
}

/// Simulates a scenario on the threads of the pool this is called in.
///
/// # Errors
/// If the books do not balance, or a given duration leaves too little after the warm-up.
pub fn simulate(scenario: &Scenario, steady: Steady, watch: &Watch) -> Result<Simulated, SimError> {
    let mut scenario = scenario.clone();
    let relaxation = relaxation(&scenario, steady);
    let warmup = warmup_of(&mut scenario, steady, watch)?;
    let enough = relaxation.saturating_mul(RELAXATIONS);
    let duration = scenario.run.duration;
    let (warmup, not_settled) = match warmup {
        Found::Cut(span) => (Some(span), false),
        Found::NotSettled => (Some(Span::from_nanos(duration.nanos() / 2)), true),
        Found::Interrupted => (None, false),
    };
    let too_short = (not_settled || duration < enough).then(|| enough.max(duration.saturating_mul(2)));
    let (simulation, oldest_unfinished) = measure(&scenario, warmup, watch)?;
    Ok(Simulated { simulation, relaxation, too_short, oldest_unfinished })
}

/// What is cut off and how long replications last, if pilots are to find that: to measure several scenarios over the
/// same window. `None` if it was interrupted.
///
/// # Errors
/// As [`simulate`].
pub fn settle(scenario: &Scenario, steady: Steady, watch: &Watch) -> Result<Option<Settled>, SimError> {
    let mut scenario = scenario.clone();
    let found = warmup_of(&mut scenario, steady, watch)?;
    let duration = scenario.run.duration;
    Ok(match found {
        Found::Cut(warmup) => Some(Settled { warmup, duration }),
        Found::NotSettled => Some(Settled { warmup: Span::from_nanos(duration.nanos() / 2), duration }),
        Found::Interrupted => None,
    })
}

/// Over which window a scenario is measured.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    pub warmup: Span,
    pub duration: Span,
}

/// How long it remembers what it began with, where that matters.
fn relaxation(scenario: &Scenario, steady: Steady) -> Span {
    match steady {
        Steady::Remembers(relaxation) if scenario.run.warmup != Warmup::None => relaxation,
        _ => Span::ZERO,
    }
}

fn warmup_of(scenario: &mut Scenario, steady: Steady, watch: &Watch) -> Result<Found, SimError> {
    let enough = relaxation(scenario, steady).saturating_mul(RELAXATIONS);
    match scenario.run.warmup {
        Warmup::Auto if steady != Steady::Never => find_warmup(scenario, enough, watch),
        Warmup::None | Warmup::Auto => Ok(Found::Cut(Span::ZERO)),
        Warmup::For(span) => Ok(Found::Cut(span)),
    }
}

/// Looks for the warm-up, and doubles the duration as long as there is none or it is too short for the load; a given
/// duration stays, and the search only tells how long to run.
fn find_warmup(scenario: &mut Scenario, enough: Span, watch: &Watch) -> Result<Found, SimError> {
    let first = scenario.run.duration;
    let given = scenario.run.duration_given;
    let doublings = if given { DOUBLINGS_TRIED } else { DOUBLINGS };
    for doubling in 0..=doublings {
        scenario.run.duration = first.saturating_mul(1 << doubling);
        if !given && scenario.run.duration < enough && doubling < doublings {
            continue;
        }
        match warmup::find(scenario, watch)? {
            Found::Cut(cut) if given && doubling > 0 => {
                let enough = format!("at least {} (its warm-up is {cut})", scenario.run.duration);
                return Err(SimError::WarmupTooLong { duration: first, enough });
            }
            Found::NotSettled => {}
            found => return Ok(found),
        }
    }
    if given {
        let enough = format!("more than {}", scenario.run.duration);
        return Err(SimError::WarmupTooLong { duration: first, enough });
    }
    Ok(Found::NotSettled)
}

fn measure(scenario: &Scenario, warmup: Option<Span>, watch: &Watch) -> Result<(Simulation, Option<Span>), SimError> {
    let mut summary = Summary::new(scenario, Over::Replications);
    let ending = match warmup {
        Some(warmup) => replicate(scenario, warmup, &mut summary, watch)?,
        None => (Stopped::Interrupted, None),
    };
    Ok(finished(scenario, summary, warmup.unwrap_or(Span::ZERO), ending))
}

/// What is told of all that was added up, and how old the oldest unfinished message was.
fn finished(
    scenario: &Scenario,
    summary: Summary<'_>,
    warmup: Span,
    (stopped, overload): (Stopped, Option<Overload>),
) -> (Simulation, Option<Span>) {
    let simulation = Simulation {
        replications: summary.replications,
        warmup,
        duration: scenario.run.duration,
        stopped,
        overload,
        altered: false,
        messages: summary.accounts.producers.iter().map(|(_, account)| account.published).sum(),
        measures: summary.estimates(),
        per_replication: summary.per_replication(),
        series: summary.series.finish(summary.replications),
        wait: summary.times.wait.histogram,
        service: summary.times.service.histogram,
        response: summary.times.response.histogram,
        accounts: summary.accounts,
    };
    (simulation, summary.oldest_unfinished)
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
        let (record, ending) =
            replication::run(scenario, Key::of_replication(scenario.run.seed, number), &plan, watch)?;
        let samples = samples.take(&record);
        Ok((record, samples, ending))
    };
    let mut until = match scenario.run.replications {
        Replications::Fixed(count) => count,
        Replications::Precision { at_most, .. } => REPLICATIONS_FIRST.min(at_most),
    };
    // What replications leave behind is added in order and then forgotten: a few for each thread at once, or one where
    // each leaves much.
    let each = if scenario.queues.len() > MANY_QUEUES { 1 } else { 2 };
    let at_once = each * rayon::current_num_threads() as u32;
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
