//! Messages that expire: when, from where, and where to.

use crate::script::check;

#[test]
fn a_message_that_waits_expires_after_its_ttl() {
    check(
        "ttl 5ms",
        "publish a, wait 4ms, publish b, wait 6ms",
        "a accepted, 4ms: b accepted, 5ms: a dropped {expired},
         9ms: b dropped {expired}",
    );
}

#[test]
fn a_message_that_is_in_flight_does_not_expire() {
    check("ttl 5ms, consumers 1", "publish a, wait 9ms, ack a", "a accepted, a to 1, 9ms: a acknowledged");
}

#[test]
fn a_return_keeps_its_deadline() {
    check(
        "ttl 5ms, consumers 1, prefetch 1",
        "publish a, wait 2ms, publish b, nack a, nack a, wait 3ms, ack a, wait 9ms",
        "a accepted, a to 1, 2ms: b accepted, a returned, a to 1 (attempt 2), a returned, a to 1 (attempt 3),
         5ms: a acknowledged, b to 1",
    );
    check(
        "ttl 5ms, ack_timeout 3ms, consumers 1",
        "publish a, wait 9ms",
        "a accepted, a to 1, 3ms: a returned, 5ms: a dropped {expired}",
    );
}

#[test]
fn a_return_after_the_deadline_expires_and_is_not_delivered() {
    check(
        "ttl 5ms, consumers 2",
        "publish a, wait 6ms, nack a",
        "a accepted, a to 1, 6ms: a returned, a dropped {expired}",
    );
}

#[test]
fn a_message_expires_while_it_is_delayed() {
    check(
        "ttl 5ms, delay 9ms, consumers 1",
        "publish a, wait 1ms, nack a, wait 20ms",
        "a accepted, a to 1, 1ms: a delayed, 5ms: a dropped {expired}",
    );
}

#[test]
fn at_one_instant_a_message_expires_before_its_delay_ends() {
    check(
        "ttl 5ms, delay 5ms, consumers 1",
        "publish a, nack a, wait 9ms",
        "a accepted, a to 1, a delayed, 5ms: a dropped {expired}",
    );
}

#[test]
fn without_time_to_live_a_message_is_delivered_at_once_or_expires() {
    check(
        "ttl 0ms, consumers 1",
        "publish a, publish b, tick, ack a, publish c",
        "a accepted, a to 1, b accepted, b dropped {expired}, a acknowledged, c accepted, c to 1",
    );
}

#[test]
fn what_expires_goes_to_the_dead_letter_queue_and_lives_anew_there() {
    check(
        "a: ttl 5ms, dead_letter b; b: ttl 3ms",
        "publish x in a, wait 9ms",
        "x accepted, 5ms: x moved to b {expired}, 8ms: x dropped {expired}",
    );
}

#[test]
fn what_expires_makes_room() {
    check(
        "ttl 5ms, capacity 1, when_full block",
        "publish a, wait 2ms, publish b, wait 9ms",
        "a accepted, 2ms: b blocked, 5ms: a dropped {expired}, b let in, 10ms: b dropped {expired}",
    );
}

#[test]
fn a_queue_that_only_a_ttl_empties_delays_what_failed() {
    check(
        "work: dead_letter later, consumers 1; later: ttl 5ms, dead_letter work",
        "publish x in work, publish y in work, reject x, wait 5ms, ack y, ack x",
        "x accepted, x to 1, y accepted, x moved to later {rejected}, y to 1, 5ms: x moved to work {expired},
         y acknowledged, x to 1 (entry 2), x acknowledged",
    );
}
