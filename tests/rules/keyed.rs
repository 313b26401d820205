//! Whole runs of queues that are ordered by key or have a single active consumer.

use std::path::Path;

use kendall::metrics::Record;
use kendall::scenario::{describe, read};
use kendall::sim;
use kendall::time::{Span, Time};

/// A second of arrivals to one queue, followed to the end.
fn scenario(queue: &str, messages: &str, arrivals: &str, consumers: &str) -> String {
    format!(
        "run: {{duration: 1s, warmup: none, drain: 1000s}}\nqueues: {{q: {queue}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {arrivals}, messages: {messages}}}}}\n\
         consumers: {{c: {{takes_from: q, {consumers}}}}}\n"
    )
}

fn run(text: &str) -> Record {
    let scenario = read(None, text, Path::new(""), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    sim::one(&scenario).unwrap_or_else(|broken| panic!("{broken}"))
}

fn described(text: &str) -> String {
    describe(&read(None, text, Path::new(""), &[]).unwrap_or_else(|problems| panic!("{problems}")))
}

fn reordered(record: &Record) -> u64 {
    record.counts.iter().flatten().map(|counts| counts.reordered).sum()
}

const RANDOM: &str = "{poisson: {rate: 500/s}}";
const EVEN: &str = "{regular: {rate: 100/s}}";
const FOUR: &str = "count: 4, service: {exponential: {mean: 7ms}}";
const NO_TWO: &str = "{key: {among: 1000000000}}";
const ALL_ONE: &str = "{key: {among: 1}}";

#[test]
fn messages_of_one_key_are_worked_on_one_after_the_other() {
    let consumers = "count: 4, service: 20ms";
    let one = scenario("{ordered_by: key}", ALL_ONE, EVEN, consumers);
    assert_eq!(run(&one).end, Time::ZERO + Span::from_secs(2));
    let hot = scenario("{ordered_by: key}", "{key: {among: 50, hot: 100%}}", EVEN, consumers);
    assert_eq!(run(&hot).end, Time::ZERO + Span::from_secs(2));
    // The last is planned at 990 ms.
    let many = scenario("{ordered_by: key}", NO_TWO, EVEN, consumers);
    assert_eq!(run(&many).end, Time::ZERO + Span::from_nanos(1_010_000_000));
}

#[test]
fn where_no_two_messages_are_of_one_key_nothing_changes() {
    let times = |queue: &str, messages: &str| {
        let record = run(&scenario(queue, messages, RANDOM, FOUR));
        (record.times.wait.sum, record.times.response.sum, record.times.response.count, record.end)
    };
    let plain = times("{}", "{}");
    assert_eq!(times("{ordered_by: key}", NO_TWO), plain);
    assert_ne!(times("{ordered_by: key}", ALL_ONE), plain);
}

#[test]
fn only_a_message_of_the_same_key_is_reordered() {
    let of = |queue: &str, messages: &str| reordered(&run(&scenario(queue, messages, RANDOM, FOUR)));
    // Others overtake what waits for its key.
    assert_eq!(of("{ordered_by: key}", "{key: {among: 20, hot: 40%}}"), 0);
    assert!(of("{order: lifo}", "{}") > 0);
    assert_eq!(of("{ordered_by: key, order: lifo}", NO_TWO), 0);
    assert!(of("{ordered_by: key, order: lifo}", ALL_ONE) > 0);
}

#[test]
fn a_single_active_consumer_does_all_the_work() {
    let all = scenario("{single_active_consumer: true}", "{}", EVEN, "count: 4, service: 20ms");
    assert_eq!(run(&all).end, Time::ZERO + Span::from_secs(2));
    // The one that works stays for what it holds; the other goes on with the rest beside it.
    let leaves = "count: {steps: {0s: 2, 500ms: 1}}, service: 20ms";
    let busy = run(&scenario("{single_active_consumer: true}", "{}", EVEN, leaves));
    assert!(busy.end <= Time::ZERO + Span::from_secs(2), "{:?}", busy.end);
    assert_eq!(busy.counts.iter().flatten().map(|counts| counts.processed).sum::<u64>(), 100);
}

#[test]
fn what_a_queue_of_one_after_the_other_can_do_is_told() {
    let consumers = "count: 4, service: 20ms";
    let one = described(&scenario("{single_active_consumer: true}", "{}", EVEN, consumers));
    assert!(one.contains("Offered load 2.00 on 1 consumer at a time: load 200 %, not stable"), "{one}");
    let keys = |messages: &str| described(&scenario("{ordered_by: key}", messages, EVEN, consumers));
    let stable = keys("{key: {among: 10}}");
    assert!(stable.ends_with("utilization 50 %, stable, and 20 % for the busiest key alone."), "{stable}");
    let hot = keys("{key: {among: 10, hot: 60%}}");
    let too_hot =
        "utilization 50 %, but messages of one key come 1.2 times as fast as one after the other: not stable.";
    assert!(hot.ends_with(too_hot), "{hot}");
}
