//! What is away for a while, by plan: the broker, or a queue. Consumers that are away know it from their own
//! [`Fate`](super::fate::Fate).

use std::convert::Infallible;
use std::future::pending;

use tokio::sync::mpsc::UnboundedSender;

use super::fate::Blow;
use super::run::LiveError;
use super::{Clock, Timer};
use crate::adapter::{self, Session};
use crate::scenario::{Loses, Outage, OutageOf, Scenario};
use crate::time::Time;

/// Takes a target's queues away, and brings them back.
#[derive(Default)]
pub struct Outages {
    /// Beginnings and ends, in their order.
    planned: Vec<(Time, Step)>,
    /// To each consumer, if the broker goes away.
    lines: Vec<UnboundedSender<Blow>>,
    /// How many outages of the broker last now.
    brokers_out: u32,
}

struct Step {
    begins: bool,
    of: adapter::Outage,
}

impl Outages {
    pub fn of(scenario: &Scenario) -> Outages {
        let of_queues = scenario.outages.iter().filter(|outage| !matches!(outage.of, OutageOf::Consumers(_)));
        let steps = |outage: &Outage| {
            let (begins, of) = (Time::ZERO + outage.at, at_target(scenario, outage));
            let end = Step { begins: false, of: of.clone() };
            [(begins, Step { begins: true, of }), (begins + outage.lasts, end)]
        };
        let mut planned: Vec<(Time, Step)> = of_queues.flat_map(steps).collect();
        planned.sort_by_key(|(at, _)| *at);
        Outages { planned, ..Outages::default() }
    }

    /// Whether consumers have to be told of outages of the broker.
    pub fn are_told(&self) -> bool {
        self.planned.iter().any(|(_, step)| step.of.disconnects)
    }

    /// Over this line, if there is one, one consumer more is told.
    pub fn add_all(&mut self, line: Option<UnboundedSender<Blow>>) {
        self.lines.extend(line);
    }

    /// Never ends by itself.
    ///
    /// # Errors
    /// If the target or a timer fails.
    pub async fn run<S: Session>(mut self, session: &S, clock: Clock) -> Result<Infallible, LiveError> {
        if !self.planned.is_empty() {
            let mut timer = Timer::new(clock)?;
            for (at, step) in std::mem::take(&mut self.planned) {
                timer.until(at).await?;
                self.carry_out(session, &step)?;
            }
        }
        Ok(pending().await)
    }

    fn carry_out<S: Session>(&mut self, session: &S, step: &Step) -> Result<(), LiveError> {
        match step.begins {
            true => session.begin_outage(&step.of)?,
            false => session.end_outage(&step.of)?,
        }
        if step.of.disconnects {
            self.tell(step.begins);
        }
        Ok(())
    }

    fn tell(&mut self, begins: bool) {
        let blow = if begins {
            self.brokers_out += 1;
            Blow::CutOff
        } else {
            self.brokers_out -= 1;
            Blow::Reconnected
        };
        if begins || self.brokers_out == 0 {
            // A consumer whose task is over hears nothing.
            self.lines.iter().for_each(|line| _ = line.send(blow));
        }
    }
}

fn at_target(scenario: &Scenario, outage: &Outage) -> adapter::Outage {
    let queues = scenario.queues_out(outage.of).collect();
    let (disconnects, loses) = (outage.of == OutageOf::Broker, outage.loses == Loses::Everything);
    adapter::Outage { queues, disconnects, loses }
}
