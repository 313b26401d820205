//! Which messages are out of order: those that were overtaken, and by how many.

use std::collections::BTreeMap;

use super::Recorder;
use super::overtaken::Line;
use crate::broker::{Message, MessageKey, QueueId};

/// What key a message carries; asked as it enters a queue that is ordered by key.
pub type KeyOf = dyn Fn(Message) -> Option<MessageKey> + Send;

/// Among which messages of a queue first deliveries have an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    All,
    /// Those of one key.
    ByKey,
    /// The order in which they are booked to enter is not the queue's, so that nothing follows from it.
    Untold,
}

/// How first deliveries follow upon each other in a queue.
pub(super) struct Order {
    /// Who is next, where nobody who came before is still to be delivered; 0 where that is not so simple.
    pub next: u64,
    among: Among,
}

enum Among {
    All(Entries),
    Keys(BTreeMap<MessageKey, Line>),
    Nobody,
}

/// All who enter a queue, by their numbers there.
#[derive(Default)]
struct Entries {
    /// Up to this number all have been delivered, or have left, or stand in the line.
    reached: u64,
    line: Line,
    /// Who has left beyond and was never delivered: from a number to before another, of runs that do not touch.
    left: BTreeMap<u64, u64>,
}

impl Order {
    pub fn new(ordered: Ordered) -> Order {
        match ordered {
            Ordered::All => Order { next: 1, among: Among::All(Entries::default()) },
            Ordered::ByKey => Order { next: 0, among: Among::Keys(BTreeMap::new()) },
            Ordered::Untold => Order { next: 0, among: Among::Nobody },
        }
    }

    pub fn is_by_key(&self) -> bool {
        matches!(self.among, Among::Keys(_))
    }

    /// One enters; where order is a matter of keys, that is to be told.
    fn joins(&mut self, nth: u64, key: Option<MessageKey>) {
        if let (Among::Keys(lines), Some(key)) = (&mut self.among, key) {
            lines.entry(key).or_default().join(nth);
        }
    }

    /// By how many later ones it was overtaken that is delivered for the first time now.
    fn delivered(&mut self, nth: u64, key: Option<MessageKey>) -> u64 {
        self.among(
            key,
            |entries| {
                entries.reach(nth);
                entries.line.take(nth)
            },
            |line| line.take(nth),
        )
    }

    /// One leaves that was never delivered.
    fn left(&mut self, nth: u64, key: Option<MessageKey>) {
        self.among(key, |entries| entries.leave(nth), |line| line.leave(nth));
    }

    fn among<R: Default>(
        &mut self,
        key: Option<MessageKey>,
        of_all: impl FnOnce(&mut Entries) -> R,
        of_key: impl FnOnce(&mut Line) -> R,
    ) -> R {
        match (&mut self.among, key) {
            (Among::All(entries), _) => {
                if self.next > 0 {
                    entries.reached = self.next - 1;
                }
                let found = of_all(entries);
                self.next = if entries.line.is_empty() { entries.reached + 1 } else { 0 };
                found
            }
            (Among::Keys(lines), Some(key)) => {
                let line = lines.entry(key).or_default();
                let found = of_key(line);
                if line.is_empty() {
                    lines.remove(&key);
                }
                found
            }
            (Among::Keys(_), None) | (Among::Nobody, _) => R::default(),
        }
    }
}

impl Entries {
    fn reach(&mut self, nth: u64) {
        if nth <= self.reached {
            return;
        }
        let mut number = self.reached + 1;
        while number <= nth {
            number = match self.left.remove(&number) {
                Some(end) => end,
                None => {
                    self.line.join(number);
                    number + 1
                }
            };
        }
        self.reached = nth;
        self.pass_who_left();
    }

    fn leave(&mut self, nth: u64) {
        if nth <= self.reached {
            return self.line.leave(nth);
        }
        let end = self.left.remove(&(nth + 1)).unwrap_or(nth + 1);
        match self.left.range_mut(..nth).next_back() {
            Some((_, before)) if *before == nth => *before = end,
            _ => drop(self.left.insert(nth, end)),
        }
        self.pass_who_left();
    }

    fn pass_who_left(&mut self) {
        if let Some(end) = self.left.remove(&(self.reached + 1)) {
            self.reached = end - 1;
        }
    }
}

impl Recorder {
    /// For queues that are ordered by key.
    pub fn with_keys(self, key_of: Box<KeyOf>) -> Recorder {
        Recorder { key_of: Some(key_of), ..self }
    }

    /// A message was delivered for the first time after one that had entered its queue later; said by who knows that where
    /// the order of entries that is booked here is not the queue's.
    pub fn overtaken(&mut self, track: u32) {
        self.ledger.page(track).counts.reordered += 1;
    }

    /// A message has entered a queue that is ordered by key.
    #[inline(never)]
    pub(super) fn joins_its_key(&mut self, queue: QueueId, id: u32) {
        let (nth, message) = (self.ledger.track(id).nth, self.message(id));
        let key = self.key_of.as_ref().and_then(|key_of| key_of(message));
        if self.keys.len() <= id as usize {
            self.keys.resize(id as usize + 1, None);
        }
        self.keys[id as usize] = key;
        self.queues[queue.index()].order.joins(nth, key);
    }

    /// A first delivery of another than the next in turn, if that is known.
    #[inline(never)]
    pub(super) fn not_in_turn(&mut self, queue: QueueId, id: u32) {
        let (nth, key) = (self.ledger.track(id).nth, self.key(id));
        let by = self.queues[queue.index()].order.delivered(nth, key);
        if by > 0 {
            let counts = self.ledger.page(id).counts;
            counts.reordered += 1;
            counts.inversions += by;
            counts.displacement = counts.displacement.max(by);
        }
    }

    /// A message leaves its queue; if it was never delivered there, nobody overtakes it any more.
    pub(super) fn gives_up_its_turn(&mut self, queue: QueueId, id: u32) {
        let track = self.ledger.track(id);
        if track.attempt == 0 {
            let (nth, key) = (track.nth, self.key(id));
            self.queues[queue.index()].order.left(nth, key);
        }
    }

    fn key(&self, id: u32) -> Option<MessageKey> {
        self.keys.get(id as usize).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use proptest::prelude::*;

    use super::*;

    /// What is known of one who has entered: its key, and the turn of its first delivery.
    type Known = (Option<MessageKey>, Option<u64>);

    /// Of all pairs, those that were delivered the other way round and whose earlier is this one.
    fn overtaken_by(all: &[Known], place: usize) -> u64 {
        let (key, turn) = all[place];
        let sooner = |other: &&Known| other.0 == key && other.1.is_some_and(|other| Some(other) < turn);
        all[place + 1..].iter().filter(sooner).count() as u64
    }

    /// One enters, or one of those that are there is delivered or leaves.
    #[derive(Clone, Debug)]
    enum Step {
        Enter(u64),
        Deliver(usize),
        Leave(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        // The oldest or the youngest mostly.
        let pick =
            || prop_oneof![2 => 0..2_usize, 2 => (1..3_usize).prop_map(|back| usize::MAX - back), 1 => 0..99_usize];
        prop_oneof![
            4 => (1..3_u64).prop_map(Step::Enter),
            3 => pick().prop_map(Step::Deliver),
            1 => pick().prop_map(Step::Leave),
        ]
    }

    fn check(ordered: Ordered, steps: &[Step]) -> Result<(), TestCaseError> {
        let mut order = Order::new(ordered);
        let (mut all, mut inside, mut turn): (Vec<Known>, Vec<usize>, u64) = (Vec::new(), Vec::new(), 0);
        for step in steps {
            let picked = |pick: usize, inside: &mut Vec<usize>| {
                let at = if pick > 99 { inside.len().checked_sub(usize::MAX - pick) } else { Some(pick) };
                at.filter(|at| *at < inside.len()).map(|at| inside.remove(at))
            };
            match *step {
                Step::Enter(key) => {
                    let key = (ordered == Ordered::ByKey).then(|| NonZeroU64::new(key).expect("from 1"));
                    inside.push(all.len());
                    all.push((key, None));
                    order.joins(all.len() as u64, key);
                }
                Step::Deliver(pick) => {
                    let Some(place) = picked(pick, &mut inside) else { continue };
                    turn += 1;
                    all[place].1 = Some(turn);
                    let (nth, expected) = (place as u64 + 1, overtaken_by(&all, place));
                    if order.next == nth {
                        order.next += 1;
                        prop_assert_eq!(0, expected, "number {} in turn", nth);
                    } else {
                        prop_assert_eq!(order.delivered(nth, all[place].0), expected, "number {}", nth);
                    }
                }
                Step::Leave(pick) => {
                    let Some(place) = picked(pick, &mut inside) else { continue };
                    order.left(place as u64 + 1, all[place].0);
                }
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_is_overtaken_by_as_many_as_a_count_of_all_pairs_says(
            ordered in prop_oneof![Just(Ordered::All), Just(Ordered::ByKey)],
            steps in prop::collection::vec(step(), 1..300),
        ) {
            check(ordered, &steps)?;
        }
    }

    #[test]
    fn an_order_that_is_kept_takes_no_room() {
        let mut order = Order::new(Ordered::All);
        (1..1000).for_each(|nth| match nth % 3 {
            0 => order.left(nth, None),
            _ if order.next == nth => order.next += 1,
            _ => panic!("{nth} is next"),
        });
        let Among::All(entries) = order.among else { panic!("all") };
        assert!(entries.line.is_empty() && entries.left.is_empty());
    }
}
