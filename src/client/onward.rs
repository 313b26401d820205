//! Where a consumer passes a message on that it has worked on.

use crate::broker::QueueId;
use crate::random::{Key, uniform};

/// One of the queues that messages are passed on to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    pub to: QueueId,
    /// Of the messages that succeed; what the shares of all ways leave of 1 goes nowhere.
    pub share: f64,
}

/// The ways out of one consumers entry, with what is drawn for them.
pub struct Onward {
    ways: Vec<Way>,
    /// By queue that the entry takes from, and by producer.
    keys: Vec<(QueueId, Vec<Key>)>,
}

impl Onward {
    /// `replication` names seed and replication; draws belong to the message's producer and number, to the queue and to
    /// the entry into it.
    pub fn new<'a, N: Iterator<Item = &'a str>>(
        ways: &[Way],
        replication: Key,
        queues: impl IntoIterator<Item = (QueueId, &'a str)>,
        producers: impl Fn() -> N,
    ) -> Onward {
        let of_queue = |queue: &str| producers().map(|name| replication.name(name).name(queue).name("then")).collect();
        Onward { ways: ways.to_vec(), keys: queues.into_iter().map(|(id, name)| (id, of_queue(name))).collect() }
    }

    /// Where a message goes that has entered `queue` for the `entry`th time, if anywhere.
    pub fn way(&self, queue: QueueId, producer: u16, number: u64, entry: u16) -> Option<QueueId> {
        match self.ways[..] {
            [] => return None,
            [Way { to, share: 1.0 }] => return Some(to),
            _ => {}
        }
        let (_, keys) = self.keys.iter().find(|(known, _)| *known == queue)?;
        let key = keys[usize::from(producer)].number(number).number(u64::from(entry));
        let mut left = uniform(&mut key.draws());
        let chosen = self.ways.iter().find(|way| {
            left -= way.share;
            left < 0.0
        });
        // Shares that add up to 1 may miss it by their last digits.
        let whole = self.ways.iter().map(|way| way.share).sum::<f64>() > 1.0 - 1e-9;
        chosen.or(self.ways.last().filter(|_| whole)).map(|way| way.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_split_by_share_and_each_entry_draws_anew() {
        let ways = [(1, 0.5), (2, 0.3)].map(|(to, share)| Way { to: QueueId(to), share });
        let onward = Onward::new(&ways, Key::of_seed(1), [(QueueId(0), "queue")], || ["producer"].into_iter());
        let n = 100_000;
        let went = |to| (0..n).filter(|number| onward.way(QueueId(0), 0, *number, 1) == to).count() as f64 / n as f64;
        for (to, share) in [(Some(QueueId(1)), 0.5), (Some(QueueId(2)), 0.3), (None, 0.2)] {
            assert!((went(to) - share).abs() < 4.0 * (share * (1.0 - share) / n as f64).sqrt(), "{to:?}: {}", went(to));
        }
        assert!((0..100).any(|number| onward.way(QueueId(0), 0, number, 1) != onward.way(QueueId(0), 0, number, 2)));
    }
}
