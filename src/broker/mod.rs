//! The rules of a broker: a function of what happened, never of what time it is.

/// A queue, by its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub u16);

impl QueueId {
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

mod rules;
pub use rules::*;
