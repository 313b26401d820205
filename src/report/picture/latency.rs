//! Percentiles of the response: how long the slowest messages take, by how rare they are.

use super::parts::{self, seconds};
use super::{Axis, Kind, Layer, Panel, Picture, Role, Scale, Stroke, curve};
use crate::measure::Quantity;
use crate::result::{About, Outcome};

/// More of them cannot be seen evenly.
const MOST_DECADES: f64 = 2.0;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let mut layers: Vec<Layer> = Vec::new();
    let mut all: Vec<(f64, f64)> = Vec::new();
    for who in parts::measured(outcome) {
        let points = curve::of_histogram(&who.runs.response, &curve::nines(who.runs.response.len() as f64));
        all.extend(&points);
        layers.push(parts::line(who.by, who.role, points));
    }
    let reached = all.iter().map(|point| point.0).fold(0.9, f64::max);
    let theory = outcome.theory().map(|theory| curve::of_theory(theory, Quantity::Response)).unwrap_or_default();
    let theory: Vec<(f64, f64)> = theory.into_iter().filter(|point| all.is_empty() || point.0 <= reached).collect();
    if theory.len() > 1 {
        all.extend(&theory);
        let label = "theory".to_owned();
        layers.push(Layer::Line { label, role: Role::Theory, stroke: Stroke::Dashed, points: theory });
    }
    if all.len() < 2 {
        return None;
    }
    let (half, most) = [0.5, 0.99].map(|share| at(&all, share)).into();
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
        caption: parts::caption(about, outcome),
        panels: vec![panel],
    })
}

/// By the first of the curves that goes so far.
fn at(points: &[(f64, f64)], share: f64) -> f64 {
    let first = points.iter().find(|point| point.0 >= share - 1e-9);
    first.or(points.last()).map_or(0.0, |point| point.1)
}

/// Logarithmic where the times are too different for another.
pub fn response_axis(points: &[(f64, f64)]) -> Axis {
    let from_median: Vec<(f64, f64)> = points.iter().copied().filter(|point| point.0 >= 0.5).collect();
    match curve::decades(&from_median) > MOST_DECADES {
        true => parts::axis("response", Kind::Seconds, Scale::Log),
        false => parts::from_zero("response", Kind::Seconds),
    }
}
