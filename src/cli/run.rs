//! `kendall run`: scenarios, answered.

use std::path::Path;

use super::args::{Notation, Run};
use super::exit::{Exit, Failure};
use super::files::Files;
use super::{interrupt, output, progress};
use crate::experiment::{self, Ask};
use crate::report;
use crate::result::Outcome;
use crate::scenario::{self, Scenario, ShortForm};
use crate::sim::Watch;

/// Scenarios that are wrong are told at once; the others are answered one after the other.
pub fn run(args: &Run) -> Result<Exit, Failure> {
    let mut worst = Exit::Well;
    let mut scenarios = Vec::new();
    for text in &args.scenarios {
        match scenario(args, text) {
            Ok(scenario) => scenarios.push(scenario),
            Err(failure) if args.scenarios.len() == 1 => return Err(failure),
            Err(failure) => worst = worst.or(failure.tell()),
        }
    }
    let names: Vec<&str> = scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
    let mut files = Files::new(args, &names)?;
    let watch = interrupt::watch();
    for (at, scenario) in scenarios.iter().enumerate() {
        if at > 0 && watch.stopped() {
            break;
        }
        worst = worst.or(answer(args, scenario, &mut files, &watch).unwrap_or_else(|failure| failure.tell()));
    }
    Ok(worst)
}

fn answer(args: &Run, scenario: &Scenario, files: &mut Files<'_>, watch: &Watch) -> Result<Exit, Failure> {
    let ask = Ask { theory_only: args.theory, threads: args.threads.map(usize::from) };
    let outcome = progress::shown(watch, || experiment::run(scenario, &ask, watch))?;
    // If the text or a file cannot be written, the other still is.
    let shown = show(args, scenario, &outcome);
    shown.and(files.write(&outcome, scenario, watch))?;
    Ok(Exit::of(&outcome))
}

/// Text goes to standard output, unless a file's content does. Of several scenarios each is named.
fn show(args: &Run, scenario: &Scenario, outcome: &Outcome) -> Result<(), Failure> {
    if Files::own_stdout(args) {
        return Ok(());
    }
    let text = report::terminal(outcome, scenario, output::style());
    if args.scenarios.len() == 1 {
        return output::print(&text);
    }
    output::print(&format!("{}\n{text}\n", report::heading(&scenario.name, output::style())))
}

fn scenario(args: &Run, text: &str) -> Result<Scenario, Failure> {
    let path = Path::new(text);
    if scenario::is_notation(text) && !path.is_file() {
        return Ok(scenario::from_short_form(&args.notation.short_form(text), &overrides(args))?);
    }
    match args.notation.given() {
        Some(flag) => Err(Failure::Arguments(misplaced(flag, text))),
        None => Ok(scenario::load(path, &overrides(args))?),
    }
}

impl Notation {
    pub fn short_form(&self, system: &str) -> ShortForm {
        ShortForm {
            system: system.to_owned(),
            rate: self.rate.clone(),
            load: self.load.clone(),
            service: self.service.clone(),
            cv: self.cv.clone(),
        }
    }

    /// The first option that is given.
    pub fn given(&self) -> Option<&'static str> {
        let given = [("--rate", &self.rate), ("--load", &self.load), ("--service", &self.service), ("--cv", &self.cv)];
        given.into_iter().find(|(_, value)| value.is_some()).map(|(flag, _)| flag)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn args(scenario: &str) -> Run {
        Run { scenarios: vec![scenario.to_owned()], ..Run::default() }
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
        let notation = Notation { rate: Some("200/s".to_owned()), ..Notation::default() };
        let args = Run { notation, ..args("no-such.yaml") };
        let error = scenario(&args, "no-such.yaml").unwrap_err().to_string();
        assert!(error.starts_with("`--rate` belongs to a system in Kendall's notation"), "{error}");
    }
}
