//! What the reader has to know before trusting the numbers.

use super::{Entry, Paint, View};
use crate::result::Warning;

pub(super) fn warnings(view: &View) -> Vec<String> {
    if view.outcome.warnings.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![view.style.title("warnings")];
    let entries: Vec<Entry> = view.outcome.warnings.iter().map(|warning| entry(warning, "")).collect();
    lines.extend(view.style.labelled(&entries));
    lines
}

/// `whose` it is stands in front, if there are several.
pub(in crate::report) fn entry(warning: &Warning, whose: &str) -> Entry {
    let of = warning.measure.as_ref().map_or(String::new(), |measure| format!("{measure}: "));
    Entry {
        label: format!("! {}", warning.code.name()),
        paint: Paint::Doubtful,
        text: format!("{whose}{of}{}", warning.text),
    }
}
