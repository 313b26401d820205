//! Capacities in bytes: what counts, and what a full queue does.

use crate::script::check;

#[test]
fn bytes_count_that_wait_and_not_those_in_flight() {
    check(
        "capacity_bytes 10, consumers 1",
        "publish a size 9, publish b size 8, publish c size 3, publish d size 2, publish e size 0, ack a, publish f size 8",
        "a accepted, a to 1, b accepted, c refused, d accepted, e accepted, a acknowledged, b to 1, f accepted",
    );
}

#[test]
fn bytes_count_that_are_delayed() {
    check(
        "capacity_bytes 10, delay 5ms, consumers 1",
        "publish a size 6, nack a, publish b size 1, publish c size 5, publish d size 4",
        "a accepted, a to 1, a delayed, b accepted, b to 1, c refused, d accepted",
    );
}

#[test]
fn both_capacities_hold() {
    check(
        "capacity 2, capacity_bytes 10",
        "publish a size 1, publish b size 1, publish c size 1",
        "a accepted, b accepted, c refused",
    );
}

#[test]
fn what_is_larger_than_the_whole_gets_in_where_it_is_taken_at_once() {
    check(
        "capacity_bytes 10, consumers 1",
        "publish a size 11, publish b size 11, publish c size 10",
        "a accepted, a to 1, b refused, c accepted",
    );
}

#[test]
fn what_is_larger_than_the_whole_is_blocked_until_it_is_taken_at_once() {
    check(
        "capacity_bytes 10, when_full block, consumers 1",
        "publish a size 4, publish b size 11, publish c size 1, ack a, ack b",
        "a accepted, a to 1, b blocked, c blocked, a acknowledged, b let in, b to 1, c let in, b acknowledged, c to 1",
    );
}

#[test]
fn blocked_publishes_enter_in_their_order_as_soon_as_they_fit() {
    check(
        "capacity_bytes 10, when_full block",
        "publish a size 9, publish b size 5, publish c size 5, publish d size 5, subscribe, ack a, ack b",
        "a accepted, b blocked, c blocked, d blocked, a to 1, b let in, c let in, a acknowledged, b to 1, d let in,
         b acknowledged, c to 1",
    );
}

#[test]
fn a_small_newcomer_does_not_overtake_a_large_one_that_is_blocked() {
    check(
        "capacity_bytes 10, when_full block, consumers 1",
        "publish a size 1, publish b size 6, publish c size 5, publish d size 1, ack a",
        "a accepted, a to 1, b accepted, c blocked, d blocked, a acknowledged, b to 1, c let in, d let in",
    );
}

#[test]
fn the_oldest_are_dropped_until_the_newcomer_fits() {
    check(
        "capacity_bytes 10, when_full drop_oldest",
        "publish a size 3, publish b size 3, publish c size 3, publish d size 5",
        "a accepted, b accepted, c accepted, d accepted, a dropped {full}, b dropped {full}",
    );
}

#[test]
fn a_newcomer_larger_than_the_whole_is_dropped_itself() {
    check(
        "capacity_bytes 10, when_full drop_oldest",
        "publish a size 3, publish b size 11, publish c size 7",
        "a accepted, b accepted, b dropped {full}, c accepted",
    );
}

#[test]
fn newcomers_without_room_are_dead_lettered_and_push_out_others_there_until_they_fit() {
    check(
        "a: capacity_bytes 10, when_full dead_letter, dead_letter b; b: capacity_bytes 10, when_full drop_oldest",
        "publish x in b, publish y size 9, publish z size 2, publish u size 9, publish v size 8",
        "x accepted, y accepted, z accepted, z moved to b {full}, u accepted, u moved to b {full}, x dropped {full},
         z dropped {full}, v accepted, v moved to b {full}, u dropped {full}",
    );
}

#[test]
fn a_dead_letter_that_does_not_fit_is_dropped() {
    check(
        "a: dead_letter b, consumers 1; b: capacity_bytes 5",
        "publish x size 6, reject x",
        "x accepted, x to 1, x dropped {dead_letter_full}",
    );
}

#[test]
fn what_returns_gets_in_above_the_capacity() {
    check(
        "capacity_bytes 10, consumers 1",
        "publish a size 9, publish b size 9, nack a, publish c size 1, ack a",
        "a accepted, a to 1, b accepted, a returned, a to 1 (attempt 2), c accepted, a acknowledged, b to 1",
    );
    check(
        "capacity_bytes 10, ack_timeout 5ms, consumers 1",
        "publish a size 9, publish b size 9, wait 5ms, publish c size 1",
        "a accepted, a to 1, b accepted, 5ms: a returned, c refused",
    );
}

#[test]
fn what_expires_makes_room() {
    check(
        "capacity_bytes 10, ttl 5ms, when_full block",
        "publish a size 9, publish b size 9, wait 5ms",
        "a accepted, b blocked, 5ms: a dropped {expired}, b let in",
    );
}
