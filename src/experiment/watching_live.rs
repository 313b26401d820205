//! A live run that somebody watches, and may change by hand. It goes on by itself, on threads of its own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::live::{LiveAsk, Runner, prepared, with_live};
use super::{RunError, warnings};
use crate::adapter::Target;
use crate::live::{Onlooker, Progress, Speed};
use crate::result::{Answer, Outcome, Progress as Stage, Scene, Theory};
use crate::scenario::{Change, Scenario};
use crate::theory;
use crate::time::Span;

pub struct WatchingLive {
    scenario: Arc<Scenario>,
    theory: Result<Theory, Vec<String>>,
    seen: Arc<Seen>,
    thread: JoinHandle<Result<Outcome, RunError>>,
}

/// What the run and whoever watches it hand each other. Neither waits for the other: a lock is held to move one thing.
#[derive(Default)]
struct Seen {
    stops: AtomicBool,
    scene: Mutex<Option<Scene>>,
    changes: Mutex<VecDeque<Change>>,
    refusals: Mutex<Vec<String>>,
}

impl Onlooker for Seen {
    fn stops(&self) -> bool {
        self.stops.load(Relaxed)
    }

    fn sees(&self, _: &Progress) {}

    fn watches(&self) -> bool {
        true
    }

    fn is_shown(&self, scene: Scene) {
        *held(&self.scene) = Some(scene);
    }

    fn next_change(&self) -> Option<Change> {
        held(&self.changes).pop_front()
    }

    fn is_refused(&self, why: String) {
        held(&self.refusals).push(why);
    }
}

/// What it guards is whole, whoever has panicked.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl WatchingLive {
    /// Begins a run with the draws of replication 0.
    ///
    /// # Errors
    /// If the target has nothing for something in the scenario.
    #[expect(clippy::disallowed_methods, reason = "whoever watches goes on while the run does")]
    pub fn start<T: Target + 'static>(scenario: &Scenario, speed: Speed, target: T) -> Result<WatchingLive, RunError> {
        let seen = Arc::new(Seen::default());
        let asked = LiveAsk { speed, runs: 1, onlooker: seen.as_ref() };
        let scenario = Arc::new(prepared(scenario, &asked, &target)?);
        let theory = theory::answer(&scenario);
        let (of_thread, onlooker, known) = (Arc::clone(&scenario), Arc::clone(&seen), theory.clone());
        let thread = std::thread::spawn(move || run(&of_thread, known, speed, &target, &onlooker));
        Ok(WatchingLive { scenario, theory, seen, thread })
    }

    /// As it is run: with the duration of a live run.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What the formulas say.
    pub fn theory(&self) -> Option<&Theory> {
        self.theory.as_ref().ok()
    }

    /// How it stood last, if it has been shown since that was asked.
    pub fn scene(&self) -> Option<Scene> {
        let mut scene = held(&self.seen.scene).take()?;
        if self.is_over() {
            scene.stage = Stage::Over;
        }
        Some(scene)
    }

    /// Changes something as soon as the run looks up, or says in [`WatchingLive::refusals`] why not.
    ///
    /// # Errors
    /// If no run of this scenario can be changed so; in words.
    pub fn alter(&self, change: Change) -> Result<(), String> {
        change.check(&self.scenario)?;
        held(&self.seen.changes).push_back(change);
        Ok(())
    }

    /// Why changes could not be made, since that was last asked.
    pub fn refusals(&self) -> Vec<String> {
        std::mem::take(&mut *held(&self.seen.refusals))
    }

    /// It plans nothing more, drains, and ends.
    pub fn stop(&self) {
        self.seen.stops.store(true, Relaxed);
    }

    pub fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for its end: what it has shown.
    ///
    /// # Errors
    /// If there is nothing to report: see [`RunError`].
    pub fn finish(self) -> Result<Outcome, RunError> {
        self.thread.join().unwrap_or_else(|_| Err(RunError::Broken("the watched run has panicked".to_owned())))
    }
}

fn run<T: Target>(
    scenario: &Scenario,
    theory: Result<Theory, Vec<String>>,
    speed: Speed,
    target: &T,
    onlooker: &Seen,
) -> Result<Outcome, RunError> {
    let asked = LiveAsk { speed, runs: 1, onlooker };
    let finished = Runner::new(&asked, target)?.one(scenario, Span::ZERO, 0)?;
    let (theory, no_theory) = match theory {
        _ if finished.is_altered => (None, Some("the run was changed by hand".to_owned())),
        Ok(theory) => (Some(Answer::Theory(theory)), None),
        Err(reasons) => (None, Some(reasons.join("; "))),
    };
    let stability = theory::stability(scenario);
    let mut outcome = Outcome {
        seed: scenario.run.seed,
        partial: false,
        agreement: Vec::new(),
        live_agreement: Vec::new(),
        targets: Vec::new(),
        warnings: warnings::of_scenario(scenario, &stability),
        no_theory,
        stability,
        answers: theory.into_iter().collect(),
    };
    with_live(&mut outcome, scenario, Span::ZERO, speed, target, vec![finished])?;
    Ok(outcome)
}
