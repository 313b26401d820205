//! The measures as CSV: one row for each engine and measure, for spreadsheets.

use std::fmt::Write as _;

use super::interval;
use crate::measure::Measure;
use crate::result::{Answer, Estimate, Outcome, Simulation, Theory};

/// Columns `by`, `measure`, `value`, `low` and `high`; what is not known is empty. Times are seconds, rates per second,
/// shares 0 to 1.
pub fn csv(outcome: &Outcome) -> String {
    let mut text = "by,measure,value,low,high\n".to_owned();
    for answer in &outcome.answers {
        match answer {
            Answer::Theory(theory) => by_theory(&mut text, theory),
            Answer::Simulation(simulation) => by_simulation(&mut text, "simulation", simulation),
            Answer::Live(live) => by_simulation(&mut text, "live", &live.runs),
        }
    }
    text
}

fn by_theory(text: &mut String, theory: &Theory) {
    for (measure, exact) in &theory.measures {
        row(text, "theory", measure, [Some(exact.value), None, None]);
    }
}

fn by_simulation(text: &mut String, by: &str, simulation: &Simulation) {
    for (measure, estimate) in &simulation.measures {
        row(text, by, measure, numbers(measure, estimate));
    }
}

fn numbers(measure: &Measure, estimate: &Estimate) -> [Option<f64>; 3] {
    let ends = estimate.value.and_then(|_| interval(measure, estimate));
    [estimate.value, ends.map(|ends| ends.0), ends.map(|ends| ends.1)]
}

/// The names of measures hold neither commas nor quotes.
fn row(text: &mut String, by: &str, measure: &Measure, numbers: [Option<f64>; 3]) {
    let _ = write!(text, "{by},{measure}");
    for number in numbers {
        let _ = match number.filter(|number| number.is_finite()) {
            Some(number) => write!(text, ",{number}"),
            None => write!(text, ","),
        };
    }
    text.push('\n');
}
