//! Every consumer of a run has a task of its own, and what that needs.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;

use super::books::Books;
use super::consumer::{self, Consuming, Passes};
use super::fate::{Blow, Fate};
use super::hand::{Line, Lines};
use super::outages::Outages;
use super::roster::{Place, Roster};
use super::run::{Late, LiveError, Order, Phase, Tasks};
use super::{Clock, Hands, Plan, Timer};
use crate::adapter::{Consumer as _, Session};
use crate::client::{Carried, Crashing};
use crate::scenario::Consumers;
use crate::time::{Span, Time};
use crate::workload::CountProfile;

/// How many seats the consumers of an entry have: while somebody watches, some are spare.
pub fn seats(entry: &Consumers, is_watched: bool) -> u32 {
    if is_watched { entry.most() } else { entry.count }
}

/// What all consumers have in common.
pub struct Seats<'a, S> {
    pub order: &'a Order,
    pub session: &'a S,
    pub books: &'a Arc<Books>,
    pub clock: Clock,
    pub phases: &'a watch::Receiver<Phase>,
    /// By producer.
    pub carried: Arc<Vec<Carried>>,
    /// Somebody watches, and may change something by hand.
    pub is_watched: bool,
}

impl<S: Session> Seats<'_, S> {
    /// Returns how the consumers of each entry are reached, if they are watched.
    ///
    /// # Errors
    /// If the target has no place for so many, or the system no timer.
    pub async fn fill(&self, outages: &mut Outages, tasks: &mut Tasks) -> Result<Vec<Lines>, LiveError> {
        let mut all = Vec::new();
        for (at, entry) in self.order.scenario.consumers.iter().enumerate() {
            let mut roster = self.roster(entry);
            let crashing = self.plan().crashing(at).map(Arc::new);
            self.count_time(at, entry);
            let mut lines = Vec::new();
            for number in 0..seats(entry, self.is_watched) {
                let place = roster.as_mut().map(Roster::add);
                let line = (self.is_watched || outages.are_told()).then(unbounded_channel);
                let (sender, receiver) = line.unzip();
                outages.add_all(sender.clone());
                let fate = self.fate(at, crashing.clone().map(|crashing| (crashing, number)), receiver)?;
                let doing = self.is_watched.then(Arc::default);
                lines.extend(sender.zip(doing.clone()).map(|(blows, doing)| Line { doing, blows }));
                let consuming = self.consuming(at, entry, place, fate, doing).await?;
                let phases = self.phases.clone();
                tasks.late.spawn(async move { consumer::run(consuming, phases).await.map(Late::Ended) });
            }
            let Some(roster) = roster.map(Arc::new) else { continue };
            self.run_roster(Arc::clone(&roster), tasks)?;
            all.push(Lines { lines, roster, crashing });
        }
        Ok(all)
    }

    /// Of consumers who come and go, by plan or by hand.
    fn roster(&self, entry: &Consumers) -> Option<Roster> {
        let as_many_as_ever = || CountProfile::new(vec![(Span::ZERO, entry.count)], None);
        let profile = entry.shifts.clone().or_else(|| self.is_watched.then(as_many_as_ever));
        profile.map(Roster::new)
    }

    fn run_roster(&self, roster: Arc<Roster>, tasks: &mut Tasks) -> Result<(), LiveError> {
        let (timer, phases) = (Timer::new(self.clock)?, self.phases.clone());
        tasks.late.spawn(async move { Ok(roster.run(timer, phases).await.map(|()| Late::Never)?) });
        Ok(())
    }

    fn plan(&self) -> Plan<'_> {
        Plan::of(&self.order.scenario, self.order.replication)
    }

    /// Whether the consumers of an entry are not there all the time.
    fn is_counted(&self, at: usize, entry: &Consumers) -> bool {
        let by_plan = entry.shifts.is_some() || entry.rules.faults.crashes.is_some();
        self.is_watched || by_plan || self.order.scenario.cuts_off(at)
    }

    fn count_time(&self, at: usize, entry: &Consumers) {
        if self.is_counted(at, entry) {
            let there = entry.shifts.as_ref().map_or(entry.count, |shifts| shifts.first());
            self.books.available(Time::ZERO, at, i64::from(there));
        }
    }

    fn fate(
        &self,
        at: usize,
        crashing: Option<(Arc<Crashing>, u32)>,
        line: Option<UnboundedReceiver<Blow>>,
    ) -> Result<Fate, LiveError> {
        let needs_timer = self.is_watched || Fate::is_planned(&self.order.scenario, at);
        let timer = needs_timer.then(|| Timer::new(self.clock)).transpose()?;
        Ok(Fate::new(&self.order.scenario, at, timer, crashing, line))
    }

    async fn consuming(
        &self,
        at: usize,
        entry: &Consumers,
        place: Option<(Place, bool)>,
        fate: Fate,
        doing: Option<Arc<AtomicU8>>,
    ) -> Result<Consuming<S::Consumer, S::Publisher>, LiveError> {
        let (place, is_present) = place.map_or((None, true), |(place, is_present)| (Some(place), is_present));
        let mut inbox = self.session.consumer(&entry.takes_from, entry.terms()).await?;
        if !is_present {
            // Before anything is published: its task may begin later than that.
            inbox.cancel();
        }
        Ok(Consuming {
            inbox,
            crew: self.plan().crew(at).with_desks(1),
            entry: at,
            acknowledge: entry.rules.acknowledge,
            up_to: entry.rules.takes.map_or(1, |takes| takes.up_to as usize),
            onward: self.onward(at).await?,
            place,
            is_present,
            is_counted: self.is_counted(at, entry),
            fate,
            doing,
            books: Arc::clone(self.books),
            hands: Hands::new(Timer::new(self.clock)?, entry.works_by),
        })
    }

    async fn onward(&self, at: usize) -> Result<Option<Passes<S::Publisher>>, LiveError> {
        let Some(ways) = self.plan().onward(at) else { return Ok(None) };
        Ok(Some(Passes { ways, publisher: self.session.publisher().await?, carried: Arc::clone(&self.carried) }))
    }
}
