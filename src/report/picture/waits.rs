//! How waits are distributed, those that did not wait apart.

use hdrhistogram::Histogram;

use super::parts::{self, seconds, share};
use super::{Bar, Kind, Layer, Panel, Picture, Role, Scale, Stroke, curve, round};
use crate::measure::{Measure, Quantity, Stat};
use crate::report::number::span;
use crate::result::{About, Outcome};
use crate::time::Span;

/// So many bars up to the last tick or a little beyond it.
const BARS: f64 = 32.0;
/// What is slower than that share of messages is told and not drawn.
const DRAWN: f64 = 0.995;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let who = parts::measured(outcome).pop()?;
    let waits = &who.runs.wait;
    let all = waits.len() as f64;
    let until = waits.value_at_quantile(DRAWN) as f64 / 1e9;
    if all == 0.0 || until <= 0.0 {
        return None;
    }
    let width = round::step(Kind::Seconds, until / BARS);
    let none = waits.count_at(0) as f64 / all;
    let bars = bars(waits, width, (until / width).ceil() as u32);
    let beyond = 1.0 - none - bars.iter().map(|bar| bar.top).sum::<f64>();
    let mut layers = Vec::new();
    if none > 0.0 {
        let alone = Bar { from: -1.5 * width, to: -0.5 * width, base: 0.0, top: none };
        layers.push(Layer::Bars {
            label: format!("did not wait: {}", share(none)),
            role: Role::Faint,
            bars: vec![alone],
        });
    }
    layers.push(Layer::Bars { label: "waited".to_owned(), role: who.role, bars: bars.clone() });
    layers.extend(theory(outcome, &bars));
    let mut x =
        parts::axis(&format!("wait, in steps of {}", span(Span::from_seconds(width))), Kind::Seconds, Scale::Linear);
    (x.from, x.to) = (Some(if none > 0.0 { -2.0 * width } else { 0.0 }), Some(bars.len() as f64 * width));
    let title = title(none, curve::half_and_most(outcome, Quantity::Wait)?);
    let rest = if beyond > 0.0 { format!(" · {} wait longer than is drawn", share(beyond)) } else { String::new() };
    Some(Picture {
        name: "waits",
        alt: format!("Histogram of waits ({}). {title}.", who.by),
        title,
        caption: parts::caption(about, outcome) + &rest,
        panels: vec![Panel { title: String::new(), x, y: parts::from_zero("share of messages", Kind::Share), layers }],
    })
}

fn title(none: f64, (half, most): (f64, f64)) -> String {
    let start = if none > 0.0 { format!("{} do not wait", share(none)) } else { "All messages wait".to_owned() };
    let middle = if half > 0.0 { format!(", half wait at most {}", seconds(half)) } else { String::new() };
    format!("{start}{middle}, one in a hundred waits more than {}", seconds(most))
}

/// From nothing up, without those that did not wait.
fn bars(waits: &Histogram<u64>, width: f64, count: u32) -> Vec<Bar> {
    let all = waits.len() as f64;
    let bar = |at| Bar { from: f64::from(at) * width, to: f64::from(at + 1) * width, base: 0.0, top: 0.0 };
    let mut bars: Vec<Bar> = (0..count).map(bar).collect();
    for step in waits.iter_recorded().filter(|step| step.value_iterated_to() > 0) {
        // The middle of the histogram's bucket, because its end may belong to the next bar.
        let wait = waits.median_equivalent(step.value_iterated_to()) as f64 / 1e9;
        if let Some(bar) = bars.get_mut((wait / width) as usize) {
            bar.top += step.count_at_value() as f64 / all;
        }
    }
    bars
}

/// What theory expects in each bar, as a line through their middles.
fn theory(outcome: &Outcome, bars: &[Bar]) -> Option<Layer> {
    let none = 1.0 - parts::theory(outcome, &Measure::whole(Quantity::Waited, Stat::Share))?.value;
    let later = curve::of_theory(outcome, Quantity::Wait).iter().copied().filter(|point| point.1 > 0.0);
    let curve: Vec<(f64, f64)> = [(none, 0.0)].into_iter().chain(later.filter(|point| point.0 > none)).collect();
    let inside = |bar: &Bar| ((bar.from + bar.to) / 2.0, share_until(&curve, bar.to) - share_until(&curve, bar.from));
    let points = bars.iter().map(inside).collect();
    let label = "theory".to_owned();
    (curve.len() > 1).then_some(Layer::Line { label, role: Role::Theory, stroke: Stroke::Dashed, points })
}

/// Between two points as if what is slower fell exponentially, which tails nearly do.
fn share_until(curve: &[(f64, f64)], at: f64) -> f64 {
    let next = curve.partition_point(|point| point.1 <= at).max(1);
    let (low, Some(high)) = (curve[next - 1], curve.get(next)) else { return curve[next - 1].0 };
    let part = (at - low.1) / (high.1 - low.1);
    1.0 - (1.0 - low.0) * ((1.0 - high.0) / (1.0 - low.0)).powf(part)
}
