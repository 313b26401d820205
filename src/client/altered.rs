//! Consumers who are told otherwise while they work, because somebody changes a run by hand.

use super::{Acknowledge, Crew, Desk, Handed, Worker};
use crate::time::Time;

/// Messages that are slipped in by hand are numbered from here on, above all that are planned; every attempt on one fails.
pub const SLIPPED_IN: u64 = 1 << 48;

impl<L: Copy> Crew<L> {
    /// Gives each of so many consumers a desk, if they have none; [`Crew::move_to_desk`] is to follow for each that works.
    pub fn seat_at_desks(&mut self, count: u32) {
        self.desks = (0..count).map(|_| Desk::new(self.rules.acknowledge)).collect();
    }

    /// What a consumer without a desk has in its hands since `began` comes to the desk that it has now. `passes_on` says
    /// that it has worked on it, and that no queue has let in or refused what it passes on.
    pub fn move_to_desk(&mut self, place: usize, worker: &mut Worker<L>, began: Time, passes_on: bool) {
        while let Some(handed) = self.held.pop(&mut worker.holds) {
            self.desks[place].holds.push_back((began, handed));
        }
        let Some(handed) = worker.works_on.take() else { return };
        let ends = began + self.work(&handed);
        let desk = &mut self.desks[place];
        (desk.batch, desk.since, desk.ends) = (vec![handed], vec![began], ends);
        desk.outside = usize::from(passes_on);
    }

    /// Messages may come on which every attempt fails.
    pub fn expect_failures(&mut self) {
        self.is_plain = false;
    }

    /// How those acknowledge who take part anew; and at once who has nothing in its hands.
    pub fn acknowledge(&mut self, how: Acknowledge) {
        self.rules.acknowledge = how;
        self.is_plain = false;
        self.desks.iter_mut().filter(|desk| desk.is_over()).for_each(|desk| desk.acknowledge = how);
    }

    /// It takes part again as soon as it has nothing left to work on.
    pub fn comes_back(&mut self, place: usize) {
        self.desks[place].comes_back = true;
    }

    /// Whether a message was slipped in to fail.
    pub(super) fn is_slipped_in(handed: &Handed<L>) -> bool {
        handed.number >= SLIPPED_IN
    }
}
