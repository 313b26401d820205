//! What the host does by itself, on a clock that is moved by hand.

use std::time::Duration;

use kendall::broker::{Delay, Redelivery};
use kendall::host::Options;
use kendall::time::Speed;
use tokio::time::{Instant, sleep};

use super::*;

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_that_does_not_come_in_time_returns_the_message() {
    let host = host(redelivers(Redelivery { ack_timeout: Some(milliseconds(50)), ..Redelivery::default() }));
    let (mut first, mut second) = (host.consumer(QUEUE, 1).unwrap(), host.consumer(QUEUE, 1).unwrap());
    host.publisher().unwrap().publish(QUEUE, letter("a")).await.unwrap();
    let began = Instant::now();
    let late = next(&mut first).await;
    let again = next(&mut second).await;
    assert_eq!((name(&again), again.attempt()), ("a", 2));
    assert_eq!(began.elapsed(), Duration::from_millis(50));
    again.ack();
    late.ack();
    assert_eq!(host.shutdown().await[0].acknowledged, 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_failed_is_kept_back_for_the_delay() {
    let host = host(redelivers(Redelivery { delay: Delay::constant(milliseconds(1_500)), ..Redelivery::default() }));
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    host.publisher().unwrap().publish(QUEUE, letter("a")).await.unwrap();
    next(&mut consumer).await.nack();
    assert_eq!(host.accounts()[0].delayed, 1);
    let began = Instant::now();
    next(&mut consumer).await.ack();
    assert_eq!(began.elapsed(), Duration::from_millis(1_500));
}

#[tokio::test(start_paused = true)]
async fn the_timer_sees_a_deadline_earlier_than_the_one_it_waits_for() {
    let slow = redelivers(Redelivery { ack_timeout: Some(milliseconds(60_000)), ..Redelivery::default() });
    let fast = redelivers(Redelivery { ack_timeout: Some(milliseconds(10)), ..Redelivery::default() });
    let host = Host::start([slow, fast]).unwrap();
    let mut slow = host.consumer(QueueId(0), 1).unwrap();
    let mut fast = host.consumer(QueueId(1), 2).unwrap();
    let mut publisher = host.publisher().unwrap();
    publisher.publish(QueueId(0), letter("a")).await.unwrap();
    let _held = next(&mut slow).await;
    sleep(Duration::from_millis(5)).await;
    publisher.publish(QueueId(1), letter("b")).await.unwrap();
    let began = Instant::now();
    let _late = next(&mut fast).await;
    assert_eq!(next(&mut fast).await.attempt(), 2);
    assert_eq!(began.elapsed(), Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_time_out_runs_for_what_a_consumer_has_not_received_too() {
    let host = host(redelivers(Redelivery { ack_timeout: Some(milliseconds(50)), ..Redelivery::default() }));
    let _idle = host.consumer(QUEUE, 1).unwrap();
    let mut other = host.consumer(QUEUE, 1).unwrap();
    host.publisher().unwrap().publish(QUEUE, letter("a")).await.unwrap();
    assert_eq!(next(&mut other).await.attempt(), 2);
}

/// Ten seconds of its time pass each second.
#[tokio::test(start_paused = true)]
async fn a_faster_host_has_shorter_delays() {
    let rules = redelivers(Redelivery { delay: Delay::constant(milliseconds(1_500)), ..Redelivery::default() });
    let host = Host::start_with([rules], Options { speed: Speed::new(10.0).unwrap(), ..Options::default() }).unwrap();
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    host.publisher().unwrap().publish(QUEUE, letter("a")).await.unwrap();
    next(&mut consumer).await.nack();
    let (began, shown) = (Instant::now(), host.now());
    next(&mut consumer).await.ack();
    assert_eq!(began.elapsed(), Duration::from_millis(150));
    assert_eq!(host.now().since(shown), milliseconds(1_500));
}

#[tokio::test(start_paused = true)]
async fn a_host_whose_time_is_to_come_stands_at_its_beginning() {
    let began = Some(Instant::now() + Duration::from_secs(1));
    let host = Host::start_with([QueueRules::default()], Options { began, ..Options::default() }).unwrap();
    sleep(Duration::from_millis(400)).await;
    assert_eq!(host.now().nanos(), 0);
    sleep(Duration::from_millis(700)).await;
    assert_eq!(host.now().since(kendall::time::Time::ZERO), milliseconds(100));
}
