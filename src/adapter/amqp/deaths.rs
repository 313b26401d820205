//! How often, and why, a message has left a queue: RabbitMQ's header `x-death`, the latest first.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};

use super::queues::Names;
use crate::adapter::Death;
use crate::measure::Cause;

/// What the header says of queues of this run; nothing of a header that is not RabbitMQ's.
pub fn read(properties: &BasicProperties, names: &Names) -> Vec<Death> {
    let header = properties.headers().as_ref().and_then(|headers| headers.inner().get("x-death"));
    let deaths = header.and_then(AMQPValue::as_array).map_or(&[][..], |deaths| deaths.as_slice());
    deaths.iter().filter_map(AMQPValue::as_field_table).filter_map(|death| one(death, names)).collect()
}

fn one(death: &FieldTable, names: &Names) -> Option<Death> {
    let text = |key: &str| std::str::from_utf8(death.inner().get(key)?.as_long_string()?.as_bytes()).ok();
    let count = death.inner().get("count").and_then(AMQPValue::as_long_long_int)?;
    Some(Death {
        queue: names.queue(text("queue")?)?,
        cause: cause(text("reason")?)?,
        count: u64::try_from(count).ok()?,
    })
}

fn cause(reason: &str) -> Option<Cause> {
    match reason {
        "rejected" => Some(Cause::Rejected),
        "expired" => Some(Cause::Expired),
        "maxlen" => Some(Cause::Full),
        "delivery_limit" => Some(Cause::Limit),
        _ => None,
    }
}
