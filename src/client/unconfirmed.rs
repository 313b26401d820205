//! Publishes that their producers wait to have confirmed: which copies are still outside.

use std::collections::BTreeMap;

/// Copies by their tracks, each with the publish it belongs to.
#[derive(Default)]
pub struct Unconfirmed {
    publish_of: BTreeMap<u32, u64>,
    /// Copies of each publish that are still outside.
    left: BTreeMap<u64, u32>,
    next: u64,
}

impl Unconfirmed {
    /// A publish is confirmed when all these copies have been let in.
    pub fn await_all(&mut self, tracks: Vec<u32>) {
        self.left.insert(self.next, tracks.len() as u32);
        self.publish_of.extend(tracks.into_iter().map(|track| (track, self.next)));
        self.next += 1;
    }

    /// A copy has been let in. Whether that confirms a publish.
    pub fn let_in(&mut self, track: u32) -> bool {
        let Some(publish) = self.publish_of.remove(&track) else { return false };
        let Some(left) = self.left.get_mut(&publish) else { return false };
        *left -= 1;
        let is_confirmed = *left == 0;
        if is_confirmed {
            self.left.remove(&publish);
        }
        is_confirmed
    }
}
