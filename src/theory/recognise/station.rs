//! One queue and the consumers entry that takes from it: what is in the way of every formula, and what the broker sees.

use crate::broker::{Active, OrderedBy, QueueId, ReturnsTo, WhenFull};
use crate::client::{Acknowledge, Faults, OnFailure, OnRetry};
use crate::scenario::{Consumers, Producer, Queue, Scenario};
use crate::theory::feedback::Feedback;
use crate::theory::model::Seen;
use crate::theory::service::is_exponential;
use crate::workload::Distribution;

/// The consumers entry that takes from a queue.
///
/// # Errors
/// If there is none, or another too.
pub(super) fn the_consumers(scenario: &Scenario, id: QueueId) -> Result<&Consumers, String> {
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
pub(super) fn not_plain(queue: &Queue, entry: &Consumers) -> Vec<String> {
    let mut reasons = Vec::new();
    let (queue_name, entry_name) = (&queue.name, &entry.name);
    if entry.takes_from.len() > 1 {
        reasons.push(format!("`{entry_name}` takes from several queues: the formulas know one queue"));
    }
    if entry.rules.takes.is_some_and(|takes| takes.up_to > 1) {
        reasons.push(format!("`{entry_name}` works on several messages at once: the formulas know one at a time"));
    }
    if entry.shifts.is_some() {
        reasons.push(format!("the number of `{entry_name}` changes over time: there is no steady state"));
    }
    reasons.extend(faults(entry));
    if queue.rules.ordered_by == OrderedBy::Key {
        reasons.push(format!("`{queue_name}` hands out one message of a key at a time"));
    }
    if queue.rules.active == Active::Single && entry.count > 1 {
        reasons.push(format!("`{queue_name}` gives messages to one of its {} consumers at a time", entry.count));
    }
    if queue.rules.capacity_bytes.is_some() {
        reasons.push(format!("`{queue_name}` has a capacity in bytes: the formulas know one in messages"));
    }
    // What a message carries it carries to its other attempts and to further queues, and services are not independent.
    if entry.rules.follows.is_some() && (entry.rules.fails > 0.0 || !entry.then.is_empty()) {
        reasons.push(format!(
            "the service of `{entry_name}` follows what the message carries: the formulas know independent services"
        ));
    }
    if queue.rules.redelivery.ack_timeout.is_some() {
        reasons.push(format!("`{queue_name}` takes messages back after its ack_timeout"));
    }
    if queue.rules.redelivery.duplicates > 0.0 {
        reasons.push(format!("`{queue_name}` delivers some messages twice"));
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

/// What goes wrong at consumers. All of it is said here, so that nothing new is passed over.
fn faults(entry: &Consumers) -> Vec<String> {
    let Faults { poison, acks_lost, crashes, hangs, network } = &entry.rules.faults;
    let found = [
        (*poison > 0.0, "works on messages that always fail: the formulas know attempts that fail independently"),
        (*acks_lost > 0.0, "loses acknowledgements: the formulas know consumers that answer"),
        (network.is_some(), "is some time away from the broker: the formulas know messages that are there at once"),
        (hangs.is_some(), "hangs: the formulas know consumers that begin at once"),
        (crashes.is_some(), "crashes: the formulas know consumers that are always there"),
    ];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| format!("`{}` {what}", entry.name)).collect()
}

/// How long messages wait at most before they are lost.
///
/// # Errors
/// If they do not all have the same ttl, or what expires lives on.
pub(super) fn patience(queue: &Queue, active: &[&Producer]) -> Result<Option<Distribution>, String> {
    let name = &queue.name;
    let own: Vec<Option<&Distribution>> = active.iter().map(|producer| producer.messages.ttl.as_ref()).collect();
    let is_one = own.iter().all(|ttl| *ttl == own[0]);
    let ttl = match (&queue.rules.ttl, own.iter().any(Option::is_some)) {
        (None, false) => return Ok(None),
        (Some(ttl), false) => ttl,
        (None, true) if is_one => own[0].expect("all have one"),
        _ => return Err(format!("messages in `{name}` have different ttls: the formulas know one for all")),
    };
    if queue.rules.dead_letter.is_some() {
        return Err(format!("what expires in `{name}` goes to its dead letter queue: the formulas know what is lost"));
    }
    if !is_exponential(ttl) && !matches!(ttl, Distribution::Constant(_)) {
        return Err(format!("messages in `{name}` expire after a ttl that is neither constant nor exponential"));
    }
    if ttl.mean_s() == 0.0 {
        return Err(format!("messages in `{name}` expire at once"));
    }
    Ok(Some(ttl.clone()))
}

/// What failures do, where it is known.
pub(super) fn feedback(queue: &Queue, entry: &Consumers) -> Result<Option<Feedback>, String> {
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

/// One consumer takes messages in turn however many it holds; of several, one may hold what another could work on.
pub(super) fn seen(entry: &Consumers) -> Result<Seen, String> {
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
pub(super) fn room(queue: &Queue, entry: &Consumers, seen: Seen) -> Result<Option<u64>, String> {
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
