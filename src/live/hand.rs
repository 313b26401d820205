//! What somebody who watches a live run sees of its clients, and changes by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use tokio::sync::mpsc::UnboundedSender;

use super::books::News;
use super::fate::Blow;
use super::roster::Roster;
use crate::adapter::Session;
use crate::broker::Terms;
use crate::client::{Acknowledge, Crashing};
use crate::result::Doing;
use crate::scenario::{Change, Scenario};
use crate::scene::{Changes, Crew};
use crate::time::{Span, Time};

/// How long a consumer is away that was crashed by hand and does not crash by plan: as in the simulation.
const USUAL_RESTART: Span = Span::from_secs(5);
/// Crashes by hand are numbered from here on, above all that are planned.
const BY_HAND: u64 = 1 << 32;

const DOINGS: [Doing; 5] = [Doing::Idle, Doing::Busy, Doing::Hung, Doing::Crashed, Doing::Away];

/// As a number that a consumer can leave for others to see without waiting for anybody.
pub fn code(doing: Doing) -> u8 {
    DOINGS.iter().position(|known| *known == doing).unwrap_or(0) as u8
}

/// To one consumer.
pub struct Line {
    pub doing: Arc<AtomicU8>,
    pub blows: UnboundedSender<Blow>,
}

/// To the consumers of one entry.
pub struct Lines {
    pub lines: Vec<Line>,
    pub roster: Arc<Roster>,
    pub crashing: Option<Arc<Crashing>>,
}

impl Line {
    fn doing(&self) -> Doing {
        DOINGS[usize::from(self.doing.load(Relaxed)) % DOINGS.len()]
    }

    /// Whoever has ended hears nothing any more.
    fn tell(&self, blow: Blow) {
        let _ = self.blows.send(blow);
    }
}

/// Carries out changes, and tells what consumers do.
pub struct Hand<'a> {
    scenario: &'a Scenario,
    producers: Vec<UnboundedSender<News>>,
    crews: Vec<Lines>,
    told: Vec<(Terms, Acknowledge)>,
    /// The target lets consumers be crashed and told otherwise.
    is_free: bool,
    pub changes: Changes,
    crashes: u64,
}

impl<'a> Hand<'a> {
    pub fn new(
        scenario: &'a Scenario,
        producers: Vec<UnboundedSender<News>>,
        crews: Vec<Lines>,
        session: &impl Session,
    ) -> Hand<'a> {
        let told = scenario.consumers.iter().map(|entry| (entry.terms(), entry.rules.acknowledge)).collect();
        let is_free = session.lets_be_changed();
        Hand { scenario, producers, crews, told, is_free, changes: Changes::of(scenario), crashes: 0 }
    }

    /// Makes a change at `now`.
    ///
    /// # Errors
    /// If that cannot be changed, or not now; in words.
    pub fn alter(&mut self, now: Time, change: &Change) -> Result<(), String> {
        change.check(self.scenario)?;
        if now.since(Time::ZERO) >= self.scenario.run.duration {
            return Err("nothing is published any more, and what is left is worked off as it is".to_owned());
        }
        let is_told = matches!(change, Change::Rate { .. } | Change::Count { .. });
        if !is_told && !self.is_free {
            return Err("this target lets nothing be changed but the rate and the number of consumers".to_owned());
        }
        match *change {
            Change::Rate { producer, factor } => self.tell_producer(producer, News::Rate(factor)),
            Change::Poison { producer } => self.tell_producer(producer, News::SlipIn),
            Change::Count { consumers, count } => self.crews[consumers].roster.change(count),
            Change::Prefetch { consumers, prefetch } => {
                let how = self.told[consumers].1;
                self.tell_all(consumers, prefetch, how);
            }
            Change::Acknowledge { consumers, how } => {
                let prefetch = self.changes.prefetch(consumers);
                self.tell_all(consumers, prefetch, how);
            }
            Change::Crash { consumers, which } => self.crash(consumers, which)?,
        }
        self.changes.note(change);
        Ok(())
    }

    fn tell_producer(&self, producer: usize, news: News) {
        let _ = self.producers[producer].send(news);
    }

    fn tell_all(&mut self, crew: usize, prefetch: u32, how: Acknowledge) {
        let terms = self.scenario.consumers[crew].terms_with(prefetch, how);
        self.told[crew] = (terms, how);
        self.crews[crew].lines.iter().for_each(|line| line.tell(Blow::Told(terms, how)));
    }

    /// Who is at work holds the most, as far as can be seen from here.
    fn crash(&mut self, crew: usize, which: Option<u32>) -> Result<(), String> {
        let lines = &self.crews[crew].lines;
        let is_up = |place: &usize| matches!(lines[*place].doing(), Doing::Idle | Doing::Busy | Doing::Hung);
        let up = (0..lines.len()).filter(is_up);
        let chosen = match which {
            Some(number) => up.into_iter().find(|place| *place == number as usize),
            None => up.into_iter().min_by_key(|place| lines[*place].doing() == Doing::Idle),
        };
        let name = &self.scenario.consumers[crew].name;
        let Some(place) = chosen else { return Err(format!("{name}: nobody is there who could crash")) };
        let nth = BY_HAND + self.crashes;
        self.crashes += 1;
        let restart = self.crews[crew].crashing.as_ref().map_or(USUAL_RESTART, |by| by.down(place as u32, nth));
        self.crews[crew].lines[place].tell(Blow::Struck(restart));
        Ok(())
    }

    /// What the consumers of each entry do.
    pub fn crews(&self) -> Vec<Crew> {
        let crew =
            |lines: &Lines| Crew { doing: lines.lines.iter().map(Line::doing).collect(), count: lines.roster.count() };
        self.crews.iter().map(crew).collect()
    }
}
