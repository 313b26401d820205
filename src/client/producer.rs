//! A producer publishes at its planned instants, whatever became of the messages before.

use crate::broker::Message;
use crate::time::Time;
use crate::workload::ArrivalStream;

/// One producer: an open loop. A publish that is blocked waits outside in its turn and keeps its planned instant; one
/// that is refused is given up.
pub struct Producer<'a> {
    place: u16,
    planned: ArrivalStream<'a>,
    number: u64,
    end: Time,
}

/// What the broker says to a publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Accepted,
    Blocked,
    Refused,
}

/// What a producer does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    Nothing,
    /// It waits for the message to be accepted.
    Wait,
    /// The message is refused for good.
    GiveUp,
}

impl<'a> Producer<'a> {
    /// `place` is the producer's in the scenario; nothing is planned at `end` or later.
    pub fn new(place: u16, planned: ArrivalStream<'a>, end: Time) -> Producer<'a> {
        Producer { place, planned, number: 0, end }
    }

    /// The next message that is to be published, if there is one.
    #[inline]
    pub fn plan(&mut self) -> Option<Message> {
        let planned = self.planned.next().filter(|at| *at < self.end)?;
        let number = self.number;
        self.number += 1;
        Some(Message { producer: self.place, number, planned })
    }

    #[inline]
    pub fn told(&self, reply: Reply) -> Reaction {
        match reply {
            Reply::Accepted => Reaction::Nothing,
            Reply::Blocked => Reaction::Wait,
            Reply::Refused => Reaction::GiveUp,
        }
    }
}
