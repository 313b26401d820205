//! The whole picture: its title and caption above, its panels below each other.

use super::super::{Axis, Panel, Picture, Role, Scale};
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

    /// Of what is written of a role.
    pub fn ink(&self, role: Role) -> Colour {
        if role == Role::Faint { self.paper.quiet } else { self.theme.colour(role) }
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
    let left = picture.panels.iter().map(|panel| panel::left(panel, sheet)).fold(0.0, f64::max);
    let mut top = frame.top;
    for (at, panel) in picture.panels.iter().enumerate() {
        let bottom = top + room * weights[at] / weights.iter().sum::<f64>();
        let x = match shared {
            true => Ruler::lying(&panel.x, &all),
            false => Ruler::lying(&panel.x, &axis::values(panel, Side::X)),
        };
        let is_last = at + 1 == picture.panels.len();
        let has_x_label = is_last || !shared || panel.x.label != picture.panels[at + 1].x.label;
        let place = panel::Place { frame: Frame { top, bottom, ..frame }, x, has_x_label, left, right };
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

#[cfg(test)]
mod tests {
    use super::super::super::{Across, Kind, Layer, Mark, Role, Stroke};
    use super::super::usual_size;
    use super::*;

    fn axis(kind: Kind, scale: Scale) -> Axis {
        Axis { label: "messages that took at most as long".to_owned(), kind, scale, from: None, to: None }
    }

    fn picture(panels: Vec<Panel>) -> Picture {
        let long =
            "a title that is so long that it does not fit into one line of any picture of the usual width and goes on";
        Picture { name: "length", title: long.to_owned(), caption: long.repeat(4), alt: String::new(), panels }
    }

    /// Lines that all end at about the same place, and rules.
    fn crowded(count: usize, long: &str) -> Panel {
        let line = |nth: usize| Layer::Line {
            label: format!("{long}{nth}"),
            role: Role::Nth(nth),
            stroke: Stroke::Solid,
            points: (0..50).map(|x| (f64::from(x) * 1e4, (f64::from(x) * 7919.0 + nth as f64) % 12_345.0)).collect(),
        };
        let rule =
            |label: &str, at| Layer::Rule { label: label.to_owned(), role: Role::Limit, across: Across::AtX, at };
        let mut layers: Vec<Layer> = (0..count).map(line).collect();
        layers.extend([rule("warm-up ends", 1000.0), rule("drained at 4.3 d", 4.9e5)]);
        let title = "a-queue-whose-name-is-as-long-as-the-language-allows-it-to-be-ok".to_owned();
        Panel { title, x: axis(Kind::Seconds, Scale::Linear), y: axis(Kind::Count, Scale::Linear), layers }
    }

    fn rows(count: usize) -> Panel {
        let mark = |row: usize| Mark {
            row: row as f64,
            value: 10_f64.powi(row as i32 - 3),
            ends: Some((1e-3, 1e3)),
            text: "251 s".to_owned(),
            is_faint: row.is_multiple_of(2),
        };
        let marks = (0..count).map(mark).collect();
        let names = (0..count).map(|row| format!("a-rather-long-name-of-a-queue.length.p{row}")).collect();
        Panel {
            title: String::new(),
            x: axis(Kind::Times, Scale::Log),
            y: axis(Kind::Count, Scale::Rows(names)),
            layers: vec![Layer::Intervals { label: "variant".to_owned(), role: Role::Nth(0), marks }],
        }
    }

    fn overlap(a: &Frame, b: &Frame) -> bool {
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
    }

    #[test]
    fn words_neither_overlap_nor_leave_the_picture() {
        let pictures = [
            picture(vec![crowded(2, "simulation")]),
            picture(vec![crowded(9, "a-variant-with-a-long-name-")]),
            picture((0..6).map(|_| crowded(3, "waiting")).collect()),
            picture(vec![rows(1)]),
            picture(vec![rows(8)]),
        ];
        for picture in &pictures {
            let usual = usual_size(picture);
            for part in [1.0, 0.75, 1.5] {
                let side = |side: u32| (f64::from(side) * part) as u32;
                check(picture, Size { width: side(usual.width), height: side(usual.height) });
            }
        }
    }

    #[test]
    fn what_is_beyond_every_number_stands_at_the_right_end_and_nothing_at_the_left() {
        let mut panel = rows(2);
        let Layer::Intervals { marks, .. } = &mut panel.layers[0] else { panic!("no marks") };
        (marks[0].value, marks[0].ends) = (f64::INFINITY, None);
        (marks[1].value, marks[1].ends) = (0.0, None);
        (panel.x.from, panel.x.to) = (Some(0.1), Some(10.0));
        let all = shapes(&picture(vec![panel]), Size { width: 1200, height: 400 }, Theme::Light);
        let discs = all.iter().filter_map(|shape| match shape {
            Shape::Disc { at, .. } => Some(at.0),
            _ => None,
        });
        // The first is that of the legend.
        let places: Vec<f64> = discs.skip(1).collect();
        assert!(places[0] > 1100.0 && places[1] < 600.0, "{places:?}");
    }

    fn check(picture: &Picture, size: Size) {
        let all = shapes(picture, size, Theme::Light);
        let words: Vec<(&Words, Frame)> = all
            .iter()
            .filter_map(|shape| match shape {
                Shape::Words(words) if !words.text.is_empty() => Some((words, words.frame())),
                _ => None,
            })
            .collect();
        for (at, (one, frame)) in words.iter().enumerate() {
            let (width, height) = (f64::from(size.width), f64::from(size.height));
            let is_inside = frame.left >= 0.0 && frame.top >= 0.0 && frame.right <= width && frame.bottom <= height;
            assert!(is_inside, "`{}` leaves the picture of {size:?}: {frame:?}", one.text);
            for (other, beside) in &words[at + 1..] {
                assert!(!overlap(frame, beside), "`{}` and `{}` overlap in {size:?}", one.text, other.text);
            }
        }
    }
}
