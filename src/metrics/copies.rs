//! What is booked of messages of several copies: those that are published to several queues or passed on.

use super::families::Admission;
use super::ledger::{At, Fate};
use super::{Letter, Recorder};
use crate::broker::{Message, QueueId};
use crate::measure::Cause;
use crate::time::{Span, Time};

/// How a message stands whose producer waits for it to be processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No queue has let it in yet.
    Outside,
    /// One has, and it is not processed, whatever else has become of it.
    Inside,
    /// It is processed, or was refused for good.
    Over,
}

impl Recorder {
    /// The planned instant of a message is reached that is published in so many copies, each of which may be passed on.
    /// If it is `awaited`, [`Recorder::take_over`] tells its end.
    pub fn published_in_copies(&mut self, message: Message, copies: u32, awaited: bool) -> Vec<Letter> {
        let tracks = self.ledger.open_copies(message, copies, awaited);
        tracks.into_iter().map(|track| Letter { track, producer: message.producer }).collect()
    }

    /// The planned instant of a message of a single copy is reached. If it is `awaited`, [`Recorder::take_over`] tells
    /// its end.
    pub fn published_alone(&mut self, message: Message, awaited: bool) -> Letter {
        let letter = self.published(message);
        if awaited {
            self.ledger.await_end(letter.track);
        }
        letter
    }

    /// Messages whose ends were awaited and that have ended since this was last asked.
    pub fn take_over(&mut self) -> Vec<Message> {
        self.ledger.take_over()
    }

    /// A producer keeps a message, or a copy, to publish it later.
    pub fn keeps_outside(&mut self, track: u32) {
        self.ledger.keep_outside(track);
    }

    /// A producer publishes what it has kept.
    pub fn comes_again(&mut self, track: u32) {
        self.ledger.come_again(track);
    }

    /// A producer publishes once more what was refused.
    pub fn tries_again(&mut self, track: u32) {
        self.ledger.come_again(track);
        self.ledger.page(track).counts.tries += 1;
    }

    /// A producer begins to wait for a message to be processed: the family by which it asks for it later.
    pub fn waits_for(&mut self, letter: Letter) -> u32 {
        let family = self.ledger.families.kin(letter.track).family;
        self.ledger.families.hold(family);
        family
    }

    /// It waits no more.
    pub fn waits_no_more(&mut self, family: u32) {
        self.ledger.families.release(family);
    }

    /// How a message stands that is waited for.
    pub fn standing(&self, family: u32) -> Standing {
        let family = self.ledger.families.get(family);
        match family.admission {
            _ if family.fate == Fate::Processed => Standing::Over,
            Admission::Accepted => Standing::Inside,
            Admission::Outside => Standing::Outside,
            Admission::Refused => Standing::Over,
        }
    }

    /// A producer publishes once more what is not processed in time; what it has published before goes on.
    pub fn repeats(&mut self, message: Message, family: u32) -> Letter {
        Letter { track: self.ledger.repeat(message, family), producer: message.producer }
    }

    /// A message has come again after its books were closed, and nobody works on it.
    pub fn came_again(&mut self, message: Message) {
        self.ledger.counts_of(message).duplicates += 1;
    }

    /// The message that a producer has published so; none if a consumer has passed it on.
    #[inline]
    pub fn message_of(&self, letter: Letter) -> Option<Message> {
        let track = self.ledger.track(letter.track);
        let message = Message { producer: letter.producer, number: track.number, planned: track.planned };
        (!self.ledger.is_passed_on(letter.track)).then_some(message)
    }

    /// A consumer passes on the message of its attempt, which has just succeeded: the new copy.
    pub fn pass_on(&mut self, track: u32, producer: u16) -> Letter {
        let copy = self.ledger.pass_on(track);
        if self.ledger.track(track).at == At::Out {
            self.ledger.page(track).settle(Fate::PassedOn);
        }
        self.close(track);
        Letter { track: copy, producer }
    }

    #[inline(never)]
    pub(super) fn accepted_copy(&mut self, now: Time, queue: QueueId, id: u32) {
        let state = &mut self.queues[queue.index()];
        state.enter(now, queue, self.ledger.track_mut(id));
        state.entered_passed_on += u64::from(self.ledger.is_passed_on(id));
        let (rests, is_by_key) = (state.plan.rests, state.order.is_by_key());
        self.ledger.accept_copy(id, queue);
        if is_by_key {
            self.joins_its_key(queue, id);
        }
        if rests {
            self.ledger.page(id).settle(Fate::Dead(Cause::Parked));
        }
    }

    /// What has succeeded lives on in what it was passed on as, if it was; else it is processed already.
    #[inline(never)]
    pub(super) fn acknowledged_copy(&mut self, id: u32) {
        let is_open = self.ledger.track(id).fate == Fate::Open;
        if is_open && self.ledger.families.kin(id).has_succeeded {
            self.ledger.page(id).settle(Fate::PassedOn);
        } else if is_open && self.ledger.track(id).hands == 0 {
            self.ledger.page(id).settle(Fate::Lost(Cause::Failed));
        }
        self.close(id);
    }

    #[inline(never)]
    pub(super) fn succeeded_on_copy(
        &mut self,
        now: Time,
        began: Time,
        (queue, entry): (QueueId, u16),
        id: u32,
        passes_on: bool,
    ) {
        let is_duplicate = self.ledger.families.is_duplicate(id);
        self.ledger.page(id).counts.duplicates += u64::from(is_duplicate);
        let service = self.ledger.families.succeed(id, now - began);
        if !passes_on {
            self.processed_copy(now, service, id);
        }
        let track = self.ledger.track_mut(id);
        let is_of_this_entry = track.queue == queue.0 && track.entry == entry;
        if is_of_this_entry && !track.done_here {
            track.done_here = true;
            if track.in_window {
                self.queues[queue.index()].times.record(track.entered, began, now);
            }
        }
        if !passes_on {
            self.close(id);
        }
    }

    /// A branch is processed, and with the last of them the message.
    fn processed_copy(&mut self, now: Time, service: Span, id: u32) {
        let was = self.ledger.families.family(id).fate;
        self.ledger.page(id).settle(Fate::Processed);
        if was == Fate::Processed || self.ledger.families.family(id).fate != Fate::Processed {
            return;
        }
        self.processed_in_window += u64::from(self.window.0 <= now && now < self.window.1);
        let page = self.ledger.page(id);
        let planned = page.track.planned;
        let wait = (now - planned).saturating_sub(service);
        page.counts.waited += u64::from(wait > Span::ZERO);
        self.journeys.record(page.track, planned + wait, now);
    }

    fn close(&mut self, id: u32) {
        if self.ledger.track_mut(id).close_if_over() {
            self.ledger.free(id);
        }
    }
}
