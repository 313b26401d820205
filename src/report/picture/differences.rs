//! How variants differ from the first, measure by measure, and what of it chance could not have done.

use super::parts;
use super::{Across, Axis, Kind, Layer, Mark, Panel, Picture, Role, Scale};
use crate::measure::Measure;
use crate::report::comparison::briefly;
use crate::result::{About, Comparison, Difference};

/// More rows are too many to be looked at.
const MOST_ROWS: usize = 14;
/// Beyond twice as much or half, a logarithm of the factor is fairer.
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
    let is_even = comparison.differences.iter().filter_map(Difference::relative).all(|of| of.abs() <= EVENLY);
    let variants = comparison.compared.len() - 1;
    let mut layers = vec![parts::rule("", Role::Limit, Across::AtX, if is_even { 0.0 } else { 1.0 })];
    for variant in 1..=variants {
        let marks = marks(comparison, variant, shown, variants, is_even);
        let label = comparison.compared[variant].name.clone();
        layers.push(Layer::Intervals { label, role: Role::Nth(variant), marks });
    }
    let rows = shown.iter().map(|measure| measure.to_string()).collect();
    let x = match is_even {
        true => parts::axis(&format!("difference to {base}"), Kind::Relative, Scale::Linear),
        false => factors(base, &layers),
    };
    let without = " · pale: no difference shown · measures that are 0 in the first are not drawn";
    Some(Picture {
        name: "differences",
        title: format!("How the variants differ from {base}"),
        caption: parts::caption_of(about, comparison) + &parts::left_out(shown.len(), all.len(), "measures") + without,
        alt: alt(comparison, base),
        panels: vec![Panel { title: String::new(), x, y: parts::axis("", Kind::Count, Scale::Rows(rows)), layers }],
    })
}

/// From the smallest to the largest that is not 0, with room for what is.
fn factors(base: &str, layers: &[Layer]) -> Axis {
    let marks = layers.iter().flat_map(|layer| match layer {
        Layer::Intervals { marks, .. } => marks.as_slice(),
        _ => &[],
    });
    let known = marks.map(|mark| mark.value).filter(|value| *value > 1.0 / MOST_TIMES && *value < MOST_TIMES);
    let (low, high) = known.fold((0.5, 2.0), |(low, high): (f64, f64), value| (low.min(value), high.max(value)));
    let axis = parts::axis(&format!("times as much as {base}"), Kind::Times, Scale::Log);
    Axis { from: Some(low / 1.5), to: Some(high * 2.5), ..axis }
}

/// The variant over the base; none where the base is nothing.
fn ratio(difference: &Difference) -> Option<f64> {
    difference.relative().filter(|of| of.is_finite()).map(|of| 1.0 + of)
}

fn marks(comparison: &Comparison, variant: usize, rows: &[&Measure], of: usize, is_even: bool) -> Vec<Mark> {
    let beside = (variant as f64 - (of as f64 + 1.0) / 2.0) * 0.8 / of as f64;
    let from = if is_even { 1.0 } else { 0.0 };
    let mark = |(row, measure): (usize, &&Measure)| {
        let found = comparison.differences.iter().find(|d| d.variant == variant && d.measure == **measure)?;
        let value = ratio(found)?;
        let half = found.half.zip(found.base).map(|(half, base)| half / base.abs());
        Some(Mark {
            row: row as f64 + beside,
            value: value - from,
            ends: half.map(|half| (value - half - from, value + half - from)),
            text: briefly(found).unwrap_or_default(),
            is_faint: found.is_better().is_none()
                && found.shown() != Some(crate::result::Shown::Less)
                && found.shown() != Some(crate::result::Shown::More),
        })
    };
    rows.iter().enumerate().filter_map(mark).collect()
}

fn alt(comparison: &Comparison, base: &str) -> String {
    let variants = 1..comparison.compared.len();
    let of = |variant: usize| crate::report::comparison::sentence(comparison, variant);
    let sentences: Vec<String> = variants.map(of).collect();
    format!("Differences to {base}, with intervals. {}.", sentences.join(". "))
}
