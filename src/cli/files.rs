//! The files that `kendall run` is asked to write, and that they can be written.

use std::path::Path;

use super::args::Run;
use super::exit::Failure;
use super::{events, folder, output};
use crate::report;
use crate::result::Outcome;
use crate::scenario::Scenario;
use crate::sim::Watch;

/// A name for files is cut after so many letters.
const LONGEST_NAME: usize = 64;

/// What is written beside or in place of the table.
pub struct Files<'a> {
    args: &'a Run,
    /// Whether there are several scenarios.
    is_several: bool,
    /// The lines of the JSON file, which is written at the end.
    json: String,
}

impl<'a> Files<'a> {
    /// Finds out before a long run what cannot be written.
    pub fn new(args: &'a Run, names: &[&str]) -> Result<Files<'a>, Failure> {
        only_one_on_stdout(args)?;
        if is_stdout(args.csv.as_deref()) && names.len() > 1 {
            let message = "`--csv -` is for one scenario; name a folder, where each has its own file";
            return Err(Failure::Arguments(message.to_owned()));
        }
        if let Some(path) = file(args.json.as_deref()) {
            output::expect_writable(path)?;
        }
        for folder in [file(args.csv.as_deref()), args.histograms.as_deref()].into_iter().flatten() {
            no_two_alike(names)?;
            output::make_folder(folder)?;
        }
        for name in names {
            if let Some(folder) = folder::place(&args.report, name, names.len() > 1) {
                no_two_alike(names)?;
                output::make_folder(&folder)?;
            }
        }
        for (flag, path) in [("--histograms", &args.histograms), ("--events", &args.events)] {
            if args.theory && path.is_some() {
                let message = format!("`{flag}` are of a simulation; leave out `--theory`, or them");
                return Err(Failure::Arguments(message));
            }
        }
        if args.events.is_some() && names.len() > 1 {
            return Err(Failure::Arguments("`--events` are of one scenario; run the others without".to_owned()));
        }
        if let Some(path) = file(args.events.as_deref()) {
            output::expect_writable(path)?;
        }
        Ok(Files { args, is_several: names.len() > 1, json: String::new() })
    }

    /// Whether standard output belongs to a file's content.
    pub fn own_stdout(args: &Run) -> bool {
        [&args.json, &args.csv, &args.events].into_iter().any(|path| is_stdout(path.as_deref()))
    }

    /// Writes what is asked for of one result; if one file cannot be written, the others still are.
    pub fn write(&mut self, outcome: &Outcome, scenario: &Scenario, watch: &Watch) -> Result<(), Failure> {
        let json = self.json(outcome, scenario);
        let csv = self.csv(outcome, scenario);
        let histograms = self.histograms(outcome, scenario);
        let report = self.report(outcome, scenario);
        json.and(csv).and(histograms).and(report).and(self.events(outcome, scenario, watch))
    }

    fn report(&self, outcome: &Outcome, scenario: &Scenario) -> Result<(), Failure> {
        match folder::place(&self.args.report, &scenario.name, self.is_several) {
            Some(path) => folder::of_run(&path, &report::about(scenario), outcome, &report::json(outcome, scenario)),
            None => Ok(()),
        }
    }

    fn events(&self, outcome: &Outcome, scenario: &Scenario, watch: &Watch) -> Result<(), Failure> {
        let (Some(path), Some(simulation)) = (self.args.events.as_deref(), outcome.simulation()) else { return Ok(()) };
        // As long as what was measured, which may have been doubled for the warm-up's sake.
        let mut scenario = scenario.clone();
        scenario.run.duration = simulation.duration;
        events::write(path, &scenario, watch)
    }

    fn json(&mut self, outcome: &Outcome, scenario: &Scenario) -> Result<(), Failure> {
        let Some(path) = self.args.json.as_deref() else { return Ok(()) };
        let line = report::json(outcome, scenario);
        if is_stdout(Some(path)) {
            return output::print(&line);
        }
        self.json += &line;
        output::write_file(path, &self.json)
    }

    fn csv(&self, outcome: &Outcome, scenario: &Scenario) -> Result<(), Failure> {
        let Some(path) = self.args.csv.as_deref() else { return Ok(()) };
        let text = report::csv(outcome);
        if is_stdout(Some(path)) {
            return output::print(&text);
        }
        output::write_file(&path.join(file_name(&scenario.name) + ".csv"), &text)
    }

    fn histograms(&self, outcome: &Outcome, scenario: &Scenario) -> Result<(), Failure> {
        let Some(folder) = self.args.histograms.as_deref() else { return Ok(()) };
        let Some(simulation) = outcome.simulation() else { return Ok(()) };
        let all = [("response", &simulation.response), ("wait", &simulation.wait), ("service", &simulation.service)];
        for (what, histogram) in all {
            let path = folder.join(format!("{}.{what}.hgrm", file_name(&scenario.name)));
            output::write_file(&path, report::hgrm(histogram))?;
        }
        Ok(())
    }
}

fn is_stdout(path: Option<&Path>) -> bool {
    path == Some(Path::new("-"))
}

fn file(path: Option<&Path>) -> Option<&Path> {
    path.filter(|path| !is_stdout(Some(path)))
}

fn only_one_on_stdout(args: &Run) -> Result<(), Failure> {
    let given = [("--json", &args.json), ("--csv", &args.csv), ("--events", &args.events)];
    let there: Vec<&str> = given.iter().filter(|(_, path)| is_stdout(path.as_deref())).map(|(flag, _)| *flag).collect();
    match there.as_slice() {
        [one, other, ..] => Err(Failure::Arguments(format!(
            "`{one} -` and `{other} -` both want standard output; name a file for one of them"
        ))),
        _ => Ok(()),
    }
}

/// Files are called after scenarios.
fn no_two_alike(names: &[&str]) -> Result<(), Failure> {
    let files: Vec<String> = names.iter().map(|name| file_name(name)).collect();
    match (1..files.len()).find(|&at| files[..at].contains(&files[at])) {
        Some(at) => Err(Failure::Arguments(format!(
            "two scenarios would write `{}` files; give one of them another `name`",
            files[at]
        ))),
        None => Ok(()),
    }
}

/// `M/M/3` becomes `M-M-3`, and nothing leads out of a folder or hides in it.
pub fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let name: String = name.chars().map(plain).take(LONGEST_NAME).collect();
    if name.is_empty() { "scenario".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_file_is_called_after_its_scenario_whatever_that_is_called() {
        assert_eq!(file_name("M/M/3"), "M-M-3");
        assert_eq!(file_name("../../etc"), "------etc");
        assert_eq!(file_name(""), "scenario");
        assert_eq!(file_name(&"ü".repeat(500)).chars().count(), 64);
    }

    #[test]
    fn two_scenarios_do_not_write_the_same_file() {
        assert!(no_two_alike(&["a b", "a-c"]).is_ok());
        assert!(no_two_alike(&["a b", "c", "a-b"]).unwrap_err().to_string().contains("`a-b`"));
    }

    #[test]
    fn standard_output_has_room_for_one() {
        let there = Some(PathBuf::from("-"));
        let args = Run { json: there.clone(), csv: there, ..Run::default() };
        assert!(only_one_on_stdout(&args).unwrap_err().to_string().starts_with("`--json -` and `--csv -`"));
    }
}
