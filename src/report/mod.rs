//! Views of a result, from the result alone: text for a terminal, JSON and CSV for machines, histograms for plotters.
//! And views of the scenario language: a page for people, a schema for editors.

mod about;
mod comparison;
mod csv;
pub mod events;
mod explanation;
mod hgrm;
pub mod json;
pub mod moved;
pub mod number;
pub mod page;
pub mod picture;
pub mod reference;
pub mod terminal;
pub mod text;

pub use about::about;
pub use comparison::comparison;
pub use csv::csv;
pub use explanation::{explanation, theory};
pub use hgrm::hgrm;
pub use json::{comparison as comparison_json, explanation as explanation_json, json, moved as moved_json, schema};
pub use terminal::{Style, heading, pacing, terminal};

use crate::measure::{Measure, Stat};
use crate::result::{CONFIDENCE, Estimate};
use crate::stats;

/// The ends to show: an interval around a small time or count may reach below zero, where nothing but a growth can be.
fn interval(measure: &Measure, estimate: &Estimate) -> Option<(f64, f64)> {
    let (low, high) = stats::interval(estimate, CONFIDENCE)?;
    let lowest = if measure.stat == Stat::Growth { f64::NEG_INFINITY } else { 0.0 };
    (low.is_finite() && high.is_finite()).then(|| (low.max(lowest), high.max(lowest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::StandardError;

    #[test]
    fn only_a_growth_reaches_below_zero() {
        let error = StandardError { error: 0.0, freedom: 19.0, at_least: 2.0 };
        let estimate = Estimate { value: Some(1.0), error: Some(error), why: None };
        let ends = |measure: &str| interval(&measure.parse().unwrap(), &estimate);
        assert_eq!(ends("wait.p99"), Some((0.0, 3.0)));
        assert_eq!(ends("orders.backlog.growth"), Some((-1.0, 3.0)));
    }
}
