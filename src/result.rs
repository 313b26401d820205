//! What every engine fills in and every view reads: answers, estimates, accounts, verdicts, targets, warnings.

mod about;
mod accounts;
mod compare;
mod explanation;
mod live;
mod scene;

pub use about::{About, AboutConsumers, AboutOutage, AboutQueue, Asked};
pub use accounts::{Accounts, ProducerAccount, QueueAccount};
pub use compare::{Compared, Comparison, Difference, LIVE_RUNS, Ranking, Shown};
pub use explanation::{Explanation, Paragraph, Stability};
pub use live::{Halves, Lag, Live, LiveAgreement, Uncorrected};
pub use scene::{ConsumersScene, Doing, Moment, ProducerScene, Progress, QueueScene, Scene};

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::measure::{Measure, Op, Quantity};
use crate::time::{Span, Time};

/// Everything that is known after a run of one scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub seed: u64,
    /// Whether the run was interrupted, so that this is what was done until then.
    pub partial: bool,
    pub answers: Vec<Answer>,
    pub agreement: Vec<Agreement>,
    /// Of a live run with the same draws simulated.
    pub live_agreement: Vec<LiveAgreement>,
    pub targets: Vec<TargetResult>,
    pub warnings: Vec<Warning>,
    /// Why there is no theory, where there is none.
    pub no_theory: Option<String>,
    /// Per queue, what load it is offered; in the order of the scenario.
    pub stability: Vec<Stability>,
}

/// The share of intervals that are to cover the truth.
pub const CONFIDENCE: f64 = 0.95;

/// One way in which the scenario was answered.
#[derive(Clone, Debug)]
pub enum Answer {
    Theory(Theory),
    Simulation(Box<Simulation>),
    Live(Box<Live>),
}

impl Outcome {
    pub fn theory(&self) -> Option<&Theory> {
        self.answers.iter().find_map(|answer| match answer {
            Answer::Theory(theory) => Some(theory),
            Answer::Simulation(_) | Answer::Live(_) => None,
        })
    }

    pub fn simulation(&self) -> Option<&Simulation> {
        self.answers.iter().find_map(|answer| match answer {
            Answer::Simulation(simulation) => Some(simulation.as_ref()),
            Answer::Theory(_) | Answer::Live(_) => None,
        })
    }

    pub fn live(&self) -> Option<&Live> {
        self.answers.iter().find_map(|answer| match answer {
            Answer::Live(live) => Some(live.as_ref()),
            Answer::Theory(_) | Answer::Simulation(_) => None,
        })
    }

    /// The live runs, or else the simulation.
    pub fn measured(&self) -> Option<&Simulation> {
        self.live().map(|live| &live.runs).or_else(|| self.simulation())
    }
}

#[derive(Clone, Debug)]
pub struct Theory {
    /// In Kendall's notation, or in words.
    pub model: String,
    /// Where the formulas are from.
    pub source: String,
    pub measures: BTreeMap<Measure, Exact>,
    /// Wait, service and response of the whole, as far as their distributions are known: shares of messages, and the
    /// seconds that so many of them do not exceed.
    pub curves: BTreeMap<Quantity, Vec<(f64, f64)>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact {
    pub value: f64,
    pub exact: bool,
}

#[derive(Clone, Debug)]
pub struct Simulation {
    pub replications: u32,
    /// What was cut from the beginning of each replication.
    pub warmup: Span,
    /// Of each replication, after any doubling.
    pub duration: Span,
    pub stopped: Stopped,
    /// Why a replication was stopped by itself, in words, if one was; what was measured until then counts.
    pub overload: Option<Overload>,
    /// Somebody changed it by hand while it ran: neither theory nor a target says anything of it.
    pub altered: bool,
    /// Published in all replications, warm-up included.
    pub messages: u64,
    pub measures: BTreeMap<Measure, Estimate>,
    /// One value per replication; `None` where a replication has none.
    pub per_replication: BTreeMap<Measure, Vec<Option<f64>>>,
    /// In nanoseconds, of the merged replications, for the whole scenario.
    pub wait: Histogram<u64>,
    pub service: Histogram<u64>,
    pub response: Histogram<u64>,
    /// Sums over replications.
    pub accounts: Accounts,
    pub series: BTreeMap<String, Series>,
}

/// Why a replication was stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overload {
    /// When it was stopped and why, behind "a replication was".
    pub what: String,
    pub advice: String,
}

/// Why no more replications were run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// All that were asked for are done.
    Replications,
    /// The asked precision is reached.
    Precision,
    /// As many as are allowed, before the asked precision was reached.
    AtMost,
    Interrupted,
    /// A replication held more than `run.at_most_inside`, or time stood still.
    Overload,
}

impl Stopped {
    pub const ALL: [Stopped; 5] =
        [Stopped::Replications, Stopped::Precision, Stopped::AtMost, Stopped::Interrupted, Stopped::Overload];

    pub fn name(self) -> &'static str {
        match self {
            Stopped::Replications => "replications",
            Stopped::Precision => "precision",
            Stopped::AtMost => "at_most",
            Stopped::Interrupted => "interrupted",
            Stopped::Overload => "overload",
        }
    }
}

/// A number from several replications, in the measure's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// `None` where there is not enough data; `why` says so.
    pub value: Option<f64>,
    /// The standard error, with the degrees of freedom of Student's t; `None` where no interval holds.
    pub error: Option<StandardError>,
    /// Why there is no value or no interval.
    pub why: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardError {
    pub error: f64,
    pub freedom: f64,
    /// The half-width that no interval goes below, such as a histogram's bucket.
    pub at_least: f64,
}

/// One thing that happened to a message in one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Time,
    pub what: &'static str,
    /// The producer, by its place in the scenario, and the number of its message, counted from 0; nothing where it
    /// happens to a consumer alone.
    pub message: Option<(usize, u64)>,
    /// By its place in the scenario.
    pub queue: Option<usize>,
    /// Who the message is with, or was with until now; of several deliveries, by the latest.
    pub consumer: Option<Who>,
    /// Counted from 1 since the message entered the queue.
    pub attempt: Option<u32>,
    /// Why, or how; empty where there is nothing to add.
    pub why: &'static str,
}

/// A single consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// Its entry, by its place in the scenario.
    pub entry: usize,
    /// Counted from 0 in its entry.
    pub number: u32,
}

/// A level over time: the mean within each step, over replications, with the interval's ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The end of each step.
    pub t_s: Vec<f64>,
    pub mean: Vec<f64>,
    /// The interval of the mean over replications; equal to it where there is only one.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

/// Theory beside simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    pub measure: Measure,
    pub simulation: Option<f64>,
    pub theory: f64,
    pub verdict: Result<Verdict, String>,
    /// The relative half-width of the interval that decided.
    pub within: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Agrees,
    Differs,
    Undecided,
}

impl Verdict {
    pub const ALL: [Verdict; 3] = [Verdict::Agrees, Verdict::Differs, Verdict::Undecided];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Agrees => "agrees",
            Verdict::Differs => "differs",
            Verdict::Undecided => "undecided",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct TargetResult {
    /// As written.
    pub target: String,
    pub measure: Measure,
    pub op: Op,
    /// In the measure's unit.
    pub bound: f64,
    /// The share of replications in which it must hold, where the target says one.
    pub in_runs: Option<f64>,
    pub by: &'static str,
    pub holds: Holds,
    /// Why it is not decided, and what would decide it; in words.
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Yes,
    No,
    Undecided,
}

impl Holds {
    pub const ALL: [Holds; 3] = [Holds::Yes, Holds::No, Holds::Undecided];

    pub fn name(self) -> &'static str {
        match self {
            Holds::Yes => "yes",
            Holds::No => "no",
            Holds::Undecided => "undecided",
        }
    }
}

/// Something that the reader of a result has to know before trusting it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub code: WarningCode,
    pub measure: Option<Measure>,
    /// What is the matter and what to do.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WarningCode {
    /// Too few messages or replications for a number.
    ShortRun,
    /// More work comes than the consumers can do.
    Unstable,
    /// A replication was stopped because it held too many messages.
    Overload,
    /// Messages were left inside when the drain ended.
    Unfinished,
    /// The warm-up is a large part of the run.
    LongWarmup,
    /// The asked precision was not reached.
    Imprecise,
    /// The service varies so much that intervals may be too narrow.
    HeavyTail,
    /// A live run sent its messages too late to be believed.
    GeneratorBound,
    /// The machine was too busy, so that work ended late.
    HostSaturated,
    /// A live run did not go on as it had begun, and the same draws simulated did.
    NotStationary,
    /// A target was lost and found again.
    Reconnected,
    /// Somebody else's messages were in the queues of a live run.
    Foreign,
    /// Somebody changed a run by hand.
    Altered,
    /// Something in the scenario has no effect or an effect that is easily overlooked.
    Scenario,
}

impl WarningCode {
    pub const ALL: [WarningCode; 14] = [
        WarningCode::ShortRun,
        WarningCode::Unstable,
        WarningCode::Overload,
        WarningCode::Unfinished,
        WarningCode::LongWarmup,
        WarningCode::Imprecise,
        WarningCode::HeavyTail,
        WarningCode::GeneratorBound,
        WarningCode::HostSaturated,
        WarningCode::NotStationary,
        WarningCode::Reconnected,
        WarningCode::Foreign,
        WarningCode::Altered,
        WarningCode::Scenario,
    ];

    pub fn name(self) -> &'static str {
        match self {
            WarningCode::ShortRun => "short-run",
            WarningCode::Unstable => "unstable",
            WarningCode::Overload => "overload",
            WarningCode::Unfinished => "unfinished",
            WarningCode::LongWarmup => "long-warmup",
            WarningCode::Imprecise => "imprecise",
            WarningCode::HeavyTail => "heavy-tail",
            WarningCode::GeneratorBound => "generator-bound",
            WarningCode::HostSaturated => "host-saturated",
            WarningCode::NotStationary => "not-stationary",
            WarningCode::Reconnected => "reconnected",
            WarningCode::Foreign => "foreign",
            WarningCode::Altered => "altered",
            WarningCode::Scenario => "scenario",
        }
    }
}
