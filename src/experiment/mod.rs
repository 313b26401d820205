//! Carries out what was asked, sets the answers side by side and judges them.

mod agreement;
mod compare;
mod halves;
mod live;
mod targets;
mod warnings;
mod watching;
mod watching_live;

pub use compare::{Variant, compare, compare_live};
pub use live::{LiveAsk, run_live};
pub use watching::Watching;
pub use watching_live::WatchingLive;

use crate::live::LiveError;
use crate::result::{Answer, Explanation, Outcome, Simulation, Stability, Stopped, Theory};
use crate::scenario::{Problems, Scenario};
use crate::sim::{self, SimError, Simulated, Steady, Watch};
use crate::theory;

/// What to do with a scenario, beyond what it says itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ask {
    /// Answer by theory alone.
    pub theory_only: bool,
    /// Threads for the replications; `None` for as many as there are cores.
    pub threads: Option<usize>,
}

/// Why a run has no outcome at all.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("no formula applies: {0}; leave out `--theory` to simulate it")]
    NoTheory(String),
    /// The warm-up takes more than half of a run whose duration the scenario gives.
    #[error("{0}")]
    WarmupTooLong(String),
    /// The accounts do not balance or Little's law does not hold: a bug in kendall.
    #[error("kendall made a mistake, please report it: {0}")]
    Broken(String),
    #[error("cannot start {0} threads: {1}")]
    Threads(usize, String),
    /// The target has nothing for something in the scenario.
    #[error(transparent)]
    Lacking(Problems),
    #[error("the live run failed: {0}")]
    Live(#[from] LiveError),
}

impl From<SimError> for RunError {
    fn from(error: SimError) -> RunError {
        match error {
            SimError::Broken(broken) => RunError::Broken(broken.to_string()),
            SimError::WarmupTooLong { .. } => RunError::WarmupTooLong(error.to_string()),
        }
    }
}

/// Answers a scenario by theory, where a formula applies, and by simulation.
///
/// # Errors
/// If there is nothing to report: see [`RunError`].
pub fn run(scenario: &Scenario, ask: &Ask, watch: &Watch) -> Result<Outcome, RunError> {
    let stability = theory::stability(scenario);
    let theory = theory::answer(scenario);
    if ask.theory_only {
        let theory = theory.map_err(|reasons| RunError::NoTheory(reasons.join("; ")))?;
        return Ok(by_theory(scenario, theory, stability));
    }
    let steady = steady(scenario, &stability);
    let simulated = in_pool(ask.threads, || sim::simulate(scenario, steady, watch))?;
    Ok(side_by_side(scenario, theory, stability, simulated, steady))
}

/// Says in words which model a scenario is, or why none.
pub fn explain(scenario: &Scenario) -> Explanation {
    theory::explain(scenario)
}

fn steady(scenario: &Scenario, stability: &[Stability]) -> Steady {
    match stability.iter().any(|queue| theory::is_overloaded(scenario, queue)) {
        true => Steady::Never,
        false => Steady::Remembers(theory::relaxation(scenario, stability)),
    }
}

/// Does it on so many threads.
fn in_pool<R: Send>(threads: Option<usize>, work: impl FnOnce() -> Result<R, SimError> + Send) -> Result<R, RunError> {
    // 0 lets rayon choose as many as there are cores.
    let threads = threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| RunError::Threads(threads, error.to_string()))?;
    Ok(pool.install(work)?)
}

fn by_theory(scenario: &Scenario, theory: Theory, stability: Vec<Stability>) -> Outcome {
    Outcome {
        seed: scenario.run.seed,
        partial: false,
        agreement: Vec::new(),
        live_agreement: Vec::new(),
        targets: targets::judge_by_theory(scenario, &theory),
        warnings: warnings::of_scenario(scenario, &stability),
        no_theory: None,
        stability,
        answers: vec![Answer::Theory(theory)],
    }
}

fn side_by_side(
    scenario: &Scenario,
    theory: Result<Theory, Vec<String>>,
    stability: Vec<Stability>,
    simulated: Simulated,
    steady: Steady,
) -> Outcome {
    let mut warnings = warnings::of_scenario(scenario, &stability);
    warnings.extend(warnings::of_simulation(scenario, &simulated));
    let simulation = simulated.simulation;
    let agreement = match &theory {
        Ok(theory) => agreement::compare(theory, &simulation, no_verdict(scenario, &simulation, steady)),
        Err(_) => Vec::new(),
    };
    let targets = targets::judge(scenario, &simulation);
    let (theory, no_theory) = match theory {
        Ok(theory) => (Some(Answer::Theory(theory)), None),
        Err(reasons) => (None, Some(reasons.join("; "))),
    };
    Outcome {
        seed: scenario.run.seed,
        partial: simulation.stopped == Stopped::Interrupted,
        agreement,
        live_agreement: Vec::new(),
        targets,
        warnings,
        no_theory,
        stability,
        answers: theory.into_iter().chain([Answer::Simulation(Box::new(simulation))]).collect(),
    }
}

/// Why theory and simulation are not held against each other, where they are not.
fn no_verdict(scenario: &Scenario, simulation: &Simulation, steady: Steady) -> Option<&'static str> {
    use crate::scenario::Warmup;
    match simulation.stopped {
        Stopped::Interrupted => Some("the run was interrupted"),
        Stopped::Overload => Some("the run was stopped"),
        _ if steady == Steady::Never => Some("there is no steady state"),
        _ if scenario.run.warmup == Warmup::None => {
            Some("theory is about the steady state, and this run keeps its beginning (run.warmup is none)")
        }
        _ => None,
    }
}
