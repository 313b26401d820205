//! Those who stand in a line, and how many later ones have been taken out of it before each of them.

/// Numbers join at the end, ascending, and leave anywhere. It takes the room of those who stand in it.
#[derive(Debug, Default)]
pub(super) struct Line {
    places: Vec<Place>,
    /// Of a place: how many were taken who stood right behind it, as sums in a binary tree (Fenwick 1994).
    sums: Vec<u64>,
    standing: usize,
    taken: u64,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    number: u64,
    is_left: bool,
}

/// So many places may be empty, besides as many as are not.
const EMPTY: usize = 16;

impl Line {
    pub fn is_empty(&self) -> bool {
        self.standing == 0
    }

    /// `number` is higher than all who have joined.
    pub fn join(&mut self, number: u64) {
        self.put(number, 0);
        self.standing += 1;
    }

    /// Takes one out; how many have been taken before it who had joined later. Nobody is behind who never joined.
    pub fn take(&mut self, number: u64) -> u64 {
        let Some(at) = self.place_of(number) else { return 0 };
        let later = self.taken - self.before(at);
        if at > 0 {
            self.count(at - 1);
        }
        self.empty(at);
        later
    }

    /// One leaves who is never to be taken.
    pub fn leave(&mut self, number: u64) {
        if let Some(at) = self.place_of(number) {
            self.empty(at);
        }
    }

    fn place_of(&self, number: u64) -> Option<usize> {
        let at = self.places.binary_search_by_key(&number, |place| place.number).ok()?;
        (!self.places[at].is_left).then_some(at)
    }

    fn empty(&mut self, at: usize) {
        self.places[at].is_left = true;
        self.standing -= 1;
        if self.standing == 0 {
            self.clear();
        } else if self.places.len() > 2 * self.standing + EMPTY {
            self.close_up();
        }
    }

    fn clear(&mut self) {
        self.places.clear();
        self.sums.clear();
        self.taken = 0;
    }

    /// Takes the empty places away; whoever was taken behind one was taken behind the last that stands before it.
    fn close_up(&mut self) {
        let standing: Vec<usize> = (0..self.places.len()).filter(|at| !self.places[*at].is_left).collect();
        let mut ends: Vec<u64> = standing.iter().skip(1).map(|at| self.before(*at)).collect();
        ends.push(self.taken);
        let mut before = self.before(standing[0]);
        let numbers: Vec<u64> = standing.into_iter().map(|at| self.places[at].number).collect();
        self.clear();
        for (number, end) in numbers.into_iter().zip(ends) {
            self.put(number, end - before);
            before = end;
        }
    }

    fn put(&mut self, number: u64, taken_behind: u64) {
        let end = self.places.len() + 1;
        let covered = self.before(end - 1) - self.before(end - lowest_bit(end));
        self.places.push(Place { number, is_left: false });
        self.sums.push(covered + taken_behind);
        self.taken += taken_behind;
    }

    /// One was taken who stood right behind that place.
    fn count(&mut self, at: usize) {
        self.taken += 1;
        let mut end = at + 1;
        while let Some(sum) = self.sums.get_mut(end - 1) {
            *sum += 1;
            end += lowest_bit(end);
        }
    }

    /// Taken behind the first `end` places.
    fn before(&self, mut end: usize) -> u64 {
        let mut sum = 0;
        while end > 0 && self.taken > 0 {
            sum += self.sums[end - 1];
            end -= lowest_bit(end);
        }
        sum
    }
}

fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}
