//! Queues that give all messages to one consumer until it leaves.

use crate::script::check;

#[test]
fn one_consumer_gets_all_messages_while_the_others_wait() {
    check(
        "single_active_consumer true, consumers 3",
        "publish a, publish b, ack a, ack b",
        "a accepted, a to 1, b accepted, a acknowledged, b to 1, b acknowledged",
    );
}

#[test]
fn when_it_leaves_the_next_gets_what_waits_and_what_it_gives_back() {
    check(
        "single_active_consumer true, consumers 3, prefetch 2",
        "publish a, publish b, publish c, cancel 1, return b, ack a, publish d, ack c, ack b",
        "a accepted, a to 1, b accepted, b to 1, c accepted, c to 2, b returned, b to 2 (attempt 2), a acknowledged,
         d accepted, c acknowledged, d to 2, b acknowledged",
    );
}

#[test]
fn when_all_have_left_the_next_to_come_is_given_what_waits() {
    check(
        "single_active_consumer true",
        "subscribe, subscribe, publish a, ack a, cancel 1, publish b, ack b, cancel 2, publish c, subscribe prefetch 1",
        "a accepted, a to 1, a acknowledged, b accepted, b to 2, b acknowledged, c accepted, c to 3",
    );
}

#[test]
fn the_first_of_the_highest_priority_is_chosen_when_there_is_a_message_for_it() {
    check(
        "single_active_consumer true",
        "subscribe, subscribe priority 2, subscribe priority 2, publish a, subscribe priority 3, publish b, ack a",
        "a accepted, a to 2, b accepted, a acknowledged, b to 2",
    );
}

#[test]
fn an_active_consumer_that_holds_enough_of_another_queue_is_waited_for() {
    check(
        "a: single_active_consumer true; b: capacity 9",
        "subscribe in a then b, subscribe in a, publish x in a, ack x, publish y in b, publish z in a, ack y",
        "x accepted, x to 1, x acknowledged, y accepted, y to 1, z accepted, y acknowledged, z to 1",
    );
}

#[test]
fn a_newcomer_needs_no_room_if_the_active_consumer_takes_it() {
    check(
        "single_active_consumer true, consumers 2, capacity 0",
        "publish a, publish b, ack a, publish c",
        "a accepted, a to 1, b refused, a acknowledged, c accepted, c to 1",
    );
}

#[test]
fn its_messages_may_be_ordered_by_key_besides() {
    check(
        "single_active_consumer true, ordered_by key, consumers 2, prefetch 3",
        "publish a key 1, publish b key 1, publish c key 2, ack a",
        "a accepted, a to 1, b accepted, c accepted, c to 1, a acknowledged, b to 1",
    );
}
