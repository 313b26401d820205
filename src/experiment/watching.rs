//! A simulated run that somebody watches, and may change by hand.

use super::{RunError, targets, warnings};
use crate::metrics::Broken;
use crate::result::{Answer, Event, Outcome, Scene, Stability, Stopped, Theory};
use crate::scenario::{Change, Scenario};
use crate::sim::{self, Ending, Stage};
use crate::theory;
use crate::time::{Span, Time};

/// Replication 0 of a simulation, which goes as far as it is told.
pub struct Watching<'a> {
    scenario: &'a Scenario,
    stage: Stage<'a>,
    theory: Result<Theory, Vec<String>>,
    stability: Vec<Stability>,
}

impl<'a> Watching<'a> {
    /// It stands at its beginning.
    pub fn new(scenario: &'a Scenario) -> Watching<'a> {
        let stability = theory::stability(scenario);
        Watching { scenario, stage: Stage::new(scenario, 0), theory: theory::answer(scenario), stability }
    }

    /// What the formulas say; nothing of a run that somebody has changed.
    pub fn theory(&self) -> Option<&Theory> {
        self.theory.as_ref().ok().filter(|_| !self.stage.is_altered())
    }

    /// Carries out what comes next; what happened to messages then. Of some steps there is nothing to tell.
    pub fn step(&mut self) -> Vec<Event> {
        self.stage.step()
    }

    /// Carries out all that comes up to an instant, which is then the run's.
    pub fn until(&mut self, at: Time) {
        self.stage.until(at);
    }

    /// At which instant it stands.
    pub fn at(&self) -> Time {
        self.stage.at()
    }

    /// When the next step is, if there is one.
    pub fn next_at(&mut self) -> Option<Time> {
        self.stage.next_at()
    }

    pub fn is_over(&self) -> bool {
        self.stage.is_over()
    }

    /// Changes something at the instant at which the run stands.
    ///
    /// # Errors
    /// If that cannot be changed, or not as the run stands; in words.
    pub fn alter(&mut self, change: &Change) -> Result<(), String> {
        self.stage.alter(change)
    }

    /// How it stands.
    pub fn scene(&mut self) -> Scene {
        self.stage.scene()
    }

    /// What it has shown, at its end or where it stands; of one run there are no intervals.
    ///
    /// # Errors
    /// If the books do not balance.
    pub fn finish(self) -> Result<Outcome, RunError> {
        let is_altered = self.stage.is_altered();
        let (record, ending) = self.stage.finish().map_err(|Broken(what)| RunError::Broken(what))?;
        let ending = match ending {
            Ending::Complete => (Stopped::Replications, None),
            Ending::Interrupted => (Stopped::Interrupted, None),
            Ending::Overload(why) => (Stopped::Overload, Some(why)),
        };
        let (mut simulation, _) = sim::add_up(self.scenario, &[record], Span::ZERO, ending);
        simulation.altered = is_altered;
        let mut warnings = warnings::of_scenario(self.scenario, &self.stability);
        warnings.extend(is_altered.then(warnings::altered));
        let (theory, no_theory) = match self.theory {
            _ if is_altered => (None, Some("the run was changed by hand".to_owned())),
            Ok(theory) => (Some(Answer::Theory(theory)), None),
            Err(reasons) => (None, Some(reasons.join("; "))),
        };
        Ok(Outcome {
            seed: self.scenario.run.seed,
            partial: simulation.stopped == Stopped::Interrupted,
            agreement: Vec::new(),
            live_agreement: Vec::new(),
            targets: if is_altered { Vec::new() } else { targets::judge(self.scenario, &simulation) },
            warnings,
            no_theory,
            stability: self.stability,
            answers: theory.into_iter().chain([Answer::Simulation(Box::new(simulation))]).collect(),
        })
    }
}
