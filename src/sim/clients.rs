//! Everyone whom the broker of one run tells what it has done.

use std::collections::VecDeque;
use std::hint::cold_path;

use super::agenda::AgendaWithGap;
use crate::broker::{ConsumerId, DeliveryId, Effect, Effects, Message, QueueId};
use crate::client::{Answer, Begin, Crew, Handed, Producer, Reaction, Reply, Worker};
use crate::metrics::{Attempt, Delivered, Letter, Recorder};
use crate::time::Time;

/// A consumer's place.
pub struct Seat {
    pub worker: Worker<u32>,
    pub crew: u32,
    pub acknowledges_before: bool,
    /// When it began with what it works on.
    pub began: Time,
}

/// A producer's place.
pub struct Source<'a> {
    pub producer: Producer<'a>,
    pub publishes_to: QueueId,
    /// Its next message.
    pub planned: Message,
}

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
    /// Deliveries acknowledged as the work on them began, which the broker is to hear of next.
    pub acknowledged: VecDeque<DeliveryId>,
}

impl Effects<Letter> for Clients<'_> {
    #[inline(always)]
    fn push(&mut self, effect: Effect<Letter>) {
        if let Effect::Delivered { queue, consumer, delivery, entry, attempt, payload } = effect {
            return self.hand(consumer, Delivered { queue, entry, attempt, track: payload.track }, delivery);
        }
        self.recorder.effect(self.now, &effect);
        match effect {
            Effect::Blocked { payload, .. } => self.tell(payload, Reply::Blocked),
            Effect::Refused { payload, .. } => self.tell(payload, Reply::Refused),
            _ => {}
        }
    }
}

impl Clients<'_> {
    #[inline]
    pub fn complete(&mut self) -> Answer {
        let Some(consumer) = self.completions.pop() else { return Answer::Nothing };
        let seat = &mut self.seats[consumer.0 as usize];
        let done = self.crews[seat.crew as usize].finish(&mut seat.worker);
        self.recorder.ended(
            self.now,
            Attempt {
                crew: seat.crew as usize,
                queue: done.handed.queue,
                track: done.handed.label,
                entry: done.handed.entry,
                began: seat.began,
                success: done.success,
                acknowledged_before: seat.acknowledges_before,
            },
        );
        if done.holds_another {
            cold_path();
            self.begin_held(consumer);
        }
        done.answer
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

    #[inline]
    fn tell(&mut self, letter: Letter, reply: Reply) {
        match self.sources[usize::from(letter.producer)].producer.told(reply) {
            Reaction::Nothing | Reaction::Wait => {}
            Reaction::GiveUp => self.recorder.gave_up(letter.track),
        }
    }

    /// A message is delivered: it is booked once, as held or as worked on.
    #[inline(always)]
    fn hand(&mut self, consumer: ConsumerId, delivered: Delivered, delivery: DeliveryId) {
        let seat = &mut self.seats[consumer.0 as usize];
        let Message { producer, number, .. } = self.recorder.delivered(self.now, delivered, seat.worker.is_idle());
        let Delivered { queue, entry, attempt, track: label } = delivered;
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
            self.acknowledged.push_back(delivery);
        }
    }
}
