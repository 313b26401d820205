//! What the broker does by itself, and in which order.

use crate::script::check;

#[test]
fn what_is_due_happens_before_the_command_that_comes_at_that_instant() {
    check(
        "ack_timeout 5ms, consumers 2",
        "publish a, jump 5ms, publish b",
        "a accepted, a to 1, 5ms: a returned, a to 2 (attempt 2), b accepted",
    );
}

#[test]
fn an_answer_at_the_instant_of_its_time_out_is_late() {
    check(
        "ack_timeout 5ms, consumers 1",
        "publish a, jump 5ms, ack a",
        "a accepted, a to 1, 5ms: a returned, a acknowledged while waiting",
    );
}

#[test]
fn what_nobody_looked_at_happens_in_the_order_of_its_time() {
    check(
        "a: ack_timeout 7ms, consumers 1; b: ack_timeout 5ms, consumers 1",
        "publish x in a, jump 1ms, publish y in b, jump 20ms, tick",
        "x accepted, x to 1, 1ms: y accepted, y to 2, 21ms: y returned, x returned",
    );
}

#[test]
fn at_one_instant_delays_end_before_deliveries_time_out() {
    check(
        "ack_timeout 5ms, delay 5ms, consumers 2",
        "publish a, nack a, publish b, wait 5ms",
        "a accepted, a to 1, a delayed, b accepted, b to 2, 5ms: a ready, a to 1 (attempt 2), b delayed",
    );
}

#[test]
fn at_one_instant_the_first_queue_comes_first() {
    check(
        "a: ack_timeout 5ms, consumers 1; b: ack_timeout 5ms, consumers 1",
        "publish y in b, publish x in a, wait 5ms",
        "y accepted, y to 2, x accepted, x to 1, 5ms: x returned, y returned",
    );
}

#[test]
fn at_one_instant_the_first_delivery_times_out_first() {
    check(
        "ack_timeout 5ms, consumers 3",
        "publish a, publish b, wait 5ms",
        "a accepted, a to 1, b accepted, b to 2, 5ms: a returned, a to 3 (attempt 2), b returned",
    );
}

#[test]
fn a_delay_that_began_late_ends_late() {
    check(
        "ack_timeout 5ms, delay 5ms, consumers 1",
        "publish a, jump 8ms, tick, wait 10ms",
        "a accepted, a to 1, 8ms: a delayed, 13ms: a ready",
    );
}
