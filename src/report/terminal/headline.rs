//! The first line: what the scenario asks, answered as far as a machine can.

use super::super::{number, text};
use super::{Paint, View, listed};
use crate::measure::{Measure, Percentile, Quantity, Stat, Unit};
use crate::result::{Asked, Holds, Stability, TargetResult, WarningCode};

pub fn headline(view: &View) -> Vec<String> {
    let (paint, answer) = answer(view);
    view.style.paragraph(paint, &answer)
}

/// The same where the targets are not told beside it: those that hold have their number.
pub fn with_number(view: &View) -> (Paint, String) {
    match (answer(view), response(view)) {
        ((Paint::Good, answer), Some(response)) if !view.outcome.targets.is_empty() => {
            (Paint::Good, format!("{answer}: {response}"))
        }
        (answered, _) => answered,
    }
}

/// One sentence.
pub fn answer(view: &View) -> (Paint, String) {
    let (paint, answer) = if view.outcome.targets.is_empty() { state(view) } else { targets(view) };
    if view.live.is_some_and(|live| live.valid.is_err()) {
        return (Paint::Bad, format!("the live run is invalid, generator-bound: {answer}"));
    }
    match interruption(view) {
        Some(done) => (Paint::Doubtful, format!("partial, {done}: {answer}")),
        None => (paint, answer),
    }
}

pub fn question(view: &View) -> Vec<String> {
    let name = &view.about.name;
    match &view.about.question {
        Some(question) => view.style.paragraph(Paint::Plain, &format!("{name}: {question}")),
        None => Vec::new(),
    }
}

fn interruption(view: &View) -> Option<String> {
    let done = view.simulation.map_or(0, |s| s.replications);
    if view.outcome.partial && view.live.is_some() {
        return Some("the live run was interrupted".to_owned());
    }
    view.outcome.partial.then(|| match view.about.asked {
        Asked::Replications(asked) => format!("{done} of {asked} replications done"),
        Asked::Precision { .. } => format!("{done} replications done"),
    })
}

fn targets(view: &View) -> (Paint, String) {
    let all = &view.outcome.targets;
    let of = |holds: Holds| all.iter().filter(|t| t.holds == holds).collect::<Vec<_>>();
    let (missed, undecided) = (of(Holds::No), of(Holds::Undecided));
    match (missed.is_empty(), undecided.is_empty()) {
        (true, true) => (Paint::Good, hold(all.len())),
        (true, false) => (Paint::Doubtful, not_held(view, &undecided, "undecided")),
        (false, true) => (Paint::Bad, not_held(view, &missed, "missed")),
        (false, false) => {
            let rest = undecided.len();
            let verb = are(rest);
            (Paint::Bad, format!("{}; {rest} more {verb} undecided", not_held(view, &missed, "missed")))
        }
    }
}

fn hold(count: usize) -> String {
    match count {
        1 => "the target holds".to_owned(),
        _ => format!("{count} of {count} targets hold"),
    }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// `1 of 2 targets is missed: response.p99 < 30s (is 41.0 s)`
fn not_held(view: &View, which: &[&TargetResult], what: &str) -> String {
    let each: Vec<String> = which.iter().map(|target| with_value(view, target)).collect();
    let subject = match view.outcome.targets.len() {
        1 => "the target".to_owned(),
        all => format!("{} of {all} targets", which.len()),
    };
    format!("{subject} {} {what}: {}", are(which.len()), listed(&each))
}

fn with_value(view: &View, result: &TargetResult) -> String {
    let value = view.value(&result.measure).map(|value| number::beside(&result.measure, value, result.bound));
    match (value, is_count(&result.measure)) {
        (Some(value), true) => format!("{} (is {value} on average)", result.target),
        (Some(value), false) => format!("{} (is {value})", result.target),
        (None, _) => result.target.clone(),
    }
}

/// Of a count, the value is a mean over replications.
fn is_count(measure: &Measure) -> bool {
    measure.unit() == Unit::Messages && matches!(measure.stat, Stat::Value | Stat::Cause(_))
}

/// How it stands where nothing has to hold.
fn state(view: &View) -> (Paint, String) {
    let growing: Vec<String> = view.outcome.stability.iter().filter(|s| s.growth > 0.0).map(grows).collect();
    let steady = view.about.is_steady;
    if !growing.is_empty() {
        let ending = if steady { ": no steady state" } else { " over the run" };
        return (Paint::Bad, format!("{}{ending}", listed(&growing)));
    }
    if let Some(why) = view.simulation.and_then(|s| s.overload.as_ref()) {
        return (Paint::Bad, format!("overload: a replication was {}", why.what));
    }
    if view.outcome.warnings.iter().any(|warning| warning.code == WarningCode::Unstable) {
        let full: Vec<String> = view.outcome.stability.iter().filter(|s| is_full(s)).map(fully_loaded).collect();
        // Else one key comes as often as its messages can be worked on.
        let why = if full.is_empty() { "one key has a load of 100 %".to_owned() } else { listed(&full) };
        return (Paint::Bad, format!("{why}: no steady state"));
    }
    let is_short = view.outcome.warnings.iter().any(|warning| warning.code == WarningCode::LongWarmup);
    match response(view) {
        Some(response) if is_short => (Paint::Doubtful, format!("too short a run for a steady state: {response}")),
        Some(response) if steady => (Paint::Good, format!("stable: {response}")),
        Some(response) => (Paint::Good, response),
        None => (Paint::Doubtful, "no message was followed to its end".to_owned()),
    }
}

/// As much work comes as the consumers can do, or more, without a backlog that grows by itself: the load is exactly one,
/// or producers are blocked.
fn is_full(queue: &Stability) -> bool {
    queue.rate > 0.0 && queue.offered_load >= queue.present * (1.0 - 1e-9)
}

fn fully_loaded(queue: &Stability) -> String {
    let load = if queue.present > 0.0 { queue.offered_load / queue.present } else { queue.offered_load };
    format!("{} has a load of {}", text::clean(&queue.queue), number::in_unit(Unit::Share, load))
}

fn grows(queue: &Stability) -> String {
    let (amount, per) =
        if queue.growth < 0.01 { (queue.growth * 3600.0, "an hour") } else { (queue.growth, "a second") };
    let amount = if amount.round() == 1.0 { 1.0 } else { amount };
    let amount = number::in_unit(Unit::Messages, if amount >= 10.0 { amount.round() } else { amount });
    let messages = if amount == "1" { "message" } else { "messages" };
    format!("{} grows by {amount} {messages} {per}", text::clean(&queue.queue))
}

/// `response 40.1 ms on average, 99 % within 184 ms, 1.20 % lost`
fn response(view: &View) -> Option<String> {
    let of = |quantity, stat| {
        let measure = Measure::whole(quantity, stat);
        Some(number::value(&measure, view.value(&measure)?))
    };
    let mean = of(Quantity::Response, Stat::Mean)?;
    let p99 = of(Quantity::Response, Stat::Percentile(Percentile::P99));
    let lost = view.value(&Measure::whole(Quantity::Lost, Stat::Share)).filter(|&share| share > 0.0);
    let within = p99.map_or(String::new(), |p99| format!(", 99 % within {p99}"));
    let lost = lost.map_or(String::new(), |share| format!(", {} lost", number::in_unit(Unit::Share, share)));
    Some(format!("response {mean} on average{within}{lost}"))
}
