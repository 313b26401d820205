//! Who is given what: the order of messages, consumers in turn, prefetch.

use crate::script::check;

#[test]
fn messages_are_delivered_in_the_order_in_which_they_entered() {
    check(
        "consumers 1",
        "publish a, publish b, publish c, ack a, ack b",
        "a accepted, a to 1, b accepted, c accepted, a acknowledged, b to 1, b acknowledged, c to 1",
    );
}

#[test]
fn messages_that_wait_go_to_a_consumer_as_soon_as_it_subscribes() {
    check("", "publish a, publish b, subscribe", "a accepted, b accepted, a to 1");
}

#[test]
fn consumers_with_credit_take_turns() {
    check(
        "consumers 3, prefetch unlimited",
        "publish a, publish b, publish c, publish d",
        "a accepted, a to 1, b accepted, b to 2, c accepted, c to 3, d accepted, d to 1",
    );
}

#[test]
fn a_consumer_without_credit_is_passed_over() {
    check(
        "consumers 2",
        "publish a, publish b, publish c, publish d, ack b, ack a",
        "a accepted, a to 1, b accepted, b to 2, c accepted, d accepted,
         b acknowledged, c to 2, a acknowledged, d to 1",
    );
}

#[test]
fn a_consumer_that_has_credit_again_is_last_in_turn() {
    check(
        "consumers 3",
        "publish a, publish b, ack a, publish c, publish d",
        "a accepted, a to 1, b accepted, b to 2, a acknowledged, c accepted, c to 3, d accepted, d to 1",
    );
}

#[test]
fn a_consumer_holds_no_more_than_its_prefetch() {
    check(
        "consumers 1, prefetch 2",
        "publish a, publish b, publish c, ack a",
        "a accepted, a to 1, b accepted, b to 1, c accepted, a acknowledged, c to 1",
    );
}

#[test]
fn a_consumer_without_a_limit_is_given_everything() {
    check(
        "consumers 1, prefetch unlimited",
        "publish a, publish b, publish c",
        "a accepted, a to 1, b accepted, b to 1, c accepted, c to 1",
    );
}

#[test]
fn queues_do_not_share_consumers_or_messages() {
    check(
        "a: consumers 1; b: consumers 1",
        "publish x in b, publish y in b, publish z in a",
        "x accepted, x to 2, y accepted, z accepted, z to 1",
    );
}

#[test]
fn the_consumers_of_the_highest_priority_are_served_first() {
    check(
        "",
        "subscribe, subscribe priority 2, subscribe priority 2, publish a, publish b, publish c, publish d, ack b",
        "a accepted, a to 2, b accepted, b to 3, c accepted, c to 1, d accepted, b acknowledged, d to 3",
    );
}

#[test]
fn consumers_of_one_priority_take_turns() {
    check(
        "",
        "subscribe prefetch 2 priority 1, subscribe, subscribe prefetch 2 priority 1, publish a, publish b, publish c, publish d, publish e, ack d, publish f",
        "a accepted, a to 1, b accepted, b to 3, c accepted, c to 1, d accepted, d to 3, e accepted, e to 2,
         d acknowledged, f accepted, f to 3",
    );
}

#[test]
fn a_consumer_takes_first_from_the_queue_that_it_prefers() {
    check(
        "a:; b:",
        "publish x in b, publish y in a, publish z in a, subscribe in a then b, ack y, ack z, ack x",
        "x accepted, y accepted, z accepted, y to 1, y acknowledged, z to 1, z acknowledged, x to 1, x acknowledged",
    );
}

#[test]
fn a_consumer_that_can_take_no_more_is_passed_over_in_all_its_queues() {
    check(
        "a:; b:",
        "subscribe in a then b, subscribe in b, publish x in a, publish y in b, publish z in b, ack x",
        "x accepted, x to 1, y accepted, y to 2, z accepted, x acknowledged, z to 1",
    );
}

#[test]
fn credit_is_shared_over_the_queues_that_a_consumer_takes_from() {
    check(
        "a:; b:",
        "subscribe in a then b prefetch 2, publish x in a, publish y in b, publish z in a, ack y",
        "x accepted, x to 1, y accepted, y to 1, z accepted, y acknowledged, z to 1",
    );
}

#[test]
fn a_delivery_from_one_queue_is_a_turn_in_every_queue() {
    check(
        "a:; b:",
        "subscribe in a then b prefetch 9, subscribe in b prefetch 9, publish w in a, publish x in b, publish y in b",
        "w accepted, w to 1, x accepted, x to 2, y accepted, y to 1",
    );
}

#[test]
fn what_is_forgotten_on_delivery_is_acknowledged_by_it_and_limited_by_no_prefetch() {
    check(
        "ack_timeout 5ms",
        "subscribe keeps nothing, publish a, publish b, ack a, wait 9ms",
        "a accepted, a to 1, a acknowledged, b accepted, b to 1, b acknowledged",
    );
}

#[test]
fn who_forgets_on_delivery_and_who_does_not_take_turns() {
    check(
        "",
        "subscribe keeps nothing, subscribe prefetch 2, publish a, publish b, publish c, publish d, publish e",
        "a accepted, a to 1, a acknowledged, b accepted, b to 2, c accepted, c to 1, c acknowledged,
         d accepted, d to 2, e accepted, e to 1, e acknowledged",
    );
}

#[test]
fn a_consumer_that_is_cancelled_is_given_nothing_and_may_still_answer() {
    check(
        "consumers 1, prefetch 2",
        "publish a, publish b, cancel 1, ack a, publish c, nack b",
        "a accepted, a to 1, b accepted, b to 1, a acknowledged, c accepted, b returned",
    );
}

#[test]
fn what_comes_back_unbegun_takes_its_place_and_counts_as_no_failure() {
    check(
        "consumers 1, prefetch 2, limit 0",
        "publish a, publish b, cancel 1, return b, subscribe, nack b",
        "a accepted, a to 1, b accepted, b to 1, b returned, b to 2 (attempt 2), b dropped {limit}",
    );
    check(
        "consumers 1, prefetch 2, limit 1",
        "publish a, publish b, cancel 1, return b, subscribe, nack b",
        "a accepted, a to 1, b accepted, b to 1, b returned, b to 2 (attempt 2), b returned, b to 2 (attempt 3)",
    );
}

#[test]
fn what_a_consumer_fails_that_has_left_goes_to_another_at_once() {
    check(
        "a: prefetch 1; b: prefetch 1",
        "subscribe in b then a, publish x, subscribe in a, cancel 1, nack x",
        "x accepted, x to 1, x returned, x to 2 (attempt 2)",
    );
}
