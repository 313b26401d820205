//! What a picture is made of once everything has its place: lines, areas, discs and words, in pixels.

use super::font;
use super::palette::Colour;

pub type Point = (f64, f64);

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Line {
        points: Vec<Point>,
        width: f64,
        colour: Colour,
    },
    /// A filled polygon.
    Area {
        points: Vec<Point>,
        colour: Colour,
    },
    Disc {
        at: Point,
        radius: f64,
        colour: Colour,
    },
    Words(Words),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    pub text: String,
    /// On the base line, where the anchor says.
    pub at: Point,
    /// Pixels per em.
    pub size: f64,
    pub is_bold: bool,
    pub anchor: Anchor,
    pub colour: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// Left, top, right and bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn corners(&self) -> Vec<Point> {
        vec![(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]
    }
}

impl Words {
    /// What it covers, from the top of capitals to the base line.
    pub fn frame(&self) -> Frame {
        let width = font::width(&self.text, self.size, self.is_bold);
        let left = match self.anchor {
            Anchor::Start => self.at.0,
            Anchor::Middle => self.at.0 - width / 2.0,
            Anchor::End => self.at.0 - width,
        };
        let top = self.at.1 - font::CAPITALS * self.size;
        Frame { left, top, right: left + width, bottom: self.at.1 }
    }

    /// What stands behind them, so much larger, so that lines there do not spoil them.
    pub fn patch(&self, edge: f64, colour: Colour) -> Shape {
        let Frame { left, top, right, bottom } = self.frame();
        let frame = Frame { left: left - edge, top: top - edge, right: right + edge, bottom: bottom + edge };
        Shape::Area { points: frame.corners(), colour }
    }
}

/// Upright or lying.
pub fn segment(from: Point, to: Point, width: f64, colour: Colour) -> Shape {
    Shape::Line { points: vec![from, to], width, colour }
}

/// The line in pieces of `on` pixels with gaps of `off` between.
pub fn dashed(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let (mut left, mut draws) = (on, true);
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let step = length.min(left);
            let share = if length > 0.0 { step / length } else { 1.0 };
            let next = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            if draws {
                match pieces.last_mut() {
                    Some(piece) if piece.last() == Some(&from) => piece.push(next),
                    _ => pieces.push(vec![from, next]),
                }
            }
            left -= step;
            if left <= 0.0 {
                draws = !draws;
                left = if draws { on } else { off };
            }
            if length <= step {
                break;
            }
            from = next;
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_around_corners_and_keep_their_length() {
        let pieces = dashed(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 8.0, 4.0);
        assert_eq!(pieces, [vec![(0.0, 0.0), (8.0, 0.0)], vec![(10.0, 2.0), (10.0, 10.0)]]);
        let around = dashed(&[(0.0, 0.0), (5.0, 0.0), (5.0, 9.0)], 8.0, 4.0);
        assert_eq!(around[0], [(0.0, 0.0), (5.0, 0.0), (5.0, 3.0)]);
    }
}
