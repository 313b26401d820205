//! What one run leaves behind, after it has been held against itself.

use super::ledger::At;
use super::levels::{Levels, Step, Window};
use super::{Counts, CrewRecord, Pilot, QueueState, Recorder, Tally, Times, overlap};
use crate::broker::{Broker, Place, QueueId};
use crate::measure::{CAUSES, Cause};
use crate::result::{ProducerAccount, QueueAccount};
use crate::time::{Span, Time};

/// Everything measured in one run.
#[derive(Clone, Debug)]
pub struct Record {
    pub window: (Time, Time),
    /// When the run ended, drain included.
    pub end: Time,
    pub times: Times,
    /// By producer, where they are wanted and not those of all.
    pub of_producers: Vec<Option<Box<Times>>>,
    pub queues: Vec<QueueRecord>,
    pub crews: Vec<CrewRecord>,
    /// By consumers entry: what its consumers held that the broker had forgotten, where that is counted.
    pub held: Vec<Option<HeldRecord>>,
    /// For each producer: messages planned outside the window, and inside.
    pub counts: Vec<[Counts; 2]>,
    pub processed_in_window: u64,
    pub succeeded_in_window: u64,
    /// How long ago the oldest unfinished message was planned.
    pub oldest_unfinished: Option<Span>,
    pub pilot: Option<Pilot>,
    /// From when a consumer was cut off to when what it held was delivered again.
    pub recovered: Tally,
}

#[derive(Clone, Debug)]
pub struct QueueRecord {
    pub times: Times,
    pub stay: Tally,
    /// None if the run ended before the window began.
    pub window: Option<Window>,
    /// At the end of each step of the series, and of the run: what has been since the beginning.
    pub steps: Vec<Step>,
    /// Length and in flight at the instants asked for.
    pub probes: Vec<(u64, u64)>,
    pub drained: Option<Span>,
    pub account: QueueAccount,
}

/// What consumers held and the broker had forgotten, as a length.
#[derive(Clone, Debug)]
pub struct HeldRecord {
    /// None if the run ended before the window began.
    pub window: Option<Window>,
    /// At the instants asked for.
    pub probes: Vec<u64>,
}

/// The books do not balance, or Little's law does not hold: a mistake in kendall.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

impl Record {
    /// The account of each producer over the whole run.
    pub fn producer_accounts(&self) -> impl Iterator<Item = ProducerAccount> {
        self.counts.iter().map(|[outside, inside]| {
            let mut all = outside.clone();
            all.add(inside);
            producer_account(&all)
        })
    }
}

pub(super) fn producer_account(counts: &Counts) -> ProducerAccount {
    let by_cause = CAUSES.into_iter().zip(counts.lost).filter(|(_, count)| *count > 0);
    ProducerAccount {
        published: counts.published,
        tries: counts.tries,
        not_yet_accepted: counts.not_yet_accepted,
        refused: counts.refused,
        accepted: counts.accepted,
        processed: counts.processed,
        lost: by_cause.collect(),
        dead: Counts::total(&counts.dead),
        unfinished: counts.unfinished,
    }
}

impl Recorder {
    /// Holds the books against the queues themselves: an effect that was not told, or not as it was, shows there.
    ///
    /// # Errors
    /// If a queue holds something else than the books say.
    pub fn agrees_with<P: Clone>(&self, broker: &Broker<P>) -> Result<(), Broken> {
        self.agrees_with_places(broker.places())
    }

    /// The same, of the places of all messages.
    ///
    /// # Errors
    /// As there.
    pub fn agrees_with_places(&self, places: impl Iterator<Item = (QueueId, Place)>) -> Result<(), Broken> {
        let mut there = vec![[0_u64; 4]; self.queues.len()];
        for (queue, place) in places {
            there[queue.index()][place as usize] += 1;
        }
        for (at, (state, there)) in self.queues.iter().zip(there).enumerate() {
            let levels = &state.levels;
            let booked = [levels.length, levels.delayed, levels.in_flight, state.parked];
            if booked != there {
                return Err(Broken(format!(
                    "queue {at} holds {there:?} (waiting, delayed, in flight, parked), the books say {booked:?}"
                )));
            }
        }
        Ok(())
    }

    /// Closes the books at `end`.
    ///
    /// # Errors
    /// If an account does not balance to 0, or Little's law does not hold exactly within the window.
    pub fn finish(mut self, end: Time) -> Result<Record, Broken> {
        for queue in &mut self.queues {
            queue.levels.finish(end);
        }
        for crew in 0..self.crews.len() {
            if self.crew_states[crew].available.is_some() {
                self.available(end, crew, 0);
            }
        }
        let held = self.crew_states.iter_mut().map(|crew| crew.held.take().map(|held| held_record(*held, end)));
        let held = held.collect();
        let oldest_unfinished = self.end_spells(end);
        self.settle();
        let counts = self.ledger.into_counts();
        let queues: Vec<QueueRecord> = self.queues.into_iter().map(QueueState::finish).collect::<Result<_, _>>()?;
        let times = self.journeys.times.unwrap_or_else(|| {
            let mut times = Times::default();
            queues.iter().for_each(|queue| times.merge(&queue.times));
            times
        });
        let record = Record {
            window: (self.window.0, self.window.1.min(end)),
            end,
            times,
            of_producers: self.journeys.of_producers,
            queues,
            crews: self.crews,
            held,
            counts,
            processed_in_window: self.processed_in_window,
            succeeded_in_window: self.succeeded_in_window,
            oldest_unfinished,
            pilot: self.journeys.pilot,
            recovered: self.recovery.times,
        };
        for (place, account) in record.producer_accounts().enumerate() {
            if account.residual() != 0 {
                return Err(Broken(format!("the account of producer {place} does not balance: {account:?}")));
            }
        }
        Ok(record)
    }

    /// Counts what is still under way up to `end`, and says how old the oldest of it is.
    fn end_spells(&mut self, end: Time) -> Option<Span> {
        for track in self.ledger.under_way() {
            let within = u128::from(overlap(track.since, end, self.window));
            let queue = &mut self.queues[usize::from(track.queue)];
            match track.at {
                At::Waiting => queue.waited_in_window += within,
                At::InFlight => queue.in_flight_in_window += within,
                _ => {}
            }
            let in_window = self.window.0 <= track.planned && track.planned < self.window.1;
            if queue.plan.stay_is_wait && in_window && track.at == At::InFlight {
                queue.stay.record(track.since - track.entered);
            }
        }
        let open = self.ledger.unfinished();
        open.map(|track| end.since(track.planned)).max()
    }
}

fn held_record(mut held: Levels, end: Time) -> HeldRecord {
    held.finish(end);
    let probes = held.noted.probes.iter().map(|(length, _)| *length).collect();
    HeldRecord { window: held.noted.window, probes }
}

impl QueueState {
    fn finish(mut self) -> Result<QueueRecord, Broken> {
        let expired = self.dropped.remove(&Cause::Expired).unwrap_or(0);
        let account = QueueAccount {
            entered_published: self.levels.entered - self.entered_dead_lettered - self.entered_passed_on,
            entered_passed_on: self.entered_passed_on,
            entered_dead_lettered: self.entered_dead_lettered,
            waiting: self.levels.length,
            delayed: self.levels.delayed,
            in_flight: self.levels.in_flight,
            acknowledged: self.acknowledged,
            dropped: self.dropped,
            expired,
            dead_lettered: self.dead_lettered,
            parked: self.parked,
        };
        if account.residual() != 0 {
            return Err(Broken(format!("the account of a queue does not balance: {account:?}")));
        }
        if let Some(window) = &self.levels.noted.window {
            let little = (self.waited_in_window, self.in_flight_in_window);
            let areas = (window.length_area, window.in_flight_area);
            if little != areas {
                return Err(Broken(format!("Little's law does not hold: times {little:?}, areas {areas:?}")));
            }
        }
        if self.plan.stay_is_wait {
            self.stay.merge(&self.times.wait);
        }
        let drained = self.levels.drained();
        let noted = self.levels.noted;
        Ok(QueueRecord {
            times: self.times,
            stay: self.stay,
            window: noted.window,
            steps: noted.steps,
            probes: noted.probes,
            drained,
            account,
        })
    }
}
