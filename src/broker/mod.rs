//! The rules of a broker: a function of what happened, never of what time it is.
//!
//! A driver hands [`Broker::apply`] one command after the other and carries out the effects. It asks
//! [`Broker::next_deadline`] when the broker has something to do by itself, and sends [`Command::Tick`] then.

mod admission;
mod close;
mod delay;
mod delivery;
mod outage;
mod properties;
mod protocol;
mod restricted;
mod rules;
mod special;
mod store;
mod turns;
mod twice;

pub use delay::{Delay, DelayLaw, Jitter};
pub use properties::{MessageKey, Properties};
pub use protocol::{Command, Effect, Effects, Place};
pub use rules::*;
pub use special::Services;
pub use turns::{Keeps, Terms};

use std::collections::{BTreeMap, VecDeque};
use std::hint::cold_path;

use crate::random::Key;
use crate::time::Time;
use special::Special;
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

impl DeliveryId {
    /// For drivers of clients alone, which number deliveries themselves.
    pub fn numbered(number: u64) -> DeliveryId {
        DeliveryId { slot: (number >> 32) as Slot, serial: number as u32 }
    }
}

struct Queue<P> {
    rules: QueueRules,
    /// Nothing is to be noted of what is in flight: no time-out, nothing special.
    is_plain: bool,
    /// It can be full.
    is_limited: bool,
    special: Option<Box<Special>>,
    lists: Lists,
    blocked: VecDeque<P>,
    /// Of those that are blocked, where properties are kept.
    blocked_properties: VecDeque<Properties>,
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
    /// Whether some queue's rules ask for what messages carry.
    keeps_properties: bool,
    /// Into any queue, of messages whose properties are kept.
    entries: u64,
}

impl<P: Clone> Broker<P> {
    pub fn new(rules: impl IntoIterator<Item = QueueRules>) -> Broker<P> {
        let rules: Vec<QueueRules> = rules.into_iter().collect();
        let names: Vec<String> = (0..rules.len()).map(|at| at.to_string()).collect();
        Broker::with_names(rules.into_iter().zip(names.iter().map(String::as_str)), false)
    }

    /// A broker whose queues have names, by which their draws are keyed; `messages_expire` says that messages may have
    /// a ttl of their own.
    pub fn with_names<'a>(rules: impl IntoIterator<Item = (QueueRules, &'a str)>, messages_expire: bool) -> Broker<P> {
        let queues = rules.into_iter().map(|(rules, name)| Queue::new(rules, Key::NONE.name(name), messages_expire));
        let queues: Vec<Queue<P>> = queues.collect();
        Broker {
            keeps_properties: queues.iter().any(|queue| queue.special.is_some()),
            entries: 0,
            queues,
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
    pub fn carry_out<E: Effects<P>>(&mut self, now: Time, command: Command<P>, effects: &mut E) {
        debug_assert!(self.deadline > now, "something is due");
        debug_assert!(!E::IS_PLAIN || self.is_plain(), "what was known to be plain is not");
        match command {
            Command::Publish { queue, payload, properties } => self.publish(now, queue, payload, properties, effects),
            Command::Acknowledge { delivery } => self.acknowledge(now, delivery, effects),
            Command::Reject { delivery, requeue } => self.reject(now, delivery, requeue, effects),
            Command::Subscribe { consumer, queue, terms } => self.subscribe(now, consumer, queue, terms, effects),
            Command::Return { delivery } => self.give_back(now, delivery, effects),
            Command::Cancel { consumer } => self.cancel(now, consumer, effects),
            Command::Close { consumer, is_failure } => self.close(now, consumer, is_failure, effects),
            Command::Suspend { queue } => self.suspend(queue),
            Command::Resume { queue } => self.resume(now, queue, effects),
            Command::Empty { queue } => self.empty(now, queue, effects),
            Command::Tick => {}
        }
    }

    /// When the broker next has something to do by itself: a time-out, or the end of a delay.
    #[inline]
    pub fn next_deadline(&self) -> Option<Time> {
        (self.deadline != Time::NEVER).then_some(self.deadline)
    }

    /// Whether what messages carry makes a difference to any queue.
    #[inline]
    pub fn keeps_properties(&self) -> bool {
        self.keeps_properties
    }

    /// Whether every queue and consumer there is keeps to the common path: consumers take from one queue, nobody is
    /// served before others, nothing times out, expires, is delayed, blocked or dead-lettered.
    pub fn is_plain(&self) -> bool {
        let is_common = |queue: &Queue<P>| {
            let rules = &queue.rules;
            let never_blocks = !rules.is_limited() || rules.when_full == WhenFull::Refuse;
            queue.is_plain && never_blocks && rules.dead_letter.is_none() && rules.redelivery.delay.is_none()
        };
        self.queues.iter().all(is_common) && self.consumers.iter().all(|consumer| consumer.is_plain)
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

    /// As [`Queue::admits`], for any queue.
    fn admits(&self, queue: QueueId, properties: &Properties) -> bool {
        let state = &self.queues[queue.index()];
        state.admits(properties.bytes) || state.is_restricted() && self.passes_through(queue, properties.key)
    }

    #[inline(never)]
    fn refresh_deadline(&mut self) {
        let queues = self.queues.iter().filter(|queue| queue.has_timers());
        self.deadline = queues.map(|queue| self.deadline_of(queue)).min().unwrap_or(Time::NEVER);
    }

    fn deadline_of(&self, queue: &Queue<P>) -> Time {
        let due = |list: &List| list.first().map_or(Time::NEVER, |slot| self.store[slot].due);
        let expiry = queue.special.as_ref().map_or(Time::NEVER, |special| special.expiry());
        let delay = match &queue.special {
            Some(special) if queue.rules.redelivery.delay.varies() => special.end_of_delay(),
            _ => due(&queue.lists[Where::Delayed]),
        };
        expiry.min(delay).min(due(&queue.lists[Where::InFlight]))
    }

    /// The first of the delayed whose delay ends at `due`.
    fn first_delayed(&self, queue: &Queue<P>, due: Time) -> Option<Slot> {
        match &queue.special {
            Some(special) if queue.rules.redelivery.delay.varies() => {
                special.delayed.first().filter(|(at, ..)| *at == due).map(|(.., slot)| *slot)
            }
            _ => queue.lists[Where::Delayed].first().filter(|slot| self.store[*slot].due == due),
        }
    }

    /// What is due up to `now`, in order of time; at one instant messages expire first, then delays end, then deliveries
    /// time out; of each by queue.
    #[cold]
    fn carry_out_due(&mut self, now: Time, effects: &mut impl Effects<P>) {
        while self.deadline <= now {
            let due = self.deadline;
            let times_out =
                |queue: &Queue<P>| queue.lists[Where::InFlight].first().filter(|slot| self.store[*slot].due == due);
            let expires = if self.keeps_properties { self.first_to_expire(due) } else { None };
            let delayed = || self.queues.iter().find_map(|queue| self.first_delayed(queue, due));
            let in_flight = || self.queues.iter().find_map(times_out);
            if let Some(slot) = expires {
                self.expire(now, slot, effects);
            } else if let Some(slot) = delayed() {
                self.end_delay(now, slot, effects);
            } else if let Some(slot) = in_flight() {
                self.time_out(now, slot, effects);
            } else {
                unreachable!("a deadline belongs to a message");
            }
            self.refresh_deadline();
        }
    }
}

impl<P> Queue<P> {
    fn new(rules: QueueRules, name: Key, messages_expire: bool) -> Queue<P> {
        let special = Special::of(&rules, name, messages_expire);
        Queue {
            is_plain: special.is_none() && rules.redelivery.ack_timeout.is_none(),
            is_limited: rules.is_limited(),
            special,
            rules,
            lists: Lists::default(),
            blocked: VecDeque::new(),
            blocked_properties: VecDeque::new(),
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

    /// Whether more goes into a delivery than that a message waits and a consumer has credit.
    #[inline]
    fn is_restricted(&self) -> bool {
        let is_so = |special: &Special| special.by_key.is_some() || special.single.is_some() || special.is_out();
        self.special.as_deref().is_some_and(is_so)
    }

    /// Whether a newcomer of so many bytes gets in: it does not overtake one that is blocked, which may be larger.
    #[inline]
    fn takes_newcomer(&self, bytes: u64) -> bool {
        !self.is_limited || self.blocked.is_empty() && self.admits(bytes)
    }

    /// There is room for so many bytes, or somebody takes them at once.
    fn admits(&self, bytes: u64) -> bool {
        let is_taken = || !self.credit.is_empty() && self.nothing_waits() && !self.is_restricted();
        !self.is_limited || self.has_room(bytes) || is_taken()
    }

    fn has_room(&self, bytes: u64) -> bool {
        self.rules.capacity.is_none_or(|capacity| self.occupied() < capacity)
            && self.rules.capacity_bytes.is_none_or(|capacity| self.bytes().saturating_add(bytes) <= capacity)
    }

    /// Whether what waits and is delayed has more bytes than there is room for.
    fn has_too_many_bytes(&self) -> bool {
        self.rules.capacity_bytes.is_some_and(|capacity| self.bytes() > capacity)
    }

    fn bytes(&self) -> u64 {
        self.special.as_ref().map_or(0, |special| special.bytes)
    }

    /// Whether the broker has to remember when its deliveries or delays end.
    fn has_timers(&self) -> bool {
        !self.is_plain || !self.rules.redelivery.delay.is_none()
    }
}
