//! `kendall compare`: a scenario and its variants, or several scenarios, on the same random numbers.

use super::args::Compare;
use super::exit::{Exit, Failure};
use super::live::Status;
use super::variants::{self, Variant};
use super::{interrupt, output, progress};
use crate::experiment::{self, Ask};
use crate::measure::Measure;
use crate::report;
use crate::result::Comparison;
use crate::scenario::Scenario;

/// What the first one's targets say is how it ends; a variant may be as bad as it likes.
pub fn compare(args: &Compare) -> Result<Exit, Failure> {
    let ranked = args.rank.as_deref().map(ranked).transpose()?;
    let all = variants::all(args)?;
    if let Some(path) = args.json.as_deref().filter(|path| !output::is_stdout(path)) {
        output::expect_writable(path)?;
    }
    let ask = Ask { theory_only: false, threads: args.threads.map(usize::from) };
    let (watch, status) = (interrupt::watch(), Status::default());
    let compared = progress::shown(&watch, &status, || experiment::compare(&all, &ask, ranked.as_ref(), &watch))?;
    if let Some(measure) = ranked.as_ref().filter(|measure| is_missing(&compared, measure)) {
        return Err(Failure::Arguments(format!(
            "`--rank {measure}`: nothing is known of that here, or it has no better end; name a measure of the scenario, \
             under `targets` if it is one of a producer"
        )));
    }
    let scenarios: Vec<&Scenario> = all.iter().map(|Variant { scenario, .. }| scenario).collect();
    output::text_and_json(
        args.json.as_deref(),
        || report::comparison_json(&compared, &scenarios),
        || report::comparison(&compared, &scenarios, ranked.as_ref(), output::style()),
    )?;
    let first = compared.compared.first().map_or(Exit::Well, |first| Exit::of(&first.outcome));
    Ok(if compared.partial { Exit::Interrupted } else { first })
}

fn ranked(text: &str) -> Result<Measure, Failure> {
    text.parse().map_err(|error| Failure::Arguments(format!("`--rank`: {error}")))
}

fn is_missing(compared: &Comparison, measure: &Measure) -> bool {
    !compared.partial && !compared.rankings.iter().any(|ranking| ranking.measure == *measure)
}
