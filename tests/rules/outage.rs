//! Queues that are out for a while, or lose what they have.

use crate::script::check;

#[test]
fn a_queue_that_is_out_takes_nothing_in_and_gives_nothing_out() {
    check(
        "consumers 1",
        "publish a, publish b, suspend q, ack a, publish c, resume q, publish d",
        "a accepted, a to 1, b accepted, a acknowledged, c refused, b to 1, d accepted",
    );
}

#[test]
fn who_would_be_blocked_waits_until_the_queue_is_back() {
    check(
        "consumers 1, capacity 5, when_full block",
        "suspend q, publish a, publish b, resume q",
        "a blocked, b blocked, a let in, a to 1, b let in",
    );
}

#[test]
fn a_queue_is_back_when_all_its_outages_are_over() {
    check(
        "consumers 1",
        "suspend q, suspend q, resume q, publish a, resume q, publish b",
        "a refused, b accepted, b to 1",
    );
}

#[test]
fn what_a_queue_holds_times_out_and_returns_while_it_is_out() {
    check(
        "consumers 1, prefetch 2, ack_timeout 5ms",
        "publish a, publish b, suspend q, nack b, wait 9ms, ack a, resume q",
        "a accepted, a to 1, b accepted, b to 1, b returned, 5ms: a returned, 9ms: a acknowledged while waiting, \
         b to 1 (attempt 2)",
    );
}

#[test]
fn a_dead_letter_queue_that_is_out_has_no_room() {
    check(
        "a: consumers 1, dead_letter b; b: capacity 5, when_full drop_oldest",
        "suspend b, publish x, reject x, resume b, publish y, reject y",
        "x accepted, x to 1, x dropped {dead_letter_full}, y accepted, y to 1, y moved to b {rejected}",
    );
}

#[test]
fn a_queue_that_loses_everything_forgets_what_is_with_consumers_who_may_still_answer() {
    check(
        "consumers 1, limit 0, then park",
        "publish p, nack p, publish a, publish b, empty q, publish c, ack a",
        "p accepted, p to 1, p parked, a accepted, a to 1, b accepted, p dropped {outage}, a dropped {outage}, \
         b dropped {outage}, c accepted, c to 1",
    );
}
