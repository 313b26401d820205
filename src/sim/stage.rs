//! A run that is watched: it goes as far as it is told, shows how it stands, and can be changed by hand.

use super::clients::{Clients, NO_DESK, Seat};
use super::listen::{Listener as _, Scribe, Write};
use super::plan;
use super::replication::{Ending, Run};
use crate::broker::{ConsumerId, QueueId};
use crate::metrics::{Broken, History, Plan, Record};
use crate::random::Key;
use crate::result::{Doing, Event, Scene};
use crate::scenario::{Change, Consumers, Scenario};
use crate::scene::{self, Changes, Figures};
use crate::time::{Span, Time};

/// One replication on a stage. Left alone it is that of a simulation, to the last message.
///
/// ```
/// use std::path::Path;
///
/// use kendall::scenario::{Change, read};
/// use kendall::sim::Stage;
/// use kendall::time::{Span, Time};
///
/// let text = "{system: M/M/1, rate: 8/s, service: 100ms}";
/// let scenario = read(None, text, Path::new("."), &[]).unwrap();
/// let mut stage = Stage::new(&scenario, 0);
/// stage.until(Time::ZERO + Span::from_secs(10));
/// stage.alter(&Change::Count { consumers: 0, count: 2 }).unwrap();
/// stage.until(Time::ZERO + Span::from_secs(20));
/// assert_eq!(stage.scene().consumers[0].count, 2);
/// ```
pub struct Stage<'a> {
    run: Run<'a, Scribe<Tape>>,
    at: Time,
    history: History,
    changes: Changes,
    ending: Option<Ending>,
}

/// What happened since that was last asked, and what nobody else counts.
pub struct Tape {
    events: Vec<Event>,
    /// By queue: deliveries, and those that were not the first.
    pub deliveries: Vec<(u64, u64)>,
    is_kept: bool,
}

impl Write for Tape {
    fn write(&mut self, event: &Event) {
        if let ("delivered", Some(queue)) = (event.what, event.queue) {
            let (all, again) = &mut self.deliveries[queue];
            *all += 1;
            *again += u64::from(event.attempt.is_some_and(|attempt| attempt > 1));
        }
        if self.is_kept {
            self.events.push(*event);
        }
    }
}

impl<'a> Stage<'a> {
    /// A replication that stands at its beginning.
    pub fn new(scenario: &'a Scenario, replication: u32) -> Stage<'a> {
        let tape = Tape { events: Vec::new(), deliveries: vec![(0, 0); scenario.queues.len()], is_kept: false };
        let key = Key::of_replication(scenario.run.seed, replication);
        let run = Run::new(scenario, key, &plan(scenario), Scribe::new(tape), Consumers::most);
        Stage {
            run,
            at: Time::ZERO,
            history: History::of(scenario.run.duration),
            changes: Changes::of(scenario),
            ending: None,
        }
    }

    /// Carries out what comes next; what happened to messages then. Of some steps there is nothing to tell.
    pub fn step(&mut self) -> Vec<Event> {
        self.run.listener.write.is_kept = true;
        self.go_on();
        self.run.listener.write.is_kept = false;
        std::mem::take(&mut self.run.listener.write.events)
    }

    /// Carries out all that comes up to an instant, which is then the run's.
    pub fn until(&mut self, at: Time) {
        while self.ending.is_none() && self.run.next_at() <= at {
            self.go_on();
        }
        if self.ending.is_none() && self.run.is_over_at(at) {
            self.go_on();
        } else if self.ending.is_none() {
            self.note_until(at);
            self.at = self.at.max(at);
        }
    }

    /// To its end.
    pub fn to_the_end(&mut self) {
        while self.ending.is_none() {
            self.go_on();
        }
    }

    fn go_on(&mut self) {
        if self.ending.is_some() {
            return;
        }
        let next = self.run.next_at();
        if next != Time::NEVER {
            self.note_until(Time::from_nanos(next.nanos().saturating_sub(1)));
        }
        self.ending = self.run.step();
        self.run.listener.up_to_date(&mut self.run.clients);
        self.at = self.at.max(self.run.clients.now);
        if matches!(self.ending, Some(Ending::Complete)) {
            self.at = self.at.max(self.run.duration);
        }
    }

    /// What the past looked like, up to an instant until which nothing more happens.
    fn note_until(&mut self, at: Time) {
        while self.history.next() <= at {
            let recorder = &self.run.clients.recorder;
            let queues = 0..self.run.scenario.queues.len() as u16;
            let levels = queues.map(|queue| recorder.levels(QueueId(queue))).collect();
            let counts = (0..self.run.scenario.producers.len()).map(|producer| recorder.counts(producer));
            let (published, processed) =
                counts.fold((0, 0), |sums, counts| (sums.0 + counts.published, sums.1 + counts.processed));
            self.history.note(self.history.next(), published, processed, levels);
        }
    }

    /// Changes something at the instant at which the run stands.
    ///
    /// # Errors
    /// If that cannot be changed, or not as the run stands; in words.
    pub fn alter(&mut self, change: &Change) -> Result<(), String> {
        if self.ending.is_some() {
            return Err("the run is over".to_owned());
        }
        change.check(self.run.scenario)?;
        self.run.alter(self.at, change)?;
        self.changes.note(change);
        Ok(())
    }

    pub fn is_over(&self) -> bool {
        self.ending.is_some()
    }

    pub fn is_altered(&self) -> bool {
        self.changes.are_any()
    }

    /// At which instant it stands.
    pub fn at(&self) -> Time {
        self.at
    }

    /// When the next step is, if there is one.
    pub fn next_at(&mut self) -> Option<Time> {
        let next = self.run.next_at();
        (self.ending.is_none() && next != Time::NEVER).then_some(next)
    }

    /// How it stands.
    pub fn scene(&mut self) -> Scene {
        let run = &mut self.run;
        let clients = &mut run.clients;
        let deliveries = &run.listener.write.deliveries;
        let mut figures = Figures::copy(run.scenario, &mut clients.recorder, self.at, deliveries);
        let crews: Vec<scene::Crew> = (0..clients.crews.len()).map(|crew| clients.crew_scene(crew)).collect();
        (0..crews.len()).for_each(|crew| figures.add_work(crew, clients.work_so_far(crew, self.at)));
        let is_overloaded = matches!(self.ending, Some(Ending::Overload(_)));
        let progress = scene::progress(self.at, run.scenario.run.duration, self.ending.is_some(), is_overloaded);
        scene::scene(run.scenario, &figures, &self.changes, crews, progress, self.history.moments())
    }

    /// Closes the books, at its end or where it stands.
    ///
    /// # Errors
    /// If they do not balance.
    pub fn finish(mut self) -> Result<(Record, Ending), Broken> {
        let ending = self.ending.take().unwrap_or(Ending::Interrupted);
        self.run.clients.now = self.run.clients.now.max(self.at);
        Ok((self.run.close_books(&ending)?, ending))
    }
}

/// As replication 0 of the simulation is measured; but a change may keep a message from its work at any time, so that no
/// stay is a wait for sure.
fn plan(scenario: &Scenario) -> Plan {
    let mut plan = plan::measured(scenario, Span::ZERO);
    plan.queues.iter_mut().for_each(|queue| queue.stay_is_wait = false);
    plan
}

impl Clients<'_> {
    /// What the consumers of an entry do.
    fn crew_scene(&self, crew: usize) -> scene::Crew {
        let doing: Vec<Doing> = self.seats_of(crew).map(|(place, seat)| self.doing(crew, place, seat)).collect();
        let count = match self.seats_of(crew).next() {
            Some((_, seat)) if seat.desk == NO_DESK => self.entries[crew].count as usize,
            _ => (0..doing.len()).filter(|place| self.crews[crew].desk(*place).is_wanted()).count(),
        };
        scene::Crew { doing, count: count as u32 }
    }

    /// How long the consumers of an entry have worked on what they work on, all together.
    fn work_so_far(&self, crew: usize, now: Time) -> Span {
        let works = |(place, seat): &(usize, &Seat)| self.doing(crew, *place, seat) == Doing::Busy;
        let so_far = |(_, seat): (usize, &Seat)| self.recorder.within(seat.began, now);
        self.seats_of(crew).filter(works).map(so_far).fold(Span::ZERO, |sum, span| sum + span)
    }

    fn seats_of(&self, crew: usize) -> impl Iterator<Item = (usize, &Seat)> {
        let (first, end) = (self.first_of(crew as u32), self.first_of(crew as u32 + 1));
        self.seats[first as usize..end as usize].iter().enumerate()
    }

    fn doing(&self, crew: usize, place: usize, seat: &Seat) -> Doing {
        if seat.desk == NO_DESK {
            return match seat.worker.is_idle() {
                true if place >= self.entries[crew].count as usize => Doing::Away,
                true => Doing::Idle,
                false if self.entries[crew].then.is_empty() => Doing::Busy,
                false if self.is_passing_on(crew, place) => Doing::Hung,
                false => Doing::Busy,
            };
        }
        let desk = self.crews[crew].desk(place);
        match () {
            () if desk.is_down() => Doing::Crashed,
            () if desk.hangs() || desk.is_outside() => Doing::Hung,
            () if !desk.batch().is_empty() => Doing::Busy,
            () if desk.is_present() || !desk.is_over() => Doing::Idle,
            () => Doing::Away,
        }
    }

    fn is_passing_on(&self, crew: usize, place: usize) -> bool {
        let consumer = ConsumerId(self.first_of(crew as u32) + place as u32);
        self.waiting.values().any(|passing| passing.consumer == consumer)
    }
}
