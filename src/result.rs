//! What every engine fills in and every view reads: answers, estimates, accounts, verdicts, targets, warnings.

mod about;
mod compare;
mod explanation;
mod live;
mod scene;

pub use about::{About, AboutConsumers, AboutQueue};
pub use compare::{Compared, Comparison, Difference, Ranking, Shown};
pub use explanation::{Explanation, Paragraph, Stability};
pub use live::{Halves, Lag, Live, LiveAgreement, Uncorrected};
pub use scene::{ConsumersScene, Doing, Moment, ProducerScene, Progress, QueueScene, Scene};

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::measure::{Cause, Measure};
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
    pub advice: &'static str,
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
    /// The producer, by its place in the scenario, and the number of its message, counted from 0.
    pub message: (usize, u64),
    /// By its place in the scenario.
    pub queue: usize,
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

/// Where every message went, in whole numbers over the whole run. By name, in the order of the scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    pub queues: Vec<(String, QueueAccount)>,
    pub producers: Vec<(String, ProducerAccount)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueAccount {
    pub entered_published: u64,
    /// By consumers who passed them on (`then`).
    pub entered_passed_on: u64,
    pub entered_dead_lettered: u64,
    pub waiting: u64,
    pub delayed: u64,
    pub in_flight: u64,
    pub acknowledged: u64,
    /// What expired is not among them.
    pub dropped: BTreeMap<Cause, u64>,
    /// Without a dead letter queue.
    pub expired: u64,
    pub dead_lettered: BTreeMap<Cause, u64>,
    pub parked: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProducerAccount {
    pub published: u64,
    pub tries: u64,
    pub not_yet_accepted: u64,
    pub refused: u64,
    pub accepted: u64,
    pub processed: u64,
    pub lost: BTreeMap<Cause, u64>,
    pub dead: u64,
    pub unfinished: u64,
}

impl QueueAccount {
    /// Adds another run's account.
    pub fn add(&mut self, other: &QueueAccount) {
        self.entered_published += other.entered_published;
        self.entered_passed_on += other.entered_passed_on;
        self.entered_dead_lettered += other.entered_dead_lettered;
        self.waiting += other.waiting;
        self.delayed += other.delayed;
        self.in_flight += other.in_flight;
        self.acknowledged += other.acknowledged;
        add_causes(&mut self.dropped, &other.dropped);
        self.expired += other.expired;
        add_causes(&mut self.dead_lettered, &other.dead_lettered);
        self.parked += other.parked;
    }

    /// What came in and is nowhere: 0, or the rules are broken.
    pub fn residual(&self) -> i128 {
        let gone: u64 = self.dropped.values().chain(self.dead_lettered.values()).sum();
        let entered = [self.entered_published, self.entered_passed_on, self.entered_dead_lettered];
        entered.into_iter().map(i128::from).sum::<i128>()
            - i128::from(self.waiting)
            - i128::from(self.delayed)
            - i128::from(self.in_flight)
            - i128::from(self.acknowledged)
            - i128::from(gone)
            - i128::from(self.expired)
            - i128::from(self.parked)
    }
}

fn add_causes(sums: &mut BTreeMap<Cause, u64>, counts: &BTreeMap<Cause, u64>) {
    for (cause, count) in counts {
        *sums.entry(*cause).or_default() += count;
    }
}

impl ProducerAccount {
    /// Adds another run's account.
    pub fn add(&mut self, other: &ProducerAccount) {
        self.published += other.published;
        self.tries += other.tries;
        self.not_yet_accepted += other.not_yet_accepted;
        self.refused += other.refused;
        self.accepted += other.accepted;
        self.processed += other.processed;
        add_causes(&mut self.lost, &other.lost);
        self.dead += other.dead;
        self.unfinished += other.unfinished;
    }

    /// The sum of both equations' residuals, each taken without its sign.
    pub fn residual(&self) -> i128 {
        let lost: u64 = self.lost.values().sum();
        let handed_over = i128::from(self.published)
            - i128::from(self.not_yet_accepted)
            - i128::from(self.refused)
            - i128::from(self.accepted);
        let fates = i128::from(self.accepted)
            - i128::from(self.processed)
            - i128::from(lost)
            - i128::from(self.dead)
            - i128::from(self.unfinished);
        handed_over.abs() + fates.abs()
    }
}

impl Accounts {
    /// 0, or the rules are broken.
    pub fn residual(&self) -> i128 {
        let queues: i128 = self.queues.iter().map(|(_, q)| q.residual().abs()).sum();
        let producers: i128 = self.producers.iter().map(|(_, p)| p.residual()).sum();
        queues + producers
    }
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

#[derive(Clone, Debug, PartialEq)]
pub struct TargetResult {
    pub target: String,
    pub by: &'static str,
    pub holds: Holds,
    /// What was measured, and what would decide an undecided one; in words.
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Yes,
    No,
    Undecided,
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
