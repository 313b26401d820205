//! What the queues of a run are called, and how their rules are said to RabbitMQ.

use std::hash::{BuildHasher as _, RandomState};

use lapin::Channel;
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};

use crate::broker::{Active, Order, QueueId, QueueRules, WhenFull};
use crate::scenario::Scenario;
use crate::time::{Span, Speed};

/// How long a queue may be without consumers, and without being asked after, before it is gone: longer than a run looks
/// for its broker, so that nothing stays behind of a kendall that was killed.
const EXPIRES_MS: i32 = 120_000;

/// The names of one run's queues.
#[derive(Clone, Debug)]
pub struct Names {
    run: String,
    queues: Vec<String>,
}

impl Names {
    /// Those of a run like no other, unless it has a name.
    pub fn new(scenario: &Scenario, run: Option<&str>) -> Names {
        let any = || format!("{:016x}", RandomState::new().hash_one("run"));
        let run = format!("kendall.{}", run.map_or_else(any, str::to_owned));
        let queues = scenario.queues.iter().map(|queue| format!("{run}.{}", queue.name)).collect();
        Names { run, queues }
    }

    pub fn of(&self, queue: QueueId) -> ShortString {
        self.queues[queue.index()].as_str().into()
    }

    /// Of the queue for what leaves a queue without a dead letter queue. No queue of a scenario has an empty name.
    pub fn gone(&self) -> ShortString {
        self.run.as_str().into()
    }

    pub fn queue(&self, name: &str) -> Option<QueueId> {
        self.queues.iter().position(|known| known == name).map(|at| QueueId(at as u16))
    }
}

/// The queues of a run, as they are declared.
pub struct Declared(Vec<(ShortString, FieldTable)>);

impl Declared {
    /// What they do with messages is said by their rules, at a speed.
    pub fn new(names: &Names, scenario: &Scenario, speed: Speed) -> Declared {
        let of_scenario = scenario.queues.iter().zip(0..);
        let queues = of_scenario.map(|(queue, at)| (names.of(QueueId(at)), arguments(&queue.rules, names, speed)));
        let gone = (names.gone(), FieldTable::default());
        Declared(std::iter::once(gone).chain(queues).map(expiring).collect())
    }

    /// Makes those that are not there. A run comes back to its queues on another connection, so that they are nobody's own;
    /// transient queues that are not are to go from RabbitMQ ("Deprecated Features"), so that these are durable.
    ///
    /// # Errors
    /// If one cannot be made.
    pub async fn make(&self, channel: &Channel) -> lapin::Result<()> {
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        for (name, arguments) in &self.0 {
            channel.queue_declare(name.clone(), durable, arguments.clone()).await?;
        }
        Ok(())
    }

    /// Asks after them, so that they do not expire.
    ///
    /// # Errors
    /// If one is not there.
    pub async fn ask(&self, channel: &Channel) -> lapin::Result<()> {
        for (name, _) in &self.0 {
            let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
            channel.queue_declare(name.clone(), passive, FieldTable::default()).await?;
        }
        Ok(())
    }

    /// Deletes them, with what is in them.
    ///
    /// # Errors
    /// If the broker does not.
    pub async fn delete(&self, channel: &Channel) -> lapin::Result<()> {
        for (name, _) in &self.0 {
            channel.queue_delete(name.clone(), QueueDeleteOptions::default()).await?;
        }
        Ok(())
    }
}

fn expiring((name, mut arguments): (ShortString, FieldTable)) -> (ShortString, FieldTable) {
    arguments.insert("x-expires".into(), AMQPValue::LongInt(EXPIRES_MS));
    (name, arguments)
}

fn arguments(rules: &QueueRules, names: &Names, speed: Speed) -> FieldTable {
    let mut table = FieldTable::default();
    let mut say = |key: &'static str, value| {
        table.insert(key.into(), value);
    };
    let count = |count: u64| AMQPValue::LongLongInt(i64::try_from(count).unwrap_or(i64::MAX));
    let text = |text: &str| AMQPValue::LongString(text.into());
    rules.capacity.into_iter().for_each(|most| say("x-max-length", count(most)));
    rules.capacity_bytes.into_iter().for_each(|most| say("x-max-length-bytes", count(most)));
    if rules.is_limited() {
        say("x-overflow", text(overflow(rules.when_full)));
    }
    if let Some(ttl) = &rules.ttl {
        say("x-message-ttl", count(millis(speed.real(Span::from_seconds(ttl.mean_s())))));
    }
    if let Order::Priority { levels } = rules.order {
        say("x-max-priority", count(u64::from(levels) - 1));
    }
    if rules.active == Active::Single {
        say("x-single-active-consumer", AMQPValue::Boolean(true));
    }
    let to = rules.dead_letter.map_or_else(|| names.gone(), |to| names.of(to));
    say("x-dead-letter-exchange", text(""));
    say("x-dead-letter-routing-key", text(to.as_str()));
    table
}

fn overflow(when_full: WhenFull) -> &'static str {
    match when_full {
        WhenFull::DropOldest => "drop-head",
        WhenFull::DeadLetter => "reject-publish-dlx",
        // Blocking is refused before.
        WhenFull::Refuse | WhenFull::Block => "reject-publish",
    }
}

/// Whole milliseconds, and one at least: RabbitMQ knows no others. Its longest is 49 days.
fn millis(span: Span) -> u64 {
    (span.nanos() / 1_000_000 + u64::from(span.nanos() % 1_000_000 >= 500_000)).clamp(1, u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn said(rules: &str, speed: f64) -> Vec<String> {
        let text = format!(
            "queues: {{q: {{{rules}}}, rest: {{}}}}\nconsumers: {{c: {{takes_from: q, service: 1ms}}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 1/s}}}}, messages: {{size: 10B}}}}}}\n"
        );
        let scenario =
            crate::scenario::read(None, &text, Path::new("."), &[]).unwrap_or_else(|p| panic!("{text}\n{p}"));
        let names = Names { run: "run".to_owned(), queues: vec!["run.q".to_owned(), "run.rest".to_owned()] };
        let table = arguments(&scenario.queues[0].rules, &names, Speed::new(speed).unwrap());
        table.inner().iter().map(|(key, value)| format!("{key} {}", shown(value))).collect()
    }

    fn shown(value: &AMQPValue) -> String {
        let text = value.as_long_string().map(|text| text.to_string());
        let number = value.as_long_long_int().map(|number| number.to_string());
        text.or(number).unwrap_or_else(|| format!("{value:?}"))
    }

    #[test]
    fn rules_become_arguments() {
        let dead = ["x-dead-letter-exchange ", "x-dead-letter-routing-key run"];
        assert_eq!(said("", 1.0), dead);
        let full = ["x-max-length 5", "x-overflow reject-publish"];
        assert_eq!(said("capacity: 5", 1.0), [dead.as_slice(), &full].concat());
        let dropping =
            [dead[0], "x-dead-letter-routing-key run.rest", "x-max-length-bytes 1024", "x-overflow drop-head"];
        assert_eq!(said("capacity_bytes: 1KiB, when_full: drop_oldest, dead_letter: rest", 1.0), dropping);
        assert_eq!(said("order: {priority: {levels: 3}}", 1.0)[2..], ["x-max-priority 2"]);
        assert_eq!(said("single_active_consumer: true", 1.0)[2..], ["x-single-active-consumer Boolean(true)"]);
    }

    #[test]
    fn a_ttl_is_in_whole_milliseconds_of_real_time() {
        assert_eq!(said("ttl: 1.5s", 1.0)[2..], ["x-message-ttl 1500"]);
        assert_eq!(said("ttl: 1s", 600.0)[2..], ["x-message-ttl 2"]);
        assert_eq!(said("ttl: 1us", 1.0)[2..], ["x-message-ttl 1"]);
        assert_eq!(said("ttl: 36500d", 1.0)[2..], ["x-message-ttl 4294967295"]);
    }

    #[test]
    fn a_queue_is_known_by_its_name() {
        let names = Names { run: "run".to_owned(), queues: vec!["run.a".to_owned(), "run.b".to_owned()] };
        assert_eq!(names.queue("run.b"), Some(QueueId(1)));
        assert_eq!((names.queue("run"), names.queue("b")), (None, None));
    }
}
