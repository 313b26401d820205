//! `kendall watch`: a run, drawn as it goes.

use std::io::{IsTerminal as _, stdin, stdout};

use super::args::Watch;
use super::exit::{Exit, Failure};
use super::target::{self, Chosen};
use super::{input, interrupt, output};
#[cfg(feature = "amqp-client")]
use crate::adapter::Amqp;
use crate::adapter::Embedded;
use crate::experiment::WatchingLive;
use crate::live::{Speed, step_back};
use crate::report::text::wrap;
use crate::result::{Outcome, Progress, Scene};
use crate::scenario::Scenario;
use crate::sim;
use crate::tui::{self, Left, Pace, Run};

pub fn watch(args: &Watch) -> Result<Exit, Failure> {
    let asked = args.speed.as_deref().map(speed).transpose()?.unwrap_or(Asked::Usual);
    let target = args.live.as_ref().map(|target| target::chosen(target, args.allow_remote)).transpose()?;
    expect_terminal(args)?;
    let scenario = input::scenario(&args.scenario, &args.notation, &args.overrides())?;
    let (run, pace) = match target {
        None => (Run::simulated(&scenario), asked.of(&scenario)),
        Some(target) => live(&scenario, target, asked)?,
    };
    let stopped = interrupt::watch_and(tui::restore);
    let has_colour = output::style().colour;
    let watch = tui::Watch { scenario: &scenario, pace, has_colour, stops: &|| stopped.stopped() };
    let (scene, left, outcome) = seen(run, &watch, &stopped)?;
    output::print(&wrapped(&tui::summary(&scene, &scenario, outcome.live())))?;
    Ok(exit(left, &scene, &scenario))
}

/// Each line as wide as the terminal.
fn wrapped(text: &str) -> String {
    let width = output::style().width;
    text.lines().flat_map(|line| wrap(line, width)).map(|line| line + "\n").collect()
}

/// Shows the run and ends it.
fn seen(mut run: Run<'_>, watch: &tui::Watch<'_>, stopped: &sim::Watch) -> Result<(Scene, Left, Outcome), Failure> {
    let shown = tui::watch(&mut run, watch);
    let (mut scene, left) = shown.map_err(|error| Failure::Write { to: "to the terminal".to_owned(), error })?;
    let is_live = run.is_live();
    if is_live && scene.stage != Progress::Over {
        // Whoever does not want to wait is heard the next time.
        stopped.stop();
        output::diagnose("stopping, what is inside is worked off; Ctrl-C leaves at once");
    }
    let outcome = run.finish()?;
    if let Some(live) = outcome.live() {
        scene.accounts = live.runs.accounts.clone();
    }
    Ok((scene, left, outcome))
}

fn live<'a>(scenario: &'a Scenario, target: Chosen, asked: Asked) -> Result<(Run<'a>, Pace), Failure> {
    let factor = match asked {
        Asked::Usual => 1.0,
        Asked::Of(factor) => factor,
        Asked::Full => {
            let why = "`--speed max` is for simulations; a live run has a clock, and `--speed 60` makes it faster";
            return Err(Failure::Arguments(why.to_owned()));
        }
    };
    let (Some(speed), Some(pace)) = (Speed::new(factor), Pace::new(factor)) else {
        return Err(no_speed(&factor.to_string()));
    };
    let watching = match target {
        Chosen::Embedded => WatchingLive::start(scenario, speed, Embedded)?,
        #[cfg(feature = "amqp-client")]
        Chosen::Amqp(address) => WatchingLive::start(scenario, speed, Amqp::new(address))?,
    };
    // The run goes on on threads of its own; drawing it is never to be in its way.
    step_back();
    Ok((Run::live(watching)?, pace))
}

#[derive(Clone, Copy)]
enum Asked {
    Usual,
    Full,
    /// From a millionth to a million.
    Of(f64),
}

impl Asked {
    fn of(self, scenario: &Scenario) -> Pace {
        match self {
            Asked::Usual => Pace::usual(scenario),
            Asked::Full => Pace::usual(scenario).full(),
            Asked::Of(factor) => Pace::new(factor).unwrap_or_else(|| Pace::usual(scenario)),
        }
    }
}

/// `max`, or seconds of the scenario in a real one.
fn speed(text: &str) -> Result<Asked, Failure> {
    if text == "max" {
        return Ok(Asked::Full);
    }
    let factor = text.parse().ok().filter(|factor| Pace::new(*factor).is_some());
    factor.map(Asked::Of).ok_or_else(|| no_speed(text))
}

fn no_speed(text: &str) -> Failure {
    Failure::Arguments(format!("`--speed {text}`: write a number from 0.000001 to 1000000, such as 60, or max"))
}

/// Whoever cannot see is told what answers without a screen.
fn expect_terminal(args: &Watch) -> Result<(), Failure> {
    let lacking = match (stdin().is_terminal(), stdout().is_terminal()) {
        (true, true) => return Ok(()),
        (_, false) => "standard output",
        (false, true) => "standard input",
    };
    let numbers: String = args.notation.given().map(|(flag, value)| format!(" {flag} {value}")).collect();
    Err(Failure::Arguments(format!(
        "`kendall watch` needs a terminal, and {lacking} is none; `kendall run {}{numbers}` answers without one",
        args.scenario
    )))
}

/// Targets are judged by a run that has come to its end and was not altered.
fn exit(left: Left, scene: &Scene, scenario: &Scenario) -> Exit {
    let is_missed = scenario.targets.iter().any(|target| {
        let value = scene.measures.get(&target.measure);
        value.is_some_and(|value| !target.op.holds(*value, target.value))
    });
    match (left, scene.stage) {
        (Left::Interrupted, _) => Exit::Interrupted,
        (Left::ByKey, Progress::Overloaded) => Exit::Missed,
        (Left::ByKey, Progress::Over) if is_missed && !scene.is_altered => Exit::Missed,
        (Left::ByKey, _) => Exit::Well,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_or_as_fast_as_the_machine_can() {
        assert!(matches!(speed("max"), Ok(Asked::Full)));
        assert!(matches!(speed("60"), Ok(Asked::Of(_))));
        for wrong in ["fast", "0", "-1", "1e9", "NaN", ""] {
            assert!(speed(wrong).is_err(), "{wrong}");
        }
    }
}
