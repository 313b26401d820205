//! The run that is watched: simulated, and then it goes as far as it is told; or live, and then it goes by itself.

#![expect(clippy::disallowed_methods, reason = "a live run takes a moment until there is something to see")]

use std::time::Duration;

use crate::experiment::{RunError, Watching, WatchingLive};
use crate::result::{Event, Outcome, Progress, Scene, Theory};
use crate::scenario::{Change, Scenario};
use crate::time::Time;

/// Between two looks at whether a live run has begun.
const MOMENT: Duration = Duration::from_millis(20);

pub enum Run<'a> {
    Simulated {
        scenario: &'a Scenario,
        watching: Box<Watching<'a>>,
    },
    Live {
        watching: WatchingLive,
        /// As it was shown last.
        scene: Box<Scene>,
    },
}

impl<'a> Run<'a> {
    pub fn simulated(scenario: &'a Scenario) -> Run<'a> {
        Run::Simulated { scenario, watching: Box::new(Watching::new(scenario)) }
    }

    /// Waits until there is something to see.
    ///
    /// # Errors
    /// If the run fails before.
    pub fn live(watching: WatchingLive) -> Result<Run<'a>, RunError> {
        loop {
            if let Some(scene) = watching.scene() {
                return Ok(Run::Live { watching, scene: Box::new(scene) });
            }
            if watching.is_over() {
                watching.finish()?;
                return Err(RunError::Broken("a live run was over before it was seen".to_owned()));
            }
            std::thread::sleep(MOMENT);
        }
    }

    pub fn is_live(&self) -> bool {
        matches!(self, Run::Live { .. })
    }

    pub fn theory(&self) -> Option<&Theory> {
        match self {
            Run::Simulated { watching, .. } => watching.theory(),
            Run::Live { watching, .. } => watching.theory(),
        }
    }

    pub fn scene(&mut self) -> Scene {
        match self {
            Run::Simulated { watching, .. } => watching.scene(),
            Run::Live { watching, scene } => {
                if let Some(latest) = watching.scene() {
                    **scene = latest;
                } else if watching.is_over() && scene.stage != Progress::Overloaded {
                    scene.stage = Progress::Over;
                }
                (**scene).clone()
            }
        }
    }

    /// As far as that instant; a live run goes by itself.
    pub fn until(&mut self, at: Time) {
        if let Run::Simulated { watching, .. } = self {
            watching.until(at);
        }
    }

    pub fn step(&mut self) -> Vec<Event> {
        match self {
            Run::Simulated { watching, .. } => watching.step(),
            Run::Live { .. } => Vec::new(),
        }
    }

    /// # Errors
    /// Why that cannot be changed, in words.
    pub fn alter(&mut self, change: &Change) -> Result<(), String> {
        match self {
            Run::Simulated { watching, .. } => watching.alter(change),
            Run::Live { watching, .. } => watching.alter(change.clone()),
        }
    }

    /// What a live run could not change after all, since that was last asked.
    pub fn refusals(&self) -> Vec<String> {
        match self {
            Run::Simulated { .. } => Vec::new(),
            Run::Live { watching, .. } => watching.refusals(),
        }
    }

    /// From the beginning, as the scenario says.
    pub fn restart(&mut self) {
        if let Run::Simulated { scenario, watching } = self {
            **watching = Watching::new(scenario);
        }
    }

    /// Where it stands; a live run is stopped first, and works off what is inside.
    ///
    /// # Errors
    /// If the books do not balance, or a live run has failed.
    pub fn finish(self) -> Result<Outcome, RunError> {
        match self {
            Run::Simulated { watching, .. } => watching.finish(),
            Run::Live { watching, .. } => {
                watching.stop();
                watching.finish()
            }
        }
    }
}
