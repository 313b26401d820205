//! What share of messages took at most how long: response, and the wait in it.

use super::parts::{self, seconds};
use super::{Axis, Kind, Layer, Panel, Picture, Role, Scale, Stroke, curve};
use crate::measure::Quantity;
use crate::result::{About, Outcome, Simulation};

/// The slowest, in times the fastest that is drawn.
const DRAWN: f64 = 1e4;

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
        caption: parts::caption(about, outcome),
        panels,
    })
}

/// Four decades below the slowest: what is faster differs in nothing that matters.
fn times(outcome: &Outcome) -> Option<Axis> {
    let slowest = |runs: &Simulation| Some(curve::of_histogram(&runs.response, &[1.0]).first()?.1);
    let measured = parts::measured(outcome).iter().filter_map(|who| slowest(who.runs)).reduce(f64::max);
    let theory = curve::of_theory(outcome, Quantity::Response).last().map(|point| point.1);
    let to = measured.or(theory).filter(|to| *to > 0.0)?;
    Some(Axis { from: Some(to / DRAWN), to: Some(to), ..parts::axis("time", Kind::Seconds, Scale::Log) })
}

fn panel(outcome: &Outcome, quantity: Quantity, x: &Axis) -> Option<Panel> {
    let mut layers: Vec<Layer> = Vec::new();
    let turned = |points: Vec<(f64, f64)>| points.into_iter().map(|(share, at)| (at, share)).collect::<Vec<_>>();
    for who in parts::measured(outcome) {
        let times = if quantity == Quantity::Wait { &who.runs.wait } else { &who.runs.response };
        let points = turned(curve::of_histogram(times, &curve::even()));
        if points.iter().any(|point| point.0 > 0.0) {
            layers.push(parts::line(who.by, who.role, points));
        }
    }
    let theory = turned(curve::of_theory(outcome, quantity).to_vec());
    if theory.len() > 1 {
        let label = "theory".to_owned();
        layers.push(Layer::Line { label, role: Role::Theory, stroke: Stroke::Dashed, points: theory });
    }
    let name = quantity.name();
    let y = Axis { to: Some(1.0), ..parts::from_zero("share of messages that took at most as long", Kind::Share) };
    (!layers.is_empty()).then(|| Panel { title: name.to_owned(), x: x.clone(), y, layers })
}
