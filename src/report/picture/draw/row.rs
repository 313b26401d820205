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
            let ink = if role == Role::Faint { sheet.paper.ink } else { sheet.paper.background };
            shapes.push(Shape::Words(sheet.words(&text, at, Anchor::Middle, ink)));
        }
    }
}

pub fn intervals(marks: &[Mark], role: Role, rules: &[f64], plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let frame = plot.frame;
    // What cannot be placed on the axis is beyond one of its ends.
    let clamped = |value: f64| match plot.x(value) {
        Some(x) => x.clamp(frame.left, frame.right),
        None if value == f64::INFINITY => frame.right,
        None => frame.left,
    };
    for mark in marks {
        let colour = sheet.theme.colour(role);
        let colour = if mark.is_faint { colour.paler(&sheet.paper) } else { colour };
        let Some(y) = plot.y(mark.row) else { continue };
        let x = clamped(mark.value);
        let ends = mark.ends.map(|(low, high)| (clamped(low), clamped(high)));
        let (low, high) = ends.unwrap_or((x, x));
        let radius = 0.4 * sheet.em;
        // A shorter interval would only spoil the mark.
        if high - low > 3.0 * radius {
            whisker((low, high), y, colour, plot, sheet, shapes);
        }
        self::mark((x, y), role, radius, colour, shapes);
        let is_beyond = plot.x(mark.value).map_or(mark.value == f64::INFINITY, |x| x > frame.right + 1.0);
        let text = if is_beyond { format!("{} →", mark.text) } else { mark.text.clone() };
        let colour = if mark.is_faint { sheet.paper.quiet } else { sheet.ink(role) };
        beside(&text, (low.min(x - radius), high.max(x + radius)), y, (colour, rules), plot, sheet, shapes);
    }
}

/// With caps at its ends, unless it goes on beyond the frame.
fn whisker((low, high): (f64, f64), y: f64, colour: Colour, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let half = 0.28 * sheet.em;
    shapes.push(segment((low, y), (high, y), 2.2, colour));
    let ends = [low, high].into_iter().filter(|x| *x > plot.frame.left + 0.5 && *x < plot.frame.right - 0.5);
    shapes.extend(ends.map(|x| segment((x, y - half), (x, y + half), 2.2, colour)));
}

/// To the right of the interval, or to its left, best where no rule stands; on it, where it leaves no room.
fn beside(
    text: &str,
    (low, high): (f64, f64),
    y: f64,
    (colour, rules): (Colour, &[f64]),
    plot: &Plot,
    sheet: &Sheet,
    shapes: &mut Vec<Shape>,
) {
    if text.is_empty() {
        return;
    }
    let (frame, gap, width) = (plot.frame, 0.5 * sheet.em, sheet.width(text));
    let (right, left) = ((high + gap, high + gap + width), (low - gap - width, low - gap));
    let fits = |place: &(f64, f64)| place.0 > frame.left && place.1 < frame.right + sheet.em;
    let is_free = |place: &(f64, f64)| !rules.iter().any(|x| *x > place.0 - 2.0 && *x < place.1 + 2.0);
    let sides = || [right, left].into_iter().filter(fits);
    let on_it = (frame.right - gap - width, frame.right - gap);
    let (from, _) = sides().find(is_free).or_else(|| sides().next()).unwrap_or(on_it);
    let base_line = y + 0.5 * font::CAPITALS * sheet.em;
    let words = sheet.words(text, (from, base_line), Anchor::Start, colour);
    shapes.push(words.patch(0.15 * sheet.em, sheet.paper.background));
    shapes.push(Shape::Words(words));
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
