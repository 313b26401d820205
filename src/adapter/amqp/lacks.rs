//! What a scenario may say that RabbitMQ has nothing for, or something else. All rules are said in full here, so that a new
//! one is not left out unnoticed.
//!
//! What RabbitMQ does is from its documentation: "Queue Length Limit", "Time-To-Live and Expiration", "Priority Queue
//! Support", "Dead Letter Exchanges", "Consumers", "Consumer Prefetch".

use crate::adapter::Lacking;
use crate::broker::{Active, Order, OrderedBy, QueueId, QueueRules, Redelivery, ReturnsTo, WhenFull};
use crate::client::{Faults, MessageRules};
use crate::scenario::{Consumers, Producer, Queue, Scenario};
use crate::workload::Distribution;

/// RabbitMQ's default is 2,047 channels for a connection.
const MOST_CHANNELS: usize = 2_000;
/// It is sent as 16 bits.
const MOST_PREFETCH: u32 = 65_535;

/// Finds out what is lacking at one place.
struct At<'a> {
    section: &'static str,
    name: &'a str,
    found: Vec<Lacking>,
}

impl At<'_> {
    fn lacks(&mut self, is_asked: bool, path: &[&str], what: &str, hint: &str) {
        if is_asked {
            let path = [self.section, self.name].iter().chain(path).map(|part| (*part).to_owned()).collect();
            self.found.push(Lacking { path, what: what.to_owned(), hint: hint.to_owned() });
        }
    }
}

pub fn lacks(scenario: &Scenario) -> Vec<Lacking> {
    let at = |section, name| At { section, name, found: Vec::new() };
    let ids = (0..).map(QueueId);
    let queues = scenario.queues.iter().zip(ids).flat_map(|(q, id)| queue(at("queues", &q.name), scenario, q, id));
    let producers = scenario.producers.iter().flat_map(|entry| producer(at("producers", &entry.name), entry));
    let consumers =
        scenario.consumers.iter().flat_map(|entry| consumers(at("consumers", &entry.name), scenario, entry));
    queues.chain(producers).chain(consumers).chain(outages(scenario)).collect()
}

fn outages(scenario: &Scenario) -> Option<Lacking> {
    (!scenario.outages.is_empty()).then(|| Lacking {
        path: vec!["outages".to_owned()],
        what: "RabbitMQ is not stopped, nor its connections closed, by a run".to_owned(),
        hint: "leave them out, or run against kendall's own broker with `--live embedded`".to_owned(),
    })
}

fn queue(mut at: At<'_>, scenario: &Scenario, queue: &Queue, id: QueueId) -> Vec<Lacking> {
    let QueueRules {
        capacity,
        capacity_bytes: _,
        when_full,
        dead_letter: _,
        redelivery: of_redelivery,
        order,
        ordered_by,
        active,
        ttl,
    } = &queue.rules;
    let is_limited = queue.rules.is_limited();
    at.lacks(
        *capacity == Some(0),
        &["capacity"],
        "RabbitMQ hands on nothing through a queue without room",
        "write 1 or more",
    );
    at.lacks(
        *ordered_by == OrderedBy::Key,
        &["ordered_by"],
        "RabbitMQ knows no keys of messages",
        "write `single_active_consumer: true`, which keeps the order of all",
    );
    at.lacks(
        is_limited && *when_full == WhenFull::Block,
        &["when_full"],
        "RabbitMQ does not block who publishes to a full queue",
        "write `refuse`, and give the producers `retries`",
    );
    at.lacks(
        is_limited && *when_full == WhenFull::Refuse && is_dead_letter_queue(scenario, id),
        &["capacity"],
        "RabbitMQ drops dead letters unseen that a full queue refuses",
        "write `when_full: drop_oldest`, or leave the capacity out",
    );
    at.lacks(
        is_limited && scenario.rests(id),
        &["capacity"],
        "what comes to a queue that nobody takes from is read as it comes, so that it is never full",
        "leave it out, or let consumers take from the queue",
    );
    at.lacks(*order == Order::Lifo, &["order"], "RabbitMQ has no `lifo`", "write `fifo`");
    at.lacks(
        *order == Order::ShortestFirst,
        &["order"],
        "RabbitMQ does not know how long the work on a message takes",
        "write `fifo`",
    );
    let is_by_priority = matches!(order, Order::Priority { .. });
    at.lacks(
        is_by_priority && (ttl.is_some() || is_limited && *when_full == WhenFull::DropOldest),
        &["order"],
        "RabbitMQ drops and expires only what is next to be delivered, which by priority is not the oldest",
        "leave out `ttl` and `drop_oldest`, or write `order: fifo`",
    );
    at.lacks(
        ttl.as_ref().is_some_and(|ttl| !matches!(ttl, Distribution::Constant(_))),
        &["ttl"],
        "RabbitMQ lets messages expire only as they are next to be delivered, so that times that vary would not be kept",
        "write one duration",
    );
    at.lacks(
        may_circle_unseen(scenario, id),
        &["dead_letter"],
        "RabbitMQ drops what goes round in a circle of dead letter queues without being rejected",
        "leave out `ttl` or `drop_oldest` in one of them",
    );
    let entries: Vec<u16> = scenario.consumers_of(id).map(|entry| entry.priority).collect();
    at.lacks(
        *active == Active::Single && entries.iter().any(|priority| *priority != entries[0]),
        &["single_active_consumer"],
        "RabbitMQ's single active consumer is the first, whatever its priority",
        "give its consumers the same `priority`",
    );
    redelivery(&mut at, of_redelivery);
    at.found
}

fn redelivery(at: &mut At<'_>, rules: &Redelivery) {
    // Without a limit or a time-out the others have no effect.
    let Redelivery { returns_to, limit, counts: _, then: _, delay, ack_timeout, late_ack: _, duplicates } = rules;
    at.lacks(
        *returns_to != ReturnsTo::Original,
        &["redelivery", "returns_to"],
        "RabbitMQ puts back what returns where it was",
        "write `original`",
    );
    at.lacks(
        limit.is_some(),
        &["redelivery", "limit"],
        "RabbitMQ's classic queues count no failures, and its quorum queues are not supported yet",
        "leave it out, or write `on_failure: reject` at the consumers",
    );
    at.lacks(
        !delay.is_none(),
        &["redelivery", "delay"],
        "RabbitMQ delivers again at once",
        "leave it out, or reject into a queue with a `ttl` whose dead letters come back",
    );
    at.lacks(
        ack_timeout.is_some(),
        &["redelivery", "ack_timeout"],
        "RabbitMQ has one time-out for all queues, half an hour, and looks once a minute",
        "leave it out",
    );
    at.lacks(
        *duplicates > 0.0,
        &["redelivery", "duplicates"],
        "RabbitMQ delivers twice when it has to, not by plan",
        "leave it out, or run against kendall's own broker with `--live embedded`",
    );
}

fn is_dead_letter_queue(scenario: &Scenario, id: QueueId) -> bool {
    scenario.queues.iter().any(|queue| queue.rules.dead_letter == Some(id))
}

/// Whether messages leave a queue that nobody has rejected.
fn drops_by_itself(rules: &QueueRules) -> bool {
    rules.ttl.is_some() || rules.is_limited() && matches!(rules.when_full, WhenFull::DropOldest | WhenFull::DeadLetter)
}

fn may_circle_unseen(scenario: &Scenario, id: QueueId) -> bool {
    let next = |at: &QueueId| Some(&scenario.queue(*at).rules).filter(|rules| drops_by_itself(rules))?.dead_letter;
    std::iter::successors(next(&id), next).take(scenario.queues.len()).any(|at| at == id)
}

fn producer(mut at: At<'_>, producer: &Producer) -> Vec<Lacking> {
    let Producer { name: _, publishes_to: _, arrivals: _, retries: _, confirms: _, network: _, messages } = producer;
    // A key has no effect but in a queue that is ordered by it.
    let MessageRules { priority: _, ttl, key: _, work: _, size: _ } = messages;
    at.lacks(
        ttl.is_some(),
        &["messages", "ttl"],
        "RabbitMQ lets messages expire only as they are next to be delivered, and in one queue only",
        "write a `ttl` at the queue",
    );
    at.found
}

/// How many channels the consumers of an entry need.
pub fn channels(entry: &Consumers) -> usize {
    entry.count as usize
}

fn consumers(mut at: At<'_>, scenario: &Scenario, entry: &Consumers) -> Vec<Lacking> {
    let Consumers {
        name: _,
        takes_from,
        count: _,
        shifts: _,
        prefetch,
        prefetch_given: _,
        then: _,
        priority: _,
        works_by: _,
        rules,
    } = entry;
    // The others are a matter of what its clients do by themselves.
    let Faults { poison: _, acks_lost: _, crashes, hangs: _, network: _ } = &rules.faults;
    at.lacks(
        crashes.is_some(),
        &["crashes"],
        "connections to RabbitMQ are not closed by a run",
        "leave it out, or run against kendall's own broker with `--live embedded`",
    );
    at.lacks(
        takes_from.len() > 1,
        &["takes_from"],
        "RabbitMQ knows no preference of a consumer among queues",
        "name one queue",
    );
    at.lacks(
        (MOST_PREFETCH + 1..u32::MAX).contains(prefetch),
        &["prefetch"],
        "RabbitMQ counts to 65,535",
        "write `unlimited`, or less",
    );
    at.lacks(
        scenario.consumers.iter().map(channels).sum::<usize>() > MOST_CHANNELS,
        &["count"],
        "all consumers together are more than 2,000, for which one connection has no channels",
        "write less",
    );
    at.found
}
