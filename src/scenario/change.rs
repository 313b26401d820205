//! What somebody who watches a run may change while it runs.

/// A change, by the places of things in the scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// From now on its planned rate is so many times what the scenario says.
    Rate { producer: usize, factor: f64 },
    /// How many consumers there are.
    Count { consumers: usize, count: u32 },
    /// `u32::MAX` is unlimited.
    Prefetch { consumers: usize, prefetch: u32 },
    /// The next of the ways to acknowledge.
    Acknowledge { consumers: usize, how: crate::client::Acknowledge },
    /// One of them, counted from 0, crashes now; `None` is whoever holds the most.
    Crash { consumers: usize, which: Option<u32> },
    /// A message is published that always fails.
    Poison { producer: usize },
}
