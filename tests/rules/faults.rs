//! What goes wrong at consumers, in exact times: poison, acknowledgements that get lost, crashes.

use std::path::Path;

use kendall::client::{Crashes, Crashing};
use kendall::measure::Cause;
use kendall::metrics::{Record, place};
use kendall::random::Key;
use kendall::scenario::{self, Scenario};
use kendall::theory;
use kendall::time::Span;
use kendall::workload::Distribution;

use crate::flows::{counts, ms, run, run_text};

const ONE_EVERY_100MS: &str = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}}}";
const MANY: &str = "p: {publishes_to: a, arrivals: {regular: {rate: 200/s}}}";
const FOUR_AT_ONCE: &str = "p: {publishes_to: a, arrivals: {trace: {values: [0s, 0s, 0s, 0s]}}}";

fn dropped(record: &Record, cause: Cause) -> u64 {
    record.queues[0].account.dropped.get(&cause).copied().unwrap_or(0)
}

#[test]
fn a_message_that_is_poison_fails_on_every_attempt_and_the_others_on_none() {
    let consumers = "w: {takes_from: a, service: 1ms, poison: 20%}";
    let record = run("a: {redelivery: {limit: 3}}", MANY, consumers);
    let counts = counts(&record);
    let poisoned = counts.lost[place(Cause::Limit)];
    assert!((20..60).contains(&poisoned), "about 40 of 200, not {poisoned}");
    assert_eq!((counts.processed, counts.redelivered), (200 - poisoned, 3 * poisoned));
    assert_eq!(dropped(&record, Cause::Limit), poisoned);
}

#[test]
fn what_is_poison_to_one_entry_is_so_to_another_that_takes_from_the_queue() {
    let consumers = "w: {takes_from: a, service: 1ms, poison: 20%}, v: {takes_from: a, service: 1ms, poison: 20%}";
    let both = counts(&run("a: {redelivery: {limit: 3}}", MANY, consumers));
    let one = counts(&run("a: {redelivery: {limit: 3}}", MANY, "w: {takes_from: a, service: 1ms, poison: 20%}"));
    assert_eq!((both.processed, both.redelivered), (one.processed, one.redelivered));
}

#[test]
fn a_lost_acknowledgement_leaves_its_message_in_flight_until_the_queue_takes_it_back() {
    let queue = "a: {redelivery: {ack_timeout: 20ms, limit: 1}}";
    let record = run(queue, ONE_EVERY_100MS, "w: {takes_from: a, service: 5ms, acks_lost: 100%}");
    let counts = counts(&record);
    // Done at 5 ms, taken back at 20, done once more at 25, and given up at 40.
    assert_eq!(ms(&record.times.response), (10, 5.0));
    assert_eq!((counts.processed, counts.duplicates, counts.redelivered), (10, 10, 10));
    let window = record.queues[0].window.as_ref().expect("a window");
    assert_eq!((window.in_flight_area, window.length_area), (10 * 40_000_000, 0));
    assert_eq!((dropped(&record, Cause::Limit), counts.lost[place(Cause::Limit)]), (10, 0), "they were processed");
}

#[test]
fn without_a_time_out_a_lost_acknowledgement_keeps_its_place_in_the_prefetch() {
    let record = run("a: {}", ONE_EVERY_100MS, "w: {takes_from: a, service: 5ms, prefetch: 3, acks_lost: 100%}");
    let account = &record.queues[0].account;
    assert_eq!((account.in_flight, account.waiting, account.acknowledged), (3, 7, 0));
    assert_eq!((counts(&record).processed, counts(&record).unfinished), (3, 7));
}

#[test]
fn what_a_consumer_answered_for_unheard_returns_as_it_leaves_and_that_is_no_failure() {
    let shifts = "count: {steps: {0s: 1, 450ms: 0, 650ms: 1}}, prefetch: unlimited";
    let record = run(
        "a: {redelivery: {limit: 0}}",
        ONE_EVERY_100MS,
        &format!("w: {{takes_from: a, service: 5ms, acks_lost: 100%, {shifts}}}"),
    );
    let counts = counts(&record);
    assert_eq!((counts.processed, counts.duplicates, counts.redelivered), (10, 5, 5));
    assert_eq!(record.queues[0].account.in_flight, 10);
}

#[test]
fn an_acknowledgement_before_the_work_may_get_lost_and_then_a_failure_loses_nothing() {
    let consumers = |lost: &str| format!("w: {{takes_from: a, service: 5ms, acknowledge: before, fails: 100%{lost}}}");
    let heard = counts(&run("a: {}", ONE_EVERY_100MS, &consumers("")));
    let unheard = counts(&run("a: {}", ONE_EVERY_100MS, &consumers(", acks_lost: 100%, prefetch: 20")));
    assert_eq!((heard.lost[place(Cause::Failed)], heard.unfinished), (10, 0));
    assert_eq!((unheard.lost[place(Cause::Failed)], unheard.unfinished), (0, 10));
}

/// When the first consumer called `w` crashes, after how long, in these runs: it is up for 300 ms each time.
fn first_crash() -> Span {
    let [every, restart] = [300, 100].map(|ms| Distribution::Constant(Span::from_nanos(ms * 1_000_000)));
    let up = Crashing::new(&Crashes { every, restart }, Key::of_replication(1, 0).name("w")).up(0, 0);
    assert!(up > Span::ZERO && up <= Span::from_nanos(300_000_000), "{up}");
    up
}

const CRASHES: &str = "crashes: {every: 300ms, restart: 100ms}";

/// How many nanoseconds of the run's second the consumer is up, and how many times it comes back within it.
fn up_and_back() -> (u128, u64) {
    let mut at = first_crash().nanos();
    let (mut up, mut back) = (at, 0);
    while at + 100_000_000 < 1_000_000_000 {
        let begin = at + 100_000_000;
        at = begin + 300_000_000;
        up += at.min(1_000_000_000) - begin;
        back += 1;
    }
    (up.into(), back)
}

#[test]
fn what_a_crashed_consumer_held_returns_and_it_takes_it_again_when_it_is_back() {
    let work = "service: 10s, prefetch: 4";
    let record = run("a: {}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {work}, {CRASHES}}}"));
    let (up, back) = up_and_back();
    assert_eq!(record.crews[0].busy, up, "work that is abandoned was work");
    assert_eq!(record.crews[0].available, Some(up), "crashed time is not available");
    // In the second after the last planned instant it crashes and comes back too.
    assert!(counts(&record).redelivered >= 4 * back);
    assert_eq!(counts(&record).unfinished, 4);
}

#[test]
fn a_crash_is_a_failure_of_every_message_that_was_held() {
    let work = "service: 10s, prefetch: 4";
    let record = run("a: {redelivery: {limit: 1}}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {work}, {CRASHES}}}"));
    assert_eq!(counts(&record).redelivered, 4);
    assert_eq!(dropped(&record, Cause::Limit), 4);
}

#[test]
fn what_was_acknowledged_before_its_work_is_lost_in_a_crash() {
    let of = |acknowledge: &str| {
        let rules = format!("service: 10s, prefetch: 4, acknowledge: {acknowledge}");
        let record =
            run("a: {redelivery: {limit: 0}}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {rules}, {CRASHES}}}"));
        let lost = counts(&record).lost;
        (lost[place(Cause::Crashed)], lost[place(Cause::Limit)])
    };
    assert_eq!(of("before"), (1, 3), "the others had not been acknowledged");
    assert_eq!(of("on_delivery"), (4, 0));
}

#[test]
fn what_was_done_and_not_acknowledged_yet_returns_after_a_crash() {
    // One every 100 ms, and all are acknowledged together: what is done when it crashes is done again.
    let rules = "service: 100ms, prefetch: 4, acknowledge: {every: 4}";
    let record = run("a: {}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {rules}, {CRASHES}}}"));
    let done = first_crash().nanos() / 100_000_000;
    let counts = counts(&record);
    // It is up for 300 ms each time, and crashes before it is done with the third.
    assert_eq!(counts.processed, 2);
    assert!(counts.duplicates >= done, "{} of {done}", counts.duplicates);
    assert_eq!(record.queues[0].account.acknowledged, 0);
}

#[test]
fn when_a_consumer_crashes_depends_on_nothing_else() {
    // An idle one and a busy one are up for as long.
    let (up, _) = up_and_back();
    for consumers in ["service: 1ms", "service: 90ms, prefetch: 5, acknowledge: before, fails: 50%"] {
        let record = run("a: {}", ONE_EVERY_100MS, &format!("w: {{takes_from: a, {consumers}, {CRASHES}}}"));
        assert_eq!(record.crews[0].available, Some(up), "{consumers}");
    }
}

#[test]
fn a_consumer_that_is_down_comes_to_its_shift_when_it_is_back() {
    let (up, _) = up_and_back();
    let rules = "service: 1ms, count: {steps: {0s: 1, 2s: 0}}";
    let record = run("a: {}", ONE_EVERY_100MS, &format!("w: {{takes_from: a, {rules}, {CRASHES}}}"));
    assert_eq!(record.crews[0].available, Some(up));
    let absent = "service: 1ms, count: {steps: {0s: 0, 2s: 1}}";
    let record = run("a: {}", ONE_EVERY_100MS, &format!("w: {{takes_from: a, {absent}, {CRASHES}}}"));
    assert_eq!(record.crews[0].available, Some(0));
}

/// Every fault: how it is written, why no formula applies, and how it is described.
const ALL: &[(&str, &str, &str)] = &[
    ("poison: 2%", "works on messages that always fail", "to whom 2 % of the messages are poison"),
    (
        "acks_lost: 1%",
        "loses acknowledgements",
        "of whose acknowledgements 1 % get lost and nothing brings their messages back",
    ),
    (
        "network: {deliver: 40ms, acknowledge: 60ms}",
        "is some time away from the broker",
        "40ms from the broker and 60ms back",
    ),
    ("hangs: {share: 2%, for: 5s}", "hangs:", "hanging for 5s before 2 % of the attempts"),
    (
        "crashes: {every: {exponential: {mean: 1h}}, restart: 30s}",
        "crashes: the formulas know consumers that are always there",
        "each crashing after 1h and back after 30s",
    ),
];

fn one_entry(rules: &str) -> Scenario {
    let text = format!(
        "run: {{duration: 1min}}\nqueues: {{a: {{redelivery: {{limit: 4}}}}}}\n\
         producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 5/s}}}}}}}}\n\
         consumers: {{w: {{takes_from: a, service: {{exponential: {{mean: 10ms}}}}, {rules}}}}}\n"
    );
    scenario::read(None, &text, Path::new(""), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn what_goes_wrong_is_told_by_whoever_does_not_know_it() {
    assert!(theory::recognise(&one_entry("count: 1")).is_ok());
    for (rules, reason, described) in ALL {
        let scenario = one_entry(rules);
        let why = theory::recognise(&scenario).expect_err("no formula applies").join("; ");
        assert!(why.contains(reason), "{rules}: {why}");
        let said = scenario::describe(&scenario);
        assert!(said.contains(described), "{rules}: {said}");
    }
}

#[test]
fn poison_that_returns_without_end_is_told_as_such() {
    let described = |queue: &str| {
        let text = format!(
            "queues: {{a: {queue}}}\nproducers: {{{ONE_EVERY_100MS}}}\n\
             consumers: {{w: {{takes_from: a, service: 10ms, poison: 10%}}}}\n"
        );
        scenario::describe(&scenario::read(None, &text, Path::new(""), &[]).unwrap_or_else(|p| panic!("{p}")))
    };
    let endless = described("{}");
    assert!(
        endless.contains("Every attempt on poison in `a` fails and is repeated without end: not stable"),
        "{endless}"
    );
    // One of ten takes 5 attempts: 1.4 on average.
    let limited = described("{redelivery: {limit: 4}}");
    assert!(limited.contains("Offered load 0.14, retries included, on 1 consumer"), "{limited}");
}

#[test]
fn a_consumer_that_hangs_holds_its_message_which_waits_and_is_not_busy() {
    let record = run("a: {}", ONE_EVERY_100MS, "w: {takes_from: a, service: 10ms, hangs: {share: 100%, for: 30ms}}");
    assert_eq!(ms(&record.times.wait), (10, 30.0));
    assert_eq!((ms(&record.times.service), ms(&record.times.response)), ((10, 10.0), (10, 40.0)));
    let window = record.queues[0].window.as_ref().expect("a window");
    assert_eq!((window.in_flight_area, window.length_area), (10 * 40_000_000, 0));
    assert_eq!(record.crews[0].busy, 10 * 10_000_000);
}

#[test]
fn a_hang_may_outlast_the_time_out_and_the_message_goes_to_another() {
    // Each first attempt hangs for 30 ms and is taken back after 20. Done at 40, it answers late, and in time for the
    // second, which has begun at 20 and hangs until 50.
    let rules = "takes_from: a, service: 10ms, hangs: {share: 100%, for: 30ms}";
    let record =
        run("a: {redelivery: {ack_timeout: 25ms}}", ONE_EVERY_100MS, &format!("w: {{{rules}}}, v: {{{rules}}}"));
    let counts = counts(&record);
    assert_eq!((counts.processed, counts.duplicates, counts.redelivered), (10, 10, 10));
    assert_eq!(ms(&record.times.response), (10, 40.0));
}

#[test]
fn a_batch_hangs_as_long_as_the_longest_of_it_and_is_acknowledged_only_as_its_work_begins() {
    let rules = "takes: {up_to: 4, wait: 1ms}, service: 10ms, acknowledge: before, hangs: {share: 100%, for: 30ms}";
    let record = run("a: {}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {rules}}}"));
    let window = record.queues[0].window.as_ref().expect("a window");
    assert_eq!((window.in_flight_area, record.crews[0].busy), (4 * 30_000_000, 10_000_000));
}

#[test]
fn what_hangs_in_a_crash_was_not_begun() {
    let rules = format!("service: 10ms, acknowledge: before, hangs: {{share: 100%, for: 10s}}, {CRASHES}");
    let record =
        run("a: {redelivery: {limit: 2}}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {rules}, prefetch: 4}}"));
    let counts = counts(&record);
    assert_eq!((counts.lost[place(Cause::Crashed)], counts.lost[place(Cause::Limit)]), (0, 4));
    assert_eq!((record.crews[0].busy, counts.redelivered), (0, 8));
}

/// One every 100 ms from 0 on, for a second, with a consumer that takes 10 ms, and outages.
fn run_with(outages: &str, queues: &str, producer: &str, consumers: &str) -> Record {
    run_text(&format!(
        "run: {{duration: 1s, warmup: none, replications: 1}}\nqueues: {{{queues}}}\n\
         producers: {{p: {{publishes_to: a, arrivals: {{regular: {{rate: 10/s}}}}{producer}}}}}\n\
         consumers: {{w: {{takes_from: a, {consumers}}}}}\noutages: [{outages}]\n"
    ))
}

#[test]
fn while_the_broker_is_away_producers_are_refused_and_may_try_again() {
    let outage = "{at: 150ms, for: 200ms, of: broker}";
    let gave_up = counts(&run_with(outage, "a: {}", "", "service: 10ms"));
    assert_eq!((gave_up.refused, gave_up.processed), (2, 8));
    let record = run_with(outage, "a: {}", ", retries: {delay: 30ms}", "service: 10ms");
    // Planned at 200 and 300: tried last at 350 and 360, and the second waits for nobody.
    assert_eq!((counts(&record).processed, ms(&record.times.response)), (10, (10, 160.0)));
}

#[test]
fn who_would_be_blocked_waits_for_the_broker_to_come_back() {
    let outage = "{at: 150ms, for: 200ms, of: broker}";
    let record = run_with(outage, "a: {capacity: 5, when_full: block}", "", "service: 10ms");
    assert_eq!((counts(&record).processed, ms(&record.times.response)), (10, (10, 160.0)));
}

#[test]
fn what_is_worked_on_as_the_broker_goes_away_is_not_heard_and_is_done_again() {
    // The second is worked on from 100 to 180, and once more from 300 on.
    let record = run_with("{at: 110ms, for: 190ms, of: broker}", "a: {}", ", retries: {delay: 100ms}", "service: 80ms");
    let counts = counts(&record);
    assert_eq!((counts.duplicates, counts.redelivered, counts.processed), (1, 1, 10));
    // From 0 to 80, from 100 to 180, which is not heard of, and from 300 to the end of the window.
    assert_eq!(record.crews[0].busy, 860_000_000);
}

#[test]
fn a_broker_that_loses_everything_loses_what_waits_and_what_is_not_heard_of_in_time() {
    let record =
        run_with("{at: 450ms, for: 10ms, of: broker, loses: everything}", "a: {}", "", "service: 10s, prefetch: 2");
    let counts = counts(&record);
    // Five were there, of which the first is worked on to its end; of the next five it gets to none.
    assert_eq!((counts.lost[place(Cause::Outage)], dropped(&record, Cause::Outage)), (5, 5));
    assert_eq!((counts.unfinished, counts.processed), (5, 0));
}

#[test]
fn a_queue_that_is_out_keeps_what_it_has_and_its_consumers_may_answer() {
    let record = run_with("{at: 105ms, for: 100ms, of: a}", "a: {}", "", "service: 10ms");
    // The second is done at 110; the third is planned at 200 and refused.
    assert_eq!((counts(&record).refused, ms(&record.times.response)), (1, (9, 10.0)));
    assert_eq!(counts(&record).redelivered, 0);
}

#[test]
fn consumers_that_are_away_are_not_available_and_return_what_they_hold() {
    let record = run_with("{at: 105ms, for: 100ms, of: w}", "a: {}", "", "service: 10ms, count: 2");
    // The second is abandoned at 105 and done again from 205 on, beside the third, which is planned at 200.
    assert_eq!((counts(&record).processed, counts(&record).redelivered), (10, 1));
    assert_eq!(ms(&record.times.response), (10, 115.0));
    assert_eq!(record.crews[0].available, Some(2 * 900_000_000));
    assert_eq!(record.crews[0].busy, 10 * 10_000_000 + 5_000_000);
}

#[test]
fn a_consumer_that_crashed_is_back_only_when_the_outage_is_over_too() {
    let record = run_with("{at: 0s, for: 2s, of: w}", "a: {}", "", &format!("service: 10ms, {CRASHES}"));
    assert_eq!((record.crews[0].available, counts(&record).processed), (Some(0), 0));
}

#[test]
fn an_outage_is_told_by_whoever_does_not_know_it() {
    let text = format!(
        "run: {{duration: 1min}}\nqueues: {{a: {{}}}}\nproducers: {{{ONE_EVERY_100MS}}}\n\
         consumers: {{w: {{takes_from: a, service: 10ms}}}}\noutages: [{{at: 5s, for: 2s, of: a, loses: everything}}]\n"
    );
    let scenario = scenario::read(None, &text, Path::new(""), &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let said = scenario::describe(&scenario);
    assert!(said.ends_with(" Away: `a` at 5s for 2s, which loses everything."), "{said}");
    let why = theory::recognise(&scenario).expect_err("no formula applies").join("; ");
    assert!(why.contains("something is away for a while"), "{why}");
}

/// 50 ms each way and 4 ms of work, and always enough to do: RabbitMQ's example ("Some queuing theory: throughput, latency
/// and bandwidth", 2012). Utilization from the first arrival on.
fn busy_share(prefetch: u32) -> f64 {
    let record = run_text(&format!(
        "run: {{duration: 10050ms, warmup: none, replications: 1, drain: none}}\nqueues: {{a: {{}}}}\n\
         producers: {{p: {{publishes_to: a, arrivals: {{regular: {{rate: 1000/s}}}}}}}}\n\
         consumers: {{w: {{takes_from: a, service: 4ms, prefetch: {prefetch}, \
         network: {{deliver: 50ms, acknowledge: 50ms}}}}}}\n"
    ));
    record.crews[0].busy as f64 / 10e9
}

#[test]
fn a_consumer_far_from_the_broker_needs_a_prefetch_that_fills_the_round_trip() {
    for (prefetch, share) in [(1, 0.0385), (13, 0.5), (25, 25.0 / 26.0)] {
        // The last round trip is cut off somewhere.
        let edge = 0.004 * f64::from(prefetch) / 10.0;
        assert!((busy_share(prefetch) - share).abs() < edge, "{prefetch}: {}", busy_share(prefetch));
    }
    assert_eq!((busy_share(26), busy_share(30)), (1.0, 1.0));
}

#[test]
fn a_message_waits_while_it_is_under_way_and_stays_in_flight_until_its_answer_is_there() {
    let network = "network: {deliver: 20ms, acknowledge: 30ms}";
    let record = run("a: {}", ONE_EVERY_100MS, &format!("w: {{takes_from: a, service: 10ms, {network}}}"));
    assert_eq!((ms(&record.times.wait), ms(&record.times.response)), ((10, 20.0), (10, 30.0)));
    let window = record.queues[0].window.as_ref().expect("a window");
    assert_eq!((window.in_flight_area, window.length_area), (10 * 60_000_000, 0));
}

#[test]
fn what_is_passed_on_from_afar_is_waited_for_and_no_time_of_work() {
    let consumers = "w: {takes_from: a, service: 10ms, then: {publishes_to: b}, network: {publish: 25ms}}, \
                     v: {takes_from: b, service: 5ms}";
    let record = run("a: {}, b: {}", ONE_EVERY_100MS, consumers);
    assert_eq!((ms(&record.times.response), ms(&record.times.service)), ((10, 40.0), (10, 15.0)));
    assert_eq!(record.crews[0].busy, 10 * 10_000_000);
    assert_eq!(record.queues[0].window.as_ref().map(|window| window.in_flight_area), Some(10 * 35_000_000));
}

#[test]
fn nothing_overtakes_on_a_connection() {
    // Delays vary, and two messages come at once: the second is never there before the first.
    let network = "network: {deliver: {uniform: {min: 0s, max: 50ms}}}, prefetch: 2";
    let pairs = "p: {publishes_to: a, arrivals: {regular: {rate: 10/s}, batch: 2}}";
    let record = run("a: {}", pairs, &format!("w: {{takes_from: a, service: 10ms, {network}}}"));
    let counts = counts(&record);
    assert_eq!((counts.processed, counts.reordered), (20, 0));
    // The longer of two delays, and the first does not begin later: 2/3 of the most on average for the second.
    let mean_ms = record.times.wait.sum as f64 / 20.0 / 1e6;
    assert!((20.0..45.0).contains(&mean_ms), "{mean_ms}");
}

#[test]
fn what_is_under_way_to_a_consumer_that_crashes_does_not_arrive() {
    // It is up for 300 ms each time, and a message takes longer to get there.
    let of = |acknowledge: &str| {
        let rules = format!("service: 1ms, prefetch: 4, acknowledge: {acknowledge}, network: {{deliver: 301ms}}");
        let record =
            run("a: {redelivery: {limit: 1}}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {rules}, {CRASHES}}}"));
        let counts = counts(&record);
        (counts.processed, counts.lost[place(Cause::Limit)], counts.lost[place(Cause::Crashed)])
    };
    assert_eq!(of("after"), (0, 4, 0));
    assert_eq!(of("on_delivery"), (0, 0, 4));
}

#[test]
fn what_fails_before_its_acknowledgement_is_there_is_lost_as_it_arrives() {
    let rules = "service: 5ms, acknowledge: before, fails: 100%, network: {acknowledge: 30ms}";
    let record = run("a: {}", ONE_EVERY_100MS, &format!("w: {{takes_from: a, {rules}}}"));
    assert_eq!((counts(&record).lost[place(Cause::Failed)], counts(&record).unfinished), (10, 0));
}

#[test]
fn work_is_wasted_that_fails_crashes_or_is_done_once_more() {
    // Each is done twice, because the first answer is lost.
    let queue = "a: {redelivery: {ack_timeout: 20ms, limit: 1}}";
    let twice = run(queue, ONE_EVERY_100MS, "w: {takes_from: a, service: 5ms, acks_lost: 100%}");
    assert_eq!((twice.crews[0].busy, twice.crews[0].wasted), (20 * 5_000_000, 10 * 5_000_000));
    let fails = run(queue, ONE_EVERY_100MS, "w: {takes_from: a, service: 5ms, fails: 100%}");
    assert_eq!((fails.crews[0].busy, fails.crews[0].wasted), (20 * 5_000_000, 20 * 5_000_000));
    let crashes = run("a: {}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, service: 10s, {CRASHES}}}"));
    assert_eq!(crashes.crews[0].wasted, up_and_back().0);
    let well = run("a: {}", ONE_EVERY_100MS, "w: {takes_from: a, service: 5ms}");
    assert_eq!((well.crews[0].busy, well.crews[0].wasted), (10 * 5_000_000, 0));
    // A batch of four of which all fail once: its work counts once.
    let batch = "takes: {up_to: 4, wait: 1ms}, service: 8ms, fails: 100%";
    let batch = run("a: {redelivery: {limit: 0}}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, {batch}}}"));
    assert_eq!((batch.crews[0].busy, batch.crews[0].wasted), (8_000_000, 8_000_000));
}

#[test]
fn recovery_is_counted_from_the_crash_to_the_next_delivery() {
    let record = run("a: {}", FOUR_AT_ONCE, &format!("w: {{takes_from: a, service: 10s, prefetch: 4, {CRASHES}}}"));
    // Back after 100 ms, each time with all four.
    assert_eq!(record.recovered.count, counts(&record).redelivered);
    assert_eq!(record.recovered.sum, u128::from(record.recovered.count) * 100_000_000);
    let outage = run_with("{at: 105ms, for: 150ms, of: broker}", "a: {}", "", "service: 10ms");
    assert_eq!(ms(&outage.recovered), (1, 150.0));
    let failures = run(
        "a: {redelivery: {limit: 3, delay: 20ms}}",
        ONE_EVERY_100MS,
        "w: {takes_from: a, service: 5ms, fails: 50%}",
    );
    assert_eq!(failures.recovered.count, 0);
}

#[test]
fn what_one_returns_as_all_go_down_is_handed_to_none_of_them() {
    let outage = "{at: 105ms, for: 150ms, of: w}";
    let record = run_with(outage, "a: {redelivery: {limit: 1}}", "", "service: 10s, count: 4, prefetch: 5");
    assert_eq!(counts(&record).lost[place(Cause::Limit)], 0, "one failure each");
}

#[test]
fn a_delivery_that_is_made_twice_is_worked_on_twice_and_acknowledged_once() {
    let of = |rules: &str, count: u32| {
        let queue = format!("a: {{redelivery: {{duplicates: 100%{rules}}}}}");
        run(&queue, ONE_EVERY_100MS, &format!("w: {{takes_from: a, service: 5ms, count: {count}}}"))
    };
    let two = of("", 2);
    assert_eq!((counts(&two).processed, counts(&two).duplicates, counts(&two).redelivered), (10, 10, 10));
    assert_eq!(ms(&two.times.response), (10, 5.0));
    assert_eq!((two.queues[0].account.acknowledged, two.crews[0].busy), (10, 20 * 5_000_000));
    // The one consumer there is has no credit for the second until it has answered for the first, which removes it.
    let one = of("", 1);
    assert_eq!((counts(&one).processed, counts(&one).duplicates, counts(&one).redelivered), (10, 0, 0));
    let ignored = of(", late_ack: ignored", 1);
    assert_eq!((counts(&ignored).processed, counts(&ignored).duplicates), (10, 10));
}

#[test]
fn a_second_delivery_is_no_failure() {
    let queue = "a: {redelivery: {duplicates: 100%, limit: 0}}";
    let record = run(queue, ONE_EVERY_100MS, "w: {takes_from: a, service: 5ms, count: 2, fails: 100%}");
    // The first answer comes late and says nothing, the second is the one failure too many.
    assert_eq!((counts(&record).redelivered, dropped(&record, Cause::Limit)), (10, 10));
    let forgotten = "w: {takes_from: a, service: 5ms, count: 2, acknowledge: on_delivery}";
    assert_eq!(counts(&run(queue, ONE_EVERY_100MS, forgotten)).redelivered, 0);
}
