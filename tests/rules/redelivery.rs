//! Failures: where a message returns to, how long it is kept back, how often it is forgiven.

use crate::script::check;

#[test]
fn a_message_returns_to_its_place_by_age() {
    check(
        "consumers 1, prefetch 2",
        "publish a, publish b, publish c, publish d, nack b, ack a",
        "a accepted, a to 1, b accepted, b to 1, c accepted, d accepted, b returned, b to 1 (attempt 2),
         a acknowledged, c to 1",
    );
}

#[test]
fn messages_that_return_out_of_order_stand_by_age_again() {
    check(
        "ack_timeout 5ms, consumers 1, prefetch 3",
        "publish a, wait 1ms, publish b, wait 1ms, publish c, wait 2ms, nack b, wait 9ms, ack a#1",
        "a accepted, a to 1, 1ms: b accepted, b to 1, 2ms: c accepted, c to 1, 4ms: b returned, b to 1 (attempt 2),
         5ms: a returned, 7ms: c returned, 9ms: b returned, 13ms: a acknowledged while waiting, b to 1 (attempt 3)",
    );
}

#[test]
fn a_message_that_returns_to_its_place_goes_before_younger_ones() {
    check(
        "consumers 1",
        "publish a, publish b, publish c, nack a",
        "a accepted, a to 1, b accepted, c accepted, a returned, a to 1 (attempt 2)",
    );
}

#[test]
fn a_message_that_returns_to_the_front_goes_before_older_ones() {
    check(
        "returns_to front, ack_timeout 5ms, consumers 2",
        "publish a, wait 1ms, publish b, wait 5ms, ack a",
        "a accepted, a to 1, 1ms: b accepted, b to 2, 5ms: a returned, 6ms: b returned, a acknowledged while waiting,
         b to 1 (attempt 2)",
    );
    check(
        "returns_to front, delay 5ms, consumers 1, prefetch 2",
        "publish a, publish b, nack a, nack b, publish c, publish d, wait 5ms, ack c, ack d",
        "a accepted, a to 1, b accepted, b to 1, a delayed, b delayed, c accepted, c to 1, d accepted, d to 1,
         5ms: a ready, b ready, c acknowledged, b to 1 (attempt 2), d acknowledged, a to 1 (attempt 2)",
    );
}

#[test]
fn a_message_that_returns_to_the_tail_goes_after_younger_ones() {
    check(
        "returns_to tail, consumers 1",
        "publish a, publish b, publish c, nack a, ack b, ack c",
        "a accepted, a to 1, b accepted, c accepted, a returned, b to 1, b acknowledged, c to 1, c acknowledged,
         a to 1 (attempt 2)",
    );
}

#[test]
fn a_message_that_failed_is_kept_back_for_the_delay() {
    check(
        "delay 10ms, consumers 1",
        "publish a, nack a, wait 20ms",
        "a accepted, a to 1, a delayed, 10ms: a ready, a to 1 (attempt 2)",
    );
}

#[test]
fn a_delayed_message_lets_younger_ones_pass() {
    check(
        "delay 10ms, consumers 1",
        "publish a, publish b, nack a, wait 10ms, ack b",
        "a accepted, a to 1, b accepted, a delayed, b to 1, 10ms: a ready, b acknowledged, a to 1 (attempt 2)",
    );
}

#[test]
fn a_limit_forgives_as_many_failures_as_it_says() {
    check(
        "limit 2, then drop, consumers 1",
        "publish a, nack a, nack a, nack a",
        "a accepted, a to 1, a returned, a to 1 (attempt 2), a returned, a to 1 (attempt 3), a dropped {limit}",
    );
}

#[test]
fn a_limit_of_zero_forgives_nothing() {
    check("limit 0, consumers 1", "publish a, nack a", "a accepted, a to 1, a dropped {limit}");
}

#[test]
fn what_fails_beyond_the_limit_goes_to_the_dead_letter_queue_when_the_rules_say_so() {
    check(
        "a: limit 0, then dead_letter, dead_letter b, consumers 1; b: consumers 1",
        "publish x in a, nack x",
        "x accepted, x to 1, x moved to b {limit}, x to 2",
    );
}

#[test]
fn what_fails_beyond_the_limit_is_dropped_past_a_dead_letter_queue_when_the_rules_say_so() {
    check(
        "a: limit 0, then drop, dead_letter b, consumers 1; b: consumers 1",
        "publish x in a, nack x",
        "x accepted, x to 1, x dropped {limit}",
    );
}

#[test]
fn what_fails_beyond_the_limit_is_parked_out_of_reach_when_the_rules_say_so() {
    check(
        "limit 0, then park, consumers 1",
        "publish a, nack a, publish b",
        "a accepted, a to 1, a parked, b accepted, b to 1",
    );
}

#[test]
fn a_parked_message_takes_no_capacity() {
    check(
        "capacity 1, limit 0, then park, consumers 1",
        "publish a, publish b, nack a, publish c",
        "a accepted, a to 1, b accepted, a parked, b to 1, c accepted",
    );
}

#[test]
fn a_limit_counts_failures_since_the_last_entry() {
    check(
        "a: limit 1, then dead_letter, dead_letter b, consumers 1; b: dead_letter a, consumers 1",
        "publish x in a, nack x, nack x, reject x, nack x, nack x",
        "x accepted, x to 1, x returned, x to 1 (attempt 2), x moved to b {limit}, x to 2, x moved to a {rejected},
         x to 1 (entry 2), x returned, x to 1 (entry 2) (attempt 2), x moved to b {limit}, x to 2 (entry 2)",
    );
}

#[test]
fn entries_are_counted_anew_for_the_message_that_follows_one_that_went_in_a_circle() {
    check(
        "a: dead_letter b, consumers 1; b: dead_letter a, consumers 1",
        "publish x in a, reject x, reject x, ack x, publish y in a, reject y",
        "x accepted, x to 1, x moved to b {rejected}, x to 2, x moved to a {rejected}, x to 1 (entry 2),
         x acknowledged, y accepted, y to 1, y moved to b {rejected}, y to 2",
    );
}

#[test]
fn a_rejected_message_is_dropped_where_there_is_no_dead_letter_queue() {
    check("consumers 1", "publish a, reject a", "a accepted, a to 1, a dropped {rejected}");
}

#[test]
fn a_rejected_message_goes_to_the_dead_letter_queue() {
    check(
        "a: dead_letter b, limit 5, consumers 1; b: consumers 1",
        "publish x in a, reject x",
        "x accepted, x to 1, x moved to b {rejected}, x to 2",
    );
}

#[test]
fn a_rejected_message_makes_way_for_the_next_delivery() {
    check(
        "a: dead_letter b, consumers 1; b:",
        "publish x in a, publish y in a, reject x",
        "x accepted, x to 1, y accepted, x moved to b {rejected}, y to 1",
    );
}

#[test]
fn a_limit_of_deliveries_counts_them_all() {
    check(
        "limit 2, counts deliveries, consumers 1",
        "publish a, nack a, nack a",
        "a accepted, a to 1, a returned, a to 1 (attempt 2), a dropped {limit}",
    );
}

#[test]
fn delays_from_a_list_come_one_after_the_other_and_the_last_repeats() {
    check(
        "delay 5ms/2ms, consumers 1",
        "publish a, nack a, wait 5ms, nack a, wait 2ms, nack a, wait 2ms",
        "a accepted, a to 1, a delayed, 5ms: a ready, a to 1 (attempt 2), a delayed, 7ms: a ready, a to 1 (attempt 3),
         a delayed, 9ms: a ready, a to 1 (attempt 4)",
    );
}

#[test]
fn a_short_delay_ends_before_a_long_one_that_began_earlier() {
    check(
        "delay 9ms/1ms, consumers 2",
        "publish a, nack a, wait 8ms, publish b, nack b, wait 1ms, nack a, wait 1ms, wait 9ms",
        "a accepted, a to 1, a delayed, 8ms: b accepted, b to 2, b delayed, 9ms: a ready, a to 1 (attempt 2), a delayed,
         10ms: a ready, a to 2 (attempt 3), 17ms: b ready, b to 1 (attempt 2)",
    );
}

#[test]
fn a_late_acknowledgement_that_is_ignored_changes_nothing() {
    check(
        "ack_timeout 5ms, late_ack ignored, consumers 1",
        "publish a, wait 5ms, ack a#1, ack a",
        "a accepted, a to 1, 5ms: a returned, a to 1 (attempt 2), a acknowledged",
    );
}

#[test]
fn what_a_closed_connection_held_returns_as_a_failure_of_each_and_counts_for_the_limit() {
    check(
        "consumers 1, prefetch 2, limit 1",
        "publish a, publish b, close 1, subscribe prefetch 2, close 2, nack a",
        "a accepted, a to 1, b accepted, b to 1, a returned, b returned, a to 2 (attempt 2), b to 2 (attempt 2), \
         a dropped {limit}, b dropped {limit}",
    );
}

#[test]
fn what_is_closed_unbegun_is_no_failure() {
    check(
        "consumers 1, prefetch 2, limit 0",
        "publish a, publish b, close 1 unbegun, subscribe prefetch 2",
        "a accepted, a to 1, b accepted, b to 1, a returned, b returned, a to 2 (attempt 2), b to 2 (attempt 2)",
    );
}

#[test]
fn all_that_a_closed_connection_held_is_back_before_any_of_it_is_handed_out() {
    check(
        "consumers 1, prefetch 3, single_active_consumer true",
        "subscribe prefetch 1, publish a, publish b, publish c, ack b, close 1",
        "a accepted, a to 1, b accepted, b to 1, c accepted, c to 1, b acknowledged, a returned, c returned, \
         a to 2 (attempt 2)",
    );
}

#[test]
fn what_timed_out_before_the_connection_closed_stays_where_it_is() {
    check(
        "consumers 1, ack_timeout 5ms",
        "publish a, wait 5ms, close 1, ack a#1, subscribe prefetch 2",
        "a accepted, a to 1, 5ms: a returned, a to 2 (attempt 2)",
    );
}
