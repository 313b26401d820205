//! What somebody changes by hand while a run goes on, at the instant at which it stands.

use super::clients::NO_DESK;
use super::follow_up::FollowUp;
use super::listen::Listener;
use super::replication::Run;
use crate::broker::{Command, ConsumerId, Message};
use crate::client::{Acknowledge, SLIPPED_IN};
use crate::scenario::Change;
use crate::time::{Span, Time};

/// How long a consumer is away that was crashed by hand and does not crash by plan.
pub const USUAL_RESTART: Span = Span::from_secs(5);
/// Crashes by hand are numbered from here on, above all that are planned.
const BY_HAND: u64 = 1 << 32;

impl<L: Listener> Run<'_, L> {
    /// Carries out a change, which the scenario allows, at `now`: all that was to be done until then is done.
    ///
    /// # Errors
    /// If nothing can be changed so as the run stands; in words.
    pub fn alter(&mut self, now: Time, change: &Change) -> Result<(), String> {
        self.clients.now = now;
        match *change {
            Change::Rate { producer, factor } => self.change_rate(producer, factor),
            Change::Count { consumers, count } => {
                self.take_desks(consumers);
                self.change_count(consumers, count);
            }
            Change::Prefetch { consumers, prefetch } => {
                self.terms[consumers].prefetch = prefetch;
                self.renew_terms(consumers);
            }
            Change::Acknowledge { consumers, how } => self.change_acknowledge(consumers, how),
            Change::Crash { consumers, which } => self.crash_by_hand(consumers, which)?,
            Change::Poison { producer } => self.slip_in(producer)?,
        }
        self.follow_up();
        Ok(())
    }

    fn change_rate(&mut self, place: usize, factor: f64) {
        let arrivals = &self.scenario.producers[place].arrivals;
        let source = &mut self.clients.sources[place];
        let planned = self.arrivals.take(place as u16).map(|_| source.planned);
        if let Some(next) = source.producer.change_rate(arrivals, self.clients.now, factor, planned) {
            source.planned = next;
            self.arrivals.enter(next.planned, self.clients.entered, place as u16);
            self.clients.entered += 1;
        }
    }

    /// Who comes and goes, crashes, or is told otherwise needs a desk, and the time is counted for which it is there.
    fn take_desks(&mut self, crew: usize) {
        let (first, end) = (self.clients.first_of(crew as u32), self.clients.first_of(crew as u32 + 1));
        let there = self.scenario.consumers[crew].count;
        if !self.clients.recorder.counts_available(crew) {
            self.clients.recorder.available(Time::ZERO, crew, i64::from(there));
        }
        if self.clients.seats[first as usize].desk != NO_DESK {
            return;
        }
        self.clients.crews[crew].seat_at_desks(end - first);
        (first..end).for_each(|consumer| self.clients.move_to_desk(crew, ConsumerId(consumer), consumer - first));
        (there..end - first).for_each(|spare| _ = self.clients.crews[crew].leave(spare as usize));
    }

    /// Those who are there subscribe anew; what they hold they keep.
    fn renew_terms(&mut self, crew: usize) {
        for consumer in self.consumers_of(crew) {
            if self.clients.is_subscribed(crew, consumer) {
                self.tell(Command::Cancel { consumer });
                self.subscribe(crew, consumer);
            }
        }
    }

    /// Who has nothing in its hands does so from now on. The others give back what they have not begun, finish the rest as
    /// they were told before, and take part anew then.
    fn change_acknowledge(&mut self, crew: usize, how: Acknowledge) {
        self.take_desks(crew);
        self.terms[crew] = self.scenario.consumers[crew].terms_with(self.terms[crew].prefetch, how);
        let there: Vec<_> = self.consumers_of(crew).filter(|one| self.clients.is_subscribed(crew, *one)).collect();
        // All of them first: where one at a time is given all, the next is given that on the terms it has.
        there.iter().for_each(|consumer| self.tell(Command::Cancel { consumer: *consumer }));
        self.clients.crews[crew].acknowledge(how);
        for consumer in there {
            let (_, place) = self.clients.place(consumer);
            if self.clients.crews[crew].desk(place).is_over() {
                self.subscribe(crew, consumer);
            } else {
                self.clients.leave_to_come_back(consumer);
            }
        }
    }

    pub(super) fn come_back(&mut self, consumer: ConsumerId) {
        let (crew, place) = self.clients.place(consumer);
        if self.clients.crews[crew].desk(place).is_present() {
            return;
        }
        self.clients.crews[crew].come_back(place);
        if !self.clients.crews[crew].desk(place).is_down() {
            self.clients.recorder.available(self.clients.now, crew, 1);
            self.subscribe(crew, consumer);
        }
    }

    fn crash_by_hand(&mut self, crew: usize, which: Option<u32>) -> Result<(), String> {
        let name = &self.scenario.consumers[crew].name;
        self.take_desks(crew);
        let standing = |consumer: &ConsumerId| {
            let (_, place) = self.clients.place(*consumer);
            self.clients.crews[crew].desk(place)
        };
        let is_up = |consumer: &ConsumerId| {
            let desk = standing(consumer);
            !desk.is_down() && (desk.is_present() || !desk.is_over())
        };
        let up: Vec<ConsumerId> = self.consumers_of(crew).filter(is_up).collect();
        let first = self.clients.first_of(crew as u32);
        let chosen = match which {
            Some(number) => up.into_iter().find(|consumer| consumer.0 - first == number),
            // The first of those that hold the most.
            None => up.into_iter().rev().max_by_key(|consumer| standing(consumer).held()),
        };
        let Some(consumer) = chosen else { return Err(format!("{name}: nobody is there who could crash")) };
        let restart = self.clients.restart_by_hand(consumer, BY_HAND + self.commands);
        self.take_down(consumer);
        self.clients.plan(self.clients.now + restart, FollowUp::BackByHand(consumer));
        Ok(())
    }

    /// Publishes one message more, which always fails.
    fn slip_in(&mut self, producer: usize) -> Result<(), String> {
        let now = self.clients.now;
        if now >= self.duration {
            return Err("nothing is published any more".to_owned());
        }
        self.clients.crews.iter_mut().for_each(|crew| crew.expect_failures());
        let source = &mut self.clients.sources[producer];
        let number = SLIPPED_IN + source.slipped_in;
        source.slipped_in += 1;
        let message = Message { producer: producer as u16, number, planned: now };
        if source.is_apart || source.thinking.is_some() {
            self.publish_apart(message);
        } else {
            self.publish_message::<false>(message);
        }
        Ok(())
    }
}

impl super::clients::Clients<'_> {
    /// Whether the broker may hand it messages, as far as it is its own doing.
    fn is_subscribed(&self, crew: usize, consumer: ConsumerId) -> bool {
        let seat = &self.seats[consumer.0 as usize];
        if seat.desk == NO_DESK {
            let first = self.first_of(crew as u32);
            return consumer.0 - first < self.entries[crew].count;
        }
        let desk = self.crews[crew].desk(seat.desk as usize);
        desk.is_present() && !desk.is_down()
    }

    fn leave_to_come_back(&mut self, consumer: ConsumerId) {
        let (crew, place) = self.place(consumer);
        self.leave(crew, consumer);
        self.crews[crew].comes_back(place);
        if self.crews[crew].is_over(place) {
            self.follow_ups.push_back(FollowUp::ComeBack(consumer));
        }
    }

    fn move_to_desk(&mut self, crew: usize, consumer: ConsumerId, place: u32) {
        let passes_on = self.waiting.values_mut().find(|passing| passing.consumer == consumer);
        let is_outside = passes_on.is_some();
        // It answers for its whole batch then.
        passes_on.into_iter().for_each(|passing| passing.answer = crate::client::Answer::Nothing);
        let seat = &mut self.seats[consumer.0 as usize];
        (seat.desk, seat.is_plain) = (place, false);
        self.crews[crew].move_to_desk(place as usize, &mut seat.worker, seat.began, is_outside);
    }

    fn restart_by_hand(&self, consumer: ConsumerId, nth: u64) -> Span {
        self.crashing(consumer).map_or(USUAL_RESTART, |(crashing, place)| crashing.down(place, nth))
    }
}
