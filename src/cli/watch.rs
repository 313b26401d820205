//! `kendall watch`: a run, drawn as it goes.

use std::io::{IsTerminal as _, stdin, stdout};

use super::args::Watch;
use super::exit::{Exit, Failure};
use super::{input, interrupt, output};
use crate::experiment::{self, Ask, RunError};
use crate::result::{Answer, Event, Progress, Scene, Theory};
use crate::scenario::{Change, Scenario};
use crate::sim::{self, Stage};
use crate::time::Time;
use crate::tui::{self, Left, Pace, Watched};

pub fn watch(args: &Watch) -> Result<Exit, Failure> {
    let pace = args.speed.as_deref().map(pace).transpose()?;
    expect_terminal(&args.scenario)?;
    let scenario = input::scenario(&args.scenario, &args.notation, &args.overrides())?;
    let theory = theory(&scenario)?;
    let stopped = interrupt::watch();
    let watch = tui::Watch {
        scenario: &scenario,
        theory: theory.as_ref(),
        pace: pace.unwrap_or(Asked::Usual).of(&scenario),
        has_colour: output::style().colour,
        stops: &|| stopped.stopped(),
    };
    let mut run = Simulated { scenario: &scenario, stage: Stage::new(&scenario, 0) };
    let (scene, left) =
        tui::watch(&mut run, &watch).map_err(|error| Failure::Write { to: "to the terminal".to_owned(), error })?;
    output::print(&tui::summary(&scene, &scenario))?;
    Ok(exit(left, &scene, &scenario))
}

/// A simulated run, which can begin again.
struct Simulated<'a> {
    scenario: &'a Scenario,
    stage: Stage<'a>,
}

impl Watched for Simulated<'_> {
    fn scene(&mut self) -> Scene {
        self.stage.scene()
    }

    fn until(&mut self, at: Time) {
        self.stage.until(at);
    }

    fn step(&mut self) -> Vec<Event> {
        self.stage.step()
    }

    fn alter(&mut self, change: &Change) -> Result<(), String> {
        self.stage.alter(change)
    }

    fn restart(&mut self) {
        self.stage = Stage::new(self.scenario, 0);
    }
}

#[derive(Clone, Copy)]
enum Asked {
    Usual,
    Full,
    Of(Pace),
}

impl Asked {
    fn of(self, scenario: &Scenario) -> Pace {
        match self {
            Asked::Usual => Pace::usual(scenario),
            Asked::Full => Pace::usual(scenario).full(),
            Asked::Of(pace) => pace,
        }
    }
}

/// `max`, or seconds of the scenario in a real one.
fn pace(text: &str) -> Result<Asked, Failure> {
    if text == "max" {
        return Ok(Asked::Full);
    }
    let pace = text.parse().ok().and_then(Pace::new);
    pace.map(Asked::Of).ok_or_else(|| {
        Failure::Arguments(format!("`--speed {text}`: write a number from 0.000001 to 1000000, such as 60, or max"))
    })
}

/// Whoever cannot see is told what answers without a screen.
fn expect_terminal(scenario: &str) -> Result<(), Failure> {
    let lacking = match (stdin().is_terminal(), stdout().is_terminal()) {
        (true, true) => return Ok(()),
        (_, false) => "standard output",
        (false, true) => "standard input",
    };
    Err(Failure::Arguments(format!(
        "`kendall watch` needs a terminal, and {lacking} is none; `kendall run {scenario}` answers without one"
    )))
}

/// Where a formula applies; that none does is no failure.
fn theory(scenario: &Scenario) -> Result<Option<Theory>, Failure> {
    let ask = Ask { theory_only: true, ..Ask::default() };
    match experiment::run(scenario, &ask, &sim::Watch::default()) {
        Ok(outcome) => Ok(outcome.answers.into_iter().find_map(|answer| match answer {
            Answer::Theory(theory) => Some(theory),
            Answer::Simulation(_) | Answer::Live(_) => None,
        })),
        Err(RunError::NoTheory(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
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
        assert!(matches!(pace("max"), Ok(Asked::Full)));
        assert!(matches!(pace("60"), Ok(Asked::Of(_))));
        for wrong in ["fast", "0", "-1", "1e9", "NaN", ""] {
            assert!(pace(wrong).is_err(), "{wrong}");
        }
    }
}
