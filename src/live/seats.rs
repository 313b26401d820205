//! Every consumer of a run has a task of its own, and what that needs.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use super::books::Books;
use super::consumer::{self, Consuming, Passes};
use super::fate::{Blow, Fate};
use super::outages::Outages;
use super::roster::{Place, Roster};
use super::run::{Late, LiveError, Order, Phase, Tasks};
use super::{Clock, Hands, Plan, Timer};
use crate::adapter::{Consumer as _, Session};
use crate::client::{Carried, Crashing};
use crate::scenario::Consumers;
use crate::time::Time;

/// What all consumers have in common.
pub struct Seats<'a, S> {
    pub order: &'a Order,
    pub session: &'a S,
    pub books: &'a Arc<Books>,
    pub clock: Clock,
    pub phases: &'a watch::Receiver<Phase>,
    /// By producer.
    pub carried: Arc<Vec<Carried>>,
}

impl<S: Session> Seats<'_, S> {
    /// # Errors
    /// If the target has no place for so many, or the system no timer.
    pub async fn fill(&self, outages: &mut Outages, tasks: &mut Tasks) -> Result<(), LiveError> {
        for (at, entry) in self.order.scenario.consumers.iter().enumerate() {
            let mut roster = entry.shifts.clone().map(Roster::new);
            let crashing = self.plan().crashing(at).map(Arc::new);
            self.count_time(at, entry);
            for number in 0..entry.count {
                let place = roster.as_mut().map(Roster::add);
                let fate = self.fate(at, crashing.clone().map(|crashing| (crashing, number)), outages.line())?;
                let consuming = self.consuming(at, entry, place, fate).await?;
                let phases = self.phases.clone();
                tasks.late.spawn(async move { consumer::run(consuming, phases).await.map(Late::Ended) });
            }
            if let Some(roster) = roster {
                let (timer, phases) = (Timer::new(self.clock)?, self.phases.clone());
                let run = async move { roster.run(timer, phases).await.map(|()| Late::Never).map_err(LiveError::from) };
                tasks.late.spawn(run);
            }
        }
        Ok(())
    }

    fn plan(&self) -> Plan<'_> {
        Plan::of(&self.order.scenario, self.order.replication)
    }

    /// Whether the consumers of an entry are not there all the time.
    fn is_counted(&self, at: usize, entry: &Consumers) -> bool {
        entry.shifts.is_some() || entry.rules.faults.crashes.is_some() || self.order.scenario.cuts_off(at)
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
        let needs_timer = Fate::is_planned(&self.order.scenario, at);
        let timer = needs_timer.then(|| Timer::new(self.clock)).transpose()?;
        Ok(Fate::new(&self.order.scenario, at, timer, crashing, line))
    }

    async fn consuming(
        &self,
        at: usize,
        entry: &Consumers,
        place: Option<(Place, bool)>,
        fate: Fate,
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
            books: Arc::clone(self.books),
            hands: Hands::new(Timer::new(self.clock)?, entry.works_by),
        })
    }

    async fn onward(&self, at: usize) -> Result<Option<Passes<S::Publisher>>, LiveError> {
        let Some(ways) = self.plan().onward(at) else { return Ok(None) };
        Ok(Some(Passes { ways, publisher: self.session.publisher().await?, carried: Arc::clone(&self.carried) }))
    }
}
