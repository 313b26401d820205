//! A scenario and its variants on the same random numbers, over the same window, and how they differ.

use super::live::{self, LiveAsk, Runner};
use super::{Ask, RunError, in_pool, run, steady};
use crate::adapter::Target;
use crate::live::{Ending, Finished};
use crate::measure::{Direction, Measure, Percentile, Quantity, Stat};
use crate::result::{CONFIDENCE, Compared, Comparison, Difference, Estimate, Ranking, Simulation};
use crate::scenario::{Replications, Scenario, Warmup};
use crate::sim::{self, Settled, Watch};
use crate::stats;
use crate::theory;
use crate::time::Span;

/// One of those compared.
#[derive(Clone, Debug)]
pub struct Variant {
    pub name: String,
    pub scenario: Scenario,
}

/// Runs the scenarios, the first of which the others are compared with. `ranked` is a measure beside the usual ones by
/// which they are put in order.
///
/// # Errors
/// If one of them cannot be run: see [`RunError`].
pub fn compare(
    variants: &[Variant],
    ask: &Ask,
    ranked: Option<&Measure>,
    watch: &Watch,
) -> Result<Comparison, RunError> {
    let simulated = simulate(variants, ask, watch)?;
    Ok(concluded(variants, simulated.into_iter().map(|(_, compared)| compared).collect(), ranked))
}

/// The same with live runs of each, in turn (A B A B …), so that what changes on the machine meanwhile touches all alike.
///
/// # Errors
/// As [`compare`], and if the target lacks something or a live run fails.
pub fn compare_live<T: Target>(
    variants: &[Variant],
    ask: &Ask,
    asked: &LiveAsk<'_>,
    target: &T,
    ranked: Option<&Measure>,
    watch: &Watch,
) -> Result<Comparison, RunError> {
    let prepared = |variant: &Variant| {
        let scenario = live::prepared(&variant.scenario, asked, target)?;
        Ok(Variant { name: variant.name.clone(), scenario })
    };
    let variants: Vec<Variant> = variants.iter().map(prepared).collect::<Result<_, RunError>>()?;
    let mut simulated = simulate(&variants, ask, watch).map_err(live::of_usual)?;
    if simulated.len() == variants.len() && simulated.iter().all(|(_, compared)| !compared.outcome.partial) {
        let runs = in_turn(&simulated, asked, target)?;
        for ((scenario, compared), runs) in simulated.iter_mut().zip(runs).filter(|(_, runs)| !runs.is_empty()) {
            let warmup = warmup_of(compared);
            live::with_live(&mut compared.outcome, scenario, warmup, asked.speed, target, runs)?;
        }
    }
    Ok(concluded(&variants, simulated.into_iter().map(|(_, compared)| compared).collect(), ranked))
}

/// Of each scenario its runs, as far as they come until one does not end as it should.
fn in_turn<T: Target>(
    simulated: &[(Scenario, Compared)],
    asked: &LiveAsk<'_>,
    target: &T,
) -> Result<Vec<Vec<Finished>>, RunError> {
    let runner = Runner::new(asked, target)?;
    let mut runs: Vec<Vec<Finished>> = simulated.iter().map(|_| Vec::new()).collect();
    'turns: for replication in 0..asked.runs {
        for ((scenario, compared), runs) in simulated.iter().zip(&mut runs) {
            let run =
                runner.one(scenario, warmup_of(compared), replication).map_err(|error| error.of(&compared.name))?;
            let is_complete = run.ending == Ending::Complete;
            runs.push(run);
            if !is_complete {
                break 'turns;
            }
        }
    }
    Ok(runs)
}

fn warmup_of(compared: &Compared) -> Span {
    compared.outcome.simulation().map_or(Span::ZERO, |simulation| simulation.warmup)
}

/// All of them over one window, until one is interrupted.
fn simulate(variants: &[Variant], ask: &Ask, watch: &Watch) -> Result<Vec<(Scenario, Compared)>, RunError> {
    let mut simulated: Vec<(Scenario, Compared)> = Vec::new();
    let mut as_many = None;
    let Some(window) = common_window(variants, ask, watch)? else { return Ok(simulated) };
    for Variant { name, scenario } in variants {
        let mut scenario = over(scenario, window);
        if let Some(replications) = as_many {
            scenario.run.replications = Replications::Fixed(replications);
        }
        let outcome = run(&scenario, ask, watch).map_err(|error| error.of(name))?;
        // A precision is the first one's; pairs need as many of each.
        as_many = as_many.or(outcome.simulation().map(|first| first.replications));
        let is_partial = outcome.partial;
        simulated.push((scenario, Compared { name: name.clone(), outcome }));
        if is_partial {
            break;
        }
    }
    Ok(simulated)
}

impl RunError {
    /// Says which of several scenarios it is about.
    fn of(self, name: &str) -> RunError {
        match self {
            RunError::WarmupTooLong(text) => RunError::WarmupTooLong(format!("{name}: {text}")),
            RunError::Broken(text) => RunError::Broken(format!("{name}: {text}")),
            other => other,
        }
    }
}

/// The longest warm-up and the longest duration that one of them needs: else their messages would not be the same.
/// `None` if it was interrupted.
fn common_window(variants: &[Variant], ask: &Ask, watch: &Watch) -> Result<Option<Settled>, RunError> {
    let mut window = Settled { warmup: Span::ZERO, duration: Span::ZERO };
    for Variant { name, scenario } in variants {
        let steady = steady(scenario, &theory::stability(scenario));
        let settled = in_pool(ask.threads, || sim::settle(scenario, steady, watch));
        let Some(settled) = settled.map_err(|error| error.of(name))? else { return Ok(None) };
        window.warmup = window.warmup.max(settled.warmup);
        window.duration = window.duration.max(settled.duration);
    }
    Ok(Some(window))
}

fn over(scenario: &Scenario, window: Settled) -> Scenario {
    let mut scenario = scenario.clone();
    if !scenario.run.duration_given {
        scenario.run.duration = window.duration;
    }
    if scenario.run.warmup == Warmup::Auto {
        scenario.run.warmup = Warmup::For(window.warmup);
    }
    scenario
}

/// By the live runs, where there are some.
fn concluded(variants: &[Variant], compared: Vec<Compared>, ranked: Option<&Measure>) -> Comparison {
    let partial = compared.len() < variants.len() || compared.iter().any(|one| one.outcome.partial);
    let simulations: Vec<&Simulation> = compared.iter().filter_map(|one| one.outcome.measured()).collect();
    let scenarios: Vec<&Scenario> = variants.iter().map(|variant| &variant.scenario).collect();
    let mut measures = measures(&scenarios);
    measures.extend(ranked.filter(|ranked| !measures.contains(ranked)).cloned());
    measures.retain(|measure| tells(&simulations, measure));
    let rate = |quantity| Measure::whole(quantity, Stat::Value);
    if simulations.iter().all(|one| are_alike(one, &rate(Quantity::Throughput), &rate(Quantity::Goodput))) {
        measures.retain(|measure| measure.quantity != Quantity::Throughput || measure.of.is_some());
    }
    let count = measures.len() * simulations.len().saturating_sub(1);
    let confidence = corrected(count);
    let mut differences = Vec::with_capacity(count);
    for measure in &measures {
        let others = (1..simulations.len()).map(|variant| difference(&simulations, (0, variant), measure, confidence));
        differences.extend(others);
    }
    if compared.iter().any(|one| one.outcome.live().is_some_and(|live| live.valid.is_err())) {
        differences.iter_mut().for_each(withhold);
    }
    let rankings = measures.iter().filter_map(|measure| ranking(&simulations, measure)).collect();
    Comparison { compared, differences, confidence, rankings, ranked: ranked.cloned(), partial }
}

fn withhold(difference: &mut Difference) {
    difference.half = None;
    difference.why = Some("a live run is invalid: generator-bound".to_owned());
}

fn corrected(comparisons: usize) -> f64 {
    1.0 - (1.0 - CONFIDENCE) / comparisons.max(1) as f64
}

/// What is compared, said before anything is measured: what a policy is chosen by, and what targets name.
fn measures(scenarios: &[&Scenario]) -> Vec<Measure> {
    use Quantity::*;
    let percentile = |quantity, p| Measure::whole(quantity, Stat::Percentile(p));
    let mut measures = vec![
        Measure::whole(Wait, Stat::Mean),
        Measure::whole(Response, Stat::Mean),
        percentile(Response, Percentile::P50),
        percentile(Response, Percentile::P95),
        percentile(Response, Percentile::P99),
        Measure::whole(Utilization, Stat::Value),
        Measure::whole(Throughput, Stat::Value),
        Measure::whole(Goodput, Stat::Value),
        Measure::whole(Wasted, Stat::Value),
        Measure::whole(Recovered, Stat::Mean),
    ];
    let shares = [Lost, Dead, Unfinished, Redelivered, Duplicates, Reordered];
    measures.extend(shares.map(|quantity| Measure::whole(quantity, Stat::Share)));
    measures.extend([Inversions, Displacement].map(|quantity| Measure::whole(quantity, Stat::Value)));
    measures.extend(drained(scenarios[0]));
    let named = scenarios.iter().flat_map(|scenario| scenario.asked());
    for measure in named {
        if !measures.contains(measure) {
            measures.push(measure.clone());
        }
    }
    measures
}

/// Of something that starts and ends, when each queue that somebody works on has drained.
fn drained(scenario: &Scenario) -> Vec<Measure> {
    if scenario.is_steady() {
        return Vec::new();
    }
    let worked_on =
        |at: &usize| scenario.consumers.iter().flat_map(|c| &c.takes_from).any(|queue| queue.index() == *at);
    let queues = (0..scenario.queues.len()).filter(worked_on);
    queues.map(|at| Measure::of(&scenario.queues[at].name, Quantity::Drained, Stat::Value)).collect()
}

/// Whether all have the measure and it is not nothing everywhere. The largest of all has no interval.
fn tells(simulations: &[&Simulation], measure: &Measure) -> bool {
    let is_known = |simulation: &&Simulation| simulation.measures.contains_key(measure);
    let is_something = |simulation: &&Simulation| {
        simulation.per_replication.get(measure).is_some_and(|values| values.iter().flatten().any(|value| *value != 0.0))
    };
    measure.stat != Stat::Max && simulations.iter().all(is_known) && simulations.iter().any(is_something)
}

/// Nothing is done twice or in vain.
fn are_alike(simulation: &Simulation, one: &Measure, other: &Measure) -> bool {
    let value = |measure| simulation.measures.get(measure).and_then(|estimate| estimate.value);
    value(one).zip(value(other)).is_none_or(|(one, other)| (one - other).abs() <= 0.001 * one.abs())
}

type OfOne<'a> = (&'a Estimate, &'a [Option<f64>]);

fn of<'a>(simulation: &'a Simulation, measure: &Measure) -> OfOne<'a> {
    let values = simulation.per_replication.get(measure).map_or(&[][..], Vec::as_slice);
    (&simulation.measures[measure], values)
}

fn difference(
    simulations: &[&Simulation],
    (base, variant): (usize, usize),
    measure: &Measure,
    confidence: f64,
) -> Difference {
    let (base, other) = (of(simulations[base], measure), of(simulations[variant], measure));
    let value = other.0.value.zip(base.0.value).map(|(variant, base)| variant - base);
    let half = value.and_then(|_| stats::paired_half_width(base, other, confidence));
    let missing = [base.0, other.0].into_iter().find(|estimate| estimate.value.is_none());
    let why = match (missing, half) {
        (Some(estimate), _) => estimate.why.clone(),
        (None, None) => Some("one replication has no interval".to_owned()),
        (None, Some(_)) => None,
    };
    Difference { variant, measure: measure.clone(), base: base.0.value, value, half, why }
}

/// Who is not shown to be worse than the first of a group belongs to it.
fn ranking(simulations: &[&Simulation], measure: &Measure) -> Option<Ranking> {
    let is_higher = match measure.direction() {
        Direction::Higher => true,
        Direction::Lower => false,
        Direction::Neither => return None,
    };
    let value = |at: usize| of(simulations[at], measure).0.value;
    let mut order: Vec<(usize, f64)> = (0..simulations.len()).filter_map(|at| Some((at, value(at)?))).collect();
    order.sort_by(|(_, a), (_, b)| if is_higher { b.total_cmp(a) } else { a.total_cmp(b) });
    let confidence = corrected(order.len() * order.len().saturating_sub(1) / 2);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, _) in order {
        let is_worse =
            |first: usize| difference(simulations, (first, at), measure, confidence).is_better() == Some(false);
        match groups.last_mut() {
            Some(group) if !is_worse(group[0]) => group.push(at),
            _ => groups.push(vec![at]),
        }
    }
    Some(Ranking { measure: measure.clone(), groups })
}
