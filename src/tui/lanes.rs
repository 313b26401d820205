//! Messages on their way, as signs that move: a few a second at any rate, so that an eye can follow them.

/// Seconds from one end of a lane to the other.
const CROSSING_S: f64 = 0.8;
/// Between two signs; what comes faster shares one.
const APART_S: f64 = 0.25;
/// More would still be on their way when what they stand for is long past.
const MOST_OWED: u64 = 3;

/// Ways of messages, in the order of a queue's picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into the queue.
    In,
    /// To a consumer.
    Out,
    /// Out of the system.
    Done,
    /// From a consumer to the queue.
    Back,
}

#[derive(Clone, Debug, Default)]
struct Lane {
    /// How far each sign is, from 0 to 1, the foremost first.
    signs: Vec<f64>,
    owed: u64,
}

impl Lane {
    fn advance(&mut self, by_s: f64, messages: u64) {
        self.signs.iter_mut().for_each(|sign| *sign += by_s / CROSSING_S);
        self.signs.retain(|sign| *sign < 1.0);
        self.owed = self.owed.saturating_add(messages).min(MOST_OWED);
        let has_room = self.signs.last().is_none_or(|last| *last >= APART_S / CROSSING_S);
        if self.owed > 0 && has_room {
            self.owed -= 1;
            self.signs.push(0.0);
        }
    }
}

/// The lanes around one queue.
#[derive(Clone, Debug, Default)]
pub struct Lanes([Lane; 4]);

impl Lanes {
    /// Time passes for whoever watches, and so many messages have gone each way meanwhile.
    pub fn advance(&mut self, by_s: f64, messages: [u64; 4]) {
        for (lane, messages) in self.0.iter_mut().zip(messages) {
            lane.advance(by_s, messages);
        }
    }

    /// A single message on one of them, as it is shown after a step.
    pub fn only(way: Way) -> Lanes {
        let mut lanes = Lanes::default();
        lanes.0[way as usize].signs.push(0.5);
        lanes
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|lane| lane.signs.is_empty() && lane.owed == 0)
    }

    /// The cells of a lane that hold a sign, counted from where it begins.
    pub fn cells(&self, way: Way, length: u16) -> impl Iterator<Item = u16> {
        self.0[way as usize].signs.iter().map(move |sign| (sign * f64::from(length)) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_S: f64 = 0.05;

    fn signs_in_a_second(messages_a_frame: u64) -> usize {
        let mut lanes = Lanes::default();
        let mut begun = 0;
        for _ in 0..20 {
            lanes.advance(FRAME_S, [messages_a_frame, 0, 0, 0]);
            begun += lanes.cells(Way::In, 100).filter(|cell| *cell == 0).count();
        }
        begun
    }

    #[test]
    fn a_few_signs_a_second_set_out_at_any_rate() {
        assert!((3..=4).contains(&signs_in_a_second(1)));
        assert_eq!(signs_in_a_second(1), signs_in_a_second(1_000_000));
    }

    #[test]
    fn a_sign_crosses_its_lane_and_is_gone() {
        let mut lanes = Lanes::default();
        lanes.advance(FRAME_S, [0, 1, 0, 0]);
        assert_eq!(lanes.cells(Way::Out, 8).collect::<Vec<_>>(), [0]);
        lanes.advance(CROSSING_S / 2.0, [0; 4]);
        assert_eq!(lanes.cells(Way::Out, 8).collect::<Vec<_>>(), [4]);
        lanes.advance(CROSSING_S, [0; 4]);
        assert!(lanes.is_empty());
    }

    #[test]
    fn after_a_step_one_message_is_shown_where_it_went() {
        let lanes = Lanes::only(Way::Back);
        assert_eq!(lanes.cells(Way::Back, 8).collect::<Vec<_>>(), [4]);
        assert_eq!(lanes.cells(Way::In, 8).count(), 0);
    }
}
