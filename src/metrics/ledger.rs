//! Where every message is and what became of it: one track each, and the producers' counts.
//!
//! Long: a message's books are opened, moved and closed here and nowhere else.

use std::hint::cold_path;

use super::families::{Admission, Families};
use super::page::Page;
use crate::broker::{Message, QueueId};
use crate::measure::{CAUSES, Cause};
use crate::slab::make_room;
use crate::time::Time;

const _: () = assert!(size_of::<Track>() == 64, "a track fills a line of the processor's memory");

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
    pub is: Special,
}

/// What is seldom the case with a message, in one byte, so that one look says that nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Special(u8);

impl Special {
    /// One of the copies of its message, which has a family.
    pub const COPY: Special = Special(1);
    /// Somebody waits for its end.
    pub const AWAITED: Special = Special(2);

    #[inline]
    pub fn any(self) -> bool {
        self.0 != 0
    }

    #[inline]
    pub fn has(self, other: Special) -> bool {
        self.0 & other.0 != 0
    }
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
        is: Special(0),
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
    /// Of a copy that has left its queue and lives on in what it was passed on as.
    PassedOn,
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
    /// Of all that were overtaken, by how many each.
    pub inversions: u64,
    /// Of them, the most.
    pub displacement: u64,
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
            &mut self.inversions,
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
            other.inversions,
            other.unfinished,
        ];
        mine.into_iter().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        self.lost.iter_mut().zip(other.lost).for_each(|(mine, theirs)| *mine += theirs);
        self.dead.iter_mut().zip(other.dead).for_each(|(mine, theirs)| *mine += theirs);
        self.displacement = self.displacement.max(other.displacement);
    }

    pub fn total(counts: &[u64; CAUSES.len()]) -> u64 {
        counts.iter().sum()
    }

    pub(super) fn of_fate(&mut self, fate: Fate) -> Option<&mut u64> {
        match fate {
            Fate::Open | Fate::PassedOn => None,
            Fate::Processed => Some(&mut self.processed),
            Fate::Lost(cause) => Some(&mut self.lost[place(cause)]),
            Fate::Dead(cause) => Some(&mut self.dead[place(cause)]),
        }
    }
}

pub fn place(cause: Cause) -> usize {
    CAUSES.iter().position(|known| *known == cause).expect("every cause is listed")
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
    pub families: Families,
    /// Messages that somebody waited for and that have ended since that was last asked.
    over: Vec<Message>,
}

impl Ledger {
    pub fn new(producers: usize, window: (Time, Time)) -> Ledger {
        Ledger {
            tracks: Vec::new(),
            free: Vec::new(),
            counts: vec![Counts::default(); 2 * producers],
            window,
            open: 0,
            families: Families::default(),
            over: Vec::new(),
        }
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

    /// Messages that somebody waited for and that have ended since this was last asked.
    pub fn take_over(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.over)
    }

    /// A message, or a copy, is refused for good.
    pub fn refuse(&mut self, id: u32) {
        let mut page = self.page(id);
        if page.track.is.has(Special::COPY) {
            let is_published = !page.families.kin(id).is_passed_on;
            page.settle(Fate::Lost(Cause::Refused));
            if is_published {
                page.decide(false);
            }
        } else {
            *page.open -= 1;
            page.counts.refused += 1;
            page.end();
        }
        if page.track.close_if_over() {
            self.free(id);
        }
    }

    /// A copy is in a queue.
    pub fn accept_copy(&mut self, id: u32, queue: QueueId) {
        self.families.enter(id, queue);
        if !self.families.kin(id).is_passed_on {
            self.page(id).decide(true);
        }
    }

    /// A message, or a copy, is outside and will come again.
    pub fn keep_outside(&mut self, id: u32) {
        let page = self.page(id);
        page.track.at = At::Blocked;
        page.counts.not_yet_accepted += u64::from(!page.track.is.has(Special::COPY));
    }

    /// What was kept outside comes again.
    pub fn come_again(&mut self, id: u32) {
        let page = self.page(id);
        page.track.at = At::Out;
        page.counts.not_yet_accepted -= u64::from(!page.track.is.has(Special::COPY));
    }

    /// A message of so many published copies, each of which may be passed on; their tracks. `awaited` if its end is to
    /// be told.
    pub fn open_copies(&mut self, message: Message, copies: u32, awaited: bool) -> Vec<u32> {
        let first = self.open(message);
        let place = self.tracks[first as usize].counts;
        self.counts[place as usize].not_yet_accepted += 1;
        let family = self.families.begin(place, copies, awaited);
        let mut tracks = vec![first];
        tracks.extend((1..copies).map(|_| self.twin(first)));
        for track in &tracks {
            self.tracks[*track as usize].is = Special::COPY;
            self.families.add_branch(family, *track);
        }
        tracks
    }

    /// The end of a message is to be told.
    pub fn await_end(&mut self, id: u32) {
        self.tracks[id as usize].is = Special::AWAITED;
    }

    /// A copy that has succeeded is passed on: the track of the new copy.
    pub fn pass_on(&mut self, id: u32) -> u32 {
        let copy = self.twin(id);
        self.families.add_copy(id, copy);
        let (before, after) = self.families.refresh(id);
        self.page(id).count_turn(before, after);
        copy
    }

    /// A producer publishes a message once more beside what it has published before: the track of the new copy.
    pub fn repeat(&mut self, message: Message, family: u32) -> u32 {
        let id = self.track_of(message);
        self.tracks[id as usize].is = Special::COPY;
        self.families.add_repeat(family, id);
        let (before, after) = self.families.refresh(id);
        let mut page = self.page(id);
        page.counts.tries += 1;
        page.count_turn(before, after);
        id
    }

    /// Whether it comes from a consumer who passes it on.
    pub fn is_passed_on(&self, id: u32) -> bool {
        self.tracks[id as usize].is.has(Special::COPY) && self.families.kin(id).is_passed_on
    }

    /// A track of the same message.
    fn twin(&mut self, id: u32) -> u32 {
        let copy = self.free.pop().unwrap_or_else(|| self.grow());
        let Track { number, planned, counts, in_window, is, .. } = self.tracks[id as usize];
        let track = &mut self.tracks[copy as usize];
        (track.number, track.planned, track.counts, track.in_window) = (number, planned, counts, in_window);
        (track.at, track.hands, track.fate, track.is) = (At::Out, 0, Fate::Open, is);
        copy
    }

    /// Whether a message was planned in the window, and the place of its counts.
    #[inline]
    fn place_of(&self, Message { producer, planned, .. }: Message) -> (bool, u32) {
        let in_window = self.window.0 <= planned && planned < self.window.1;
        (in_window, 2 * u32::from(producer) + u32::from(in_window))
    }

    /// The counts that a message belongs to, whether or not it has a track.
    pub fn counts_of(&mut self, message: Message) -> &mut Counts {
        let (_, place) = self.place_of(message);
        &mut self.counts[place as usize]
    }

    #[inline]
    pub fn open(&mut self, message: Message) -> u32 {
        let id = self.track_of(message);
        let counts = &mut self.counts[self.tracks[id as usize].counts as usize];
        counts.published += 1;
        counts.tries += 1;
        self.open += 1;
        id
    }

    /// A track for a message or a further copy of it.
    #[inline]
    fn track_of(&mut self, message: Message) -> u32 {
        let (in_window, place) = self.place_of(message);
        let Message { number, planned, .. } = message;
        let id = self.free.pop().unwrap_or_else(|| self.grow());
        let track = &mut self.tracks[id as usize];
        // The rest is set as the message enters a queue.
        (track.number, track.planned, track.counts, track.in_window) = (number, planned, place, in_window);
        (track.at, track.hands, track.fate, track.is) = (At::Out, 0, Fate::Open, Special(0));
        id
    }

    #[cold]
    fn grow(&mut self) -> u32 {
        make_room(&mut self.tracks);
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
        Page { track, counts, id, open: &mut self.open, families: &mut self.families, over: &mut self.over }
    }

    /// The track of a message that is closed may be another's.
    #[inline]
    pub fn free(&mut self, id: u32) {
        if self.tracks[id as usize].is.has(Special::COPY) {
            cold_path();
            self.families.leave(id);
        }
        self.free_alone(id);
    }

    /// As [`Ledger::free`], of a message that has no copies.
    #[inline]
    pub fn free_alone(&mut self, id: u32) {
        self.free.push(id);
    }

    /// The messages still under way.
    pub fn under_way(&self) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(|track| track.at != At::Nowhere)
    }

    /// Those of which it is not known yet what becomes of them; of some, several copies.
    pub fn unfinished(&self) -> impl Iterator<Item = &Track> {
        let is_open = |(id, track): &(usize, &Track)| match track.is.has(Special::COPY) {
            true => self.families.family(*id as u32).fate == Fate::Open,
            false => track.fate == Fate::Open,
        };
        let under_way = self.tracks.iter().enumerate().filter(|(_, track)| track.at != At::Nowhere);
        under_way.filter(is_open).map(|(_, track)| track)
    }

    /// What has been counted of a producer's messages, those planned outside the window included.
    pub fn counts_so_far(&self, producer: usize) -> Counts {
        let mut all = self.counts[2 * producer].clone();
        all.add(&self.counts[2 * producer + 1]);
        all
    }

    /// The counts of each producer, outside and inside of the window, with the unfinished counted from the tracks.
    pub fn into_counts(mut self) -> Vec<[Counts; 2]> {
        let alone = self.tracks.iter().filter(|track| !track.is.has(Special::COPY));
        for track in alone.filter(|track| track.at != At::Nowhere && track.at != At::Blocked) {
            if track.fate == Fate::Open {
                self.counts[track.counts as usize].unfinished += 1;
            }
        }
        let accepted = self.families.under_way().filter(|family| family.admission == Admission::Accepted);
        for family in accepted.filter(|family| family.fate == Fate::Open) {
            self.counts[family.counts as usize].unfinished += 1;
        }
        let (pairs, _) = self.counts.as_chunks();
        pairs.to_vec()
    }
}
