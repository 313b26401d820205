//! Peak shaving: what comes and what is done, and the backlog that is the area between.

use super::parts::{self, messages, seconds};
use super::{Across, Axis, Kind, Layer, Panel, Picture, Role};
use crate::measure::{Quantity, Stat};
use crate::result::{About, AboutQueue, Outcome, Series, Simulation};

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let runs = outcome.measured()?;
    let worked_on: Vec<&AboutQueue> = about.queues.iter().filter(|queue| !queue.rests).collect();
    let backlog = |queue: &AboutQueue| Some(parts::peak(series(runs, queue, "backlog")?)?.1);
    let fullest = worked_on.iter().max_by(|a, b| backlog(a).unwrap_or(-1.0).total_cmp(&backlog(b).unwrap_or(-1.0)))?;
    let (at, most) = parts::peak(series(runs, fullest, "backlog")?).filter(|(_, most)| *most > 0.0)?;
    let (entering, leaving) = (series(runs, fullest, "entering")?, series(runs, fullest, "leaving")?);
    let drained = parts::value(outcome, &parts::of(&fullest.name, Quantity::Drained, Stat::Value));
    // Of what never begins and ends it tells nothing.
    let drained = drained.filter(|_| !about.is_steady);
    let name = &fullest.name;
    let end = drained.map_or(String::new(), |at| format!(" and is worked off {} in", seconds(at)));
    let title = format!("{name}: the backlog reaches {}, {} in{end}", messages(most), seconds(at));
    let of_several =
        if worked_on.len() > 1 { format!(" · of {} queues the fullest", worked_on.len()) } else { String::new() };
    let x = parts::since_start(about, Some(runs));
    Some(Picture {
        name: "peak",
        alt: format!("Arrivals and completions a second over time, and the backlog below. {title}."),
        title,
        caption: parts::caption(about, outcome) + &of_several + " · shaded: more enters than leaves",
        panels: vec![rates(&x, entering, leaving, outcome), below(&x, runs, fullest, drained)],
    })
}

fn series<'a>(runs: &'a Simulation, queue: &AboutQueue, what: &str) -> Option<&'a Series> {
    runs.series.get(&format!("{}.{what}", queue.name))
}

fn rates(x: &Axis, entering: &Series, leaving: &Series, outcome: &Outcome) -> Panel {
    let (arrivals, completions) = (parts::means(entering), parts::means(leaving));
    let mut layers: Vec<Layer> = parts::warmup(outcome).into_iter().collect();
    layers.push(between(&arrivals, &completions));
    layers.push(parts::line("leave", Role::Nth(2), completions));
    layers.push(parts::line("enter", Role::Nth(1), arrivals));
    Panel { title: String::new(), x: x.clone(), y: parts::from_zero("messages a second", Kind::Rate), layers }
}

/// As long as more comes than goes.
fn between(arrivals: &[(f64, f64)], completions: &[(f64, f64)]) -> Layer {
    let both = arrivals.iter().zip(completions);
    let points = both.map(|((at, comes), (_, goes))| (*at, *goes, comes.max(*goes))).collect();
    Layer::Band { role: Role::Nth(1), points }
}

fn below(x: &Axis, runs: &Simulation, queue: &AboutQueue, drained: Option<f64>) -> Panel {
    let role = Role::Nth(0);
    let mut layers: Vec<Layer> = Vec::new();
    if let Some(backlog) = series(runs, queue, "backlog") {
        layers.extend(parts::band(backlog, role));
        layers.push(parts::line("backlog", role, parts::means(backlog)));
    }
    let label = drained.map_or(String::new(), |at| format!("drained at {}", seconds(at)));
    layers.extend(drained.map(|at| parts::rule(&label, Role::Good, Across::AtX, at)));
    Panel { title: String::new(), x: x.clone(), y: parts::from_zero("messages inside", Kind::Count), layers }
}
