//! What is wrong with a scenario: where, what, and what to write instead. All problems of a file are told at once.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// More than these are counted instead of shown.
const SHOWN: usize = 20;
/// Columns, where nobody says how wide the page is.
const USUAL_WIDTH: usize = 80;
/// A longer line is not drawn, only named.
const LINE_BYTES: usize = 600;

/// A stretch of bytes of one source: the file is source 0, the overrides follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub source: u32,
    pub start: u32,
    pub end: u32,
}

impl Place {
    /// The beginning of the file: for what is missing in the whole of it.
    pub const TOP: Place = Place { source: 0, start: 0, end: 0 };

    pub fn new(source: u32, start: usize, end: usize) -> Place {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Place { source, start: at(start), end: at(end) }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `None` where there is no line to show, as for a file that cannot be read.
    pub place: Option<Place>,
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl Problem {
    pub fn at(place: Place, message: impl Into<String>) -> Problem {
        Problem { place: Some(place), message: message.into(), hint: None }
    }

    pub fn nowhere(message: impl Into<String>) -> Problem {
        Problem { place: None, message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }
}

impl Problem {
    /// Makes the words fit for a terminal whatever the file holds.
    fn tame(&mut self) {
        const MOST: usize = 400;
        for text in [Some(&mut self.message), self.hint.as_mut()].into_iter().flatten() {
            if text.chars().any(char::is_control) || text.chars().nth(MOST).is_some() {
                *text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST).collect();
            }
        }
    }
}

/// A text that was read, for its lines to be shown.
#[derive(Clone, Debug)]
pub struct Text {
    pub name: String,
    pub text: String,
}

/// Everything that is wrong with a scenario, in the order of the file. Never empty.
#[derive(Clone, Debug)]
pub struct Problems {
    sources: Vec<Text>,
    list: Vec<Problem>,
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false, USUAL_WIDTH))
    }
}

impl Problems {
    pub(super) fn new(sources: Vec<Text>, mut list: Vec<Problem>) -> Problems {
        list.iter_mut().for_each(Problem::tame);
        list.sort_by_key(|problem| problem.place);
        list.dedup();
        Problems { sources, list }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Each problem with its line drawn, an empty line between two.
    pub fn render(&self, colour: bool, width: usize) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(width);
        let mut shown: Vec<String> =
            self.list.iter().take(SHOWN).map(|problem| self.draw(problem, &renderer)).collect();
        if self.list.len() > SHOWN {
            shown.push(format!("and {} more problems", self.list.len() - SHOWN));
        }
        shown.join("\n\n")
    }

    fn draw(&self, problem: &Problem, renderer: &Renderer) -> String {
        let mut group = Group::with_title(Level::ERROR.primary_title(problem.message.as_str()));
        if let Some(place) = problem.place
            && let Some(source) = self.sources.get(place.source as usize)
        {
            let line = Line::of(&source.text, place);
            group = if line.text.len() > LINE_BYTES {
                group.element(Origin::path(source.name.as_str()).line(line.number).char_column(line.column()))
            } else {
                let mark = AnnotationKind::Primary.span(line.mark.clone());
                let snippet = Snippet::source(line.text).line_start(line.number).path(source.name.as_str());
                group.element(snippet.annotation(mark))
            };
        }
        if let Some(hint) = &problem.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        renderer.render(&[group])
    }
}

/// The line on which a place begins.
struct Line<'a> {
    text: &'a str,
    number: usize,
    /// What to mark, in bytes of the line.
    mark: std::ops::Range<usize>,
}

impl Line<'_> {
    fn of(text: &str, place: Place) -> Line<'_> {
        let start = floor_char(text, place.start as usize);
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[from..to].trim_end_matches('\r');
        let last = from + line.len();
        let start = start.min(last);
        let end = floor_char(text, (place.end as usize).clamp(start, last));
        let number = 1 + text[..from].bytes().filter(|b| *b == b'\n').count();
        Line { text: line, number, mark: start - from..end - from }
    }

    fn column(&self) -> usize {
        1 + self.text[..self.mark.start].chars().count()
    }
}

fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, list: Vec<Problem>) -> Problems {
        Problems::new(vec![Text { name: "a.yaml".to_owned(), text: text.to_owned() }], list)
    }

    #[test]
    fn a_problem_shows_its_line_and_what_to_write() {
        let one = Problem::at(Place::new(0, 12, 14), "`40` has no unit").hint("write `40ms`");
        let expected = "\
error: `40` has no unit
 --> a.yaml:2:10
  |
2 | service: 40
  |          ^^
  |
  = help: write `40ms`";
        assert_eq!(problems("a:\nservice: 40\n", vec![one]).to_string(), expected);
    }

    #[test]
    fn problems_come_in_the_order_of_the_file() {
        let all =
            problems("a\nb\n", vec![Problem::at(Place::new(0, 2, 3), "two"), Problem::at(Place::new(0, 0, 1), "one")]);
        let messages: Vec<&str> = all.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(messages, ["one", "two"]);
    }

    #[test]
    fn places_outside_the_text_or_inside_a_character_are_drawn_all_the_same() {
        for (start, end) in [(1, 2), (99, 120), (4, 1), (0, 400)] {
            let drawn = problems("é: ü\r\nx", vec![Problem::at(Place::new(0, start, end), "no")]).to_string();
            assert!(drawn.contains("a.yaml:"), "{drawn}");
        }
    }
}
