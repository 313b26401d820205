//! Queues that are ordered by key: one message of a key is out at a time.

use crate::script::check;

#[test]
fn a_key_is_locked_while_a_message_of_it_is_with_a_consumer() {
    check(
        "ordered_by key, consumers 2",
        "publish a key 1, publish b key 1, publish c key 2, ack a",
        "a accepted, a to 1, b accepted, c accepted, c to 2, a acknowledged, b to 1",
    );
}

#[test]
fn a_consumer_does_not_hold_two_of_one_key() {
    check(
        "ordered_by key, consumers 1, prefetch 3",
        "publish a key 1, publish b key 1, publish c key 2, publish d, publish e key 1, ack a, ack b",
        "a accepted, a to 1, b accepted, c accepted, c to 1, d accepted, d to 1, e accepted, a acknowledged, b to 1,
         b acknowledged, e to 1",
    );
}

#[test]
fn messages_without_a_key_are_bound_by_no_order() {
    check(
        "ordered_by key, consumers 3",
        "publish a, publish b, publish c key 1, publish d key 1",
        "a accepted, a to 1, b accepted, b to 2, c accepted, c to 3, d accepted",
    );
}

#[test]
fn the_answer_of_one_consumer_lets_a_message_out_to_another() {
    check(
        "ordered_by key, consumers 2, prefetch 2",
        "publish a key 1, publish b key 1, publish c key 2, cancel 1, ack a",
        "a accepted, a to 1, b accepted, c accepted, c to 2, a acknowledged, b to 2",
    );
}

#[test]
fn a_key_stays_locked_while_its_message_is_delayed() {
    check(
        "ordered_by key, consumers 2, delay 5ms",
        "publish a key 1, publish b key 1, nack a, publish c key 2, wait 9ms, ack a",
        "a accepted, a to 1, b accepted, a delayed, c accepted, c to 2, 5ms: a ready, a to 1 (attempt 2),
         9ms: a acknowledged, b to 1",
    );
}

#[test]
fn what_returns_to_its_place_goes_before_the_others_of_its_key_and_what_returns_to_the_tail_behind() {
    check(
        "ordered_by key, consumers 1",
        "publish a key 1, publish b key 1, nack a, ack a, ack b",
        "a accepted, a to 1, b accepted, a returned, a to 1 (attempt 2), a acknowledged, b to 1, b acknowledged",
    );
    check(
        "ordered_by key, consumers 1, returns_to tail",
        "publish a key 1, publish b key 1, nack a, ack b",
        "a accepted, a to 1, b accepted, a returned, b to 1, b acknowledged, a to 1 (attempt 2)",
    );
}

#[test]
fn what_the_queue_has_taken_back_is_not_out_and_its_key_is_free() {
    check(
        "ordered_by key, consumers 2, ack_timeout 5ms, returns_to tail",
        "publish a key 1, publish b key 1, wait 5ms, ack a, ack b",
        "a accepted, a to 1, b accepted, 5ms: a returned, b to 2, a acknowledged while waiting, b acknowledged",
    );
}

#[test]
fn a_late_acknowledgement_of_what_is_out_again_frees_its_key() {
    check(
        "ordered_by key, consumers 2, ack_timeout 5ms",
        "publish a key 1, publish b key 1, wait 5ms, ack a#1",
        "a accepted, a to 1, b accepted, 5ms: a returned, a to 2 (attempt 2), a acknowledged, b to 1",
    );
    check(
        "ordered_by key, consumers 2, ack_timeout 5ms, delay 9ms",
        "publish a key 1, publish b key 1, wait 6ms, ack a",
        "a accepted, a to 1, b accepted, 5ms: a delayed, 6ms: a acknowledged while delayed, b to 2",
    );
}

#[test]
fn a_late_acknowledgement_that_is_ignored_frees_nothing() {
    check(
        "ordered_by key, consumers 2, ack_timeout 5ms, late_ack ignored",
        "publish a key 1, publish b key 1, wait 5ms, ack a#1, ack a",
        "a accepted, a to 1, b accepted, 5ms: a returned, a to 2 (attempt 2), a acknowledged, b to 1",
    );
}

#[test]
fn what_waits_for_its_key_expires_and_what_expires_while_delayed_frees_it() {
    check(
        "ordered_by key, consumers 1, ttl 5ms",
        "publish a key 1, publish b key 1, wait 6ms, publish c key 1, ack a",
        "a accepted, a to 1, b accepted, 5ms: b dropped {expired}, 6ms: c accepted, a acknowledged, c to 1",
    );
    check(
        "ordered_by key, consumers 1, delay 9ms",
        "publish a ttl 5ms, nack a, wait 6ms",
        "a accepted, a to 1, a delayed, 5ms: a dropped {expired}",
    );
    check(
        "ordered_by key, consumers 1, delay 9ms, ttl 5ms",
        "publish a key 1, wait 1ms, publish b key 1, nack a, wait 4ms",
        "a accepted, a to 1, 1ms: b accepted, a delayed, 5ms: a dropped {expired}, b to 1",
    );
}

#[test]
fn a_message_that_moves_on_frees_its_key_here_and_waits_for_it_there() {
    check(
        "a: ordered_by key, consumers 1, dead_letter b; b: ordered_by key, consumers 1",
        "publish x key 1 in b, publish y key 1, publish z key 1, reject y, ack x",
        "x accepted, x to 2, y accepted, y to 1, z accepted, y moved to b {rejected}, z to 1, x acknowledged, y to 2",
    );
}

#[test]
fn a_parked_message_is_out_of_reach_and_not_out() {
    check(
        "ordered_by key, consumers 1, limit 0, then park",
        "publish a key 1, publish b key 1, nack a",
        "a accepted, a to 1, b accepted, a parked, b to 1",
    );
}

#[test]
fn the_oldest_makes_room_whether_its_key_is_locked_or_not() {
    check(
        "ordered_by key, consumers 1, capacity 2, when_full drop_oldest",
        "publish a key 1, publish b key 1, publish c key 2, publish d key 1, ack a",
        "a accepted, a to 1, b accepted, c accepted, d accepted, b dropped {full}, a acknowledged, c to 1",
    );
    check(
        "ordered_by key, consumers 1, prefetch 2, capacity 1, when_full drop_oldest, delay 9ms",
        "publish a key 1, nack a, publish b key 1",
        "a accepted, a to 1, a delayed, b accepted, a dropped {full}, b to 1",
    );
}

#[test]
fn a_newcomer_needs_no_room_if_its_key_is_free_and_somebody_has_nothing_else_to_do() {
    check(
        "ordered_by key, consumers 3, capacity 1",
        "publish a key 1, publish b key 1, publish c key 2, publish d key 1",
        "a accepted, a to 1, b accepted, c accepted, c to 2, d refused",
    );
    check(
        "ordered_by key, consumers 2, capacity 0, when_full block",
        "publish a key 1, publish b key 1, publish c key 2, ack a",
        "a accepted, a to 1, b blocked, c blocked, a acknowledged, b let in, b to 2, c let in, c to 1",
    );
}

#[test]
fn other_orders_choose_among_the_messages_of_free_keys() {
    check(
        "ordered_by key, order lifo, consumers 1",
        "publish a key 1, publish b key 1, publish c key 2, publish d key 1, ack a, ack d, ack c",
        "a accepted, a to 1, b accepted, c accepted, d accepted, a acknowledged, d to 1, d acknowledged, c to 1,
         c acknowledged, b to 1",
    );
    check(
        "ordered_by key, levels 2, consumers 2",
        "publish a key 1, publish b key 1, publish c priority 1",
        "a accepted, a to 1, b accepted, c accepted, c to 2",
    );
}

#[test]
fn a_delivery_that_the_broker_forgets_locks_nothing() {
    check(
        "ordered_by key",
        "subscribe keeps nothing, publish a key 1, publish b key 1",
        "a accepted, a to 1, a acknowledged, b accepted, b to 1, b acknowledged",
    );
}
