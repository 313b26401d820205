//! A result as text for people: the answer first, then what it rests on.

pub(super) mod accounts;
pub(super) mod headline;
pub(super) mod layout;
mod lines;
mod live;
pub(super) mod method;
mod rows;
pub(super) mod table;
pub(super) mod targets;
pub(super) mod warnings;

use super::{about, text};
use crate::measure::Measure;
use crate::result::{About, Answer, Live, Outcome, Simulation, Theory};
use crate::scenario::Scenario;

/// Below this, lines are as wide as this all the same.
const NARROWEST: usize = 60;

#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub colour: bool,
    /// Columns; at least 60 are used.
    pub width: usize,
}

/// What every part of the text is made from, and of a page.
pub(super) struct View<'a> {
    pub(super) outcome: &'a Outcome,
    about: &'a About,
    theory: Option<&'a Theory>,
    simulation: Option<&'a Simulation>,
    live: Option<&'a Live>,
    style: Style,
}

/// The whole text; it ends with a line break and steers the terminal only by colour, if at all.
pub fn terminal(outcome: &Outcome, scenario: &Scenario, style: Style) -> String {
    let about = about(scenario);
    let view = View::new(outcome, &about, style);
    let sections = [
        headline::headline(&view),
        headline::question(&view),
        table::table(&view),
        lines::queues(&view, scenario),
        lines::consumers(&view, scenario),
        accounts::accounts(&view),
        targets::targets(&view),
        warnings::warnings(&view),
        method::method(&view),
    ];
    let sections: Vec<String> = sections.into_iter().filter(|s| !s.is_empty()).map(|s| s.join("\n")).collect();
    sections.join("\n\n") + "\n"
}

pub use live::pacing;

/// A line that says which of several scenarios follows.
pub fn heading(name: &str, style: Style) -> String {
    style.paint(Paint::Bold, &format!("── {} ──", text::clip(&text::clean(name), style.width.max(NARROWEST) - 6)))
}

impl<'a> View<'a> {
    pub(super) fn new(outcome: &'a Outcome, about: &'a About, style: Style) -> View<'a> {
        let theory = outcome.answers.iter().find_map(|answer| match answer {
            Answer::Theory(theory) => Some(theory),
            Answer::Simulation(_) | Answer::Live(_) => None,
        });
        let simulation = outcome.simulation();
        let live = outcome.live();
        let style = style.wide_enough();
        View { outcome, about, theory, simulation, live, style }
    }

    /// The simulation's value if there is one, else theory's.
    fn value(&self, measure: &Measure) -> Option<f64> {
        let simulated = self.simulation.and_then(|s| s.measures.get(measure)?.value);
        simulated.or_else(|| self.theory.and_then(|t| Some(t.measures.get(measure)?.value)))
    }
}

pub(super) struct Entry {
    pub(super) label: String,
    pub(super) paint: Paint,
    pub(super) text: String,
}

impl Entry {
    pub(super) fn new(label: &str, text: String) -> Entry {
        Entry { label: label.to_owned(), paint: Paint::Plain, text }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    Plain,
    Bold,
    Dim,
    Good,
    Bad,
    Doubtful,
}

impl Style {
    pub(super) fn wide_enough(self) -> Style {
        Style { width: self.width.max(NARROWEST), ..self }
    }

    pub(super) fn title(self, text: &str) -> String {
        self.paint(Paint::Bold, text)
    }

    /// Labels in a column, each with its text beside it.
    pub(super) fn labelled(self, entries: &[Entry]) -> Vec<String> {
        let widest = entries.iter().map(|entry| text::columns(&text::clean(&entry.label))).max().unwrap_or(0);
        let column = widest.min(self.width * 2 / 5);
        entries.iter().flat_map(|entry| self.entry(entry, column)).collect()
    }

    fn entry(self, entry: &Entry, column: usize) -> Vec<String> {
        const INDENT: &str = "  ";
        let label = text::clean(&entry.label);
        let margin = " ".repeat(2 * INDENT.len() + column);
        let mut lines = text::wrap(&entry.text, self.width - margin.len());
        let fits = text::columns(&label) <= column;
        let first = if fits { lines.remove(0) } else { String::new() };
        let labels = text::wrap(&label, self.width - INDENT.len());
        let mut out: Vec<String> =
            labels.iter().map(|part| format!("{INDENT}{}", self.paint(entry.paint, part))).collect();
        if fits {
            let gap = " ".repeat(column - text::columns(&label));
            out = vec![format!("{}{gap}{INDENT}{first}", out[0]).trim_end().to_owned()];
        }
        out.extend(lines.into_iter().map(|line| format!("{margin}{line}")));
        out
    }

    /// A paragraph as wide as the page.
    pub(super) fn paragraph(self, paint: Paint, words: &str) -> Vec<String> {
        text::wrap(words, self.width).iter().map(|line| self.paint(paint, line)).collect()
    }

    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Plain => return text.to_owned(),
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Good => "32",
            Paint::Bad => "31",
            Paint::Doubtful => "33",
        };
        if self.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// `one, two and three`
pub(super) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
