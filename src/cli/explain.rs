//! `kendall explain`: which model a scenario is, in words.

use super::args::Explain;
use super::exit::{Exit, Failure};
use super::{input, output};
use crate::experiment;
use crate::report;

pub fn explain(args: &Explain) -> Result<Exit, Failure> {
    let scenario = input::scenario(&args.scenario, &args.notation, &args.set)?;
    let explanation = experiment::explain(&scenario);
    let json = || report::explanation_json(&explanation, &scenario);
    output::text_and_json(args.json.as_deref(), json, || report::explanation(&explanation, output::style()))?;
    Ok(Exit::Well)
}
