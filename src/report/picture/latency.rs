//! Percentiles of the response: how long the slowest messages take, by how rare they are.

use super::parts::{self, seconds};
use super::{Axis, Kind, Layer, Panel, Picture, Role, Scale, Spot, Stroke, curve, targets};
use crate::measure::{Measure, Quantity, Stat};
use crate::result::{About, Outcome, TargetResult};

/// More of them cannot be seen evenly.
const MOST_DECADES: f64 = 2.0;
/// A bound so many times the slowest would press the curve flat.
const FAR_ABOVE: f64 = 3.0;
/// What is faster than so many messages is below such an axis.
const FASTEST: f64 = 0.05;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let mut layers: Vec<Layer> = Vec::new();
    let mut all: Vec<(f64, f64)> = Vec::new();
    let believed = curve::believed(outcome);
    for who in parts::measured(outcome) {
        let mut points = curve::of_histogram(&who.runs.response, &curve::nines(who.runs.response.len() as f64));
        points.retain(|point| point.0 <= believed);
        all.extend(&points);
        layers.push(parts::line(who.by, who.role, points));
    }
    let reached = if all.is_empty() { 0.9999 } else { all.iter().map(|point| point.0).fold(0.99, f64::max) };
    let theory = curve::of_theory(outcome, Quantity::Response).iter().copied();
    let theory: Vec<(f64, f64)> = theory.filter(|point| point.0 <= reached).collect();
    if theory.len() > 1 {
        all.extend(&theory);
        let label = "theory".to_owned();
        layers.push(Layer::Line { label, role: Role::Theory, stroke: Stroke::Dashed, points: theory });
    }
    if all.len() < 2 {
        return None;
    }
    let most = all.iter().map(|point| point.1).fold(0.0, f64::max);
    layers.extend(bounds(outcome, reached, FAR_ABOVE * most));
    let (half, most) = curve::half_and_most(outcome, Quantity::Response)?;
    let title =
        format!("Half of the responses take at most {}, one in a hundred more than {}", seconds(half), seconds(most));
    let panel = Panel {
        title: String::new(),
        x: parts::axis("share of messages that took at most as long", Kind::Share, Scale::Nines),
        y: response_axis(&all),
        layers,
    };
    Some(Picture {
        name: "latency",
        alt: format!("Response by percentile. {title}."),
        title,
        caption: parts::caption(about, outcome) + &parts::unfinished(outcome) + &ends_early(believed),
        panels: vec![panel],
    })
}

/// For the caption.
fn ends_early(believed: f64) -> String {
    if believed < 1.0 { format!(" · beyond {} too few messages", parts::share(believed)) } else { String::new() }
}

/// What targets allow of percentiles, each where it stands beside the curve.
fn bounds(outcome: &Outcome, reached: f64, most: f64) -> Vec<Layer> {
    let of = |target: &&TargetResult| match target.measure {
        Measure { of: None, quantity: Quantity::Response, stat: Stat::Percentile(percentile) } => {
            Some((percentile.quantile(), target.bound)).filter(|at| at.0 <= reached && at.1 > 0.0 && at.1 <= most)
        }
        _ => None,
    };
    let layer = |target: &TargetResult| {
        let (x, y) = of(&target)?;
        let spots = vec![Spot { x, y, text: target.target.clone() }];
        Some(Layer::Spots { role: targets::role(target.holds), spots })
    };
    targets::judged(outcome).into_iter().filter_map(layer).collect()
}

/// Logarithmic where the times are too different for another.
pub fn response_axis(points: &[(f64, f64)]) -> Axis {
    let from_median: Vec<(f64, f64)> = points.iter().copied().filter(|point| point.0 >= 0.5).collect();
    let usual = points.iter().filter(|point| point.0 >= FASTEST && point.1 > 0.0).map(|point| point.1);
    let from = usual.reduce(f64::min);
    match curve::decades(&from_median) > MOST_DECADES {
        true => Axis { from, ..parts::axis("response", Kind::Seconds, Scale::Log) },
        false => parts::from_zero("response", Kind::Seconds),
    }
}
