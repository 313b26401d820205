//! The responses of all variants on one axis, and their backlogs on another.

use super::parts::{self, messages, seconds};
use super::{Kind, Layer, Panel, Picture, Role, Scale, curve, latency};
use crate::measure::{Quantity, Stat};
use crate::result::{About, Comparison, Simulation};

/// The percentiles of all on one axis.
pub fn responses(about: &About, comparison: &Comparison) -> Option<Picture> {
    let mut all = Vec::new();
    let mut layers: Vec<Layer> = Vec::new();
    let mut words = Vec::new();
    for (at, name, runs) in runs(comparison) {
        let points = curve::of_histogram(&runs.response, &curve::nines(runs.response.len() as f64));
        words.extend(points.iter().rfind(|point| point.0 <= 0.99).map(|most| format!("{name}: {}", seconds(most.1))));
        all.extend(&points);
        layers.push(parts::line(name, Role::Nth(at), points));
    }
    if all.len() < 2 {
        return None;
    }
    let panel = Panel {
        title: String::new(),
        x: parts::axis("share of messages that took at most as long", Kind::Share, Scale::Nines),
        y: latency::response_axis(&all),
        layers,
    };
    Some(Picture {
        name: "variants",
        title: "Response by percentile, of all variants".to_owned(),
        caption: parts::caption_of(about, comparison),
        alt: format!("Response by percentile. 99 % take at most: {}.", words.join("; ")),
        panels: vec![panel],
    })
}

/// Of the queue that is the fullest in any of them.
pub fn backlogs(about: &About, comparison: &Comparison) -> Option<Picture> {
    let most = |name: &str| {
        let of = |(.., runs): (usize, &str, &Simulation)| Some(parts::peak(runs.series.get(&backlog(name))?)?.1);
        runs(comparison).filter_map(of).fold(0.0, f64::max)
    };
    let worked_on: Vec<&str> =
        about.queues.iter().filter(|queue| !queue.rests).map(|queue| queue.name.as_str()).collect();
    let fullest = *worked_on.iter().max_by(|a, b| most(a).total_cmp(&most(b)))?;
    if most(fullest) == 0.0 {
        return None;
    }
    let mut layers: Vec<Layer> = Vec::new();
    let mut words = Vec::new();
    for (at, name, runs) in runs(comparison) {
        let Some(series) = runs.series.get(&backlog(fullest)) else { continue };
        layers.extend(parts::band(series, Role::Nth(at)));
        layers.push(parts::line(name, Role::Nth(at), parts::means(series)));
        words.extend(parts::peak(series).map(|(at, most)| format!("{name}: {}, {} in", messages(most), seconds(at))));
    }
    // Lines in front of all bands.
    layers.sort_by_key(|layer| matches!(layer, Layer::Line { .. }));
    Some(Picture {
        name: "backlogs",
        title: title(about, comparison, fullest),
        caption: parts::caption_of(about, comparison),
        alt: format!("Backlogs over time; the largest: {}.", words.join("; ")),
        panels: vec![Panel {
            title: String::new(),
            x: parts::since_start(about, comparison.compared[0].outcome.measured()),
            y: parts::from_zero("messages inside", Kind::Count),
            layers,
        }],
    })
}

/// Where something is to drain, and some do and some do not, that is what is to be seen.
fn title(about: &About, comparison: &Comparison, queue: &str) -> String {
    let drained = parts::of(queue, Quantity::Drained, Stat::Value);
    let of = |drains: bool| {
        let all = runs(comparison).filter(|(.., runs)| runs.measures.contains_key(&drained));
        let these = all.filter(|(.., runs)| runs.measures[&drained].value.is_some() == drains);
        these.map(|(_, name, _)| name).collect::<Vec<_>>().join(", ")
    };
    match (of(true), of(false)) {
        (some, others) if !about.is_steady && !some.is_empty() && !others.is_empty() => {
            format!("{queue} does not drain with {others}; it does with {some}")
        }
        _ => format!("Messages inside {queue} over time, of all variants"),
    }
}

fn backlog(queue: &str) -> String {
    format!("{queue}.backlog")
}

/// What was measured of each, with its place and its name.
fn runs(comparison: &Comparison) -> impl Iterator<Item = (usize, &str, &Simulation)> {
    let all = comparison.compared.iter().enumerate();
    all.filter_map(|(at, one)| Some((at, one.name.as_str(), one.outcome.measured()?)))
}
