//! A consumer that has more on its desk than one message: it works on several at once, answers for several at once, or
//! comes and goes.
//!
//! A batch is answered for as a whole, when each of its messages that is passed on has been let in or refused.

use std::collections::VecDeque;

use super::{Acknowledge, Answer, BatchTime, Crew, Handed, Leg};
use crate::broker::DeliveryId;
use crate::time::{Span, Time};

/// One consumer's messages.
pub struct Desk<L> {
    /// Not begun, with the instant of each delivery.
    pub(super) holds: VecDeque<(Time, Handed<L>)>,
    /// What it works on, or has worked on and passes on.
    pub(super) batch: Vec<Handed<L>>,
    /// When it was handed each of these.
    pub(super) since: Vec<Time>,
    /// It hangs, and begins with its batch only then.
    hangs_until: Option<Time>,
    /// When the work is done.
    pub(super) ends: Time,
    /// Of its batch, those that it passes on and that no queue has let in or refused yet.
    pub(super) outside: usize,
    /// Successes that the broker has not been told of; none for one that it will not hear of.
    untold: Vec<Option<DeliveryId>>,
    /// It takes part; else it works on what it has begun, and takes nothing more.
    is_present: bool,
    /// It takes part again as soon as it has nothing left to work on.
    pub(super) comes_back: bool,
    /// As what is on the desk was handed to it; what its crew is told since holds when it takes part anew.
    pub(super) acknowledge: Acknowledge,
    /// For how many reasons it is down: it has crashed, or an outage has hit it.
    downs: u32,
    /// Counts its crashes.
    life: u32,
    /// Counts its connections to the broker, so that what is under way on one that broke is known.
    connection: u32,
    /// When the latest that is under way to it arrives, and the latest that it has said: nothing overtakes on the way.
    arrives: Time,
    heard: Time,
}

/// What a consumer had on its desk as it crashed.
#[derive(Debug)]
pub struct Crashed<L> {
    /// What it worked on.
    pub begun: Vec<Handed<L>>,
    /// What it had worked on and was passing on.
    pub passed_on: Vec<Handed<L>>,
    pub not_begun: Vec<Handed<L>>,
    /// It was there, or had left and was still at work.
    pub was_available: bool,
}

/// What a consumer does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Nothing,
    /// It begins with a batch, which ends then.
    Work(Time),
    /// It is to be asked again then, at the end of that instant.
    Wait(Time),
}

impl<L> Desk<L> {
    pub(super) fn new(acknowledge: Acknowledge) -> Desk<L> {
        let (holds, batch, since, untold) = Default::default();
        let hangs_until = None;
        Desk {
            holds,
            batch,
            since,
            hangs_until,
            ends: Time::ZERO,
            outside: 0,
            untold,
            is_present: true,
            comes_back: false,
            acknowledge,
            downs: 0,
            life: 0,
            connection: 0,
            arrives: Time::ZERO,
            heard: Time::ZERO,
        }
    }

    /// What it works on, or has worked on and passes on.
    pub fn batch(&self) -> &[Handed<L>] {
        &self.batch
    }

    pub fn is_present(&self) -> bool {
        self.is_present
    }

    /// It takes part, or will as soon as it has nothing left to work on.
    pub fn is_wanted(&self) -> bool {
        self.is_present || self.comes_back
    }

    /// It has worked on something that no queue has let in or refused yet.
    pub fn is_outside(&self) -> bool {
        self.outside > 0
    }

    /// How many messages it has in its hands.
    pub fn held(&self) -> usize {
        self.batch.len() + self.holds.len()
    }

    /// It does nothing for a while before it begins with its batch.
    pub fn hangs(&self) -> bool {
        self.hangs_until.is_some()
    }

    /// Which of its connections to the broker it has now.
    pub fn connection(&self) -> u32 {
        self.connection
    }

    /// How many times it has crashed.
    pub fn life(&self) -> u32 {
        self.life
    }

    /// It has crashed and is not back.
    pub fn is_down(&self) -> bool {
        self.downs > 0
    }

    /// Whether it has nothing left to work on.
    pub fn is_over(&self) -> bool {
        self.batch.is_empty() && self.holds.is_empty()
    }

    /// Whether its work is done now.
    pub fn is_done(&self, now: Time) -> bool {
        !self.batch.is_empty() && self.ends == now && self.outside == 0 && self.hangs_until.is_none()
    }
}

impl<L: Copy> Crew<L> {
    /// The desk of a consumer, by its place in the crew.
    pub fn desk(&self, place: usize) -> &Desk<L> {
        &self.desks[place]
    }

    /// It is handed a message.
    pub fn put(&mut self, place: usize, now: Time, handed: Handed<L>) -> Next {
        let desk = &mut self.desks[place];
        desk.holds.push_back((now, handed));
        let is_first = desk.holds.len() == 1;
        match self.next_batch(place, now, false) {
            Next::Wait(_) if !is_first && self.desks[place].batch.is_empty() => Next::Nothing,
            next => next,
        }
    }

    /// Begins the next batch, if it is complete, or has waited for more and the instant is at its end.
    pub fn next_batch(&mut self, place: usize, now: Time, is_end_of_instant: bool) -> Next {
        let takes = self.rules.takes;
        let desk = &mut self.desks[place];
        if let Some(until) = desk.hangs_until {
            return if until <= now { self.begin_batch(place, now) } else { Next::Nothing };
        }
        let Some((since, _)) = desk.holds.front().filter(|_| desk.batch.is_empty()) else { return Next::Nothing };
        let up_to = takes.map_or(1, |takes| takes.up_to as usize);
        let begins = *since + takes.map_or(Span::ZERO, |takes| takes.wait);
        if desk.holds.len() < up_to && (begins > now || !is_end_of_instant) {
            return Next::Wait(begins.max(now));
        }
        let count = up_to.min(desk.holds.len());
        let (since, batch): (Vec<Time>, Vec<Handed<L>>) = desk.holds.drain(..count).unzip();
        (desk.since, desk.batch) = (since, batch);
        match self.hang_before(place) {
            Span::ZERO => self.begin_batch(place, now),
            hang => {
                self.desks[place].hangs_until = Some(now + hang);
                Next::Wait(now + hang)
            }
        }
    }

    /// It hangs with its batch for as long as with the one of its messages for which that is longest.
    fn hang_before(&self, place: usize) -> Span {
        if !self.may_hang() {
            return Span::ZERO;
        }
        self.desks[place].batch.iter().map(|handed| self.hang(handed)).max().unwrap_or(Span::ZERO)
    }

    fn begin_batch(&mut self, place: usize, now: Time) -> Next {
        let batch = std::mem::take(&mut self.desks[place].batch);
        let ends = now + self.work_on(&batch);
        let desk = &mut self.desks[place];
        (desk.batch, desk.ends, desk.hangs_until) = (batch, ends, None);
        Next::Work(ends)
    }

    /// How long a batch takes.
    fn work_on(&mut self, batch: &[Handed<L>]) -> Span {
        let time = self.rules.takes.map_or(BatchTime::Longest, |takes| takes.time);
        let mut services = batch.iter().map(|handed| self.work(handed));
        match time {
            BatchTime::Longest => services.max().unwrap_or(Span::ZERO),
            BatchTime::Sum => services.fold(Span::ZERO, |sum, service| sum + service),
            BatchTime::Once => services.next().unwrap_or(Span::ZERO),
        }
    }

    /// What it says to the broker as it begins with its batch.
    pub fn said_at_begin(&self, place: usize) -> Vec<Answer> {
        let before = self.desks[place].acknowledge == Acknowledge::Before;
        let batch = self.desks[place].batch.iter().filter(|handed| before && !self.is_unheard(handed));
        batch.map(|handed| Answer::Acknowledge(handed.delivery)).collect()
    }

    /// The work on its batch is done: each message with whether it succeeded.
    pub fn done(&self, place: usize) -> Vec<(Handed<L>, bool)> {
        self.desks[place].batch.iter().map(|handed| (*handed, self.succeeds(handed))).collect()
    }

    /// It passes on so many of its batch. Until it is rid of them it keeps the batch and begins with nothing.
    pub fn pass_on(&mut self, place: usize, count: usize) {
        self.desks[place].outside = count;
    }

    /// A queue has let in or refused one of those that it passes on; returns whether that was the last.
    pub fn is_rid_of_one(&mut self, place: usize) -> bool {
        let desk = &mut self.desks[place];
        desk.outside -= 1;
        desk.outside == 0
    }

    /// Of its batch, what it answers for unheard, with the instant of each delivery.
    pub fn unheard(&self, place: usize) -> Vec<(Time, Handed<L>)> {
        if !self.may_be_unheard() {
            return Vec::new();
        }
        let desk = &self.desks[place];
        let all = desk.since.iter().copied().zip(desk.batch.iter().copied());
        all.filter(|(_, handed)| self.is_unheard(handed)).collect()
    }

    /// When a message that is handed over now reaches it, and on which of its connections.
    pub fn reaches(&mut self, place: usize, now: Time, handed: &Handed<L>) -> (Time, u32) {
        let at = now + self.under_way(Leg::Deliver, handed);
        let desk = &mut self.desks[place];
        desk.arrives = desk.arrives.max(at);
        (desk.arrives, desk.connection)
    }

    /// When the broker hears what it says now of that attempt, or of several at once.
    pub fn is_heard_at(&mut self, place: usize, now: Time, handed: Option<&Handed<L>>) -> Time {
        let at = now + handed.map_or(Span::ZERO, |handed| self.under_way(Leg::Acknowledge, handed));
        let desk = &mut self.desks[place];
        desk.heard = desk.heard.max(at);
        desk.heard
    }

    /// All of its batch is done and passed on: what is said to the broker.
    pub fn clear(&mut self, place: usize) -> Vec<Answer> {
        let done = self.done(place);
        let acknowledge = self.desks[place].acknowledge;
        self.desks[place].batch.clear();
        let mut said = Vec::new();
        for (handed, success) in done {
            let is_heard = !self.is_unheard(&handed);
            match (self.answer(acknowledge, handed.delivery, success), acknowledge) {
                (Answer::Nothing, _) => {}
                (Answer::Acknowledge(delivery), Acknowledge::Every(_)) => {
                    self.desks[place].untold.push(is_heard.then_some(delivery));
                }
                (answer, _) => said.extend(is_heard.then_some(answer)),
            }
        }
        let desk = &mut self.desks[place];
        let enough = matches!(acknowledge, Acknowledge::Every(k) if desk.untold.len() >= k as usize);
        if enough || desk.holds.is_empty() {
            said.extend(self.tell_rest(place));
        }
        said
    }

    /// Acknowledges all that it has not yet.
    pub fn tell_rest(&mut self, place: usize) -> Vec<Answer> {
        self.desks[place].untold.drain(..).flatten().map(Answer::Acknowledge).collect()
    }

    /// Whether it has nothing left to work on.
    pub fn is_over(&self, place: usize) -> bool {
        self.desks[place].is_over()
    }

    /// It leaves: what it holds and has not begun goes back, unless the broker has forgotten it.
    pub fn leave(&mut self, place: usize) -> Vec<Handed<L>> {
        let desk = &mut self.desks[place];
        (desk.is_present, desk.comes_back) = (false, false);
        if desk.acknowledge == Acknowledge::OnDelivery {
            return Vec::new();
        }
        desk.holds.drain(..).map(|(_, handed)| handed).collect()
    }

    /// It crashes: nothing is left on its desk, and it says nothing more.
    pub fn crash(&mut self, place: usize) -> Crashed<L> {
        let desk = &mut self.desks[place];
        let was_available = !desk.is_down() && (desk.is_present || !desk.is_over());
        let batch = std::mem::take(&mut desk.batch);
        let (mut begun, mut passed_on, mut not_begun) = (Vec::new(), Vec::new(), Vec::new());
        match (desk.hangs_until.take(), desk.outside) {
            (Some(_), _) => not_begun = batch,
            (None, 0) => begun = batch,
            (None, _) => passed_on = batch,
        }
        not_begun.extend(desk.holds.drain(..).map(|(_, handed)| handed));
        desk.untold.clear();
        desk.outside = 0;
        desk.downs += 1;
        desk.life += 1;
        desk.connection += 1;
        (desk.is_present, desk.comes_back) = (desk.is_wanted(), false);
        desk.acknowledge = self.rules.acknowledge;
        Crashed { begun, passed_on, not_begun, was_available }
    }

    /// What it crashed of is over. Whether it works again.
    pub fn restart(&mut self, place: usize) -> bool {
        let desk = &mut self.desks[place];
        desk.downs -= 1;
        !desk.is_down() && desk.is_present
    }

    /// Its connection breaks: what it has not begun it forgets, because it will be delivered again, and what it has done
    /// is not heard of. What the broker has forgotten it keeps.
    pub fn disconnect(&mut self, place: usize) -> Vec<Handed<L>> {
        let desk = &mut self.desks[place];
        if desk.acknowledge == Acknowledge::OnDelivery {
            return Vec::new();
        }
        desk.connection += 1;
        desk.untold.clear();
        desk.holds.drain(..).map(|(_, handed)| handed).collect()
    }

    /// It takes part again; if it has still to finish what it was told to acknowledge otherwise, after that.
    pub fn come_back(&mut self, place: usize) {
        let acknowledge = self.rules.acknowledge;
        let desk = &mut self.desks[place];
        let is_ready = desk.acknowledge == acknowledge || desk.is_over();
        (desk.is_present, desk.comes_back) = (is_ready, !is_ready);
        if is_ready {
            desk.acknowledge = acknowledge;
        }
    }
}
