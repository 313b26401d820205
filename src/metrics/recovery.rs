//! How long it takes until what a crashed consumer held is delivered again.

use std::collections::BTreeMap;

use super::Tally;
use super::ledger::Track;
use crate::time::Time;

#[derive(Default)]
pub(super) struct Recovery {
    /// By track, the stay in a queue that was cut off, and since when. What leaves its queue otherwise is never asked for
    /// again, and gives way to what has its track next.
    since: BTreeMap<u32, (Stay, Time)>,
    pub times: Tally,
}

/// A queue, and how many messages had entered it before.
type Stay = (u16, u64);

impl Recovery {
    pub fn begin(&mut self, now: Time, id: u32, track: &Track) {
        self.since.insert(id, ((track.queue, track.nth), now));
    }

    /// A message is delivered once more.
    #[inline(never)]
    pub fn delivered(&mut self, now: Time, id: u32, track: &Track) {
        let Some((stay, since)) = self.since.remove(&id) else { return };
        if stay == (track.queue, track.nth) && track.in_window {
            self.times.record(now.since(since));
        }
    }
}
