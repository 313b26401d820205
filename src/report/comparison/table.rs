//! One table: each measure, each variant, its difference to the first with its interval. As many variants beside each other
//! as the page has room for.

use super::super::text::{clean, clip, columns, pad_left, pad_right};
use super::cells;
use crate::measure::Measure;
use crate::report::number::{self, NOTHING};
use crate::report::terminal::{Paint, Style};
use crate::result::{Comparison, Difference, Shown};

const GAP: &str = "  ";
const MOST_NAME: usize = 28;

/// A column of the table: the first holds values alone, the others a difference beside each.
pub struct Column {
    pub title: String,
    pub values: Vec<String>,
    pub differences: Vec<(Paint, String)>,
}

pub fn table(comparison: &Comparison, style: Style) -> Vec<String> {
    let measures = measures(comparison);
    if measures.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = measures.iter().map(|measure| clip(&clean(&measure.to_string()), MOST_NAME)).collect();
    let all = columns_of(comparison);
    let width = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    let mut lines = Vec::new();
    let mut rest = &all[1..];
    while !rest.is_empty() {
        let used = width + GAP.len() + all[0].width();
        let (some, others) = rest.split_at(fitting(rest, style.width.saturating_sub(used)));
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let shown: Vec<&Column> = std::iter::once(&all[0]).chain(some).collect();
        let title: Vec<String> = shown.iter().map(|column| column.header()).collect();
        lines.push(style.title(format!("{}{GAP}{}", " ".repeat(width), title.join(GAP)).trim_end()));
        lines.extend(names.iter().enumerate().map(|(row, name)| {
            let cells: Vec<String> = shown.iter().map(|column| column.cell(row, style)).collect();
            format!("{}{GAP}{}", pad_right(name, width), cells.join(GAP)).trim_end().to_owned()
        }));
        rest = others;
    }
    lines
}

/// One for each of those compared.
pub fn columns_of(comparison: &Comparison) -> Vec<Column> {
    let measures = measures(comparison);
    (0..comparison.compared.len()).map(|at| Column::of(comparison, at, &measures)).collect()
}

/// In their order.
pub fn measures(comparison: &Comparison) -> Vec<&Measure> {
    comparison.differences.iter().filter(|d| d.variant == 1).map(|d| &d.measure).collect()
}

/// How many of the columns there is room for; one at least.
fn fitting(columns: &[Column], room: usize) -> usize {
    let mut used = 0;
    let fits = |column: &&Column| {
        used += GAP.len() + column.width();
        used <= room
    };
    columns.iter().take_while(fits).count().max(1)
}

impl Column {
    fn of(comparison: &Comparison, at: usize, measures: &[&Measure]) -> Column {
        let one = &comparison.compared[at];
        let value = |measure: &&Measure| {
            let value = one.outcome.measured().and_then(|s| s.measures.get(*measure)?.value);
            value.map_or(NOTHING.to_owned(), |value| number::value(measure, value))
        };
        let difference = |measure: &&Measure| {
            let found = comparison.differences.iter().find(|d| d.variant == at && d.measure == **measure);
            found.map_or((Paint::Plain, String::new()), |found| (paint(found), cells::difference(found)))
        };
        Column {
            title: clip(&clean(&one.name), MOST_NAME),
            values: measures.iter().map(value).collect(),
            differences: measures.iter().map(difference).collect(),
        }
    }

    fn value_width(&self) -> usize {
        self.values.iter().map(|text| columns(text)).max().unwrap_or(0)
    }

    fn difference_width(&self) -> usize {
        self.differences.iter().map(|(_, text)| columns(text)).max().unwrap_or(0)
    }

    /// Of both, and of the name above them.
    fn width(&self) -> usize {
        let gap = if self.difference_width() > 0 { 1 } else { 0 };
        columns(&self.title).max(self.value_width() + gap + self.difference_width())
    }

    fn header(&self) -> String {
        pad_left(&self.title, self.width())
    }

    fn cell(&self, row: usize, style: Style) -> String {
        let (colour, difference) = &self.differences[row];
        let left = self.width() - self.difference_width();
        let value = pad_left(&self.values[row], left - usize::from(self.difference_width() > 0));
        if self.difference_width() == 0 {
            return value;
        }
        let padding = " ".repeat(self.difference_width() - columns(difference));
        format!("{value} {padding}{}", style.paint(*colour, difference))
    }
}

fn paint(difference: &Difference) -> Paint {
    match (difference.is_better(), difference.shown()) {
        (Some(true), _) => Paint::Good,
        (Some(false), _) => Paint::Bad,
        (None, Some(Shown::Nothing)) => Paint::Dim,
        (None, _) => Paint::Plain,
    }
}
