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
