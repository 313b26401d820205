//! A consumer is told by hand to do otherwise, and lets be seen what it does.

use std::sync::atomic::Ordering::Relaxed;

use super::{DESK, Task};
use crate::adapter::{Consumer, Publisher, TargetError};
use crate::broker::Terms;
use crate::client::Acknowledge;
use crate::live::hand::code;
use crate::result::Doing;

impl<C: Consumer, P: Publisher> Task<C, P> {
    /// Other terms hold at once. Who is to acknowledge otherwise gives back what it has not begun, finishes the rest as it
    /// was told before, and takes part anew then.
    pub(super) fn is_told(&mut self, terms: Terms, acknowledge: Acknowledge) -> Result<(), TargetError> {
        if acknowledge == self.parts.acknowledge && self.becomes.is_none() {
            return self.parts.inbox.change_terms(terms);
        }
        let is_wanted = self.parts.crew.desk(DESK).is_wanted();
        self.becomes = Some((terms, acknowledge));
        self.leave();
        if is_wanted {
            self.parts.crew.comes_back(DESK);
        }
        if self.parts.crew.is_over(DESK) {
            self.becomes_so();
        }
        Ok(())
    }

    /// It has nothing left of before.
    pub(super) fn becomes_so(&mut self) {
        let Some((terms, acknowledge)) = self.becomes.take() else { return };
        self.parts.acknowledge = acknowledge;
        self.parts.crew.acknowledge(acknowledge);
        // A target that knows no other terms lets nothing be told.
        let _ = self.parts.inbox.change_terms(terms);
        if self.parts.crew.desk(DESK).is_wanted() {
            self.parts.crew.come_back(DESK);
            self.take_part();
        }
    }

    pub(super) fn show_doing(&self) {
        if let Some(doing) = &self.parts.doing {
            doing.store(code(self.doing()), Relaxed);
        }
    }

    fn doing(&self) -> Doing {
        let desk = self.parts.crew.desk(DESK);
        match () {
            () if desk.is_down() => Doing::Crashed,
            () if desk.hangs() || !self.outside.is_empty() => Doing::Hung,
            () if !desk.batch().is_empty() => Doing::Busy,
            () if desk.is_present() || !desk.is_over() => Doing::Idle,
            () => Doing::Away,
        }
    }
}
