//! What consumers and producers do with what they are told.
//!
//! A crew of one from text. Commands: `take a` (it is handed a), `finish` (its work is done; it goes on with what it
//! holds). What it does: `a begun` (`and acknowledged`), `a held`, `a acknowledged`, `a requeued`, `a rejected`,
//! `a over` (nothing more to say).

use std::sync::Arc;

use kendall::broker::{
    Broker, Command, ConsumerId, DeliveryId, Effect, Message, Properties, QueueId, QueueRules, Terms,
};
use kendall::broker::{Delay, DelayLaw, Jitter};
use kendall::client::{
    Acknowledge, Answer, Begin, Carried, Carries, ConsumerRules, Crew, Faults, Follows, Handed, MessageRules,
    OnFailure, OnRetry, Producer, Retries, Worker,
};
use kendall::random::Key;
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Distribution, RateProfile, Trace};

#[track_caller]
fn check(rules: &str, script: &str, expected: &str) {
    let (mut crew, mut worker) = (crew(&read_rules(rules), Key::of_seed(1), "orders"), Worker::idle());
    let mut told = Vec::new();
    for (number, command) in script.split(", ").enumerate() {
        if let Some(name) = command.strip_prefix("take ") {
            let handed = Handed { label: name, ..handed(number as u64, 1, 1) };
            match crew.take::<false>(&mut worker, handed) {
                Some(begin) => told.push(tell(name, &begin)),
                None => told.push(format!("{name} held")),
            }
        } else {
            assert_eq!(command, "finish");
            let done = crew.finish::<false>(&mut worker);
            let name = done.handed.label;
            told.push(match done.answer {
                Answer::Acknowledge(_) => format!("{name} acknowledged"),
                Answer::Reject { requeue: true, .. } => format!("{name} requeued"),
                Answer::Reject { requeue: false, .. } => format!("{name} rejected"),
                Answer::Return(_) => format!("{name} given back"),
                Answer::Nothing => format!("{name} over"),
            });
            if let Some((handed, begin)) = crew.next(&mut worker) {
                told.push(tell(handed.label, &begin));
            }
        }
    }
    assert_eq!(told.join(", "), expected);
}

fn tell(name: &str, begin: &Begin) -> String {
    match begin.acknowledge {
        Some(_) => format!("{name} begun and acknowledged"),
        None => format!("{name} begun"),
    }
}

fn read_rules(text: &str) -> ConsumerRules {
    let mut rules = ConsumerRules {
        follows: None,
        service: Distribution::Exponential { mean_s: 1.0 },
        on_retry: OnRetry::Same,
        acknowledge: Acknowledge::After,
        fails: 0.0,
        on_failure: OnFailure::Requeue,
        takes: None,
        faults: Faults::default(),
    };
    for rule in text.split(", ").filter(|rule| !rule.is_empty()) {
        match rule {
            "acknowledge before" => rules.acknowledge = Acknowledge::Before,
            "acknowledge after" => rules.acknowledge = Acknowledge::After,
            "fails 0%" => rules.fails = 0.0,
            "fails 50%" => rules.fails = 0.5,
            "fails 100%" => rules.fails = 1.0,
            "on_failure reject" => rules.on_failure = OnFailure::Reject,
            "on_failure requeue" => rules.on_failure = OnFailure::Requeue,
            "on_retry fresh" => rules.on_retry = OnRetry::Fresh,
            "on_retry same" => rules.on_retry = OnRetry::Same,
            _ => panic!("no such rule: {rule}"),
        }
    }
    rules
}

fn crew<L: Copy>(rules: &ConsumerRules, key: Key, queue: &str) -> Crew<L> {
    Crew::new(rules, key, [(QueueId(0), queue)], ["shop", "web"])
}

fn handed(number: u64, entry: u16, attempt: u32) -> Handed<&'static str> {
    Handed { delivery: some_delivery(), queue: QueueId(0), number, producer: 0, entry, attempt, label: "" }
}

/// Only a broker makes deliveries.
fn some_delivery() -> DeliveryId {
    let mut effects = Vec::new();
    let mut broker = Broker::new([QueueRules::default()]);
    let queue = QueueId(0);
    broker.apply(
        Time::ZERO,
        Command::Subscribe { consumer: ConsumerId(0), queue, terms: Terms::prefetch(1) },
        &mut effects,
    );
    broker.apply(Time::ZERO, Command::Publish { queue, payload: (), properties: Properties::default() }, &mut effects);
    match effects.pop() {
        Some(Effect::Delivered { delivery, .. }) => delivery,
        other => panic!("a delivery, not {other:?}"),
    }
}

/// How long a consumer works on a message, and whether it succeeds.
fn attempt<L: Copy>(crew: &mut Crew<L>, handed: Handed<L>) -> (Span, bool) {
    let mut worker = Worker::idle();
    let begin = crew.take::<false>(&mut worker, handed).expect("the consumer is idle");
    (begin.work, crew.finish::<false>(&mut worker).success)
}

#[test]
fn a_consumer_acknowledges_after_its_work() {
    check("acknowledge after", "take a, finish", "a begun, a acknowledged");
}

#[test]
fn a_consumer_that_acknowledges_before_does_so_as_its_work_starts() {
    check("acknowledge before", "take a, finish", "a begun and acknowledged, a over");
}

#[test]
fn a_held_message_is_acknowledged_before_only_when_its_work_starts() {
    check(
        "acknowledge before",
        "take a, take b, finish",
        "a begun and acknowledged, b held, a over, b begun and acknowledged",
    );
}

#[test]
fn a_consumer_works_on_what_it_holds_in_the_order_of_delivery() {
    check(
        "",
        "take a, take b, take c, finish, finish, finish",
        "a begun, b held, c held, a acknowledged, b begun, b acknowledged, c begun, c acknowledged",
    );
}

#[test]
fn a_failure_requeues_the_message() {
    check("fails 100%", "take a, finish", "a begun, a requeued");
}

#[test]
fn a_failure_rejects_the_message_when_the_rules_say_so() {
    check("fails 100%, on_failure reject", "take a, finish", "a begun, a rejected");
}

#[test]
fn a_failure_after_the_acknowledgement_says_nothing_to_the_broker() {
    check("fails 100%, acknowledge before", "take a, finish", "a begun and acknowledged, a over");
}

#[test]
fn no_attempt_fails_at_a_share_of_zero_and_every_one_at_a_share_of_one() {
    for (rules, expected) in [("fails 0%", true), ("fails 100%", false)] {
        let mut crew = crew(&read_rules(rules), Key::of_seed(1), "orders");
        assert!((0..1000).all(|number| attempt(&mut crew, handed(number, 1, 1)).1 == expected), "{rules}");
    }
}

#[test]
fn about_the_given_share_of_attempts_fails() {
    let mut crew = crew(&read_rules("fails 50%"), Key::of_seed(1), "orders");
    let failures = (0..4000).filter(|number| !attempt(&mut crew, handed(*number, 1, 1)).1).count() as f64;
    assert!((failures - 2000.0).abs() < 4.0 * 1000.0_f64.sqrt(), "{failures} of 4000");
}

#[test]
fn a_retry_takes_as_long_as_the_first_try() {
    let mut crew = crew(&read_rules("on_retry same"), Key::of_seed(1), "orders");
    let first = attempt(&mut crew, handed(7, 1, 1)).0;
    assert_eq!(attempt(&mut crew, handed(7, 1, 2)).0, first);
    assert_eq!(attempt(&mut crew, handed(7, 2, 1)).0, first);
}

#[test]
fn a_fresh_retry_takes_a_time_of_its_own() {
    let mut crew = crew(&read_rules("on_retry fresh"), Key::of_seed(1), "orders");
    let first = attempt(&mut crew, handed(7, 1, 1)).0;
    assert_ne!(attempt(&mut crew, handed(7, 1, 2)).0, first);
    assert_ne!(attempt(&mut crew, handed(7, 2, 1)).0, first);
    assert_eq!(attempt(&mut crew, handed(7, 1, 1)).0, first, "the same attempt takes as long again");
}

#[test]
fn whether_an_attempt_fails_is_drawn_for_each_entry_and_attempt() {
    let mut crew = crew(&read_rules("fails 50%"), Key::of_seed(1), "orders");
    let mut outcomes = |entry, attempt_number| -> Vec<bool> {
        (0..64).map(|number| attempt(&mut crew, handed(number, entry, attempt_number)).1).collect()
    };
    let first = outcomes(1, 1);
    assert_eq!(outcomes(1, 1), first);
    assert_ne!(outcomes(1, 2), first);
    assert_ne!(outcomes(2, 1), first);
}

#[test]
fn what_a_message_takes_does_not_depend_on_what_was_drawn_before() {
    let rules = read_rules("fails 50%");
    let mut one = crew(&rules, Key::of_seed(1), "orders");
    let in_order: Vec<_> = (0..50).map(|number| attempt(&mut one, handed(number, 1, 1))).collect();
    let mut another = crew(&rules, Key::of_seed(1), "orders");
    for number in (0..50).rev() {
        let got = attempt(&mut another, handed(number, 1, 1));
        assert_eq!(got, in_order[number as usize], "message {number}");
    }
}

#[test]
fn what_several_consumers_hold_does_not_mix() {
    let mut crew = crew(&read_rules(""), Key::of_seed(1), "orders");
    let mut workers = [Worker::idle(); 3];
    for number in 0..30 {
        crew.take::<false>(&mut workers[number as usize % 3], handed(number, 1, 1));
    }
    for (place, worker) in workers.iter_mut().enumerate() {
        for turn in 0..5 {
            assert_eq!(crew.finish::<false>(worker).handed.number, 3 * turn + place as u64);
            let (next, _) = crew.next(worker).expect("it holds more");
            // What another holds now has the place of what this one has begun.
            crew.take::<false>(worker, handed(100 + next.number, 1, 1));
        }
    }
    for (place, worker) in workers.iter_mut().enumerate() {
        let rest: Vec<u64> = std::iter::from_fn(|| {
            crew.finish::<false>(worker);
            crew.next(worker).map(|(handed, _)| handed.number)
        })
        .collect();
        let place = place as u64;
        let expected = (6..10).map(|turn| 3 * turn + place).chain((1..6).map(|turn| 100 + 3 * turn + place));
        assert_eq!(rest, expected.collect::<Vec<_>>());
    }
}

#[test]
fn messages_producers_queues_and_replications_have_draws_of_their_own() {
    let rules = read_rules("");
    let work = |key: Key, queue: &str, (producer, number): (u16, u64)| {
        let mut crew = crew(&rules, key, queue);
        attempt(&mut crew, Handed { producer, ..handed(number, 1, 1) }).0
    };
    let first = work(Key::of_seed(1), "orders", (0, 7));
    assert_ne!(work(Key::of_seed(1), "orders", (0, 8)), first);
    assert_ne!(work(Key::of_seed(1), "orders", (1, 7)), first);
    assert_ne!(work(Key::of_seed(1), "returns", (0, 7)), first);
    assert_ne!(work(Key::of_seed(1).number(1), "orders", (0, 7)), first);
}

#[test]
fn work_on_a_message_is_its_queues_whatever_else_a_consumer_takes_from() {
    let queues = [(QueueId(3), "express"), (QueueId(0), "orders")];
    let mut shared = Crew::new(&read_rules(""), Key::of_seed(1), queues, ["shop", "web"]);
    for (queue, name) in queues {
        let mut own = crew(&read_rules(""), Key::of_seed(1), name);
        for producer in [0, 1] {
            let handed = Handed { queue, producer, ..handed(7, 1, 1) };
            let alone = attempt(&mut own, Handed { queue: QueueId(0), ..handed });
            assert_eq!(attempt(&mut shared, handed), alone, "{name}, producer {producer}");
        }
    }
}

/// What the messages of two producers carry: a draw, and what a trace says.
fn carried(key: Key) -> [Carried; 2] {
    let instants = vec![Time::ZERO, Time::from_nanos(5)];
    let trace = Trace::new(instants, Some(Span::from_secs(1))).carrying(vec![3.0, 0.5], Vec::new());
    let rules = MessageRules { work: Some(Distribution::Exponential { mean_s: 4.0 }), ..MessageRules::default() };
    let poisson = Arrivals::Poisson { rate: RateProfile::constant(1.0) };
    [
        Carried::new(&rules, 0, &poisson, key.name("shop")),
        Carried::new(&MessageRules::default(), 1, &Arrivals::Trace(Arc::new(trace)), key.name("web")),
    ]
}

fn following(text: &str, queue: &str) -> Crew<&'static str> {
    let follows = Follows { what: Carries::Work, each_s: 0.01, plus: Span::from_secs(2) };
    let rules = ConsumerRules { follows: Some(follows), ..read_rules(text) };
    crew(&rules, Key::of_seed(1), queue).following(&carried(Key::of_seed(1)))
}

#[test]
fn a_service_that_follows_what_a_message_carries_is_the_same_in_every_queue_and_attempt() {
    let work = |crew: &mut Crew<_>, number, entry, tried| attempt(crew, handed(number, entry, tried)).0;
    let mut orders = following("on_retry fresh", "orders");
    let first: Vec<Span> = (0..40).map(|number| work(&mut orders, number, 1, 1)).collect();
    let again: Vec<Span> = (0..40).map(|number| work(&mut orders, number, 2, 3)).collect();
    let elsewhere: Vec<Span> = (0..40).map(|number| work(&mut following("", "returns"), number, 1, 1)).collect();
    assert_eq!(first, again);
    assert_eq!(first, elsewhere);
    assert_ne!(first[0], first[1]);
    let mean_s = first.iter().map(|work| work.seconds()).sum::<f64>() / 40.0;
    // 2 s and 0.01 s for each of 4 on average, of which the standard error is 0.01 s × 4/√40.
    assert!((mean_s - 2.04).abs() < 4.0 * 0.04 / 40.0_f64.sqrt(), "{mean_s}");
}

#[test]
fn a_service_follows_what_a_trace_says_round_by_round() {
    let mut crew = following("", "orders");
    let services = (0..4).map(|number| attempt(&mut crew, Handed { producer: 1, ..handed(number, 1, 1) }).0.seconds());
    assert_eq!(services.collect::<Vec<_>>(), [2.03, 2.005, 2.03, 2.005]);
}

#[test]
fn how_long_an_attempt_takes_is_known_before_it_begins() {
    let drawn = |text: &str| crew(&read_rules(text), Key::of_seed(1), "orders");
    for mut crew in [drawn(""), drawn("on_retry fresh"), following("", "orders")] {
        let works = crew.works(QueueId(0));
        for (producer, number, entry, tried) in [(0, 7, 1, 1), (0, 7, 1, 2), (0, 7, 2, 1), (1, 9, 1, 1)] {
            let began = attempt(&mut crew, Handed { producer, ..handed(number, entry, tried) }).0;
            assert_eq!(works.service((producer, number), entry, tried), began);
        }
    }
}

#[test]
fn what_a_message_carries_belongs_to_its_producer_and_number() {
    let bytes = |key: Key, number| {
        let rules = MessageRules { size: Some(Distribution::Exponential { mean_s: 1e6 }), ..MessageRules::default() };
        Carried::new(&rules, 0, &Arrivals::Renewal { gap: Distribution::Constant(Span::from_secs(1)) }, key)
            .properties(number)
            .bytes
    };
    let first = bytes(Key::of_seed(1), 7);
    assert_eq!(bytes(Key::of_seed(1), 7), first);
    assert_ne!(bytes(Key::of_seed(1), 8), first);
    assert_ne!(bytes(Key::of_seed(2), 7), first);
}

#[test]
fn a_producer_numbers_its_messages_and_plans_none_at_the_end_or_later() {
    let arrivals = Arrivals::Regular { rate: RateProfile::constant(1000.0) };
    let end = Time::from_nanos(3_000_000);
    let mut producer = Producer::new(4, arrivals.stream(Key::of_seed(1)), end);
    let planned: Vec<Message> = std::iter::from_fn(|| producer.plan()).collect();
    let at = |number: u64| Message { producer: 4, number, planned: Time::from_nanos(number * 1_000_000) };
    assert_eq!(planned, [at(0), at(1), at(2)]);
}

#[test]
fn a_producer_tries_again_as_often_and_as_long_as_its_retries_say() {
    let arrivals = Arrivals::Regular { rate: RateProfile::constant(1.0) };
    let key = Key::of_seed(1);
    let law = DelayLaw::Linear { step: Span::from_secs(1), at_most: Span::MAX };
    let delay = Delay { law, jitter: Jitter::None };
    let retries = |limit, within| Retries {
        delay: delay.clone(),
        limit,
        within,
        timeout: None,
        confirms_lost: 0.0,
        budget: None,
    };
    let message = Message { producer: 0, number: 0, planned: Time::ZERO };
    let tries = |retries: Option<&Retries>| {
        let mut producer = Producer::new(0, arrivals.stream(key), Time::NEVER).with_retries(retries, key);
        let mut now = message.planned;
        let again = (1..10).map_while(|tries| {
            now = producer.tries_again_at(now, message, "queue", tries)?;
            Some(now.nanos() / 1_000_000_000)
        });
        again.collect::<Vec<u64>>()
    };
    assert!(tries(None).is_empty());
    assert_eq!(tries(Some(&retries(Some(3), None))), [1, 3, 6]);
    assert_eq!(tries(Some(&retries(None, Some(Span::from_secs(10))))), [1, 3, 6, 10]);
}

#[test]
fn a_budget_bounds_the_further_tries_of_all_messages() {
    let arrivals = Arrivals::Regular { rate: RateProfile::constant(1.0) };
    let (key, delay) = (Key::of_seed(1), Delay { law: DelayLaw::Constant(Span::from_secs(1)), jitter: Jitter::None });
    let retries = Retries { delay, limit: None, within: None, timeout: None, confirms_lost: 0.0, budget: Some(0.25) };
    let mut producer = Producer::new(0, arrivals.stream(key), Time::NEVER).with_retries(Some(&retries), key);
    let mut tried = 0;
    for _ in 0..100 {
        let message = producer.plan().expect("they never end");
        tried += u64::from(producer.tries_again_at(message.planned, message, "queue", 1).is_some());
    }
    assert_eq!(tried, 25, "a quarter of the messages, and no more");
    (0..1000).for_each(|_| assert!(producer.plan().is_some()));
    let message = Message { producer: 0, number: 0, planned: Time::ZERO };
    let at_once = (0..100).filter(|_| producer.tries_again_at(Time::ZERO, message, "queue", 1).is_some());
    assert_eq!(at_once.count(), 10, "no more are saved up");
}
