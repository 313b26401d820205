//! Future events, earliest first; equal times keep the order of entry.

use crate::time::Time;

/// An implicit heap with four children to a node: shallower than a binary one, and the children share a cache line.
pub struct Agenda<E> {
    heap: Vec<Event<E>>,
    /// The first event has been taken out, and its place is not filled yet: mostly another event follows that can have it.
    has_gap: bool,
}

/// When an event is, and when it was entered. Compared as one number, because which of two random events comes first is
/// no branch to be guessed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn(u128);

impl Turn {
    /// After everything.
    const NEVER: Turn = Turn(u128::MAX);

    #[inline]
    pub fn at(self) -> Time {
        Time::from_nanos((self.0 >> 64) as u64)
    }
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
    fn turn(&self) -> Turn {
        Turn(u128::from(self.at.nanos()) << 64 | u128::from(self.entered))
    }

    #[inline]
    fn is_before(&self, other: &Event<E>) -> bool {
        self.turn() < other.turn()
    }
}

const CHILDREN: usize = 4;

impl<E: Copy> Agenda<E> {
    pub fn new() -> Agenda<E> {
        Agenda { heap: Vec::new(), has_gap: false }
    }

    /// The turn of the first event; after everything if there is none.
    #[inline]
    pub fn first(&mut self) -> Turn {
        if self.has_gap {
            self.close_gap();
        }
        self.heap.first().map_or(Turn::NEVER, Event::turn)
    }

    #[inline(always)]
    pub fn enter(&mut self, at: Time, entered: u64, what: E) {
        let event = Event { at, entered, what };
        if self.has_gap {
            self.has_gap = false;
            self.sink(event);
        } else {
            self.heap.push(event);
            self.rise(self.heap.len() - 1);
        }
    }

    /// Takes the first event out.
    #[inline]
    pub fn pop(&mut self) -> Option<E> {
        if self.has_gap {
            self.close_gap();
        }
        let first = self.heap.first()?.what;
        self.has_gap = true;
        Some(first)
    }

    #[inline(never)]
    fn close_gap(&mut self) {
        self.has_gap = false;
        if let Some(last) = self.heap.pop()
            && !self.heap.is_empty()
        {
            self.sink(last);
        }
    }

    #[inline]
    fn rise(&mut self, mut place: usize) {
        let event = self.heap[place];
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.heap[parent].is_before(&event) {
                break;
            }
            self.heap[place] = self.heap[parent];
            place = parent;
        }
        self.heap[place] = event;
    }

    /// Puts an event into the first place, and then where it belongs.
    // A call would pass the event through memory, and reading it back whole waits for each part to be written.
    #[inline(always)]
    fn sink(&mut self, event: Event<E>) {
        let heap = self.heap.as_mut_slice();
        let mut place = 0;
        loop {
            let first_child = place * CHILDREN + 1;
            let Some(children @ [_, ..]) = heap.get(first_child..) else { break };
            let least = first_child + least(children);
            if event.is_before(&heap[least]) {
                break;
            }
            heap[place] = heap[least];
            place = least;
        }
        heap[place] = event;
    }
}

/// The place of the first event of a node, whose children are the first of these.
#[inline]
fn least<E: Copy>(events: &[Event<E>]) -> usize {
    match events {
        [a, b, c, d, ..] => {
            // No branches: each would be guessed wrong every other time.
            let (left, right) = (usize::from(b.is_before(a)), 2 + usize::from(d.is_before(c)));
            let is_right = usize::from(events[right].is_before(&events[left]));
            left + (right - left) * is_right
        }
        _ => least_of_few(events),
    }
}

#[inline(never)]
fn least_of_few<E: Copy>(events: &[Event<E>]) -> usize {
    (1..events.len()).fold(0, |least, at| if events[at].is_before(&events[least]) { at } else { least })
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
    fn an_event_may_take_the_place_of_the_one_before() {
        let mut agenda = Agenda::new();
        agenda.enter(Time::from_nanos(1), 0, 'a');
        agenda.enter(Time::from_nanos(2), 1, 'b');
        agenda.pop();
        agenda.enter(Time::from_nanos(2), 2, 'c');
        assert_eq!(std::iter::from_fn(|| agenda.pop()).collect::<String>(), "bc");
    }
}
