//! What happened, in a line that can be read aloud.

use super::lanes::Way;
use crate::result::Event;
use crate::scenario::Scenario;

/// `12.304 s  message 17 of shop delivered to payments 3, attempt 1`
pub fn told(event: &Event, scenario: &Scenario) -> String {
    let Event { at, what, message: (producer, number), queue, consumer, attempt, why } = event;
    let (producer, queue) = (&scenario.producers[*producer].name, &scenario.queues[*queue].name);
    let who = consumer.map(|who| format!("{} {}", scenario.consumers[who.entry].name, who.number + 1));
    let who = who.unwrap_or_else(|| "a consumer".to_owned());
    let done = match *what {
        "published" => format!("published to {queue}"),
        "accepted" => format!("waits in {queue}"),
        "refused" => format!("refused by {queue}"),
        "blocked" => format!("blocked by {queue}, which is full"),
        "delivered" => format!("delivered to {who}"),
        "acknowledged" => format!("acknowledged by {who}"),
        "returned" => format!("returned to {queue} by {who}"),
        "ready" => format!("ready in {queue} once more"),
        "dropped" => format!("dropped from {queue}"),
        "dead_lettered" => format!("dead-lettered from {queue}"),
        "parked" => format!("parked in {queue}"),
        other => format!("{} ({queue})", other.replace('_', " ")),
    };
    let attempt = attempt.filter(|_| *what == "delivered").map_or(String::new(), |n| format!(", attempt {n}"));
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.replace('_', " ")) };
    format!("{:.3} s  message {} of {producer} {done}{attempt}{why}", at.seconds(), number + 1)
}

/// On which lane an event is seen.
pub fn way(event: &Event) -> Option<Way> {
    match event.what {
        "published" | "accepted" | "blocked" => Some(Way::In),
        "delivered" => Some(Way::Out),
        "acknowledged" => Some(Way::Done),
        "returned" => Some(Way::Back),
        _ => None,
    }
}
