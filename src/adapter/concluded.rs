//! What becomes of each message at a broker that does not tell it, concluded from what its clients see.
//!
//! A confirmed publish was accepted, a delivery was delivered, an acknowledgement that was sent was acknowledged. A
//! message that comes out of another queue than it went into has been dead-lettered on its way, and says how often it
//! was. The ear is told effects that fit together, whatever comes over the network: what does not fit is foreign, or,
//! once a connection has broken, may be a copy ([`breaks`]).

mod breaks;
mod leaving;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{Ear, Envelope, Said, Setting};
use crate::broker::{ConsumerId, DeliveryId, Effect, Keeps, Place, QueueId, QueueRules, WhenFull};
use crate::measure::Cause;
use crate::time::{Span, Speed, Time};

/// How often, and why, the broker says a message has left a queue without an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    pub queue: QueueId,
    pub cause: Cause,
    pub count: u64,
}

/// What becomes of something that a consumer was handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    Message(Arrived),
    /// It is not to be worked on: this is to be answered at once.
    Nobody(Said),
    /// It came over a connection that is lost: the broker will hand it out again, and waits for no answer.
    Void,
}

/// A message that a consumer is to work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub envelope: Envelope,
    pub entry: u16,
    pub attempt: u32,
    /// Which of all deliveries of the run it is.
    pub delivery: u64,
}

/// All that is concluded in one run.
pub struct Concluded {
    ear: Arc<dyn Ear>,
    began: Instant,
    speed: Speed,
    state: Mutex<State>,
}

struct State {
    /// By track, of those that were sent and have not left.
    letters: Vec<Option<Known>>,
    rules: Vec<QueueRules>,
    sent: u64,
    deliveries: u64,
    foreign: u64,
    /// By queue and publisher: the latest sending that was delivered a first time.
    latest: BTreeMap<(QueueId, u32), u64>,
    /// By producer: the latest of its messages that was sent.
    numbers: BTreeMap<u16, u64>,
    /// Connections that have broken.
    breaks: u64,
    /// Something was sent again of which it is not known that it was not there.
    has_copies: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// On its way to the broker.
    Sent,
    Waiting,
    InFlight,
}

/// What is known of a message.
#[derive(Clone, Debug)]
struct Known {
    envelope: Envelope,
    /// Where it is.
    queue: QueueId,
    at: At,
    publisher: u32,
    /// Of all sendings in the run its latest and its first, which the broker may have heard too.
    nth: u64,
    first: u64,
    /// Its latest delivery.
    delivery: u64,
    /// How many times it has entered its queue, and deliveries since.
    entry: u16,
    attempt: u32,
    /// Known times that it left a queue without an acknowledgement.
    deaths: u64,
    /// Queues that it has left so, and how many times it had entered them.
    left: Vec<(QueueId, u16)>,
}

/// Tells of what happens now.
struct Teller<'a> {
    ear: &'a dyn Ear,
    at: Time,
}

impl Teller<'_> {
    fn tell(&self, effect: Effect<Envelope>) {
        self.ear.hear(self.at, &effect);
    }
}

impl Concluded {
    pub fn new(setting: &Setting<'_>) -> Concluded {
        let rules = setting.scenario.queues.iter().map(|queue| queue.rules.clone()).collect();
        let state = State {
            letters: Vec::new(),
            rules,
            sent: 0,
            deliveries: 0,
            foreign: 0,
            latest: BTreeMap::new(),
            numbers: BTreeMap::new(),
            breaks: 0,
            has_copies: false,
        };
        Concluded {
            ear: Arc::clone(&setting.ear),
            began: setting.began,
            speed: setting.speed,
            state: Mutex::new(state),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is concluded and told under the lock is told in its order.
    fn enter<R>(&self, conclude: impl FnOnce(&mut State, &Teller<'_>) -> R) -> R {
        let mut state = self.lock();
        let passed = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let at = self.speed.instant(Span::from_nanos(passed));
        conclude(&mut state, &Teller { ear: self.ear.as_ref(), at })
    }

    /// A publisher sends a message; which of all sendings it is.
    pub fn sent(&self, publisher: u32, queue: QueueId, envelope: Envelope) -> u64 {
        self.enter(|state, _| state.sent(publisher, queue, envelope))
    }

    /// The broker has taken a message, or not.
    pub fn confirmed(&self, envelope: Envelope, nth: u64, taken: bool) {
        self.enter(|state, teller| state.confirmed(teller, envelope, nth, taken));
    }

    /// A consumer was handed this over a connection that was made after so many had broken.
    pub fn delivered(&self, breaks: u64, queue: QueueId, payload: &[u8], deaths: &[Death], keeps: Keeps) -> Handed {
        let envelope = Envelope::read(payload);
        self.enter(|state, teller| {
            // What the broker has forgotten as it sent it is here, whatever has become of the connection since.
            if breaks < state.breaks && keeps == Keeps::UntilAnswered {
                return Handed::Void;
            }
            let delivered = envelope.and_then(|envelope| state.delivered(teller, queue, envelope, deaths, keeps));
            delivered.map_or_else(|| state.unexpected(teller, queue, envelope, deaths, keeps), Handed::Message)
        })
    }

    /// A consumer answers for a delivery; whether the broker still waits for that.
    pub fn answered(&self, envelope: Envelope, delivery: u64, said: Said) -> bool {
        self.enter(|state, teller| {
            let is_awaited = state.known(envelope).is_some_and(|known| known.is_in_flight(delivery));
            if is_awaited {
                state.answered(teller, envelope, said);
            }
            is_awaited
        })
    }

    /// This has come to a queue that nobody takes from.
    pub fn rests(&self, queue: QueueId, payload: &[u8], deaths: &[Death]) {
        let envelope = Envelope::read(payload);
        self.enter(|state, teller| {
            let found = envelope.and_then(|envelope| state.arrives(teller, envelope, deaths, Some(queue)));
            state.foreign += u64::from(found.is_none() && !state.may_be_copy(envelope));
        });
    }

    /// This has left a queue that has no dead letter queue.
    pub fn gone(&self, payload: &[u8], deaths: &[Death]) {
        let envelope = Envelope::read(payload);
        self.enter(|state, teller| {
            // That a consumer has rejected it was told when it did.
            let is_known = deaths.first().is_some_and(|death| death.cause == Cause::Rejected);
            let found = envelope.and_then(|envelope| state.arrives(teller, envelope, deaths, None));
            state.foreign += u64::from(found.is_none() && !is_known && !state.may_be_copy(envelope));
        });
    }

    /// Messages that wait in a queue, as far as is known.
    pub fn waiting(&self, queue: QueueId) -> u64 {
        self.lock().waiting(queue).count() as u64
    }

    /// Of the messages that wait in a queue these alone are there; the others are lost, and nobody knows why.
    pub fn remain(&self, queue: QueueId, payloads: &[Vec<u8>]) {
        let there: BTreeSet<u32> = payloads.iter().filter_map(|p| Envelope::read(p)).map(|e| e.letter.track).collect();
        self.enter(|state, teller| {
            let missing: Vec<u32> = state.waiting(queue).filter(|track| !there.contains(track)).collect();
            missing.into_iter().for_each(|track| state.leaves(teller, track, Cause::Unknown, None));
        });
    }

    /// What came and was not of this run.
    pub fn foreign(&self) -> u64 {
        self.lock().foreign
    }
}

impl State {
    fn known(&mut self, envelope: Envelope) -> Option<&mut Known> {
        let known = self.letters.get_mut(envelope.letter.track as usize)?.as_mut();
        known.filter(|known| known.envelope == envelope)
    }

    fn waiting(&self, queue: QueueId) -> impl Iterator<Item = u32> {
        let known = self.letters.iter().flatten();
        known
            .filter(move |known| known.at == At::Waiting && known.queue == queue)
            .map(|known| known.envelope.letter.track)
    }

    fn sent(&mut self, publisher: u32, queue: QueueId, envelope: Envelope) -> u64 {
        self.sent += 1;
        let (nth, track) = (self.sent, envelope.letter.track as usize);
        if track >= self.letters.len() {
            self.letters.resize(track + 1, None);
        }
        let number = self.numbers.entry(envelope.letter.producer).or_default();
        *number = envelope.number.max(*number);
        self.letters[track] = Some(Known {
            envelope,
            queue,
            at: At::Sent,
            publisher,
            nth,
            first: nth,
            delivery: 0,
            entry: 1,
            attempt: 0,
            deaths: 0,
            left: Vec::new(),
        });
        nth
    }

    fn confirmed(&mut self, teller: &Teller<'_>, envelope: Envelope, nth: u64, taken: bool) {
        // Who was delivered before has been accepted.
        let Some(known) = self.known(envelope).filter(|known| known.at == At::Sent && known.nth == nth) else { return };
        let queue = known.queue;
        let is_passed_to_dead_letters = self.rules[queue.index()].when_full == WhenFull::DeadLetter;
        if taken || is_passed_to_dead_letters {
            self.accept(teller, envelope);
        }
        match (taken, is_passed_to_dead_letters) {
            (true, _) => {}
            (false, true) => self.dies(teller, envelope.letter.track, Cause::Full),
            (false, false) => {
                self.forget(envelope);
                teller.tell(Effect::Refused { queue, payload: envelope });
            }
        }
    }

    fn forget(&mut self, envelope: Envelope) {
        self.letters[envelope.letter.track as usize] = None;
    }

    /// What was on its way is there.
    fn accept(&mut self, teller: &Teller<'_>, envelope: Envelope) {
        if let Some(known) = self.known(envelope).filter(|known| known.at == At::Sent) {
            known.at = At::Waiting;
            teller.tell(Effect::Accepted { queue: known.queue, was_blocked: false, payload: envelope });
        }
    }

    fn delivered(
        &mut self,
        teller: &Teller<'_>,
        queue: QueueId,
        envelope: Envelope,
        deaths: &[Death],
        keeps: Keeps,
    ) -> Option<Arrived> {
        self.arrives(teller, envelope, deaths, Some(queue))?;
        self.deliveries += 1;
        let delivery = self.deliveries;
        let known = self.known(envelope)?;
        known.at = At::InFlight;
        known.attempt += 1;
        known.delivery = delivery;
        let Known { entry, attempt, publisher, nth, first, deaths, .. } = *known;
        let (consumer, id) = (ConsumerId(0), DeliveryId::numbered(delivery));
        teller.tell(Effect::Delivered { queue, consumer, delivery: id, entry, attempt, payload: envelope });
        if attempt == 1 && deaths == 0 {
            self.first_delivered(teller, (queue, publisher), (first, nth), envelope);
        }
        if keeps == Keeps::UntilDelivered {
            self.answered(teller, envelope, Said::Acknowledge);
        }
        Some(Arrived { envelope, entry, attempt, delivery })
    }

    /// What one publisher sends to one queue enters it in that order (AMQP 0-9-1, section 4.7). Of what was sent twice it
    /// may be either that has come.
    fn first_delivered(
        &mut self,
        teller: &Teller<'_>,
        from: (QueueId, u32),
        (first, nth): (u64, u64),
        envelope: Envelope,
    ) {
        let latest = self.latest.entry(from).or_default();
        if nth < *latest {
            teller.ear.overtaken(envelope);
        }
        *latest = first.max(*latest);
    }

    /// A message that was sent or waits is seen to be in a queue now, or in none; nothing if it cannot have come there.
    fn arrives(
        &mut self,
        teller: &Teller<'_>,
        envelope: Envelope,
        deaths: &[Death],
        at: Option<QueueId>,
    ) -> Option<()> {
        let died = deaths.iter().fold(0_u64, |sum, death| sum.saturating_add(death.count));
        let known = self.known(envelope).filter(|known| known.at != At::InFlight)?;
        let (mut queue, steps) = (Some(known.queue), died.checked_sub(known.deaths)?);
        // Nobody rejects it on the way, and RabbitMQ drops what goes round in a circle so.
        if steps > self.rules.len() as u64 {
            return None;
        }
        for _ in 0..steps {
            queue = self.rules[queue?.index()].dead_letter;
        }
        if queue != at {
            return None;
        }
        self.accept(teller, envelope);
        for _ in 0..steps {
            let from = self.known(envelope)?.queue;
            let silent = deaths.iter().find(|death| death.queue == from && death.cause != Cause::Rejected);
            self.dies(teller, envelope.letter.track, silent.map_or(Cause::Unknown, |death| death.cause));
        }
        Some(())
    }

    fn answered(&mut self, teller: &Teller<'_>, envelope: Envelope, said: Said) {
        let Some(known) = self.known(envelope).filter(|known| known.at == At::InFlight) else { return };
        let queue = known.queue;
        match said {
            Said::Acknowledge => {
                self.forget(envelope);
                teller.tell(Effect::Acknowledged { queue, from: Place::InFlight, payload: envelope });
            }
            Said::Requeue | Said::GiveBack => {
                known.at = At::Waiting;
                teller.tell(Effect::Returned { queue, to: Place::Waiting, payload: envelope });
            }
            Said::Reject => self.dies(teller, envelope.letter.track, Cause::Rejected),
        }
    }
}

#[cfg(test)]
mod tests;
