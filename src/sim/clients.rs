//! Everyone whom the broker of one run tells what it has done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hint::cold_path;

use super::agenda::AgendaWithGap;
use super::desks::Shift;
use super::diary::Note;
use super::follow_up::{FollowUp, Passing};
use crate::broker::{ConsumerId, DeliveryId, Effect, Effects, Message, QueueId};
use crate::client::{
    Answer, Begin, Crashing, Crew, Done, Handed, Onward, Producer, Reply, Thinking, Unconfirmed, Worker,
};
use crate::metrics::{Attempt, Delivered, Letter, Recorder};
use crate::scenario::{Consumers, Queue};
use crate::time::Time;

/// One message after the other is worked on at no desk.
pub const NO_DESK: u32 = u32::MAX;

/// A consumer's place.
pub struct Seat {
    pub worker: Worker<u32>,
    pub crew: u32,
    /// The place of its desk, or [`NO_DESK`].
    pub desk: u32,
    /// It has no desk and passes nothing on.
    pub is_plain: bool,
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
    /// By hand, so far.
    pub slipped_in: u64,
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
    /// What a consumer that has finished says, if it is no acknowledgement.
    pub answer: Answer,
    /// What the broker has said to the latest publish, if that was not let in.
    pub reply: Reply,
    /// How many times what is being published has been, this time included.
    pub tries: u32,
    pub queues: &'a [Queue],
    pub entries: &'a [Consumers],
    /// What is planned, by its place in the agenda.
    pub errands: Vec<Option<FollowUp>>,
    pub free_errands: Vec<u32>,
    pub unconfirmed: Unconfirmed,
    /// By crew; none where nobody passes anything on.
    pub onward: Vec<Onward>,
    /// By crew, when its consumers crash.
    pub crashing: Vec<Option<Crashing>>,
    /// Seats that were spare and that somebody has taken.
    pub spares: BTreeSet<ConsumerId>,
    /// How many outages of the broker last now.
    pub brokers_out: u32,
    /// What the broker is to hear next.
    pub follow_ups: VecDeque<FollowUp>,
    /// Consumers that wait with what they pass on, by the track of that.
    pub waiting: BTreeMap<u32, Passing>,
    /// What consumers have done since the listener was last told, if there is one.
    pub diary: Option<Vec<Note>>,
}

/// The attempt that a consumer has ended just now.
#[inline(always)]
fn attempt(seat: &Seat, done: &Done<u32>, passes_on: bool) -> Attempt {
    let Handed { queue, label: track, entry, .. } = done.handed;
    Attempt {
        crew: seat.crew as usize,
        queue,
        track,
        entry,
        began: seat.began,
        of: 1,
        success: done.success,
        acknowledged_before: done.answer == Answer::Nothing,
        passes_on,
    }
}

impl Effects<Letter> for Clients<'_> {
    #[inline(always)]
    fn push(&mut self, effect: Effect<Letter>) {
        self.hear::<false>(effect);
    }
}

/// The clients of a run that is plain, see [`Run::is_plain`](super::replication::Run).
pub struct Plain<'c, 'a>(pub &'c mut Clients<'a>);

impl Effects<Letter> for Plain<'_, '_> {
    const IS_PLAIN: bool = true;

    #[inline(always)]
    fn push(&mut self, effect: Effect<Letter>) {
        self.0.hear::<true>(effect);
    }
}

impl Clients<'_> {
    #[inline(always)]
    fn hear<const PLAIN: bool>(&mut self, effect: Effect<Letter>) {
        if let Effect::Delivered { queue, consumer, delivery, entry, attempt, payload } = effect {
            return self.hand::<PLAIN>(consumer, Delivered { queue, entry, attempt, track: payload.track }, delivery);
        }
        self.recorder.effect_on::<PLAIN>(self.now, &effect);
        match effect {
            Effect::Blocked { .. } => self.reply = Reply::Blocked,
            Effect::Refused { queue, payload } => self.refused(queue, payload),
            Effect::Accepted { was_blocked: true, queue, payload } => self.is_let_in(queue, payload),
            _ => {}
        }
    }

    /// The first consumer to finish has finished: what it acknowledges. If it does not, [`Clients::answer`] says what else
    /// is to be said.
    #[inline]
    pub fn complete<const PLAIN: bool>(&mut self) -> Option<DeliveryId> {
        let consumer = self.completions.pop()?;
        match self.seats.get_mut(consumer.0 as usize) {
            Some(seat) if PLAIN || seat.is_plain => {
                let done = self.crews[seat.crew as usize].finish::<PLAIN>(&mut seat.worker);
                self.recorder.ended::<PLAIN>(self.now, attempt(seat, &done, false));
                if !PLAIN {
                    self.ended(consumer, &done.handed, done.success);
                }
                if done.holds_another {
                    cold_path();
                    self.begin_held(consumer);
                }
                if let Answer::Acknowledge(delivery) = done.answer {
                    return Some(delivery);
                }
                cold_path();
                self.answer = done.answer;
            }
            _ => {
                cold_path();
                self.answer = self.complete_other(consumer);
            }
        }
        None
    }

    /// Of what is planned in the agenda all but the end of plain work.
    #[inline(never)]
    fn complete_other(&mut self, consumer: ConsumerId) -> Answer {
        match self.seats.get(consumer.0 as usize) {
            None if consumer.0 >= ERRAND => self.begin_errand(consumer.0),
            None => self.shift_to_change = Some(consumer.0 as usize - self.seats.len()),
            Some(seat) if seat.desk != NO_DESK => self.look_at_desk(consumer),
            Some(_) => return self.complete_and_pass_on(consumer),
        }
        Answer::Nothing
    }

    fn complete_and_pass_on(&mut self, consumer: ConsumerId) -> Answer {
        let seat = &mut self.seats[consumer.0 as usize];
        let done = self.crews[seat.crew as usize].finish::<false>(&mut seat.worker);
        let Handed { queue, producer, number, entry, .. } = done.handed;
        let way = || self.onward[seat.crew as usize].way(queue, producer, number, entry);
        let to = if done.success { way() } else { None };
        self.recorder.ended::<false>(self.now, attempt(seat, &done, to.is_some()));
        self.ended(consumer, &done.handed, done.success);
        if let Some(to) = to {
            self.pass_on(consumer, done.handed, to, done.answer);
            return Answer::Nothing;
        }
        if done.holds_another {
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

    /// A consumer is rid of a message that it passed on.
    #[inline(never)]
    pub fn let_go(&mut self, consumer: ConsumerId) {
        if self.seats[consumer.0 as usize].desk != NO_DESK {
            return self.let_go_at_desk(consumer);
        }
        self.seats[consumer.0 as usize].worker.let_go();
        self.begin_held(consumer);
    }

    /// A queue has let in what it had blocked.
    #[inline(never)]
    fn is_let_in(&mut self, queue: QueueId, letter: Letter) {
        if let Some(Passing { consumer, answer }) = self.waiting.remove(&letter.track) {
            self.let_go(consumer);
            self.follow_ups.push_back(FollowUp::Answer(answer));
        }
        self.answer_publish(queue, letter.track, self.recorder.message(letter.track));
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
        self.began(consumer, &handed);
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
    fn next_try(&mut self, queue: QueueId, letter: Letter) -> Option<Time> {
        let message = self.recorder.message_of(letter)?;
        let producer = &mut self.sources[usize::from(letter.producer)].producer;
        let name = &self.queues[queue.index()].name;
        let hears = if producer.is_far() { producer.hears_at(self.now, message, name, self.tries) } else { self.now };
        producer.tries_again_at(hears, message, name, self.tries)
    }

    /// A message is delivered: it is booked once, as held or as worked on.
    #[inline(always)]
    fn hand<const PLAIN: bool>(&mut self, consumer: ConsumerId, delivered: Delivered, delivery: DeliveryId) {
        let seat = &mut self.seats[consumer.0 as usize];
        if !PLAIN && seat.desk != NO_DESK {
            cold_path();
            let Delivered { queue, entry, attempt, track } = delivered;
            return self.hand_to_desk(consumer, Delivered { queue, entry, attempt, track }, delivery);
        }
        let (Message { producer, number, .. }, entry) =
            self.recorder.delivered::<PLAIN>(self.now, delivered, seat.worker.is_idle());
        let Delivered { queue, attempt, track: label, .. } = delivered;
        let handed = Handed { delivery, queue, number, producer, entry, attempt, label };
        if let Some(begin) = self.crews[seat.crew as usize].take::<PLAIN>(&mut seat.worker, handed) {
            seat.began = self.now;
            if !PLAIN {
                self.began(consumer, &handed);
            }
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
