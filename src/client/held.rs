//! What the consumers of one entry hold and have not begun: a line for each, all in one slab. A million messages in
//! lines that each grow by doubling would waste as much room as they take.

use super::Handed;
use crate::slab::make_room;

const NONE: u32 = u32::MAX;

/// One consumer's line, first come first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    first: u32,
    last: u32,
}

pub(super) struct Held<L> {
    places: Vec<Place<L>>,
    /// The first of the places that are free, which are a line too.
    free: u32,
}

struct Place<L> {
    handed: Handed<L>,
    next: u32,
}

impl Line {
    pub const EMPTY: Line = Line { first: NONE, last: NONE };

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first == NONE
    }
}

impl<L: Copy> Held<L> {
    pub fn new() -> Held<L> {
        Held { places: Vec::new(), free: NONE }
    }

    #[inline(never)]
    pub fn push(&mut self, line: &mut Line, handed: Handed<L>) {
        let place = self.put(Place { handed, next: NONE });
        match line.last {
            NONE => line.first = place,
            last => self.places[last as usize].next = place,
        }
        line.last = place;
    }

    fn put(&mut self, place: Place<L>) -> u32 {
        let at = self.free;
        match self.places.get_mut(at as usize) {
            Some(free) => {
                self.free = free.next;
                *free = place;
                at
            }
            None => {
                make_room(&mut self.places);
                self.places.push(place);
                u32::try_from(self.places.len() - 1).expect("fewer messages than places have numbers")
            }
        }
    }

    pub fn pop(&mut self, line: &mut Line) -> Option<Handed<L>> {
        let at = line.first;
        let place = self.places.get_mut(at as usize)?;
        let handed = place.handed;
        line.first = place.next;
        place.next = self.free;
        self.free = at;
        if line.first == NONE {
            line.last = NONE;
        }
        Some(handed)
    }
}
