//! What goes wrong, for real, beside the simulation of the same draws. That the books balance and agree with the broker is
//! checked by every run itself. What is compared to the unit is planned tens of milliseconds apart.

use kendall::measure::Cause;
use kendall::metrics::{Counts, Record, place};
use kendall::result::{ProducerAccount, QueueAccount};

use crate::runs::{producer, run, simulated};

/// One every 100 ms from 0 on, for a second.
const ONE_EVERY_100MS: &str = "regular: {rate: 10/s}";
const FOUR_AT_ONCE: &str = "trace: {values: [0s, 0s, 0s, 0s]}";
/// At instants that are a matter of the seed, and within the first 300 ms.
const CRASHES: &str = "crashes: {every: 300ms, restart: 100ms}";

/// For a second, and what is inside then has another tenth.
fn text(arrivals: &str, queue: &str, consumers: &str, outage: &str) -> String {
    let outages = if outage.is_empty() { String::new() } else { format!("outages: [{outage}]\n") };
    format!(
        "run: {{duration: 1s, warmup: none, drain: 100ms}}\nqueues: {{q: {queue}}}\n\
         producers: {{p: {{publishes_to: q, arrivals: {{{arrivals}}}}}}}\n\
         consumers: {{c: {{takes_from: q, {consumers}}}}}\n{outages}"
    )
}

fn counts(record: &Record) -> Counts {
    let [outside, inside] = &record.counts[0];
    let mut all = outside.clone();
    all.add(inside);
    all
}

/// What became of messages, in every count.
fn became(record: &Record) -> (ProducerAccount, QueueAccount, u64, u64) {
    let counts = counts(record);
    (producer(record), record.queues[0].account.clone(), counts.redelivered, counts.duplicates)
}

/// Both come to the same. A run that the machine has held up for as long as planned instants are apart says nothing; three
/// one after the other do.
fn both(text: &str) -> (Record, Record) {
    let simulated = simulated(text);
    let agrees = |live: &Record| became(live) == became(&simulated);
    let live = (0..2).map(|_| run(text)).find(agrees).unwrap_or_else(|| run(text));
    assert_eq!(became(&live), became(&simulated), "{text}");
    (live, simulated)
}

/// Within what a busy machine makes of it.
fn is_near(live: u128, simulated: u128, what: &str) {
    let [live, simulated] = [live, simulated].map(|nanos| nanos as f64 / 1e9);
    assert!((live - simulated).abs() < 0.1 + 0.1 * simulated, "{what}: {live} s live, {simulated} s simulated");
}

#[test]
fn a_consumer_hangs_before_the_same_attempts_for_as_long() {
    let consumers = "service: 5ms, count: 4, hangs: {share: 50%, for: {uniform: {min: 60ms, max: 120ms}}}";
    let (live, simulated) = both(&text(ONE_EVERY_100MS, "{}", consumers, ""));
    assert!(simulated.times.wait.sum > 250_000_000);
    is_near(live.times.wait.sum, simulated.times.wait.sum, "hung");
    assert_eq!(live.crews[0].busy, simulated.crews[0].busy, "a consumer that hangs is not busy");
}

#[test]
fn an_answer_that_is_not_heard_leaves_its_message_in_flight_until_the_queue_takes_it_back() {
    let queue = "{redelivery: {ack_timeout: 100ms}}";
    for rest in ["", ", acknowledge: before", ", fails: 20%", ", acknowledge: {every: 2}, prefetch: 3"] {
        // Long before the end nothing is left, because another attempt is heard.
        let arrivals = "regular: {rate: 1/s}, batch: 20";
        let (live, _) = both(&text(arrivals, queue, &format!("service: 1ms, count: 3, acks_lost: 40%{rest}"), ""));
        let counts = counts(&live);
        assert!(counts.duplicates > 5, "{rest}: {counts:?}");
        assert_eq!(counts.processed, counts.published, "{rest}");
    }
}

#[test]
fn without_a_time_out_an_unheard_answer_keeps_its_place_in_the_prefetch() {
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", "service: 5ms, prefetch: 3, acks_lost: 100%", ""));
    let account = &live.queues[0].account;
    assert_eq!((account.in_flight, account.waiting, account.acknowledged), (3, 7, 0));
}

#[test]
fn who_leaves_gives_back_what_was_not_heard_of() {
    let rest = "prefetch: unlimited, acks_lost: 100%, count: {steps: {0s: 1, 450ms: 0, 650ms: 1}}";
    let (live, _) = both(&text(ONE_EVERY_100MS, "{redelivery: {limit: 0}}", &format!("service: 5ms, {rest}"), ""));
    assert_eq!((counts(&live).processed, counts(&live).duplicates), (10, 5));
}

#[test]
fn a_consumer_crashes_and_is_back_when_it_is_so_in_the_simulation() {
    let consumers = format!("service: 10s, prefetch: 4, count: 2, {CRASHES}");
    let text = text(FOUR_AT_ONCE, "{}", &consumers, "");
    let (live, simulated) = (run(&text), simulated(&text));
    let available = |record: &Record| record.crews[0].available.expect("it is counted");
    is_near(available(&live), available(&simulated), "available");
    assert!(available(&simulated) < 2 * 900_000_000, "crashed time is not available time");
    is_near(live.crews[0].busy, simulated.crews[0].busy, "work that is abandoned was work");
    assert_eq!(producer(&live), producer(&simulated));
    // Each crash returns what was held, to whoever is there then.
    let [live, simulated] = [counts(&live).redelivered, counts(&simulated).redelivered];
    assert!(simulated >= 4 && live.abs_diff(simulated) <= 4, "{live} and {simulated}");
}

#[test]
fn a_crash_is_a_failure_of_every_message_that_was_held() {
    let consumers = format!("service: 10s, prefetch: 4, {CRASHES}");
    let (live, _) = both(&text(FOUR_AT_ONCE, "{redelivery: {limit: 1}}", &consumers, ""));
    assert_eq!(counts(&live).lost[place(Cause::Limit)], 4);
}

#[test]
fn what_was_acknowledged_before_its_work_is_lost_in_a_crash() {
    let of = |acknowledge: &str| {
        let consumers = format!("service: 10s, prefetch: 4, acknowledge: {acknowledge}, {CRASHES}");
        let lost = counts(&both(&text(FOUR_AT_ONCE, "{redelivery: {limit: 0}}", &consumers, "")).0).lost;
        (lost[place(Cause::Crashed)], lost[place(Cause::Limit)])
    };
    assert_eq!(of("before"), (1, 3), "the others had not been acknowledged");
    assert_eq!(of("on_delivery"), (4, 0));
}

#[test]
fn what_hangs_in_a_crash_was_not_begun() {
    let rest = "prefetch: 4, acknowledge: before, hangs: {share: 100%, for: 10s}";
    let consumers = format!("service: 10ms, {rest}, {CRASHES}");
    let (live, _) = both(&text(FOUR_AT_ONCE, "{redelivery: {limit: 0}}", &consumers, ""));
    assert_eq!((counts(&live).lost[place(Cause::Limit)], live.crews[0].busy), (4, 0));
}

#[test]
fn while_the_broker_is_away_nothing_comes_in_and_nobody_is_heard() {
    let outage = "{at: 150ms, for: 200ms, of: broker}";
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", "service: 10ms", outage));
    assert_eq!((producer(&live).refused, producer(&live).processed), (2, 8));
    let (live, simulated) = both(&text(ONE_EVERY_100MS, "{capacity: 5, when_full: block}", "service: 10ms", outage));
    assert_eq!(producer(&live).processed, 10);
    is_near(live.times.response.sum, simulated.times.response.sum, "who is blocked waits for the broker");
    // The second is worked on from 100 to 180, and once more from 300 on.
    let outage = "{at: 130ms, for: 145ms, of: broker}";
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", "service: 80ms, prefetch: 3", outage));
    assert_eq!((counts(&live).duplicates, counts(&live).redelivered), (1, 1));
}

#[test]
fn a_broker_that_loses_everything_has_nothing_when_it_is_back() {
    let outage = "{at: 450ms, for: 20ms, of: broker, loses: everything}";
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", "service: 10s, prefetch: 2", outage));
    assert_eq!(counts(&live).lost[place(Cause::Outage)], 5);
    // What it had handed over and forgotten is the consumers'.
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", "service: 80ms, acknowledge: on_delivery", outage));
    assert_eq!(producer(&live).processed, 10);
}

#[test]
fn a_queue_that_is_out_keeps_what_it_has_and_its_consumers_may_answer() {
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", "service: 60ms", "{at: 130ms, for: 100ms, of: q}"));
    assert_eq!((producer(&live).refused, counts(&live).redelivered), (1, 0));
    let outage = "{at: 350ms, for: 20ms, of: q, loses: everything}";
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", "service: 10s, prefetch: 2", outage));
    assert_eq!(counts(&live).lost[place(Cause::Outage)], 4);
}

#[test]
fn consumers_that_are_away_are_not_available_and_return_what_they_hold() {
    let outage = "{at: 130ms, for: 100ms, of: c}";
    // Each has one in its hands, and room for no other: which of them goes first makes no difference.
    let arrivals = format!("{ONE_EVERY_100MS}, batch: 2");
    let (live, simulated) = both(&text(&arrivals, "{}", "service: 60ms, count: 2", outage));
    assert_eq!((producer(&live).processed, counts(&live).redelivered), (20, 2));
    let available = |record: &Record| record.crews[0].available.expect("it is counted");
    assert_eq!(available(&simulated), 2 * 900_000_000);
    is_near(available(&live), available(&simulated), "available");
    is_near(live.crews[0].busy, simulated.crews[0].busy, "busy");
}

#[test]
fn who_has_crashed_in_an_outage_is_back_only_when_both_are_over() {
    let consumers = format!("service: 10ms, {CRASHES}");
    let (live, _) = both(&text(ONE_EVERY_100MS, "{}", &consumers, "{at: 0s, for: 2s, of: c}"));
    assert_eq!(producer(&live).processed, 0);
}

/// Each is struck with something else in its hands, and by everything at once.
#[test]
fn whatever_goes_wrong_together_the_books_balance_and_nothing_is_left() {
    let outages = "{at: 50ms, for: 30ms, of: broker}, {at: 70ms, for: 30ms, of: broker}, {at: 120ms, for: 20ms, of: q}, \
                   {at: 130ms, for: 40ms, of: c}, {at: 200ms, for: 20ms, of: broker, loses: everything}";
    for rest in [
        "prefetch: 10",
        "prefetch: unlimited, hangs: {share: 20%, for: 5ms}",
        "acknowledge: before, prefetch: 4, acks_lost: 10%",
        "acknowledge: on_delivery, hangs: {share: 20%, for: 5ms}",
        "acknowledge: {every: 5}, prefetch: 8, acks_lost: 10%",
        "takes: {up_to: 4, wait: 20ms}, hangs: {share: 20%, for: 5ms}, prefetch: 9",
        "takes: {up_to: 4, wait: 20ms}, acknowledge: on_delivery",
        "works_by: spin, acks_lost: 20%",
        "prefetch: 3, then: {publishes_to: second}",
        "prefetch: 5, takes: {up_to: 3}, then: {publishes_to: second}, fails: 10%",
    ] {
        for count in ["count: 3", "count: {steps: {0ms: 3, 50ms: 1, 75ms: 4, 100ms: 0, 150ms: 2}, repeat: 160ms}"] {
            let text = format!(
                "run: {{duration: 300ms, warmup: none, drain: 30s}}\n\
                 queues: {{q: {{redelivery: {{ack_timeout: 40ms}}}}, second: {{capacity: 5, when_full: block}}}}\n\
                 producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 300/s}}}}, retries: {{delay: 10ms}}}}}}\n\
                 consumers: {{c: {{takes_from: q, service: 2ms, {count}, crashes: {{every: 40ms, restart: 5ms}}, {rest}}},\n\
                 d: {{takes_from: second, service: 100us}}}}\noutages: [{outages}]\n"
            );
            let account = producer(&run(&text));
            assert!(account.published > 50 && account.processed > 0, "{rest}, {count}: {account:?}");
            assert_eq!((account.unfinished, account.not_yet_accepted), (0, 0), "{rest}, {count}: {account:?}");
            assert_eq!(account.published, producer(&simulated(&text)).published, "{rest}, {count}");
        }
    }
}

#[test]
fn a_queue_makes_the_same_deliveries_twice() {
    for rest in ["", ", acknowledge: before"] {
        let consumers = format!("service: 5ms, count: 2{rest}");
        let (live, _) = both(&text(ONE_EVERY_100MS, "{redelivery: {duplicates: 50%}}", &consumers, ""));
        assert!(counts(&live).duplicates > 0, "{rest}");
    }
    let consumers = "service: 5ms, count: 2, acknowledge: on_delivery";
    let (live, _) = both(&text(ONE_EVERY_100MS, "{redelivery: {duplicates: 50%}}", consumers, ""));
    assert_eq!(counts(&live).redelivered, 0);
}
