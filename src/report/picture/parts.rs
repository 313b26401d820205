//! What pictures have in common: captions, axes, lines from series.

use super::{Across, Axis, Kind, Layer, Role, Scale, Stroke};
use crate::measure::{Measure, Quantity, Stat};
use crate::report::number::{self, count, span};
use crate::result::{About, Comparison, Exact, Outcome, Series, Simulation};

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

/// What a band is, for the caption.
pub const BAND: &str = " · band: 95 % interval of the mean";

/// Time over a run. Where nothing begins and ends by plan, it ends with the arrivals: how the last messages leave is of no
/// interest there.
pub fn since_start(about: &About, runs: Option<&Simulation>) -> Axis {
    let to = runs.filter(|_| about.is_steady).map(|runs| runs.duration.seconds()).filter(|to| *to > 0.0);
    Axis { from: Some(0.0), to, ..axis("time since the start of the run", Kind::Seconds, Scale::Linear) }
}

pub fn axis(label: &str, kind: Kind, scale: Scale) -> Axis {
    Axis { label: label.to_owned(), kind, scale, from: None, to: None }
}

pub fn from_zero(label: &str, kind: Kind) -> Axis {
    Axis { from: Some(0.0), ..axis(label, kind, Scale::Linear) }
}

/// Middle of each step and its mean.
pub fn means(series: &Series) -> Vec<(f64, f64)> {
    middles(series).zip(series.mean.iter().copied()).collect()
}

/// Where there are several replications, between which the means lie.
pub fn band(series: &Series, role: Role) -> Option<Layer> {
    let is_none = series.low.iter().zip(&series.high).all(|(low, high)| low == high);
    let ends = series.low.iter().copied().zip(series.high.iter().copied());
    let points = middles(series).zip(ends).map(|(at, (low, high))| (at, low, high)).collect();
    (!is_none).then_some(Layer::Band { role, points })
}

/// What a series tells is the mean within each step.
fn middles(series: &Series) -> impl Iterator<Item = f64> + '_ {
    let half = series.t_s.first().map_or(0.0, |first| first / 2.0);
    series.t_s.iter().map(move |end| end - half)
}

pub fn line(label: &str, role: Role, points: Vec<(f64, f64)>) -> Layer {
    Layer::Line { label: label.to_owned(), role, stroke: Stroke::Solid, points }
}

pub fn rule(label: &str, role: Role, across: Across, at: f64) -> Layer {
    Layer::Rule { label: label.to_owned(), role, across, at }
}

/// The step with the largest mean: when, and how large.
pub fn peak(series: &Series) -> Option<(f64, f64)> {
    means(series).into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Where the warm-up ended, if some was cut.
pub fn warmup(outcome: &Outcome) -> Option<Layer> {
    let cut = outcome.measured()?.warmup.seconds();
    (cut > 0.0).then(|| rule("warm-up ends", Role::Faint, Across::AtX, cut))
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
