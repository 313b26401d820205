//! The scenario language for people: each key, what it means, its default and an example, from the tables that are read.

mod markdown;
mod measures;

pub use markdown::markdown;

use super::terminal::{Paint, Style};
use super::text::{columns, wrap};
use crate::measure::{QUANTITIES, Quantity, nearest};
use crate::scenario::Key;
use crate::scenario::tree::{self, Meaning, NEEDED, TREE, Table, Value};

/// On a narrower page, words would be torn apart.
const NARROWEST: usize = 40;
const INDENT: &str = "  ";
const NOT_YET: &str = "[not supported yet]";

/// How quantities are written, wherever a key has one.
const INTRODUCTION: &str = "A duration is written 20ms, 1.5s, 10min, 2h or 7d (also us and ns), a rate 200/s, 12/min or \
                          1.5k/s, a share 1%. Numbers have no unit. What is left out has its default.";

/// What of the language is asked for.
pub struct Reference {
    parts: Vec<Part>,
    measures: Vec<Quantity>,
    is_whole: bool,
}

struct Part {
    table: &'static Table,
    keys: Vec<&'static Key>,
}

/// There is nothing of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the language has no `{word}`; {hint}")]
pub struct NoSuchWord {
    word: String,
    hint: String,
}

impl Reference {
    pub fn whole() -> Reference {
        let parts = TREE.iter().map(|table| Part { table, keys: table.all_keys().collect() });
        Reference { parts: parts.collect(), measures: QUANTITIES.to_vec(), is_whole: true }
    }

    /// A key, a word or a thing; of a path, such as `consumers.workers.prefetch`, its end.
    ///
    /// # Errors
    /// If there is nothing of this name; with the nearest.
    pub fn of(word: &str) -> Result<Reference, NoSuchWord> {
        let name = word.rsplit('.').next().unwrap_or(word);
        let (is_path, is_measure) = (is_path(word), word.contains(['.', '@']));
        let measures = if is_path { Vec::new() } else { measures::of(word) };
        let is_measure = is_measure && !measures.is_empty();
        let tables = TREE.iter().filter(|_| !is_measure);
        let parts: Vec<Part> = tables.filter_map(|table| part(table, name)).collect();
        if !parts.is_empty() || !measures.is_empty() {
            return Ok(Reference { parts, measures, is_whole: false });
        }
        let known = TREE.iter().flat_map(names).chain(QUANTITIES.iter().map(|quantity| quantity.name()));
        let hint = nearest(name, known)
            .map_or("`kendall reference` shows all of it".to_owned(), |near| format!("did you mean `{near}`?"));
        Err(NoSuchWord { word: word.to_owned(), hint })
    }

    /// Wrapped to the width, with a line break at the end.
    pub fn text(&self, style: Style) -> String {
        let style = Style { width: style.width.max(NARROWEST), ..style };
        let mut sections: Vec<String> = self.parts.iter().map(|part| part.text(style)).collect();
        if !self.measures.is_empty() {
            sections.push(self.measures(style));
        }
        if self.is_whole {
            sections.insert(0, wrap(INTRODUCTION, style.width).join("\n"));
        }
        sections.join("\n\n") + "\n"
    }
}

impl Reference {
    fn measures(&self, style: Style) -> String {
        let mut lines = vec![style.paint(Paint::Bold, measures::TITLE)];
        lines.extend(wrap(measures::ABOUT, style.width - INDENT.len()).iter().map(|line| format!("{INDENT}{line}")));
        let column = self.measures.iter().map(|quantity| columns(quantity.name())).max().unwrap_or(0);
        for &quantity in &self.measures {
            lines.extend(entry(style, Paint::Bold, (INDENT, column), quantity.name(), measures::about(quantity)));
            lines.extend(beside(style, column, &measures::ways(quantity).join(", ")));
        }
        lines.join("\n")
    }
}

/// Whether it leads from the top to a key, as behind `--set`.
fn is_path(word: &str) -> bool {
    let first = word.split_once('.').map(|(first, _)| first);
    first.is_some_and(|first| TREE[0].keys.iter().any(|key| key.name == first))
}

/// What of a table has to do with a name.
fn part(table: &'static Table, name: &str) -> Option<Part> {
    if is_called(table, name) || stands_below(table, name) {
        return Some(Part { table, keys: table.all_keys().collect() });
    }
    let concerns = |key: &&Key| key.name == name || meanings(table, key).iter().any(|word| word.name == name);
    let keys: Vec<&Key> = table.all_keys().filter(concerns).collect();
    (!keys.is_empty()).then_some(Part { table, keys })
}

fn is_called(table: &Table, name: &str) -> bool {
    let mut place = table.place.split('.');
    table.name == name || place.next_back().is_some_and(|last| last == name)
}

/// Whether the table is what stands behind a key of this name.
fn stands_below(below: &Table, name: &str) -> bool {
    TREE.iter().any(|above| {
        let key = above.all_keys().find(|key| key.supported && key.name == name);
        key.is_some_and(|key| above.values_of(key).iter().any(|value| tables_in(value).contains(&below.name)))
    })
}

fn tables_in(value: &Value) -> Vec<&'static str> {
    match value {
        Value::Table(name) | Value::Named(name) => vec![name],
        Value::List(values) | Value::Points(values) => values.iter().flat_map(tables_in).collect(),
        _ => Vec::new(),
    }
}

fn names(table: &'static Table) -> impl Iterator<Item = &'static str> {
    let words = table.all_keys().flat_map(|key| meanings(table, key)).map(|word| word.name);
    table.all_keys().map(|key| key.name).chain([table.name]).chain(words)
}

/// The words that may stand behind a key.
fn meanings(table: &Table, key: &Key) -> Vec<Meaning> {
    let words = |value: &Value| match value {
        Value::Words(words) => words(),
        _ => Vec::new(),
    };
    if key.supported { table.values_of(key).iter().flat_map(words).collect() } else { Vec::new() }
}

/// Where the keys of what stands behind a key are said.
fn see(table: &Table, key: &Key) -> Option<String> {
    let below = |name: &str| tree::table(name).map(|below| below.place);
    let places: Vec<&str> = table.values_of(key).iter().flat_map(tables_in).filter_map(below).collect();
    (!places.is_empty()).then(|| format!("keys: {}", places.join(", ")))
}

impl Part {
    fn text(&self, style: Style) -> String {
        let mut lines = vec![style.paint(Paint::Bold, self.table.place)];
        lines.extend(wrap(&self.about(), style.width - INDENT.len()).iter().map(|line| format!("{INDENT}{line}")));
        let column = self.column();
        for key in &self.keys {
            let (about, details) = said(self.table, key);
            lines.extend(entry(style, Paint::Bold, (INDENT, column), key.name, &about));
            lines.extend(beside(style, column, &details));
            for word in meanings(self.table, key) {
                let about = if word.supported { word.about.to_owned() } else { format!("{} {NOT_YET}", word.about) };
                lines.extend(entry(style, Paint::Plain, (&INDENT.repeat(2), column), word.name, &about));
            }
        }
        lines.join("\n")
    }

    fn about(&self) -> String {
        match self.table.choice {
            Some(_) => format!("{}: one of these keys", self.table.what),
            None => self.table.what.to_owned(),
        }
    }

    /// As wide as the longest key or word.
    fn column(&self) -> usize {
        let words = self.keys.iter().flat_map(|key| meanings(self.table, key)).map(|word| columns(word.name) + 2);
        self.keys.iter().map(|key| columns(key.name)).chain(words).max().unwrap_or(0)
    }
}

/// What a key means; and what holds without it, an example, and where to read on.
fn said(table: &Table, key: &Key) -> (String, String) {
    if !key.supported {
        return (format!("{} {NOT_YET}", key.about), key.example.to_owned());
    }
    let default = match table.default_of(key.name) {
        "" => None,
        NEEDED => Some(NEEDED.to_owned()),
        default => Some(format!("default: {default}")),
    };
    let parts = [default, Some(format!("example: {}", key.example)), see(table, key)];
    (key.about.to_owned(), parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

/// A name in its column and the text beside it.
fn entry(style: Style, paint: Paint, (indent, column): (&str, usize), name: &str, text: &str) -> Vec<String> {
    let gap = " ".repeat((2 * INDENT.len() + column).saturating_sub(indent.len() + columns(name)));
    let mut lines = wrap(text, room(style, column));
    let first = format!("{indent}{}{gap}{}", style.paint(paint, name), lines.remove(0));
    [first].into_iter().chain(lines.into_iter().map(|line| indented(column, &line))).collect()
}

fn beside(style: Style, column: usize, text: &str) -> Vec<String> {
    let lines = wrap(text, room(style, column)).into_iter().filter(|line| !line.is_empty());
    lines.map(|line| indented(column, &style.paint(Paint::Dim, &line))).collect()
}

fn indented(column: usize, line: &str) -> String {
    format!("{}{line}", " ".repeat(2 * INDENT.len() + column))
}

/// The columns that are left for text; on the narrowest page the longest key leaves some.
fn room(style: Style, column: usize) -> usize {
    style.width.saturating_sub(2 * INDENT.len() + column).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { colour: false, width: 60 };

    fn of(word: &str) -> String {
        Reference::of(word).unwrap().text(PLAIN)
    }

    #[test]
    fn a_key_is_shown_with_its_default_its_example_and_its_words() {
        let expected = "\
consumers.<name>
  who works on messages
  on_failure  what becomes of a message that failed
              default: requeue; example: requeue
    requeue   the message returns to its queue
    reject    the message goes to the dead letter queue, or
              is dropped
";
        assert_eq!(of("on_failure"), expected);
        assert_eq!(of("consumers.payments.on_failure"), expected);
    }

    #[test]
    fn a_thing_is_shown_with_all_its_keys_and_a_word_with_its_key() {
        let queue = of("queues");
        assert!(queue.contains("capacity") && queue.contains("drop_oldest"), "{queue}");
        assert!(of("drop_oldest").contains("when_full"));
        assert!(of("redelivery").contains("returns_to"));
    }

    #[test]
    fn a_measure_is_shown_with_its_meaning_and_how_it_is_written() {
        let expected = "\
measures
  what targets and results are about, such as response.p99 <
  30s; p99 stands for any percentile, orders for a queue,
  payments for a consumers entry
  length  messages waiting
          orders.length.mean, orders.length.max,
          orders.length.p99, orders.length@30min
";
        assert_eq!(of("orders.length.mean"), expected);
        assert!(of("targets").contains("goodput"));
    }

    #[test]
    fn a_typo_is_answered_with_the_nearest() {
        let error = Reference::of("prefech").err().unwrap().to_string();
        assert_eq!(error, "the language has no `prefech`; did you mean `prefetch`?");
    }

    #[test]
    fn the_whole_has_every_key_and_no_line_is_wider_than_the_page() {
        for width in [40, 60, 80, 100] {
            let text = Reference::whole().text(Style { colour: false, width });
            let wide: Vec<&str> = text.lines().filter(|line| columns(line) > width).collect();
            assert!(wide.is_empty(), "{wide:?}");
            for key in TREE.iter().flat_map(Table::all_keys) {
                assert!(text.contains(&format!("  {} ", key.name)), "{}", key.name);
            }
        }
    }

    #[test]
    fn what_is_not_supported_yet_is_marked_so() {
        let text = Reference::whole().text(Style { colour: false, width: 100 });
        let later = TREE.iter().flat_map(Table::all_keys).filter(|key| !key.supported).count();
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").matches(NOT_YET).count() >= later);
    }

    #[test]
    fn a_page_in_markdown_has_a_row_of_four_cells_for_every_key() {
        let page = markdown(&Reference::whole());
        let rows = page.lines().filter(|line| line.starts_with("| `"));
        let cells = |line: &str| line.replace("\\|", "").matches('|').count() - 1;
        let keys = TREE.iter().flat_map(Table::all_keys).count();
        assert_eq!(rows.clone().count(), keys + QUANTITIES.len());
        assert_eq!(rows.filter(|row| cells(row) == 4).count(), keys);
    }
}
