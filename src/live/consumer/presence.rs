//! A consumer comes and goes.

use super::{DESK, Task};
use crate::adapter::{Consumer, Publisher, Said};
use crate::client::{Acknowledge, Answer, Handed, Next};
use crate::time::Time;

impl<C: Consumer, P: Publisher> Task<C, P> {
    /// It is called in or sent home.
    pub(super) fn attend(&mut self, is_called: bool) {
        match (self.parts.crew.desk(DESK).is_present(), is_called) {
            (true, false) => self.leave(),
            (false, true) if self.becomes.is_some() => self.parts.crew.comes_back(DESK),
            (false, true) => {
                self.parts.crew.come_back(DESK);
                self.take_part();
            }
            (false, false) => _ = self.parts.crew.leave(DESK),
            (true, true) => {}
        }
    }

    /// It takes nothing more, finishes what it works on, and gives the rest back.
    pub(super) fn leave(&mut self) {
        self.parts.inbox.cancel();
        // It was handed this before: as soon as that is noticed, it has begun with the first.
        while let Some(delivery) = self.parts.inbox.try_recv() {
            self.put(delivery);
        }
        for handed in self.parts.crew.leave(DESK) {
            self.give_back(handed);
        }
        self.holds_nothing();
        if self.parts.crew.is_over(DESK) {
            let rest = self.parts.crew.tell_rest(DESK);
            self.say(rest);
            self.go_home();
        }
    }

    /// It has not begun with it.
    pub(super) fn give_back(&mut self, handed: Handed<u32>) {
        self.parts.books.handed_back(handed.label);
        self.say(vec![Answer::Return(handed.delivery)]);
    }

    /// It is rid of all that it has not begun, but for what the broker has forgotten and for what it hangs with.
    pub(super) fn holds_nothing(&mut self) {
        if self.parts.acknowledge != Acknowledge::OnDelivery {
            let desk = self.parts.crew.desk(DESK);
            self.held.truncate(if desk.hangs() { desk.batch().len() } else { 0 });
        }
        if matches!(self.next, Next::Wait(_)) && self.held.is_empty() {
            self.next = Next::Nothing;
        }
    }

    /// It has left and has nothing more to do: the broker takes back what it has not heard of.
    pub(super) fn go_home(&mut self) {
        if self.parts.acknowledge == Acknowledge::OnDelivery {
            return;
        }
        for (_, tag) in std::mem::take(&mut self.tags).into_values() {
            self.parts.inbox.answer(tag, Said::GiveBack);
        }
    }

    /// It takes from its queues again, if nothing keeps it from that any more.
    pub(super) fn take_part(&mut self) {
        let desk = self.parts.crew.desk(DESK);
        if !desk.is_present() || desk.is_down() || self.is_cut_off {
            return;
        }
        if self.parts.crew.is_over(DESK) {
            self.parts.hands.was_held_up();
        }
        self.parts.inbox.resume();
    }

    /// Lets it be known whether it could work, and whether it does.
    pub(super) fn show(&mut self) {
        if self.parts.is_counted {
            self.show_at(self.parts.hands.now());
        }
        self.show_doing();
    }

    /// The same, of a change that took place at that instant.
    pub(super) fn show_at(&mut self, at: Time) {
        let (desk, is_idle) = (self.parts.crew.desk(DESK), self.parts.crew.is_over(DESK));
        if let Some(place) = &self.parts.place {
            place.tell(is_idle);
        }
        let is_available = !desk.is_down() && (!is_idle || desk.is_present());
        if is_available != self.is_available {
            let more = if is_available { 1 } else { -1 };
            self.parts.books.available(at, self.parts.entry, more);
            self.is_available = is_available;
        }
    }
}
