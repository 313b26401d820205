//! How a command ends: the code for a script, and the word for a person where something went wrong.

use std::io::ErrorKind;
use std::process::ExitCode;

use super::output;
use crate::experiment::RunError;
use crate::result::{Answer, Holds, Outcome, Stopped};
use crate::scenario::Problems;

/// What a script learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well and every target holds.
    Well = 0,
    /// A target is missed, or the run failed.
    Missed = 1,
    WrongInput = 2,
    Undecided = 3,
    /// As after the signal of Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl Exit {
    /// The worse of two: what was interrupted is not done, and wrong input has no answer at all.
    pub fn or(self, other: Exit) -> Exit {
        const BEST_FIRST: [Exit; 5] = [Exit::Well, Exit::Undecided, Exit::Missed, Exit::WrongInput, Exit::Interrupted];
        let place = |exit| BEST_FIRST.iter().position(|known| *known == exit);
        if place(other) > place(self) { other } else { self }
    }

    /// What was interrupted decides nothing; a missed target outweighs an undecided one.
    pub fn of(outcome: &Outcome) -> Exit {
        let any = |holds: Holds| outcome.targets.iter().any(|target| target.holds == holds);
        match () {
            () if outcome.partial => Exit::Interrupted,
            () if any(Holds::No) || is_cut_short(outcome) => Exit::Missed,
            () if any(Holds::Undecided) => Exit::Undecided,
            () => Exit::Well,
        }
    }
}

/// A run that overload stopped has not done what was asked, nor has one that is not to be believed.
fn is_cut_short(outcome: &Outcome) -> bool {
    outcome.answers.iter().any(|answer| match answer {
        Answer::Theory(_) => false,
        Answer::Simulation(simulation) => simulation.stopped == Stopped::Overload,
        Answer::Live(live) => live.runs.stopped == Stopped::Overload || live.valid.is_err(),
    })
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Problems(#[from] Problems),
    #[error("{0}")]
    Arguments(String),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("cannot write {to}: {error}; {}", advice(error.kind()))]
    Write { to: String, error: std::io::Error },
}

/// What to do about it.
fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "make its folder first, or name another place",
        ErrorKind::IsADirectory => "it is a folder: name a file in it",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            "a file stands where a folder belongs: name another place"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "name a place where you may write",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room, or name a place that has some",
        _ => "name another place",
    }
}

impl Failure {
    /// Says what is wrong on standard error.
    pub fn tell(&self) -> Exit {
        match self {
            Failure::Problems(problems) | Failure::Run(RunError::Lacking(problems)) => {
                output::diagnose(&problems.render(output::stderr_has_colour(), output::stderr_width()));
            }
            other => output::diagnose(&format!("error: {other}")),
        }
        self.exit()
    }

    fn exit(&self) -> Exit {
        match self {
            Failure::Problems(_) | Failure::Arguments(_) => Exit::WrongInput,
            Failure::Run(RunError::NoTheory(_) | RunError::WarmupTooLong(_)) => Exit::WrongInput,
            Failure::Run(RunError::Lacking(_)) => Exit::WrongInput,
            Failure::Run(RunError::Broken(_) | RunError::Threads(..) | RunError::Live(_)) | Failure::Write { .. } => {
                Exit::Missed
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Measure, Op, Quantity, Stat};
    use crate::result::TargetResult;

    fn exit(partial: bool, holds: &[Holds]) -> Exit {
        let target = |&holds: &Holds| TargetResult {
            target: "lost = 0".to_owned(),
            measure: Measure::whole(Quantity::Lost, Stat::Value),
            op: Op::Equal,
            bound: 0.0,
            in_runs: None,
            by: "simulation",
            holds,
            note: String::new(),
        };
        Exit::of(&Outcome {
            seed: 1,
            partial,
            answers: Vec::new(),
            agreement: Vec::new(),
            targets: holds.iter().map(target).collect(),
            live_agreement: Vec::new(),
            warnings: Vec::new(),
            no_theory: None,
            stability: Vec::new(),
        })
    }

    #[test]
    fn a_missed_target_outweighs_an_undecided_one_and_an_interruption_both() {
        assert_eq!(exit(false, &[]), Exit::Well);
        assert_eq!(exit(false, &[Holds::Yes, Holds::Yes]), Exit::Well);
        assert_eq!(exit(false, &[Holds::Yes, Holds::Undecided]), Exit::Undecided);
        assert_eq!(exit(false, &[Holds::Undecided, Holds::No]), Exit::Missed);
        assert_eq!(exit(true, &[Holds::No]), Exit::Interrupted);
    }

    #[test]
    fn of_several_the_worst_counts() {
        assert_eq!(Exit::Well.or(Exit::Undecided).or(Exit::Well), Exit::Undecided);
        assert_eq!(Exit::Undecided.or(Exit::Missed).or(Exit::Undecided), Exit::Missed);
        assert_eq!(Exit::WrongInput.or(Exit::Missed), Exit::WrongInput);
        assert_eq!(Exit::WrongInput.or(Exit::Interrupted), Exit::Interrupted);
    }

    #[test]
    fn wrong_input_is_told_from_a_run_that_failed() {
        assert_eq!(Failure::Arguments(String::new()).exit(), Exit::WrongInput);
        assert_eq!(Failure::Run(RunError::NoTheory(String::new())).exit(), Exit::WrongInput);
        assert_eq!(Failure::Run(RunError::Broken(String::new())).exit(), Exit::Missed);
    }
}
