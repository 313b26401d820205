//! Future events, earliest first; equal times keep the order of entry.

use crate::time::Time;

/// An implicit heap with four children to a node: shallower than a binary one, and the children share a cache line.
pub struct Agenda<E> {
    heap: Vec<Event<E>>,
    /// The turn of the first, which is asked for at every event.
    first: Turn,
}

/// An agenda whose first event leaves a gap when it is taken out, because mostly another one follows that can have its
/// place.
pub struct AgendaWithGap<E> {
    agenda: Agenda<E>,
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
    fn of(at: Time, entered: u64) -> Turn {
        Turn(u128::from(at.nanos()) << 64 | u128::from(entered))
    }

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
        Turn::of(self.at, self.entered)
    }

    #[inline]
    fn is_before(&self, other: &Event<E>) -> bool {
        self.turn() < other.turn()
    }
}

const CHILDREN: usize = 4;

impl<E: Copy> AgendaWithGap<E> {
    pub fn new() -> AgendaWithGap<E> {
        AgendaWithGap { agenda: Agenda::new(), has_gap: false }
    }

    /// The turn of the first event; after everything if there is none.
    #[inline]
    pub fn first(&mut self) -> Turn {
        self.close_gap();
        self.agenda.first()
    }

    #[inline(always)]
    pub fn enter(&mut self, at: Time, entered: u64, what: E) {
        if self.has_gap {
            self.has_gap = false;
            self.agenda.replace_first(at, entered, what);
        } else {
            self.agenda.enter(at, entered, what);
        }
    }

    /// Takes the first event out.
    #[inline]
    pub fn pop(&mut self) -> Option<E> {
        self.close_gap();
        let first = self.agenda.what_is_first()?;
        self.has_gap = true;
        Some(first)
    }

    #[inline]
    fn close_gap(&mut self) {
        if self.has_gap {
            self.has_gap = false;
            self.agenda.remove_first();
        }
    }
}

impl<E: Copy> Agenda<E> {
    pub fn new() -> Agenda<E> {
        Agenda { heap: Vec::new(), first: Turn::NEVER }
    }

    /// The turn of the first event; after everything if there is none.
    #[inline]
    pub fn first(&self) -> Turn {
        self.first
    }

    #[inline]
    pub fn what_is_first(&self) -> Option<E> {
        self.heap.first().map(|event| event.what)
    }

    #[inline(always)]
    pub fn enter(&mut self, at: Time, entered: u64, what: E) {
        self.heap.push(Event { at, entered, what });
        self.rise(at, entered, what);
    }

    /// Takes an event out that is not the first, or is: when it was to be, if it was entered.
    pub fn take(&mut self, what: E) -> Option<Time>
    where
        E: PartialEq,
    {
        let place = self.heap.iter().position(|event| event.what == what)?;
        let taken = self.heap.remove(place);
        let others = std::mem::replace(self, Agenda::new());
        others.heap.into_iter().for_each(|event| self.enter(event.at, event.entered, event.what));
        Some(taken.at)
    }

    #[inline(never)]
    pub fn remove_first(&mut self) {
        self.first = Turn::NEVER;
        if let Some(Event { at, entered, what }) = self.heap.pop()
            && !self.heap.is_empty()
        {
            self.replace_first(at, entered, what);
        }
    }

    /// Brings the event that is in the last place to where it belongs.
    #[inline]
    fn rise(&mut self, at: Time, entered: u64, what: E) {
        let turn = Turn::of(at, entered);
        let heap = self.heap.as_mut_slice();
        let mut place = heap.len() - 1;
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if heap[parent].turn() < turn {
                break;
            }
            heap[place] = heap[parent];
            place = parent;
        }
        heap[place] = Event { at, entered, what };
        self.first = self.first.min(turn);
    }

    /// Puts an event into the first place, whose event is over, and then where it belongs.
    // In parts: an event passed whole goes through memory, and reading it back whole waits until each part is written.
    #[inline(always)]
    pub fn replace_first(&mut self, at: Time, entered: u64, what: E) {
        let turn = Turn::of(at, entered);
        let heap = self.heap.as_mut_slice();
        let mut place = 0;
        loop {
            let first_child = place * CHILDREN + 1;
            let Some(children @ [_, ..]) = heap.get(first_child..) else { break };
            let least = first_child + least(children);
            if turn < heap[least].turn() {
                break;
            }
            heap[place] = heap[least];
            place = least;
        }
        heap[place] = Event { at, entered, what };
        self.first = heap[0].turn();
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
        let mut agenda = AgendaWithGap::new();
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
        let mut agenda = AgendaWithGap::new();
        agenda.enter(Time::from_nanos(1), 0, 'a');
        agenda.enter(Time::from_nanos(2), 1, 'b');
        agenda.pop();
        agenda.enter(Time::from_nanos(2), 2, 'c');
        assert_eq!(std::iter::from_fn(|| agenda.pop()).collect::<String>(), "bc");
    }
}
