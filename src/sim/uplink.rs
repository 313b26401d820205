//! What is under way for some time between producers and the broker.

use super::clients::Clients;
use super::follow_up::FollowUp;
use super::listen::Listener;
use super::replication::Run;
use crate::broker::{Message, QueueId};
use crate::client::Reply;
use crate::metrics::Letter;
use crate::time::Time;

impl<L: Listener> Run<'_, L> {
    /// A producer publishes, for the so-manyth time; what the broker says to it, unless it is under way there for a while.
    pub(super) fn send_off(&mut self, to: QueueId, letter: Letter, tries: u32) -> Option<Reply> {
        let sent = self.clients.now;
        if !self.clients.sources[usize::from(letter.producer)].producer.is_far() {
            return Some(self.offer_and_wait(to, letter, tries, sent));
        }
        let message = self.clients.recorder.message(letter.track);
        let name = &self.scenario.queue(to).name;
        let producer = &mut self.clients.sources[usize::from(letter.producer)].producer;
        let at = producer.reaches_at(sent, message, name, tries);
        self.clients.recorder.keeps_outside(letter.track);
        self.clients.plan(at, FollowUp::Reach { to, letter, tries, sent });
        None
    }

    /// What was under way gets to its queue.
    pub(super) fn reach(&mut self, to: QueueId, letter: Letter, tries: u32, sent: Time) {
        let message = self.clients.recorder.message(letter.track);
        self.clients.recorder.comes_again(letter.track);
        if self.offer_and_wait(to, letter, tries, sent) != Reply::Blocked {
            self.clients.answer_publish(to, letter.track, message);
        }
    }
}

impl Clients<'_> {
    /// A copy is let in, or refused for now, and its producer hears of it; that may confirm a publish.
    pub fn answer_publish(&mut self, queue: QueueId, track: u32, message: Message) {
        if self.unconfirmed.let_in(track) {
            let at = self.hears_at(queue, message, 1);
            self.later(at, FollowUp::Confirmed(message.producer));
        }
    }

    /// When the producer hears what the broker says of that try now.
    pub fn hears_at(&mut self, queue: QueueId, message: Message, tries: u32) -> Time {
        let name = &self.queues[queue.index()].name;
        self.sources[usize::from(message.producer)].producer.hears_at(self.now, message, name, tries)
    }

    /// Next, if it is to be now.
    pub fn later(&mut self, at: Time, what: FollowUp) {
        if at > self.now {
            self.plan(at, what);
        } else {
            self.follow_ups.push_back(what);
        }
    }
}
