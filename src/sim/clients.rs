//! Everyone whom the broker of one run tells what it has done.

use std::collections::{BTreeMap, VecDeque};
use std::hint::cold_path;

use super::agenda::AgendaWithGap;
use super::desks::Shift;
use super::follow_up::{FollowUp, Passing};
use crate::broker::{ConsumerId, DeliveryId, Effect, Effects, Message, QueueId};
use crate::client::{Answer, Begin, Crew, Handed, Onward, Producer, Reply, Thinking, Unconfirmed, Worker};
use crate::metrics::{Attempt, Delivered, Letter, Recorder};
use crate::scenario::Queue;
use crate::time::Time;

/// One message after the other is worked on at no desk.
pub const NO_DESK: u32 = u32::MAX;

/// A consumer's place.
pub struct Seat {
    pub worker: Worker<u32>,
    pub crew: u32,
    /// The place of its desk, or [`NO_DESK`].
    pub desk: u32,
    /// It may pass on what it has worked on.
    pub passes_on: bool,
    /// When it began with what it works on.
    pub began: Time,
}

/// A producer's place.
pub struct Source<'a> {
    pub producer: Producer<'a>,
    pub publishes_to: &'a [QueueId],
    /// Its messages are published as [`Run::publish_apart`](super::replication::Run) does.
    pub is_apart: bool,
    /// Its next message.
    pub planned: Message,
    pub thinking: Option<Thinking>,
    /// Publishes that may be unconfirmed, and those that are.
    pub confirms: Option<u32>,
    pub unconfirmed: u32,
    /// Messages that wait until one is confirmed.
    pub held: VecDeque<Vec<Letter>>,
}

impl Source<'_> {
    /// As many publishes are unconfirmed as may be.
    pub fn must_wait(&self) -> bool {
        self.confirms.is_some_and(|most| self.unconfirmed >= most)
    }
}

/// Marks what is planned in the agenda of completions and is none.
const ERRAND: u32 = 1 << 31;

/// Everyone whom the broker tells what it has done.
pub struct Clients<'a> {
    pub now: Time,
    /// By producer.
    pub sources: Vec<Source<'a>>,
    pub crews: Vec<Crew<u32>>,
    /// By consumer.
    pub seats: Vec<Seat>,
    pub completions: AgendaWithGap<ConsumerId>,
    /// Counts entries into both agendas, so that equal times keep their order over both.
    pub entered: u64,
    pub recorder: Recorder,
    pub shifts: Vec<Shift>,
    /// A shift that changes now.
    pub shift_to_change: Option<usize>,
    /// What the broker has said to the latest publish, if that was not let in.
    pub reply: Reply,
    /// How many times what is being published has been, this time included.
    pub tries: u32,
    pub queues: &'a [Queue],
    /// What is planned, by its place in the agenda.
    pub errands: Vec<Option<FollowUp>>,
    pub free_errands: Vec<u32>,
    pub unconfirmed: Unconfirmed,
    /// By crew; none where nobody passes anything on.
    pub onward: Vec<Onward>,
    /// What the broker is to hear next.
    pub follow_ups: VecDeque<FollowUp>,
    /// Consumers that wait with what they pass on, by the track of that.
    pub waiting: BTreeMap<u32, Passing>,
}

impl Effects<Letter> for Clients<'_> {
    #[inline(always)]
    fn push(&mut self, effect: Effect<Letter>) {
        if let Effect::Delivered { queue, consumer, delivery, entry, attempt, payload } = effect {
            return self.hand(consumer, Delivered { queue, entry, attempt, track: payload.track }, delivery);
        }
        self.recorder.effect(self.now, &effect);
        match effect {
            Effect::Blocked { .. } => self.reply = Reply::Blocked,
            Effect::Refused { queue, payload } => self.refused(queue, payload),
            Effect::Accepted { was_blocked: true, payload, .. } => self.is_let_in(payload),
            _ => {}
        }
    }
}

impl Clients<'_> {
    #[inline]
    pub fn complete(&mut self) -> Answer {
        let Some(consumer) = self.completions.pop() else { return Answer::Nothing };
        if consumer.0 >= ERRAND {
            cold_path();
            self.begin_errand(consumer.0);
            return Answer::Nothing;
        }
        let Some(seat) = self.seats.get_mut(consumer.0 as usize) else {
            cold_path();
            self.shift_to_change = Some(consumer.0 as usize - self.seats.len());
            return Answer::Nothing;
        };
        if seat.desk != NO_DESK {
            cold_path();
            self.look_at_desk(consumer);
            return Answer::Nothing;
        }
        let done = self.crews[seat.crew as usize].finish(&mut seat.worker);
        let mut to = None;
        if seat.passes_on && done.success {
            cold_path();
            let Handed { queue, producer, number, entry, .. } = done.handed;
            to = self.onward[seat.crew as usize].way(queue, producer, number, entry);
        }
        self.recorder.ended(
            self.now,
            Attempt {
                crew: seat.crew as usize,
                queue: done.handed.queue,
                track: done.handed.label,
                entry: done.handed.entry,
                began: seat.began,
                success: done.success,
                acknowledged_before: done.answer == Answer::Nothing,
                passes_on: to.is_some(),
            },
        );
        if let Some(to) = to {
            cold_path();
            // Put together anew, so that what is not passed on stays in registers.
            let Handed { delivery, queue, number, producer, entry, attempt, label } = done.handed;
            let handed = Handed { delivery, queue, number, producer, entry, attempt, label };
            self.pass_on(consumer, handed, to, done.answer);
            return Answer::Nothing;
        }
        if done.holds_another {
            cold_path();
            self.begin_held(consumer);
        }
        done.answer
    }

    /// A consumer passes on what it has worked on; until that has found a place it begins nothing.
    #[inline(never)]
    fn pass_on(&mut self, consumer: ConsumerId, handed: Handed<u32>, to: QueueId, answer: Answer) {
        let letter = self.recorder.pass_on(handed.label, handed.producer);
        self.seats[consumer.0 as usize].worker.keep(handed);
        self.follow_ups.push_back(FollowUp::PassOn { to, letter, passing: Passing { consumer, answer } });
    }

    /// A consumer is rid of what it passed on.
    #[inline(never)]
    pub fn let_go(&mut self, consumer: ConsumerId) {
        self.seats[consumer.0 as usize].worker.let_go();
        self.begin_held(consumer);
    }

    /// A queue has let in what it had blocked.
    #[inline(never)]
    fn is_let_in(&mut self, letter: Letter) {
        if let Some(Passing { consumer, answer }) = self.waiting.remove(&letter.track) {
            self.let_go(consumer);
            self.follow_ups.push_back(FollowUp::Answer(answer));
        }
        if self.unconfirmed.let_in(letter.track) {
            self.follow_ups.push_back(FollowUp::Confirmed(letter.producer));
        }
    }

    /// Plans what is to be done at an instant, in its turn among completions.
    #[inline(never)]
    pub fn plan(&mut self, at: Time, what: FollowUp) {
        let place = self.free_errands.pop().unwrap_or_else(|| {
            self.errands.push(None);
            (self.errands.len() - 1) as u32
        });
        self.errands[place as usize] = Some(what);
        self.completions.enter(at, self.entered, ConsumerId(ERRAND | place));
        self.entered += 1;
    }

    #[inline(never)]
    fn begin_errand(&mut self, place: u32) {
        let place = place & !ERRAND;
        self.follow_ups.extend(self.errands[place as usize].take());
        self.free_errands.push(place);
    }

    /// The first consumer of an entry; its consumers are numbered on from there.
    pub fn first_of(&self, crew: u32) -> u32 {
        self.seats.partition_point(|seat| seat.crew < crew) as u32
    }

    #[inline(never)]
    fn begin_held(&mut self, consumer: ConsumerId) {
        let seat = &mut self.seats[consumer.0 as usize];
        let Some((handed, begin)) = self.crews[seat.crew as usize].next(&mut seat.worker) else { return };
        seat.began = self.now;
        self.recorder.began(self.now, handed.queue, (handed.entry, handed.attempt), handed.label);
        self.begin(consumer, begin);
    }

    /// Who has published it tries again, or gives it up; what a consumer passes on is lost.
    #[inline]
    fn refused(&mut self, queue: QueueId, letter: Letter) {
        self.reply = Reply::Refused;
        match self.next_try(queue, letter) {
            None => self.recorder.gave_up(letter.track),
            Some(at) => {
                cold_path();
                self.recorder.keeps_outside(letter.track);
                self.plan(at, FollowUp::TryAgain { to: queue, letter, tries: self.tries + 1 });
            }
        }
    }

    #[inline]
    fn next_try(&self, queue: QueueId, letter: Letter) -> Option<Time> {
        let message = self.recorder.message_of(letter)?;
        let producer = &self.sources[usize::from(letter.producer)].producer;
        producer.tries_again_at(self.now, message, &self.queues[queue.index()].name, self.tries)
    }

    /// A message is delivered: it is booked once, as held or as worked on.
    #[inline(always)]
    fn hand(&mut self, consumer: ConsumerId, delivered: Delivered, delivery: DeliveryId) {
        let seat = &mut self.seats[consumer.0 as usize];
        if seat.desk != NO_DESK {
            cold_path();
            let Delivered { queue, entry, attempt, track } = delivered;
            return self.hand_to_desk(consumer, Delivered { queue, entry, attempt, track }, delivery);
        }
        let (Message { producer, number, .. }, entry) =
            self.recorder.delivered(self.now, delivered, seat.worker.is_idle());
        let Delivered { queue, attempt, track: label, .. } = delivered;
        let handed = Handed { delivery, queue, number, producer, entry, attempt, label };
        if let Some(begin) = self.crews[seat.crew as usize].take(&mut seat.worker, handed) {
            seat.began = self.now;
            self.begin(consumer, begin);
        }
    }

    #[inline(always)]
    fn begin(&mut self, consumer: ConsumerId, begin: Begin) {
        self.completions.enter(self.now + begin.work, self.entered, consumer);
        self.entered += 1;
        if let Some(delivery) = begin.acknowledge {
            cold_path();
            self.follow_ups.push_back(FollowUp::Answer(Answer::Acknowledge(delivery)));
        }
    }
}
