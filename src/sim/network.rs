//! What is under way for some time between consumers and the broker.

use super::clients::Clients;
use super::follow_up::{FollowUp, Passing};
use super::listen::Listener;
use super::replication::Run;
use crate::broker::{ConsumerId, QueueId};
use crate::client::{Answer, Handed, Leg};
use crate::metrics::Letter;

impl Clients<'_> {
    /// A message that was under way reaches its consumer, if that is still there.
    pub fn arrive(&mut self, consumer: ConsumerId, connection: u32, handed: Handed<u32>) {
        let (crew, desk) = self.place(consumer);
        let is_forgotten = self.crews[crew].forgets_on_delivery(desk);
        if self.crews[crew].desk(desk).connection() != connection {
            self.recorder.hold(self.now, crew, -1);
            return self.recorder.crashed(handed.label, is_forgotten);
        }
        let has_left = !self.crews[crew].desk(desk).is_present();
        if has_left && !is_forgotten {
            self.recorder.hold(self.now, crew, -1);
            self.recorder.handed_back(handed.label);
            return self.say(consumer, Some(&handed), [Answer::Return(handed.delivery)]);
        }
        if has_left && self.crews[crew].is_over(desk) {
            // It had gone home, and turns back for what nobody else will do.
            self.recorder.available(self.now, crew, 1);
        }
        let next = self.crews[crew].put(desk, self.now, handed);
        self.go_on(consumer, next);
    }

    /// What is passed on is published, or is under way there.
    pub fn send_on(&mut self, to: QueueId, letter: Letter, passing: Passing, handed: &Handed<u32>) {
        let (crew, desk) = self.place(passing.consumer);
        if !self.crews[crew].is_far() {
            return self.follow_ups.push_back(FollowUp::PassOn { to, letter, passing });
        }
        let life = self.crews[crew].desk(desk).life();
        let at = self.now + self.crews[crew].under_way(Leg::Publish, handed);
        self.recorder.keeps_outside(letter.track);
        self.plan(at, FollowUp::PassOnFromAfar { to, letter, passing, life });
    }
}

impl<L: Listener> Run<'_, L> {
    /// What was under way gets there, even if its consumer has crashed meanwhile and waits for it no more.
    pub(super) fn pass_on_from_afar(&mut self, to: QueueId, letter: Letter, passing: Passing, life: u32) {
        self.clients.recorder.comes_again(letter.track);
        let (crew, desk) = self.clients.place(passing.consumer);
        if self.clients.crews[crew].desk(desk).life() == life {
            return self.pass_on(to, letter, passing);
        }
        self.offer(to, letter);
    }
}
