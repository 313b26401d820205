//! The tables of the page, and lists of labels with their texts.

use maud::{Markup, html};

use crate::report::comparison::table;
use crate::report::terminal::layout::Layout;
use crate::report::terminal::table::Row;
use crate::report::terminal::{Entry, Paint};
use crate::report::text::clean;
use crate::result::Comparison;

/// Measures, each with what theory, simulation and live runs say of it.
pub fn answers(rows: &[Row]) -> Markup {
    if rows.is_empty() {
        return html! {};
    }
    let layout = Layout::roomy(rows);
    let columns: Vec<_> = layout.columns().collect();
    let head = columns.iter().map(|column| column.title().to_owned());
    let cells = |row: &Row| columns.iter().map(|column| (column.paint(row), column.cell(row))).collect::<Vec<_>>();
    let body = rows.iter().map(|row| (row.name.clone(), cells(row)));
    table_of(head.collect(), body.collect())
}

/// Measures, each with its value in all that were compared and the differences to the first.
pub fn differences(comparison: &Comparison) -> Markup {
    let columns = table::columns_of(comparison);
    let measures = table::measures(comparison);
    if measures.is_empty() {
        return html! {};
    }
    let head = columns.iter().enumerate().flat_map(|(at, column)| {
        let difference = (at > 0).then(|| "difference".to_owned());
        std::iter::once(column.title.clone()).chain(difference)
    });
    let cells = |row: usize| {
        let of_one = |(at, column): (usize, &table::Column)| {
            let difference = (at > 0).then(|| column.differences[row].clone());
            std::iter::once((Paint::Plain, column.values[row].clone())).chain(difference)
        };
        columns.iter().enumerate().flat_map(of_one).collect()
    };
    let body = measures.iter().enumerate().map(|(row, measure)| (clean(&measure.to_string()), cells(row)));
    table_of(head.collect(), body.collect())
}

fn table_of(head: Vec<String>, body: Vec<(String, Vec<(Paint, String)>)>) -> Markup {
    html! {
        div .scroll tabindex="0" role="region" aria-label="table of measures" {
            table {
                thead { tr { th scope="col" { "measure" } @for title in &head { th scope="col" { (title) } } } }
                tbody {
                    @for (name, cells) in &body {
                        tr {
                            th scope="row" { (name) }
                            @for (paint, cell) in cells { td class=[class(*paint)] { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

/// Labels, each with its text beside it.
pub fn list(entries: &[Entry]) -> Markup {
    html! {
        dl {
            @for entry in entries {
                div class=[class(entry.paint)] {
                    dt { (clean(&entry.label)) }
                    dd { (clean(&entry.text)) }
                }
            }
        }
    }
}

pub fn class(paint: Paint) -> Option<&'static str> {
    match paint {
        Paint::Good => Some("good"),
        Paint::Bad => Some("bad"),
        Paint::Doubtful => Some("doubtful"),
        Paint::Dim => Some("dim"),
        Paint::Plain | Paint::Bold => None,
    }
}
