//! Futures, deliveries, consumers and publishers that are dropped: nothing is lost with them.

use std::collections::VecDeque;

use kendall::broker::{Redelivery, Terms, Then};
use kendall::host::{Offered, PublishError};

use super::*;

#[tokio::test]
async fn a_receive_that_is_dropped_loses_nothing() {
    let host = host(QueueRules::default());
    let mut consumer = host.consumer(QUEUE, 10).unwrap();
    let mut publisher = host.publisher().unwrap();
    for expected in ["a", "b", "c"] {
        assert!(poll_once(consumer.recv()).is_pending());
        publisher.publish(QUEUE, letter(expected)).await.unwrap();
        let delivery = next(&mut consumer).await;
        assert_eq!((name(&delivery), delivery.attempt()), (expected, 1));
        delivery.ack();
    }
    assert_eq!(host.shutdown().await[0].acknowledged, 3);
}

#[tokio::test]
async fn a_blocked_publish_that_is_dropped_enters_in_its_turn_and_once() {
    let host = host(holds(1, WhenFull::Block));
    let mut publisher = host.publisher().unwrap();
    publisher.publish(QUEUE, letter("a")).await.unwrap();
    assert!(poll_once(publisher.publish(QUEUE, letter("b"))).is_pending());
    assert!(poll_once(publisher.publish(QUEUE, letter("c"))).is_pending(), "it waits for what is in line");
    let account = host.accounts()[0];
    assert_eq!((account.published, account.blocked), (2, 1), "the third was not handed over");
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    for expected in ["a", "b"] {
        let delivery = next(&mut consumer).await;
        assert_eq!(name(&delivery), expected);
        delivery.ack();
    }
    assert_eq!((host.accounts()[0].acknowledged, host.accounts()[0].inside()), (2, 0));
}

#[tokio::test]
async fn what_a_dropped_publish_of_many_has_not_handed_over_is_left_to_the_caller() {
    let host = host(holds(2, WhenFull::Block));
    let mut publisher = host.publisher().unwrap();
    let mut letters: VecDeque<_> = ["a", "b", "c", "d", "e"].map(letter).into();
    assert!(poll_once(publisher.publish_all(QUEUE, &mut letters)).is_pending());
    assert_eq!(letters, ["d", "e"], "two are in, one is in line");
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    let worker = tokio::spawn(async move {
        let mut got = Vec::new();
        for _ in 0..5 {
            let delivery = next(&mut consumer).await;
            got.push(name(&delivery).to_owned());
            delivery.ack();
        }
        got
    });
    publisher.publish_all(QUEUE, &mut letters).await.unwrap();
    assert_eq!(worker.await.unwrap(), ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn what_is_in_line_enters_though_its_publisher_is_gone() {
    let host = host(holds(1, WhenFull::Block));
    let mut publisher = host.publisher().unwrap().window(2);
    let offers = ["a", "b", "c"].map(|name| publisher.offer(QUEUE, letter(name)).unwrap());
    assert_eq!(offers, [Offered::Accepted, Offered::Blocked, Offered::Blocked]);
    assert_eq!(publisher.offer(QUEUE, letter("d")), Err(PublishError::WindowFull(2)));
    drop(publisher);
    let mut consumer = host.consumer(QUEUE, 3).unwrap();
    for expected in ["a", "b", "c"] {
        let delivery = next(&mut consumer).await;
        assert_eq!(name(&delivery), expected);
        delivery.ack();
    }
}

#[tokio::test]
async fn a_dropped_delivery_fails_and_returns() {
    let host = host(redelivers(Redelivery { limit: Some(1), then: Then::Park, ..Redelivery::default() }));
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    host.publisher().unwrap().publish(QUEUE, letter("a")).await.unwrap();
    drop(next(&mut consumer).await);
    assert_eq!(host.accounts()[0].waiting + host.accounts()[0].in_flight, 1);
    drop(next(&mut consumer).await);
    assert_eq!(host.accounts()[0].parked, 1);
}

#[tokio::test]
async fn a_task_that_dies_returns_what_it_held_and_its_poison_is_limited() {
    let host = host(redelivers(Redelivery { limit: Some(1), then: Then::Drop, ..Redelivery::default() }));
    let mut publisher = host.publisher().unwrap();
    publisher.publish(QUEUE, letter("poison")).await.unwrap();
    publisher.publish(QUEUE, letter("b")).await.unwrap();
    for attempt in 1..=2 {
        let mut consumer = host.consumer(QUEUE, 2).unwrap();
        let died = tokio::spawn(async move {
            let delivery = next(&mut consumer).await;
            assert_eq!((name(&delivery), delivery.attempt()), ("poison", attempt));
            std::panic::resume_unwind(Box::new("the work panicked"));
        });
        assert!(died.await.unwrap_err().is_panic());
    }
    let delivery = next(&mut host.consumer(QUEUE, 1).unwrap()).await;
    assert_eq!((name(&delivery), delivery.attempt()), ("b", 3), "nobody had worked on it, so that it never failed");
    assert_eq!(host.accounts()[0].dropped, 1);
}

#[tokio::test]
async fn a_dropped_consumer_gives_back_what_it_has_not_received_in_its_order() {
    let host = host(QueueRules::default());
    let mut publisher = host.publisher().unwrap();
    let mut consumer = host.consumer(QUEUE, 4).unwrap();
    for name in ["a", "b", "c", "d", "e"] {
        publisher.publish(QUEUE, letter(name)).await.unwrap();
    }
    let mine = next(&mut consumer).await;
    drop(consumer);
    let account = host.accounts()[0];
    assert_eq!((account.in_flight, account.waiting), (1, 4));
    let mut other = host.consumer(QUEUE, 4).unwrap();
    for expected in ["b", "c", "d", "e"] {
        let delivery = next(&mut other).await;
        assert_eq!(name(&delivery), expected);
        delivery.ack();
    }
    mine.ack();
    assert_eq!(host.shutdown().await[0].acknowledged, 5);
}

#[tokio::test]
async fn a_consumer_that_is_cancelled_receives_what_it_was_handed_and_nothing_more() {
    let host = host(redelivers(Redelivery { limit: Some(0), then: Then::Park, ..Redelivery::default() }));
    let mut publisher = host.publisher().unwrap();
    let mut consumer = host.consumer(QUEUE, 2).unwrap();
    for name in ["a", "b", "c"] {
        publisher.publish(QUEUE, letter(name)).await.unwrap();
    }
    consumer.cancel();
    // Given back is not failed: nothing is parked, though no failure is forgiven.
    next(&mut consumer).await.give_back();
    next(&mut consumer).await.ack();
    assert!(consumer.try_recv().is_none());
    let account = host.accounts()[0];
    assert_eq!((account.waiting, account.acknowledged, account.parked), (2, 1, 0));
}

#[tokio::test]
async fn a_consumer_that_resumes_is_handed_what_its_prefetch_leaves_room_for() {
    let host = Host::start([QueueRules::default(), QueueRules::default()]).unwrap();
    let mut publisher = host.publisher().unwrap();
    let mut consumer = host.consumer_of(&[QUEUE, QueueId(1)], Terms::prefetch(2)).unwrap();
    publisher.publish(QUEUE, letter("a")).await.unwrap();
    let held = next(&mut consumer).await;
    consumer.cancel();
    for (queue, name) in [(QueueId(1), "b"), (QueueId(1), "c")] {
        publisher.publish(queue, letter(name)).await.unwrap();
    }
    assert!(consumer.try_recv().is_none());
    consumer.resume();
    // Once is enough.
    consumer.resume();
    let second = next(&mut consumer).await;
    assert_eq!((name(&second), consumer.try_recv().is_none()), ("b", true));
    held.ack();
    assert_eq!(name(&next(&mut consumer).await), "c");
}

#[tokio::test]
async fn a_consumer_of_two_queues_takes_from_the_first_while_there_is_something() {
    let host = Host::start([QueueRules::default(), QueueRules::default()]).unwrap();
    let mut publisher = host.publisher().unwrap();
    for (queue, name) in [(QueueId(1), "a"), (QueueId(0), "b")] {
        publisher.publish(queue, letter(name)).await.unwrap();
    }
    let terms = Terms::prefetch(1);
    let mut consumer = host.consumer_of(&[QueueId(0), QueueId(1)], terms).unwrap();
    for expected in ["b", "a"] {
        let delivery = next(&mut consumer).await;
        assert_eq!(name(&delivery), expected);
        delivery.ack();
    }
    assert!(host.consumer_of(&[QueueId(0), QueueId(7)], terms).is_err());
}
