//! Emulated work: a consumer that is busy until an instant.

use super::{Lateness, Timer, TimerError};
use crate::client::WorksBy;
use crate::time::Time;

/// The attempts of one consumer, one after the other: when each begins and ends by rights.
///
/// An attempt that a timer ended late has taken more than its work. Were the next counted from there, each service
/// would be longer by the lateness, and near full load a little more service is much more wait. So what was there
/// before the last attempt had ended begins when it would have begun had that ended in time. Only the consumer's own
/// lateness is taken back: what passes between an acknowledgement and the next delivery is the broker's, and stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shift {
    /// When the last attempt was to end, and when it ended.
    planned_end: Time,
    ended: Time,
}

impl Shift {
    /// When the attempt at a message begins that entered its queue at `entered` and was in this consumer's hands at
    /// `delivered`, while it worked on the last or after that.
    pub fn begins(&self, entered: Time, delivered: Time) -> Time {
        if delivered < self.ended {
            return delivered.max(self.planned_end);
        }
        let would_have = entered.clamp(self.planned_end, self.ended);
        Time::ZERO + (delivered - self.ended) + (would_have - Time::ZERO)
    }

    /// The attempt that was to end at `planned_end` did so at `ended`, which is no earlier.
    pub fn ended(&mut self, planned_end: Time, ended: Time) {
        *self = Shift { planned_end, ended: ended.max(planned_end) };
    }
}

/// The hands of one consumer: they are busy for as long as they are told.
pub struct Hands {
    timer: Timer,
    works_by: WorksBy,
    shift: Shift,
    lateness: Lateness,
}

impl Hands {
    pub fn new(timer: Timer, works_by: WorksBy) -> Hands {
        Hands { timer, works_by, shift: Shift::default(), lateness: Lateness::default() }
    }

    /// By its clock.
    pub fn now(&self) -> Time {
        self.timer.clock().now()
    }

    /// When the attempt at a message begins, as [`Shift::begins`] says.
    pub fn begins(&self, entered: Time, delivered: Time) -> Time {
        self.shift.begins(entered, delivered)
    }

    /// Works until `end`, and tells when that ended. What is over by rights is over at once. If it is not awaited to its
    /// end, it did not take place.
    ///
    /// # Errors
    /// If the system's timer fails.
    pub async fn work(&mut self, end: Time) -> Result<Time, TimerError> {
        let ended = match self.works_by {
            WorksBy::Sleep => self.timer.until(end).await?,
            WorksBy::Spin => self.timer.busy_until(end).await?,
        };
        self.shift.ended(end, ended);
        self.lateness.record(self.timer.clock().real(ended.since(end)));
        Ok(ended)
    }

    /// Waits, idle, until an instant, and tells when that ended.
    ///
    /// # Errors
    /// If the system's timer fails.
    pub async fn rest(&mut self, until: Time) -> Result<Time, TimerError> {
        self.timer.until(until).await
    }

    /// It could begin nothing until now, and that was not its own lateness.
    pub fn was_held_up(&mut self) {
        let now = self.timer.clock().now();
        self.shift.ended(now, now);
    }

    /// How late work has ended so far, in real time.
    pub fn lateness(&mut self) -> &mut Lateness {
        &mut self.lateness
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::Span;

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    fn span(nanos: u64) -> Span {
        Span::from_nanos(nanos)
    }

    #[test]
    fn what_was_held_begins_at_the_planned_end_of_the_last() {
        let mut shift = Shift::default();
        shift.ended(at(1000), at(1070));
        assert_eq!(shift.begins(at(300), at(400)), at(1000));
        // It was delivered while the last was overdue.
        assert_eq!(shift.begins(at(300), at(1030)), at(1030));
    }

    #[test]
    fn what_comes_to_an_idle_consumer_begins_when_it_comes() {
        let mut shift = Shift::default();
        assert_eq!(shift.begins(at(0), at(5)), at(5));
        shift.ended(at(1000), at(1070));
        assert_eq!(shift.begins(at(2990), at(3000)), at(3000));
    }

    #[test]
    fn the_brokers_time_is_not_taken_back() {
        let mut shift = Shift::default();
        shift.ended(at(1000), at(1070));
        // It had waited in the queue all along, and came 500 ns after the last had ended.
        assert_eq!(shift.begins(at(400), at(1570)), at(1500));
        // It entered while the last was overdue.
        assert_eq!(shift.begins(at(1030), at(1570)), at(1530));
    }

    #[test]
    fn an_attempt_never_begins_before_its_message_entered() {
        let mut shift = Shift::default();
        shift.ended(at(u64::MAX - 1), at(u64::MAX));
        assert_eq!(shift.begins(at(u64::MAX), at(u64::MAX)), at(u64::MAX));
        assert_eq!(shift.begins(at(7), at(u64::MAX)), at(u64::MAX - 1));
    }

    proptest! {
        /// Lindley's recursion (1952): the ends of a single server that is never late. Messages are held by the
        /// consumer, or come one by one as it ends.
        #[test]
        fn each_attempt_is_late_by_its_own_lateness_alone(
            held in any::<bool>(),
            steps in prop::collection::vec((0..2000_u64, 0..2000_u64, 0..3000_u64), 1..200),
        ) {
            let (mut shift, mut arrival, mut ideal, mut now) = (Shift::default(), at(0), at(0), at(0));
            for (gap, work, late) in steps {
                arrival += span(gap);
                ideal = ideal.max(arrival) + span(work);
                let delivered = if held { arrival } else { now.max(arrival) };
                let end = shift.begins(arrival, delivered) + span(work);
                prop_assert_eq!(end, ideal);
                now = now.max(end) + span(late);
                shift.ended(end, now);
            }
        }
    }
}
