//! What must hold, and whether it does: by a sign, by a word and by colour.

use super::{Entry, Paint, View, lines};
use crate::report::number;
use crate::result::{CONFIDENCE, Holds, TargetResult};
use crate::stats;

pub fn targets(view: &View) -> Vec<String> {
    lines::section(view, "targets", &entries(view))
}

pub fn entries(view: &View) -> Vec<Entry> {
    view.outcome.targets.iter().map(|result| entry(view, result)).collect()
}

/// The value that was judged, with its interval where it has one.
fn measured(view: &View, result: &TargetResult) -> Option<String> {
    if result.in_runs.is_some() {
        return None;
    }
    let measure = &result.measure;
    let answer = if result.by == "live" { view.live.map(|live| &live.runs) } else { view.simulation };
    let estimate = answer.and_then(|answer| answer.measures.get(measure));
    let value = estimate.map_or_else(|| view.value(measure), |estimate| estimate.value)?;
    let scale = number::scale_beside(measure, value, result.bound);
    let ends = estimate.and_then(|estimate| stats::interval(estimate, CONFIDENCE)).filter(|(low, high)| low < high);
    let ends = ends.map_or(String::new(), |(low, high)| format!(" ({})", scale.interval(low, high)));
    Some(format!("{}{ends}", scale.value(value)))
}

fn entry(view: &View, result: &TargetResult) -> Entry {
    let (sign, word, paint) = match result.holds {
        Holds::Yes => ("✓", "holds", Paint::Good),
        Holds::No => ("✗", "missed", Paint::Bad),
        Holds::Undecided => ("?", "undecided", Paint::Doubtful),
    };
    let by = match result.by {
        "theory" if view.theory.is_some() && view.simulation.is_some() => " by theory",
        "live" => " live",
        _ => "",
    };
    let measured = measured(view, result).into_iter();
    let notes: Vec<String> = measured.chain(Some(result.note.clone()).filter(|note| !note.is_empty())).collect();
    let note = if notes.is_empty() { String::new() } else { format!(": {}", notes.join("; ")) };
    Entry { label: format!("{sign} {}", result.target), paint, text: format!("{word}{by}{note}") }
}
