//! What theory knows, as text: a table of all its values, and the explanation of a model.

use super::{Style, number, text};
use crate::measure::Measure;
use crate::result::{Exact, Explanation, Theory};

/// Below this, lines are as wide as this all the same.
const NARROWEST: usize = 60;

/// The model, every value it has, and where its formulas are from.
pub fn theory(theory: &Theory) -> String {
    let mut text = format!("{}\n\n{}", theory.model, table(theory));
    if theory.measures.values().any(|exact| !exact.exact) {
        text += "\n≈  an approximation, not exact\n";
    }
    text + &format!("\nsource: {}\n", theory.source)
}

/// Paragraphs under their titles, and the values of the model.
pub fn explanation(explanation: &Explanation, style: Style) -> String {
    let width = style.width.max(NARROWEST);
    let paragraphs = explanation.paragraphs.iter().map(|paragraph| {
        let lines = text::wrap(&paragraph.text, width - INDENT.len());
        format!("{}\n{INDENT}{}\n", paragraph.title, lines.join(&format!("\n{INDENT}")))
    });
    let values = explanation.theory.as_ref().map(table).unwrap_or_default();
    paragraphs.chain([values].into_iter().filter(|values| !values.is_empty())).collect::<Vec<_>>().join("\n")
}

const INDENT: &str = "  ";

fn table(theory: &Theory) -> String {
    let rows: Vec<(String, String)> = theory.measures.iter().filter(|row| !is_repeated(theory, row)).map(row).collect();
    let widest =
        |of: fn(&(String, String)) -> &String| rows.iter().map(|row| text::columns(of(row))).max().unwrap_or(0);
    let (names, values) = (widest(|row| &row.0), widest(|row| &row.1));
    let line = |(name, value): &(String, String)| {
        format!("{INDENT}{}  {}\n", text::pad_right(name, names), text::pad_left(value, values))
    };
    rows.iter().map(line).collect()
}

fn row((measure, exact): (&Measure, &Exact)) -> (String, String) {
    let about = if exact.exact { "" } else { "≈ " };
    (measure.to_string(), format!("{about}{}", number::value(measure, exact.value)))
}

/// With one queue and one consumers entry, their own values are the whole's.
fn is_repeated(theory: &Theory, (measure, exact): &(&Measure, &Exact)) -> bool {
    let whole = Measure { of: None, ..(*measure).clone() };
    measure.of.is_some() && theory.measures.get(&whole).is_some_and(|known| known.value == exact.value)
}
