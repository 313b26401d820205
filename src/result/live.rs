//! What live runs leave behind.

use std::collections::BTreeMap;

use super::{Simulation, Verdict};
use crate::measure::Measure;
use crate::time::Span;

/// What runs on a real clock have shown, in scenario time but where it says otherwise.
#[derive(Clone, Debug)]
pub struct Live {
    /// What ran the queues, and what a confirmed message outlives there.
    pub target: String,
    pub durability: String,
    /// Why figures of queues have no value, if the target does not tell what they rest on.
    pub untold: Option<String>,
    /// Seconds of the scenario in a real one.
    pub speed: f64,
    /// What was measured; its replications are the runs.
    pub runs: Simulation,
    /// The same draws simulated, over the same window and drain: the mean over as many replications.
    pub twin: BTreeMap<Measure, f64>,
    /// None of a run that was cut short, or has too few steps of a series.
    pub halves: Option<Halves>,
    /// Whether the runs are to be believed, or why not.
    pub valid: Result<(), String>,
    /// How late messages were sent and work ended, in real time.
    pub sent_late: Lag,
    pub ended_late: Lag,
    /// Sent later than that more than one time in a hundred, a run is invalid; in real time.
    pub most_late: Span,
    /// Response from the actual sending, in seconds; none where a message is sent several times.
    pub uncorrected: Option<Uncorrected>,
    pub reconnects: u64,
    /// Messages that were in the target's queues and not of these runs.
    pub foreign: u64,
    /// How long ago the oldest unfinished message was planned.
    pub oldest_unfinished: Option<Span>,
    /// Processors that were busy with it, of so many; where the system tells.
    pub busy_cores: Option<f64>,
    pub cores: usize,
    /// The shortest step of the clock, in real time.
    pub clock_resolution: Span,
}

/// Messages in all queues on average, in the first half of the window and in the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Halves {
    pub live: (f64, f64),
    /// Of the same draws simulated.
    pub twin: (f64, f64),
}

/// How late something was, in real time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lag {
    pub count: u64,
    pub p50: Span,
    pub p99: Span,
    pub max: Span,
    /// Shares, and the seconds by which so many were late at most.
    pub curve: Vec<(f64, f64)>,
}

/// What a client sees that forgets how long it could not send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uncorrected {
    pub mean: f64,
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// A live run beside the same draws simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveAgreement {
    pub measure: Measure,
    pub twin: f64,
    pub live: f64,
    pub verdict: Result<Verdict, String>,
}
