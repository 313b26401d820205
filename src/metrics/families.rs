//! Messages of several copies: what the copies of one have in common, and what becomes of it by what becomes of them.
//!
//! A message has a branch for each queue it was published to, and a branch a copy for each time it was passed on.

use smallvec::SmallVec;

use super::ledger::Fate;
use crate::broker::QueueId;
use crate::measure::Cause;
use crate::slab::make_room;
use crate::time::Span;

/// What one copy has to do with the others of its message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kin {
    pub family: u32,
    branch: u32,
    /// How many times its message has entered the queue that it is in.
    pub entry: u16,
    /// It was passed on by a consumer, not published.
    pub is_passed_on: bool,
    /// An attempt on it has succeeded.
    pub has_succeeded: bool,
    /// Another copy was passed on before it, of the same entry into the same queue.
    is_further: bool,
    /// More than one has.
    is_repeated: bool,
    /// The work of the successful attempts on its way here.
    service: Span,
    /// With that of its own latest success.
    served: Span,
}

/// How far a message is on its way into the queues it is published to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Outside,
    /// A queue has let a copy in.
    Accepted,
    /// No queue has.
    Refused,
}

#[derive(Clone, Debug)]
pub struct Family {
    pub fate: Fate,
    pub admission: Admission,
    /// The place of its message's counts.
    pub counts: u32,
    /// Published copies that were neither let in nor refused.
    undecided: u32,
    /// Somebody waits for its end.
    is_awaited: bool,
    /// Copies in the books.
    copies: u32,
    /// Its producer may yet publish it once more.
    is_held: bool,
    branches: SmallVec<[Branch; 1]>,
    /// How many times it has entered each queue that it has entered.
    entered: SmallVec<[(QueueId, u16); 4]>,
}

#[derive(Clone, Copy, Debug)]
struct Branch {
    is_processed: bool,
    open: u32,
    resting: u32,
    last_lost: Cause,
    last_dead: Cause,
}

impl Branch {
    const NEW: Branch =
        Branch { is_processed: false, open: 0, resting: 0, last_lost: Cause::Refused, last_dead: Cause::Parked };

    fn fate(&self) -> Fate {
        match self {
            Branch { is_processed: true, .. } => Fate::Processed,
            Branch { open: 1.., .. } => Fate::Open,
            Branch { resting: 1.., .. } => Fate::Dead(self.last_dead),
            _ => Fate::Lost(self.last_lost),
        }
    }

    /// What one of its copies was is over, and something else it is.
    fn turn(&mut self, before: Fate, after: Fate) {
        match before {
            Fate::Open => self.open -= 1,
            Fate::Dead(_) => self.resting -= 1,
            Fate::Processed | Fate::Lost(_) | Fate::PassedOn => {}
        }
        match after {
            Fate::Open => self.open += 1,
            Fate::Dead(cause) => (self.resting, self.last_dead) = (self.resting + 1, cause),
            Fate::Lost(cause) => self.last_lost = cause,
            Fate::Processed => self.is_processed = true,
            Fate::PassedOn => {}
        }
    }
}

impl Family {
    /// Unfinished while a branch is, else lost if one is, else dead if one is, else processed.
    fn fate_of_all(&self) -> Fate {
        let fates = || self.branches.iter().map(Branch::fate);
        let first = |chosen: fn(&Fate) -> bool| fates().find(chosen);
        first(|fate| *fate == Fate::Open)
            .or_else(|| first(|fate| matches!(fate, Fate::Lost(_))))
            .or_else(|| first(|fate| matches!(fate, Fate::Dead(_))))
            .unwrap_or(Fate::Processed)
    }
}

/// All families under way, and which copy belongs to which.
#[derive(Debug, Default)]
pub struct Families {
    /// By track.
    kin: Vec<Kin>,
    families: Vec<Family>,
    free: Vec<u32>,
}

impl Families {
    /// A message is published to so many queues: a copy to each.
    pub fn begin(&mut self, counts: u32, copies: u32, is_awaited: bool) -> u32 {
        let new = Family {
            fate: Fate::Open,
            admission: Admission::Outside,
            counts,
            undecided: copies,
            is_awaited,
            copies: 0,
            is_held: false,
            branches: SmallVec::new(),
            entered: SmallVec::new(),
        };
        match self.free.pop() {
            Some(id) => {
                let family = &mut self.families[id as usize];
                let (mut branches, mut entered) =
                    (std::mem::take(&mut family.branches), std::mem::take(&mut family.entered));
                branches.clear();
                entered.clear();
                *family = Family { branches, entered, ..new };
                id
            }
            None => {
                make_room(&mut self.families);
                self.families.push(new);
                (self.families.len() - 1) as u32
            }
        }
    }

    /// Begins a branch with a published copy.
    pub fn add_branch(&mut self, family: u32, track: u32) {
        let state = &mut self.families[family as usize];
        state.branches.push(Branch { open: 1, ..Branch::NEW });
        state.copies += 1;
        let branch = (state.branches.len() - 1) as u32;
        self.put(track, Kin { family, branch, ..Kin::default() });
    }

    /// Its producer publishes a message once more, which was published to a single queue.
    pub fn add_repeat(&mut self, family: u32, track: u32) {
        let state = &mut self.families[family as usize];
        state.branches[0].open += 1;
        state.copies += 1;
        state.undecided += 1;
        self.put(track, Kin { family, ..Kin::default() });
    }

    /// What is known of a message is kept until it is released, even if nothing of it is in the books any more.
    pub fn hold(&mut self, family: u32) {
        self.families[family as usize].is_held = true;
    }

    pub fn release(&mut self, family: u32) {
        let state = &mut self.families[family as usize];
        state.is_held = false;
        if state.copies == 0 {
            self.free.push(family);
        }
    }

    pub fn get(&self, family: u32) -> &Family {
        &self.families[family as usize]
    }

    /// A copy that has succeeded is passed on as another.
    pub fn add_copy(&mut self, from: u32, to: u32) {
        let parent = self.kin[from as usize];
        let family = &mut self.families[parent.family as usize];
        family.copies += 1;
        family.branches[parent.branch as usize].open += 1;
        let copy = Kin {
            family: parent.family,
            branch: parent.branch,
            is_passed_on: true,
            is_further: parent.is_further || parent.is_repeated,
            service: parent.served,
            ..Kin::default()
        };
        self.put(to, copy);
    }

    fn put(&mut self, track: u32, kin: Kin) {
        let at = track as usize;
        while at >= self.kin.len() {
            make_room(&mut self.kin);
            self.kin.push(Kin::default());
        }
        self.kin[at] = kin;
    }

    pub fn kin(&self, track: u32) -> &Kin {
        &self.kin[track as usize]
    }

    pub fn family(&self, track: u32) -> &Family {
        &self.families[self.kin[track as usize].family as usize]
    }

    /// A copy enters a queue; its draws there are those of this entry of its message.
    pub fn enter(&mut self, track: u32, queue: QueueId) {
        let kin = &mut self.kin[track as usize];
        let entered = &mut self.families[kin.family as usize].entered;
        kin.entry = match entered.iter_mut().find(|(known, _)| *known == queue) {
            Some((_, times)) => {
                *times = times.saturating_add(1);
                *times
            }
            None => {
                entered.push((queue, 1));
                1
            }
        };
    }

    /// Whether a success on this copy is a duplicate.
    pub fn is_duplicate(&self, track: u32) -> bool {
        let kin = &self.kin[track as usize];
        let branch = &self.families[kin.family as usize].branches[kin.branch as usize];
        kin.has_succeeded || kin.is_further || branch.is_processed
    }

    /// An attempt on a copy has succeeded. Returns the work of the successful attempts on its way, this one included.
    pub fn succeed(&mut self, track: u32, work: Span) -> Span {
        let kin = &mut self.kin[track as usize];
        kin.is_repeated = kin.has_succeeded;
        kin.has_succeeded = true;
        kin.served = kin.service + work;
        kin.served
    }

    /// A queue has let a published copy in, or has refused it for good. Returns what the message's admission was and is.
    pub fn decide(&mut self, track: u32, accepted: bool) -> (Admission, Admission) {
        let family = &mut self.families[self.kin[track as usize].family as usize];
        family.undecided -= 1;
        let before = family.admission;
        match before {
            Admission::Outside if accepted => family.admission = Admission::Accepted,
            Admission::Outside if family.undecided == 0 => family.admission = Admission::Refused,
            _ => {}
        }
        (before, family.admission)
    }

    /// A copy's fate turns. Returns the message's fate before and after.
    pub fn turn(&mut self, track: u32, before: Fate, after: Fate) -> (Fate, Fate) {
        let kin = self.kin[track as usize];
        let family = &mut self.families[kin.family as usize];
        family.branches[kin.branch as usize].turn(before, after);
        self.refresh(track)
    }

    /// Brings the message's fate up to date; it has none but while a queue has let a copy in.
    pub fn refresh(&mut self, track: u32) -> (Fate, Fate) {
        let family = &mut self.families[self.kin[track as usize].family as usize];
        let before = family.fate;
        if family.admission == Admission::Accepted && before != Fate::Processed {
            family.fate = family.fate_of_all();
        }
        (before, family.fate)
    }

    /// Whether somebody waits for the end of its message, who is told of it now.
    pub fn take_awaited(&mut self, track: u32) -> bool {
        std::mem::take(&mut self.families[self.kin[track as usize].family as usize].is_awaited)
    }

    /// A copy is in the books no more.
    pub fn leave(&mut self, track: u32) {
        let id = self.kin[track as usize].family;
        let family = &mut self.families[id as usize];
        family.copies -= 1;
        if family.copies == 0 && !family.is_held {
            self.free.push(id);
        }
    }

    /// Those that have a copy in the books.
    pub fn under_way(&self) -> impl Iterator<Item = &Family> {
        self.families.iter().filter(|family| family.copies > 0)
    }
}
