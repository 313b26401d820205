//! Targets: what was measured over what is allowed, each in a row.

use super::parts;
use super::{Across, Axis, Kind, Layer, Mark, Panel, Picture, Role, Scale};
use crate::measure::Op;
use crate::report::{interval, number};
use crate::result::{About, Estimate, Holds, Outcome, TargetResult};

/// What is more times the bound, or less of it, stands at the edge.
const MOST_TIMES: f64 = 100.0;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let all = judged(outcome);
    let by = all.first()?.by;
    let groups = [(Holds::Yes, "holds"), (Holds::No, "missed"), (Holds::Undecided, "undecided")];
    let mut layers = vec![parts::rule("bound", Role::Limit, Across::AtX, 1.0)];
    for (holds, label) in groups {
        let rows = all.iter().enumerate().filter(|(_, target)| target.holds == holds);
        let marks: Vec<Mark> = rows.map(|(row, target)| mark(outcome, row, target)).collect();
        if !marks.is_empty() {
            layers.push(Layer::Intervals { label: label.to_owned(), role: role(holds), marks });
        }
    }
    let rows = all.iter().map(|target| target.target.clone()).collect();
    let panel =
        Panel { title: String::new(), x: times(&layers), y: parts::axis("", Kind::Count, Scale::Rows(rows)), layers };
    let title = title(&all);
    Some(Picture {
        name: "targets",
        alt: format!("{title}. {}.", all.iter().map(|target| sentence(outcome, target)).collect::<Vec<_>>().join("; ")),
        title,
        caption: format!("{} · judged by {by}", parts::caption(about, outcome)),
        panels: vec![panel],
    })
}

/// Those of the live run, where there is one.
pub fn judged(outcome: &Outcome) -> Vec<&TargetResult> {
    let by = outcome.targets.last().map(|target| target.by);
    outcome.targets.iter().filter(|target| Some(target.by) == by).collect()
}

pub fn role(holds: Holds) -> Role {
    match holds {
        Holds::Yes => Role::Good,
        Holds::No => Role::Bad,
        Holds::Undecided => Role::Doubtful,
    }
}

/// `1 of 3 targets is missed, 1 is undecided`
fn title(all: &[&TargetResult]) -> String {
    let of = |holds: Holds| all.iter().filter(|target| target.holds == holds).count();
    let told = |count: usize, what: &str| {
        (count > 0).then(|| format!("{count} {} {what}", if count == 1 { "is" } else { "are" }))
    };
    let parts: Vec<String> =
        [told(of(Holds::No), "missed"), told(of(Holds::Undecided), "undecided")].into_iter().flatten().collect();
    match (all, parts.is_empty()) {
        ([one], _) => format!("The target {}", verdict(one.holds)),
        (_, true) => format!("All {} targets hold", all.len()),
        (_, false) => format!("Of {} targets {}", all.len(), parts.join(", ")),
    }
}

fn verdict(holds: Holds) -> &'static str {
    match holds {
        Holds::Yes => "holds",
        Holds::No => "is missed",
        Holds::Undecided => "is undecided",
    }
}

/// As the one who judged it has it.
fn estimate<'a>(outcome: &'a Outcome, target: &TargetResult) -> Option<&'a Estimate> {
    let runs = if target.by == "live" { &outcome.live()?.runs } else { outcome.simulation()? };
    runs.measures.get(&target.measure)
}

fn value(outcome: &Outcome, target: &TargetResult) -> Option<f64> {
    let measured = estimate(outcome, target).and_then(|estimate| estimate.value);
    let value =
        measured.or_else(|| Some(parts::theory(outcome, &target.measure)?.value).filter(|_| target.by == "theory"));
    value.filter(|value| value.is_finite())
}

fn mark(outcome: &Outcome, row: usize, target: &TargetResult) -> Mark {
    let times = |value: f64| if value == target.bound { 1.0 } else { value / target.bound };
    let value = value(outcome, target);
    let ends = estimate(outcome, target).and_then(|estimate| interval(&target.measure, estimate));
    let ends = ends.filter(|_| value.is_some()).map(|(low, high)| (times(low), times(high)));
    Mark {
        row: row as f64,
        value: value.map_or_else(|| unknown(target), times),
        ends: ends.filter(|(low, high)| low.is_finite() && high.is_finite()),
        text: told(outcome, target),
        is_faint: false,
    }
}

/// Where what has no value stands: what never ended is beyond every bound.
fn unknown(target: &TargetResult) -> f64 {
    let is_low = matches!(target.op, Op::Greater | Op::GreaterOrEqual);
    match (target.holds, is_low) {
        (Holds::Undecided, _) => 1.0,
        (Holds::No, true) | (Holds::Yes, false) => 0.0,
        (Holds::No, false) | (Holds::Yes, true) => f64::INFINITY,
    }
}

fn told(outcome: &Outcome, target: &TargetResult) -> String {
    match value(outcome, target) {
        Some(value) => number::beside(&target.measure, value, target.bound),
        None if target.note.is_empty() => "not measured".to_owned(),
        None => target.note.clone(),
    }
}

fn sentence(outcome: &Outcome, target: &TargetResult) -> String {
    format!("{} {} ({})", target.target, verdict(target.holds), told(outcome, target))
}

/// The bound always in sight.
fn times(layers: &[Layer]) -> Axis {
    let marks = layers.iter().flat_map(|layer| match layer {
        Layer::Intervals { marks, .. } => marks.as_slice(),
        _ => &[],
    });
    let all = marks.flat_map(|mark| mark.ends.map_or([mark.value; 2], |ends| [ends.0, ends.1]));
    let known = all.filter(|value| (1.0 / MOST_TIMES..=MOST_TIMES).contains(value));
    let (low, high) = known.fold((0.6_f64, 1.6_f64), |(low, high), value| (low.min(value), high.max(value)));
    let axis = parts::axis("measured, in times the bound", Kind::Times, Scale::Log);
    Axis { from: Some(low / 1.3), to: Some(high * 1.5), ..axis }
}
