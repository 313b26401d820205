//! What pictures over time have in common: until when, lines and bands of series, instants at which something begins or ends.

use super::parts::{axis, rule, seconds};
use super::round::DAY;
use super::{Across, Axis, Kind, Layer, Panel, Role, Scale};
use crate::result::{About, Series, Simulation};

/// More of them would hide what they explain.
const MOST_OUTAGES: usize = 3;

/// What lines over time are, and bands where there are some, for the caption.
pub fn caption(runs: &Simulation, panels: &[Panel]) -> String {
    let step = runs.series.values().find_map(|series| series.t_s.first().copied());
    let step = step.map_or(String::new(), |step| format!(" · lines: means over steps of {}", seconds(step)));
    let has_band = panels.iter().flat_map(|panel| &panel.layers).any(|layer| matches!(layer, Layer::Band { .. }));
    format!("{step}{}", if has_band { " · band: 95 % interval of the mean" } else { "" })
}

/// Until when a run is drawn. Where nothing begins and ends by plan, that is the end of the arrivals: how the last messages
/// leave is of no interest there.
pub fn until(about: &About, runs: &Simulation) -> f64 {
    let duration = runs.duration.seconds();
    let all = runs.series.values().find(|series| series.t_s.len() > 1);
    match all.map(|series| series.t_s.as_slice()) {
        // In the last step of a drain some replications have ended.
        Some([.., last, end]) if !about.is_steady && *end > duration => last.max(duration),
        _ => duration,
    }
}

pub fn since_start(until: f64) -> Axis {
    let to = Some(until).filter(|to| *to > 0.0);
    Axis { from: Some(0.0), to, ..axis("time since the start of the run", Kind::Seconds, Scale::Linear) }
}

/// Middle of each step and its mean, of steps that are over by then.
pub fn means(series: &Series, until: f64) -> Vec<(f64, f64)> {
    middles(series, until).zip(series.mean.iter().copied()).collect()
}

/// Where there are several replications, between which the means lie.
pub fn band(series: &Series, role: Role, until: f64) -> Option<Layer> {
    let is_none = series.low.iter().zip(&series.high).all(|(low, high)| low == high);
    let ends = series.low.iter().copied().zip(series.high.iter().copied());
    let points = middles(series, until).zip(ends).map(|(at, (low, high))| (at, low, high)).collect();
    (!is_none).then_some(Layer::Band { role, points })
}

/// What a series tells is the mean within each step.
fn middles(series: &Series, until: f64) -> impl Iterator<Item = f64> + '_ {
    let half = series.t_s.first().map_or(0.0, |first| first / 2.0);
    series.t_s.iter().take_while(move |end| **end <= until * (1.0 + 1e-9)).map(move |end| end - half)
}

/// The step with the largest mean: when, and how large.
pub fn peak(series: &Series) -> Option<(f64, f64)> {
    means(series, f64::INFINITY).into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Where the warm-up ended, if some was cut; where something was away; where a drain began that is drawn.
pub fn instants(about: &About, runs: &Simulation) -> Vec<Layer> {
    let standing = |label: &str, at: f64| rule(label, Role::Faint, Across::AtX, at);
    let (cut, end) = (runs.warmup.seconds(), runs.duration.seconds());
    let mut all: Vec<Layer> = (cut > 0.0).then(|| standing("warm-up ends", cut)).into_iter().collect();
    for outage in about.outages.iter().take(MOST_OUTAGES) {
        all.push(standing(&format!("{} away", outage.of), outage.from.seconds()));
        all.push(standing("", outage.until.seconds()));
    }
    all.extend((until(about, runs) > 1.02 * end).then(|| standing("arrivals end", end)));
    all
}

/// Since the start of a run, in the unit that its axis has.
pub fn moment(at: f64) -> String {
    if at >= 2.0 * DAY { format!("{:.1} d", at / DAY) } else { seconds(at) }
}
