//! What the books say about one message, and how its fate is turned.

use std::hint::cold_path;

use super::families::{Admission, Families};
use super::ledger::{Counts, Fate, Special, Track};
use crate::broker::Message;

/// What the books say about one message: its track and the counts that it belongs to.
pub struct Page<'a> {
    pub track: &'a mut Track,
    pub counts: &'a mut Counts,
    pub(super) id: u32,
    pub(super) open: &'a mut u64,
    pub(super) families: &'a mut Families,
    pub(super) over: &'a mut Vec<Message>,
}

impl Page<'_> {
    /// Gives a message a fate. Only success is final: what was given up for lost or dead may yet succeed.
    #[inline]
    pub fn settle(&mut self, fate: Fate) {
        if self.track.is.any() {
            cold_path();
            return self.again().settle_special(fate);
        }
        self.settle_alone(fate);
    }

    /// As [`Page::settle`], of a message that has no copies and whose end nobody waits for.
    #[inline]
    pub fn settle_alone(&mut self, fate: Fate) {
        match self.track.fate {
            Fate::Processed => return,
            before => self.turn(before, fate),
        }
        self.track.fate = fate;
    }

    /// The same page. What a call that is not inlined refers to is kept in memory from the beginning; put together only
    /// for the call, a page stays in registers where there is none.
    #[inline(always)]
    fn again(&mut self) -> Page<'_> {
        let Page { track, counts, id, open, families, over } = self;
        Page { track, counts, id: *id, open, families, over }
    }

    #[inline]
    fn turn(&mut self, before: Fate, after: Fate) {
        if before == Fate::Open {
            *self.open -= 1;
        } else {
            cold_path();
            self.counts.of_fate(before).into_iter().for_each(|count| *count -= 1);
        }
        match self.counts.of_fate(after) {
            Some(count) => *count += 1,
            None => *self.open += 1,
        }
    }

    #[inline(never)]
    fn settle_special(mut self, fate: Fate) {
        let before = self.track.fate;
        if before == Fate::Processed {
            return;
        }
        self.track.fate = fate;
        let (before, after) = match self.track.is.has(Special::COPY) {
            true => self.families.turn(self.id, before, fate),
            false => (before, fate),
        };
        self.count_turn(before, after);
    }

    /// The message has turned from one fate to another, if they differ.
    pub(super) fn count_turn(&mut self, before: Fate, after: Fate) {
        if before == after {
            return;
        }
        self.turn(before, after);
        if after != Fate::Open {
            self.end();
        }
    }

    /// The message has ended for the first time, in whatever way.
    pub(super) fn end(&mut self) {
        let track = &mut self.track;
        let is_awaited = match track.is.has(Special::COPY) {
            true => self.families.take_awaited(self.id),
            false => std::mem::take(&mut track.is) == Special::AWAITED,
        };
        if is_awaited {
            self.over.push(Message { producer: track.producer(), number: track.number, planned: track.planned });
        }
    }

    /// A queue has let a published copy in, or has refused it for good.
    pub(super) fn decide(&mut self, accepted: bool) {
        match self.families.decide(self.id, accepted) {
            (Admission::Outside, Admission::Accepted) => {
                self.counts.not_yet_accepted -= 1;
                self.counts.accepted += 1;
                let (before, after) = self.families.refresh(self.id);
                self.count_turn(before, after);
            }
            (Admission::Outside, Admission::Refused) => {
                self.counts.not_yet_accepted -= 1;
                self.counts.refused += 1;
                *self.open -= 1;
                self.end();
            }
            _ => {}
        }
    }
}
