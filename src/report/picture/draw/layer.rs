//! The layers of a panel, from the back to the front.

use super::super::{Across, Bar, Layer, Panel, Role, Scale, Spot, Stroke};
use super::font;
use super::page::Sheet;
use super::panel::Plot;
use super::row;
use super::shape::{Anchor, Frame, Point, Shape, dashed};

const BROAD: f64 = 2.4;
const THIN: f64 = 1.4;
/// Of names of standing rules, in em.
const LINE: f64 = 1.3;

pub fn shapes(panel: &Panel, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let is_lying = matches!(panel.y.scale, Scale::Rows(_));
    let mut above = names_of_instants(panel, sheet);
    let rules = standing(panel, plot);
    for layer in &panel.layers {
        match layer {
            Layer::Line { role, stroke, points, .. } => line(points, *role, *stroke, plot, sheet, shapes),
            Layer::Band { role, points } => band(points, *role, plot, sheet, shapes),
            Layer::Bars { role, bars, .. } if is_lying => row::bars(bars, *role, plot, sheet, shapes),
            Layer::Bars { role, bars, .. } => columns(bars, *role, plot, sheet, shapes),
            Layer::Intervals { role, marks, .. } => row::intervals(marks, *role, &rules, plot, sheet, shapes),
            Layer::Spots { role, spots } => self::spots(spots, *role, plot, sheet, shapes),
            Layer::Rule { role, across: Across::AtY, at, .. } => level(*at, *role, plot, sheet, shapes),
            Layer::Rule { label, role, across: Across::AtX, at } => {
                instant(label, *at, *role, above, plot, sheet, shapes);
                above -= if label.is_empty() { 0.0 } else { LINE * sheet.em };
            }
        }
    }
}

/// Where rules stand.
fn standing(panel: &Panel, plot: &Plot) -> Vec<f64> {
    let place = |layer: &Layer| match layer {
        Layer::Rule { across: Across::AtX, at, .. } => plot.x(*at),
        _ => None,
    };
    panel.layers.iter().filter_map(place).collect()
}

fn line(points: &[Point], role: Role, stroke: Stroke, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let colour = sheet.theme.colour(role);
    let width = if role == Role::Faint || stroke == Stroke::Dashed { THIN } else { BROAD };
    let stepped;
    let points = if stroke == Stroke::Steps {
        stepped = steps(points);
        &stepped
    } else {
        points
    };
    for run in unbroken(points, plot) {
        let pieces = if stroke == Stroke::Dashed { dashed(&run, 9.0, 6.0) } else { vec![run] };
        shapes.extend(pieces.into_iter().map(|points| Shape::Line { points, width, colour }));
    }
}

/// A corner before each change.
fn steps(points: &[Point]) -> Vec<Point> {
    let corners = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(points.last().copied()).collect()
}

/// Parts without what cannot be drawn.
fn unbroken(points: &[Point], plot: &Plot) -> Vec<Vec<Point>> {
    // What is below or above the plot is not drawn as if it were at its edge.
    let is_inside = |y: f64| plot.y(y).is_some_and(|y| y > plot.frame.top - 1.0 && y < plot.frame.bottom + 1.0);
    let placed: Vec<Option<Point>> = points.iter().map(|(x, y)| plot.point(*x, *y).filter(|_| is_inside(*y))).collect();
    let runs = placed.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>());
    runs.filter(|run| run.len() > 1).collect()
}

fn band(points: &[(f64, f64, f64)], role: Role, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let lows = points.iter().filter_map(|(x, low, _)| plot.point(*x, *low));
    let highs = points.iter().rev().filter_map(|(x, _, high)| plot.point(*x, *high));
    let points: Vec<Point> = lows.chain(highs).collect();
    if points.len() > 2 {
        shapes.push(Shape::Area { points, colour: sheet.theme.colour(role).with_alpha(0.24) });
    }
}

/// With a gap between neighbours.
fn columns(bars: &[Bar], role: Role, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    for bar in bars {
        let places = (plot.x(bar.from), plot.x(bar.to), plot.point(bar.from, bar.base), plot.y(bar.top));
        let (Some(left), Some(right), Some((_, bottom)), Some(top)) = places else { continue };
        let gap = ((right - left) * 0.06).min(2.0);
        let (left, right) = (left.max(plot.frame.left) + gap, right.min(plot.frame.right) - gap);
        if right > left && top < bottom {
            let frame = Frame { left, right, top: top.max(plot.frame.top), bottom };
            shapes.push(Shape::Area { points: frame.corners(), colour: sheet.theme.colour(role) });
        }
    }
}

fn spots(spots: &[Spot], role: Role, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let colour = sheet.theme.colour(role);
    for spot in spots {
        let Some(at) = plot.point(spot.x, spot.y) else { continue };
        row::mark(at, role, 0.42 * sheet.em, colour, shapes);
        let width = sheet.width(&spot.text);
        let room = width + 1.2 * sheet.em;
        // A line that rises is away from what holds on its left, and from what does not on its right.
        let is_left = at.0 + room > plot.frame.right || role == Role::Good && at.0 - room > plot.frame.left;
        let (x, anchor) = match is_left {
            true => (at.0 - 0.8 * sheet.em, Anchor::End),
            false => (at.0 + 0.8 * sheet.em, Anchor::Start),
        };
        backed(sheet, &spot.text, (x, at.1 + 0.5 * font::CAPITALS * sheet.em), anchor, role, shapes);
    }
}

/// A rule that lies; its name stands at its end.
fn level(at: f64, role: Role, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let (frame, colour) = (plot.frame, sheet.theme.colour(role));
    let Some(y) = plot.y(at).filter(|y| *y > frame.top - 0.5 && *y < frame.bottom + 0.5) else { return };
    for points in dashed(&[(frame.left, y), (frame.right, y)], 9.0, 6.0) {
        shapes.push(Shape::Line { points, width: 1.8, colour });
    }
}

/// Above the plot, where the names of standing rules are, each below the one before.
pub fn names_of_instants(panel: &Panel, sheet: &Sheet) -> f64 {
    let named = panel.layers.iter().filter(|layer| match layer {
        Layer::Rule { label, across: Across::AtX, .. } => !label.is_empty(),
        _ => false,
    });
    named.count() as f64 * LINE * sheet.em
}

/// A rule that stands, and its name beside its upper end, so far above the plot.
fn instant(label: &str, at: f64, role: Role, above: f64, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let (frame, colour) = (plot.frame, sheet.theme.colour(role));
    let Some(x) = plot.x(at).filter(|x| *x > frame.left - 0.5 && *x < frame.right + 0.5) else { return };
    let top = frame.top - above;
    for points in dashed(&[(x, top), (x, frame.bottom)], 5.0, 4.0) {
        shapes.push(Shape::Line { points, width: THIN, colour });
    }
    let is_left = x + sheet.width(label) + sheet.em > frame.right;
    let (x, anchor) = if is_left { (x - 0.5 * sheet.em, Anchor::End) } else { (x + 0.5 * sheet.em, Anchor::Start) };
    if !label.is_empty() {
        shapes.push(Shape::Words(sheet.words(label, (x, top + 0.8 * sheet.em), anchor, sheet.ink(role))));
    }
}

/// Words on a patch of the paper's colour, so that lines behind them do not spoil them.
fn backed(sheet: &Sheet, text: &str, at: Point, anchor: Anchor, role: Role, shapes: &mut Vec<Shape>) {
    if text.is_empty() {
        return;
    }
    let words = sheet.words(text, at, anchor, sheet.ink(role));
    shapes.push(words.patch(0.2 * sheet.em, sheet.paper.background.with_alpha(0.8)));
    shapes.push(Shape::Words(words));
}
