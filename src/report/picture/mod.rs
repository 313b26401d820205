//! Pictures of a result: one file per picture, each a function from the result to a [`Picture`].

mod chart;

pub use chart::{Across, Axis, Bar, Kind, Layer, Mark, Panel, Picture, Role, Scale, Spot, Stroke};

use crate::result::{About, Comparison, Outcome};

/// All pictures that there are of a run.
pub fn of_run(about: &About, outcome: &Outcome) -> Vec<Picture> {
    let _ = (about, outcome);
    Vec::new()
}

/// All pictures that there are of a comparison.
pub fn of_comparison(about: &About, comparison: &Comparison) -> Vec<Picture> {
    let _ = (about, comparison);
    Vec::new()
}
