//! What producers publish once more because it is not processed in time, in exact times.

use kendall::measure::Cause;
use kendall::metrics::{Record, place};

use crate::flows::{counts, ms, run};

/// One message, published at 0.
fn once(retries: &str, queue: &str, consumers: &str) -> Record {
    let producer =
        format!("p: {{publishes_to: a, arrivals: {{regular: {{rate: 10/s}}, limit: 1}}, retries: {{{retries}}}}}");
    run(&format!("a: {queue}"), &producer, consumers)
}

const TWO: &str = "w: {takes_from: a, count: 2, service: 30ms}";

#[test]
fn what_is_not_processed_in_time_is_published_once_more_and_worked_on_twice() {
    let record = once("timeout: 20ms, limit: 1", "{}", TWO);
    let counts = counts(&record);
    assert_eq!((counts.published, counts.tries, counts.processed, counts.duplicates), (1, 2, 1, 1));
    assert_eq!(record.queues[0].account.entered_published, 2);
    assert_eq!(ms(&record.times.response), (1, 30.0), "from the planned instant to the first success");
}

#[test]
fn what_is_processed_before_the_next_try_is_not_tried_again() {
    assert_eq!(counts(&once("timeout: 20ms, limit: 5", "{}", TWO)).tries, 2, "at 40 ms it is done");
    assert_eq!(counts(&once("timeout: 20ms, delay: 15ms", "{}", TWO)).tries, 1, "at 35 ms it is done");
    assert_eq!(counts(&once("timeout: 30ms, limit: 5", "{}", TWO)).tries, 1, "it is done at that instant");
}

#[test]
fn what_is_lost_is_published_once_more_because_nobody_tells_its_producer() {
    let fails = "w: {takes_from: a, service: 30ms, fails: 100%, on_failure: reject}";
    let all = counts(&once("timeout: 50ms, limit: 2", "{}", fails));
    assert_eq!((all.published, all.tries, all.processed), (1, 3, 0));
    assert_eq!(all.lost[place(Cause::Rejected)], 1, "one message, however often it is lost");
}

#[test]
fn a_publish_that_stands_outside_is_not_repeated() {
    // The first is worked on for 100 ms, and the second stands outside for as long.
    let producer =
        "p: {publishes_to: a, arrivals: {regular: {rate: 100/s}, limit: 2}, retries: {timeout: 30ms, limit: 1}}";
    let record = run("a: {capacity: 0, when_full: block}", producer, "w: {takes_from: a, service: 100ms}");
    let all = counts(&record);
    // The first is published again at 30 ms, which stands outside behind the second and is worked on after it.
    assert_eq!((all.published, all.tries, all.processed, all.duplicates), (2, 4, 2, 1 + 1));
}

#[test]
fn a_refused_repeat_is_given_up_while_the_message_goes_on() {
    let all = counts(&once("timeout: 10ms, limit: 1", "{capacity: 0}", "w: {takes_from: a, service: 30ms}"));
    assert_eq!((all.published, all.tries, all.accepted, all.refused, all.processed), (1, 2, 1, 0, 1));
    assert_eq!(all.duplicates, 0);
}

#[test]
fn what_a_producer_does_not_hear_of_it_publishes_again_whatever_has_become_of_it() {
    let all = counts(&once("confirms_lost: 100%, delay: 100ms, limit: 2", "{}", TWO));
    assert_eq!((all.published, all.tries, all.processed, all.duplicates), (1, 3, 1, 2));
    let half = "confirms_lost: 50%, delay: 1ms, limit: 1";
    let producer = format!("p: {{publishes_to: a, arrivals: {{regular: {{rate: 1000/s}}}}, retries: {{{half}}}}}");
    let all = counts(&run("a: {}", &producer, "w: {takes_from: a, count: 9, service: 1ms}"));
    assert_eq!(all.published + all.duplicates, all.tries);
    assert!((440..560).contains(&all.duplicates), "half of 1000: {}", all.duplicates);
}
