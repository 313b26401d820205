//! Pictures of a result: one file per picture, each a function from the result to a [`Picture`], and what draws them.

mod cdf;
mod chart;
mod consumers;
mod curve;
mod differences;
pub mod draw;
mod lag;
mod latency;
mod length;
mod over_time;
mod parts;
mod peak;
mod round;
mod targets;
mod variants;
mod waits;
mod work;

pub use chart::{Across, Axis, Bar, Kind, Layer, Mark, Panel, Picture, Role, Scale, Spot, Stroke};

use crate::result::{About, Comparison, Outcome};

/// Every picture by its name, with what it shows.
pub const NAMES: [(&str, &str); 12] = [
    ("length", "messages waiting in each queue over time"),
    ("peak", "what enters and leaves a queue a second, and the backlog between"),
    ("latency", "percentiles of the response: theory, simulation, live"),
    ("cdf", "the distributions of response and wait"),
    ("waits", "a histogram of waits, those that did not wait apart"),
    ("consumers", "busy consumers over time, of those that are there"),
    ("targets", "what was measured over what is allowed"),
    ("work", "where the consumers' time went: useful, in vain, idle"),
    ("lag", "how late a live run was"),
    ("differences", "of a comparison: each variant's differences with their intervals"),
    ("variants", "of a comparison: percentiles of the response of all variants"),
    ("backlogs", "of a comparison: the backlogs of all variants over time"),
];

/// All pictures that there are of a run.
pub fn of_run(about: &About, outcome: &Outcome) -> Vec<Picture> {
    let all = [
        length::picture,
        peak::picture,
        latency::picture,
        cdf::picture,
        waits::picture,
        consumers::picture,
        targets::picture,
        work::picture,
        lag::picture,
    ];
    all.into_iter().filter_map(|picture| picture(about, outcome)).collect()
}

/// All pictures that there are of a comparison.
pub fn of_comparison(about: &About, comparison: &Comparison) -> Vec<Picture> {
    let all = [differences::picture, variants::responses, variants::backlogs, work::of_variants];
    all.into_iter().filter_map(|picture| picture(about, comparison)).collect()
}
