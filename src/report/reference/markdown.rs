//! The same as a page in Markdown.

use super::{INTRODUCTION, NOT_YET, Part, Reference, meanings, measures};
use crate::measure::Quantity;
use crate::scenario::Key;
use crate::scenario::tree::Table;

/// A page with a table for each kind of thing.
pub fn markdown(reference: &Reference) -> String {
    let mut page = String::new();
    if reference.is_whole {
        page += &format!("# The scenario language\n\n{INTRODUCTION}\n\n");
    }
    let sections: Vec<String> = reference.parts.iter().map(section).collect();
    page += &sections.join("\n");
    if !reference.measures.is_empty() {
        page += &measured(&reference.measures);
    }
    page
}

fn measured(quantities: &[Quantity]) -> String {
    let row = |quantity: &Quantity| {
        let ways = measures::ways(*quantity).join("`, `");
        format!("| `{}` | {} | `{ways}` |\n", quantity.name(), measures::about(*quantity))
    };
    let rows: String = quantities.iter().map(row).collect();
    let about = escaped(measures::ABOUT);
    format!("\n## {}\n\n{about}\n\n| measure | meaning | written |\n|---|---|---|\n{rows}", measures::TITLE)
}

fn section(part: &Part) -> String {
    let rows: String = part.keys.iter().map(|key| row(part.table, key)).collect();
    format!(
        "## {}\n\n{}\n\n| key | meaning | default | example |\n|---|---|---|---|\n{rows}",
        escaped(part.table.place),
        escaped(&part.about())
    )
}

fn row(table: &Table, key: &Key) -> String {
    if !key.supported {
        return format!("| `{}` | {} *{NOT_YET}* | | |\n", key.name, escaped(key.about));
    }
    let words: String = meanings(table, key)
        .iter()
        .map(|word| {
            let not_yet = if word.supported { String::new() } else { format!(" *{NOT_YET}*") };
            format!("<br>`{}`: {}{not_yet}", word.name, escaped(word.about))
        })
        .collect();
    let default = escaped(table.default_of(key.name));
    format!("| `{}` | {}{words} | {default} | `{}` |\n", key.name, escaped(key.about), key.example)
}

/// Nothing in it is a mark of Markdown or the end of a cell.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
