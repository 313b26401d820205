//! One panel: its frame, its axes with their numbers, and its layers.

use super::super::{Panel, Scale};
use super::axis::{self, Ruler, Side};
use super::label::{self, Labels};
use super::page::Sheet;
use super::shape::{Anchor, Frame, Point, Shape, Words, segment};
use super::tick::Tick;
use super::{font, layer, legend, row};

/// Where a panel is put.
pub struct Place {
    pub frame: Frame,
    pub x: Ruler,
    pub has_x_label: bool,
    /// Kept free for what is written at the upright axis, and at the ends of lines.
    pub left: f64,
    pub right: f64,
}

/// Where the numbers of a panel stand in the picture.
pub struct Plot {
    pub frame: Frame,
    pub x: Ruler,
    pub y: Ruler,
}

impl Plot {
    pub fn x(&self, value: f64) -> Option<f64> {
        self.x.place(value).map(|place| self.frame.left + place * self.frame.width())
    }

    pub fn y(&self, value: f64) -> Option<f64> {
        self.y.place(value).map(|place| self.frame.bottom - place * self.frame.height())
    }

    /// What is above or below stands at the edge.
    pub fn point(&self, x: f64, y: f64) -> Option<Point> {
        let (x, y) = (self.x(x)?, self.y(y)?);
        let is_inside = x > self.frame.left - 0.5 && x < self.frame.right + 0.5;
        is_inside.then(|| (x, y.clamp(self.frame.top, self.frame.bottom)))
    }
}

/// What the numbers at the upright axis take, however many there will be.
pub fn left(panel: &Panel, sheet: &Sheet) -> f64 {
    if matches!(panel.y.scale, Scale::Rows(_)) {
        return 0.0;
    }
    let values = axis::values(panel, Side::Y);
    let all = (1..=9).flat_map(|most| Ruler::upright(&panel.y, &values, most).ticks(most));
    all.map(|tick| sheet.width(&tick.text)).fold(0.0, f64::max)
}

pub fn shapes(panel: &Panel, place: &Place, sheet: &Sheet) -> Vec<Shape> {
    let most = (place.frame.height() / (5.0 * sheet.em)) as usize;
    let y = Ruler::upright(&panel.y, &axis::values(panel, Side::Y), most);
    let mut shapes = Vec::new();
    let mut frame = place.frame;
    frame.top += headline(panel, frame, sheet, &mut shapes);
    frame.bottom -= if place.has_x_label && !panel.x.label.is_empty() { 3.1 } else { 1.7 } * sheet.em;
    let is_lying = matches!(panel.y.scale, Scale::Rows(_));
    let wanted = label::wanted(panel);
    let above = layer::names_of_instants(panel, sheet) + legend::height(panel, &[], frame.width(), sheet);
    let labels = label::placed(&wanted, &y, frame.height() - above, sheet);
    let in_legend = if matches!(labels, Labels::Legend) { wanted.as_slice() } else { &[] };
    frame.top += legend::shapes(panel, in_legend, frame, sheet, &mut shapes);
    frame.top += layer::names_of_instants(panel, sheet);
    let names = row::names(panel, frame, sheet);
    let y_ticks = y.ticks(most.max(1));
    frame.left += if is_lying { names.width } else { place.left } + 0.6 * sheet.em;
    frame.right -= place.right.max(1.6 * sheet.em);
    // Where there is no room for a plot, one that cannot be read is better than none.
    (frame.right, frame.bottom) = (frame.right.max(frame.left + sheet.em), frame.bottom.max(frame.top + sheet.em));
    let plot = Plot { frame, x: place.x.clone(), y };
    x_axis(panel, place, &plot, sheet, &mut shapes);
    if is_lying {
        row::shapes(panel, &plot, &names, sheet, &mut shapes);
    } else {
        y_axis(&plot, &y_ticks, sheet, &mut shapes);
    }
    layer::shapes(panel, &plot, sheet, &mut shapes);
    if let Labels::Direct(places) = labels {
        shapes.extend(label::shapes(&wanted, &places, &plot, sheet));
    }
    shapes
}

/// Whose panel it is and what is upright in it; how high that is.
fn headline(panel: &Panel, frame: Frame, sheet: &Sheet, shapes: &mut Vec<Shape>) -> f64 {
    let is_lying = matches!(panel.y.scale, Scale::Rows(_));
    let label = if is_lying { "" } else { &panel.y.label };
    if panel.title.is_empty() && label.is_empty() {
        return 0.0;
    }
    let base_line = frame.top + 0.9 * sheet.em;
    let title = font::clipped(&panel.title, sheet.em, true, frame.width() * 0.6);
    let width = if title.is_empty() { 0.0 } else { font::width(&title, sheet.em, true) + 0.7 * sheet.em };
    let words = sheet.words(&title, (frame.left, base_line), Anchor::Start, sheet.paper.ink);
    if !title.is_empty() {
        shapes.push(Shape::Words(Words { is_bold: true, ..words }));
    }
    let label = font::clipped(label, sheet.em, false, frame.width() - width);
    shapes.push(Shape::Words(sheet.words(&label, (frame.left + width, base_line), Anchor::Start, sheet.paper.quiet)));
    1.8 * sheet.em
}

fn y_axis(plot: &Plot, ticks: &[Tick], sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let frame = plot.frame;
    for tick in ticks {
        let Some(y) = plot.y(tick.at) else { continue };
        shapes.push(segment((frame.left, y), (frame.right, y), 1.0, sheet.paper.grid));
        let at = (frame.left - 0.5 * sheet.em, y + 0.5 * font::CAPITALS * sheet.em);
        shapes.push(Shape::Words(sheet.words(&tick.text, at, Anchor::End, sheet.paper.quiet)));
    }
}

fn x_axis(panel: &Panel, place: &Place, plot: &Plot, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let frame = plot.frame;
    let is_lying = matches!(panel.y.scale, Scale::Rows(_));
    for tick in fitting(&plot.x, plot, sheet) {
        let Some(x) = plot.x(tick.at) else { continue };
        let length = 0.35 * sheet.em;
        let from = if is_lying { frame.top } else { frame.bottom };
        let colour = if is_lying { sheet.paper.grid } else { sheet.paper.quiet };
        shapes.push(segment((x, from), (x, frame.bottom + length), 1.0, colour));
        let at = (x, frame.bottom + length + 1.05 * sheet.em);
        shapes.push(Shape::Words(sheet.words(&tick.text, at, Anchor::Middle, sheet.paper.quiet)));
    }
    if !is_lying {
        shapes.push(segment((frame.left, frame.bottom), (frame.right, frame.bottom), 1.3, sheet.paper.quiet));
    }
    if place.has_x_label && !panel.x.label.is_empty() {
        let label = font::clipped(&panel.x.label, sheet.em, false, frame.width());
        let at = ((frame.left + frame.right) / 2.0, frame.bottom + 2.9 * sheet.em);
        shapes.push(Shape::Words(sheet.words(&label, at, Anchor::Middle, sheet.paper.quiet)));
    }
}

/// As many as stand beside each other with some room between.
fn fitting(x: &Ruler, plot: &Plot, sheet: &Sheet) -> Vec<Tick> {
    let fits = |ticks: &[Tick]| {
        ticks.windows(2).all(|pair| {
            let [left, right] = [&pair[0], &pair[1]].map(|tick| (plot.x(tick.at), sheet.width(&tick.text)));
            let (Some(from), Some(to)) = (left.0, right.0) else { return true };
            to - from >= (left.1 + right.1) / 2.0 + sheet.em
        })
    };
    (2..=9).rev().map(|most| x.ticks(most)).find(|ticks| fits(ticks)).unwrap_or_default()
}
