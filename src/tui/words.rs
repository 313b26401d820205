//! What happened, in a line that can be read aloud.

use super::lanes::Way;
use crate::client::SLIPPED_IN;
use crate::result::Event;
use crate::scenario::Scenario;

/// `12.304 s  message 17 of shop delivered to payments 3, attempt 1`
pub fn told(event: &Event, scenario: &Scenario) -> String {
    let who = event.consumer.map(|who| format!("{} {}", scenario.consumers[who.entry].name, who.number + 1));
    let who = who.unwrap_or_else(|| "a consumer".to_owned());
    let what = match event.message {
        Some((producer, number)) => {
            let queue = event.queue.map_or("its queue", |queue| &scenario.queues[queue].name);
            let attempt = event.attempt.filter(|_| event.what == "delivered");
            let attempt = attempt.map_or(String::new(), |attempt| format!(", attempt {attempt}"));
            let name = &scenario.producers[producer].name;
            // What was slipped in by hand is counted apart.
            let (kind, number) = match number.checked_sub(SLIPPED_IN) {
                Some(number) => ("poison message", number + 1),
                None => ("message", number + 1),
            };
            format!("{kind} {number} of {name} {}{attempt}", of_message(event.what, queue, &who))
        }
        None => of_consumer(event.what, &who),
    };
    let why = if event.why.is_empty() { String::new() } else { format!(": {}", event.why.replace('_', " ")) };
    format!("{:.3} s  {what}{why}", event.at.seconds())
}

fn of_message(what: &str, queue: &str, who: &str) -> String {
    match what {
        "published" => format!("published to {queue}"),
        "accepted" => format!("waits in {queue}"),
        "refused" => format!("refused by {queue}"),
        "blocked" => format!("blocked by {queue}, which is full"),
        "delivered" => format!("delivered to {who}"),
        "began" => format!("begun by {who}"),
        "ended" => format!("done by {who}"),
        "acknowledged" => format!("acknowledged by {who}"),
        "returned" => format!("returned to {queue} by {who}"),
        "ready" => format!("ready in {queue} once more"),
        "dropped" => format!("dropped from {queue}"),
        "dead_lettered" => format!("dead-lettered from {queue}"),
        "parked" => format!("parked in {queue}"),
        other => other.replace('_', " "),
    }
}

fn of_consumer(what: &str, who: &str) -> String {
    match what {
        "restarted" => format!("{who} is back"),
        other => format!("{who} {}", other.replace('_', " ")),
    }
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
