//! Shapes to files, by plotters.
//!
//! plotters places things on whole units. An SVG has ten of them in a pixel; a PNG is drawn three times as large, and
//! each of its pixels is the mean of nine, which smooths edges.

use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, RGBAColor, ShapeStyle, TextStyle};

use super::super::Picture;
use super::Size;
use super::font;
use super::palette::{Colour, Theme};
use super::shape::{Anchor, Point, Shape, Words};
use crate::report::text;

const UNITS_OF_SVG: u32 = 10;
const UNITS_OF_PNG: u32 = 3;

pub fn svg(picture: &Picture, shapes: &[Shape], size: Size) -> String {
    let mut drawn = String::new();
    {
        let whole = (size.width * UNITS_OF_SVG, size.height * UNITS_OF_SVG);
        let area = SVGBackend::with_string(&mut drawn, whole).into_drawing_area();
        let paper = Paper { area, units: f64::from(UNITS_OF_SVG), lettering: LETTERING_OF_SVG, has_round_joins: true };
        paper.draw(shapes).and_then(|()| paper.area.present()).expect("a text in memory takes everything");
    }
    let body = drawn.split_once('\n').map_or("", |(_, body)| body);
    beginning(picture, size) + body
}

/// In place of plotters' own, whose units are pixels and which has no title.
fn beginning(picture: &Picture, Size { width, height }: Size) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" role=\"img\" \
         stroke-linejoin=\"round\">\n<title>{}</title>\n<desc>{}</desc>\n",
        width * UNITS_OF_SVG,
        height * UNITS_OF_SVG,
        escaped(&picture.title),
        escaped(&picture.alt),
    )
}

fn escaped(text: &str) -> String {
    legal(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Without what XML has no place for, and what steers the direction of writing.
fn legal(text: &str) -> String {
    text::clean(text).chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

pub fn png(shapes: &[Shape], size: Size, theme: Theme) -> Vec<u8> {
    let whole = (size.width * UNITS_OF_PNG, size.height * UNITS_OF_PNG);
    let (r, g, b) = theme.paper().background.rgb;
    let mut pixels = [r, g, b].repeat((whole.0 * whole.1) as usize);
    {
        let area = BitMapBackend::with_buffer(&mut pixels, whole).into_drawing_area();
        let paper = Paper { area, units: f64::from(UNITS_OF_PNG), lettering: LETTERING_OF_PNG, has_round_joins: false };
        paper.draw(shapes).and_then(|()| paper.area.present()).expect("pixels in memory take everything");
    }
    encoded(&smoothed(&pixels, size), size)
}

/// Each pixel the mean of those it was drawn with.
fn smoothed(pixels: &[u8], size: Size) -> Vec<u8> {
    let (units, width) = (UNITS_OF_PNG as usize, size.width as usize);
    let mut small = Vec::with_capacity(width * size.height as usize * 3);
    let mut sums = vec![0_u16; width * 3];
    for rows in pixels.chunks_exact(width * units * units * 3) {
        sums.fill(0);
        for row in rows.chunks_exact(width * units * 3) {
            for (pixel, sums) in row.chunks_exact(units * 3).zip(sums.chunks_exact_mut(3)) {
                for one in pixel.chunks_exact(3) {
                    sums.iter_mut().zip(one).for_each(|(sum, part)| *sum += u16::from(*part));
                }
            }
        }
        let count = (units * units) as u16;
        small.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
    }
    small
}

fn encoded(pixels: &[u8], size: Size) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.width, size.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels));
    written.expect("there are as many pixels as the size says");
    bytes
}

/// How a kind of file understands the size and the place of words.
struct Lettering {
    /// What plotters calls the size, in em.
    height: f64,
    /// From the place that plotters is given, its top, to the base line; in em.
    to_base_line: f64,
}

/// plotters-svg writes `font-size` 1/1.24 of the size, and `dy` 0.76em.
const LETTERING_OF_SVG: Lettering = Lettering { height: 1.24, to_base_line: 0.76 };
/// plotters puts the base line at half of the size.
const LETTERING_OF_PNG: Lettering = Lettering { height: font::HEIGHT, to_base_line: font::HEIGHT / 2.0 };

struct Paper<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    /// In a pixel.
    units: f64,
    lettering: Lettering,
    /// Whether a line that is bent is drawn well as one.
    has_round_joins: bool,
}

type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

impl<DB: DrawingBackend> Paper<DB> {
    fn draw(&self, shapes: &[Shape]) -> Drawn<DB> {
        shapes.iter().try_for_each(|shape| match shape {
            Shape::Line { points, width, colour } => self.line(points, *width, *colour),
            Shape::Area { points, colour } => self.area.draw(&Polygon::new(self.all(points), ink(*colour))),
            Shape::Disc { at, radius, colour } => self.disc(*at, *radius, *colour),
            Shape::Words(words) => self.words(words),
        })
    }

    fn line(&self, points: &[Point], width: f64, colour: Colour) -> Drawn<DB> {
        let stroke_width = (width * self.units).round() as u32;
        let style = ShapeStyle { color: ink(colour), filled: false, stroke_width };
        if self.has_round_joins {
            return self.area.draw(&PathElement::new(self.all(points), style));
        }
        for pair in points.windows(2) {
            self.area.draw(&PathElement::new(self.all(pair), style))?;
            // No broader than the line is.
            let joint = Circle::new(self.place(pair[1]), stroke_width.saturating_sub(1) / 2, ink(colour).filled());
            self.area.draw(&joint)?;
        }
        Ok(())
    }

    fn disc(&self, at: Point, radius: f64, colour: Colour) -> Drawn<DB> {
        let size = (radius * self.units).round().max(1.0) as i32;
        self.area.draw(&Circle::new(self.place(at), size, ink(colour).filled()))
    }

    fn words(&self, words: &Words) -> Drawn<DB> {
        let across = match words.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let em = words.size * self.units;
        let font = font::font(em * self.lettering.height, words.is_bold);
        let style = TextStyle { font, color: ink(words.colour).to_backend_color(), pos: Pos::new(across, VPos::Top) };
        let top = (words.at.0, words.at.1 - self.lettering.to_base_line * words.size);
        self.area.draw(&Text::new(legal(&words.text), self.place(top), style))
    }

    fn all(&self, points: &[Point]) -> Vec<(i32, i32)> {
        points.iter().map(|point| self.place(*point)).collect()
    }

    fn place(&self, point: Point) -> (i32, i32) {
        ((point.0 * self.units).round() as i32, (point.1 * self.units).round() as i32)
    }
}

fn ink(colour: Colour) -> RGBAColor {
    RGBAColor(colour.rgb.0, colour.rgb.1, colour.rgb.2, colour.alpha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_is_the_mean_of_those_it_was_drawn_with() {
        let size = Size { width: 2, height: 1 };
        let mut pixels = [0_u8; 6 * 3 * 3];
        pixels[0] = 90;
        pixels[5 * 3 + 2] = 255;
        assert_eq!(smoothed(&pixels, size), [10, 0, 0, 0, 0, 28]);
    }
}
