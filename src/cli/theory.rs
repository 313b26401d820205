//! `kendall theory`: all that formulas know of a system.

use super::args::Theory;
use super::exit::{Exit, Failure};
use super::{input, output};
use crate::experiment::{self, Ask, RunError};
use crate::report;
use crate::result::{Answer, Outcome};
use crate::scenario::is_notation;
use crate::sim::Watch;

pub fn theory(args: &Theory) -> Result<Exit, Failure> {
    if !is_notation(&args.system) {
        let system = &args.system;
        return Err(Failure::Arguments(format!(
            "`{system}` is no system in Kendall's notation, such as M/M/3; `kendall run {system} --theory` answers a file"
        )));
    }
    let scenario = input::scenario(&args.system, &args.notation, &[])?;
    let ask = Ask { theory_only: true, ..Ask::default() };
    let outcome =
        experiment::run(&scenario, &ask, &Watch::default()).map_err(|error| no_formula(error, &args.system))?;
    output::text_and_json(args.json.as_deref(), || report::json(&outcome, &scenario), || text(&outcome))?;
    Ok(Exit::of(&outcome))
}

fn no_formula(error: RunError, system: &str) -> Failure {
    match error {
        RunError::NoTheory(reasons) => {
            Failure::Arguments(format!("no formula applies: {reasons}; `kendall run {system} …` simulates it"))
        }
        other => Failure::Run(other),
    }
}

fn text(outcome: &Outcome) -> String {
    let theories = outcome.answers.iter().filter_map(|answer| match answer {
        Answer::Theory(theory) => Some(report::theory(theory)),
        Answer::Simulation(_) | Answer::Live(_) => None,
    });
    let warnings = outcome.warnings.iter().map(|warning| format!("warning: {}\n", warning.text));
    theories.chain(warnings).collect::<Vec<_>>().join("\n")
}
