//! `kendall run`: one scenario, answered.

use super::args::Run;
use super::exit::{Exit, Failure};
use super::{input, interrupt, output, progress};
use crate::experiment::{self, Ask};
use crate::report;
use crate::result::Outcome;
use crate::scenario::Scenario;

pub fn run(args: &Run) -> Result<Exit, Failure> {
    let scenario = input::scenario(&args.scenario, &args.notation, &overrides(args))?;
    if let Some(path) = args.json.as_deref().filter(|path| !output::is_stdout(path)) {
        output::expect_writable(path)?;
    }
    let watch = interrupt::watch();
    let ask = Ask { theory_only: args.theory, threads: args.threads.map(usize::from) };
    let outcome = progress::shown(&watch, || experiment::run(&scenario, &ask, &watch))?;
    write(args, &scenario, &outcome)?;
    Ok(Exit::of(&outcome))
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

fn write(args: &Run, scenario: &Scenario, outcome: &Outcome) -> Result<(), Failure> {
    let json = || report::json(outcome, scenario);
    output::text_and_json(args.json.as_deref(), json, || report::terminal(outcome, scenario, output::style()))
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
}
