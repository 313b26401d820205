//! What share of messages took at most how long: response, and the wait in it.

use hdrhistogram::Histogram;

use super::parts::{self, seconds, share};
use super::{Axis, Kind, Layer, Panel, Picture, Role, Scale, Stroke, curve};
use crate::measure::Quantity;
use crate::result::{About, Outcome, Simulation};

/// The slowest, in times the fastest that is drawn, at most.
const DRAWN: f64 = 1e4;
/// The share of messages at either end that the axis leaves out.
const ENDS: (f64, f64) = (0.005, 0.9999);
/// Points of a line.
const POINTS: u32 = 400;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let quantities = [Quantity::Response, Quantity::Wait];
    let (x, quantities) = (times(outcome)?, quantities.into_iter());
    let panels: Vec<Panel> = quantities.filter_map(|quantity| panel(outcome, quantity, &x)).collect();
    let (half, most) = curve::half_and_most(outcome, Quantity::Response)?;
    let title = format!("Half of the responses take at most {}, 99 % at most {}", seconds(half), seconds(most));
    Some(Picture {
        name: "cdf",
        alt: format!("The distributions of response and wait. {title}."),
        title,
        caption: parts::caption(about, outcome) + &parts::unfinished(outcome),
        panels,
    })
}

fn histogram(runs: &Simulation, quantity: Quantity) -> &Histogram<u64> {
    if quantity == Quantity::Wait { &runs.wait } else { &runs.response }
}

/// From the fastest that took any time to the slowest, measured or else by theory.
fn times(outcome: &Outcome) -> Option<Axis> {
    let mut ends: Vec<(f64, f64)> = Vec::new();
    for who in parts::measured(outcome) {
        let both = [(&who.runs.response, 0.0), (&who.runs.wait, curve::did_not_wait(who.runs))];
        for (times, none) in both.into_iter().filter(|(times, _)| times.max() > 0) {
            let at = |share: f64| times.value_at_quantile(none + share * (1.0 - none)) as f64 / 1e9;
            ends.push((at(ENDS.0), at(ENDS.1)));
        }
    }
    if ends.is_empty() {
        let curve = curve::whole_theory(outcome, Quantity::Response)?;
        ends.push((curve[1].1 / 10.0, curve.last()?.1));
    }
    let (from, to) = ends.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).filter(|ends| ends.1 > 0.0)?;
    let from = from.clamp(to / DRAWN, to / 2.0);
    Some(Axis { from: Some(from), to: Some(to), ..parts::axis("took at most", Kind::Seconds, Scale::Log) })
}

/// As far apart on the axis.
fn instants(x: &Axis) -> Vec<f64> {
    let (from, to) = (x.from.unwrap_or(1.0), x.to.unwrap_or(1.0));
    (0..=POINTS).map(|at| from * (to / from).powf(f64::from(at) / f64::from(POINTS))).collect()
}

fn panel(outcome: &Outcome, quantity: Quantity, x: &Axis) -> Option<Panel> {
    let at = instants(x);
    let mut layers: Vec<Layer> = Vec::new();
    let mut name = quantity.name().to_owned();
    for who in parts::measured(outcome) {
        let times = histogram(who.runs, quantity);
        if times.max() > 0 {
            layers.push(parts::line(who.by, who.role, curve::shares_at(times, &at)));
            let none = if quantity == Quantity::Wait { curve::did_not_wait(who.runs) } else { 0.0 };
            name = if none >= ENDS.0 { format!("{}: none for {}", quantity.name(), share(none)) } else { name };
        }
    }
    if let Some(curve) = curve::whole_theory(outcome, quantity) {
        let known = at.iter().filter(|at| curve.last().is_some_and(|last| **at <= last.1));
        let points = known.map(|at| (*at, curve::share_until(&curve, *at))).collect();
        layers.push(Layer::Line { label: "theory".to_owned(), role: Role::Theory, stroke: Stroke::Dashed, points });
    }
    let y = Axis { to: Some(1.0), ..parts::from_zero("share of messages", Kind::Share) };
    (!layers.is_empty()).then(|| Panel { title: name, x: x.clone(), y, layers })
}
