//! How a run stands at an instant, for those who watch it: plain data, cheap to make thirty times a second.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::Accounts;
use crate::measure::Measure;
use crate::time::{Span, Time};

/// A run at an instant of the scenario.
#[derive(Clone, Debug)]
pub struct Scene {
    pub at: Time,
    pub duration: Span,
    pub stage: Progress,
    /// Somebody has changed it by hand, so that neither theory nor a target says anything of it.
    pub is_altered: bool,
    /// In the order of the scenario.
    pub producers: Vec<ProducerScene>,
    pub queues: Vec<QueueScene>,
    pub consumers: Vec<ConsumersScene>,
    /// Of processed messages so far, in nanoseconds.
    pub response: Histogram<u64>,
    pub wait: Histogram<u64>,
    /// Measures so far, where they are known before the end; without intervals, because this is one run.
    pub measures: BTreeMap<Measure, f64>,
    pub accounts: Accounts,
    /// The past, evenly spaced, the oldest first; thinned out as it grows.
    pub history: Vec<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Running,
    /// Nothing more is published; what is inside is worked off.
    Draining,
    Over,
    /// It was stopped because too much was inside, or time stood still.
    Overloaded,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ProducerScene {
    pub name: String,
    /// Queues, by their places.
    pub publishes_to: Vec<usize>,
    /// By what its planned rate was changed by hand; 1 if it was not.
    pub factor: f64,
    /// Planned instants reached, so far.
    pub published: u64,
    pub refused: u64,
    /// Published and not let in yet.
    pub outside: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct QueueScene {
    pub name: String,
    /// Messages that may wait.
    pub capacity: Option<u64>,
    /// Nobody takes from it, and nothing leaves it.
    pub rests: bool,
    pub is_out: bool,
    /// Now.
    pub waiting: u64,
    pub delayed: u64,
    pub in_flight: u64,
    pub parked: u64,
    /// So far.
    pub entered: u64,
    pub delivered: u64,
    pub redelivered: u64,
    pub acknowledged: u64,
    pub dropped: u64,
    pub dead_lettered: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumersScene {
    pub name: String,
    /// Queues, by their places.
    pub takes_from: Vec<usize>,
    pub prefetch: u32,
    /// In the words of the scenario language.
    pub acknowledge: String,
    /// How many are to be there now, those that have crashed included.
    pub count: u32,
    /// How many there can be.
    pub most: u32,
    /// By their places; of those that a change may call in, only as far as one is there.
    pub consumers: Vec<Doing>,
    /// Busy time over available time so far.
    pub utilization: Option<f64>,
}

/// What a single consumer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Idle,
    Busy,
    /// It holds messages and does nothing.
    Hung,
    Crashed,
    /// Not there, by plan or by hand.
    Away,
}

/// A point of the past.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    pub at: Time,
    /// Messages published and processed a second, since the moment before.
    pub rate_in: f64,
    pub rate_out: f64,
    /// By queue: waiting, in flight.
    pub levels: Vec<(u64, u64)>,
}
