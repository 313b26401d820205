//! Closed populations: what the clients send is planned as their messages end.

use super::follow_up::FollowUp;
use super::listen::Listener;
use super::replication::Run;
use crate::broker::Message;

impl<L: Listener> Run<'_, L> {
    /// All clients begin to think.
    pub(super) fn begin_thinking(&mut self) {
        for producer in 0..self.clients.sources.len() as u16 {
            let Some(thinking) = &self.clients.sources[usize::from(producer)].thinking else { continue };
            let first: Vec<Message> = thinking.first(producer).collect();
            first.into_iter().for_each(|message| self.plan_message(message));
        }
    }

    /// Clients whose messages have ended think again.
    pub(super) fn think_again(&mut self) {
        for ended in self.clients.recorder.take_over() {
            let Some(thinking) = &self.clients.sources[usize::from(ended.producer)].thinking else { continue };
            let next = thinking.next(ended, self.clients.now);
            self.plan_message(next);
        }
    }

    fn plan_message(&mut self, message: Message) {
        if message.planned < self.duration {
            self.clients.plan(message.planned, FollowUp::Publish(message));
        }
    }
}
