//! What is full says so, and nothing panics.

use std::collections::VecDeque;

use kendall::host::{HostError, Limits, Options, PublishError};

use super::*;

fn small(limits: Limits) -> Host {
    Host::start_with([QueueRules::default()], Options { limits, ..Options::default() }).expect("a host")
}

#[tokio::test]
async fn a_full_queue_refuses_and_keeps_what_it_has() {
    let host = host(holds(1, WhenFull::Refuse));
    let mut publisher = host.publisher().unwrap();
    publisher.publish(QUEUE, letter("a")).await.unwrap();
    let refused = publisher.publish(QUEUE, letter("b")).await;
    assert_eq!(refused, Err(PublishError::Refused(QUEUE)));
    let mut letters: VecDeque<_> = ["c", "d"].map(letter).into();
    assert_eq!(publisher.publish_all(QUEUE, &mut letters).await, Err(PublishError::Refused(QUEUE)));
    assert_eq!(letters, ["d"]);
    let account = host.shutdown().await[0];
    assert_eq!((account.published, account.accepted, account.refused), (3, 1, 2));
}

#[tokio::test]
async fn a_host_holds_as_many_messages_as_its_limit() {
    let host = small(Limits { messages: 2, ..Limits::default() });
    let mut publisher = host.publisher().unwrap();
    let mut letters: VecDeque<_> = ["a", "b", "c"].map(letter).into();
    assert_eq!(publisher.publish_all(QUEUE, &mut letters).await, Err(PublishError::HostFull));
    assert_eq!(letters, ["c"]);
    next(&mut host.consumer(QUEUE, 1).unwrap()).await.ack();
    publisher.publish_all(QUEUE, &mut letters).await.unwrap();
}

#[tokio::test]
async fn numbers_of_consumers_and_publishers_that_are_gone_are_used_again() {
    let host = small(Limits { consumers: 2, publishers: 2, ..Limits::default() });
    for _ in 0..100 {
        let both = [host.consumer(QUEUE, 1).unwrap(), host.consumer(QUEUE, 1).unwrap()];
        assert_eq!(host.consumer(QUEUE, 1).err(), Some(HostError::TooManyConsumers(2)));
        drop(both);
        let both = [host.publisher().unwrap(), host.publisher().unwrap()];
        assert_eq!(host.publisher().err(), Some(HostError::TooManyPublishers(2)));
        drop(both);
    }
}

#[tokio::test]
async fn a_consumer_with_the_number_of_another_has_a_prefetch_of_its_own() {
    let host = host(QueueRules::default());
    let mut publisher = host.publisher().unwrap();
    for prefetch in [1, 3, 2] {
        let mut consumer = host.consumer(QUEUE, prefetch).unwrap();
        publisher.publish_all(QUEUE, &mut ["a", "b", "c", "d"].map(letter).into()).await.unwrap();
        assert_eq!(host.accounts()[0].in_flight, u64::from(prefetch));
        for _ in 0..4 {
            next(&mut consumer).await.ack();
        }
    }
}

#[tokio::test]
async fn a_consumer_that_is_gone_counts_until_its_deliveries_are_answered() {
    let host = small(Limits { consumers: 1, ..Limits::default() });
    host.publisher().unwrap().publish(QUEUE, letter("a")).await.unwrap();
    let held = next(&mut host.consumer(QUEUE, 1).unwrap()).await;
    assert_eq!(host.consumer(QUEUE, 1).err(), Some(HostError::TooManyConsumers(1)));
    held.ack();
    assert!(host.consumer(QUEUE, 1).is_ok());
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let host = host(QueueRules::default());
    let nowhere = QueueId(7);
    let message = |error: &dyn std::error::Error| error.to_string();
    assert_eq!(
        message(&host.publisher().unwrap().publish(nowhere, letter("a")).await.unwrap_err()),
        "there is no queue 7; queues are numbered from 0 in the order of their rules"
    );
    assert_eq!(host.consumer(nowhere, 1).err(), Some(HostError::NoQueue(nowhere)));
    assert_eq!(message(&host.consumer(QUEUE, 0).err().unwrap()), "a prefetch of 0 is not possible; give 1 to 65535");
    let rules = QueueRules { dead_letter: Some(nowhere), ..QueueRules::default() };
    assert_eq!(
        message(&Host::start([rules]).err().unwrap()),
        "queue 0 sends its dead letters to queue 7, which does not exist"
    );
}

#[test]
fn a_host_needs_a_runtime() {
    assert_eq!(Host::start([QueueRules::default()]).err(), Some(HostError::NoRuntime));
}
