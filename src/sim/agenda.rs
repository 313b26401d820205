//! Future events, earliest first; equal times keep the order of entry.

use crate::time::Time;

/// An implicit heap with four children to a node: shallower than a binary one, and the children share a cache line.
pub struct Agenda<E> {
    heap: Vec<Event<E>>,
}

#[derive(Clone, Copy)]
struct Event<E> {
    at: Time,
    /// Counts entries, over all agendas of one run.
    entered: u64,
    what: E,
}

impl<E: Copy> Event<E> {
    #[inline]
    fn is_before(&self, other: &Event<E>) -> bool {
        (self.at, self.entered) < (other.at, other.entered)
    }
}

const CHILDREN: usize = 4;

impl<E: Copy> Agenda<E> {
    pub fn new() -> Agenda<E> {
        Agenda { heap: Vec::new() }
    }

    /// When the first event is, and when it was entered; after everything if there is none.
    #[inline]
    pub fn first(&self) -> (Time, u64) {
        self.heap.first().map_or((Time::NEVER, u64::MAX), |event| (event.at, event.entered))
    }

    #[inline]
    pub fn enter(&mut self, at: Time, entered: u64, what: E) {
        self.heap.push(Event { at, entered, what });
        self.rise(self.heap.len() - 1);
    }

    /// Takes the first event out.
    #[inline]
    pub fn pop(&mut self) -> Option<E> {
        let last = self.heap.pop()?;
        let Some(first) = self.heap.first_mut() else { return Some(last.what) };
        let what = first.what;
        *first = last;
        self.sink();
        Some(what)
    }

    /// The first event, left where it is.
    #[inline]
    pub fn peek(&self) -> Option<E> {
        self.heap.first().map(|event| event.what)
    }

    /// Moves the first event to a later time, as a new entry.
    #[inline]
    pub fn postpone_first(&mut self, at: Time, entered: u64) {
        let first = &mut self.heap[0];
        first.at = at;
        first.entered = entered;
        self.sink();
    }

    fn rise(&mut self, mut place: usize) {
        let event = self.heap[place];
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if !event.is_before(&self.heap[parent]) {
                break;
            }
            self.heap[place] = self.heap[parent];
            place = parent;
        }
        self.heap[place] = event;
    }

    #[inline]
    fn sink(&mut self) {
        let event = self.heap[0];
        let len = self.heap.len();
        let mut place = 0;
        loop {
            let first_child = place * CHILDREN + 1;
            if first_child >= len {
                break;
            }
            let mut least = first_child;
            for child in first_child + 1..len.min(first_child + CHILDREN) {
                if self.heap[child].is_before(&self.heap[least]) {
                    least = child;
                }
            }
            if !self.heap[least].is_before(&event) {
                break;
            }
            self.heap[place] = self.heap[least];
            place = least;
        }
        self.heap[place] = event;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_and_then_by_entry() {
        let mut agenda = Agenda::new();
        let mut expected = Vec::new();
        for entered in 0..1000_u64 {
            let at = Time::from_nanos(entered * 7919 % 101);
            agenda.enter(at, entered, entered);
            expected.push((at, entered));
        }
        expected.sort();
        let got: Vec<u64> = std::iter::from_fn(|| agenda.pop()).collect();
        assert_eq!(got, expected.into_iter().map(|(_, entered)| entered).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_event_can_be_postponed() {
        let mut agenda = Agenda::new();
        agenda.enter(Time::from_nanos(1), 0, 'a');
        agenda.enter(Time::from_nanos(2), 1, 'b');
        agenda.postpone_first(Time::from_nanos(2), 2);
        assert_eq!(std::iter::from_fn(|| agenda.pop()).collect::<String>(), "ba");
    }
}
