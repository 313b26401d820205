//! How variants differ from the first, measure by measure, and what of it chance could not have done.

use super::parts;
use super::{Across, Axis, Kind, Layer, Mark, Panel, Picture, Role, Scale};
use crate::measure::{Measure, Unit};
use crate::report::comparison::{best_in, cells, sentence};
use crate::report::terminal::Entry;
use crate::result::{About, Comparison, Difference, Shown};

/// More of them, or names that are longer together, are too long for a title.
const MOST_LETTERS: usize = 40;
const MOST_BEST: usize = 2;
/// More rows are too many to be looked at.
const MOST_ROWS: usize = 14;
/// Beyond twice as much, or below a tenth and not nothing, a logarithm of the factor is fairer.
const EVENLY: (f64, f64) = (-0.9, 1.0);
/// What is more times as much stands at the edge.
const MOST_TIMES: f64 = 1000.0;

pub fn picture(about: &About, comparison: &Comparison) -> Option<Picture> {
    let base = &comparison.compared.first()?.name;
    let mut all: Vec<&Measure> = Vec::new();
    for difference in comparison.differences.iter().filter(|of| ratio(of).is_some()) {
        if !all.contains(&&difference.measure) {
            all.push(&difference.measure);
        }
    }
    let shown = &all[..all.len().min(MOST_ROWS)];
    if shown.is_empty() {
        return None;
    }
    let kind = kind(comparison);
    let variants = parts::spread(comparison.compared.len() - 1);
    let layer = |(nth, variant): (usize, &usize)| Layer::Intervals {
        label: comparison.compared[1 + variant].name.clone(),
        role: Role::Nth(1 + nth),
        marks: marks(comparison, 1 + variant, shown, (kind, beside(nth, variants.len()))),
    };
    let layers: Vec<Layer> = variants.iter().enumerate().map(layer).collect();
    let x = axis(base, &layers, kind);
    let rule = parts::rule("", Role::Limit, Across::AtX, if kind == Kind::Relative { 0.0 } else { 1.0 });
    let rows = shown.iter().map(|measure| measure.to_string()).collect();
    let caption = parts::caption_of(about, comparison)
        + &parts::left_out(shown.len(), all.len(), "measures")
        + &parts::left_out(variants.len(), comparison.compared.len() - 1, "variants");
    Some(Picture {
        name: "differences",
        title: title(comparison, base),
        caption: caption + " · intervals hold all together in 95 %; pale: no difference shown",
        alt: alt(comparison, base),
        panels: vec![Panel {
            title: String::new(),
            x,
            y: parts::axis("", Kind::Count, Scale::Rows(rows)),
            layers: [rule].into_iter().chain(layers).collect(),
        }],
    })
}

/// Who is best in what matters most.
fn title(comparison: &Comparison, base: &str) -> String {
    let is_short = |best: &Entry| best.text.chars().count() <= MOST_LETTERS;
    let best: Vec<String> = best_in(comparison)
        .into_iter()
        .filter(is_short)
        .take(MOST_BEST)
        .map(|best| format!("{} in {}", best.text, best.label))
        .collect();
    if best.is_empty() { format!("How the variants differ from {base}") } else { format!("Best: {}", best.join("; ")) }
}

/// Evenly while nothing is far from what it was, else by factors.
fn kind(comparison: &Comparison) -> Kind {
    let is_even = |of: f64| (of >= EVENLY.0 || of == -1.0) && of <= EVENLY.1;
    let is_even = comparison.differences.iter().filter_map(Difference::relative).all(is_even);
    if is_even { Kind::Relative } else { Kind::Times }
}

/// The variant over the first; what comes out of nothing is beyond every factor.
fn ratio(difference: &Difference) -> Option<f64> {
    let value = difference.value.filter(|value| value.is_finite())?;
    match difference.relative() {
        Some(relative) => Some(1.0 + relative),
        None if value == 0.0 => Some(1.0),
        None => Some(f64::INFINITY),
    }
}

/// Where one of several marks stands in a row.
fn beside(nth: usize, of: usize) -> f64 {
    (nth as f64 - (of as f64 - 1.0) / 2.0) * 0.8 / of as f64
}

fn marks(comparison: &Comparison, variant: usize, rows: &[&Measure], (kind, beside): (Kind, f64)) -> Vec<Mark> {
    let zero = if kind == Kind::Relative { 1.0 } else { 0.0 };
    let mark = |(row, measure): (usize, &&Measure)| {
        let found = comparison.differences.iter().find(|d| d.variant == variant && d.measure == **measure)?;
        let value = ratio(found)?;
        let half = found.half.zip(found.base).map(|(half, base)| half / base.abs());
        // What is nothing in every run has no interval.
        let half = half.filter(|half| half.is_finite() && value > 0.0);
        Some(Mark {
            row: row as f64 + beside,
            value: value - zero,
            ends: half.map(|half| ((value - half).max(0.0) - zero, value + half - zero)),
            text: told(found),
            is_faint: matches!(found.shown(), None | Some(Shown::Nothing)),
        })
    };
    rows.iter().enumerate().filter_map(mark).collect()
}

/// By how much, relative to the base as the axis has it; of a share in points too.
fn told(difference: &Difference) -> String {
    let by = cells::briefly(difference).unwrap_or_default();
    match difference.shown() {
        _ if difference.value == Some(0.0) => "the same".to_owned(),
        Some(Shown::Nothing) => cells::difference(difference),
        _ if difference.base == Some(0.0) => format!("{by}, from none"),
        _ if difference.measure.unit() != Unit::Share => by,
        _ if difference.relative() == Some(-1.0) => format!("none ({by})"),
        _ => format!("{} ({by})", cells::relatively(difference).unwrap_or_default()),
    }
}

/// With room for what is written beside the marks.
fn axis(base: &str, layers: &[Layer], kind: Kind) -> Axis {
    let marks = layers.iter().flat_map(|layer| match layer {
        Layer::Intervals { marks, .. } => marks.as_slice(),
        _ => &[],
    });
    // On a logarithmic axis, what reaches down to nothing is drawn some way down.
    let low = |mark: &Mark, low: f64| if kind == Kind::Times && low <= 0.0 { mark.value / 3.0 } else { low };
    let ends = marks.flat_map(|mark| mark.ends.map_or([mark.value; 2], |ends| [low(mark, ends.0), ends.1]));
    let ends = ends.filter(|end| kind == Kind::Relative || *end > 0.0);
    let (least, most) = if kind == Kind::Relative { (-1.0, EVENLY.1) } else { (1.0 / MOST_TIMES, MOST_TIMES) };
    let known = ends.filter(|end| end.is_finite()).map(|end| end.clamp(least, most));
    let start = if kind == Kind::Relative { (-0.05, 0.05) } else { (0.5, 2.0) };
    let (low, high) = known.fold(start, |(low, high): (f64, f64), end| (low.min(end), high.max(end)));
    let (label, scale, from, to) = match kind {
        Kind::Relative => {
            let room = high - low;
            (format!("difference to {base}, as a share of it"), Scale::Linear, low - 0.06 * room, high + 0.16 * room)
        }
        _ => (format!("times as much as {base}"), Scale::Log, low / 1.4, high * (high / low).powf(0.16)),
    };
    Axis { from: Some(from), to: Some(to), ..parts::axis(&label, kind, scale) }
}

fn alt(comparison: &Comparison, base: &str) -> String {
    let variants = 1..comparison.compared.len();
    let sentences: Vec<String> = variants.map(|variant| sentence(comparison, variant)).collect();
    format!("Differences to {base}, with intervals. {}.", sentences.join(". "))
}
