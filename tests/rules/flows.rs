//! What becomes of messages that pass through several queues, in exact times: from text to what was measured.

use std::path::Path;

use kendall::measure::Cause;
use kendall::metrics::{Counts, Record, Tally, place};
use kendall::scenario;
use kendall::sim;

/// Runs queues, producers and consumers for a second, without a warm-up.
pub fn run(queues: &str, producers: &str, consumers: &str) -> Record {
    run_for("wait.mean", queues, producers, consumers)
}

/// With a target on this measure, so that it is measured.
pub fn run_for(measure: &str, queues: &str, producers: &str, consumers: &str) -> Record {
    let text = format!(
        "run: {{duration: 1s, warmup: none, replications: 1}}\nqueues: {{{queues}}}\nproducers: {{{producers}}}\n\
         consumers: {{{consumers}}}\ntargets: [{measure} < 1h]\n"
    );
    run_text(&text)
}

/// Runs a whole scenario.
pub fn run_text(text: &str) -> Record {
    let scenario = scenario::read(None, text, Path::new(""), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    sim::one(&scenario).unwrap_or_else(|broken| panic!("{broken}"))
}

/// The counts of all messages.
pub fn counts(record: &Record) -> Counts {
    let mut all = Counts::default();
    record.counts.iter().flatten().for_each(|counts| all.add(counts));
    all
}

/// How many, and the longest, in milliseconds.
pub fn ms(tally: &Tally) -> (u64, f64) {
    (tally.count, tally.max as f64 / 1e6)
}

fn mean_ms(tally: &Tally) -> f64 {
    tally.sum as f64 / 1e6 / tally.count as f64
}

const ONE_EVERY_100MS: &str = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}";

#[test]
fn a_message_keeps_its_identity_from_its_planned_instant_to_the_end_of_the_last_stage() {
    // Both stages work alone: 10 ms and 30 ms, with nothing to wait for.
    let consumers = "w: {takes_from: a, service: 10ms, then: {publishes_to: b}}, v: {takes_from: b, service: 30ms}";
    let record = run("a: {}, b: {}", ONE_EVERY_100MS, consumers);
    assert_eq!(ms(&record.times.response), (10, 40.0));
    assert_eq!(ms(&record.times.service), (10, 40.0));
    assert_eq!(ms(&record.times.wait), (10, 0.0));
    assert_eq!(ms(&record.queues[0].times.response), (10, 10.0));
    assert_eq!(ms(&record.queues[1].times.response), (10, 30.0));
    let (a, b) = (&record.queues[0].account, &record.queues[1].account);
    assert_eq!((a.entered_published, a.entered_passed_on, a.acknowledged), (10, 0, 10));
    assert_eq!((b.entered_published, b.entered_passed_on, b.acknowledged), (0, 10, 10));
    assert_eq!((counts(&record).processed, record.processed_in_window, record.succeeded_in_window), (10, 10, 20));
}

#[test]
fn a_consumer_that_is_blocked_waits_with_its_message_and_is_not_busy() {
    // The second stage takes 30 ms of every 100, but a pair comes every 100: the second of them is blocked for 20 ms.
    let pairs = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}, \
                 q: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}";
    let consumers = "w: {takes_from: a, service: 10ms, then: {publishes_to: b}}, v: {takes_from: b, service: 30ms}";
    let record = run("a: {}, b: {capacity: 0, when_full: block}", pairs, consumers);
    // The first: 10 + 30. The second begins at 10, is blocked from 20 to 40, and done at 70.
    assert_eq!(ms(&record.times.response), (20, 70.0));
    assert!((mean_ms(&record.times.response) - 55.0).abs() < 1e-9);
    assert_eq!(record.crews[0].busy, 20 * 10_000_000);
    let window = record.queues[0].window.as_ref().expect("a window");
    // In flight: 10 ms of the first and 30 ms of the second; waiting: 10 ms of the second.
    assert_eq!((window.in_flight_area, window.length_area), (10 * 40_000_000, 10 * 10_000_000));
    assert_eq!(ms(&record.queues[0].times.response), (20, 20.0));
    assert_eq!(counts(&record).not_yet_accepted, 0);
}

#[test]
fn the_times_of_one_producer_are_of_its_messages_alone_through_all_stages() {
    // At each instant `q` is worked on for 30 ms; `p` comes behind it after 10 ms, and waits for 20 ms.
    let producers = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}, \
                     q: {publishes_to: b, arrivals: {regular: {rate: 10/s}}}";
    let consumers = "w: {takes_from: a, service: 10ms, then: {publishes_to: b}}, v: {takes_from: b, service: 30ms}";
    for (producer, at, [wait, service, response]) in [("p", 0, [20.0, 40.0, 60.0]), ("q", 1, [0.0, 30.0, 30.0])] {
        let record = run_for(&format!("{producer}.response.p99"), "a: {}, b: {}", producers, consumers);
        let times = record.of_producers[at].as_ref().expect("it is asked for");
        assert_eq!((ms(&times.wait), ms(&times.service)), ((10, wait), (10, service)), "{producer}");
        assert_eq!(ms(&times.response), (10, response), "{producer}");
        assert!((mean_ms(&times.response) - response).abs() < 1e-9, "{producer}");
    }
}

#[test]
fn the_times_of_one_producer_end_with_the_last_of_its_copies() {
    let producers = "p: {publishes_to: [a, b], arrivals: {regular: {rate: 10/s}}}, \
                     q: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}";
    let consumers = "w: {takes_from: a, service: 10ms}, v: {takes_from: b, service: 30ms}";
    let record = run_for("p.wait.mean", "a: {}, b: {}", producers, consumers);
    let times = record.of_producers[0].as_ref().expect("it is asked for");
    assert_eq!((ms(&times.response), ms(&times.service), ms(&times.wait)), ((10, 30.0), (10, 30.0), (10, 0.0)));
    assert!(record.of_producers[1].is_none(), "nobody asks for the other");
}

#[test]
fn what_consumers_hold_and_the_broker_has_forgotten_is_counted_until_its_work_is_done() {
    let pairs = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}, batch: 2}}";
    let record = run("a: {}", pairs, "w: {takes_from: a, service: 10ms, acknowledge: on_delivery}");
    let window = record.held[0].as_ref().and_then(|held| held.window.as_ref()).expect("a window");
    // Of every 100 ms, one is held for 10 and the other for 20.
    assert_eq!(window.length_area, 10 * (10_000_000 + 20_000_000));
    let queue = record.queues[0].window.as_ref().expect("a window");
    assert_eq!((queue.length_area, queue.in_flight_area), (0, 0), "neither waiting nor in flight");
}

/// Two messages every 100 ms, and nothing fits behind the first stage but what the second works on, for 30 ms each.
fn pairs_through_a_block(first_stage: &str) -> Record {
    let pairs = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}, \
                 q: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}";
    let first = format!("w: {{takes_from: a, service: 10ms, then: {{publishes_to: b}}, {first_stage}}}");
    run("a: {}, b: {capacity: 0, when_full: block}", pairs, &format!("{first}, v: {{takes_from: b, service: 30ms}}"))
}

#[test]
fn a_consumer_waits_with_its_batch_while_one_of_it_is_blocked() {
    let record = pairs_through_a_block("takes: {up_to: 2}");
    // Both are done at 10. The first is then worked on until 40, the second is blocked until then, and done at 70.
    assert_eq!(ms(&record.times.response), (20, 70.0));
    assert!((mean_ms(&record.times.response) - 55.0).abs() < 1e-9);
    assert_eq!((record.crews[0].busy, record.crews[0].successes), (10 * 10_000_000, 20));
    let window = record.queues[0].window.as_ref().expect("a window");
    assert_eq!((window.in_flight_area, window.length_area), (10 * 2 * 40_000_000, 0), "both, until all is passed on");
    assert_eq!(ms(&record.queues[0].times.response), (20, 10.0));
}

#[test]
fn a_consumer_that_acknowledges_two_at_once_waits_with_each_that_is_blocked() {
    let record = pairs_through_a_block("prefetch: 2, acknowledge: {every: 2}");
    // The second begins at 10, is blocked from 20 to 40, and both are acknowledged then.
    assert_eq!(ms(&record.times.response), (20, 70.0));
    assert_eq!(record.crews[0].busy, 20 * 10_000_000);
    let window = record.queues[0].window.as_ref().expect("a window");
    assert_eq!((window.in_flight_area, window.length_area), (10 * 2 * 40_000_000, 0));
}

#[test]
fn what_was_acknowledged_on_delivery_is_held_until_it_is_passed_on() {
    let record = pairs_through_a_block("acknowledge: on_delivery");
    assert_eq!(ms(&record.times.response), (20, 70.0));
    let held = record.held[0].as_ref().expect("it is counted");
    let window = held.window.as_ref().expect("a window");
    // 10 ms of the first; of the second 10 ms before its work, 10 ms of work and 20 ms of waiting for room.
    assert_eq!(window.length_area, 10 * (10_000_000 + 40_000_000));
    assert_eq!(record.queues[0].account.acknowledged, 20);
}

#[test]
fn a_consumer_that_leaves_while_it_is_blocked_passes_on_first() {
    // Two are there for 15 of every 100 ms. The one that is blocked from 10 to 40 ms leaves at 15, and is available to 40.
    let record = pairs_through_a_block("count: {steps: {0s: 2, 15ms: 0}, repeat: 100ms}");
    assert_eq!(ms(&record.times.response), (20, 70.0));
    assert_eq!(record.crews[0].busy, 20 * 10_000_000);
    assert_eq!(record.crews[0].available, Some(10 * (15_000_000 + 40_000_000)));
}

#[test]
fn of_a_batch_each_message_is_passed_on_or_refused_by_itself() {
    let consumers = "w: {takes_from: a, takes: {up_to: 2}, service: 10ms, then: {publishes_to: b}}, \
                     v: {takes_from: b, service: 30ms}";
    let pairs = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}, batch: 2}}";
    let record = run("a: {}, b: {capacity: 0}", pairs, consumers);
    let counts = counts(&record);
    assert_eq!((counts.accepted, counts.processed, counts.lost[place(Cause::Refused)]), (20, 10, 10));
    assert_eq!(record.queues[0].account.acknowledged, 20, "refused or not, it is acknowledged");
}

#[test]
fn what_is_refused_on_its_way_is_lost() {
    let consumers =
        "w: {takes_from: a, count: 2, service: 10ms, then: {publishes_to: b}}, v: {takes_from: b, service: 30ms}";
    let pairs = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}, \
                 q: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}";
    let record = run("a: {}, b: {capacity: 0}", pairs, consumers);
    let counts = counts(&record);
    assert_eq!((counts.accepted, counts.processed, counts.refused), (20, 10, 0));
    assert_eq!(counts.lost[place(Cause::Refused)], 10);
    assert_eq!(record.queues[0].account.acknowledged, 20, "refused or not, it is acknowledged");
}

#[test]
fn shares_split_messages_and_what_they_leave_is_processed() {
    let consumers = "w: {takes_from: a, service: 1ms, then: [{publishes_to: b, share: 50%}, {publishes_to: c, share: 20%}]}, \
                     v: {takes_from: b, service: 1ms}, u: {takes_from: c, service: 1ms}";
    let record = run("a: {}, b: {}, c: {}", "p: {publishes_to: a, arrivals: {regular: {rate: 500/s}}}", consumers);
    let entered = |at: usize| record.queues[at].account.entered_passed_on as f64;
    assert!((entered(1) - 250.0).abs() < 4.0 * 125_f64.sqrt(), "{}", entered(1));
    assert!((entered(2) - 100.0).abs() < 4.0 * 80_f64.sqrt(), "{}", entered(2));
    assert_eq!(counts(&record).processed, 500);
}

#[test]
fn what_comes_back_to_a_queue_draws_anew_each_time() {
    // Half of the messages go round once more: two rounds on average, and a few go round five times.
    let consumers = "w: {takes_from: a, count: 4, service: 1ms, then: [{publishes_to: a, share: 50%}]}";
    let record = run("a: {}", "p: {publishes_to: a, arrivals: {regular: {rate: 500/s}}}", consumers);
    let rounds = record.succeeded_in_window as f64 / 500.0;
    assert!((rounds - 2.0).abs() < 4.0 * (2.0 / 500.0_f64).sqrt(), "{rounds}");
    assert_eq!(counts(&record).processed, 500);
    assert!(ms(&record.times.service).1 >= 5.0);
}

#[test]
fn a_success_on_what_was_passed_on_twice_is_a_duplicate() {
    // The queue takes back after 5 ms what is worked on for 8 ms, and delivers it once more to the other consumer.
    let queues = "a: {redelivery: {ack_timeout: 5ms}}, b: {}";
    let consumers =
        "w: {takes_from: a, count: 2, service: 8ms, then: {publishes_to: b}}, v: {takes_from: b, service: 1ms}";
    let record = run(queues, ONE_EVERY_100MS, consumers);
    let counts = counts(&record);
    assert_eq!((counts.published, counts.processed), (10, 10));
    assert_eq!(record.queues[1].account.entered_passed_on, 20, "both successes are passed on");
    assert_eq!(counts.duplicates, 20, "the second success on the first queue, and the one on its copy");
    assert_eq!(ms(&record.times.response), (10, 9.0));
}

#[test]
fn a_message_rests_where_it_was_passed_on_to_nobody() {
    let record = run("a: {}, b: {}", ONE_EVERY_100MS, "w: {takes_from: a, service: 10ms, then: {publishes_to: b}}");
    let counts = counts(&record);
    assert_eq!((counts.processed, Counts::total(&counts.dead), counts.unfinished), (0, 10, 0));
}

#[test]
fn work_that_fails_is_passed_on_only_when_it_succeeds() {
    let consumers = "w: {takes_from: a, service: 1ms, fails: 50%, on_failure: reject, then: {publishes_to: b}}, \
                     v: {takes_from: b, service: 1ms}";
    let record = run("a: {dead_letter: c}, b: {}, c: {}", ONE_EVERY_100MS, consumers);
    let counts = counts(&record);
    let passed_on = record.queues[1].account.entered_passed_on;
    assert_eq!((counts.processed, counts.dead[place(Cause::Rejected)]), (passed_on, 10 - passed_on));
    assert!((1..10).contains(&passed_on));
}

#[test]
fn a_copy_goes_to_each_queue_and_the_last_branch_ends_the_message() {
    let producers = "p: {publishes_to: [a, b], arrivals: {regular: {rate: 10/s}}}";
    let consumers = "w: {takes_from: a, service: 10ms}, v: {takes_from: b, count: 2, service: 30ms}";
    let record = run("a: {}, b: {}", producers, consumers);
    assert_eq!((ms(&record.times.response), ms(&record.times.service)), ((10, 30.0), (10, 30.0)));
    let counts = counts(&record);
    assert_eq!((counts.published, counts.accepted, counts.processed, counts.duplicates), (10, 10, 10, 0));
    assert_eq!((record.processed_in_window, record.succeeded_in_window), (10, 20));
    assert!(record.queues.iter().all(|queue| queue.account.entered_published == 10));
}

#[test]
fn a_message_of_which_one_branch_is_lost_is_lost_and_one_that_rests_is_dead() {
    let producers = "p: {publishes_to: [a, b], arrivals: {regular: {rate: 10/s}}}";
    let consumers = "w: {takes_from: a, service: 10ms}";
    let dead = counts(&run("a: {}, b: {}", producers, consumers));
    assert_eq!((dead.processed, Counts::total(&dead.dead), dead.unfinished), (0, 10, 0));
    let lost = counts(&run("a: {}, b: {capacity: 4}", producers, consumers));
    assert_eq!((lost.accepted, lost.refused, Counts::total(&lost.dead)), (10, 0, 4));
    assert_eq!(lost.lost[place(Cause::Refused)], 6, "one queue let a copy in, so the message is accepted");
    let refused = counts(&run("a: {capacity: 0}, b: {capacity: 0}", producers, "w: {takes_from: a, service: 150ms}"));
    assert_eq!((refused.accepted, refused.refused), (5, 5), "refused only if no queue let a copy in");
}

#[test]
fn what_is_refused_is_tried_again_and_its_wait_counts_from_the_planned_instant() {
    // Two at each instant and no room: the second is tried again after 4 ms, 12 ms (still refused) and 28 ms.
    let pairs = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}}, retries: {delay: {backoff: {first: 4ms, factor: 2}}, limit: 5}}, \
                 q: {publishes_to: a, arrivals: {regular: {rate: 10/s}}, retries: {delay: {backoff: {first: 4ms, factor: 2}}, limit: 5}}";
    let record = run("a: {capacity: 0}", pairs, "w: {takes_from: a, service: 20ms}");
    let counts = counts(&record);
    assert_eq!((counts.processed, counts.tries, counts.refused), (20, 10 + 4 * 10, 0));
    assert_eq!((ms(&record.times.wait), ms(&record.times.response)), ((20, 28.0), (20, 48.0)));
    assert_eq!(ms(&record.queues[0].times.wait), (20, 0.0));
}

#[test]
fn retries_end_by_their_limit_or_their_time() {
    let once = |retries: &str| {
        let producers = format!(
            "p: {{publishes_to: a, arrivals: {{regular: {{rate: 10/s}}}}, retries: {{delay: 10ms, {retries}}}}}"
        );
        let counts = counts(&run("a: {capacity: 0}", &producers, ""));
        (counts.refused, counts.tries)
    };
    assert_eq!(once("limit: 3"), (10, 40));
    assert_eq!(once("within: 45ms"), (10, 50));
    assert_eq!(once("limit: 0"), (10, 10));
}

#[test]
fn clients_think_again_when_their_message_has_ended_in_whatever_way() {
    let clients = "p: {publishes_to: a, arrivals: {closed: {population: 2, think: 30ms}}}";
    // Both think for 30 ms; the second waits for the first, 10 ms. Then they are 10 ms apart, each in a cycle of 40 ms.
    let record = run("a: {}", clients, "w: {takes_from: a, service: 10ms}");
    assert_eq!(counts(&record).published, 25 + 24, "one at 30, 70, … 990 ms, the other at 30, 80, 120, … 960 ms");
    assert_eq!(ms(&record.times.wait), (49, 10.0));
}

#[test]
fn clients_who_are_refused_think_again_too() {
    let clients = "p: {publishes_to: a, arrivals: {closed: {population: 1, think: 100ms}}}";
    let counts = counts(&run("a: {capacity: 0}", clients, ""));
    assert_eq!((counts.published, counts.refused), (9, 9));
}

#[test]
fn a_client_waits_for_all_that_its_message_was_forwarded_as() {
    let clients = "p: {publishes_to: [a, b], arrivals: {closed: {population: 1, think: 50ms}}}";
    let consumers = "w: {takes_from: a, service: 10ms, then: {publishes_to: c}}, v: {takes_from: b, service: 10ms}, \
                     u: {takes_from: c, service: 40ms}";
    // 50 ms of thinking and 10 + 40 ms on the longer branch: planned at 50, 150, … 950 ms.
    let record = run("a: {}, b: {}, c: {}", clients, consumers);
    assert_eq!((counts(&record).published, ms(&record.times.response)), (10, (10, 50.0)));
}

#[test]
fn a_producer_publishes_no_more_than_may_be_unconfirmed() {
    // `p` fills both queues; `b` is slow. Unconfirmed, a copy for `b` holds up what is for `a` too.
    let flow = |confirms: &str| {
        let producers = format!("p: {{publishes_to: [a, b], arrivals: {{regular: {{rate: 100/s}}}}{confirms}}}");
        let queues = "a: {}, b: {capacity: 1, when_full: block}";
        run(queues, &producers, "w: {takes_from: a, service: 1ms}, v: {takes_from: b, service: 20ms}")
    };
    let (free, confirmed) = (flow(""), flow(", confirms: 1"));
    assert_eq!(ms(&free.queues[0].times.response), (100, 1.0));
    // Until the arrivals end, and then the rest: 100 messages at 20 ms each, as `b` lets them in.
    assert_eq!(free.times.response.count, confirmed.times.response.count);
    assert_eq!(ms(&free.times.response).1, ms(&confirmed.times.response).1);
    let entered_by_1s = |record: &Record| record.queues[0].account.entered_published;
    assert_eq!(entered_by_1s(&free), entered_by_1s(&confirmed));
    let waits = |record: &Record| record.crews[0].busy / 1_000_000;
    assert_eq!((waits(&free), waits(&confirmed)), (100, 52), "within the first second");
}
