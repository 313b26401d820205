//! Consumers that work on several messages at once, or answer for several at once.
//!
//! One consumer with a desk, from text. Commands: `take a` (its service takes 10ms), `wait 5ms`
//! (whatever it does by itself on the way happens in its time), `leave`, `rid` (of one message that it passes on; it
//! then passes on whatever it has done). What it does: `5ms: a b begun`, `a b done`,
//! `said a` for an acknowledgement.

use std::collections::BTreeMap;
use std::sync::Arc;

use kendall::broker::{Broker, Command, ConsumerId, DeliveryId, Effect, Properties, QueueId, QueueRules, Terms};
use kendall::client::{
    Acknowledge, Answer, BatchTime, ConsumerRules, Crew, Faults, Handed, Next, OnFailure, OnRetry, Takes,
};
use kendall::random::Key;
use kendall::time::{Span, Time};
use kendall::workload::{Distribution, Empirical};

fn ms(milliseconds: u64) -> Span {
    Span::from_nanos(milliseconds * 1_000_000)
}

struct Desk {
    crew: Crew<&'static str>,
    now: Time,
    /// When it is to be looked at.
    due: Vec<Time>,
    told: Vec<String>,
    deliveries: Vec<DeliveryId>,
    names: BTreeMap<DeliveryId, &'static str>,
    /// Each message of a batch is passed on.
    passes_on: bool,
}

#[track_caller]
fn check(rules: ConsumerRules, script: &'static str, expected: &str) {
    let crew = Crew::new(&rules, Key::of_seed(1), [(QueueId(0), "orders")], ["shop"]).with_desks(1);
    let (due, told) = Default::default();
    let (deliveries, names, passes_on) = (deliveries(), BTreeMap::new(), script.contains("rid"));
    let mut desk = Desk { crew, now: Time::ZERO, due, told, deliveries, names, passes_on };
    for command in script.split(", ") {
        match command.split(' ').collect::<Vec<_>>()[..] {
            ["take", name] => desk.take(name),
            ["rid"] if desk.crew.is_rid_of_one(0) => desk.clear(),
            ["rid"] => {}
            ["wait", span] => desk.wait(ms(span.trim_end_matches("ms").parse().expect("milliseconds"))),
            ["leave"] => {
                let back: Vec<&str> = desk.crew.leave(0).iter().map(|handed| handed.label).collect();
                desk.tell(format!("{} given back", back.join(" ")));
            }
            _ => panic!("no such command: {command}"),
        }
    }
    assert_eq!(desk.told.join(", "), expected);
}

impl Desk {
    fn tell(&mut self, what: String) {
        self.told.push(format!("{}: {what}", self.now.since(Time::ZERO)));
    }

    fn take(&mut self, label: &'static str) {
        let delivery = self.deliveries.pop().expect("few messages");
        self.names.insert(delivery, label);
        let handed = Handed { delivery, queue: QueueId(0), number: 0, producer: 0, entry: 1, attempt: 1, label };
        let next = self.crew.put(0, self.now, handed);
        self.go_on(next);
    }

    fn go_on(&mut self, next: Next) {
        match next {
            Next::Nothing => {}
            Next::Wait(until) => self.due.push(until),
            Next::Work(ends) => {
                let batch: Vec<&str> = self.crew.desk(0).batch().iter().map(|handed| handed.label).collect();
                self.tell(format!("{} begun", batch.join(" ")));
                let said = self.crew.said_at_begin(0);
                self.say(said);
                self.due.push(ends);
            }
        }
    }

    fn say(&mut self, said: Vec<Answer>) {
        for answer in said {
            match answer {
                Answer::Acknowledge(delivery) => self.tell(format!("said {}", self.names[&delivery])),
                other => panic!("{other:?}"),
            }
        }
    }

    fn wait(&mut self, span: Span) {
        let until = self.now + span;
        while let Some(due) = self.due.iter().copied().min().filter(|due| *due <= until) {
            let first = self.due.iter().position(|other| *other == due).expect("it is there");
            self.now = self.due.remove(first);
            if self.crew.desk(0).is_done(self.now) {
                let done: Vec<&str> = self.crew.done(0).iter().map(|(handed, _)| handed.label).collect();
                self.tell(format!("{} done", done.join(" ")));
                self.crew.pass_on(0, usize::from(self.passes_on) * done.len());
                if !self.passes_on {
                    self.clear();
                }
            } else if let next @ Next::Work(_) = self.crew.next_batch(0, self.now, true) {
                self.go_on(next);
            }
        }
        self.now = until;
    }

    fn clear(&mut self) {
        let said = self.crew.clear(0);
        self.say(said);
        let next = self.crew.next_batch(0, self.now, false);
        self.go_on(next);
    }
}

/// Only a broker makes deliveries.
fn deliveries() -> Vec<DeliveryId> {
    let mut effects = Vec::new();
    let mut broker = Broker::new([QueueRules::default()]);
    let (consumer, queue) = (ConsumerId(0), QueueId(0));
    broker.apply(Time::ZERO, Command::Subscribe { consumer, queue, terms: Terms::prefetch(20) }, &mut effects);
    (0..20).for_each(|_| {
        broker.apply(
            Time::ZERO,
            Command::Publish { queue, payload: (), properties: Properties::default() },
            &mut effects,
        );
    });
    let delivery = |effect: &Effect<()>| match effect {
        Effect::Delivered { delivery, .. } => Some(*delivery),
        _ => None,
    };
    effects.iter().filter_map(delivery).collect()
}

fn rules(takes: Option<(u32, u64, BatchTime)>, acknowledge: Acknowledge) -> ConsumerRules {
    let takes = takes.map(|(up_to, wait, time)| Takes { up_to, wait: ms(wait), time });
    let service = Distribution::Empirical(Arc::new(Empirical::new(vec![0.010], None)));
    ConsumerRules {
        service,
        follows: None,
        on_retry: OnRetry::Same,
        acknowledge,
        fails: 0.0,
        on_failure: OnFailure::Requeue,
        takes,
        faults: Faults::default(),
    }
}

fn batches(up_to: u32, wait: u64, time: BatchTime) -> ConsumerRules {
    rules(Some((up_to, wait, time)), Acknowledge::After)
}

#[test]
fn a_batch_begins_as_soon_as_it_is_complete() {
    check(
        batches(2, 50, BatchTime::Longest),
        "take a, wait 5ms, take b, wait 60ms",
        "5ms: a b begun, 15ms: a b done, 15ms: said a, 15ms: said b",
    );
}

#[test]
fn a_batch_that_is_not_complete_begins_when_its_first_has_waited() {
    check(
        batches(3, 20, BatchTime::Longest),
        "take a, wait 5ms, take b, wait 60ms",
        "20ms: a b begun, 30ms: a b done, 30ms: said a, 30ms: said b",
    );
}

#[test]
fn without_a_wait_a_batch_is_what_comes_at_one_instant() {
    check(
        batches(3, 0, BatchTime::Longest),
        "take a, take b, wait 60ms",
        "0s: a b begun, 10ms: a b done, 10ms: said a, 10ms: said b",
    );
}

#[test]
fn the_first_of_the_next_batch_waits_from_its_delivery() {
    check(
        batches(2, 8, BatchTime::Longest),
        "take a, take b, wait 5ms, take c, wait 30ms",
        "0s: a b begun, 10ms: a b done, 10ms: said a, 10ms: said b, 13ms: c begun, 23ms: c done, 23ms: said c",
    );
}

#[test]
fn a_batch_lasts_the_sum_of_its_services_where_the_rules_say_so() {
    check(
        batches(2, 0, BatchTime::Sum),
        "take a, take b, wait 60ms",
        "0s: a b begun, 20ms: a b done, 20ms: said a, 20ms: said b",
    );
}

#[test]
fn several_are_acknowledged_at_once_and_the_rest_when_nothing_is_left() {
    check(
        rules(None, Acknowledge::Every(2)),
        "take a, take b, take c, wait 60ms",
        "0s: a begun, 10ms: a done, 10ms: b begun, 20ms: b done, 20ms: said a, 20ms: said b, 20ms: c begun, \
         30ms: c done, 30ms: said c",
    );
}

#[test]
fn who_leaves_gives_back_what_it_has_not_begun() {
    check(
        rules(None, Acknowledge::After),
        "take a, take b, take c, leave, wait 60ms",
        "0s: a begun, 0s: b c given back, 10ms: a done, 10ms: said a",
    );
    check(
        rules(None, Acknowledge::OnDelivery),
        "take a, take b, leave, wait 60ms",
        "0s: a begun, 0s:  given back, 10ms: a done, 10ms: b begun, 20ms: b done",
    );
}

#[test]
fn a_batch_is_answered_for_and_the_next_begun_when_all_of_it_is_passed_on() {
    check(
        batches(2, 0, BatchTime::Longest),
        "take a, take b, take c, wait 15ms, rid, wait 5ms, rid, wait 15ms, rid",
        "0s: a b begun, 10ms: a b done, 20ms: said a, 20ms: said b, 20ms: c begun, 30ms: c done, 35ms: said c",
    );
}

#[test]
fn what_is_passed_on_counts_among_those_acknowledged_at_once_from_then_on() {
    check(
        rules(None, Acknowledge::Every(2)),
        "take a, take b, take c, wait 12ms, rid, wait 13ms, rid, wait 15ms, rid",
        "0s: a begun, 10ms: a done, 12ms: b begun, 22ms: b done, 25ms: said a, 25ms: said b, 25ms: c begun, \
         35ms: c done, 40ms: said c",
    );
}

#[test]
fn who_leaves_keeps_what_it_passes_on() {
    check(
        rules(None, Acknowledge::After),
        "take a, take b, wait 12ms, leave, wait 5ms, rid",
        "0s: a begun, 10ms: a done, 12ms: b given back, 17ms: said a",
    );
}
