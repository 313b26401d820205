//! What a message carries that queues go by.

use std::num::NonZeroU64;

use crate::random::Key;
use crate::time::Span;

/// What a queue may be ordered by: messages of one key, whoever published them, go one after the other.
pub type MessageKey = NonZeroU64;

/// What the rules of a queue may ask of a message. It belongs to the message, whatever queue it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Properties {
    /// Higher is more urgent.
    pub priority: u8,
    /// How long after entering a queue it expires; the queue's own ttl may be shorter.
    pub ttl: Option<Span>,
    /// A message without one is bound by no order.
    pub key: Option<MessageKey>,
    /// What draws for this message are keyed by.
    pub draws: Key,
    pub bytes: u64,
    /// Its producer's place in the scenario, and its number there.
    pub name: (u16, u64),
}

impl Default for Properties {
    #[inline(always)]
    fn default() -> Properties {
        Properties { priority: 0, ttl: None, key: None, draws: Key::NONE, bytes: 0, name: (0, 0) }
    }
}
