//! How many messages were in each queue over time.

use super::parts::{self, MOST_PANELS, Measured, messages, seconds};
use super::{Across, Kind, Layer, Panel, Picture, Role};
use crate::measure::{Quantity, Stat};
use crate::result::{About, AboutQueue, Outcome};

/// A capacity so many times as high as what was there would press the rest flat.
const FAR_ABOVE: f64 = 4.0;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let all: Vec<&AboutQueue> = about.queues.iter().filter(|queue| is_told(outcome, queue)).collect();
    let shown = &all[..all.len().min(MOST_PANELS)];
    let panels: Vec<Panel> = shown.iter().map(|queue| panel(about, outcome, queue, all.len() > 1)).collect();
    if panels.is_empty() {
        return None;
    }
    let title = match shown {
        [queue] => sentence(about, outcome, queue),
        _ => "Messages waiting in each queue over time".to_owned(),
    };
    let alt: Vec<String> = shown.iter().map(|queue| sentence(about, outcome, queue)).collect();
    Some(Picture {
        name: "length",
        title,
        caption: parts::caption(about, outcome) + &parts::left_out(shown.len(), all.len(), "queues") + parts::BAND,
        alt: format!("Messages waiting over time. {}.", alt.join("; ")),
        panels,
    })
}

/// Whether anything was ever in it.
fn is_told(outcome: &Outcome, queue: &AboutQueue) -> bool {
    let of = |who: &Measured| who.runs.series.get(&format!("{}.backlog", queue.name)).and_then(parts::peak);
    parts::measured(outcome).iter().filter_map(of).any(|(_, most)| most > 0.0)
}

fn panel(about: &About, outcome: &Outcome, queue: &AboutQueue, has_title: bool) -> Panel {
    let name = &queue.name;
    let all = parts::measured(outcome);
    let is_alone = all.len() == 1;
    let mut layers: Vec<Layer> = parts::warmup(outcome).into_iter().collect();
    let series = |who: &Measured, what: &str| who.runs.series.get(&format!("{name}.{what}")).cloned();
    for who in &all {
        layers.extend(series(who, "length").and_then(|series| parts::band(&series, who.role)));
    }
    if let (true, false, Some(backlog)) = (is_alone, queue.rests, all.first().and_then(|who| series(who, "backlog"))) {
        layers.push(parts::line("with in flight", Role::Faint, parts::means(&backlog)));
    }
    for who in &all {
        let label = if is_alone { "waiting".to_owned() } else { format!("waiting, {}", who.by) };
        layers.extend(series(who, "length").map(|series| parts::line(&label, who.role, parts::means(&series))));
    }
    let mean = parts::theory(outcome, &parts::of(name, Quantity::Length, Stat::Mean));
    layers.extend(mean.map(|mean| parts::rule("mean by theory", Role::Theory, Across::AtY, mean.value)));
    layers.extend(capacity(outcome, queue));
    let title = if has_title { name.clone() } else { String::new() };
    Panel {
        title,
        x: parts::since_start(about, outcome.measured()),
        y: parts::from_zero("messages", Kind::Count),
        layers,
    }
}

fn capacity(outcome: &Outcome, queue: &AboutQueue) -> Option<Layer> {
    let capacity = queue.capacity? as f64;
    let (_, most) = largest(outcome, queue)?;
    (capacity > 0.0 && capacity <= FAR_ABOVE * most)
        .then(|| parts::rule("capacity", Role::Limit, Across::AtY, capacity))
}

/// When, and how many.
fn largest(outcome: &Outcome, queue: &AboutQueue) -> Option<(f64, f64)> {
    let length = outcome.measured()?.series.get(&format!("{}.length", queue.name))?;
    parts::peak(length)
}

/// On average where nothing changes by plan, else at the peak.
fn sentence(about: &About, outcome: &Outcome, queue: &AboutQueue) -> String {
    let name = &queue.name;
    let mean = parts::value(outcome, &parts::of(name, Quantity::Length, Stat::Mean));
    match (about.is_steady, mean, largest(outcome, queue)) {
        (true, Some(mean), _) => format!("{name}: {} messages wait on average", messages(mean)),
        (_, _, Some((at, most))) => format!("{name}: up to {} messages wait, {} in", messages(most), seconds(at)),
        _ => format!("{name}: messages waiting over time"),
    }
}
