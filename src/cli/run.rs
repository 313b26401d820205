//! `kendall run`: one scenario, answered.

use std::path::Path;

use super::args::Run;
use super::exit::{Exit, Failure};
use super::{interrupt, output, progress};
use crate::experiment::{self, Ask};
use crate::report;
use crate::result::Outcome;
use crate::scenario::{self, Scenario, ShortForm};

pub fn run(args: &Run) -> Result<Exit, Failure> {
    let scenario = scenario(args)?;
    if let Some(path) = args.json.as_deref().filter(|path| !is_stdout(path)) {
        output::expect_writable(path)?;
    }
    let watch = interrupt::watch();
    let ask = Ask { theory_only: args.theory, threads: args.threads.map(usize::from) };
    let outcome = progress::shown(&watch, || experiment::run(&scenario, &ask, &watch))?;
    write(args, &scenario, &outcome)?;
    Ok(Exit::of(&outcome))
}

fn scenario(args: &Run) -> Result<Scenario, Failure> {
    let path = Path::new(&args.scenario);
    if scenario::is_notation(&args.scenario) && !path.is_file() {
        return Ok(scenario::from_short_form(&short_form(args), &overrides(args))?);
    }
    match of_a_notation(args) {
        Some(flag) => Err(Failure::Arguments(misplaced(flag, &args.scenario))),
        None => Ok(scenario::load(path, &overrides(args))?),
    }
}

fn short_form(args: &Run) -> ShortForm {
    ShortForm {
        system: args.scenario.clone(),
        rate: args.rate.clone(),
        load: args.load.clone(),
        service: args.service.clone(),
        cv: args.cv.clone(),
    }
}

/// The first of the options that only a notation takes.
fn of_a_notation(args: &Run) -> Option<&'static str> {
    let given = [("--rate", &args.rate), ("--load", &args.load), ("--service", &args.service), ("--cv", &args.cv)];
    given.into_iter().find(|(_, value)| value.is_some()).map(|(flag, _)| flag)
}

fn misplaced(flag: &str, scenario: &str) -> String {
    format!(
        "`{flag}` belongs to a system in Kendall's notation, such as M/M/3, and `{scenario}` is none; \
         alter a file with `--set path=value`"
    )
}

/// What is said by name comes last, so that it wins over `--set`.
fn overrides(args: &Run) -> Vec<String> {
    let named = [
        args.seed.map(|seed| format!("run.seed={seed}")),
        args.replications.map(|n| format!("run.replications={n}")),
        args.duration.as_ref().map(|duration| format!("run.duration={duration}")),
    ];
    args.set.iter().cloned().chain(named.into_iter().flatten()).collect()
}

/// Text goes to standard output, unless JSON does. If one of them cannot be written, the other still is.
fn write(args: &Run, scenario: &Scenario, outcome: &Outcome) -> Result<(), Failure> {
    let json = || report::json(outcome, scenario);
    let text = || output::print(&report::terminal(outcome, scenario, output::style()));
    match args.json.as_deref() {
        Some(path) if is_stdout(path) => output::print(&json()),
        Some(path) => text().and(output::write_file(path, &json())),
        None => text(),
    }
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(scenario: &str) -> Run {
        Run { scenario: scenario.to_owned(), ..Run::default() }
    }

    #[test]
    fn what_is_said_by_name_is_an_override_behind_the_others() {
        let args = Run {
            set: vec!["run.seed=7".to_owned(), "queues.orders.capacity=5".to_owned()],
            seed: Some(9),
            duration: Some("30min".to_owned()),
            ..args("sale.yaml")
        };
        let expected = ["run.seed=7", "queues.orders.capacity=5", "run.seed=9", "run.duration=30min"];
        assert_eq!(overrides(&args), expected);
    }

    #[test]
    fn a_rate_for_a_file_is_an_error_that_says_what_to_do() {
        let args = Run { rate: Some("200/s".to_owned()), ..args("no-such.yaml") };
        let error = scenario(&args).unwrap_err().to_string();
        assert!(error.starts_with("`--rate` belongs to a system in Kendall's notation"), "{error}");
    }
}
