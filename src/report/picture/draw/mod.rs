//! Pictures drawn: as SVG, whose texts stay texts, and as PNG, with the font that comes along.

mod axis;
mod backend;
mod font;
mod label;
mod layer;
mod legend;
mod page;
mod palette;
mod panel;
mod row;
mod shape;
mod tick;

pub use palette::{ALIKE, Colour, Paper, Theme, roles};

use super::{Layer, Panel, Picture, Scale};

/// In pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// A text in an SVG is no markup, whatever it holds.
pub fn svg(picture: &Picture, size: Size, theme: Theme) -> String {
    backend::svg(picture, &page::shapes(picture, size, theme), size)
}

/// The bytes of the file.
pub fn png(picture: &Picture, size: Size, theme: Theme) -> Vec<u8> {
    backend::png(&page::shapes(picture, size, theme), size, theme)
}

/// The size in which there is room for everything.
pub fn usual_size(picture: &Picture) -> Size {
    const ROOM_FOR_TITLES: u32 = 120;
    let several = picture.panels.len() as u32;
    let panels: u32 = picture.panels.iter().map(|panel| usual_height(panel, several)).sum();
    Size { width: 1200, height: (ROOM_FOR_TITLES + panels).clamp(300, 3000) }
}

fn usual_height(panel: &Panel, of: u32) -> u32 {
    const AXIS_AND_LEGEND: u32 = 120;
    match &panel.y.scale {
        Scale::Rows(rows) => AXIS_AND_LEGEND + rows.len() as u32 * (20 + 22 * most_in_a_row(panel)),
        Scale::Linear | Scale::Log | Scale::Nines => (580 / of.max(1)).max(250),
    }
}

/// Marks that stand in a row below each other.
fn most_in_a_row(panel: &Panel) -> u32 {
    let marks = panel.layers.iter().flat_map(|layer| match layer {
        Layer::Intervals { marks, .. } => marks.as_slice(),
        _ => &[],
    });
    let mut places: Vec<f64> = marks.map(|mark| mark.row).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let count = |row: f64| places.iter().filter(|place| place.round() == row).count();
    places.iter().map(|place| count(place.round())).max().unwrap_or(1) as u32
}
