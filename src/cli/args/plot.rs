//! The arguments of `plot`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::report::picture::draw::{Size, Theme};

#[derive(Debug, clap::Args)]
#[command(after_help = PLOT)]
pub struct Plot {
    /// A result that `kendall run` or `kendall compare` has written with `--json`
    #[arg(value_name = "RESULT")]
    pub result: PathBuf,

    /// Which picture, or `all`; may be repeated [default: list those that there are]
    #[arg(long, value_name = "NAME")]
    pub what: Vec<String>,

    /// Where to, as its ending says: .svg or .png; a folder takes several; `-` is standard output
    #[arg(short, long, value_name = "FILE|DIR|-", requires = "what")]
    pub output: Option<PathBuf>,

    /// Into a folder as PNG, not as SVG
    #[arg(long, requires = "output")]
    pub png: bool,

    /// In pixels, such as 1200x700 [default: as the picture needs]
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub size: Option<Size>,

    /// On which paper
    #[arg(long, value_name = "NAME", default_value = "light")]
    pub theme: Paper,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Paper {
    Light,
    Dark,
}

impl From<Paper> for Theme {
    fn from(paper: Paper) -> Theme {
        match paper {
            Paper::Light => Theme::Light,
            Paper::Dark => Theme::Dark,
        }
    }
}

const PLOT: &str = "\
Examples:
  kendall run scenarios/flash-sale.yaml --json sale.json
  kendall plot sale.json
  kendall plot sale.json --what length -o length.svg
  kendall plot sale.json --what latency -o latency.png --size 1600x900 --theme dark
  kendall plot sale.json --what all -o pictures --png

`kendall plot RESULT` lists the pictures that a result has.";

/// Smaller has no room for letters, larger none in memory.
const SIDES: std::ops::RangeInclusive<u32> = 200..=4000;

fn size(text: &str) -> Result<Size, String> {
    let (width, height) = text.split_once(['x', '×']).unwrap_or((text, ""));
    let side = |text: &str| text.trim().parse().ok().filter(|side| SIDES.contains(side));
    match (side(width), side(height)) {
        (Some(width), Some(height)) => Ok(Size { width, height }),
        _ => Err(format!("write width and height, such as 1200x700, each from {} to {}", SIDES.start(), SIDES.end())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_width_and_height_within_limits() {
        assert_eq!(size("1200x700"), Ok(Size { width: 1200, height: 700 }));
        for wrong in ["", "1200", "x", "1200x", "1200x10", "5000x700", "1200x700x2", "-1x300", "12e2x700"] {
            assert!(size(wrong).unwrap_err().contains("such as 1200x700"), "{wrong}");
        }
    }
}
