//! What the reader has to know before trusting the numbers.

use super::{Entry, Paint, View};
use crate::result::Warning;

pub fn warnings(view: &View) -> Vec<String> {
    if view.outcome.warnings.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![view.title("warnings")];
    let entries: Vec<Entry> = view.outcome.warnings.iter().map(entry).collect();
    lines.extend(view.labelled(&entries));
    lines
}

fn entry(warning: &Warning) -> Entry {
    let of = warning.measure.as_ref().map_or(String::new(), |measure| format!("{measure}: "));
    Entry { label: format!("! {}", warning.code.name()), paint: Paint::Doubtful, text: format!("{of}{}", warning.text) }
}
