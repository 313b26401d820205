//! How waits are distributed, those that did not wait apart.

use hdrhistogram::Histogram;

use super::parts::{self, seconds, share};
use super::{Axis, Bar, Kind, Layer, Panel, Picture, Role, Scale, Stroke, curve, round};
use crate::measure::Quantity;
use crate::report::number::span;
use crate::result::{About, Outcome};
use crate::time::Span;

/// So many bars up to the last tick or a little beyond it.
const BARS: f64 = 32.0;
/// What is slower than that share of messages is told and not drawn.
const DRAWN: f64 = 0.995;
/// Fewer messages have no bar of their own.
const FEW: f64 = 0.005;
/// Of those that waited; where one bar would hold more, bars become the wider the longer the wait.
const CROWDED: f64 = 0.4;
/// Such bars to a factor of ten.
const TO_TEN: f64 = 8.0;
/// A bar of those that did not wait that is so many times as high as the others is cut off.
const TOO_HIGH: f64 = 3.0;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let who = parts::measured(outcome).pop()?;
    let waits = &who.runs.wait;
    if waits.is_empty() || waits.value_at_quantile(DRAWN) == 0 {
        return None;
    }
    let none = curve::did_not_wait(who.runs);
    let steps = Steps::of(waits, none);
    let (bars, beyond) = steps.bars(waits, none);
    let theory = theory(outcome, &bars, steps.is_log);
    let (alone, top) = alone(&steps, none, &bars);
    let waited = Layer::Bars { label: "waited".to_owned(), role: who.role, bars };
    let layers = alone.into_iter().chain([waited]).chain(theory).collect();
    let y = Axis { to: top, ..parts::from_zero("share of messages", Kind::Share) };
    let title = title(none, curve::half_and_most(outcome, Quantity::Wait)?);
    let rest = if beyond > 0.0 { format!(" · {} wait longer than is drawn", share(beyond)) } else { String::new() };
    Some(Picture {
        name: "waits",
        alt: format!("Histogram of waits ({}). {title}.", who.by),
        title,
        caption: parts::caption(about, outcome) + &parts::unfinished(outcome) + &rest,
        panels: vec![Panel { title: String::new(), x: steps.axis(none), y, layers }],
    })
}

fn title(none: f64, (half, most): (f64, f64)) -> String {
    let start = match none {
        0.0 => "All messages wait".to_owned(),
        _ if none < FEW => "Nearly all messages wait".to_owned(),
        _ => format!("{} do not wait", share(none)),
    };
    let middle = if half > 0.0 { format!(", half wait at most {}", seconds(half)) } else { String::new() };
    format!("{start}{middle}, 1 % more than {}", seconds(most))
}

/// Those that did not wait, left of the others, and where the axis ends if that bar is higher than it.
fn alone(steps: &Steps, none: f64, bars: &[Bar]) -> (Option<Layer>, Option<f64>) {
    if none < FEW {
        return (None, None);
    }
    let most = bars.iter().map(|bar| bar.top).fold(0.0, f64::max);
    let top = (none > TOO_HIGH * most).then_some(1.25 * most);
    let cut = if top.is_some() { ", cut off" } else { "" };
    let (from, to) = (steps.before(1.5), steps.before(0.5));
    let bars = vec![Bar { from, to, base: 0.0, top: none }];
    (Some(Layer::Bars { label: format!("did not wait: {}{cut}", share(none)), role: Role::Faint, bars }), top)
}

/// Where bars begin and end, in seconds.
struct Steps {
    edges: Vec<f64>,
    is_log: bool,
}

impl Steps {
    fn of(waits: &Histogram<u64>, none: f64) -> Steps {
        let at = |share: f64| waits.value_at_quantile(share) as f64 / 1e9;
        let (until, shortest) = (at(DRAWN), at(none + (1.0 - DRAWN) * (1.0 - none)));
        let from = if none < FEW { shortest } else { 0.0 };
        let even = Steps::even(from.min(until), until);
        let (bars, _) = even.bars(waits, none);
        let most = bars.iter().map(|bar| bar.top).fold(0.0, f64::max);
        if most <= CROWDED * (1.0 - none) || shortest <= 0.0 || until < 10.0 * shortest {
            even
        } else {
            Steps::growing(shortest, until)
        }
    }

    fn even(from: f64, until: f64) -> Steps {
        let width = round::step(Kind::Seconds, (until - from).max(until / 1e3) / BARS);
        let first = (from / width).floor();
        let last = (until / width).ceil().max(first + 1.0);
        Steps { edges: (0..=(last - first) as u32).map(|at| (first + f64::from(at)) * width).collect(), is_log: false }
    }

    fn growing(from: f64, until: f64) -> Steps {
        let (first, last) = ((TO_TEN * from.log10()).floor() as i32, (TO_TEN * until.log10()).ceil() as i32);
        Steps { edges: (first..=last).map(|at| 10_f64.powf(f64::from(at) / TO_TEN)).collect(), is_log: true }
    }

    /// So many bars before the first.
    fn before(&self, bars: f64) -> f64 {
        let (first, second) = (self.edges[0], self.edges[1]);
        if self.is_log { first * (first / second).powf(bars) } else { first - bars * (second - first) }
    }

    /// Those that waited, and what share of all is beyond the last.
    fn bars(&self, waits: &Histogram<u64>, none: f64) -> (Vec<Bar>, f64) {
        // On a real clock nothing takes no time at all: what counts as no wait is as long as those who had none have.
        let none_until = if none > 0.0 { waits.value_at_quantile(none) } else { 0 };
        let share = 1.0 / waits.len() as f64;
        let bar = |pair: &[f64]| Bar { from: pair[0], to: pair[1], base: 0.0, top: 0.0 };
        let mut bars: Vec<Bar> = self.edges.windows(2).map(bar).collect();
        let mut beyond = 0.0;
        for step in waits.iter_recorded().filter(|step| step.value_iterated_to() > none_until) {
            // The end of the histogram's bucket: a wait that is always the same and round begins its bar.
            let wait = waits.highest_equivalent(step.value_iterated_to()) as f64 / 1e9;
            let at = self.edges.partition_point(|edge| *edge <= wait * (1.0 + 1e-9)).saturating_sub(1);
            match bars.get_mut(at) {
                Some(bar) => bar.top += step.count_at_value() as f64 * share,
                None => beyond += step.count_at_value() as f64 * share,
            }
        }
        (bars, beyond)
    }

    fn axis(&self, none: f64) -> Axis {
        let (scale, label) = match self.is_log {
            true => (Scale::Log, "wait, in steps that grow with it".to_owned()),
            false => {
                let width = Span::from_seconds(self.edges[1] - self.edges[0]);
                (Scale::Linear, format!("wait, in steps of {}", span(width)))
            }
        };
        let from = if none < FEW { self.edges[0] } else { self.before(2.0) };
        Axis { from: Some(from), to: self.edges.last().copied(), ..parts::axis(&label, Kind::Seconds, scale) }
    }
}

/// What theory expects in each bar, as a line through their middles.
fn theory(outcome: &Outcome, bars: &[Bar], is_log: bool) -> Option<Layer> {
    let middle = |bar: &Bar| if is_log { (bar.from * bar.to).sqrt() } else { (bar.from + bar.to) / 2.0 };

    let curve = curve::whole_theory(outcome, Quantity::Wait)?;
    let until = |at| curve::share_until(&curve, at);
    let inside = |bar: &Bar| (middle(bar), until(bar.to) - until(bar.from));
    let points = bars.iter().map(inside).collect();
    Some(Layer::Line { label: "theory".to_owned(), role: Role::Theory, stroke: Stroke::Dashed, points })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(waits_ns: &[u64]) -> (Steps, Vec<Bar>) {
        let mut waits = Histogram::new(3).unwrap();
        waits_ns.iter().for_each(|wait| waits.record(*wait).unwrap());
        let none = waits.count_at(0) as f64 / waits.len() as f64;
        let steps = Steps::of(&waits, none);
        let (bars, _) = steps.bars(&waits, none);
        (steps, bars)
    }

    #[test]
    fn waits_that_are_all_the_same_have_a_bar_that_begins_there() {
        for wait in [1, 1_000, 50_000_000, 1_000_000_000] {
            let (_, bars) = bars(&[wait; 100]);
            let full: Vec<&Bar> = bars.iter().filter(|bar| bar.top > 0.0).collect();
            let [one] = full.as_slice() else { panic!("{wait}: {bars:?}") };
            assert!((one.top - 1.0).abs() < 1e-9 && one.from <= wait as f64 * 1.001e-9 && one.to > wait as f64 / 1e9);
        }
    }

    #[test]
    fn bars_grow_where_one_would_hold_nearly_all() {
        let waits: Vec<u64> = (0..200).map(|at| 10_u64.pow(3 + at / 40)).chain([0; 50]).collect();
        let (steps, bars) = bars(&waits);
        assert!(steps.is_log && steps.before(1.0) < steps.edges[0]);
        let all: f64 = bars.iter().map(|bar| bar.top).sum();
        assert!((all - 0.8).abs() < 1e-9, "those that waited: {all}");
    }
}
