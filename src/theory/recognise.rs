//! Which model a scenario is, or in words why none.

use super::service::{in_words, is_exponential, letter};
use super::stability::ROUNDING;
use crate::broker::{QueueId, WhenFull};
use crate::client::Acknowledge;
use crate::scenario::{Consumers, Producer, Queue, Scenario};
use crate::workload::{Arrivals, Distribution};

/// A scenario that comes down to one queue with Poisson arrivals and consumers that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub queue: String,
    /// The consumers entry that takes from it.
    pub entry: String,
    /// Messages per second.
    pub rate: f64,
    pub service: Distribution,
    pub consumers: u32,
    /// Consumers of the whole scenario: those with nothing to do are idle, but available.
    pub all_consumers: u64,
    pub system: System,
    pub seen: Seen,
}

/// Which formulas apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// M/M/c.
    Markov,
    /// M/M/c/K with so much room beside what is worked on.
    Finite { room: u64 },
    /// M/G/c/c: who finds no free consumer is lost.
    Loss,
    /// M/D/1.
    Constant,
    /// M/G/1.
    General,
    /// At least as much work as the consumers can do, and unlimited room: no steady state.
    Overloaded,
}

/// What the broker's own counts have to do with the model's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Waiting is waiting and in flight is worked on.
    All,
    /// A consumer holds more than it works on, so that only the sum is the model's.
    Backlog,
    /// Messages are acknowledged before they are worked on.
    Nothing,
}

impl Model {
    /// In Kendall's notation.
    pub fn name(&self) -> String {
        let (service, c) = (letter(&self.service), self.consumers);
        match self.system {
            System::Finite { room } => format!("M/{service}/{c}/{}", u128::from(c) + u128::from(room)),
            System::Loss => format!("M/{service}/{c}/{c}"),
            System::Overloaded => format!("M/{service}/{c}, overloaded"),
            System::Markov | System::Constant | System::General => format!("M/{service}/{c}"),
        }
    }

    /// Where its formulas are from.
    pub fn source(&self) -> &'static str {
        match self.system {
            System::Markov if self.consumers == 1 => "Kleinrock 1975, sec. 3.2",
            System::Markov => "Erlang 1917; Kleinrock 1975, sec. 3.5",
            System::Finite { .. } => "birth and death; Kleinrock 1975, sec. 3.6",
            System::Loss => "Erlang 1917; Sevastyanov 1957",
            System::Constant => "Erlang 1909; Pollaczek 1930, Khinchine 1932; Iversen & Staalhagen 1999",
            System::General => "Pollaczek 1930, Khinchine 1932; Takács 1962",
            System::Overloaded => "conservation of work",
        }
    }
}

/// Finds the model, or all the reasons why exact formulas do not apply. The warm-up is not looked at: a model's steady
/// state is what it is, whatever is measured of it.
pub fn recognise(scenario: &Scenario) -> Result<Model, Vec<String>> {
    let active: Vec<&Producer> = scenario.producers.iter().filter(|p| p.arrivals.steady_rate() != Some(0.0)).collect();
    let mut reasons: Vec<String> = active.iter().filter_map(|producer| not_poisson(producer)).collect();
    let tries_again = active.iter().filter(|producer| producer.retries.is_some());
    reasons.extend(tries_again.map(|producer| format!("`{}` tries again what is refused", producer.name)));
    let station = the_queue(scenario, &active).and_then(|id| Ok((scenario.queue(id), the_consumers(scenario, id)?)));
    match station {
        Ok((queue, entry)) => {
            let rate = active.iter().filter_map(|producer| producer.arrivals.steady_rate()).sum();
            reasons.extend(not_plain(queue, entry));
            match system(queue, entry, rate) {
                Ok((system, seen)) if reasons.is_empty() => {
                    return Ok(model(scenario, (queue, entry), rate, system, seen));
                }
                Ok(_) => {}
                Err(reason) => reasons.push(reason),
            }
        }
        Err(reason) => reasons.push(reason),
    }
    Err(reasons)
}

fn model(scenario: &Scenario, (queue, entry): (&Queue, &Consumers), rate: f64, system: System, seen: Seen) -> Model {
    Model {
        queue: queue.name.clone(),
        entry: entry.name.clone(),
        rate,
        service: entry.rules.service.clone(),
        consumers: entry.count,
        all_consumers: scenario.consumers.iter().map(|entry| u64::from(entry.count)).sum(),
        system,
        seen,
    }
}

fn not_poisson(producer: &Producer) -> Option<String> {
    let name = &producer.name;
    match &producer.arrivals {
        Arrivals::Poisson { rate } if rate.is_constant() => None,
        Arrivals::Renewal { gap } if is_exponential(gap) => None,
        Arrivals::Poisson { .. } => Some(format!("the rate of `{name}` changes over time: there is no steady state")),
        Arrivals::Regular { .. } => Some(format!("`{name}` publishes at regular distances, not poisson")),
        Arrivals::Renewal { gap } => {
            Some(format!("the gaps between arrivals of `{name}` are {}, not exponential", in_words(gap)))
        }
        Arrivals::Closed { .. } => {
            Some(format!("the clients of `{name}` wait for their answers: the formulas know arrivals that do not"))
        }
        Arrivals::Trace(_) => Some(format!("`{name}` replays a trace, which is not poisson")),
    }
}

fn the_queue(scenario: &Scenario, active: &[&Producer]) -> Result<QueueId, String> {
    let first = active.first().ok_or("nothing is published")?.publishes_to[0];
    match active.iter().flat_map(|producer| &producer.publishes_to).find(|queue| **queue != first) {
        None => Ok(first),
        Some(other) => {
            let (first, other) = (&scenario.queue(first).name, &scenario.queue(*other).name);
            Err(format!("messages are published to `{first}` and to `{other}`: the formulas know one queue"))
        }
    }
}

fn the_consumers(scenario: &Scenario, id: QueueId) -> Result<&Consumers, String> {
    let queue = &scenario.queue(id).name;
    let mut entries = scenario.consumers_of(id).filter(|entry| entry.count > 0);
    match (entries.next(), entries.next()) {
        (None, _) => Err(format!("nobody takes from `{queue}`")),
        (Some(only), None) => Ok(only),
        (Some(one), Some(other)) => Err(format!(
            "`{}` and `{}` take from `{queue}`: the formulas know consumers that are alike",
            one.name, other.name
        )),
    }
}

/// What no formula here knows, whatever the load.
fn not_plain(queue: &Queue, entry: &Consumers) -> Vec<String> {
    let mut reasons = Vec::new();
    let (queue_name, entry_name) = (&queue.name, &entry.name);
    if !entry.then.is_empty() {
        reasons.push(format!("`{entry_name}` passes messages on to further queues: the formulas know one queue"));
    }
    if entry.rules.fails > 0.0 {
        reasons.push(format!("a share of the attempts of `{entry_name}` fails"));
    }
    if queue.rules.redelivery.ack_timeout.is_some() {
        reasons.push(format!("`{queue_name}` takes messages back after its ack_timeout"));
    }
    if queue.rules.capacity.is_some() && queue.rules.when_full != WhenFull::Refuse {
        let instead = match queue.rules.when_full {
            WhenFull::Block => "blocks its producers",
            WhenFull::DropOldest => "drops its oldest message",
            WhenFull::DeadLetter => "dead-letters newcomers",
            WhenFull::Refuse => "refuses",
        };
        reasons.push(format!("`{queue_name}` {instead} when full: the formulas know queues that refuse"));
    }
    if entry.rules.service.mean_s() == 0.0 {
        reasons.push(format!("the work of `{entry_name}` takes no time"));
    }
    reasons
}

fn system(queue: &Queue, entry: &Consumers, rate: f64) -> Result<(System, Seen), String> {
    let load = rate * entry.rules.service.mean_s() / f64::from(entry.count);
    if queue.rules.capacity.is_none() && load >= 1.0 - ROUNDING {
        return Ok((System::Overloaded, Seen::Backlog));
    }
    let seen = seen(entry)?;
    let system = match room(queue, entry, seen)? {
        None if is_exponential(&entry.rules.service) => System::Markov,
        None if entry.count == 1 => match entry.rules.service {
            Distribution::Constant(_) => System::Constant,
            _ => System::General,
        },
        Some(room) if is_exponential(&entry.rules.service) => System::Finite { room },
        Some(0) => System::Loss,
        room => return Err(no_formula(entry, room)),
    };
    Ok((system, seen))
}

fn no_formula(entry: &Consumers, room: Option<u64>) -> String {
    let (name, count, service) = (&entry.name, entry.count, in_words(&entry.rules.service));
    let letter = letter(&entry.rules.service);
    match room {
        None => {
            format!("service of `{name}` is {service} with {count} consumers: no exact formula for M/{letter}/{count}")
        }
        Some(room) => {
            let k = u128::from(count) + u128::from(room);
            format!("service of `{name}` is {service} and room is limited: no exact formula for M/{letter}/{count}/{k}")
        }
    }
}

/// One consumer takes messages in turn however many it holds; of several, one may hold what another could work on.
fn seen(entry: &Consumers) -> Result<Seen, String> {
    let (name, count) = (&entry.name, entry.count);
    match entry.rules.acknowledge {
        Acknowledge::Before if count > 1 => Err(format!(
            "the {count} consumers `{name}` acknowledge before the work, so one holds a message while another is idle"
        )),
        Acknowledge::Before => Ok(Seen::Nothing),
        Acknowledge::After if entry.prefetch == 1 => Ok(Seen::All),
        Acknowledge::After if count == 1 => Ok(Seen::Backlog),
        Acknowledge::After => Err(format!(
            "the {count} consumers `{name}` hold more than they work on, so one may hold messages while another is idle: \
             the formulas need prefetch 1"
        )),
    }
}

/// Messages that may be there beside those worked on: the queue's capacity and what a single consumer holds. `None` is
/// unlimited.
fn room(queue: &Queue, entry: &Consumers, seen: Seen) -> Result<Option<u64>, String> {
    match queue.rules.capacity {
        None => Ok(None),
        Some(_) if entry.prefetch == u32::MAX => Ok(None),
        Some(_) if seen == Seen::Nothing => Err(format!(
            "`{}` acknowledges before the work, so what `{}` refuses when full depends on when the consumer takes",
            entry.name, queue.name
        )),
        Some(capacity) => Ok(Some(capacity.saturating_add(u64::from(entry.prefetch.saturating_sub(1))))),
    }
}
