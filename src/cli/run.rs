//! `kendall run`: scenarios, answered.

use super::args::Run;
use super::exit::{Exit, Failure};
use super::files::Files;
use super::live::{self, Asked, Eye, Status};
use super::metrics::Metrics;
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
    let live = live::asked(&args.live, 1)?;
    if args.theory && live.is_some() {
        return Err(Failure::Arguments("`--theory` and `--live` exclude each other; leave one of them out".to_owned()));
    }
    let metrics = live.as_ref().and_then(|asked| asked.metrics).map(Metrics::serve).transpose()?;
    let mut worst = Exit::Well;
    let mut scenarios = Vec::new();
    for text in &args.scenarios {
        match input::scenario(text, &args.notation, &args.alter.overrides()) {
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
        let answered = match one(args, scenario, (live.as_ref(), metrics.as_ref()), &watch) {
            Ok(outcome) => tell(args, scenario, &outcome, at == 0, &mut files, &watch),
            Err(failure) => Err(failure),
        };
        worst = worst.or(answered.unwrap_or_else(|failure| failure.tell()));
    }
    Ok(worst)
}

fn one(
    args: &Run,
    scenario: &Scenario,
    (live, metrics): (Option<&Asked>, Option<&Metrics>),
    watch: &Watch,
) -> Result<Outcome, Failure> {
    let ask = Ask { theory_only: args.theory, threads: args.threads.map(usize::from) };
    let status = Status::default();
    progress::shown(watch, &status, || {
        let Some(Asked { target, speed, runs, .. }) = live else {
            return Ok(experiment::run(scenario, &ask, watch)?);
        };
        let onlooker = Eye { watch, status: &status, metrics, scenario: &scenario.name };
        let live = LiveAsk { speed: *speed, runs: *runs, onlooker: &onlooker };
        Ok(match target {
            Chosen::Embedded => experiment::run_live(scenario, &ask, &live, &Embedded, watch)?,
            #[cfg(feature = "amqp-client")]
            Chosen::Amqp(address) => experiment::run_live(scenario, &ask, &live, &Amqp::new(address.clone()), watch)?,
        })
    })
}

/// If the text or a file cannot be written, the other still is.
fn tell(
    args: &Run,
    scenario: &Scenario,
    outcome: &Outcome,
    is_first: bool,
    files: &mut Files<'_>,
    watch: &Watch,
) -> Result<Exit, Failure> {
    let shown = show(args, scenario, outcome, is_first);
    shown.and(files.write(outcome, scenario, watch))?;
    Ok(Exit::of(outcome))
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
