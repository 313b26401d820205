//! What must hold, and whether it does: by a sign, by a word and by colour.

use super::{Entry, Paint, View, lines};
use crate::result::{Holds, TargetResult};

pub fn targets(view: &View) -> Vec<String> {
    let entries: Vec<Entry> = view.outcome.targets.iter().map(|result| entry(view, result)).collect();
    lines::section(view, "targets", &entries)
}

fn entry(view: &View, result: &TargetResult) -> Entry {
    let (sign, word, paint) = match result.holds {
        Holds::Yes => ("✓", "holds", Paint::Good),
        Holds::No => ("✗", "missed", Paint::Bad),
        Holds::Undecided => ("?", "undecided", Paint::Doubtful),
    };
    let by =
        if view.theory.is_some() && view.simulation.is_some() && result.by == "theory" { " by theory" } else { "" };
    let note = if result.note.is_empty() { String::new() } else { format!(": {}", result.note) };
    Entry { label: format!("{sign} {}", result.target), paint, text: format!("{word}{by}{note}") }
}
