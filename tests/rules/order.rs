//! Which of the messages that wait is delivered next.

use crate::script::check;

#[test]
fn the_youngest_goes_first_where_the_order_is_lifo() {
    check(
        "order lifo",
        "publish a, publish b, publish c, subscribe, ack c, publish d, ack b",
        "a accepted, b accepted, c accepted, c to 1, c acknowledged, b to 1, d accepted, b acknowledged, d to 1",
    );
}

#[test]
fn what_returns_to_a_lifo_queue_keeps_its_place_by_age() {
    check(
        "order lifo, consumers 1",
        "publish a, publish b, nack a, ack b",
        "a accepted, a to 1, b accepted, a returned, b to 1, b acknowledged, a to 1 (attempt 2)",
    );
}

#[test]
fn the_front_of_a_lifo_queue_is_before_the_youngest_and_its_tail_behind_the_oldest() {
    check(
        "order lifo, returns_to front, consumers 1",
        "publish a, publish b, nack a",
        "a accepted, a to 1, b accepted, a returned, a to 1 (attempt 2)",
    );
    check(
        "order lifo, returns_to tail, consumers 1",
        "publish a, ack a, publish b, publish c, publish d, ack b, nack d, ack c",
        "a accepted, a to 1, a acknowledged, b accepted, b to 1, c accepted, d accepted, b acknowledged, d to 1,
         d returned, c to 1, c acknowledged, d to 1 (attempt 2)",
    );
}

#[test]
fn the_oldest_makes_room_in_a_lifo_queue_too() {
    check(
        "order lifo, capacity 2, when_full drop_oldest",
        "publish a, publish b, publish c, subscribe",
        "a accepted, b accepted, c accepted, a dropped {full}, c to 1",
    );
}

#[test]
fn the_highest_priority_goes_first_and_within_it_the_oldest() {
    check(
        "levels 3",
        "publish a, publish b priority 2, publish c priority 1, publish d priority 2, subscribe, ack b, ack d, ack c",
        "a accepted, b accepted, c accepted, d accepted, b to 1, b acknowledged, d to 1, d acknowledged, c to 1,
         c acknowledged, a to 1",
    );
}

#[test]
fn a_priority_above_the_highest_counts_as_the_highest() {
    check("levels 2", "publish a priority 1, publish b priority 9, subscribe", "a accepted, b accepted, a to 1");
}

#[test]
fn a_priority_does_not_interrupt_what_is_in_flight() {
    check(
        "levels 2, consumers 1",
        "publish a, publish b priority 1, nack a, ack b",
        "a accepted, a to 1, b accepted, a returned, b to 1, b acknowledged, a to 1 (attempt 2)",
    );
}

#[test]
fn of_the_ttl_of_a_message_and_of_its_queue_the_lower_wins() {
    check(
        "ttl 5ms",
        "publish a ttl 3ms, publish b ttl 9ms, wait 9ms",
        "a accepted, b accepted, 3ms: a dropped {expired}, 5ms: b dropped {expired}",
    );
}

#[test]
fn the_shortest_goes_first_and_of_those_alike_the_oldest() {
    check(
        "order shortest_first",
        "publish a takes 9ms, publish b takes 3ms, publish c takes 5ms, publish d takes 3ms, subscribe, ack b, ack d, ack c",
        "a accepted, b accepted, c accepted, d accepted, b to 1, b acknowledged, d to 1, d acknowledged, c to 1,
         c acknowledged, a to 1",
    );
}

#[test]
fn a_shorter_one_does_not_interrupt_what_is_in_flight() {
    check(
        "order shortest_first, consumers 1",
        "publish a takes 9ms, publish b takes 8ms, publish c takes 3ms, ack a",
        "a accepted, a to 1, b accepted, c accepted, a acknowledged, c to 1",
    );
}

#[test]
fn what_returns_stands_where_its_next_attempt_belongs() {
    // The second attempt at `a` takes 4 ms, before `b` and as long as `c`, which is younger.
    check(
        "order shortest_first, consumers 1",
        "publish a takes 5ms, publish c takes 4ms, publish b takes 5ms, nack a, ack a, ack c",
        "a accepted, a to 1, c accepted, b accepted, a returned, a to 1 (attempt 2), a acknowledged, c to 1,
         c acknowledged, b to 1",
    );
}

#[test]
fn the_oldest_makes_room_where_the_shortest_goes_first() {
    check(
        "order shortest_first, capacity 2, when_full drop_oldest",
        "publish a takes 1ms, publish b takes 5ms, publish c takes 3ms, subscribe",
        "a accepted, b accepted, c accepted, a dropped {full}, c to 1",
    );
}
