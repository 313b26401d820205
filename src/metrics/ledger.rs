//! Where every message is and what became of it: one track each, and the producers' counts.

use crate::broker::Message;
use crate::measure::{CAUSES, Cause};
use crate::time::Time;

/// A message under way, as long as a queue keeps it or a consumer works on it.
#[derive(Clone, Copy, Debug)]
pub struct Track {
    /// Counted by its producer.
    pub number: u64,
    pub planned: Time,
    /// When it entered the queue it is in.
    pub entered: Time,
    /// Since when it is where it is in its queue.
    pub since: Time,
    /// How many messages entered that queue before it.
    pub nth: u64,
    /// The number of its latest delivery since it entered.
    pub attempt: u32,
    /// Deliveries that its consumers have not finished with.
    pub hands: u32,
    pub at: At,
    /// The place of its counts.
    counts: u32,
    pub queue: u16,
    /// How many times it has entered that queue; 0 until it is delivered.
    pub entry: u16,
    pub fate: Fate,
    /// Whether the latest delivery is worked on.
    pub begun: bool,
    /// Whether an attempt has succeeded since it entered its queue.
    pub done_here: bool,
    /// Whether it was planned in the window.
    pub in_window: bool,
}

impl Track {
    #[inline]
    pub fn producer(&self) -> u16 {
        (self.counts / 2) as u16
    }

    const NEW: Track = Track {
        number: 0,
        planned: Time::ZERO,
        entered: Time::ZERO,
        since: Time::ZERO,
        nth: 0,
        attempt: 0,
        hands: 0,
        at: At::Out,
        counts: 0,
        queue: 0,
        entry: 0,
        fate: Fate::Open,
        begun: false,
        done_here: false,
        in_window: false,
    };

    /// Closes the books on the message if no queue keeps it and nobody works on it; [`Ledger::free`] is to follow then.
    #[inline]
    pub fn close_if_over(&mut self) -> bool {
        let is_over = self.at == At::Out && self.hands == 0;
        if is_over {
            self.at = At::Nowhere;
        }
        is_over
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Not in the books.
    Nowhere,
    Blocked,
    Waiting,
    Delayed,
    InFlight,
    Parked,
    /// Out of its queue, perhaps still in somebody's hands.
    Out,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Open,
    Processed,
    Lost(Cause),
    Dead(Cause),
}

/// Counts of messages of one producer, or of those of them that were planned in the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub published: u64,
    pub tries: u64,
    pub refused: u64,
    pub not_yet_accepted: u64,
    pub accepted: u64,
    pub processed: u64,
    pub waited: u64,
    pub duplicates: u64,
    pub redelivered: u64,
    pub reordered: u64,
    /// By place in [`CAUSES`].
    pub lost: [u64; CAUSES.len()],
    pub dead: [u64; CAUSES.len()],
    /// Of the accepted, counted from the tracks when the run ends.
    pub unfinished: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        let mine = [
            &mut self.published,
            &mut self.tries,
            &mut self.refused,
            &mut self.not_yet_accepted,
            &mut self.accepted,
            &mut self.processed,
            &mut self.waited,
            &mut self.duplicates,
            &mut self.redelivered,
            &mut self.reordered,
            &mut self.unfinished,
        ];
        let theirs = [
            other.published,
            other.tries,
            other.refused,
            other.not_yet_accepted,
            other.accepted,
            other.processed,
            other.waited,
            other.duplicates,
            other.redelivered,
            other.reordered,
            other.unfinished,
        ];
        mine.into_iter().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        self.lost.iter_mut().zip(other.lost).for_each(|(mine, theirs)| *mine += theirs);
        self.dead.iter_mut().zip(other.dead).for_each(|(mine, theirs)| *mine += theirs);
    }

    pub fn total(counts: &[u64; CAUSES.len()]) -> u64 {
        counts.iter().sum()
    }

    fn of_fate(&mut self, fate: Fate) -> Option<&mut u64> {
        match fate {
            Fate::Open => None,
            Fate::Processed => Some(&mut self.processed),
            Fate::Lost(cause) => Some(&mut self.lost[place(cause)]),
            Fate::Dead(cause) => Some(&mut self.dead[place(cause)]),
        }
    }
}

pub fn place(cause: Cause) -> usize {
    CAUSES.iter().position(|known| *known == cause).expect("every cause is listed")
}

/// What the books say about one message: its track and the counts that it belongs to.
pub struct Page<'a> {
    pub track: &'a mut Track,
    pub counts: &'a mut Counts,
    open: &'a mut u64,
}

impl Page<'_> {
    /// Gives a message a fate. Only success is final: what was given up for lost or dead may yet succeed.
    #[inline]
    pub fn settle(&mut self, fate: Fate) {
        match self.track.fate {
            Fate::Processed => return,
            Fate::Open => *self.open -= 1,
            before => self.counts.of_fate(before).into_iter().for_each(|count| *count -= 1),
        }
        self.track.fate = fate;
        match self.counts.of_fate(fate) {
            Some(count) => *count += 1,
            None => *self.open += 1,
        }
    }
}

/// The tracks of all messages under way, and what has been counted.
#[derive(Debug)]
pub struct Ledger {
    tracks: Vec<Track>,
    free: Vec<u32>,
    /// Two for each producer: of its messages planned outside the window, and inside.
    counts: Vec<Counts>,
    window: (Time, Time),
    /// Messages without a fate, the blocked ones included.
    open: u64,
}

impl Ledger {
    pub fn new(producers: usize, window: (Time, Time)) -> Ledger {
        Ledger { tracks: Vec::new(), free: Vec::new(), counts: vec![Counts::default(); 2 * producers], window, open: 0 }
    }

    /// Messages under way, those that rest included.
    #[inline]
    pub fn len(&self) -> u64 {
        (self.tracks.len() - self.free.len()) as u64
    }

    /// Messages of which it is not known yet what becomes of them.
    pub fn open_messages(&self) -> u64 {
        self.open
    }

    /// A message is refused for good.
    pub fn refuse(&mut self, id: u32) {
        self.open -= 1;
        let page = self.page(id);
        page.counts.refused += 1;
        if page.track.close_if_over() {
            self.free(id);
        }
    }

    #[inline]
    pub fn open(&mut self, message: Message) -> u32 {
        let Message { producer, number, planned } = message;
        let in_window = self.window.0 <= planned && planned < self.window.1;
        let place = 2 * u32::from(producer) + u32::from(in_window);
        let counts = &mut self.counts[place as usize];
        counts.published += 1;
        counts.tries += 1;
        self.open += 1;
        let id = self.free.pop().unwrap_or_else(|| self.grow());
        let track = &mut self.tracks[id as usize];
        // The rest is set as the message enters a queue.
        (track.number, track.planned, track.counts, track.in_window) = (number, planned, place, in_window);
        (track.at, track.hands, track.fate) = (At::Out, 0, Fate::Open);
        id
    }

    #[cold]
    fn grow(&mut self) -> u32 {
        self.tracks.push(Track::NEW);
        (self.tracks.len() - 1) as u32
    }

    #[inline]
    pub fn track(&self, id: u32) -> &Track {
        &self.tracks[id as usize]
    }

    #[inline]
    pub fn track_mut(&mut self, id: u32) -> &mut Track {
        &mut self.tracks[id as usize]
    }

    /// What the books say about a message.
    #[inline]
    pub fn page(&mut self, id: u32) -> Page<'_> {
        let track = &mut self.tracks[id as usize];
        let counts = &mut self.counts[track.counts as usize];
        Page { track, counts, open: &mut self.open }
    }

    /// The track of a message that is closed may be another's.
    #[inline]
    pub fn free(&mut self, id: u32) {
        self.free.push(id);
    }

    /// The messages still under way.
    pub fn under_way(&self) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(|track| track.at != At::Nowhere)
    }

    /// The counts of each producer, outside and inside of the window, with the unfinished counted from the tracks.
    pub fn into_counts(mut self) -> Vec<[Counts; 2]> {
        for track in self.tracks.iter().filter(|track| track.at != At::Nowhere && track.at != At::Blocked) {
            if track.fate == Fate::Open {
                self.counts[track.counts as usize].unfinished += 1;
            }
        }
        let (pairs, _) = self.counts.as_chunks();
        pairs.to_vec()
    }
}
