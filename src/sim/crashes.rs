//! Consumers that crash, and are back after a while.

use super::clients::Clients;
use super::follow_up::FollowUp;
use super::listen::Listener;
use super::replication::Run;
use crate::broker::{Command, ConsumerId};
use crate::client::{Crashed, Crashing};

impl<L: Listener> Run<'_, L> {
    /// It crashes whether it is there or not: when it does depends on nothing else.
    pub(super) fn crash(&mut self, consumer: ConsumerId, nth: u64) {
        self.clients.note("crashed", consumer, None, "");
        self.take_down(consumer);
        self.clients.plan_restart(consumer, nth);
    }

    pub(super) fn restart(&mut self, consumer: ConsumerId, nth: u64) {
        self.clients.note("restarted", consumer, None, "");
        self.bring_back(consumer);
        self.clients.plan_crash(consumer, nth + 1);
        self.commands += 1;
    }

    /// What the consumer held returns, as its connection is closed.
    pub(super) fn take_down(&mut self, consumer: ConsumerId) {
        self.clients.crash(consumer);
        self.tell(Command::Close { consumer, is_failure: true });
    }

    /// The consumer takes from its queues again, if it is to be there and nothing else keeps it down.
    pub(super) fn bring_back(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.clients.place(consumer);
        if self.clients.crews[crew].restart(desk) {
            self.clients.recorder.available(self.clients.now, crew, 1);
            self.subscribe(crew, consumer);
        }
    }
}

impl Clients<'_> {
    pub fn crashing(&self, consumer: ConsumerId) -> Option<(&Crashing, u32)> {
        let seat = &self.seats[consumer.0 as usize];
        let crashing = self.crashing[seat.crew as usize].as_ref()?;
        Some((crashing, seat.desk))
    }

    /// Of the consumers of an entry, which have their seats; who takes a spare one begins with that.
    pub fn plan_first_crashes(&mut self, crew: usize) {
        let first = self.first_of(crew as u32);
        (first..first + self.entries[crew].count).for_each(|consumer| self.plan_crash(ConsumerId(consumer), 0));
    }

    /// Some have come of whom none may have been there before.
    pub fn plan_crashes_of_spare(&mut self, crew: usize, come: &[u32]) {
        let first = self.first_of(crew as u32);
        for place in come.iter().filter(|place| **place >= self.entries[crew].count) {
            let consumer = ConsumerId(first + place);
            if self.spares.insert(consumer) {
                self.plan_crash(consumer, 0);
            }
        }
    }

    fn plan_crash(&mut self, consumer: ConsumerId, nth: u64) {
        let Some((crashing, place)) = self.crashing(consumer) else { return };
        let at = self.now + crashing.up(place, nth);
        self.plan(at, FollowUp::Crash { consumer, nth });
    }

    fn plan_restart(&mut self, consumer: ConsumerId, nth: u64) {
        let Some((crashing, place)) = self.crashing(consumer) else { return };
        let at = self.now + crashing.down(place, nth);
        self.plan(at, FollowUp::Restart { consumer, nth });
    }

    /// All that a consumer has on its desk is abandoned; its work until now was work.
    fn crash(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        let acknowledged_before = self.crews[crew].acknowledges_before(desk);
        let Crashed { begun, passed_on, not_begun, was_available } = self.crews[crew].crash(desk);
        if !begun.is_empty() {
            self.recorder.worked_in_vain(self.now, crew, self.seats[consumer.0 as usize].began);
        }
        let held = begun.iter().chain(&passed_on).chain(&not_begun);
        held.for_each(|handed| self.recorder.cut_off(self.now, handed.label));
        begun.iter().for_each(|handed| self.note("ended", consumer, Some(*handed), "crashed"));
        let abandoned = || begun.iter().chain(&not_begun);
        abandoned().for_each(|handed| self.recorder.crashed(handed.label, acknowledged_before));
        // What it has published and a queue has blocked gets in in its turn.
        self.waiting.retain(|_, passing| passing.consumer != consumer);
        self.recorder.hold(self.now, crew, -((abandoned().count() + passed_on.len()) as i64));
        if was_available {
            self.recorder.available(self.now, crew, -1);
        }
    }
}
