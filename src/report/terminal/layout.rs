//! The columns of the table, and which of them the page has room for.

use super::super::text::{clip, columns, pad_left, pad_right};
use super::table::Row;
use super::{Paint, View};
use crate::result::Verdict;

const GAP: &str = "  ";
/// A name is never clipped below this.
const SHORTEST_NAME: usize = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Theory,
    Simulation,
    Interval,
    HalfWidth,
    LongVerdict,
    Verdict,
    Twin,
    Live,
    LiveVerdict,
}

impl Column {
    pub fn title(self) -> &'static str {
        match self {
            Column::Theory => "theory",
            Column::Simulation => "simulation",
            Column::Interval => "95 % interval",
            Column::HalfWidth => "at 95 %",
            Column::LongVerdict | Column::Verdict | Column::LiveVerdict => "verdict",
            Column::Twin => "same draws",
            Column::Live => "live",
        }
    }

    pub fn cell(self, row: &Row) -> String {
        match self {
            Column::Theory => row.theory.clone(),
            Column::Simulation => row.simulation.clone(),
            Column::Interval => row.interval.clone(),
            Column::HalfWidth => row.half_width.clone(),
            Column::Twin => row.twin.clone(),
            Column::Live => row.live.clone(),
            Column::LiveVerdict => row.live_verdict.map_or("", word).to_owned(),
            Column::Verdict => row.verdict.map_or("", word).to_owned(),
            Column::LongVerdict if row.verdict == Some(Verdict::Agrees) => format!("agrees {}", row.within),
            Column::LongVerdict => Column::Verdict.cell(row),
        }
    }

    pub fn is_verdict(self) -> bool {
        matches!(self, Column::LongVerdict | Column::Verdict | Column::LiveVerdict)
    }

    fn verdict(self, row: &Row) -> Option<Verdict> {
        if self == Column::LiveVerdict { row.live_verdict } else { row.verdict }
    }

    pub fn paint(self, row: &Row) -> Paint {
        match self.verdict(row).filter(|_| self.is_verdict()) {
            Some(Verdict::Agrees) => Paint::Good,
            Some(Verdict::Differs) => Paint::Bad,
            Some(Verdict::Undecided) => Paint::Doubtful,
            None => Paint::Plain,
        }
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees => "agrees",
        Verdict::Differs => "differs",
        Verdict::Undecided => "undecided",
    }
}

/// Which columns there are and how wide they are.
pub struct Layout {
    name: usize,
    columns: Vec<(Column, usize)>,
}

impl Layout {
    /// All that there is to tell, however wide.
    pub fn roomy(rows: &[Row]) -> Layout {
        use Column::{Interval, Live, LiveVerdict, LongVerdict, Simulation, Theory, Twin};
        Layout::new(rows, &[Theory, Simulation, Interval, LongVerdict, Twin, Live, LiveVerdict])
    }

    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.columns.iter().map(|(column, _)| *column)
    }

    /// The first of several ways that the width has room for; in the last one names are clipped.
    pub fn fitting(rows: &[Row], width: usize) -> Layout {
        use Column::{HalfWidth, Interval, Live, LiveVerdict, LongVerdict, Simulation, Theory, Twin, Verdict};
        let alone: [&[Column]; 3] = [
            &[Theory, Simulation, Interval, LongVerdict],
            &[Theory, Simulation, Interval, Verdict],
            &[Theory, Simulation, HalfWidth, Verdict],
        ];
        let with_live: [&[Column]; 3] = [
            &[Theory, Simulation, Interval, Verdict, Twin, Live, LiveVerdict],
            &[Theory, Simulation, HalfWidth, Verdict, Twin, Live, LiveVerdict],
            &[Theory, Simulation, Verdict, Twin, Live, LiveVerdict],
        ];
        let is_live = rows.iter().any(|row| !row.live.is_empty());
        let ways = if is_live { with_live } else { alone };
        let mut layouts = ways.iter().map(|columns| Layout::new(rows, columns));
        let fits = layouts.clone().find(|layout| layout.width() <= width);
        fits.unwrap_or_else(|| layouts.next_back().expect("there are three ways").clipped(width))
    }

    fn new(rows: &[Row], wanted: &[Column]) -> Layout {
        let name = rows.iter().map(|row| columns(&row.name)).max().unwrap_or(0).max("measure".len());
        let widest = |column: Column| rows.iter().map(|row| columns(&column.cell(row))).max().unwrap_or(0);
        let used = wanted.iter().map(|&column| (column, widest(column))).filter(|(_, width)| *width > 0);
        Layout { name, columns: used.map(|(column, width)| (column, width.max(columns(column.title())))).collect() }
    }

    fn width(&self) -> usize {
        self.name + self.columns.iter().map(|(_, width)| GAP.len() + width).sum::<usize>()
    }

    fn clipped(self, width: usize) -> Layout {
        let too_much = self.width().saturating_sub(width);
        Layout { name: self.name.saturating_sub(too_much).max(SHORTEST_NAME), ..self }
    }

    pub fn header(&self, view: &View) -> String {
        let mut line = pad_right("measure", self.name);
        for &(column, width) in &self.columns {
            line += GAP;
            let title = column.title();
            line += &if column.is_verdict() { pad_right(title, width) } else { pad_left(title, width) };
        }
        view.style.paint(Paint::Dim, line.trim_end())
    }

    pub fn line(&self, view: &View, row: &Row) -> String {
        let mut line = pad_right(&clip(&row.name, self.name), self.name);
        for &(column, width) in &self.columns {
            let cell = column.cell(row);
            line += GAP;
            let is_last = self.columns.last().is_some_and(|(last, _)| *last == column);
            line += &match column.is_verdict() {
                true => {
                    let padding = if is_last { 0 } else { width - columns(&cell) };
                    view.style.paint(column.paint(row), &cell) + &" ".repeat(padding)
                }
                false => pad_left(&cell, width),
            };
        }
        line.trim_end().to_owned()
    }
}
