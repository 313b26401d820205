//! A live run beside theory and simulation: the same scenario, the same draws, the same window.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::halves::halves;
use super::{Ask, RunError, agreement, run, targets, warnings};
use crate::adapter::Target;
use crate::live::{self, Clock, Ending, Finished, Lateness, LiveError, Onlooker, Order, Speed, Verdict};
use crate::measure::{Measure, Quantity, Stat};
use crate::metrics::{Record, Tally};
use crate::result::{Answer, Estimate, Halves, Live, Outcome, Overload, Simulation, Stopped, Uncorrected};
use crate::scenario::{Scenario, refuse};
use crate::sim::{self, Watch};
use crate::time::Span;

/// A live run without a duration lasts so long, and one that drains until it is empty drains no longer. In real time.
const USUAL: Span = Span::from_secs(30);

/// What to do beyond what [`Ask`] says.
pub struct LiveAsk<'a> {
    pub speed: Speed,
    /// How many runs, each with draws of its own.
    pub runs: u32,
    pub onlooker: &'a dyn Onlooker,
}

/// Answers a scenario by theory, where a formula applies, by simulation, and by running it against a target.
///
/// # Errors
/// If there is nothing to report: see [`RunError`].
pub fn run_live<T: Target>(
    scenario: &Scenario,
    ask: &Ask,
    asked: &LiveAsk<'_>,
    target: &T,
    watch: &Watch,
) -> Result<Outcome, RunError> {
    let is_usual = !scenario.run.duration_given;
    let scenario = prepared(scenario, asked, target)?;
    let mut outcome = run(&scenario, ask, watch).map_err(|error| if is_usual { of_usual(error) } else { error })?;
    let warmup = outcome.simulation().map(|simulation| simulation.warmup);
    let Some(warmup) = warmup.filter(|_| !outcome.partial) else { return Ok(outcome) };
    let runner = Runner::new(asked, target)?;
    let mut runs: Vec<Finished> = Vec::new();
    while runs.len() < asked.runs as usize && runs.last().is_none_or(|run| run.ending == Ending::Complete) {
        runs.push(runner.one(&scenario, warmup, runs.len() as u32)?);
    }
    with_live(&mut outcome, &scenario, warmup, asked.speed, target, runs)?;
    Ok(outcome)
}

/// The scenario as it is run live, if the target has all that it needs.
pub(super) fn prepared<T: Target>(scenario: &Scenario, asked: &LiveAsk<'_>, target: &T) -> Result<Scenario, RunError> {
    let lacking = [live::lacks(scenario), target.lacks(scenario)].concat();
    match refuse(scenario, &lacking) {
        Some(problems) => Err(RunError::Lacking(problems)),
        None => Ok(as_live(scenario, asked.speed)),
    }
}

/// Says of a duration that nobody gave where it comes from.
pub(super) fn of_usual(error: RunError) -> RunError {
    match error {
        RunError::WarmupTooLong(text) => {
            RunError::WarmupTooLong(format!("a live run takes 30 s unless `--duration` says how long, and {text}"))
        }
        error => error,
    }
}

/// Sets the live runs beside what is known already.
pub(super) fn with_live<T: Target>(
    outcome: &mut Outcome,
    scenario: &Scenario,
    warmup: Span,
    speed: Speed,
    target: &T,
    runs: Vec<Finished>,
) -> Result<(), RunError> {
    let answer = Live::of(scenario, warmup, speed, target, runs)?;
    outcome.partial |= answer.runs.stopped == Stopped::Interrupted;
    if answer.runs.altered {
        outcome.warnings.push(warnings::altered());
    } else {
        outcome.live_agreement = agreement::compare_live(&answer, no_verdict(&answer));
        outcome.targets.extend(targets::judge_live(scenario, &answer));
    }
    outcome.warnings.extend(warnings::of_live(&answer));
    outcome.answers.push(Answer::Live(Box::new(answer)));
    Ok(())
}

/// The scenario over the time that a live run takes.
fn as_live(scenario: &Scenario, speed: Speed) -> Scenario {
    let mut scenario = scenario.clone();
    let usual = speed.instant(USUAL).since(crate::time::Time::ZERO);
    let run = &mut scenario.run;
    if !run.duration_given {
        (run.duration, run.duration_given) = (usual, true);
    }
    run.drain_at_most = Some(usual);
    scenario
}

/// Carries out live runs, one at a time.
pub(super) struct Runner<'a, T> {
    runtime: tokio::runtime::Runtime,
    asked: &'a LiveAsk<'a>,
    target: &'a T,
}

impl<'a, T: Target> Runner<'a, T> {
    pub fn new(asked: &'a LiveAsk<'a>, target: &'a T) -> Result<Runner<'a, T>, RunError> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| RunError::Live(LiveError::Task(error.to_string())))?;
        Ok(Runner { runtime, asked, target })
    }

    /// A run with the draws of that replication.
    pub fn one(&self, scenario: &Scenario, warmup: Span, replication: u32) -> Result<Finished, RunError> {
        let plan = sim::measured_live(scenario, warmup);
        let order = Order { scenario: Arc::new(scenario.clone()), replication, plan, speed: self.asked.speed };
        Ok(self.runtime.block_on(live::run(&order, self.target, self.asked.onlooker))?)
    }
}

impl Live {
    fn of<T: Target>(
        scenario: &Scenario,
        warmup: Span,
        speed: Speed,
        target: &T,
        runs: Vec<Finished>,
    ) -> Result<Live, RunError> {
        let (mut sent_late, mut ended_late, mut uncorrected) = <(Lateness, Lateness, Tally)>::default();
        let ending = runs.last().map_or(Ending::Complete, |run| run.ending);
        let reconnects = runs.iter().map(|run| run.reconnects).sum();
        let foreign = runs.iter().map(|run| run.foreign).sum();
        let busy_cores = runs.iter().filter_map(|run| run.busy_cores).reduce(f64::max);
        let altered = runs.iter().any(|run| run.is_altered);
        let mut records = Vec::new();
        for run in runs {
            sent_late.merge(run.sent_late);
            ended_late.merge(run.ended_late);
            uncorrected.merge(&run.uncorrected);
            records.push(run.record);
        }
        let twins = sim::replications(scenario, warmup, records.len() as u32);
        let twins = twins.map_err(|broken| RunError::Broken(broken.to_string()))?;
        let twin = added_up(scenario, &twins, warmup, Ending::Complete, speed);
        let mut measured = added_up(scenario, &records, warmup, ending, speed);
        measured.altered = altered;
        let both = halves(&measured).zip(halves(&twin)).filter(|_| ending == Ending::Complete && !altered);
        if let Some(why) = target.untold() {
            withhold(scenario, &mut measured, why);
        }
        let p50 = Measure::whole(Quantity::Response, Stat::Percentile(crate::measure::Percentile::P50));
        let p50 = measured.measures.get(&p50).and_then(|estimate| estimate.value);
        let most_late = live::most_allowed(p50.map(|p50| speed.real(Span::from_seconds(p50))));
        let verdict = sent_late.verdict(most_late);
        Ok(Live {
            target: target.name(),
            durability: target.durability().name().to_owned(),
            untold: target.untold().map(str::to_owned),
            speed: speed.factor(),
            twin: means(&twin),
            halves: both.map(|(live, twin)| Halves { live, twin }),
            oldest_unfinished: records.iter().filter_map(|record| record.oldest_unfinished).max(),
            runs: measured,
            valid: match verdict {
                Verdict::Valid => Ok(()),
                bound @ Verdict::GeneratorBound { .. } => Err(bound.to_string()),
            },
            sent_late: sent_late.lag(),
            ended_late: ended_late.lag(),
            most_late,
            uncorrected: from_sending(&uncorrected).filter(|_| !scenario.has_copies()),
            reconnects,
            foreign,
            busy_cores,
            cores: std::thread::available_parallelism().map_or(1, |cores| cores.get()),
            clock_resolution: Clock::resolution(),
        })
    }
}

fn from_sending(tally: &Tally) -> Option<Uncorrected> {
    let quantiles = tally.quantiles([0.5, 0.99].into_iter());
    let (p50, p99) = (quantiles[0]?, quantiles[1]?);
    Some(Uncorrected { mean: tally.mean()?, p50, p99, max: tally.max as f64 / 1e9 })
}

fn added_up(scenario: &Scenario, records: &[Record], warmup: Span, ending: Ending, speed: Speed) -> Simulation {
    let ending = match ending {
        Ending::Complete => (Stopped::Replications, None),
        Ending::Interrupted => (Stopped::Interrupted, None),
        Ending::Overload(most) => {
            let end = records.last().map_or(0.0, |record| record.end.seconds());
            let what =
                format!("stopped {end:.3} s into the run: more than run.at_most_inside = {most} messages were inside");
            let advice = "Add consumers, or give the queue a capacity".to_owned();
            (Stopped::Overload, Some(Overload { what, advice }))
        }
    };
    let (mut all, _) = sim::add_up(scenario, records, warmup, ending);
    let waited = Measure::whole(Quantity::Waited, Stat::Share);
    let shares: Vec<Option<f64>> = records.iter().map(|record| waited_share(record, speed)).collect();
    let known: Vec<f64> = shares.iter().copied().flatten().collect();
    if !known.is_empty() {
        let value = Some(known.iter().sum::<f64>() / known.len() as f64);
        let why = Some("waits above 0.2 ms of real time count".to_owned());
        all.measures.insert(waited.clone(), Estimate { value, error: None, why });
        all.per_replication.insert(waited, shares);
    }
    all
}

/// Takes back what only the broker knows and does not tell: what is in its queues, since when, and who entered first.
fn withhold(scenario: &Scenario, measured: &mut Simulation, why: &str) {
    let is_untold = |measure: &Measure| {
        let of_queue = scenario.queues.iter().any(|queue| measure.of.as_ref() == Some(&queue.name));
        of_queue && measure.quantity != Quantity::Service || measure.quantity.is_of_order()
    };
    for (_, estimate) in measured.measures.iter_mut().filter(|(measure, _)| is_untold(measure)) {
        *estimate = Estimate { value: None, error: None, why: Some(why.to_owned()) };
    }
    for (_, values) in measured.per_replication.iter_mut().filter(|(measure, _)| is_untold(measure)) {
        values.fill(None);
    }
    measured.series.clear();
}

/// On a real clock every wait is a little longer than nothing, so that on both sides only longer ones count.
fn waited_share(record: &Record, speed: Speed) -> Option<f64> {
    let histogram = &record.times.wait.histogram;
    let above = (agreement::ALWAYS_S * speed.factor() * 1e9) as u64;
    let waited = histogram.len() - histogram.count_between(0, above);
    (!histogram.is_empty()).then(|| waited as f64 / histogram.len() as f64)
}

/// What the replications say on average; nothing where one of them has no value.
fn means(twins: &Simulation) -> BTreeMap<Measure, f64> {
    let mean = |values: &Vec<Option<f64>>| -> Option<f64> {
        let known: Option<Vec<f64>> = values.iter().copied().collect();
        known.filter(|known| !known.is_empty()).map(|known| known.iter().sum::<f64>() / known.len() as f64)
    };
    twins.per_replication.iter().filter_map(|(measure, values)| Some((measure.clone(), mean(values)?))).collect()
}

/// Why a live run is not held against the simulation, where it is not.
fn no_verdict(live: &Live) -> Option<&'static str> {
    match live.runs.stopped {
        Stopped::Interrupted => Some("the run was interrupted"),
        Stopped::Overload => Some("the run was stopped"),
        _ if live.valid.is_err() => Some("the live run is invalid: generator-bound"),
        _ => None,
    }
}
