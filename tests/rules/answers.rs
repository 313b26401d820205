//! Time-outs, and answers that come late, twice, or to nothing.

use crate::script::check;

#[test]
fn a_message_that_is_not_answered_in_time_returns() {
    check(
        "ack_timeout 5ms, consumers 2",
        "publish a, wait 5ms",
        "a accepted, a to 1, 5ms: a returned, a to 2 (attempt 2)",
    );
}

#[test]
fn a_time_out_runs_from_delivery() {
    check(
        "ack_timeout 5ms",
        "publish a, wait 3ms, subscribe, wait 4ms, subscribe, wait 2ms",
        "a accepted, 3ms: a to 1, 8ms: a returned, a to 2 (attempt 2)",
    );
}

#[test]
fn an_answer_in_time_ends_the_time_out() {
    check(
        "ack_timeout 5ms, consumers 1",
        "publish a, wait 4ms, ack a, wait 10ms",
        "a accepted, a to 1, 4ms: a acknowledged",
    );
}

#[test]
fn a_delivery_that_timed_out_keeps_its_place_in_the_prefetch_until_it_is_answered() {
    check(
        "ack_timeout 5ms, consumers 1",
        "publish a, wait 5ms, publish b, wait 5ms, nack a",
        "a accepted, a to 1, 5ms: a returned, b accepted, 10ms: a to 1 (attempt 2)",
    );
}

#[test]
fn a_time_out_counts_as_a_failure() {
    check(
        "ack_timeout 5ms, limit 1, then drop, consumers 2",
        "publish a, wait 20ms",
        "a accepted, a to 1, 5ms: a returned, a to 2 (attempt 2), 10ms: a dropped {limit}",
    );
}

#[test]
fn a_time_out_is_followed_by_the_delay() {
    check(
        "ack_timeout 5ms, delay 2ms, consumers 2",
        "publish a, wait 8ms",
        "a accepted, a to 1, 5ms: a delayed, 7ms: a ready, a to 2 (attempt 2)",
    );
}

#[test]
fn a_late_acknowledgement_removes_a_message_that_waits_again() {
    check(
        "ack_timeout 5ms, consumers 1",
        "publish a, wait 5ms, ack a, wait 10ms, publish b",
        "a accepted, a to 1, 5ms: a returned, a acknowledged while waiting, 15ms: b accepted, b to 1",
    );
}

#[test]
fn a_late_acknowledgement_removes_a_message_that_is_delayed() {
    check(
        "ack_timeout 5ms, delay 5ms, consumers 1",
        "publish a, wait 6ms, ack a, wait 10ms",
        "a accepted, a to 1, 5ms: a delayed, 6ms: a acknowledged while delayed",
    );
}

#[test]
fn a_late_acknowledgement_removes_a_message_that_is_in_flight_elsewhere() {
    check(
        "ack_timeout 5ms, consumers 2",
        "publish a, wait 6ms, ack a#1, wait 10ms",
        "a accepted, a to 1, 5ms: a returned, a to 2 (attempt 2), 6ms: a acknowledged",
    );
}

#[test]
fn the_other_consumer_keeps_its_place_until_it_has_answered_too() {
    check(
        "ack_timeout 5ms, consumers 2",
        "publish a, wait 6ms, ack a#1, publish b, publish c, ack a#2",
        "a accepted, a to 1, 5ms: a returned, a to 2 (attempt 2), 6ms: a acknowledged, b accepted, b to 1, c accepted,
         c to 2",
    );
}

#[test]
fn a_late_acknowledgement_makes_room_for_a_blocked_publish() {
    check(
        "ack_timeout 5ms, capacity 1, when_full block, consumers 1",
        "publish a, wait 5ms, publish b, ack a",
        "a accepted, a to 1, 5ms: a returned, b blocked, a acknowledged while waiting, b let in, b to 1",
    );
}

#[test]
fn a_late_acknowledgement_leaves_a_message_alone_that_has_moved_on() {
    check(
        "a: ack_timeout 5ms, limit 0, then dead_letter, dead_letter b, consumers 1; b:",
        "publish x in a, wait 5ms, ack x, subscribe in b",
        "x accepted, x to 1, 5ms: x moved to b {limit}, x to 2",
    );
}

#[test]
fn a_late_acknowledgement_leaves_a_message_alone_that_has_come_back_in_a_circle() {
    check(
        "a: ack_timeout 5ms, limit 0, then dead_letter, dead_letter b, consumers 1;
         b: dead_letter a, consumers 1",
        "publish x in a, wait 5ms, reject x, ack x#1",
        "x accepted, x to 1, 5ms: x moved to b {limit}, x to 2, x moved to a {rejected}, x to 1 (entry 2)",
    );
}

#[test]
fn a_late_acknowledgement_leaves_a_parked_message_alone() {
    check(
        "ack_timeout 5ms, limit 0, then park, consumers 1",
        "publish a, wait 5ms, ack a, publish b",
        "a accepted, a to 1, 5ms: a parked, b accepted, b to 1",
    );
}

#[test]
fn a_late_acknowledgement_never_meets_the_message_that_took_the_place() {
    check(
        "ack_timeout 5ms, limit 0, then drop, consumers 2",
        "publish a, wait 5ms, publish b, ack a, publish c",
        "a accepted, a to 1, 5ms: a dropped {limit}, b accepted, b to 2, c accepted, c to 1",
    );
}

#[test]
fn a_late_negative_acknowledgement_only_gives_credit_back() {
    check(
        "ack_timeout 5ms, consumers 2",
        "publish a, wait 6ms, nack a#1, publish b",
        "a accepted, a to 1, 5ms: a returned, a to 2 (attempt 2), 6ms: b accepted, b to 1",
    );
}

#[test]
fn a_late_reject_only_gives_credit_back() {
    check(
        "ack_timeout 5ms, consumers 1",
        "publish a, wait 6ms, reject a",
        "a accepted, a to 1, 5ms: a returned, 6ms: a to 1 (attempt 2)",
    );
}

#[test]
fn a_second_answer_has_no_effect() {
    check(
        "consumers 1",
        "publish a, publish b, ack a, ack a, nack a, reject a, publish c",
        "a accepted, a to 1, b accepted, a acknowledged, b to 1, c accepted",
    );
}

#[test]
fn a_second_answer_after_a_return_does_not_meet_the_new_delivery() {
    check(
        "consumers 1",
        "publish a, nack a, nack a#1, ack a#1, ack a#2",
        "a accepted, a to 1, a returned, a to 1 (attempt 2), a acknowledged",
    );
}

#[test]
fn a_second_late_answer_has_no_effect() {
    check(
        "ack_timeout 5ms, consumers 1",
        "publish a, wait 5ms, nack a#1, nack a#1, ack a#1, publish b",
        "a accepted, a to 1, 5ms: a returned, a to 1 (attempt 2), b accepted",
    );
}

#[test]
fn an_answer_to_a_delivery_of_another_broker_has_no_effect() {
    use kendall::broker::{Broker, Command, ConsumerId, Effect, Properties, QueueId, QueueRules, Terms};
    use kendall::time::Time;

    let mut effects = Vec::new();
    let subscribe = Command::Subscribe { consumer: ConsumerId(0), queue: QueueId(0), terms: Terms::prefetch(1) };
    let mut other = Broker::new([QueueRules::default()]);
    other.apply(Time::ZERO, subscribe.clone(), &mut effects);
    other.apply(
        Time::ZERO,
        Command::Publish { queue: QueueId(0), payload: (), properties: Properties::default() },
        &mut effects,
    );
    let Some(Effect::Delivered { delivery, .. }) = effects.pop() else { panic!("it was delivered") };

    let mut broker = Broker::new([QueueRules::default()]);
    broker.apply(Time::ZERO, subscribe, &mut effects);
    effects.clear();
    broker.apply(Time::ZERO, Command::Acknowledge { delivery }, &mut effects);
    broker.apply(Time::ZERO, Command::<()>::Reject { delivery, requeue: true }, &mut effects);
    assert_eq!(effects, []);
}
