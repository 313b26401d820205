//! The rules of a broker: a function of what happened, never of what time it is.
//!
//! A driver hands [`Broker::apply`] one command after the other and carries out the effects. It asks
//! [`Broker::next_deadline`] when the broker has something to do by itself, and sends [`Command::Tick`] then.

mod admission;
mod delivery;
mod rules;
mod store;
mod turns;

pub use rules::*;
pub use turns::{Keeps, Terms};

use std::collections::{BTreeMap, VecDeque};
use std::hint::cold_path;

use crate::measure::Cause;
use crate::time::{Span, Time};
use store::{List, Lists, Slot, Store, Where};
use turns::Consumer;

/// A queue, by its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueueId(pub u16);

impl QueueId {
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A single consumer; the driver numbers them from 0 without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsumerId(pub u32);

/// What a message is called, everywhere and for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// The producer's place in the scenario.
    pub producer: u16,
    /// Counted from 0 for each producer.
    pub number: u64,
    pub planned: Time,
}

/// One handing-over of a message; no two are called the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    slot: Slot,
    serial: u32,
}

/// What is asked of a broker. `P` is what travels with a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Command<P> {
    /// A new consumer takes from a queue, or a known one from a further queue, which comes after those before in its
    /// preference; its terms are those of its first.
    Subscribe {
        consumer: ConsumerId,
        queue: QueueId,
        terms: Terms,
    },
    Publish {
        queue: QueueId,
        payload: P,
    },
    /// One that is unknown, or was answered before, has no effect.
    Acknowledge {
        delivery: DeliveryId,
    },
    /// A negative acknowledgement: back into the queue, or out of it.
    Reject {
        delivery: DeliveryId,
        requeue: bool,
    },
    /// A message comes back that nobody has begun; that counts as no failure.
    Return {
        delivery: DeliveryId,
    },
    /// A consumer takes nothing more; what it holds it may still answer. It may subscribe again.
    Cancel {
        consumer: ConsumerId,
    },
    /// Carries out what is due; every other command does that first too.
    Tick,
}

/// Where in its queue a message was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Waiting,
    Delayed,
    InFlight,
    Parked,
}

/// What follows from a command, in the order in which it happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect<P> {
    /// The message is in the queue and waits.
    Accepted {
        queue: QueueId,
        was_blocked: bool,
        payload: P,
    },
    /// The queue is full, and the producer is told.
    Refused {
        queue: QueueId,
        payload: P,
    },
    /// The queue is full, and the message waits outside in its turn.
    Blocked {
        queue: QueueId,
        payload: P,
    },
    /// A waiting message is handed to a consumer. `attempt` counts from 1 since the message entered the queue,
    /// `entry` says how many times it has entered it.
    Delivered {
        queue: QueueId,
        consumer: ConsumerId,
        delivery: DeliveryId,
        entry: u16,
        attempt: u32,
        payload: P,
    },
    /// The message has left the queue for good; it was in flight unless the acknowledgement came late. With
    /// [`Keeps::UntilDelivered`] it follows the delivery at once.
    Acknowledged {
        queue: QueueId,
        from: Place,
        payload: P,
    },
    /// A delivered message is back, after a failure or a time-out, or because nobody has begun with it.
    Returned {
        queue: QueueId,
        to: Place,
        payload: P,
    },
    /// The delay of a message is over; it waits.
    Ready {
        queue: QueueId,
        payload: P,
    },
    Dropped {
        queue: QueueId,
        from: Place,
        cause: Cause,
        payload: P,
    },
    /// The message has left for its dead letter queue, where it waits.
    DeadLettered {
        queue: QueueId,
        from: Place,
        to: QueueId,
        cause: Cause,
        payload: P,
    },
    /// The message stays in the queue, out of reach.
    Parked {
        queue: QueueId,
        payload: P,
    },
}

/// Who is told what follows from a command: a list, or somebody who carries it out at once.
pub trait Effects<P> {
    fn push(&mut self, effect: Effect<P>);
}

impl<P> Effects<P> for Vec<Effect<P>> {
    #[inline]
    fn push(&mut self, effect: Effect<P>) {
        Vec::push(self, effect);
    }
}

struct Queue<P> {
    rules: QueueRules,
    lists: Lists,
    blocked: VecDeque<P>,
    /// Consumers that may be given a message, the highest priority first, and in turn.
    credit: VecDeque<ConsumerId>,
    next_order: i64,
    front_order: i64,
}

/// A broker: queues, what is in them, and who takes from them.
pub struct Broker<P> {
    queues: Vec<Queue<P>>,
    consumers: Vec<Consumer>,
    /// Further queues of consumers that take from several, in order of their preference.
    also_from: BTreeMap<ConsumerId, Vec<QueueId>>,
    store: Store<P>,
    /// Who holds a delivery that the broker has taken back or forgotten, until it is answered.
    stale: BTreeMap<DeliveryId, ConsumerId>,
    /// How often a message has entered a queue before, of those that have moved. Only a circle of dead letter
    /// queues makes a message enter one twice.
    visits: BTreeMap<(Slot, QueueId), u16>,
    /// Deliveries since they entered their queue that came back unbegun, of the messages that have such.
    given_back: BTreeMap<Slot, u32>,
    /// Queues that messages have moved to since they were last looked at.
    moved: Vec<QueueId>,
    deadline: Time,
    blocked: u64,
}

impl<P: Clone> Broker<P> {
    pub fn new(rules: impl IntoIterator<Item = QueueRules>) -> Broker<P> {
        Broker {
            queues: rules.into_iter().map(Queue::new).collect(),
            consumers: Vec::new(),
            also_from: BTreeMap::new(),
            store: Store::new(),
            stale: BTreeMap::new(),
            visits: BTreeMap::new(),
            given_back: BTreeMap::new(),
            moved: Vec::new(),
            deadline: Time::NEVER,
            blocked: 0,
        }
    }

    /// Carries out one command at `now` and tells `effects` what follows from it. What is due by `now` comes first.
    ///
    /// # Panics
    /// If a queue or consumer does not exist.
    // Where it is called the command is mostly known, and only its arm remains.
    #[inline(always)]
    pub fn apply(&mut self, now: Time, command: Command<P>, effects: &mut impl Effects<P>) {
        if self.deadline <= now {
            self.carry_out_due(now, effects);
        }
        self.carry_out(now, command, effects);
    }

    /// As [`Broker::apply`] for a driver that knows that nothing is due: the next deadline is later than `now`.
    #[inline(always)]
    pub fn carry_out(&mut self, now: Time, command: Command<P>, effects: &mut impl Effects<P>) {
        debug_assert!(self.deadline > now, "something is due");
        match command {
            Command::Publish { queue, payload } => self.publish(now, queue, payload, effects),
            Command::Acknowledge { delivery } => self.acknowledge(now, delivery, effects),
            Command::Reject { delivery, requeue } => self.reject(now, delivery, requeue, effects),
            Command::Subscribe { consumer, queue, terms } => self.subscribe(now, consumer, queue, terms, effects),
            Command::Return { delivery } => self.give_back(now, delivery, effects),
            Command::Cancel { consumer } => self.cancel(consumer),
            Command::Tick => {}
        }
    }

    /// When the broker next has something to do by itself: a time-out, or the end of a delay.
    #[inline]
    pub fn next_deadline(&self) -> Option<Time> {
        (self.deadline != Time::NEVER).then_some(self.deadline)
    }

    /// Messages held anywhere: in queues, parked, or blocked outside.
    #[inline]
    pub fn inside(&self) -> u64 {
        self.store.len() as u64 + self.blocked
    }

    /// Deliveries that were taken back and that their consumers have not answered yet.
    pub fn unanswered(&self) -> u64 {
        self.stale.len() as u64
    }

    /// Where each message is; those blocked outside are left out.
    pub fn places(&self) -> impl Iterator<Item = (QueueId, Place)> {
        self.store.entries().map(|entry| (entry.queue, entry.place.into()))
    }

    #[inline(never)]
    fn refresh_deadline(&mut self) {
        let due = |list: &List| list.first().map_or(Time::NEVER, |slot| self.store[slot].due);
        let queues = self.queues.iter().filter(|queue| queue.has_timers());
        self.deadline = queues
            .flat_map(|queue| [due(&queue.lists[Where::Delayed]), due(&queue.lists[Where::InFlight])])
            .min()
            .unwrap_or(Time::NEVER);
    }

    /// Time-outs and ends of delays up to `now`, in order of time; at one instant delays first, then by queue.
    #[cold]
    fn carry_out_due(&mut self, now: Time, effects: &mut impl Effects<P>) {
        while self.deadline <= now {
            let due = self.deadline;
            let is_due =
                |queue: &Queue<P>, place| queue.lists[place].first().filter(|slot| self.store[*slot].due == due);
            let delayed = self.queues.iter().find_map(|queue| is_due(queue, Where::Delayed));
            let in_flight = self.queues.iter().find_map(|queue| is_due(queue, Where::InFlight));
            match (delayed, in_flight) {
                (Some(slot), _) => self.end_delay(now, slot, effects),
                (None, Some(slot)) => self.time_out(now, slot, effects),
                (None, None) => unreachable!("a deadline belongs to a message"),
            }
            self.refresh_deadline();
        }
    }
}

impl<P> Queue<P> {
    fn new(rules: QueueRules) -> Queue<P> {
        Queue {
            rules,
            lists: Lists::default(),
            blocked: VecDeque::new(),
            credit: VecDeque::new(),
            next_order: 0,
            front_order: 0,
        }
    }

    /// The list with the first by order of those that wait.
    #[inline(always)]
    fn list_of_next(&self, store: &Store<P>) -> Where {
        if self.lists[Where::Returned].is_empty() {
            return Where::Fresh;
        }
        cold_path();
        self.list_of_first(store)
    }

    #[inline(never)]
    fn list_of_first(&self, store: &Store<P>) -> Where {
        let order = |place| self.lists[place].first().map_or(i64::MAX, |slot| store[slot].order);
        if order(Where::Returned) < order(Where::Fresh) { Where::Returned } else { Where::Fresh }
    }

    /// Takes the consumer that may be given a message next out of turn, if there is a message.
    #[inline(always)]
    fn next_in_turn(&mut self) -> Option<ConsumerId> {
        if self.nothing_waits() { None } else { self.credit.pop_front() }
    }

    /// Waiting and delayed: what capacity counts.
    fn occupied(&self) -> u64 {
        [Where::Fresh, Where::Returned, Where::Delayed]
            .into_iter()
            .map(|place| u64::from(self.lists[place].len()))
            .sum()
    }

    #[inline]
    fn can_deliver(&self) -> bool {
        !self.credit.is_empty() && !self.nothing_waits()
    }

    #[inline]
    fn nothing_waits(&self) -> bool {
        self.lists[Where::Fresh].is_empty() && self.lists[Where::Returned].is_empty()
    }

    /// Whether a newcomer gets in: there is room, or somebody takes it at once.
    fn admits(&self) -> bool {
        self.rules.capacity.is_none_or(|capacity| self.occupied() < capacity)
            || !self.credit.is_empty() && self.nothing_waits()
    }

    /// Whether the broker has to remember when its deliveries or delays end.
    fn has_timers(&self) -> bool {
        self.rules.redelivery.ack_timeout.is_some() || self.rules.redelivery.delay > Span::ZERO
    }
}
