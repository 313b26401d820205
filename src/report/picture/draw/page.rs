//! The whole picture: its title and caption above, its panels below each other.

use super::super::{Axis, Panel, Picture, Scale};
use super::Size;
use super::axis::{self, Ruler, Side};
use super::palette::{Colour, Paper, Theme};
use super::panel;
use super::shape::{Anchor, Frame, Point, Shape, Words};
use super::{font, label};
use crate::report::text;

/// What everything is drawn on, and how large letters are there.
pub struct Sheet {
    pub theme: Theme,
    pub paper: Paper,
    /// Pixels per em of what stands at axes.
    pub em: f64,
}

impl Sheet {
    fn new(size: Size, theme: Theme) -> Sheet {
        const EM: f64 = 17.0;
        // In half of the usual size letters are smaller, but not by half.
        let part = (f64::from(size.width) / 1200.0).clamp(0.62, 3.0);
        Sheet { theme, paper: theme.paper(), em: EM * part }
    }

    pub fn words(&self, text: &str, at: Point, anchor: Anchor, colour: Colour) -> Words {
        Words { text: text.to_owned(), at, size: self.em, is_bold: false, anchor, colour }
    }

    /// Of what stands at axes.
    pub fn width(&self, text: &str) -> f64 {
        font::width(text, self.em, false)
    }
}

/// In the order in which they are drawn.
pub fn shapes(picture: &Picture, size: Size, theme: Theme) -> Vec<Shape> {
    let sheet = Sheet::new(size, theme);
    let whole = Frame { left: 0.0, top: 0.0, right: f64::from(size.width), bottom: f64::from(size.height) };
    let mut shapes = vec![Shape::Area { points: whole.corners(), colour: sheet.paper.background }];
    let margin = 1.2 * sheet.em;
    let inner = Frame { left: margin, top: margin, right: whole.right - margin, bottom: whole.bottom - 0.8 * margin };
    let top = heading(picture, inner, &sheet, &mut shapes);
    panels(picture, Frame { top, ..inner }, &sheet, &mut shapes);
    shapes
}

/// Where it ends.
fn heading(picture: &Picture, frame: Frame, sheet: &Sheet, shapes: &mut Vec<Shape>) -> f64 {
    let mut y = frame.top;
    let (title, caption) = (1.36 * sheet.em, 0.9 * sheet.em);
    for (text, size, is_bold, colour) in
        [(&picture.title, title, true, sheet.paper.ink), (&picture.caption, caption, false, sheet.paper.quiet)]
    {
        for line in font::wrapped(&text::clean(text), size, is_bold, frame.width(), 2) {
            y += 1.15 * size;
            let at = (frame.left, y - 0.2 * size);
            shapes.push(Shape::Words(Words { text: line, at, size, is_bold, anchor: Anchor::Start, colour }));
            y += 0.15 * size;
        }
        y += 0.15 * sheet.em;
    }
    y + 0.7 * sheet.em
}

fn panels(picture: &Picture, frame: Frame, sheet: &Sheet, shapes: &mut Vec<Shape>) {
    let weights: Vec<f64> = picture.panels.iter().map(weight).collect();
    let gap = sheet.em;
    let room = frame.height() - gap * (weights.len().max(1) - 1) as f64;
    let shared = shares_x(&picture.panels);
    let all: Vec<f64> = picture.panels.iter().flat_map(|panel| axis::values(panel, Side::X)).collect();
    let rights: Vec<f64> = picture.panels.iter().map(|panel| label::room(panel, frame.width(), sheet)).collect();
    let right = rights.iter().copied().fold(0.0, f64::max);
    let mut top = frame.top;
    for (at, panel) in picture.panels.iter().enumerate() {
        let bottom = top + room * weights[at] / weights.iter().sum::<f64>();
        let x = match shared {
            true => Ruler::new(&panel.x, &all, Side::X),
            false => Ruler::new(&panel.x, &axis::values(panel, Side::X), Side::X),
        };
        let is_last = at + 1 == picture.panels.len();
        let has_x_label = is_last || !shared || panel.x.label != picture.panels[at + 1].x.label;
        let place = panel::Place { frame: Frame { top, bottom, ..frame }, x, has_x_label, right };
        shapes.extend(panel::shapes(panel, &place, sheet));
        top = bottom + gap;
    }
}

/// Rows need room by their number, the others as much as each other.
fn weight(panel: &Panel) -> f64 {
    match &panel.y.scale {
        Scale::Rows(rows) => rows.len() as f64 + 2.0,
        _ => 6.0,
    }
}

/// Panels below each other are compared along x.
fn shares_x(panels: &[Panel]) -> bool {
    let same = |a: &Axis, b: &Axis| a.kind == b.kind && a.scale == b.scale && a.from == b.from && a.to == b.to;
    panels.windows(2).all(|pair| same(&pair[0].x, &pair[1].x))
}
