//! `kendall run`: scenarios, answered.

use super::args::Run;
use super::exit::{Exit, Failure};
use super::files::Files;
use super::live::{self, Asked, Eye, Status};
use super::target::Chosen;
use super::{input, interrupt, output, progress};
#[cfg(feature = "amqp-client")]
use crate::adapter::Amqp;
use crate::adapter::Embedded;
use crate::experiment::{self, Ask, LiveAsk};
use crate::report;
use crate::result::Outcome;
use crate::scenario::Scenario;
use crate::sim::Watch;

/// Scenarios that are wrong are told at once; the others are answered one after the other.
pub fn run(args: &Run) -> Result<Exit, Failure> {
    // What is asked wrongly is told before anything is run.
    live::asked(args)?;
    let mut worst = Exit::Well;
    let mut scenarios = Vec::new();
    for text in &args.scenarios {
        match input::scenario(text, &args.notation, &overrides(args)) {
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
        let answered = answer(args, scenario, at == 0, &mut files, &watch);
        worst = worst.or(answered.unwrap_or_else(|failure| failure.tell()));
    }
    Ok(worst)
}

fn answer(
    args: &Run,
    scenario: &Scenario,
    is_first: bool,
    files: &mut Files<'_>,
    watch: &Watch,
) -> Result<Exit, Failure> {
    let ask = Ask { theory_only: args.theory, threads: args.threads.map(usize::from) };
    let status = Status::default();
    let outcome = progress::shown(watch, &status, || match live::asked(args)? {
        None => Ok::<_, Failure>(experiment::run(scenario, &ask, watch)?),
        Some(Asked { target, speed, runs }) => {
            let onlooker = Eye { watch, status: &status };
            let live = LiveAsk { speed, runs, onlooker: &onlooker };
            match target {
                Chosen::Embedded => Ok(experiment::run_live(scenario, &ask, &live, &Embedded, watch)?),
                #[cfg(feature = "amqp-client")]
                Chosen::Amqp(address) => Ok(experiment::run_live(scenario, &ask, &live, &Amqp::new(address), watch)?),
            }
        }
    })?;
    // If the text or a file cannot be written, the other still is.
    let shown = show(args, scenario, &outcome, is_first);
    shown.and(files.write(&outcome, scenario, watch))?;
    Ok(Exit::of(&outcome))
}

/// Text goes to standard output, unless a file's content does. Of several scenarios each is named.
fn show(args: &Run, scenario: &Scenario, outcome: &Outcome, is_first: bool) -> Result<(), Failure> {
    if Files::own_stdout(args) {
        return Ok(());
    }
    let text = report::terminal(outcome, scenario, output::style());
    if args.scenarios.len() == 1 {
        return output::print(&text);
    }
    let gap = if is_first { "" } else { "\n" };
    output::print(&format!("{gap}{}\n{text}", report::heading(&scenario.name, output::style())))
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
}
