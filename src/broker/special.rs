//! What only some queues need: delays that vary, messages that expire, capacities in bytes, and orders other than by age.

use std::collections::BTreeSet;
use std::hint::cold_path;

use super::outage::Out;
use super::restricted::{ByKey, Single, Turn};
use super::store::{Entry, Slot, Where};
use super::{Active, Broker, Effects, MessageKey, Order, OrderedBy, Properties, QueueId, QueueRules};
use crate::measure::Cause;
use crate::random::Key;
use crate::time::{Span, Time};
use crate::workload::Sampler;

/// What is kept of a message where some queue's rules ask for more than its place.
#[derive(Clone, Copy)]
pub(super) struct Extra {
    pub properties: Properties,
    /// When it expires, if it still waits or is delayed then.
    pub expires: Time,
    /// Counts entries over all queues: at one instant, who entered first is first.
    pub nth: u64,
}

/// When something ends, the number of the message's entry, and its slot.
type Timer = (Time, u64, Slot);

pub(super) struct Special {
    /// The queue's name, for draws.
    pub name: Key,
    delay: Option<Sampler>,
    ttl: Option<Sampler>,
    /// Whether the list of the delayed is not in order of the ends.
    varies: bool,
    /// The delayed by the end of their delay, where these vary.
    pub delayed: BTreeSet<Timer>,
    /// Those that wait or are delayed and expire.
    pub expiring: BTreeSet<Timer>,
    order: Order,
    /// Those that wait and may be delivered, the next first, where that is not just the oldest.
    ready: BTreeSet<Rank>,
    pub by_key: Option<ByKey>,
    pub single: Option<Single>,
    /// How long attempts take, where the shortest comes first.
    services: Option<Services>,
    /// Of those that wait or are delayed.
    pub bytes: u64,
    pub out: Option<Out>,
}

/// Who is lower is delivered sooner: by priority or length, then by age.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(u64, i64, Slot);

impl Rank {
    pub const FIRST: Rank = Rank(0, i64::MIN, 0);
}

/// How long an attempt on a message takes: what it carries, its entry into the queue, and the attempt.
pub type Services = Box<dyn Fn(&Properties, u16, u32) -> Span + Send + Sync>;

impl Special {
    /// For the rules of a queue, if they need it; messages with a ttl of their own make every queue need it.
    pub fn of(rules: &QueueRules, name: Key, messages_expire: bool) -> Option<Box<Special>> {
        let delay = &rules.redelivery.delay;
        let expires = rules.ttl.is_some() || messages_expire;
        let (by_key, single) = (rules.ordered_by == OrderedBy::Key, rules.active == Active::Single);
        let is_ordered = rules.order != Order::Fifo || by_key || single;
        let is_drawn = delay.varies() || rules.redelivery.duplicates > 0.0;
        let is_needed = is_drawn || expires || is_ordered || rules.capacity_bytes.is_some();
        is_needed.then(|| Box::new(Special::new(rules, name)))
    }

    pub fn new(rules: &QueueRules, name: Key) -> Special {
        let delay = &rules.redelivery.delay;
        let (by_key, single) = (rules.ordered_by == OrderedBy::Key, rules.active == Active::Single);
        Special {
            name,
            delay: delay.sampler(),
            ttl: rules.ttl.as_ref().map(|ttl| ttl.sampler()),
            varies: delay.varies(),
            delayed: BTreeSet::new(),
            expiring: BTreeSet::new(),
            order: rules.order,
            ready: BTreeSet::new(),
            by_key: by_key.then(ByKey::default),
            single: single.then(Single::default),
            services: None,
            bytes: 0,
            out: None,
        }
    }

    /// The queue takes nothing in and gives nothing out.
    pub fn is_out(&self) -> bool {
        self.out.is_some()
    }

    /// Where a message stands that waits, unless that is by age alone.
    fn rank<P>(&self, extra: &Extra, entry: &Entry<P>, slot: Slot) -> Option<Rank> {
        let age = entry.order;
        match self.order {
            Order::Fifo => self.by_key.is_some().then_some(Rank(0, age, slot)),
            Order::Lifo => Some(Rank(0, -age, slot)),
            Order::Priority { levels } => {
                Some(Rank(u64::from(levels - 1 - extra.properties.priority.min(levels - 1)), age, slot))
            }
            Order::ShortestFirst => {
                let next = |services: &Services| services(&extra.properties, entry.entry, entry.attempt() + 1);
                Some(Rank(self.services.as_ref().map_or(0, |services| next(services).nanos()), age, slot))
            }
        }
    }

    /// A message of that key, if it has one, has a turn.
    fn turn(&mut self, key: Option<MessageKey>, turn: &Turn) {
        match (&mut self.by_key, key, turn) {
            (Some(by_key), Some(key), _) => by_key.turn(key, turn, &mut self.ready),
            (.., Turn::Waits(rank)) => _ = self.ready.insert(*rank),
            (.., Turn::WaitsNoMore(rank)) => _ = self.ready.remove(rank),
            (.., Turn::GoesOut | Turn::IsBack) => {}
        }
    }

    /// Who is delivered next, unless that is just the oldest.
    pub fn next(&self) -> Option<Slot> {
        self.ready.first().map(|rank| rank.2)
    }

    fn timer(timers: &BTreeSet<Timer>) -> Time {
        timers.first().map_or(Time::NEVER, |(due, ..)| *due)
    }

    /// When a message expires next.
    pub fn expiry(&self) -> Time {
        Special::timer(&self.expiring)
    }

    /// When a delay ends next, if delays vary.
    pub fn end_of_delay(&self) -> Time {
        Special::timer(&self.delayed)
    }
}

/// Whether capacity counts it, and it may expire.
fn is_counted(place: Where) -> bool {
    matches!(place, Where::Fresh | Where::Returned | Where::Delayed)
}

impl<P: Clone> Broker<P> {
    /// Tells how long attempts take on the messages of a queue that gives out the shortest first, while there are none.
    pub fn order_by(&mut self, queue: QueueId, services: Services) {
        if let Some(special) = &mut self.queues[queue.index()].special {
            special.services = Some(services);
        }
    }

    pub(super) fn bytes_of(&self, slot: Slot) -> u64 {
        self.store.extra(slot).map_or(0, |extra| extra.properties.bytes)
    }

    /// Keeps what a newcomer carries, and lets its time in the queue begin.
    #[inline(never)]
    pub(super) fn keep(&mut self, now: Time, slot: Slot, properties: Properties) {
        self.store.set_extra(slot, Extra { properties, expires: Time::NEVER, nth: 0 });
        self.begin_ttl(now, slot);
    }

    /// A message that is in no list yet is new in its queue.
    pub(super) fn begin_ttl(&mut self, now: Time, slot: Slot) {
        self.entries += 1;
        let entry = &self.store[slot];
        let (queue, nth) = (entry.queue, u64::from(entry.entry));
        let Some(extra) = self.store.extra(slot) else { return };
        let of_message = extra.properties.ttl.unwrap_or(Span::MAX);
        let key = extra.properties.draws;
        let of_queue = self.queues[queue.index()].special.as_ref().and_then(|special| {
            let sampler = special.ttl.as_ref()?;
            Some(sampler.draw(&mut key.and(special.name).name("ttl").number(nth).draws()))
        });
        let expires = now + of_message.min(of_queue.unwrap_or(Span::MAX));
        let nth = self.entries;
        self.store.set_extra(slot, Extra { expires, nth, ..extra });
    }

    /// How long a message is kept back that has failed.
    pub(super) fn delay_after(&self, queue: QueueId, slot: Slot, failures: u32) -> Span {
        let state = &self.queues[queue.index()];
        let delay = &state.rules.redelivery.delay;
        let (Some(special), Some(extra)) = (&state.special, self.store.extra(slot)) else {
            return delay.after(1, None, Key::NONE);
        };
        let entry = &self.store[slot];
        let attempt = u64::from(entry.entry) << 32 | u64::from(entry.attempt());
        let key = extra.properties.draws.and(special.name).name("delay").number(attempt);
        delay.after(failures, special.delay.as_ref(), key)
    }

    /// A message has come into a list of a queue that needs to know.
    #[inline(never)]
    pub(super) fn note_listed(&mut self, slot: Slot) {
        let entry = &self.store[slot];
        let (place, due) = (entry.place, entry.due);
        let Some(extra) = self.store.extra(slot) else { return };
        let Extra { expires, nth, .. } = extra;
        let Some(special) = &mut self.queues[entry.queue.index()].special else { return };
        match place {
            Where::Fresh | Where::Returned => {
                let rank = special.rank(&extra, entry, slot);
                rank.inspect(|rank| special.turn(extra.properties.key, &Turn::Waits(*rank)));
            }
            Where::Delayed | Where::InFlight => special.turn(extra.properties.key, &Turn::GoesOut),
            Where::Parked => {}
        }
        if is_counted(place) {
            special.bytes += extra.properties.bytes;
        }
        if place == Where::Delayed && special.varies {
            special.delayed.insert((due, nth, slot));
            self.deadline = self.deadline.min(due);
        }
        if expires != Time::NEVER && is_counted(place) {
            special.expiring.insert((expires, nth, slot));
            self.deadline = self.deadline.min(expires);
        }
    }

    /// A message is about to leave its list in such a queue.
    #[inline(never)]
    pub(super) fn note_unlisted(&mut self, slot: Slot) {
        let entry = &self.store[slot];
        let (place, due) = (entry.place, entry.due);
        let Some(extra) = self.store.extra(slot) else { return };
        let Extra { expires, nth, .. } = extra;
        let Some(special) = &mut self.queues[entry.queue.index()].special else { return };
        match place {
            Where::Fresh | Where::Returned => {
                let rank = special.rank(&extra, entry, slot);
                rank.inspect(|rank| special.turn(extra.properties.key, &Turn::WaitsNoMore(*rank)));
            }
            Where::Delayed | Where::InFlight => special.turn(extra.properties.key, &Turn::IsBack),
            Where::Parked => {}
        }
        if is_counted(place) {
            special.bytes -= extra.properties.bytes;
        }
        special.delayed.remove(&(due, nth, slot));
        special.expiring.remove(&(expires, nth, slot));
    }

    /// Whether a message that returns has outlived its time in the queue.
    pub(super) fn has_expired(&self, now: Time, slot: Slot) -> bool {
        self.store.extra(slot).is_some_and(|extra| extra.expires <= now)
    }

    /// The first message whose time in its queue is over at `due`, by queue.
    pub(super) fn first_to_expire(&self, due: Time) -> Option<Slot> {
        let specials = self.queues.iter().filter_map(|queue| queue.special.as_ref());
        let mut firsts = specials.filter_map(|special| special.expiring.first());
        firsts.find(|(at, ..)| *at == due).map(|(.., slot)| *slot)
    }

    #[cold]
    pub(super) fn expire(&mut self, now: Time, slot: Slot, effects: &mut impl Effects<P>) {
        let queue = self.store[slot].queue;
        self.expel(now, slot, Cause::Expired, effects);
        self.refresh_deadline();
        // It may have left room for one that was blocked.
        self.dispatch(now, queue, effects);
        self.dispatch_moved(now, effects);
    }

    #[inline]
    pub(super) fn is_special(&self, queue: QueueId) -> bool {
        let is_special = self.queues[queue.index()].special.is_some();
        if is_special {
            cold_path();
        }
        is_special
    }
}
