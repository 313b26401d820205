//! What somebody who watches a run may change while it runs.

use super::{Consumers, Producer, Scenario};
use crate::client::Acknowledge;

/// A change, by the places of things in the scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// From now on its planned rate is so many times what the scenario says.
    Rate { producer: usize, factor: f64 },
    /// How many consumers there are.
    Count { consumers: usize, count: u32 },
    /// `u32::MAX` is unlimited.
    Prefetch { consumers: usize, prefetch: u32 },
    /// Each consumer finishes first what it works on.
    Acknowledge { consumers: usize, how: Acknowledge },
    /// One of them, counted from 0, crashes now; `None` is whoever holds the most.
    Crash { consumers: usize, which: Option<u32> },
    /// A message is published that always fails.
    Poison { producer: usize },
}

/// The least and the most that a rate may be changed to, as a share of what the scenario says.
pub const FACTORS: (f64, f64) = (0.01, 100.0);

impl Change {
    /// Why a run of that scenario cannot be changed so, if it cannot.
    ///
    /// # Errors
    /// In words, and with what can be done instead.
    pub fn check(&self, scenario: &Scenario) -> Result<(), String> {
        match *self {
            Change::Rate { producer, factor } => check_rate(named(&scenario.producers, producer)?, factor),
            Change::Count { consumers, count } => check_count(named(&scenario.consumers, consumers)?, count),
            Change::Prefetch { consumers, prefetch } => {
                let entry = named(&scenario.consumers, consumers)?;
                check_together(entry, entry.rules.acknowledge, prefetch)
            }
            Change::Acknowledge { consumers, how } => check_acknowledge(named(&scenario.consumers, consumers)?, how),
            Change::Crash { consumers, .. } => named(&scenario.consumers, consumers).map(drop),
            Change::Poison { producer } => named(&scenario.producers, producer).map(drop),
        }
    }
}

fn named<T>(all: &[T], place: usize) -> Result<&T, String> {
    all.get(place).ok_or_else(|| format!("there is no number {place}, counted from 0"))
}

fn check_rate(producer: &Producer, factor: f64) -> Result<(), String> {
    let name = &producer.name;
    if producer.arrivals.is_closed() {
        return Err(format!("{name}: clients that wait for their messages have no rate; change the consumers instead"));
    }
    let (least, most) = FACTORS;
    if !(least..=most).contains(&factor) {
        return Err(format!("{name}: a rate can be changed to between {least} and {most} times what is planned"));
    }
    Ok(())
}

fn check_count(entry: &Consumers, count: u32) -> Result<(), String> {
    let most = entry.most();
    if count > most {
        return Err(format!("{}: there are seats for {most}; say `count: {count}` in the scenario", entry.name));
    }
    Ok(())
}

fn check_acknowledge(entry: &Consumers, how: Acknowledge) -> Result<(), String> {
    let name = &entry.name;
    if entry.rules.faults.network.is_some() {
        return Err(format!("{name}: what is under way to them was sent for another way to acknowledge"));
    }
    if how == Acknowledge::OnDelivery && entry.rules.faults.acks_lost > 0.0 {
        return Err(format!("{name}: nothing is acknowledged on delivery that could be lost (acks_lost)"));
    }
    check_together(entry, how, entry.prefetch)
}

/// Who waits for several before it works or answers must be allowed to hold as many.
fn check_together(entry: &Consumers, how: Acknowledge, prefetch: u32) -> Result<(), String> {
    let every = if let Acknowledge::Every(every) = how { every } else { 1 };
    let least = every.max(entry.rules.takes.map_or(1, |takes| takes.up_to));
    if prefetch < least {
        return Err(format!("{}: they hold up to {least} at once, so the prefetch cannot be less", entry.name));
    }
    Ok(())
}
