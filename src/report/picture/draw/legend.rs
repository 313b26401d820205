//! The names of what is told apart by colour, above the plot: where they do not fit beside it.

use super::super::{Layer, Panel, Role};
use super::label::Label;
use super::page::Sheet;
use super::shape::{Anchor, Frame, Shape, segment};
use super::{font, row};

struct Entry<'a> {
    text: &'a str,
    role: Role,
    sign: Sign,
}

enum Sign {
    Line,
    Box,
    Mark,
}

/// From one line to the next, in em.
const LINE: f64 = 1.5;

/// Lines that are not named at their ends, bars of several kinds, and marks of several.
fn entries<'a>(panel: &'a Panel, lines: &[Label<'a>]) -> Vec<Entry<'a>> {
    let mut all: Vec<Entry> =
        lines.iter().map(|label| Entry { text: label.text, role: label.role, sign: Sign::Line }).collect();
    all.extend(panel.layers.iter().filter_map(|layer| match layer {
        Layer::Bars { label, role, .. } => Some(Entry { text: label, role: *role, sign: Sign::Box }),
        Layer::Intervals { label, role, .. } => Some(Entry { text: label, role: *role, sign: Sign::Mark }),
        _ => None,
    }));
    let bars = all.iter().filter(|entry| matches!(entry.sign, Sign::Box)).count();
    // Bars of one kind are named by their axis.
    all.retain(|entry| !entry.text.is_empty() && (bars > 1 || !matches!(entry.sign, Sign::Box)));
    all
}

/// In rows of the frame's width, each with its left end.
fn set<'a>(panel: &'a Panel, lines: &[Label<'a>], width: f64, sheet: &Sheet) -> Vec<(usize, f64, Entry<'a>)> {
    let (mut row, mut left) = (0, 0.0);
    let place = |entry: Entry<'a>| {
        let needed = sheet.width(entry.text).min(width) + 3.2 * sheet.em;
        if left > 0.0 && left + needed > width {
            (row, left) = (row + 1, 0.0);
        }
        let placed = (row, left, entry);
        left += needed;
        placed
    };
    entries(panel, lines).into_iter().map(place).collect()
}

/// What it would take.
pub fn height(panel: &Panel, lines: &[Label], width: f64, sheet: &Sheet) -> f64 {
    let rows = set(panel, lines, width, sheet).last().map_or(0, |(row, ..)| row + 1);
    if rows == 0 { 0.0 } else { (rows as f64 * LINE + 0.8) * sheet.em }
}

/// How high it is.
pub fn shapes(panel: &Panel, lines: &[Label], frame: Frame, sheet: &Sheet, shapes: &mut Vec<Shape>) -> f64 {
    for (row, left, entry) in set(panel, lines, frame.width(), sheet) {
        let colour = sheet.theme.colour(entry.role);
        let (x, y) = (frame.left + left, frame.top + (row as f64 * LINE + 0.7) * sheet.em);
        let half = 0.55 * sheet.em;
        match entry.sign {
            Sign::Line => shapes.push(segment((x, y), (x + 3.0 * half, y), 2.5, colour)),
            Sign::Box => {
                let frame = Frame { left: x, top: y - half, right: x + 2.0 * half, bottom: y + half };
                shapes.push(Shape::Area { points: frame.corners(), colour });
            }
            Sign::Mark => row::mark((x + half, y), entry.role, half, colour, shapes),
        }
        let at = (x + 2.0 * sheet.em, y + 0.5 * font::CAPITALS * sheet.em);
        let text = font::clipped(entry.text, sheet.em, false, frame.width() - 2.0 * sheet.em);
        shapes.push(Shape::Words(sheet.words(&text, at, Anchor::Start, sheet.paper.ink)));
    }
    height(panel, lines, frame.width(), sheet)
}
