//! Peak shaving: what comes and what is done, and the backlog that is the area between.

use super::parts::{self, messages};
use super::{Across, Kind, Layer, Panel, Picture, Role, over_time};
use crate::measure::{Quantity, Stat};
use crate::result::{About, AboutQueue, Outcome, Series, Simulation};

/// What is left of the highest backlog when it counts as worked off.
const WORKED_OFF: f64 = 0.05;

/// A peak is so many times as high as the backlog usually is when it is low.
const PEAK: f64 = 3.0;

type Points = Vec<(f64, f64)>;

/// Of what changes by plan, or grows: a steady backlog has no peak but by chance.
pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    if about.is_steady && !parts::grows(outcome) {
        return None;
    }
    let runs = outcome.measured()?;
    let worked_on: Vec<&AboutQueue> = about.queues.iter().filter(|queue| !queue.rests).collect();
    let backlog = |queue: &AboutQueue| Some(over_time::peak(series(runs, queue, "backlog")?)?.1);
    let fullest = worked_on.iter().max_by(|a, b| backlog(a).unwrap_or(-1.0).total_cmp(&backlog(b).unwrap_or(-1.0)))?;
    let [inside, entering, leaving] = ["backlog", "entering", "leaving"].map(|what| series(runs, fullest, what));
    let (inside, entering, leaving) = (inside?, entering?, leaving?);
    let (at, mean_peak) = over_time::peak(inside).filter(|(_, most)| *most > 0.0)?;
    let name = &fullest.name;
    let drained = parts::value(outcome, &parts::of(name, Quantity::Drained, Stat::Value));
    let drained = drained.filter(|end| *end > at && left_at(inside, *end) <= WORKED_OFF * mean_peak);
    let end = drained.map_or(String::new(), |at| format!(", and is worked off {} in", over_time::moment(at)));
    let most = parts::value(outcome, &parts::of(name, Quantity::Backlog, Stat::Max)).unwrap_or(mean_peak);
    let title =
        format!("{name}: the backlog reaches {} messages, about {} in{end}", messages(most), over_time::moment(at));
    let of_several =
        if worked_on.len() > 1 { format!(" · of {} queues the fullest", worked_on.len()) } else { String::new() };
    let until = over_time::until(about, runs);
    let has_peak = mean_peak > PEAK * low(inside);
    let panels = vec![
        rates(
            until,
            [entering, leaving].map(|of| over_time::means(of, until)),
            has_peak,
            over_time::instants(about, runs),
        ),
        below(until, inside, drained),
    ];
    Some(Picture {
        name: "peak",
        alt: format!("Arrivals and completions a second over time, and the backlog below. {title}."),
        title,
        caption: parts::caption(about, outcome) + &of_several + &over_time::caption(runs, &panels[1..]),
        panels,
    })
}

/// Below it the mean is a tenth of the time.
fn low(series: &Series) -> f64 {
    let mut means = series.mean.clone();
    means.sort_by(f64::total_cmp);
    means.get(means.len() / 10).copied().unwrap_or(0.0)
}

/// On average, in the last step before.
fn left_at(backlog: &Series, at: f64) -> f64 {
    let means = over_time::means(backlog, f64::INFINITY);
    means.iter().rfind(|point| point.0 <= at).map_or(0.0, |point| point.1)
}

fn series<'a>(runs: &'a Simulation, queue: &AboutQueue, what: &str) -> Option<&'a Series> {
    runs.series.get(&format!("{}.{what}", queue.name))
}

fn rates(until: f64, [arrivals, completions]: [Points; 2], has_peak: bool, mut layers: Vec<Layer>) -> Panel {
    let shaded = between(&arrivals, &completions, has_peak);
    let title = shaded.as_ref().map_or("", |_| "shaded: more enters than leaves").to_owned();
    layers.extend(shaded);
    layers.push(parts::line("leave", Role::Nth(2), completions));
    layers.push(parts::line("enter", Role::Nth(1), arrivals));
    let (x, y) = (over_time::since_start(until), parts::from_zero("messages a second", Kind::Rate));
    Panel { title, x, y, layers }
}

/// As long as more comes than goes; where the backlog has no peak, that is but for a moment each time.
fn between(arrivals: &[(f64, f64)], completions: &[(f64, f64)], has_peak: bool) -> Option<Layer> {
    let both = || arrivals.iter().zip(completions);
    let points = both().map(|((at, comes), (_, goes))| (*at, *goes, comes.max(*goes))).collect();
    let most = arrivals.iter().map(|point| point.1).fold(0.0, f64::max);
    let is_seen = has_peak && both().any(|(comes, goes)| comes.1 - goes.1 > most / 20.0);
    is_seen.then_some(Layer::Band { role: Role::Nth(1), points })
}

fn below(until: f64, backlog: &Series, drained: Option<f64>) -> Panel {
    let role = Role::Nth(0);
    let mut layers: Vec<Layer> = over_time::band(backlog, role, until).into_iter().collect();
    layers.push(parts::line("backlog", role, over_time::means(backlog, until)));
    let label = drained.map_or(String::new(), |at| format!("drained at {}", over_time::moment(at)));
    layers.extend(drained.map(|at| parts::rule(&label, Role::Good, Across::AtX, at)));
    let (x, y) = (over_time::since_start(until), parts::from_zero(parts::INSIDE, Kind::Count));
    Panel { title: String::new(), x, y, layers }
}
