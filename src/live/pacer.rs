//! Which messages are due, and how to wait for the next: functions of the time they are given.
//!
//! An open loop: the plan is never moved. A message that is late keeps its planned instant, and so do those behind it,
//! so that no lateness is handed on to a message that could be in time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroUsize;

use crate::broker::Message;
use crate::time::{Span, Time};

/// How near its end a wait changes its kind, in real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Margins {
    /// A sleep ends so much before, because it may end late. [`Span::MAX`]: no sleep at all.
    pub sleep: Span,
    /// From here on nobody else is let in, because they may take longer than this.
    pub spin: Span,
}

/// How to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// No more: the instant is reached.
    Over,
    /// For so long, then look again.
    Sleep(Span),
    /// Let the other tasks of this thread go first, then look again.
    Yield,
    /// Look again at once.
    Spin,
}

impl Margins {
    /// How to wait while so much real time is left.
    pub fn wait(self, left: Span) -> Wait {
        if left == Span::ZERO {
            Wait::Over
        } else if left <= self.spin {
            Wait::Spin
        } else if left <= self.sleep {
            Wait::Yield
        } else {
            Wait::Sleep(left.saturating_sub(self.sleep))
        }
    }
}

/// The messages of a plan, handed out when they are due.
pub struct Pacer<I> {
    /// What comes behind `next`.
    plan: I,
    next: Option<Message>,
    /// Planned while it runs, the earliest first.
    added: BinaryHeap<Reverse<(Time, u64, Message)>>,
    /// Counts what was added, so that equal instants keep their order.
    count: u64,
    at_most: NonZeroUsize,
}

impl<I: Iterator<Item = Message>> Pacer<I> {
    /// `plan` is in the order of its planned instants; at most so many messages are handed out at once.
    pub fn new(mut plan: I, at_most: NonZeroUsize) -> Pacer<I> {
        Pacer { next: plan.next(), plan, added: BinaryHeap::new(), count: 0, at_most }
    }

    /// Hands out a message at its planned instant that was not in the plan.
    pub fn add(&mut self, message: Message) {
        self.added.push(Reverse((message.planned, self.count, message)));
        self.count += 1;
    }

    /// Changes what is to come of the plan: `replan` is told the next message, if there is one, and says which is next then.
    pub fn replan(&mut self, replan: impl FnOnce(&mut I, Option<Message>) -> Option<Message>) {
        self.next = replan(&mut self.plan, self.next);
    }

    /// Hands out nothing more of the plan; what was added stays.
    pub fn cut(&mut self) {
        self.next = None;
    }

    /// Whether the plan has been handed out.
    pub fn is_over(&self) -> bool {
        self.next.is_none()
    }

    /// When the next message is to be sent; `None` after the last.
    pub fn due(&self) -> Option<Time> {
        let added = self.added.peek().map(|Reverse((at, ..))| *at);
        let planned = self.next.map(|message| message.planned);
        planned.into_iter().chain(added).min()
    }

    /// Replaces what is in `batch` by what is due at `now` and was not handed out before: more than one message where
    /// several are planned for one instant, or where the sender did not keep up.
    pub fn take(&mut self, now: Time, batch: &mut Vec<Message>) {
        batch.clear();
        while self.added.peek().is_some_and(|Reverse((at, ..))| *at <= now) && batch.len() < self.at_most.get() {
            batch.extend(self.added.pop().map(|Reverse((.., message))| message));
        }
        while let Some(message) = self.next.filter(|message| message.planned <= now) {
            if batch.len() == self.at_most.get() {
                return;
            }
            batch.push(message);
            self.next = self.plan.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARGINS: Margins = Margins { sleep: Span::from_nanos(80_000), spin: Span::from_nanos(20_000) };

    fn plan(gaps: &[u64]) -> Vec<Message> {
        let mut at = Time::ZERO;
        let message = |(number, gap): (usize, &u64)| {
            at += Span::from_nanos(*gap);
            Message { producer: 3, number: number as u64, planned: at }
        };
        gaps.iter().enumerate().map(message).collect()
    }

    fn pacer(gaps: &[u64], at_most: usize) -> Pacer<impl Iterator<Item = Message>> {
        Pacer::new(plan(gaps).into_iter(), NonZeroUsize::new(at_most).unwrap())
    }

    /// A message as it was sent.
    #[derive(Debug)]
    struct Sent {
        message: Message,
        at: Time,
        /// When the sender looked at the clock the time before.
        looked: Time,
        in_batch_of: usize,
    }

    /// Sends a whole plan on a clock that stands still but for `delays`: how much later than asked each step ends.
    fn send(mut pacer: Pacer<impl Iterator<Item = Message>>, delays: &[u64]) -> Vec<Sent> {
        let mut delays = delays.iter().cycle().map(|nanos| Span::from_nanos(*nanos));
        let (mut now, mut last_look) = (Time::ZERO, Time::ZERO);
        let (mut sent, mut batch) = (Vec::new(), Vec::new());
        while let Some(due) = pacer.due() {
            let looked = std::mem::replace(&mut last_look, now);
            let delay = delays.next().expect("an endless sequence");
            now = match MARGINS.wait(due.since(now)) {
                Wait::Over => {
                    pacer.take(now, &mut batch);
                    assert!(!batch.is_empty(), "a message that is due is handed out");
                    let in_batch_of = batch.len();
                    sent.extend(batch.iter().map(|&message| Sent { message, at: now, looked, in_batch_of }));
                    now + delay
                }
                Wait::Sleep(span) => now + span + delay,
                Wait::Yield => now + Span::from_nanos(500) + delay,
                Wait::Spin => due,
            };
        }
        sent
    }

    fn gaps() -> impl Strategy<Value = Vec<u64>> {
        let gap = prop_oneof![Just(0_u64), 1..2_000_u64, 1_000..500_000_u64, 500_000..20_000_000_u64];
        prop::collection::vec(gap, 1..200)
    }

    /// Mostly little, now and then a stall of up to a second.
    fn delays() -> impl Strategy<Value = Vec<u64>> {
        let delay = prop_oneof![8 => 0..60_000_u64, 3 => 60_000..2_000_000_u64, 1 => 0..1_000_000_000_u64];
        prop::collection::vec(delay, 1..40)
    }

    proptest! {
        #[test]
        fn every_message_is_sent_once_in_order_as_planned_and_none_early(
            gaps in gaps(), delays in delays(), at_most in 1_usize..20
        ) {
            let sent = send(pacer(&gaps, at_most), &delays);
            prop_assert_eq!(sent.iter().map(|sent| sent.message).collect::<Vec<_>>(), plan(&gaps));
            for sent in sent {
                prop_assert!(sent.at >= sent.message.planned, "early: {:?}", sent);
                prop_assert!(sent.in_batch_of <= at_most, "too many at once: {:?}", sent);
            }
        }

        #[test]
        fn whatever_is_late_became_due_during_the_one_step_before_it_was_sent(gaps in gaps(), delays in delays()) {
            let sent = send(pacer(&gaps, usize::MAX), &delays);
            for sent in sent {
                let in_time = sent.at == sent.message.planned;
                prop_assert!(in_time || sent.message.planned > sent.looked, "{:?}", sent);
            }
        }

        #[test]
        fn a_wait_never_ends_early_and_a_sleep_leaves_its_margin(left in prop_oneof![0..100_000_u64, any::<u64>()]) {
            let left = Span::from_nanos(left);
            match MARGINS.wait(left) {
                Wait::Over => prop_assert_eq!(left, Span::ZERO),
                Wait::Sleep(span) => prop_assert_eq!(span + MARGINS.sleep, left),
                Wait::Yield | Wait::Spin => prop_assert!(left > Span::ZERO && left <= MARGINS.sleep),
            }
        }
    }

    #[test]
    fn after_a_stall_the_plan_is_caught_up_with_and_kept_again() {
        let at = |micros: u64| Time::from_nanos(micros * 1000);
        let mut pacer = pacer(&[200_000; 10], 3);
        let mut batch = Vec::new();
        let mut planned = |now: Time| {
            pacer.take(now, &mut batch);
            (batch.iter().map(|message| message.planned.nanos() / 1000).collect::<Vec<_>>(), pacer.due())
        };
        assert_eq!(planned(at(200)), (vec![200], Some(at(400))));
        // A stall of 1.1 ms: what it made late is sent at once, with its own instants, and no more than 3 at a time.
        assert_eq!(planned(at(1300)), (vec![400, 600, 800], Some(at(1000))));
        assert_eq!(planned(at(1300)), (vec![1000, 1200], Some(at(1400))));
        assert_eq!(planned(at(1300)), (vec![], Some(at(1400))));
        assert_eq!(planned(at(1400)), (vec![1400], Some(at(1600))));
    }

    #[test]
    fn the_kind_of_a_wait_follows_from_what_is_left_of_it() {
        let left = |nanos| MARGINS.wait(Span::from_nanos(nanos));
        assert_eq!(left(200_000), Wait::Sleep(Span::from_nanos(120_000)));
        assert_eq!([left(80_000), left(20_001)], [Wait::Yield; 2]);
        assert_eq!([left(20_000), left(1)], [Wait::Spin; 2]);
        assert_eq!(left(0), Wait::Over);
        let never_sleeps = Margins { sleep: Span::MAX, ..MARGINS };
        assert_eq!(never_sleeps.wait(Span::from_nanos(1 << 60)), Wait::Yield);
    }
}
