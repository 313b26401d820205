//! Rows: names on the left; beside each what lies there, bars or values with their intervals.

use super::super::{Bar, Mark, Panel, Role, Scale};
use super::font;
use super::page::Sheet;
use super::palette::Colour;
use super::panel::Plot;
use super::shape::{Anchor, Frame, Point, Shape, segment};

/// The names of rows as they are written.
pub struct Names {
    texts: Vec<String>,
    pub width: f64,
}

pub fn names(panel: &Panel, frame: Frame, sheet: &Sheet) -> Names {
    const MOST: f64 = 0.34;
    let Scale::Rows(rows) = &panel.y.scale else { return Names { texts: Vec::new(), width: 0.0 } };
    let texts: Vec<String> =
        rows.iter().map(|name| font::clipped(name, sheet.em, false, MOST * frame.width())).collect();
    let width = texts.iter().map(|name| sheet.width(name)).fold(0.0, f64::max);
    Names { texts, width }
}

/// Names, and a faint line between rows.
pub fn shapes(panel: &Panel, plot: &Plot, names: &Names, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let frame = plot.frame;
    for (at, name) in names.texts.iter().enumerate() {
        let Some(y) = plot.y(at as f64) else { continue };
        let words = (frame.left - 0.7 * sheet.em, y + 0.5 * font::CAPITALS * sheet.em);
        shapes.push(Shape::Words(sheet.words(name, words, Anchor::End, sheet.paper.ink)));
        if let Some(edge) = plot.y(at as f64 - 0.5).filter(|_| at > 0 && super::most_in_a_row(panel) > 1) {
            shapes.push(segment((frame.left - names.width, edge), (frame.right, edge), 1.0, sheet.paper.grid));
        }
    }
}

/// Each with its length inside, where that fits.
pub fn bars(bars: &[Bar], role: Role, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    const HALF: f64 = 0.31;
    let colour = sheet.theme.colour(role);
    for bar in bars {
        let places = (plot.x(bar.base), plot.x(bar.top), plot.y(bar.from - HALF), plot.y(bar.from + HALF));
        let (Some(left), Some(right), Some(top), Some(bottom)) = places else { continue };
        if right - left < 0.3 {
            continue;
        }
        shapes.push(Shape::Area { points: Frame { left, top, right, bottom }.corners(), colour });
        let text = plot.x.written_shortly(bar.top - bar.base);
        if sheet.width(&text) + 0.6 * sheet.em < right - left {
            let at = ((left + right) / 2.0, (top + bottom) / 2.0 + 0.5 * font::CAPITALS * sheet.em);
            shapes.push(Shape::Words(sheet.words(&text, at, Anchor::Middle, sheet.paper.background)));
        }
    }
}

pub fn intervals(marks: &[Mark], role: Role, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let frame = plot.frame;
    let clamped = |value: f64| plot.x(value).map(|x| x.clamp(frame.left, frame.right));
    for mark in marks {
        let colour = sheet.theme.colour(role);
        let colour = if mark.is_faint { colour.paler(&sheet.paper) } else { colour };
        let Some(y) = plot.y(mark.row) else { continue };
        let x = clamped(mark.value).unwrap_or(frame.left);
        let ends = mark.ends.map(|(low, high)| (clamped(low).unwrap_or(frame.left), clamped(high).unwrap_or(x)));
        let (low, high) = ends.unwrap_or((x, x));
        if ends.is_some() {
            whisker(low, high, y, colour, sheet, shapes);
        }
        self::mark((x, y), role, 0.4 * sheet.em, colour, shapes);
        beside(&mark.text, (low, high), y, colour, plot, sheet, shapes);
    }
}

fn whisker(low: f64, high: f64, y: f64, colour: Colour, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let half = 0.28 * sheet.em;
    shapes.push(segment((low, y), (high, y), 2.2, colour));
    shapes.extend([low, high].map(|x| segment((x, y - half), (x, y + half), 2.2, colour)));
}

/// To the right of the interval, or to its left; on it, where it leaves no room.
fn beside(
    text: &str,
    (low, high): (f64, f64),
    y: f64,
    colour: Colour,
    plot: &Plot,
    sheet: &Sheet,
    shapes: &mut Vec<Shape>,
) {
    if text.is_empty() {
        return;
    }
    let (frame, gap) = (plot.frame, 0.8 * sheet.em);
    let needed = gap + sheet.width(text);
    let base_line = y + 0.5 * font::CAPITALS * sheet.em;
    let (x, anchor) = match () {
        () if high + needed < frame.right + sheet.em => (high + gap, Anchor::Start),
        () if low - needed > frame.left => (low - gap, Anchor::End),
        () => {
            let right = frame.right - gap;
            let (left, half) = (right - needed, 0.6 * sheet.em);
            let patch = Frame { left, top: y - half, right: right + gap / 2.0, bottom: y + half };
            shapes.push(Shape::Area { points: patch.corners(), colour: sheet.paper.background });
            (right, Anchor::End)
        }
    };
    shapes.push(Shape::Words(sheet.words(text, (x, base_line), anchor, colour)));
}

/// Told apart by its shape too: what is good is round, what is bad a cross, what is doubtful stands on its tip.
pub fn mark(at: Point, role: Role, radius: f64, colour: Colour, shapes: &mut Vec<Shape>) {
    let around = |corners: &[(f64, f64)]| corners.iter().map(|(x, y)| (at.0 + x * radius, at.1 + y * radius)).collect();
    let area = |points| Shape::Area { points, colour };
    match role {
        Role::Bad => shapes.extend([-1.0, 1.0].map(|side| Shape::Line {
            points: vec![(at.0 - radius, at.1 - side * radius), (at.0 + radius, at.1 + side * radius)],
            width: 0.5 * radius,
            colour,
        })),
        Role::Doubtful | Role::Nth(2) => {
            shapes.push(area(around(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)])));
        }
        Role::Nth(1) => shapes.push(area(around(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]))),
        Role::Nth(3) => shapes.push(area(around(&[(0.0, -1.1), (1.15, 0.9), (-1.15, 0.9)]))),
        _ => shapes.push(Shape::Disc { at, radius, colour }),
    }
}
