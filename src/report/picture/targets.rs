//! Targets: what was measured over what is allowed, each in a row.

use super::parts;
use super::{Across, Axis, Kind, Layer, Mark, Panel, Picture, Role, Scale};
use crate::measure::Op;
use crate::report::{interval, number};
use crate::result::{About, Estimate, Holds, Outcome, TargetResult};

/// What is more times the bound, or less of it, stands at the edge.
const MOST_TIMES: f64 = 1000.0;
/// More would be too long for a title.
const MOST_NAMES: usize = 2;

pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let all = judged(outcome);
    let by = all.first()?.by;
    // Of a run that was interrupted too early there is nothing to see.
    if all.iter().all(|target| target.holds == Holds::Undecided && value(outcome, target).is_none()) {
        return None;
    }
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
    let title = title(outcome, &all);
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

/// `2 of 4 targets are missed: response.p99 < 30s (251 s), …`
fn title(outcome: &Outcome, all: &[&TargetResult]) -> String {
    let of = |holds: Holds| all.iter().filter(|target| target.holds == holds).copied().collect::<Vec<_>>();
    let (missed, undecided) = (of(Holds::No), of(Holds::Undecided));
    let (these, how) = if missed.is_empty() { (&undecided, "undecided") } else { (&missed, "missed") };
    let names: Vec<String> =
        these.iter().take(MOST_NAMES).map(|target| format!("{} ({})", target.target, told(outcome, target))).collect();
    let more = if these.len() > MOST_NAMES { ", …" } else { "" };
    let is = |count: usize| if count == 1 { "is" } else { "are" };
    let rest = if missed.is_empty() || undecided.is_empty() {
        String::new()
    } else {
        format!("; {} {} undecided", undecided.len(), is(undecided.len()))
    };
    match (all.len(), these.len()) {
        (1, 0) => format!("The target {} holds: {}", all[0].target, told(outcome, all[0])),
        (2, 0) => "Both targets hold".to_owned(),
        (count, 0) => format!("All {count} targets hold"),
        (1, 1) => format!("The target is {how}: {}", names.join("")),
        (2, 2) => format!("Both targets are {how}: {}", names.join(", ")),
        (count, some) => format!("{some} of {count} targets {} {how}: {}{more}{rest}", is(some), names.join(", ")),
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
    if let Some((held, of)) = runs_in_which_it_held(outcome, target) {
        let value = held as f64 / of as f64 / target.in_runs.unwrap_or(1.0);
        return Mark { row: row as f64, value, ends: None, text: told(outcome, target), is_faint: false };
    }
    // Nothing at all is as far from a bound as can be, though the bound be nothing.
    let times = |value: f64| match value {
        0.0 => 0.0,
        _ if value == target.bound => 1.0,
        _ => value / target.bound,
    };
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

/// Of a target that must hold in a share of all runs, over which that share is drawn.
fn runs_in_which_it_held(outcome: &Outcome, target: &TargetResult) -> Option<(usize, usize)> {
    target.in_runs?;
    let runs = if target.by == "live" { &outcome.live()?.runs } else { outcome.simulation()? };
    let each = runs.per_replication.get(&target.measure).filter(|each| !each.is_empty())?;
    let held = |value: &&Option<f64>| value.is_some_and(|value| target.op.holds(value, target.bound));
    Some((each.iter().filter(held).count(), each.len()))
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
    if let Some((held, of)) = runs_in_which_it_held(outcome, target) {
        return format!("in {held} of {of} runs");
    }
    match value(outcome, target) {
        Some(value) => number::beside(&target.measure, value, target.bound),
        None if target.note.is_empty() => "not measured".to_owned(),
        None => target.note.clone(),
    }
}

fn sentence(outcome: &Outcome, target: &TargetResult) -> String {
    let verdict = match target.holds {
        Holds::Yes => "holds",
        Holds::No => "is missed",
        Holds::Undecided => "is undecided",
    };
    format!("{} {verdict} ({})", target.target, told(outcome, target))
}

/// The bound always in sight.
fn times(layers: &[Layer]) -> Axis {
    let marks = layers.iter().flat_map(|layer| match layer {
        Layer::Intervals { marks, .. } => marks.as_slice(),
        _ => &[],
    });
    let all = marks.flat_map(|mark| mark.ends.map_or([mark.value; 2], |ends| [ends.0, ends.1]));
    let known =
        all.filter(|value| *value > 0.0 && value.is_finite()).map(|value| value.clamp(1.0 / MOST_TIMES, MOST_TIMES));
    let (low, high) = known.fold((0.6_f64, 1.6_f64), |(low, high), value| (low.min(value), high.max(value)));
    let axis = parts::axis("measured, in times the bound", Kind::Times, Scale::Log);
    Axis { from: Some(low / 1.3), to: Some(high * 1.5), ..axis }
}
