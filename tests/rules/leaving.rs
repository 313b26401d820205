//! Consumers that leave, and deliveries that nobody has worked on.

use kendall::broker::{Broker, Command, ConsumerId, Effect, QueueId, QueueRules};
use kendall::time::Time;

use crate::script::check;

#[test]
fn a_consumer_that_has_left_takes_nothing_more() {
    check(
        "consumers 2",
        "leave 1, publish a, publish b, ack a, leave 2, publish c",
        "a accepted, a to 2, b accepted, a acknowledged, b to 2, c accepted",
    );
}

#[test]
fn what_a_consumer_holds_as_it_leaves_is_still_its_to_answer() {
    check(
        "consumers 1, prefetch 2",
        "publish a, publish b, publish c, leave 1, ack a, subscribe, nack b, ack c",
        "a accepted, a to 1, b accepted, b to 1, c accepted, a acknowledged, c to 2, b returned, c acknowledged,
         b to 2 (attempt 2)",
    );
}

#[test]
fn a_delivery_that_is_given_back_keeps_its_place_and_counts_as_none() {
    check(
        "limit 0, then drop, returns_to tail, delay 5ms, consumers 1",
        "publish a, publish b, return a, nack a",
        "a accepted, a to 1, b accepted, a returned, a to 1, a dropped {limit}, b to 1",
    );
}

#[test]
fn what_is_given_back_late_only_frees_its_consumer() {
    check(
        "ack_timeout 5ms, consumers 1",
        "publish a, wait 5ms, return a, ack a",
        "a accepted, a to 1, 5ms: a returned, a to 1 (attempt 2), a acknowledged",
    );
}

#[test]
fn a_delivery_that_is_given_back_no_longer_times_out() {
    check("ack_timeout 5ms, consumers 1", "publish a, leave 1, return a, wait 10ms", "a accepted, a to 1, a returned");
}

#[test]
fn the_number_of_a_consumer_that_left_with_nothing_may_subscribe_again() {
    let mut broker = Broker::new([QueueRules::default()]);
    let (queue, consumer) = (QueueId(0), ConsumerId(0));
    let mut effects = Vec::new();
    for _ in 0..3 {
        effects.clear();
        broker.apply(Time::ZERO, Command::Subscribe { consumer, queue, prefetch: 1 }, &mut effects);
        broker.apply(Time::ZERO, Command::Publish { queue, payload: "a" }, &mut effects);
        let Some(Effect::Delivered { delivery, .. }) = effects.last().copied() else { panic!("it is delivered") };
        broker.apply(Time::ZERO, Command::Leave { consumer }, &mut effects);
        broker.apply(Time::ZERO, Command::Acknowledge { delivery }, &mut effects);
    }
    assert_eq!(broker.inside(), 0);
}
