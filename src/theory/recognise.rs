//! Which model a scenario is, or in words why none.

use super::feedback::Feedback;
use super::phase;
use super::service::{in_words, is_exponential, letter};
use super::stability::ROUNDING;
use crate::broker::{Active, Order, OrderedBy, QueueId, ReturnsTo, WhenFull};
use crate::client::{Acknowledge, OnFailure, OnRetry};
use crate::scenario::{Consumers, Producer, Queue, Scenario};
use crate::time::Span;
use crate::workload::{Arrivals, Distribution};

/// A scenario that comes down to one queue whose arrivals do not change, and consumers that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub queue: String,
    /// The consumers entry that takes from it.
    pub entry: String,
    /// Messages per second.
    pub rate: f64,
    pub gaps: Gaps,
    pub service: Distribution,
    pub consumers: u32,
    /// Consumers of the whole scenario: those with nothing to do are idle, but available.
    pub all_consumers: u64,
    /// Failures, where there are any.
    pub feedback: Option<Feedback>,
    pub system: System,
    pub seen: Seen,
}

/// What lies between arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Gaps {
    Poisson,
    /// Independent gaps of this distribution.
    Renewal(Distribution),
    /// Several producers, not all of them Poisson; the squared coefficient of variation that stands for them.
    Several {
        scv: f64,
    },
}

impl Gaps {
    /// Its letter in Kendall's notation.
    pub fn letter(&self) -> String {
        match self {
            Gaps::Poisson => "M".to_owned(),
            Gaps::Renewal(gap) => letter(gap),
            Gaps::Several { .. } => "G".to_owned(),
        }
    }

    /// The squared coefficient of variation.
    pub fn scv(&self) -> f64 {
        match self {
            Gaps::Poisson => 1.0,
            Gaps::Renewal(gap) => gap.scv(),
            Gaps::Several { scv } => *scv,
        }
    }
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
    /// M/D/c.
    Crowd,
    /// M/PH/1: Erlang and hyperexponential service.
    Phases,
    /// M/G/1.
    General,
    /// GI/M/c.
    Renewal,
    /// M/M/c whose failed messages return.
    Feedback,
    /// GI/G/c, for which there is no exact formula here.
    Approximate,
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
        let (gaps, service, c) = (self.gaps.letter(), letter(&self.service), self.consumers);
        match self.system {
            System::Finite { room } => format!("M/{service}/{c}/{}", u128::from(c) + u128::from(room)),
            System::Loss => format!("M/{service}/{c}/{c}"),
            System::Overloaded => format!("{gaps}/{service}/{c}, overloaded"),
            System::Feedback => format!("M/M/{c} with feedback"),
            System::Approximate => format!("{gaps}/{service}/{c}, approximately"),
            _ => format!("{gaps}/{service}/{c}"),
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
            System::Crowd => "Crommelin 1932; Spitzer 1956; Franx 2001",
            System::Phases => "Pollaczek 1930, Khinchine 1932; Takács 1962; Neuts 1981, theorem 5.1.3",
            System::General => "Pollaczek 1930, Khinchine 1932; Takács 1962",
            System::Renewal => "Kendall 1953; Takács 1962; Gross & Harris 1998, sec. 5.3",
            System::Feedback => "Jackson 1957; Baskett, Chandy, Muntz & Palacios 1975",
            System::Approximate if self.consumers == 1 => "an approximation: Kingman 1961",
            System::Approximate => "an approximation: Allen & Cunneen (Allen 1990, sec. 5.4)",
            System::Overloaded => "conservation of work",
        }
    }

    /// Whether its waits are exact.
    pub fn is_exact(&self) -> bool {
        self.system != System::Approximate
    }

    /// Attempts that a message takes on average.
    pub fn attempts(&self) -> f64 {
        self.feedback.map_or(1.0, |feedback| 1.0 / (1.0 - feedback.fails))
    }
}

/// Finds the model, or all the reasons why no formula applies. The warm-up is not looked at: a model's steady state is
/// what it is, whatever is measured of it.
pub fn recognise(scenario: &Scenario) -> Result<Model, Vec<String>> {
    let active: Vec<&Producer> = scenario.producers.iter().filter(|p| p.arrivals.steady_rate() != Some(0.0)).collect();
    let mut reasons: Vec<String> = active.iter().filter_map(|producer| not_steady(producer)).collect();
    let tries_again = active.iter().filter(|producer| producer.retries.is_some());
    reasons.extend(tries_again.map(|producer| format!("`{}` tries again what is refused", producer.name)));
    let station = the_queue(scenario, &active).and_then(|id| Ok((scenario.queue(id), the_consumers(scenario, id)?)));
    match station {
        Ok((queue, entry)) => {
            reasons.extend(not_plain(queue, entry));
            if scenario.messages_expire() {
                reasons.push("messages expire after a ttl of their own".to_owned());
            }
            match model(scenario, &active, queue, entry) {
                Ok(model) if reasons.is_empty() => return Ok(model),
                Ok(_) => {}
                Err(reason) => reasons.push(reason),
            }
        }
        Err(reason) => reasons.push(reason),
    }
    Err(reasons)
}

fn model(scenario: &Scenario, active: &[&Producer], queue: &Queue, entry: &Consumers) -> Result<Model, String> {
    let mut model = Model {
        queue: queue.name.clone(),
        entry: entry.name.clone(),
        rate: active.iter().filter_map(|producer| producer.arrivals.steady_rate()).sum(),
        gaps: gaps(active),
        service: entry.rules.service.clone(),
        consumers: entry.count,
        all_consumers: scenario.consumers.iter().map(|entry| u64::from(entry.count)).sum(),
        feedback: feedback(queue, entry)?,
        system: System::Overloaded,
        seen: Seen::Backlog,
    };
    let load = model.rate * model.service.mean_s() * model.attempts() / f64::from(entry.count);
    if queue.rules.capacity.is_some() || load < 1.0 - ROUNDING {
        model.seen = seen(entry)?;
        model.system = system(&model, room(queue, entry, model.seen)?)?;
    }
    Ok(model)
}

fn not_steady(producer: &Producer) -> Option<String> {
    let name = &producer.name;
    match &producer.arrivals {
        Arrivals::Closed { .. } => {
            Some(format!("the clients of `{name}` wait for their answers: the formulas know arrivals that do not"))
        }
        Arrivals::Bursts(_) => Some(format!("`{name}` publishes in bursts (mmpp), not poisson")),
        Arrivals::Shaped(shaped) if shaped.is_planned() => {
            Some(format!("the arrivals of `{name}` begin or end by plan: there is no steady state"))
        }
        Arrivals::Shaped(_) => Some(format!("`{name}` publishes in batches: the formulas know single arrivals")),
        arrivals if arrivals.steady_rate().is_some() => None,
        Arrivals::Trace(_) => Some(format!("`{name}` replays a trace, which is not poisson")),
        _ => Some(format!("the rate of `{name}` changes over time: there is no steady state")),
    }
}

/// Poisson streams together are one; of others together only the variation is known, roughly: the average, weighted by
/// rate (the asymptotic method; Whitt 1982).
fn gaps(active: &[&Producer]) -> Gaps {
    let all: Vec<Gaps> = active.iter().map(|producer| of_one(&producer.arrivals)).collect();
    match all.as_slice() {
        [only] => only.clone(),
        all if all.iter().all(|gaps| *gaps == Gaps::Poisson) => Gaps::Poisson,
        all => {
            let rates = || active.iter().map(|producer| producer.arrivals.steady_rate().unwrap_or(0.0));
            let sum: f64 = all.iter().zip(rates()).map(|(gaps, rate)| gaps.scv() * rate).sum();
            Gaps::Several { scv: sum / rates().sum::<f64>() }
        }
    }
}

fn of_one(arrivals: &Arrivals) -> Gaps {
    match arrivals {
        Arrivals::Regular { rate } => Gaps::Renewal(Distribution::Constant(Span::from_seconds(1.0 / rate.first()))),
        Arrivals::Renewal { gap } if !is_exponential(gap) => Gaps::Renewal(gap.clone()),
        _ => Gaps::Poisson,
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
    if entry.takes_from.len() > 1 {
        reasons.push(format!("`{entry_name}` takes from several queues: the formulas know one queue"));
    }
    if entry.rules.takes.is_some_and(|takes| takes.up_to > 1) {
        reasons.push(format!("`{entry_name}` works on several messages at once: the formulas know one at a time"));
    }
    if entry.shifts.is_some() {
        reasons.push(format!("the number of `{entry_name}` changes over time: there is no steady state"));
    }
    if queue.rules.redelivery.ack_timeout.is_some() {
        reasons.push(format!("`{queue_name}` takes messages back after its ack_timeout"));
    }
    match queue.rules.order {
        Order::Fifo => {}
        Order::Lifo => reasons.push(format!("`{queue_name}` gives out the youngest first: the formulas need fifo")),
        Order::Priority { .. } => reasons.push(format!("`{queue_name}` goes by priority: the formulas need fifo")),
    }
    if queue.rules.ordered_by == OrderedBy::Key {
        reasons.push(format!("`{queue_name}` hands out one message of a key at a time"));
    }
    if queue.rules.active == Active::Single && entry.count > 1 {
        reasons.push(format!("`{queue_name}` gives messages to one of its {} consumers at a time", entry.count));
    }
    if queue.rules.ttl.is_some() {
        reasons.push(format!("messages in `{queue_name}` expire after its ttl"));
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

/// What failures do, where it is known.
fn feedback(queue: &Queue, entry: &Consumers) -> Result<Option<Feedback>, String> {
    let (name, rules, redelivery) = (&entry.name, &entry.rules, &queue.rules.redelivery);
    if rules.fails == 0.0 {
        return Ok(None);
    }
    let fails = format!("a share of the attempts of `{name}` fails");
    let known = rules.fails < 1.0 && queue.rules.capacity.is_none() && redelivery.limit.is_none();
    if rules.on_failure != OnFailure::Requeue || rules.acknowledge != Acknowledge::After || !known {
        return Err(format!("{fails}: the formulas know failures that return without a limit to an unlimited queue"));
    }
    if rules.on_retry == OnRetry::Same || !is_exponential(&rules.service) {
        return Err(format!("{fails}: the formulas need exponential service and `on_retry: fresh`"));
    }
    let Some(delay) = redelivery.delay.constant_span() else {
        return Err(format!("{fails} and returns after a delay that varies: the formulas know constant ones"));
    };
    let delay_s = delay.seconds();
    let at_front = delay_s == 0.0 && redelivery.returns_to != ReturnsTo::Tail && entry.prefetch == 1;
    Ok(Some(Feedback { fails: rules.fails, delay_s, at_front }))
}

fn system(model: &Model, room: Option<u64>) -> Result<System, String> {
    let (exponential, poisson) = (is_exponential(&model.service), model.gaps == Gaps::Poisson);
    let constant = matches!(model.service, Distribution::Constant(_));
    match room {
        _ if model.feedback.is_some() && poisson => Ok(System::Feedback),
        _ if model.feedback.is_some() => {
            Err(format!("arrivals at `{}` are not poisson and a share fails", model.queue))
        }
        None if poisson && exponential => Ok(System::Markov),
        None if poisson && constant => Ok(if model.consumers == 1 { System::Constant } else { System::Crowd }),
        None if poisson && model.consumers == 1 && phase::is_known(&model.service) => Ok(System::Phases),
        None if poisson && model.consumers == 1 => Ok(System::General),
        None if exponential && matches!(model.gaps, Gaps::Renewal(_)) => Ok(System::Renewal),
        None => Ok(System::Approximate),
        Some(room) if poisson && exponential => Ok(System::Finite { room }),
        Some(0) if poisson => Ok(System::Loss),
        Some(room) => Err(no_formula(model, room)),
    }
}

fn no_formula(model: &Model, room: u64) -> String {
    let (gaps, service, c) = (model.gaps.letter(), letter(&model.service), model.consumers);
    let k = u128::from(c) + u128::from(room);
    let cause = match &model.gaps {
        Gaps::Poisson => format!("service of `{}` is {}", model.entry, in_words(&model.service)),
        Gaps::Renewal(gap) => format!("the gaps between arrivals are {}", in_words(gap)),
        Gaps::Several { .. } => "several producers publish, not all of them poisson,".to_owned(),
    };
    format!("{cause} and room is limited: no formula for {gaps}/{service}/{c}/{k}")
}

/// One consumer takes messages in turn however many it holds; of several, one may hold what another could work on.
fn seen(entry: &Consumers) -> Result<Seen, String> {
    let (name, count) = (&entry.name, entry.count);
    match entry.rules.acknowledge {
        Acknowledge::Before if count > 1 => Err(format!(
            "the {count} consumers `{name}` acknowledge before the work, so one holds a message while another is idle"
        )),
        Acknowledge::OnDelivery if count > 1 => Err(format!(
            "the {count} consumers `{name}` are handed everything at once, so one holds messages while another is idle"
        )),
        Acknowledge::Before | Acknowledge::OnDelivery => Ok(Seen::Nothing),
        Acknowledge::Every(_) => {
            Err(format!("`{name}` acknowledges several messages at once: the formulas know `acknowledge: after`"))
        }
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
