//! Which messages are out of order where that is a matter of keys.

use super::Recorder;
use crate::broker::{Message, MessageKey, QueueId};

/// What key a message carries; asked of each first delivery, so that nothing is kept of messages on their way.
pub type KeyOf = dyn Fn(Message) -> Option<MessageKey> + Send;

impl Recorder {
    /// For queues that are ordered by key.
    pub fn with_keys(self, key_of: Box<KeyOf>) -> Recorder {
        Recorder { key_of: Some(key_of), ..self }
    }

    /// A message was delivered for the first time after one that had entered its queue later; said by who knows that where
    /// the order of entries that is booked here is not the queue's.
    pub fn overtaken(&mut self, track: u32) {
        self.ledger.page(track).counts.reordered += 1;
    }

    /// A first delivery comes after that of a message that entered the queue later, or the queue is ordered by key: then
    /// only a message of the same key counts.
    #[inline(never)]
    pub(super) fn not_in_turn(&mut self, queue: QueueId, id: u32) {
        if self.queues[queue.index()].plan.by_key {
            let nth = self.ledger.track(id).nth;
            let message = self.message(id);
            let Some(key) = self.key_of.as_ref().and_then(|key_of| key_of(message)) else { return };
            let latest = self.queues[queue.index()].latest_of_key.entry(key).or_default();
            if nth >= *latest {
                *latest = nth;
                return;
            }
        }
        self.ledger.page(id).counts.reordered += 1;
    }
}
