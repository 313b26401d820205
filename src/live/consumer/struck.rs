//! A consumer crashes, is cut off from the broker, or is not heard.

use super::{DESK, Task};
use crate::adapter::{Consumer, Publisher, Said, TargetError};
use crate::client::{Acknowledge, Crashed, Next};
use crate::live::fate::Blow;
use crate::time::Time;

impl<C: Consumer, P: Publisher> Task<C, P> {
    /// What was planned for that instant befalls it.
    pub(super) fn is_struck(&mut self, (at, blow): (Time, Blow)) -> Result<(), TargetError> {
        match blow {
            Blow::Down => return self.crash(at),
            Blow::Up => {
                self.parts.crew.restart(DESK);
                self.take_part();
                self.show_at(at);
            }
            Blow::CutOff => return self.cut_off(),
            Blow::Reconnected => {
                self.is_cut_off = false;
                self.take_part();
            }
            Blow::Struck(restart) => {
                let now = self.parts.hands.now();
                self.parts.fate.is_back_at(now + restart);
                return self.crash(now);
            }
            Blow::Told(terms, acknowledge) => return self.is_told(terms, acknowledge),
            Blow::LetsGo(delivery) => {
                if let Some((_, tag)) = self.tags.remove(&delivery) {
                    self.parts.inbox.answer(tag, Said::GiveBack);
                }
            }
        }
        Ok(())
    }

    /// Its work is stopped where it stands. What it had in its hands is booked as abandoned before the target takes it
    /// back, because then another may have it.
    fn crash(&mut self, at: Time) -> Result<(), TargetError> {
        let acknowledged_before = self.parts.crew.acknowledges_before(DESK);
        let Crashed { begun, passed_on, not_begun, .. } = self.parts.crew.crash(DESK);
        if !begun.is_empty() {
            self.parts.books.worked(self.stopped(at), self.parts.entry, self.began);
        }
        for handed in begun.iter().chain(&not_begun) {
            self.parts.books.crashed(at, handed.label, acknowledged_before);
        }
        self.forgotten(at, -((begun.len() + passed_on.len() + not_begun.len()) as i64));
        self.drop_unreceived(at)?;
        (self.next, self.held) = (Next::Nothing, Default::default());
        self.outside.clear();
        self.becomes_so();
        self.show_at(at);
        Ok(())
    }

    /// When the work that a crash stops was over: what should have ended before it did.
    fn stopped(&self, at: Time) -> Time {
        let until = match self.next {
            Next::Work(ends) => at.min(ends),
            Next::Nothing | Next::Wait(_) => at,
        };
        until.max(self.began)
    }

    /// What it was handed and has not noticed it has not acknowledged: it is lost if the broker has forgotten it.
    fn drop_unreceived(&mut self, at: Time) -> Result<(), TargetError> {
        let is_forgotten = self.parts.acknowledge == Acknowledge::OnDelivery;
        for delivery in self.parts.inbox.close()? {
            self.parts.books.crashed(at, delivery.envelope.letter.track, is_forgotten);
        }
        self.tags.clear();
        Ok(())
    }

    /// The broker is gone: it goes on with what it works on, and is not heard.
    fn cut_off(&mut self) -> Result<(), TargetError> {
        self.is_cut_off = true;
        let forgotten = self.parts.crew.disconnect(DESK);
        let held = self.parts.crew.desk(DESK).batch().iter().chain(&forgotten);
        let now = self.parts.hands.now();
        held.for_each(|handed| self.parts.books.cut_off(now, handed.label));
        for handed in forgotten {
            self.parts.books.handed_back(handed.label);
        }
        self.holds_nothing();
        let unreceived = self.parts.inbox.close()?;
        self.tags.clear();
        for delivery in unreceived {
            match self.parts.acknowledge {
                // The broker had forgotten it, and it is the consumer's.
                Acknowledge::OnDelivery => self.put(delivery),
                _ => self.parts.books.handed_back(delivery.envelope.letter.track),
            }
        }
        Ok(())
    }

    /// What its queue takes back in time keeps its place in the prefetch until then.
    pub(super) fn keep_unheard(&mut self) {
        for (_, handed) in self.parts.crew.unheard(DESK) {
            if let Some((delivered, _)) = self.tags.get(&handed.delivery) {
                self.parts.fate.is_unheard(handed.queue, *delivered, handed.delivery);
            }
        }
    }
}
