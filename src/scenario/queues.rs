//! Queues, from their keys.

use super::model::Queue;
use super::problem::Problem;
use super::quantity::{self, SOME};
use super::reader::{Object, Reader};
use super::yaml::{Key, Node, Value};
use super::{distribution, keys};
use crate::broker::{Active, LateAck, LimitCounts, Order, OrderedBy, QueueId, QueueRules, Redelivery, Then, WhenFull};
use crate::time::Span;

const MOST_CAPACITY: u64 = 1_000_000_000_000;
/// 1 PiB.
const MOST_BYTES: f64 = 1_125_899_906_842_624.0;
/// As many as RabbitMQ has.
const MOST_LEVELS: u64 = 255;
const MOST_FAILURES: u64 = 1_000_000;

pub fn read(key: &Key, node: &Node, id: QueueId, reader: &mut Reader) -> Option<Queue> {
    let object = reader.object(node, key.place, keys::QUEUE)?;
    let capacity = capacity(&object, reader);
    let capacity_bytes = capacity_bytes(&object, reader);
    let when_full = object.word("when_full", reader, keys::WHEN_FULL);
    let order = object.get("order").and_then(|node| order(node, reader)).unwrap_or(Order::Fifo);
    let dead_letter = object.get("dead_letter").and_then(|node| reader.queue(node));
    let redelivery = redelivery(&object, reader);
    let ttl = object.get("ttl").and_then(|node| distribution::read(node, object.example("ttl"), reader));
    let has_dead_letter = object.get("dead_letter").is_some();
    if dead_letter == Some(id) {
        let problem = Problem::at(object.key_place("dead_letter"), "a queue cannot be its own dead letter queue");
        reader.report(problem.hint("name another queue"));
    }
    if when_full == Some(WhenFull::DeadLetter) && !has_dead_letter {
        reader.report(needs_dead_letter(&object, "when_full"));
    }
    let redelivery = redelivery.unwrap_or_default();
    let by_default = if has_dead_letter { Then::DeadLetter } else { Then::Drop };
    let rules = QueueRules {
        capacity,
        capacity_bytes,
        when_full: when_full.unwrap_or(WhenFull::Refuse),
        dead_letter,
        redelivery: Redelivery { then: redelivery.1.unwrap_or(by_default), ..redelivery.0 },
        order,
        ordered_by: object.word("ordered_by", reader, keys::ORDERED_BY).unwrap_or(OrderedBy::Nothing),
        active: object.word("single_active_consumer", reader, keys::SINGLE_ACTIVE).unwrap_or(Active::All),
        ttl,
    };
    Some(Queue { name: key.name.clone(), rules })
}

fn order(node: &Node, reader: &mut Reader) -> Option<Order> {
    if let Value::Text(text) = &node.value
        && text == "priority"
    {
        let problem = Problem::at(node.place, "does not say how many priorities there are");
        reader.report(problem.hint("write `{priority: {levels: 3}}`"));
        return None;
    }
    if !matches!(node.value, Value::Pairs(_)) {
        return reader.word(node, keys::ORDER);
    }
    let chosen = reader.one_of(node, keys::ORDER_WITH, &[])?;
    let object = reader.object(chosen.node, chosen.key.place, keys::PRIORITY)?;
    let levels = object.need_quantity("levels", reader, |text| quantity::count(text, 2, MOST_LEVELS))?;
    u8::try_from(levels).ok().map(|levels| Order::Priority { levels })
}

fn capacity(object: &Object<'_>, reader: &mut Reader) -> Option<u64> {
    let node = object.get("capacity")?;
    if reader.text(node, "1000")? == "unlimited" {
        return None;
    }
    reader.quantity(node, "1000", |text| quantity::count(text, 0, MOST_CAPACITY))
}

fn capacity_bytes(object: &Object<'_>, reader: &mut Reader) -> Option<u64> {
    let node = object.get("capacity_bytes")?;
    let example = object.example("capacity_bytes");
    if reader.text(node, example)? == "unlimited" {
        return None;
    }
    reader.quantity(node, example, |text| quantity::bytes(text, 0.0, MOST_BYTES)).map(|bytes| bytes as u64)
}

fn needs_dead_letter(object: &Object<'_>, key: &str) -> Problem {
    Problem::at(object.key_place(key), "the queue has no `dead_letter` to send messages to")
        .hint("write `dead_letter: failed` beside it, and `failed: {}` under `queues`")
}

/// The redelivery rules and the `then` that is written, if one is.
fn redelivery(queue: &Object<'_>, reader: &mut Reader) -> Option<(Redelivery, Option<Then>)> {
    let object = reader.object(queue.get("redelivery")?, queue.key_place("redelivery"), keys::REDELIVERY)?;
    let counts = object.word("counts", reader, keys::LIMIT_COUNTS).unwrap_or(LimitCounts::Failures);
    let least = u64::from(counts == LimitCounts::Deliveries);
    let rules = Redelivery {
        counts,
        late_ack: object.word("late_ack", reader, keys::LATE_ACK).unwrap_or(LateAck::Accepted),
        returns_to: object.word("returns_to", reader, keys::RETURNS_TO).unwrap_or(Redelivery::default().returns_to),
        limit: object
            .quantity("limit", reader, |text| quantity::count(text, least, MOST_FAILURES))
            .and_then(|limit| u32::try_from(limit).ok()),
        delay: super::delays::read(&object, reader),
        ack_timeout: ack_timeout(&object, reader),
        duplicates: object.quantity("duplicates", reader, quantity::share).unwrap_or(0.0),
        then: Then::Drop,
    };
    for (key, wants) in [("counts", "limit"), ("late_ack", "ack_timeout")] {
        let has_effect = object.get(wants).is_some() || key == "late_ack" && rules.duplicates > 0.0;
        if object.get(key).is_some() && !has_effect {
            let problem = Problem::at(object.key_place(key), format!("has no effect without `{wants}`"));
            reader
                .report(problem.hint(format!("write `{wants}: {}` beside it, or leave it out", object.example(wants))));
        }
    }
    let then = object.word("then", reader, keys::THEN);
    if then == Some(Then::DeadLetter) && queue.get("dead_letter").is_none() {
        reader.report(needs_dead_letter(&object, "then"));
    }
    Some((rules, then))
}

fn ack_timeout(object: &Object<'_>, reader: &mut Reader) -> Option<Span> {
    let node = object.get("ack_timeout")?;
    if reader.text(node, "30s")? == "none" {
        return None;
    }
    reader.quantity(node, "30s", |text| quantity::span(text, &SOME))
}
