//! Messages that leave a queue without an acknowledgement.

use super::{At, Cause, Effect, Known, Place, QueueId, State, Teller};

impl State {
    /// A message leaves its queue without an acknowledgement.
    pub(super) fn dies(&mut self, teller: &Teller<'_>, track: u32, cause: Cause) {
        let known = self.letters.get(track as usize).and_then(Option::as_ref);
        let to = known.and_then(|known| self.rules[known.queue.index()].dead_letter);
        self.leaves(teller, track, cause, to);
    }

    pub(super) fn leaves(&mut self, teller: &Teller<'_>, track: u32, cause: Cause, to: Option<QueueId>) {
        let Some(place) = self.letters.get_mut(track as usize) else { return };
        let Some(known) = place else { return };
        let (queue, payload) = (known.queue, known.envelope);
        let from = if known.at == At::InFlight { Place::InFlight } else { Place::Waiting };
        match to {
            None => {
                *place = None;
                teller.tell(Effect::Dropped { queue, from, cause, payload });
            }
            Some(to) => {
                known.moves(to);
                teller.tell(Effect::DeadLettered { queue, from, to, cause, payload });
            }
        }
    }
}

impl Known {
    fn moves(&mut self, to: QueueId) {
        self.left.retain(|(queue, _)| *queue != self.queue);
        self.left.push((self.queue, self.entry));
        let before = self.left.iter().find(|(queue, _)| *queue == to).map_or(0, |(_, entry)| *entry);
        (self.queue, self.at, self.entry, self.attempt) = (to, At::Waiting, before.saturating_add(1), 0);
        self.deaths += 1;
    }
}
