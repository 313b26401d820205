//! What a connection that breaks leaves unknown, and what follows from it.
//!
//! What was in flight is back in its queue (RabbitMQ, "Consumer Acknowledgements": "any delivery that was not acked is
//! automatically requeued"). What was not confirmed is sent again and may be there twice; what was answered may not have
//! been heard. So a message may come again when all is said about it: that copy is taken out.

use super::{At, Concluded, Death, Envelope, Handed, Keeps, Known, QueueId, State, Teller};
use crate::adapter::Said::{Acknowledge, GiveBack, Reject};

impl Concluded {
    /// The connection is lost, and what was in flight over it returns: no answer to it counts any more. How many have
    /// broken by now.
    pub fn broke(&self) -> u64 {
        self.enter(|state, teller| {
            state.breaks += 1;
            let in_flight = state.letters.iter().flatten().filter(|known| known.at == At::InFlight);
            let held: Vec<Envelope> = in_flight.map(|known| known.envelope).collect();
            held.into_iter().for_each(|envelope| state.answered(teller, envelope, GiveBack));
            state.breaks
        })
    }

    /// What was sent before as the so-manyth is sent again, unless the broker has it, as has been seen since. `was_handed`
    /// if it may have it. Which of all sendings it is now.
    pub fn sent_again(&self, envelope: Envelope, nth: u64, was_handed: bool) -> Option<u64> {
        self.enter(|state, teller| {
            let again = state.sent + 1;
            let known = state.known(envelope).filter(|known| known.at == At::Sent && known.nth == nth)?;
            known.nth = again;
            if !was_handed {
                known.first = again;
            }
            state.sent = again;
            state.has_copies |= was_handed;
            if was_handed {
                teller.ear.tried_again(envelope);
            }
            Some(again)
        })
    }

    /// Whether a queue may hold more messages than are known to wait there.
    pub fn has_copies(&self) -> bool {
        self.lock().has_copies
    }
}

impl State {
    /// A consumer was handed what cannot have come there by what is known.
    pub(super) fn unexpected(
        &mut self,
        teller: &Teller<'_>,
        queue: QueueId,
        envelope: Option<Envelope>,
        deaths: &[Death],
        keeps: Keeps,
    ) -> Handed {
        let Some(envelope) = envelope.filter(|_| self.may_be_copy(envelope)) else {
            self.foreign += 1;
            return Handed::Nobody(Acknowledge);
        };
        let known = self.known(envelope);
        if keeps == Keeps::UntilAnswered && known.is_some_and(|known| known.has_left(queue, deaths)) {
            return Handed::Nobody(Reject);
        }
        teller.ear.came_again(envelope);
        Handed::Nobody(Acknowledge)
    }

    /// Nothing comes twice as long as no connection has broken. What has ended is not remembered; that its producer has
    /// sent as many is.
    pub(super) fn may_be_copy(&self, envelope: Option<Envelope>) -> bool {
        let sent = |envelope: Envelope| self.numbers.get(&envelope.letter.producer).copied();
        let is_own = |envelope: Envelope| sent(envelope).is_some_and(|latest| envelope.number <= latest);
        self.breaks > 0 && envelope.is_some_and(is_own)
    }
}

impl Known {
    pub(super) fn is_in_flight(&self, delivery: u64) -> bool {
        self.at == At::InFlight && self.delivery == delivery
    }

    /// It was rejected there, or has otherwise left the queue, and this one is still behind.
    fn has_left(&self, queue: QueueId, deaths: &[Death]) -> bool {
        let died = deaths.iter().fold(0_u64, |sum, death| sum.saturating_add(death.count));
        died < self.deaths && self.left.iter().any(|(left, _)| *left == queue)
    }
}
