//! Consumers with a desk: they work on several messages at once, answer for several at once, or come and go.

use super::clients::Clients;
use super::follow_up::{FollowUp, Passing};
use crate::broker::{ConsumerId, DeliveryId, QueueId};
use crate::client::{self, Answer, Handed, Next, Standing};
use crate::metrics::{Attempt, Delivered};
use crate::time::Time;
use crate::workload::CountProfile;

/// Consumers whose number changes by plan.
pub struct Shift {
    pub crew: usize,
    pub profile: CountProfile,
    /// The point of the profile that comes next.
    pub next: u64,
}

/// Who comes and who leaves as a shift changes.
#[derive(Default)]
pub struct Changes {
    pub come: Vec<ConsumerId>,
    pub leave: Vec<ConsumerId>,
}

impl Clients<'_> {
    pub fn place(&self, consumer: ConsumerId) -> (usize, usize) {
        let seat = &self.seats[consumer.0 as usize];
        (seat.crew as usize, seat.desk as usize)
    }

    #[inline(never)]
    pub fn hand_to_desk(&mut self, consumer: ConsumerId, delivered: Delivered, delivery: DeliveryId) {
        let (crew, desk) = self.place(consumer);
        let (message, entry) = self.recorder.delivered::<false>(self.now, delivered, false);
        let Delivered { queue, attempt, track: label, .. } = delivered;
        let handed =
            Handed { delivery, queue, number: message.number, producer: message.producer, entry, attempt, label };
        self.recorder.hold(self.now, crew, 1);
        if self.crews[crew].is_far() {
            let (at, connection) = self.crews[crew].reaches(desk, self.now, &handed);
            return self.plan(at, FollowUp::Arrive { consumer, connection, handed });
        }
        let next = self.crews[crew].put(desk, self.now, handed);
        self.go_on(consumer, next);
    }

    /// Something was to happen at a desk now: its work is done, or it has waited for more.
    #[inline(never)]
    pub fn look_at_desk(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        if self.crews[crew].desk(desk).is_done(self.now) {
            return self.end_batch(consumer);
        }
        // What was waited for may have begun before, because the batch was complete.
        let next = self.crews[crew].next_batch(desk, self.now, true);
        if matches!(next, Next::Work(_)) || self.crews[crew].desk(desk).hangs() {
            self.go_on(consumer, next);
        }
    }

    pub fn go_on(&mut self, consumer: ConsumerId, next: Next) {
        match next {
            Next::Nothing => {}
            Next::Wait(until) => self.enter(consumer, until),
            Next::Work(ends) => {
                let (crew, desk) = self.place(consumer);
                self.seats[consumer.0 as usize].began = self.now;
                for handed in self.crews[crew].desk(desk).batch() {
                    self.recorder.began(self.now, handed.queue, (handed.entry, handed.attempt), handed.label);
                }
                self.began_batch(consumer);
                let said = self.crews[crew].said_at_begin(desk);
                let first = self.crews[crew].desk(desk).batch().first().copied();
                self.say(consumer, first.as_ref(), said);
                self.enter(consumer, ends);
            }
        }
    }

    /// To the broker, next, or as soon as it has come there: of that attempt, or of several at once.
    pub fn say(&mut self, consumer: ConsumerId, of: Option<&Handed<u32>>, said: impl IntoIterator<Item = Answer>) {
        let (crew, desk) = self.place(consumer);
        let answers = said.into_iter().map(FollowUp::Answer);
        if !self.crews[crew].is_far() {
            return self.follow_ups.extend(answers);
        }
        let at = self.crews[crew].is_heard_at(desk, self.now, of);
        answers.for_each(|answer| self.plan(at, answer));
    }

    fn enter(&mut self, consumer: ConsumerId, at: Time) {
        self.completions.enter(at, self.entered, consumer);
        self.entered += 1;
    }

    /// The work on a batch is done. What succeeded is passed on, and the consumer waits until all of it is.
    fn end_batch(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        self.recorder.worked(self.now, crew, self.seats[consumer.0 as usize].began);
        let mut outside = 0;
        for (handed, success) in self.crews[crew].done(desk) {
            let to = self.end_attempt(consumer, &handed, success);
            outside += usize::from(to.is_some());
            if let Some(to) = to {
                let letter = self.recorder.pass_on(handed.label, handed.producer);
                let passing = Passing { consumer, answer: Answer::Nothing };
                self.send_on(to, letter, passing, &handed);
            }
        }
        self.crews[crew].pass_on(desk, outside);
        if outside == 0 {
            self.clear_desk(consumer);
        }
    }

    /// Returns where its message is passed on to, if anywhere.
    fn end_attempt(&mut self, consumer: ConsumerId, handed: &Handed<u32>, success: bool) -> Option<QueueId> {
        let (crew, desk) = self.place(consumer);
        let Handed { queue, producer, number, entry, label: track, .. } = *handed;
        let to = if success { self.onward[crew].way(queue, producer, number, entry) } else { None };
        let attempt = Attempt {
            crew,
            queue,
            track,
            entry,
            began: self.seats[consumer.0 as usize].began,
            of: self.crews[crew].desk(desk).batch().len() as u32,
            success,
            acknowledged_before: self.crews[crew].acknowledges_before(desk),
            passes_on: to.is_some(),
        };
        self.recorder.ended_in_batch(self.now, attempt);
        self.ended(consumer, handed, success);
        to
    }

    /// A consumer is rid of one message of its batch.
    #[inline(never)]
    pub fn let_go_at_desk(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        if self.crews[crew].is_rid_of_one(desk) {
            self.clear_desk(consumer);
        }
    }

    /// All of a batch is done and passed on: the consumer answers for it and goes on.
    fn clear_desk(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        let count = self.crews[crew].desk(desk).batch().len() as i64;
        self.recorder.hold(self.now, crew, -count);
        self.let_go_of_unheard(consumer);
        let first = self.crews[crew].desk(desk).batch().first().copied();
        let said = self.crews[crew].clear(desk);
        self.say(consumer, first.as_ref(), said);
        if !self.crews[crew].desk(desk).is_present() && self.crews[crew].is_over(desk) {
            self.go_home(consumer);
        }
        let next = self.crews[crew].next_batch(desk, self.now, false);
        self.go_on(consumer, next);
    }

    /// What a consumer has answered for unheard keeps its place in the prefetch until the queue takes it back.
    fn let_go_of_unheard(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        for (since, handed) in self.crews[crew].unheard(desk) {
            if let Some(timeout) = self.queues[handed.queue.index()].rules.redelivery.ack_timeout {
                let at = (since + timeout).max(self.now);
                self.plan(at, FollowUp::Answer(Answer::Return(handed.delivery)));
            }
        }
    }

    /// The consumers of an entry, who have desks, become so many.
    pub fn change_count(&mut self, crew: usize, count: u32) -> Changes {
        let (first, end) = (self.first_of(crew as u32), self.first_of(crew as u32 + 1));
        let of_crew = &self.crews[crew];
        let standing =
            |place| Standing { is_present: of_crew.desk(place).is_wanted(), is_idle: of_crew.is_over(place) };
        let client::Changes { come, leave } = client::changes((0..(end - first) as usize).map(standing), count);
        for place in &leave {
            self.leave(crew, ConsumerId(first + place));
        }
        self.plan_crashes_of_spare(crew, &come);
        for place in &come {
            let desk = self.crews[crew].desk(*place as usize);
            let comes = self.crews[crew].is_over(*place as usize) && !desk.is_down();
            self.crews[crew].come_back(*place as usize);
            self.recorder.available(self.now, crew, i64::from(comes));
        }
        // Who has crashed is gone already, and comes when it is back.
        let desk = |place: &u32| self.crews[crew].desk(*place as usize);
        let id = |place| ConsumerId(first + place);
        let come = come.into_iter().filter(|place| desk(place).is_present() && !desk(place).is_down()).map(id);
        let leave = leave.into_iter().filter(|place| !desk(place).is_down()).map(id);
        Changes { come: come.collect(), leave: leave.collect() }
    }

    pub fn leave(&mut self, crew: usize, consumer: ConsumerId) {
        let (_, place) = self.place(consumer);
        for handed in self.crews[crew].leave(place) {
            self.recorder.hold(self.now, crew, -1);
            self.recorder.handed_back(handed.label);
            self.say(consumer, Some(&handed), [Answer::Return(handed.delivery)]);
        }
        if self.crews[crew].is_over(place) && !self.crews[crew].desk(place).is_down() {
            let rest = self.crews[crew].tell_rest(place);
            self.say(consumer, None, rest);
            self.go_home(consumer);
        }
    }

    /// A consumer that has left has nothing more to do.
    fn go_home(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        self.recorder.available(self.now, crew, -1);
        if self.crews[crew].may_be_unheard() {
            self.close_connection(consumer);
        }
        if self.crews[crew].desk(desk).is_wanted() {
            self.follow_ups.push_back(FollowUp::ComeBack(consumer));
        }
    }

    fn close_connection(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        if !self.crews[crew].is_far() {
            return self.follow_ups.push_back(FollowUp::Close(consumer));
        }
        // After what it has said.
        let at = self.crews[crew].is_heard_at(desk, self.now, None);
        self.plan(at, FollowUp::Close(consumer));
    }
}
