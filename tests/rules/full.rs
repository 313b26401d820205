//! What a full queue does with a newcomer, and what counts as full.

use crate::script::check;

#[test]
fn a_dead_letter_that_gets_in_because_it_is_taken_at_once_is_taken_before_anything_else() {
    check(
        "a: capacity 9; b: dead_letter c; c: capacity 0",
        "subscribe in a then b then c, publish x in b, publish y in a, reject x, ack x, ack y",
        "x accepted, x to 1, y accepted, x moved to c {rejected}, x to 1, x acknowledged, y to 1, y acknowledged",
    );
}

#[test]
fn capacity_counts_the_messages_that_wait_and_not_those_in_flight() {
    check("capacity 1, consumers 1", "publish a, publish b, publish c", "a accepted, a to 1, b accepted, c refused");
}

#[test]
fn a_queue_that_was_full_takes_in_again_when_there_is_room() {
    check(
        "capacity 1, consumers 1",
        "publish a, publish b, publish c, ack a, publish d",
        "a accepted, a to 1, b accepted, c refused, a acknowledged, b to 1, d accepted",
    );
}

#[test]
fn a_queue_without_capacity_takes_in_what_can_be_delivered_at_once() {
    check(
        "capacity 0, consumers 1",
        "publish a, publish b, ack a, publish c",
        "a accepted, a to 1, b refused, a acknowledged, c accepted, c to 1",
    );
}

#[test]
fn a_queue_without_capacity_and_consumers_takes_nothing_in() {
    check("capacity 0", "publish a", "a refused");
}

#[test]
fn capacity_counts_messages_that_are_delayed() {
    check(
        "capacity 1, delay 5ms, consumers 2",
        "publish a, publish b, nack a, nack b, publish c, publish d, publish e",
        "a accepted, a to 1, b accepted, b to 2, a delayed, b delayed, c accepted, c to 1, d accepted, d to 2, e refused",
    );
}

#[test]
fn what_returns_gets_in_above_capacity() {
    check(
        "capacity 1, ack_timeout 5ms, consumers 1, prefetch 2",
        "publish a, publish b, publish c, wait 5ms, publish d",
        "a accepted, a to 1, b accepted, b to 1, c accepted, 5ms: a returned, b returned, d refused",
    );
}

#[test]
fn a_blocked_publish_enters_when_there_is_room() {
    check(
        "capacity 1, when_full block, consumers 1",
        "publish a, publish b, publish c, ack a",
        "a accepted, a to 1, b accepted, c blocked, a acknowledged, b to 1, c let in",
    );
}

#[test]
fn blocked_publishes_enter_in_the_order_in_which_they_were_blocked() {
    check(
        "capacity 1, when_full block",
        "publish a, publish b, publish c, publish d, subscribe, ack a, ack b",
        "a accepted, b blocked, c blocked, d blocked, a to 1, b let in, a acknowledged, b to 1, c let in,
         b acknowledged, c to 1, d let in",
    );
}

#[test]
fn a_newcomer_does_not_overtake_blocked_publishes() {
    check(
        "capacity 1, when_full block, consumers 1",
        "publish a, publish b, publish c, ack a, publish d, ack b",
        "a accepted, a to 1, b accepted, c blocked, a acknowledged, b to 1, c let in, d blocked,
         b acknowledged, c to 1, d let in",
    );
}

#[test]
fn without_capacity_a_blocked_publish_enters_when_it_can_be_delivered() {
    check(
        "capacity 0, when_full block, consumers 1",
        "publish a, publish b, ack a",
        "a accepted, a to 1, b blocked, a acknowledged, b let in, b to 1",
    );
}

#[test]
fn a_reject_makes_room_for_a_blocked_publish() {
    check(
        "capacity 0, when_full block, consumers 1",
        "publish a, publish b, reject a",
        "a accepted, a to 1, b blocked, a dropped {rejected}, b let in, b to 1",
    );
}

#[test]
fn the_oldest_makes_room_for_a_newcomer() {
    check(
        "capacity 2, when_full drop_oldest",
        "publish a, publish b, publish c, subscribe",
        "a accepted, b accepted, c accepted, a dropped {full}, b to 1",
    );
}

#[test]
fn the_oldest_goes_to_the_dead_letter_queue_if_there_is_one() {
    check(
        "a: capacity 1, when_full drop_oldest, dead_letter b; b:",
        "publish x in a, publish y in a, subscribe in b",
        "x accepted, y accepted, x moved to b {full}, x to 1",
    );
}

#[test]
fn the_newcomer_is_dropped_if_nothing_is_there_to_make_room() {
    check(
        "capacity 0, when_full drop_oldest, consumers 1",
        "publish a, publish b",
        "a accepted, a to 1, b accepted, b dropped {full}",
    );
}

#[test]
fn a_delayed_message_makes_room_if_it_is_the_oldest() {
    check(
        "capacity 1, when_full drop_oldest, delay 5ms, consumers 1",
        "publish a, nack a, publish b, publish c, wait 10ms",
        "a accepted, a to 1, a delayed, b accepted, b to 1, c accepted, a dropped {full}",
    );
}

#[test]
fn a_newcomer_goes_to_the_dead_letter_queue_when_the_rules_say_so() {
    check(
        "a: capacity 1, when_full dead_letter, dead_letter b; b:",
        "publish x in a, publish y in a, subscribe in b, subscribe in a",
        "x accepted, y accepted, y moved to b {full}, y to 1, x to 2",
    );
}

#[test]
fn a_dead_letter_that_finds_no_room_in_a_queue_that_refuses_is_dropped() {
    check(
        "a: consumers 1, dead_letter b; b: capacity 1",
        "publish x in b, publish y in a, reject y",
        "x accepted, y accepted, y to 1, y dropped {dead_letter_full}",
    );
}

#[test]
fn a_dead_letter_that_finds_no_room_in_a_queue_that_blocks_is_dropped() {
    check(
        "a: consumers 1, dead_letter b; b: capacity 1, when_full block",
        "publish x in b, publish y in a, reject y",
        "x accepted, y accepted, y to 1, y dropped {dead_letter_full}",
    );
}

#[test]
fn a_dead_letter_pushes_the_oldest_out_of_a_full_queue_that_drops() {
    check(
        "a: consumers 1, dead_letter b; b: capacity 1, when_full drop_oldest",
        "publish x in b, publish y in a, reject y, subscribe in b",
        "x accepted, y accepted, y to 1, y moved to b {rejected}, x dropped {full}, y to 2",
    );
}

#[test]
fn what_a_dead_letter_pushes_out_moves_on_to_the_next_dead_letter_queue() {
    check(
        "a: consumers 1, dead_letter b; b: capacity 1, when_full drop_oldest, dead_letter c; c:",
        "publish x in b, publish y in a, reject y, subscribe in c",
        "x accepted, y accepted, y to 1, y moved to b {rejected}, x moved to c {full}, x to 2",
    );
}

#[test]
fn a_dead_letter_passes_on_through_a_full_queue_that_sends_newcomers_away() {
    check(
        "a: consumers 1, dead_letter b; b: capacity 1, when_full dead_letter, dead_letter c; c:",
        "publish x in b, publish y in a, reject y, subscribe in c",
        "x accepted, y accepted, y to 1, y moved to b {rejected}, y moved to c {full}, y to 2",
    );
}

#[test]
fn a_dead_letter_is_taken_in_without_capacity_if_it_can_be_delivered() {
    check(
        "a: consumers 1, dead_letter b; b: capacity 0, consumers 1",
        "publish x in a, reject x, publish y in a, reject y",
        "x accepted, x to 1, x moved to b {rejected}, x to 2, y accepted, y to 1, y dropped {dead_letter_full}",
    );
}
