//! A broker driven from text: its queues in a line, commands in, effects out as short sentences.
//!
//! Queues: `capacity 1, when_full block, consumers 2`, several as `a: limit 0, dead_letter b; b: capacity 1`. The rules
//! are those of a scenario; `consumers` and `prefetch` (default 1) say who takes from the queue, numbered from 1 over
//! all queues. Delays one after the other are `delay 10ms/2ms`; `ordered_by key`, `single_active_consumer true`.
//!
//! Commands: `publish x` (`publish x in b`, `publish x priority 2`, `publish x ttl 5ms`, `publish x size 5`, `publish x takes 5ms`,
//! `publish x key 3`, `publish x key 3 in b`), `ack x`, `nack x`, `reject x`, `return x` (the latest delivery of x; `ack x#1` its
//! first), `subscribe` (`subscribe in b`, `subscribe in a then b`,
//! `subscribe priority 2`, `subscribe keeps nothing`), `cancel 1`, `close 1` (`close 1 unbegun`), `suspend a`, `resume a`, `empty a`, `wait 5ms` (everything due on the way happens in its time), `jump 5ms`
//! (nobody looks on the way), `tick`.
//!
//! Effects: `x accepted`, `x let in` (it was blocked), `x to 2` (`x to 2, attempt 2`), `x acknowledged` (`while waiting`),
//! `x returned`, `x delayed`, `x ready`, `x dropped {full}`, `x moved to b {limit}`, `x parked`, `x refused`,
//! `x blocked`; `5ms:` before what happens then.

use std::collections::HashMap;

use kendall::broker::{
    Active, Broker, Command, ConsumerId, Delay, DelayLaw, DeliveryId, Effect, Jitter, Keeps, LateAck, LimitCounts,
    Order, OrderedBy, Place, Properties, QueueId, QueueRules, ReturnsTo, Terms, Then, WhenFull,
};
use kendall::time::{Span, Time};
use kendall::workload::Distribution;

use crate::hosted;

/// Runs the script in front of the queues and compares what follows, word by word. A host must do the same where the
/// script can be carried out through it.
#[track_caller]
pub fn check(queues: &str, script: &str, expected: &str) {
    let got = run(queues, script);
    let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(got, expected, "\nqueues: {queues}\nscript: {script}\n   got: {got}\n");
    if let Some(got) = hosted::run(queues, script) {
        assert_eq!(got, expected, "\nby the host\nqueues: {queues}\nscript: {script}\n   got: {got}\n");
    }
}

fn run<'a>(queues: &'a str, script: &'a str) -> String {
    let mut world = World::new(queues);
    for command in script.split(", ") {
        world.carry_out(command.trim());
    }
    world.told.join(", ")
}

struct World<'a> {
    names: Vec<&'a str>,
    broker: Broker<&'a str>,
    now: Time,
    told_at: Time,
    told: Vec<String>,
    consumers: u32,
    deliveries: HashMap<&'a str, Vec<DeliveryId>>,
}

impl<'a> World<'a> {
    fn new(queues: &'a str) -> World<'a> {
        let (names, read) = read_queues(queues);
        let mut world = World {
            broker: Broker::with_names(read.iter().map(|(rules, ..)| rules.clone()).zip(names.iter().copied()), true)
                .with_outages(),
            names,
            now: Time::ZERO,
            told_at: Time::ZERO,
            told: Vec::new(),
            consumers: 0,
            deliveries: HashMap::new(),
        };
        for at in 0..read.len() {
            let service = |carries: &Properties, _, attempt| {
                Span::from_nanos(carries.name.1).saturating_sub(span("1ms").saturating_mul(u64::from(attempt - 1)))
            };
            world.broker.order_by(QueueId(at as u16), Box::new(service));
        }
        for (at, (_, count, prefetch)) in read.iter().enumerate() {
            (0..*count).for_each(|_| world.subscribe(&[QueueId(at as u16)], Terms::prefetch(*prefetch)));
        }
        world
    }

    fn carry_out(&mut self, command: &'a str) {
        let words: Vec<&str> = command.split(' ').collect();
        match words[..] {
            ["publish", name, "priority", priority] => {
                let priority = priority.parse().expect("a priority");
                self.publish_with(name, QueueId(0), Properties { priority, ..Properties::default() });
            }
            ["publish", name, "ttl", ttl] => {
                self.publish_with(name, QueueId(0), Properties { ttl: Some(span(ttl)), ..Properties::default() });
            }
            ["publish", name, "key", key] => self.publish_with(name, QueueId(0), of_key(key)),
            ["publish", name, "key", key, "in", queue] => {
                self.publish_with(name, queue_named(queue, &self.names), of_key(key));
            }
            ["publish", name, "size", bytes] => {
                let bytes = bytes.parse().expect("a number of bytes");
                self.publish_with(name, QueueId(0), Properties { bytes, ..Properties::default() });
            }
            ["publish", name, "takes", work] => {
                // The first attempt; each further one takes a millisecond less.
                let name_of_work = (0, span(work).nanos());
                self.publish_with(name, QueueId(0), Properties { name: name_of_work, ..Properties::default() });
            }
            ["publish", name] => self.publish(name, QueueId(0)),
            ["publish", name, "in", queue] => self.publish(name, queue_named(queue, &self.names)),
            ["ack", what] => self.apply(Command::Acknowledge { delivery: self.delivery(what) }),
            ["nack", what] => self.apply(Command::Reject { delivery: self.delivery(what), requeue: true }),
            ["reject", what] => self.apply(Command::Reject { delivery: self.delivery(what), requeue: false }),
            ["subscribe", ref terms @ ..] => self.subscribe_so(terms),
            ["return", what] => self.apply(Command::Return { delivery: self.delivery(what) }),
            ["cancel", number] => {
                let number: u32 = number.parse().expect("a number");
                self.apply(Command::Cancel { consumer: ConsumerId(number - 1) });
            }
            ["close", number] | ["close", number, "unbegun"] => {
                let number: u32 = number.parse().expect("a number");
                let is_failure = words.len() == 2;
                self.apply(Command::Close { consumer: ConsumerId(number - 1), is_failure });
            }
            ["suspend", queue] => self.apply(Command::Suspend { queue: queue_named(queue, &self.names) }),
            ["resume", queue] => self.apply(Command::Resume { queue: queue_named(queue, &self.names) }),
            ["empty", queue] => self.apply(Command::Empty { queue: queue_named(queue, &self.names) }),
            ["wait", how_long] => self.wait(span(how_long)),
            ["jump", how_long] => self.now += span(how_long),
            ["tick"] => self.apply(Command::Tick),
            _ => panic!("no such command: {command}"),
        }
    }

    fn publish(&mut self, name: &'a str, queue: QueueId) {
        self.publish_with(name, queue, Properties::default());
    }

    fn publish_with(&mut self, name: &'a str, queue: QueueId, properties: Properties) {
        self.apply(Command::Publish { queue, payload: name, properties });
    }

    /// `in a then b`, `priority 2`, `prefetch 3`
    fn subscribe_so(&mut self, words: &[&str]) {
        let (mut queues, mut terms) = (Vec::new(), Terms::prefetch(1));
        for pair in words.chunks(2) {
            match *pair {
                ["in" | "then", queue] => queues.push(queue_named(queue, &self.names)),
                ["prefetch", number] => terms.prefetch = number.parse().expect("a number"),
                ["keeps", "nothing"] => terms.keeps = Keeps::UntilDelivered,
                ["priority", number] => terms.priority = number.parse().expect("a number"),
                _ => panic!("no such terms: {pair:?}"),
            }
        }
        self.subscribe(if queues.is_empty() { &[QueueId(0)] } else { &queues }, terms);
    }

    fn subscribe(&mut self, queues: &[QueueId], terms: Terms) {
        let consumer = ConsumerId(self.consumers);
        self.consumers += 1;
        for queue in queues.iter().copied() {
            self.apply(Command::Subscribe { consumer, queue, terms });
        }
    }

    fn wait(&mut self, how_long: Span) {
        let until = self.now + how_long;
        while let Some(due) = self.broker.next_deadline().filter(|due| *due <= until) {
            self.now = due;
            self.apply(Command::Tick);
            assert!(self.broker.next_deadline().is_none_or(|next| next > due), "a tick leaves nothing due");
        }
        self.now = until;
    }

    fn delivery(&self, what: &str) -> DeliveryId {
        let (name, nth) = what.split_once('#').unwrap_or((what, "0"));
        let deliveries = self.deliveries.get(name).unwrap_or_else(|| panic!("{name} was not delivered"));
        match nth.parse().expect("a number behind #") {
            0 => *deliveries.last().expect("a delivery"),
            nth => deliveries[nth - 1_usize],
        }
    }

    fn apply(&mut self, command: Command<&'a str>) {
        let mut effects = Vec::new();
        self.broker.apply(self.now, command, &mut effects);
        for effect in effects {
            if let Effect::Delivered { payload, delivery, .. } = effect {
                self.deliveries.entry(payload).or_default().push(delivery);
            }
            let told = tell(&self.names, &effect, name_in(&effect));
            let when = prefix(self.now, self.told_at);
            self.told_at = self.now;
            self.told.push(format!("{when}{told}"));
        }
    }
}

/// The instant, if it is another than that of the effect before.
pub fn prefix(now: Time, told_at: Time) -> String {
    if now == told_at { String::new() } else { format!("{}: ", now.since(Time::ZERO)) }
}

/// The names of the queues, and their rules with the number of their consumers and the prefetch.
pub fn read_queues(queues: &str) -> (Vec<&str>, Vec<(QueueRules, u32, u32)>) {
    let parts: Vec<(&str, &str)> = queues.split(';').map(|part| part.split_once(':').unwrap_or(("q", part))).collect();
    let names: Vec<&str> = parts.iter().map(|(name, _)| name.trim()).collect();
    let read = parts.iter().map(|(_, rules)| read_rules(rules, &names)).collect();
    (names, read)
}

fn name_in<'a>(effect: &Effect<&'a str>) -> &'a str {
    match effect {
        Effect::Accepted { payload, .. }
        | Effect::Refused { payload, .. }
        | Effect::Blocked { payload, .. }
        | Effect::Delivered { payload, .. }
        | Effect::Acknowledged { payload, .. }
        | Effect::Returned { payload, .. }
        | Effect::Ready { payload, .. }
        | Effect::Dropped { payload, .. }
        | Effect::DeadLettered { payload, .. }
        | Effect::Parked { payload, .. } => payload,
    }
}

/// An effect on the message of that name, as a sentence.
pub fn tell<P>(names: &[&str], effect: &Effect<P>, name: &str) -> String {
    match effect {
        Effect::Accepted { was_blocked: false, .. } => format!("{name} accepted"),
        Effect::Accepted { was_blocked: true, .. } => format!("{name} let in"),
        Effect::Refused { .. } => format!("{name} refused"),
        Effect::Blocked { .. } => format!("{name} blocked"),
        Effect::Delivered { consumer, entry, attempt, .. } => {
            let entry = if *entry > 1 { format!(" (entry {entry})") } else { String::new() };
            let attempt = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
            format!("{name} to {}{entry}{attempt}", consumer.0 + 1)
        }
        Effect::Acknowledged { from: Place::InFlight, .. } => format!("{name} acknowledged"),
        Effect::Acknowledged { from, .. } => {
            format!("{name} acknowledged while {}", format!("{from:?}").to_lowercase())
        }
        Effect::Returned { to: Place::Delayed, .. } => format!("{name} delayed"),
        Effect::Returned { .. } => format!("{name} returned"),
        Effect::Ready { .. } => format!("{name} ready"),
        Effect::Dropped { cause, .. } => format!("{name} dropped {{{}}}", cause.name()),
        Effect::DeadLettered { to, cause, .. } => {
            format!("{name} moved to {} {{{}}}", names[to.index()], cause.name())
        }
        Effect::Parked { .. } => format!("{name} parked"),
    }
}

/// The rules of one queue, how many consumers take from it, and their prefetch.
fn read_rules(text: &str, names: &[&str]) -> (QueueRules, u32, u32) {
    let mut rules = QueueRules::default();
    let (mut consumers, mut prefetch) = (0, 1);
    for rule in text.split(',').map(str::trim).filter(|rule| !rule.is_empty()) {
        let (key, value) = rule.split_once(' ').unwrap_or_else(|| panic!("a value behind {rule}"));
        let number = || value.parse::<u32>().unwrap_or_else(|_| panic!("a number in {rule}"));
        match (key, value) {
            ("consumers", _) => consumers = number(),
            ("prefetch", "unlimited") => prefetch = u32::MAX,
            ("prefetch", _) => prefetch = number(),
            ("capacity", _) => rules.capacity = Some(u64::from(number())),
            ("when_full", "refuse") => rules.when_full = WhenFull::Refuse,
            ("when_full", "block") => rules.when_full = WhenFull::Block,
            ("when_full", "drop_oldest") => rules.when_full = WhenFull::DropOldest,
            ("when_full", "dead_letter") => rules.when_full = WhenFull::DeadLetter,
            ("dead_letter", _) => rules.dead_letter = Some(queue_named(value, names)),
            ("returns_to", "original") => rules.redelivery.returns_to = ReturnsTo::Original,
            ("returns_to", "front") => rules.redelivery.returns_to = ReturnsTo::Front,
            ("returns_to", "tail") => rules.redelivery.returns_to = ReturnsTo::Tail,
            ("limit", _) => rules.redelivery.limit = Some(number()),
            ("then", "dead_letter") => rules.redelivery.then = Then::DeadLetter,
            ("then", "drop") => rules.redelivery.then = Then::Drop,
            ("then", "park") => rules.redelivery.then = Then::Park,
            ("delay", _) => rules.redelivery.delay = delay(value),
            ("counts", "deliveries") => rules.redelivery.counts = LimitCounts::Deliveries,
            ("late_ack", "ignored") => rules.redelivery.late_ack = LateAck::Ignored,
            ("ordered_by", "key") => rules.ordered_by = OrderedBy::Key,
            ("single_active_consumer", "true") => rules.active = Active::Single,
            ("capacity_bytes", _) => rules.capacity_bytes = Some(u64::from(number())),
            ("order", "lifo") => rules.order = Order::Lifo,
            ("order", "shortest_first") => rules.order = Order::ShortestFirst,
            ("levels", _) => rules.order = Order::Priority { levels: number() as u8 },
            ("ttl", _) => rules.ttl = Some(Distribution::Constant(span(value))),
            ("ack_timeout", _) => rules.redelivery.ack_timeout = Some(span(value)),
            _ => panic!("no such rule: {rule}"),
        }
    }
    (rules, consumers, prefetch)
}

/// What a message of a key carries.
fn of_key(key: &str) -> Properties {
    Properties { key: Some(key.parse().expect("a number from 1 on")), ..Properties::default() }
}

/// `10ms`, or `10ms/2ms` for one after the other.
fn delay(text: &str) -> Delay {
    match text.split('/').map(span).collect::<Vec<_>>()[..] {
        [constant] => Delay::constant(constant),
        ref spans => Delay { law: DelayLaw::List(spans.to_vec()), jitter: Jitter::None },
    }
}

pub fn queue_named(name: &str, names: &[&str]) -> QueueId {
    let at = names.iter().position(|known| *known == name);
    QueueId(at.unwrap_or_else(|| panic!("no queue called {name}")) as u16)
}

pub fn span(text: &str) -> Span {
    let milliseconds = text.strip_suffix("ms").and_then(|number| number.parse::<u64>().ok());
    Span::from_nanos(milliseconds.unwrap_or_else(|| panic!("milliseconds, not {text}")) * 1_000_000)
}
