//! What pictures have in common: captions, axes, lines from series.

use super::draw::ALIKE;
use super::{Across, Axis, Kind, Layer, Role, Scale, Stroke};
use crate::measure::{Measure, Quantity, Stat};
use crate::report::number::{self, count, span};
use crate::result::{About, Comparison, Exact, Outcome, Simulation, WarningCode};

/// What a backlog counts: not what waits outside for its next attempt.
pub const INSIDE: &str = "waiting or in flight";

/// More panels below each other are too small.
pub const MOST_PANELS: usize = 6;

/// Who measured, the first behind the others.
pub struct Measured<'a> {
    pub by: &'static str,
    pub role: Role,
    pub runs: &'a Simulation,
}

pub fn measured(outcome: &Outcome) -> Vec<Measured<'_>> {
    let simulation = outcome.simulation().map(|runs| Measured { by: "simulation", role: Role::Simulation, runs });
    let live = outcome.live().map(|live| Measured { by: "live", role: Role::Live, runs: &live.runs });
    simulation.into_iter().chain(live).collect()
}

/// What was measured of it: live, or else simulated.
pub fn value(outcome: &Outcome, measure: &Measure) -> Option<f64> {
    outcome.measured()?.measures.get(measure)?.value.filter(|value| value.is_finite())
}

pub fn theory(outcome: &Outcome, measure: &Measure) -> Option<Exact> {
    let theory = outcome.theory()?;
    theory.measures.get(measure).copied().filter(|exact| exact.value.is_finite())
}

/// Of a whole scenario: `flash-sale · consumers.payments.count=14 · seed 1 · simulation: 20 replications of 30 min`
pub fn caption(about: &About, outcome: &Outcome) -> String {
    let mut parts = beginning(about, outcome.seed);
    parts.extend(outcome.simulation().map(|runs| format!("simulation: {}", replications(runs))));
    parts.extend(outcome.live().map(|live| {
        let runs = if live.runs.replications == 1 { "1 run" } else { "runs" };
        let runs =
            if live.runs.replications == 1 { runs.to_owned() } else { format!("{} {runs}", live.runs.replications) };
        let doubt = if live.valid.is_err() { ", invalid: generator-bound" } else { "" };
        format!("live: {runs} of {} against {}{doubt}", span(live.runs.duration), live.target)
    }));
    parts.extend(outcome.partial.then(|| "partial, interrupted".to_owned()));
    parts.join(" · ")
}

/// Of a comparison, whose variants have the same draws.
pub fn caption_of(about: &About, comparison: &Comparison) -> String {
    let Some(first) = comparison.compared.first() else { return about.name.clone() };
    let mut parts = beginning(about, first.outcome.seed);
    parts.extend(
        first.outcome.simulation().map(|runs| format!("simulation: {} of each, the same draws", replications(runs))),
    );
    parts.extend(
        first.outcome.live().map(|live| format!("live: {} runs of each, which are shown", live.runs.replications)),
    );
    parts.extend(comparison.partial.then(|| "partial, interrupted".to_owned()));
    parts.join(" · ")
}

fn beginning(about: &About, seed: u64) -> Vec<String> {
    let overrides = about.overrides.iter().filter(|path| !path.starts_with("run."));
    [about.name.clone()].into_iter().chain(overrides.cloned()).chain([format!("seed {seed}")]).collect()
}

fn replications(runs: &Simulation) -> String {
    let n = count(u64::from(runs.replications));
    format!("{n} replication{} of {}", if runs.replications == 1 { "" } else { "s" }, span(runs.duration))
}

/// For the caption, where not all are drawn.
pub fn left_out(shown: usize, all: usize, what: &str) -> String {
    if shown < all { format!(" · {shown} of {all} {what} shown") } else { String::new() }
}

/// As many of a list as have a colour of their own, by their places: the first, the last, and others as far apart.
pub fn spread(count: usize) -> Vec<usize> {
    let shown = count.min(ALIKE);
    (0..shown).map(|nth| nth * (count - 1) / (shown - 1).max(1)).collect()
}

pub fn axis(label: &str, kind: Kind, scale: Scale) -> Axis {
    Axis { label: label.to_owned(), kind, scale, from: None, to: None }
}

pub fn from_zero(label: &str, kind: Kind) -> Axis {
    Axis { from: Some(0.0), ..axis(label, kind, Scale::Linear) }
}

pub fn line(label: &str, role: Role, points: Vec<(f64, f64)>) -> Layer {
    Layer::Line { label: label.to_owned(), role, stroke: Stroke::Solid, points }
}

pub fn rule(label: &str, role: Role, across: Across, at: f64) -> Layer {
    Layer::Rule { label: label.to_owned(), role, across, at }
}

/// Whether more and more of it waits though nothing changes by plan.
pub fn grows(outcome: &Outcome) -> bool {
    outcome.warnings.iter().any(|warning| matches!(warning.code, WarningCode::Unstable | WarningCode::Overload))
}

/// What a distribution of those that ended does not show, for the caption.
pub fn unfinished(outcome: &Outcome) -> String {
    let left = value(outcome, &Measure::whole(Quantity::Unfinished, Stat::Share)).filter(|left| *left >= 0.001);
    left.map_or(String::new(), |left| format!(" · without {} that were unfinished at the end", share(left)))
}

pub fn of(name: &str, quantity: Quantity, stat: Stat) -> Measure {
    Measure::of(name, quantity, stat)
}

pub fn seconds(value: f64) -> String {
    number::in_unit(crate::measure::Unit::Seconds, value)
}

pub fn messages(value: f64) -> String {
    number::in_unit(crate::measure::Unit::Messages, if value >= 100.0 { value.round() } else { value })
}

pub fn share(value: f64) -> String {
    number::in_unit(crate::measure::Unit::Share, value)
}
