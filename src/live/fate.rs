//! What befalls one consumer, and when: its own crashes, the outages that hit it, and what it cannot keep for ever.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::first::{First, first_of};
use super::{Timer, TimerError};
use crate::broker::{DeliveryId, QueueId, Terms};
use crate::client::{Acknowledge, Crashing};
use crate::scenario::{Consumers, OutageOf, Scenario};
use crate::time::{Span, Time};

/// What befalls a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// It has crashed, or an outage has hit it.
    Down,
    /// That is over.
    Up,
    /// The broker is away, and with it the connection.
    CutOff,
    /// The broker is back.
    Reconnected,
    /// The queue has taken back by now what the broker has not heard the answer for.
    LetsGo(DeliveryId),
    /// Somebody crashes it by hand, for so long.
    Struck(Span),
    /// Somebody tells it by hand to take on other terms, and to acknowledge so.
    Told(Terms, Acknowledge),
}

/// What is planned for a consumer.
#[derive(Clone, Copy, Debug)]
enum Planned {
    /// For the so-manyth time.
    Crash(u64),
    Restart(u64),
    Blow(Blow),
}

/// Of one consumer.
#[derive(Default)]
pub struct Fate {
    /// None if nothing is ever planned.
    timer: Option<Timer>,
    /// By instant, and in order of entry.
    planned: BTreeMap<(Time, u64), Planned>,
    entered: u64,
    /// By the consumer's number in its entry.
    crashing: Option<(Arc<Crashing>, u32)>,
    /// Tells of the broker's outages, if there are some, and of what is changed by hand.
    line: Option<UnboundedReceiver<Blow>>,
    /// Where the queue takes back what is not answered in time.
    timeouts: Vec<(QueueId, Span)>,
}

impl Fate {
    /// Whether something befalls the consumers of an entry by the clock.
    pub fn is_planned(scenario: &Scenario, entry: usize) -> bool {
        let faults = &scenario.consumers[entry].rules.faults;
        let is_let_go = faults.acks_lost > 0.0 && !timeouts(scenario, &scenario.consumers[entry]).is_empty();
        let is_hit = scenario.outages.iter().any(|outage| outage.of == OutageOf::Consumers(entry));
        faults.crashes.is_some() || is_let_go || is_hit
    }

    /// That of a consumer of an entry, to whom nothing happens without a timer.
    pub fn new(
        scenario: &Scenario,
        entry: usize,
        timer: Option<Timer>,
        crashing: Option<(Arc<Crashing>, u32)>,
        line: Option<UnboundedReceiver<Blow>>,
    ) -> Fate {
        let timeouts = timeouts(scenario, &scenario.consumers[entry]);
        let mut fate = Fate { timer, crashing, line, timeouts, ..Fate::default() };
        for outage in scenario.outages.iter().filter(|outage| outage.of == OutageOf::Consumers(entry)) {
            let begins = Time::ZERO + outage.at;
            fate.plan(begins, Planned::Blow(Blow::Down));
            fate.plan(begins + outage.lasts, Planned::Blow(Blow::Up));
        }
        fate.plan_crash(Time::ZERO, 0);
        fate
    }

    fn plan(&mut self, at: Time, what: Planned) {
        if at != Time::NEVER {
            self.planned.insert((at, self.entered), what);
            self.entered += 1;
        }
    }

    fn plan_crash(&mut self, from: Time, nth: u64) {
        if let Some((crashing, place)) = &self.crashing {
            self.plan(from + crashing.up(*place, nth), Planned::Crash(nth));
        }
    }

    fn plan_restart(&mut self, from: Time, nth: u64) {
        if let Some((crashing, place)) = &self.crashing {
            self.plan(from + crashing.down(*place, nth), Planned::Restart(nth));
        }
    }

    /// It has crashed by hand, and is back then.
    pub fn is_back_at(&mut self, at: Time) {
        self.plan(at, Planned::Blow(Blow::Up));
    }

    /// The consumer's answer for what it was delivered at that instant is not heard: it has it until its queue takes it
    /// back, if it does.
    pub fn is_unheard(&mut self, queue: QueueId, delivered: Time, delivery: DeliveryId) {
        if let Some((_, timeout)) = self.timeouts.iter().find(|(known, _)| *known == queue) {
            self.plan(delivered + *timeout, Planned::Blow(Blow::LetsGo(delivery)));
        }
    }

    /// What comes next, with its planned instant, as soon as it does. Cancel safe.
    ///
    /// # Errors
    /// If the timer fails.
    pub async fn next(&mut self) -> Result<(Time, Blow), TimerError> {
        let Fate { timer, planned, line, .. } = self;
        let first = planned.first_key_value().map(|(key, what)| (*key, *what));
        let (key, what) = match first_of(heard(line), due(timer, first)).await {
            First::A(blow) => return Ok((Time::ZERO, blow)),
            First::B(planned) => planned?,
        };
        self.planned.remove(&key);
        Ok((key.0, self.befalls(key.0, what)))
    }

    fn befalls(&mut self, at: Time, what: Planned) -> Blow {
        match what {
            Planned::Blow(blow) => blow,
            Planned::Crash(nth) => {
                self.plan_restart(at, nth);
                Blow::Down
            }
            Planned::Restart(nth) => {
                self.plan_crash(at, nth + 1);
                Blow::Up
            }
        }
    }
}

fn timeouts(scenario: &Scenario, entry: &Consumers) -> Vec<(QueueId, Span)> {
    let timeout = |id: &QueueId| Some((*id, scenario.queue(*id).rules.redelivery.ack_timeout?));
    entry.takes_from.iter().filter_map(timeout).collect()
}

async fn heard(line: &mut Option<UnboundedReceiver<Blow>>) -> Blow {
    let Some(line) = line else { return pending().await };
    match line.recv().await {
        Some(blow) => blow,
        // Nobody is left to tell anything.
        None => pending().await,
    }
}

type Due = ((Time, u64), Planned);

async fn due(timer: &mut Option<Timer>, first: Option<Due>) -> Result<Due, TimerError> {
    let (Some(timer), Some(first)) = (timer, first) else { return pending().await };
    let ((at, _), _) = first;
    timer.until(at).await?;
    Ok(first)
}
