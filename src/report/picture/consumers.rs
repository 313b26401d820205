//! How many consumers are busy over time, of how many that are there.

use super::parts::{self, MOST_PANELS, Measured, share};
use super::{Kind, Layer, Panel, Picture, Role, Stroke, over_time};
use crate::measure::{Quantity, Stat};
use crate::result::{About, AboutConsumers, Outcome, Series};

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let all: Vec<&AboutConsumers> =
        about.consumers.iter().filter(|entry| of(outcome, entry, "busy").is_some()).collect();
    let shown = &all[..all.len().min(MOST_PANELS)];
    let runs = outcome.measured()?;
    let until = over_time::until(about, runs);
    let sentences: Vec<String> = shown.iter().map(|entry| sentence(outcome, entry)).collect();
    let title = match sentences.as_slice() {
        [] => return None,
        [one] => one.clone(),
        _ => "Busy consumers of each entry over time".to_owned(),
    };
    let panel = |(entry, sentence): (&&AboutConsumers, &String)| Panel {
        title: if shown.len() > 1 { sentence.clone() } else { String::new() },
        x: over_time::since_start(until),
        y: parts::from_zero("consumers", Kind::Count),
        layers: over_time::instants(about, runs).into_iter().chain(layers(outcome, entry, until)).collect(),
    };
    Some(Picture {
        name: "consumers",
        title,
        caption: parts::caption(about, outcome)
            + &parts::left_out(shown.len(), all.len(), "entries")
            + &over_time::caption(runs, &[]),
        alt: format!("Busy consumers over time. {}.", sentences.join(". ")),
        panels: shown.iter().zip(&sentences).map(panel).collect(),
    })
}

fn of<'a>(outcome: &'a Outcome, entry: &AboutConsumers, what: &str) -> Option<&'a Series> {
    outcome.measured()?.series.get(&format!("{}.{what}", entry.name)).filter(|series| !series.t_s.is_empty())
}

fn sentence(outcome: &Outcome, entry: &AboutConsumers) -> String {
    let busy = parts::value(outcome, &parts::of(&entry.name, Quantity::Utilization, Stat::Value));
    let busy = busy.map_or(String::new(), |busy| format!(": busy {} of the time", share(busy)));
    format!("{}{busy}", entry.name)
}

fn layers(outcome: &Outcome, entry: &AboutConsumers, until: f64) -> Vec<Layer> {
    let mut layers = Vec::new();
    let is_alone = parts::measured(outcome).len() == 1;
    if let Some(available) = of(outcome, entry, "available") {
        let (label, stroke) = ("available".to_owned(), Stroke::Steps);
        layers.push(Layer::Line { label, role: Role::Limit, stroke, points: begins(available, until) });
    }
    for who in parts::measured(outcome) {
        layers.extend(busy(&who, entry, is_alone, until));
    }
    layers
}

fn busy(who: &Measured, entry: &AboutConsumers, is_alone: bool, until: f64) -> Vec<Layer> {
    let Some(series) = who.runs.series.get(&format!("{}.busy", entry.name)) else { return Vec::new() };
    let label = if is_alone { "busy".to_owned() } else { format!("busy, {}", who.by) };
    let points = over_time::means(series, until);
    let area = points.iter().map(|(at, busy)| (*at, 0.0, *busy)).collect();
    let area = is_alone.then_some(Layer::Band { role: who.role, points: area });
    area.into_iter().chain([parts::line(&label, who.role, points)]).collect()
}

/// What holds until the next point begins where its step does.
fn begins(series: &Series, until: f64) -> Vec<(f64, f64)> {
    let half = series.t_s.first().copied().unwrap_or(0.0) / 2.0;
    let mut points: Vec<(f64, f64)> =
        over_time::means(series, until).into_iter().map(|(middle, mean)| (middle - half, mean)).collect();
    points.extend(points.last().map(|last| (last.0 + 2.0 * half, last.1)));
    points
}
