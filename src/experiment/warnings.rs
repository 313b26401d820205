//! What the reader of a result has to know before trusting it.

use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::result::{Halves, Live, Overload, Simulation, Stability, Stopped, Warning, WarningCode};
use crate::scenario::{Consumers, Replications, Scenario};
use crate::sim::Simulated;
use crate::theory;
use crate::time::Span;

/// Above this coefficient of variation a few rare messages make most of the work.
const HEAVY_CV: f64 = 4.0;

/// With fewer relaxation times above a percentile its interval is too narrow: with 15 it covered 91.5 % instead of 95 %
/// (tests/coverage.rs).
const SPELLS_AT_LEAST: f64 = 15.0;

/// What the scenario alone tells.
pub fn of_scenario(scenario: &Scenario, stability: &[Stability]) -> Vec<Warning> {
    let unstable = stability.iter().filter(|queue| theory::is_overloaded(scenario, queue));
    let unstable = unstable.map(|queue| unstable_queue(scenario, queue));
    let heavy = scenario.consumers.iter().filter(|entry| entry.rules.service.scv() > HEAVY_CV * HEAVY_CV).map(heavy);
    let idle = scenario.consumers.iter().filter(|entry| entry.prefetch_given && entry.forgotten_on_delivery());
    let infinite = theory::infinite(scenario).map(|what| warning(WarningCode::HeavyTail, what.to_owned()));
    let unheard = scenario.consumers.iter().filter(|entry| scenario.keeps_what_is_unheard(entry)).map(unheard);
    unstable.chain(heavy).chain(infinite).chain(idle.map(prefetch_without_effect)).chain(unheard).collect()
}

/// Of a run that somebody changed by hand.
pub fn altered() -> Warning {
    let text = "the run was changed by hand while it went on, so its figures are of no scenario: no theory is set beside it, \
                and no target is judged by it";
    warning(WarningCode::Altered, text.to_owned())
}

fn unheard(entry: &Consumers) -> Warning {
    let text = format!(
        "acknowledgements of {} get lost, and nothing brings their messages back: they keep their places in the prefetch, \
         until nobody has any left; give the queue an ack_timeout (redelivery: {{ack_timeout: 30s}}), or let consumers crash",
        entry.name
    );
    warning(WarningCode::Scenario, text)
}

fn prefetch_without_effect(entry: &Consumers) -> Warning {
    let text = format!(
        "the prefetch of {} limits nothing, because the broker forgets what it hands over with `acknowledge: on_delivery`; \
         leave it out, or acknowledge after or before the work",
        entry.name
    );
    warning(WarningCode::Scenario, text)
}

fn warning(code: WarningCode, text: String) -> Warning {
    Warning { code, measure: None, text }
}

fn unstable_queue(scenario: &Scenario, stability: &Stability) -> Warning {
    let Stability { queue, offered_load, consumers, present, .. } = stability;
    let has = match *present < f64::from(*consumers) {
        true => format!("{present:.2} on average"),
        false => consumers.to_string(),
    };
    if *consumers == 0 {
        let text = format!(
            "nothing takes from {queue}: what is inside grows without end, so averages depend on how long the run is"
        );
        return warning(WarningCode::Unstable, text);
    }
    if let Some(times) = theory::overloaded_key(scenario, stability).filter(|_| offered_load < present) {
        let text = format!(
            "{queue} is ordered by key, and messages of one key come {times:.2} times as fast as they can be worked on one \
             after the other: what is inside grows without end, so averages depend on how long the run is; shorter work or a \
             finer key would make it stable, more consumers would not"
        );
        return warning(WarningCode::Unstable, text);
    }
    let advice = match offered_load.is_finite() {
        true => format!("{} consumers, less work or a capacity would make it stable", offered_load.floor() + 1.0),
        false => "messages that always fail and always return need a redelivery limit".to_owned(),
    };
    warning(
        WarningCode::Unstable,
        format!(
            "{queue} is offered {offered_load:.2} consumers' work and has {has}: what is inside grows without \
             end, so averages depend on how long the run is; {advice}"
        ),
    )
}

fn heavy(entry: &Consumers) -> Warning {
    let cv = entry.rules.service.scv().sqrt();
    let how = if cv.is_finite() { format!("cv {cv:.1}") } else { "its variance is infinite".to_owned() };
    warning(
        WarningCode::HeavyTail,
        format!(
            "the service of {} varies strongly ({how}): a few rare messages make most of the work, and intervals \
             may be narrower than they should be; more or longer replications show it",
            entry.name
        ),
    )
}

/// What the simulation noticed.
pub fn of_simulation(scenario: &Scenario, simulated: &Simulated) -> Vec<Warning> {
    let simulation = &simulated.simulation;
    let overload = simulation.overload.as_ref().map(|overload| stopped(simulation, overload));
    let settled = simulated.too_short.map(|enough| too_short(simulation, enough));
    let all = [overload, settled, imprecise(scenario, simulation), unfinished(simulated)];
    let percentiles = short(scenario, simulation).into_iter().chain(clustered(scenario, simulated));
    all.into_iter().flatten().chain(percentiles).collect()
}

fn stopped(simulation: &Simulation, overload: &Overload) -> Warning {
    let number = simulation.replications.saturating_sub(1);
    let Overload { what, advice } = overload;
    let text = format!("replication {number} was {what}; what was measured until then is shown. {advice}");
    warning(WarningCode::Overload, text)
}

fn too_short(simulation: &Simulation, enough: Span) -> Warning {
    let text = format!(
        "at this load a replication of {} is too short for a steady state: averages still depend on the empty start \
         and are too small; run.duration should be at least {}",
        simulation.duration,
        rounded(enough)
    );
    warning(WarningCode::LongWarmup, text)
}

/// Two digits are enough to say how long.
fn rounded(span: Span) -> Span {
    let step = 10_u64.saturating_pow(span.nanos().max(1).ilog10().saturating_sub(1));
    Span::from_nanos(span.nanos().div_ceil(step).saturating_mul(step))
}

fn imprecise(scenario: &Scenario, simulation: &Simulation) -> Option<Warning> {
    let Replications::Precision { relative, of, .. } = &scenario.run.replications else { return None };
    (simulation.stopped == Stopped::AtMost).then(|| Warning {
        code: WarningCode::Imprecise,
        measure: Some(of.clone()),
        text: format!(
            "less precise than the {} % that were asked for after all {} replications; raise \
             run.replications.at_most or run.duration",
            relative * 100.0,
            simulation.replications
        ),
    })
}

fn unfinished(simulated: &Simulated) -> Option<Warning> {
    let accounts = &simulated.simulation.accounts.producers;
    let left: u64 = accounts.iter().map(|(_, account)| account.unfinished + account.not_yet_accepted).sum();
    let oldest = simulated.oldest_unfinished.filter(|_| left > 0)?;
    let text = format!(
        "{left} messages were unfinished when the runs ended, the oldest {:.3} s old: they are in no figure of wait or \
         response (response_all counts them); a longer run.drain would follow them",
        oldest.seconds()
    );
    Some(warning(WarningCode::Unfinished, text))
}

/// Percentiles that people look for, targets or not.
fn looked_for(scenario: &Scenario) -> Vec<Measure> {
    let always = [Percentile::P99, Percentile::P999]
        .map(|percentile| Measure::whole(Quantity::Response, Stat::Percentile(percentile)));
    let asked = scenario.targets.iter().map(|target| target.measure.clone());
    let mut measures: Vec<Measure> = asked.chain(always).collect();
    measures.sort();
    measures.dedup();
    measures
}

/// Those that rest on too few messages.
fn short(scenario: &Scenario, simulation: &Simulation) -> Vec<Warning> {
    let why = |measure: &Measure| simulation.measures.get(measure).filter(|e| e.value.is_none())?.why.clone();
    let needs = looked_for(scenario).into_iter().filter_map(|measure| Some((why(&measure)?, measure)));
    needs
        .filter(|(why, _)| why.starts_with("needs"))
        .map(|(why, measure)| Warning { code: WarningCode::ShortRun, measure: Some(measure), text: why })
        .collect()
}

/// Those that are exceeded in few spells of congestion only: long times come together, so that a hundred of them may be
/// one observation.
fn clustered(scenario: &Scenario, simulated: &Simulated) -> Vec<Warning> {
    let simulation = &simulated.simulation;
    let has_value = |measure: &Measure| simulation.measures.get(measure).is_some_and(|e| e.value.is_some());
    let measures = looked_for(scenario).into_iter().filter(has_value);
    measures.filter_map(|measure| few_spells(simulated, measure)).collect()
}

fn few_spells(simulated: &Simulated, measure: Measure) -> Option<Warning> {
    let (Quantity::Wait | Quantity::Response | Quantity::Stay, Stat::Percentile(percentile)) =
        (measure.quantity, measure.stat)
    else {
        return None;
    };
    let simulation = &simulated.simulation;
    let measured = simulation.duration.saturating_sub(simulation.warmup).seconds() * f64::from(simulation.replications);
    let spells = (1.0 - percentile.quantile()) * measured / simulated.relaxation.seconds();
    (spells < SPELLS_AT_LEAST).then(|| Warning {
        code: WarningCode::ShortRun,
        measure: Some(measure),
        text: format!(
            "exceeded in about {} of congestion, too few for its interval to hold; {:.0} times the run would do",
            if spells < 1.5 { "one spell".to_owned() } else { format!("{spells:.0} spells") },
            (SPELLS_AT_LEAST / spells).ceil()
        ),
    })
}

/// A machine with so much of it busy has nothing to spare.
const BUSY: f64 = 0.9;

/// What makes a live run doubtful.
pub fn of_live(live: &Live) -> Vec<Warning> {
    let ms = |span: Span| span.seconds() * 1e3;
    let mut warnings = Vec::new();
    if let Err(why) = &live.valid {
        warnings.push(warning(WarningCode::GeneratorBound, why.clone()));
    }
    if live.ended_late.p99 > LATE {
        let text = format!(
            "one attempt in a hundred ended {:.3} ms late or more (real time): service is longer than it was to be; run on a \
             machine with more to spare, or at a lower rate",
            ms(live.ended_late.p99)
        );
        warnings.push(warning(WarningCode::HostSaturated, text));
    }
    if let Some(busy) = live.busy_cores.filter(|busy| *busy > BUSY * live.cores as f64) {
        let text = format!(
            "{busy:.1} of {} processors were busy with it, so that clients and broker were in each other's way; run at a \
             lower rate, or on a machine with more of them",
            live.cores
        );
        warnings.push(warning(WarningCode::HostSaturated, text));
    }
    warnings.extend(live.halves.as_ref().and_then(not_stationary));
    if live.reconnects > 0 {
        let text = format!("the connection to the target was lost and made anew {} times", live.reconnects);
        warnings.push(warning(WarningCode::Reconnected, text));
    }
    if live.foreign > 0 {
        let text = format!(
            "{} messages in the queues of the run were not of this run: somebody else publishes there; they were taken \
             out and are in no figure",
            live.foreign
        );
        warnings.push(warning(WarningCode::Foreign, text));
    }
    let accounts = &live.runs.accounts.producers;
    let left: u64 = accounts.iter().map(|(_, account)| account.unfinished + account.not_yet_accepted).sum();
    if left > 0 {
        let text = format!(
            "{left} messages were unfinished when the live run ended, the oldest {:.3} s old: they are in no figure of wait \
             or response (response_all counts them); a longer run.drain would follow them",
            live.oldest_unfinished.unwrap_or(Span::ZERO).seconds()
        );
        warnings.push(warning(WarningCode::Unfinished, text));
    }
    warnings
}

fn not_stationary(halves: &Halves) -> Option<Warning> {
    if halves.are_alike() {
        return None;
    }
    let Halves { live, twin } = halves;
    let advice = match live.1 > live.0 {
        true => "it falls behind: run it longer to see where to, or at a lower rate",
        false => "something held it up at the beginning: run it again, or longer",
    };
    let text = format!(
        "the live run did not go on as it had begun: {:.1} messages were in its queues on average in the first half of the \
         window and {:.1} in the second; with the same draws simulated {:.1} and {:.1}; {advice}",
        live.0, live.1, twin.0, twin.1
    );
    Some(warning(WarningCode::NotStationary, text))
}

/// Work that ends so late is noticed.
const LATE: Span = Span::from_nanos(1_000_000);
