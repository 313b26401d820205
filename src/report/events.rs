//! What happened to messages and their consumers, as CSV: one line for each event, in the order in which they happened.

use crate::result::Event;
use crate::scenario::Scenario;

/// The names of the columns.
pub const HEADER: &str = "t_s,what,producer,number,queue,consumer,attempt,why\n";

/// One line. Times are seconds with all nine decimals; a consumer is its entry's name and its number there, from 1.
/// Names of things hold neither commas nor quotes.
pub fn row(event: &Event, scenario: &Scenario) -> String {
    let Event { at, what, message, queue, consumer, attempt, why } = event;
    let message = message.map(|(producer, number)| format!("{},{number}", scenario.producers[producer].name));
    let (message, queue) = (message.unwrap_or(",".to_owned()), queue.map_or("", |queue| &scenario.queues[queue].name));
    let consumer = consumer.map(|who| format!("{}#{}", scenario.consumers[who.entry].name, who.number + 1));
    let attempt = attempt.map(|attempt| attempt.to_string());
    let (consumer, attempt) = (consumer.unwrap_or_default(), attempt.unwrap_or_default());
    let (seconds, nanos) = (at.nanos() / 1_000_000_000, at.nanos() % 1_000_000_000);
    format!("{seconds}.{nanos:09},{what},{message},{queue},{consumer},{attempt},{why}\n")
}
