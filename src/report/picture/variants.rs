//! The responses of all variants on one axis, and their backlogs on another.

use super::parts::{self, messages, seconds};
use super::{Axis, Kind, Layer, Panel, Picture, Role, Scale, curve, latency, over_time};
use crate::measure::{Quantity, Stat};
use crate::result::{About, Comparison, Outcome, Simulation};

/// More names than these are too long for a title.
const MOST_NAMES: usize = 4;
/// Nor are more values than these told one by one.
const MOST_TOLD: usize = 3;

/// The percentiles of all on one axis.
pub fn responses(about: &About, comparison: &Comparison) -> Option<Picture> {
    let shown = shown(comparison);
    let mut all = Vec::new();
    let mut lines = Lines::default();
    let mut slowest = Vec::new();
    for (at, (name, outcome, runs)) in shown.iter().copied().enumerate() {
        let believed = curve::believed(outcome);
        let mut points = curve::of_histogram(&runs.response, &curve::nines(runs.response.len() as f64));
        points.retain(|point| point.0 <= believed);
        slowest.extend(points.iter().rfind(|point| point.0 <= 0.99).map(|most| (name, most.1)));
        all.extend(&points);
        lines.add(name, at, points);
    }
    if all.len() < 2 {
        return None;
    }
    let panel = Panel {
        title: String::new(),
        x: parts::axis("share of messages that took at most as long", Kind::Share, Scale::Nines),
        y: latency::response_axis(&all),
        layers: lines.layers,
    };
    let told = told(&slowest, seconds);
    let unfinished = |(name, outcome, _): &(&str, &Outcome, &Simulation)| {
        let left = parts::unfinished(outcome);
        (!left.is_empty()).then(|| format!("{left} ({name})"))
    };
    Some(Picture {
        name: "variants",
        title: format!("99 % of the responses take at most {told}"),
        caption: caption(about, comparison, shown.len()) + &shown.iter().filter_map(unfinished).collect::<String>(),
        alt: format!("Response by percentile. 99 % take at most {told}."),
        panels: vec![panel],
    })
}

/// Of the queue that is the fullest in any of them; of a steady one there is nothing to see.
pub fn backlogs(about: &About, comparison: &Comparison) -> Option<Picture> {
    if about.is_steady && !runs(comparison).any(|(_, outcome, _)| parts::grows(outcome)) {
        return None;
    }
    let most = |name: &str| {
        let of = |(.., runs): (&str, &Outcome, &Simulation)| Some(over_time::peak(runs.series.get(&backlog(name))?)?.1);
        runs(comparison).filter_map(of).fold(0.0, f64::max)
    };
    let worked_on: Vec<&str> =
        about.queues.iter().filter(|queue| !queue.rests).map(|queue| queue.name.as_str()).collect();
    let fullest = *worked_on.iter().max_by(|a, b| most(a).total_cmp(&most(b)))?;
    if most(fullest) == 0.0 {
        return None;
    }
    let shown = shown(comparison);
    let first = shown.first()?.2;
    let until = shown.iter().map(|(.., runs)| over_time::until(about, runs)).fold(0.0, f64::max);
    let mut lines = Lines { layers: over_time::instants(about, first), named: Vec::new() };
    let mut highest = Vec::new();
    for (at, (name, _, runs)) in shown.iter().copied().enumerate() {
        let Some(series) = runs.series.get(&backlog(fullest)) else { continue };
        lines.add(name, at, over_time::means(series, over_time::until(about, runs)));
        highest.extend(over_time::peak(series).map(|(_, most)| (name, most)));
    }
    Some(Picture {
        name: "backlogs",
        title: title(about, comparison, fullest, &highest),
        caption: caption(about, comparison, shown.len()) + &over_time::caption(first, &[]),
        alt: format!("Backlogs of {fullest} over time; the largest on average: {}.", told(&highest, messages)),
        panels: vec![Panel {
            title: String::new(),
            x: over_time::since_start(until),
            y: levels(&highest),
            layers: lines.layers,
        }],
    })
}

/// A low backlog beside one that is so many times as high would lie on the axis.
const FAR_APART: f64 = 50.0;

fn levels(highest: &[(&str, f64)]) -> Axis {
    let ends = highest.iter().map(|of| of.1).filter(|most| *most > 0.0).map(|most| (most, most));
    match ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
        Some((low, high)) if high > FAR_APART * low => {
            Axis { from: Some(low.min(1.0)), ..parts::axis(parts::INSIDE, Kind::Count, Scale::Log) }
        }
        _ => parts::from_zero(parts::INSIDE, Kind::Count),
    }
}

/// Where something is to drain, and some do and some do not, that is what is to be seen.
fn title(about: &About, comparison: &Comparison, queue: &str, highest: &[(&str, f64)]) -> String {
    let drained = parts::of(queue, Quantity::Drained, Stat::Value);
    let of = |drains: bool| {
        let all = runs(comparison).filter(|(.., runs)| runs.measures.contains_key(&drained));
        let these = all.filter(|(.., runs)| runs.measures[&drained].value.is_some() == drains);
        let names: Vec<&str> = these.map(|(name, ..)| name).collect();
        if names.len() > MOST_NAMES { format!("{} variants", names.len()) } else { names.join(", ") }
    };
    match (of(true), of(false)) {
        (some, others) if !about.is_steady && !some.is_empty() && !others.is_empty() => {
            format!("{queue} does not drain with {others}; it does with {some}")
        }
        _ => format!("{queue}: the backlog reaches on average {}", told(highest, messages)),
    }
}

/// `1.2 s (base), 300 ms (more)`; of many the smallest and the largest.
fn told(values: &[(&str, f64)], written: impl Fn(f64) -> String) -> String {
    let one = |(name, value): &(&str, f64)| format!("{} ({name})", written(*value));
    if values.len() <= MOST_TOLD {
        return values.iter().map(one).collect::<Vec<_>>().join(", ");
    }
    let order = |a: &&(&str, f64), b: &&(&str, f64)| a.1.total_cmp(&b.1);
    let ends = values.iter().min_by(order).zip(values.iter().max_by(order));
    ends.map_or(String::new(), |(least, most)| format!("{} to {}", one(least), one(most)))
}

/// Lines of variants; those that lie on each other are one, with both names.
#[derive(Default)]
struct Lines {
    layers: Vec<Layer>,
    named: Vec<usize>,
}

impl Lines {
    fn add(&mut self, name: &str, nth: usize, points: Vec<(f64, f64)>) {
        for at in &self.named {
            if let Layer::Line { label, points: other, .. } = &mut self.layers[*at]
                && *other == points
            {
                *label = format!("{label} = {name}");
                return;
            }
        }
        self.named.push(self.layers.len());
        self.layers.push(parts::line(name, Role::Nth(nth), points));
    }
}

fn backlog(queue: &str) -> String {
    format!("{queue}.backlog")
}

/// What was measured of each, with its name.
fn runs(comparison: &Comparison) -> impl Iterator<Item = (&str, &Outcome, &Simulation)> {
    comparison.compared.iter().filter_map(|one| Some((one.name.as_str(), &one.outcome, one.outcome.measured()?)))
}

/// As many as can be told apart.
fn shown(comparison: &Comparison) -> Vec<(&str, &Outcome, &Simulation)> {
    let all: Vec<_> = runs(comparison).collect();
    parts::spread(all.len()).into_iter().map(|at| all[at]).collect()
}

fn caption(about: &About, comparison: &Comparison, shown: usize) -> String {
    parts::caption_of(about, comparison) + &parts::left_out(shown, runs(comparison).count(), "variants")
}
