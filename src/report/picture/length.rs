//! How many messages were in each queue over time.

use super::parts::{self, MOST_PANELS, Measured, messages};
use super::{Across, Kind, Layer, Panel, Picture, Role, over_time};
use crate::measure::{Quantity, Stat};
use crate::result::{About, AboutQueue, Outcome, Series};

/// A capacity so many times as high as what was there would press the rest flat.
const FAR_ABOVE: f64 = 4.0;

/// Fewer waiting messages are those that consumers hold in advance.
const FEW: f64 = 0.1;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let all: Vec<&AboutQueue> = about.queues.iter().filter(|queue| is_told(outcome, queue)).collect();
    let shown = &all[..all.len().min(MOST_PANELS)];
    let runs = outcome.measured()?;
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
        caption: parts::caption(about, outcome)
            + &parts::left_out(shown.len(), all.len(), "queues")
            + &over_time::caption(runs, &panels),
        alt: format!("Messages waiting over time. {}.", alt.join("; ")),
        panels,
    })
}

/// Whether anything was ever in it.
fn is_told(outcome: &Outcome, queue: &AboutQueue) -> bool {
    let of = |who: &Measured| who.runs.series.get(&format!("{}.backlog", queue.name)).and_then(over_time::peak);
    parts::measured(outcome).iter().filter_map(of).any(|(_, most)| most > 0.0)
}

fn panel(about: &About, outcome: &Outcome, queue: &AboutQueue, has_title: bool) -> Panel {
    let name = &queue.name;
    let all = parts::measured(outcome);
    let is_alone = all.len() == 1;
    let until = outcome.measured().map_or(0.0, |runs| over_time::until(about, runs));
    let mut layers: Vec<Layer> = outcome.measured().map_or(Vec::new(), |runs| over_time::instants(about, runs));
    let series = |who: &Measured, what: &str| who.runs.series.get(&format!("{name}.{what}")).cloned();
    for who in &all {
        layers.extend(series(who, "length").and_then(|series| over_time::band(&series, who.role, until)));
    }
    if let (true, false, Some(who)) = (is_alone, queue.rests, all.first()) {
        layers.extend(with_in_flight(series(who, "length"), series(who, "backlog"), until));
    }
    for who in &all {
        let label = if is_alone { "waiting".to_owned() } else { format!("waiting, {}", who.by) };
        layers.extend(
            series(who, "length").map(|series| parts::line(&label, who.role, over_time::means(&series, until))),
        );
    }
    let mean = parts::theory(outcome, &parts::of(name, Quantity::Length, Stat::Mean));
    layers.extend(mean.map(|mean| parts::rule("mean by theory", Role::Theory, Across::AtY, mean.value)));
    layers.extend(capacity(outcome, queue));
    let title = if has_title { sentence(about, outcome, queue) } else { String::new() };
    Panel { title, x: over_time::since_start(until), y: parts::from_zero("messages", Kind::Count), layers }
}

/// Unless hardly any are.
fn with_in_flight(length: Option<Series>, backlog: Option<Series>, until: f64) -> Option<Layer> {
    let [waiting, inside] = [length?, backlog?].map(|series| over_time::means(&series, until));
    let most = inside.iter().map(|point| point.1).fold(0.0, f64::max);
    let is_seen = waiting.iter().zip(&inside).any(|(few, all)| all.1 - few.1 > most / 50.0);
    is_seen.then(|| parts::line("with in flight", Role::Faint, inside))
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
    over_time::peak(length)
}

/// On average where nothing changes by plan, else at the peak.
fn sentence(about: &About, outcome: &Outcome, queue: &AboutQueue) -> String {
    let name = &queue.name;
    let of = |stat| parts::value(outcome, &parts::of(name, Quantity::Length, stat));
    let is_level = about.is_steady && !parts::grows(outcome);
    match (of(Stat::Mean), of(Stat::Max), largest(outcome, queue)) {
        (Some(mean), ..) if is_level && mean < FEW => {
            let inside = parts::value(outcome, &parts::of(name, Quantity::Backlog, Stat::Mean)).unwrap_or(mean);
            let waiting = if mean == 0.0 { "none waits".to_owned() } else { format!("{} wait", messages(mean)) };
            format!("{name}: {waiting} on average, {} with those in flight", messages(inside))
        }
        (Some(mean), ..) if is_level => format!("{name}: {} messages wait on average", messages(mean)),
        (_, Some(most), _) if is_level => format!("{name}: up to {} messages wait", messages(most)),
        (_, most, Some((at, mean))) => {
            format!(
                "{name}: up to {} messages wait, most of all about {} in",
                messages(most.unwrap_or(mean)),
                over_time::moment(at)
            )
        }
        _ => format!("{name}: messages waiting over time"),
    }
}
