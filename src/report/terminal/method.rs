//! How the numbers came about, so that they can be had again and trusted as far as they go.

use super::super::number::{self, count, span};
use super::{Entry, View, lines, live};
use crate::measure::Unit;
use crate::result::{Asked, CONFIDENCE, Simulation, Stopped};
use crate::time::Span;

pub fn method(view: &View) -> Vec<String> {
    lines::section(view, "method", &entries(view))
}

pub fn entries(view: &View) -> Vec<Entry> {
    let mut entries: Vec<Entry> = theory(view).into_iter().collect();
    if let Some(simulation) = view.simulation {
        entries.push(Entry::new("simulation", simulated(simulation, &view.about.asked)));
        entries.push(Entry::new("intervals", intervals(simulation)));
        entries.push(Entry::new(
            "seed",
            format!("{}; each draw is keyed by what it is for (SplitMix64)", view.outcome.seed),
        ));
    }
    entries.extend(live::method(view));
    entries.push(Entry::new("kendall", env!("CARGO_PKG_VERSION").to_owned()));
    entries
}

fn theory(view: &View) -> Option<Entry> {
    let text = match (view.theory, &view.outcome.no_theory) {
        (Some(theory), _) => format!("{}; {}", theory.model, theory.source),
        (None, Some(why)) => format!("none: {why}"),
        (None, None) => return None,
    };
    Some(Entry::new("theory", text))
}

fn simulated(simulation: &Simulation, asked: &Asked) -> String {
    format!(
        "{} of {}, {}, {} messages; {}",
        replications(simulation.replications),
        span(simulation.duration),
        warmup(simulation.warmup),
        count(simulation.messages),
        stopped(simulation.stopped, asked),
    )
}

fn intervals(simulation: &Simulation) -> String {
    let level = 100.0 * CONFIDENCE;
    match simulation.replications {
        0 | 1 => "none: they need at least 2 replications".to_owned(),
        _ => format!(
            "{level:.0} %, Student's t over replications; percentiles are of the merged histograms, \
             shares and averages over time by jackknife, counts are means over replications"
        ),
    }
}

fn replications(n: u32) -> String {
    if n == 1 { "1 replication".to_owned() } else { format!("{} replications", count(u64::from(n))) }
}

fn warmup(cut: Span) -> String {
    if cut == Span::ZERO { "no warm-up cut".to_owned() } else { format!("warm-up of {} cut", span(cut)) }
}

fn stopped(why: Stopped, asked: &Asked) -> String {
    let asked = match asked {
        Asked::Replications(_) => "the asked precision".to_owned(),
        Asked::Precision { relative, of } => {
            format!("the asked precision of {} in {of}", number::in_unit(Unit::Share, *relative))
        }
    };
    match why {
        Stopped::Replications => "stopped after the number asked for".to_owned(),
        Stopped::Precision => format!("stopped at {asked}"),
        Stopped::AtMost => format!("stopped at the most allowed, before {asked} was reached"),
        Stopped::Interrupted => "interrupted".to_owned(),
        Stopped::Overload => "stopped by overload".to_owned(),
    }
}
