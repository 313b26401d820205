//! Carries out what the broker says: payloads come and go, deliveries reach mailboxes, publishers are let in.

use std::collections::VecDeque;
use std::hint::cold_path;
use std::task::{Context, Waker};

use bytes::Bytes;

use super::Watch;
use super::account::Books;
use super::parcels::{Parcel, Parcels};
use crate::broker::{DeliveryId, Effect, Effects, QueueId};
use crate::time::Time;

/// What became of a message at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// It is in the queue.
    Accepted,
    /// The queue is full; the message waits outside in its turn.
    Blocked,
    /// The queue is full, and did not take it.
    Refused,
}

/// A message on its way to a consumer.
pub(super) struct Handed {
    pub queue: QueueId,
    pub delivery: DeliveryId,
    pub entry: u16,
    pub attempt: u32,
    pub payload: Bytes,
}

/// Where a consumer's deliveries lie until it fetches them.
#[derive(Default)]
pub(super) struct Mailbox {
    pub ready: VecDeque<Handed>,
    pub waker: Option<Waker>,
    /// Handed over and not answered.
    pub held: u32,
    /// Its consumer is gone; the number is free again as soon as nothing is held.
    pub left: bool,
}

/// A publisher's messages outside full queues.
#[derive(Default)]
pub(super) struct Line {
    pub blocked: u32,
    pub waker: Option<Waker>,
    pub left: bool,
}

/// What is left for when the lock is free, because it runs code of others: whom to wake, and which payloads to let go.
#[derive(Default)]
pub(super) struct Wakes {
    first: Option<Waker>,
    more: Vec<Waker>,
    spent: Vec<Bytes>,
}

impl Wakes {
    pub fn add(&mut self, waker: &mut Option<Waker>) {
        let Some(waker) = waker.take() else { return };
        match self.first {
            None => self.first = Some(waker),
            Some(_) => self.more.push(waker),
        }
    }

    /// Remembers who waits. Whoever waited before is woken, for no harm, and its waker dropped outside.
    pub fn remember(&mut self, known: &mut Option<Waker>, context: &Context<'_>) {
        if !known.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
            self.add(known);
            *known = Some(context.waker().clone());
        }
    }

    pub fn wake(self) {
        self.first.into_iter().chain(self.more).for_each(Waker::wake);
    }
}

/// Who is told what follows from a command.
pub(super) struct Told {
    pub now: Time,
    pub parcels: Parcels,
    pub mailboxes: Vec<Mailbox>,
    pub lines: Vec<Line>,
    /// Lines of publishers that are gone and have nothing blocked.
    pub free_lines: Vec<u32>,
    pub books: Books,
    pub wakes: Wakes,
    /// Of the message that was published last.
    pub offered: Offered,
    pub watch: Option<Box<dyn Watch>>,
}

impl Told {
    fn let_in(&mut self, parcel: Parcel) {
        let line = &mut self.lines[parcel.line as usize];
        line.blocked -= 1;
        if line.blocked > 0 {
            return;
        }
        self.wakes.add(&mut line.waker);
        if line.left {
            self.free_lines.push(parcel.line);
        }
    }

    fn let_go(&mut self, parcel: Parcel) {
        let payload = self.parcels.remove(parcel);
        self.wakes.spent.push(payload);
    }

    #[inline(never)]
    fn tell(&mut self, effect: &Effect<Parcel>) {
        let payload = self.parcels.get(*effect.payload());
        if let Some(watch) = &mut self.watch {
            watch.told(self.now, effect, payload);
        }
    }
}

impl Effects<Parcel> for Told {
    #[inline]
    fn push(&mut self, effect: Effect<Parcel>) {
        if self.watch.is_some() {
            cold_path();
            self.tell(&effect);
        }
        self.books.record(&effect);
        match effect {
            Effect::Accepted { was_blocked: false, .. } => self.offered = Offered::Accepted,
            Effect::Accepted { was_blocked: true, payload, .. } => self.let_in(payload),
            Effect::Refused { payload, .. } => {
                self.let_go(payload);
                self.offered = Offered::Refused;
            }
            Effect::Blocked { payload, .. } => {
                self.lines[payload.line as usize].blocked += 1;
                self.offered = Offered::Blocked;
            }
            Effect::Delivered { queue, consumer, delivery, entry, attempt, payload } => {
                let payload = self.parcels.get(payload).clone();
                let mailbox = &mut self.mailboxes[consumer.0 as usize];
                mailbox.ready.push_back(Handed { queue, delivery, entry, attempt, payload });
                mailbox.held += 1;
                self.wakes.add(&mut mailbox.waker);
            }
            // Its delivery mostly still has the payload, so that this drops no more than a share of it.
            Effect::Acknowledged { payload, .. } => drop(self.parcels.remove(payload)),
            Effect::Dropped { payload, .. } => self.let_go(payload),
            Effect::Returned { .. } | Effect::Ready { .. } | Effect::DeadLettered { .. } | Effect::Parked { .. } => {}
        }
    }
}
