//! Where messages are kept: a slab, and lists through it, so that nothing is allocated for one message.

use std::ops::{Index, IndexMut};

use super::special::Extra;
use super::{ConsumerId, DeliveryId, Place, QueueId};
use crate::slab::make_room;
use crate::time::Time;

/// A place in the slab.
pub(super) type Slot = u32;

const NONE: Slot = Slot::MAX;

/// The list that a message is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// Waits, never delivered or returned to the tail.
    Fresh,
    /// Waits, returned to a place by its order.
    Returned,
    /// Kept from delivery, in order of the end of the delay.
    Delayed,
    /// With a consumer; listed, in order of delivery, only where deliveries time out, because that is also the order of
    /// the time-outs.
    InFlight,
    Parked,
}

impl From<Where> for Place {
    fn from(place: Where) -> Place {
        match place {
            Where::Fresh | Where::Returned => Place::Waiting,
            Where::Delayed => Place::Delayed,
            Where::InFlight => Place::InFlight,
            Where::Parked => Place::Parked,
        }
    }
}

/// A message in its queue.
pub(super) struct Entry<P> {
    /// `None` while the slot is free.
    pub payload: Option<P>,
    /// The place by age among the messages of its queue; smaller is older.
    pub order: i64,
    /// When its delivery times out or its delay ends.
    pub due: Time,
    previous: Slot,
    pub next: Slot,
    /// Counts deliveries from this slot for ever, so that a late answer never meets the wrong message.
    pub serial: u32,
    /// `serial` as the message entered its queue.
    pub serial_at_entry: u32,
    /// Who holds it, while it is in flight.
    pub consumer: ConsumerId,
    pub queue: QueueId,
    /// How many times it has entered this queue.
    pub entry: u16,
    pub place: Where,
}

impl<P> Entry<P> {
    /// Deliveries since the message entered its queue.
    pub fn attempt(&self) -> u32 {
        self.serial.wrapping_sub(self.serial_at_entry)
    }

    /// What travels with it; [`Store::free`] is to follow.
    #[inline]
    pub fn take_payload(&mut self) -> P {
        self.payload.take().expect("a message is removed once")
    }

    /// Whether it is still in flight by that delivery.
    #[inline]
    pub fn is_current(&self, delivery: DeliveryId) -> bool {
        self.serial == delivery.serial && self.place == Where::InFlight
    }
}

pub(super) struct Store<P> {
    entries: Vec<Entry<P>>,
    free: Vec<Slot>,
    /// By slot; empty if no queue's rules ask for it.
    extras: Vec<Option<Extra>>,
}

impl<P> Store<P> {
    pub fn new() -> Store<P> {
        Store { entries: Vec::new(), free: Vec::new(), extras: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Takes a message in, for `queue`, fresh and in no list yet.
    #[inline]
    pub fn insert(&mut self, queue: QueueId, order: i64, payload: P) -> Slot {
        let slot = self.free.pop().unwrap_or_else(|| self.grow());
        let entry = &mut self.entries[slot as usize];
        entry.payload = Some(payload);
        entry.order = order;
        entry.place = Where::Fresh;
        entry.queue = queue;
        entry.serial_at_entry = entry.serial;
        entry.entry = 1;
        slot
    }

    #[cold]
    fn grow(&mut self) -> Slot {
        make_room(&mut self.entries);
        self.entries.push(Entry {
            payload: None,
            order: 0,
            due: Time::NEVER,
            previous: NONE,
            next: NONE,
            serial: 0,
            serial_at_entry: 0,
            consumer: ConsumerId(0),
            queue: QueueId(0),
            entry: 1,
            place: Where::Fresh,
        });
        Slot::try_from(self.entries.len() - 1).expect("fewer messages than slots have numbers")
    }

    #[inline]
    pub fn remove(&mut self, slot: Slot) -> P {
        self.free(slot);
        self[slot].take_payload()
    }

    /// Frees a slot whose payload has been taken.
    #[inline]
    pub fn free(&mut self, slot: Slot) {
        self.free.push(slot);
    }

    #[inline]
    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut Entry<P>> {
        self.entries.get_mut(slot as usize).filter(|entry| entry.payload.is_some())
    }

    /// The entry, if there is a message in that slot.
    #[inline]
    pub fn get(&self, slot: Slot) -> Option<&Entry<P>> {
        self.entries.get(slot as usize).filter(|entry| entry.payload.is_some())
    }

    pub fn extra(&self, slot: Slot) -> Option<Extra> {
        self.extras.get(slot as usize).copied().flatten()
    }

    pub fn set_extra(&mut self, slot: Slot, extra: Extra) {
        let at = slot as usize;
        self.extras.resize(self.extras.len().max(at + 1), None);
        self.extras[at] = Some(extra);
    }

    /// The messages in flight to a consumer.
    pub fn in_flight_to(&self, consumer: ConsumerId) -> impl Iterator<Item = (Slot, &Entry<P>)> {
        let is_held = move |entry: &Entry<P>| {
            entry.place == Where::InFlight && entry.consumer == consumer && entry.payload.is_some()
        };
        (0..).zip(&self.entries).filter(move |(_, entry)| is_held(entry))
    }

    /// The messages in a queue, wherever they are there.
    pub fn in_queue(&self, queue: QueueId) -> impl Iterator<Item = (Slot, &Entry<P>)> {
        let is_there = move |entry: &Entry<P>| entry.queue == queue && entry.payload.is_some();
        (0..).zip(&self.entries).filter(move |(_, entry)| is_there(entry))
    }

    /// The entries of all messages there are.
    pub fn entries(&self) -> impl Iterator<Item = &Entry<P>> {
        self.entries.iter().filter(|entry| entry.payload.is_some())
    }
}

impl<P: Clone> Entry<P> {
    #[inline]
    pub fn payload(&self) -> P {
        self.payload.clone().expect("a listed message has a payload")
    }
}

impl<P: Clone> Store<P> {
    pub fn payload(&self, slot: Slot) -> P {
        self[slot].payload()
    }
}

impl<P> Index<Slot> for Store<P> {
    type Output = Entry<P>;

    #[inline]
    fn index(&self, slot: Slot) -> &Entry<P> {
        &self.entries[slot as usize]
    }
}

impl<P> IndexMut<Slot> for Store<P> {
    #[inline]
    fn index_mut(&mut self, slot: Slot) -> &mut Entry<P> {
        &mut self.entries[slot as usize]
    }
}

/// The lists of one queue.
#[derive(Default)]
pub(super) struct Lists([List; 5]);

impl Index<Where> for Lists {
    type Output = List;

    #[inline]
    fn index(&self, place: Where) -> &List {
        &self.0[place as usize]
    }
}

impl IndexMut<Where> for Lists {
    #[inline]
    fn index_mut(&mut self, place: Where) -> &mut List {
        &mut self.0[place as usize]
    }
}

/// A list through the slab; a message is in at most one.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    first: Slot,
    last: Slot,
    len: u32,
}

impl Default for List {
    fn default() -> List {
        List { first: NONE, last: NONE, len: 0 }
    }
}

impl List {
    pub fn len(&self) -> u32 {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    pub fn first(&self) -> Option<Slot> {
        (self.first != NONE).then_some(self.first)
    }

    #[inline]
    pub fn push_last<P>(&mut self, store: &mut Store<P>, slot: Slot) {
        let entry = &mut store[slot];
        entry.previous = self.last;
        entry.next = NONE;
        match self.last {
            NONE => self.first = slot,
            last => store[last].next = slot,
        }
        self.last = slot;
        self.len += 1;
    }

    /// Takes out the first, whose `next` this is.
    #[inline]
    pub fn remove_first<P>(&mut self, store: &mut Store<P>, next: Slot) {
        self.first = next;
        match next {
            NONE => self.last = NONE,
            first => store[first].previous = NONE,
        }
        self.len -= 1;
    }

    /// Keeps the list in order of age. It looks from the end, because what returns is mostly younger than
    /// what returned before it.
    pub fn insert_by_order<P>(&mut self, store: &mut Store<P>, slot: Slot) {
        let order = store[slot].order;
        let mut before = self.last;
        while before != NONE && store[before].order > order {
            before = store[before].previous;
        }
        self.insert_after(store, before, slot);
    }

    /// `before == NONE` puts it first.
    fn insert_after<P>(&mut self, store: &mut Store<P>, before: Slot, slot: Slot) {
        let after = if before == NONE { self.first } else { store[before].next };
        store[slot].previous = before;
        store[slot].next = after;
        match before {
            NONE => self.first = slot,
            _ => store[before].next = slot,
        }
        match after {
            NONE => self.last = slot,
            _ => store[after].previous = slot,
        }
        self.len += 1;
    }

    pub fn remove<P>(&mut self, store: &mut Store<P>, slot: Slot) {
        let Entry { previous, next, .. } = store[slot];
        match previous {
            NONE => self.first = next,
            _ => store[previous].next = next,
        }
        match next {
            NONE => self.last = previous,
            _ => store[next].previous = previous,
        }
        self.len -= 1;
    }
}
