//! How variants differ from the first, measure by measure, and what of it chance could not have done.

use super::parts;
use super::{Across, Axis, Kind, Layer, Mark, Panel, Picture, Role, Scale};
use crate::measure::Measure;
use crate::report::comparison::{briefly, sentence};
use crate::result::{About, Comparison, Difference, Shown};

/// More rows are too many to be looked at.
const MOST_ROWS: usize = 14;
/// Beyond twice as much, a logarithm of the factor is fairer.
const EVENLY: f64 = 1.0;
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
    let variants = 1..comparison.compared.len();
    let layer = |variant: usize| Layer::Intervals {
        label: comparison.compared[variant].name.clone(),
        role: Role::Nth(variant),
        marks: marks(comparison, variant, shown, kind),
    };
    let layers: Vec<Layer> = variants.map(layer).collect();
    let x = axis(base, &layers, kind);
    let rule = parts::rule("", Role::Limit, Across::AtX, if kind == Kind::Relative { 0.0 } else { 1.0 });
    let rows = shown.iter().map(|measure| measure.to_string()).collect();
    let caption = parts::caption_of(about, comparison) + &parts::left_out(shown.len(), all.len(), "measures");
    Some(Picture {
        name: "differences",
        title: format!("How the variants differ from {base}"),
        caption: caption + " · pale: none shown",
        alt: alt(comparison, base),
        panels: vec![Panel {
            title: String::new(),
            x,
            y: parts::axis("", Kind::Count, Scale::Rows(rows)),
            layers: [rule].into_iter().chain(layers).collect(),
        }],
    })
}

/// Evenly while nothing is more than twice as much, else by factors.
fn kind(comparison: &Comparison) -> Kind {
    let is_even = comparison.differences.iter().filter_map(Difference::relative).all(|of| of <= EVENLY);
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

fn marks(comparison: &Comparison, variant: usize, rows: &[&Measure], kind: Kind) -> Vec<Mark> {
    let variants = (comparison.compared.len() - 1) as f64;
    let beside = (variant as f64 - (variants + 1.0) / 2.0) * 0.8 / variants;
    let zero = if kind == Kind::Relative { 1.0 } else { 0.0 };
    let mark = |(row, measure): (usize, &&Measure)| {
        let found = comparison.differences.iter().find(|d| d.variant == variant && d.measure == **measure)?;
        let value = ratio(found)?;
        let half = found.half.zip(found.base).map(|(half, base)| half / base.abs()).filter(|half| half.is_finite());
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

fn told(difference: &Difference) -> String {
    let (first, value) = (difference.base == Some(0.0), difference.value == Some(0.0));
    match (first, value) {
        (_, true) => "the same".to_owned(),
        (true, false) => format!("{}, from none", briefly(difference).unwrap_or_default()),
        (false, false) => briefly(difference).unwrap_or_default(),
    }
}

/// With room for what is written beside the marks.
fn axis(base: &str, layers: &[Layer], kind: Kind) -> Axis {
    let marks = layers.iter().flat_map(|layer| match layer {
        Layer::Intervals { marks, .. } => marks.as_slice(),
        _ => &[],
    });
    let ends = marks.flat_map(|mark| mark.ends.map_or([mark.value; 2], |(low, high)| [low, high]));
    let (least, most) = if kind == Kind::Relative { (-1.0, EVENLY) } else { (1.0 / MOST_TIMES, MOST_TIMES) };
    let known = ends.filter(|end| (least..=most).contains(end));
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
