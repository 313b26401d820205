//! The end of a host: everybody is told, and nothing of it is left.

use kendall::host::{HostError, PublishError};
use tokio::runtime::Handle;
use tokio::task::yield_now;

use super::*;

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test]
async fn a_shutdown_leaves_no_task() {
    let before = tasks();
    let host = host(QueueRules::default());
    assert_eq!(tasks(), before + 1);
    host.shutdown().await;
    assert_eq!(tasks(), before);
}

#[tokio::test]
async fn a_dropped_host_leaves_no_task() {
    let before = tasks();
    let host = host(QueueRules::default());
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    drop(host);
    assert!(consumer.recv().await.is_none());
    yield_now().await;
    assert_eq!(tasks(), before);
}

#[tokio::test]
async fn whoever_waits_is_told_of_the_end() {
    let host = host(holds(1, WhenFull::Block));
    let mut publisher = host.publisher().unwrap();
    publisher.publish(QUEUE, letter("a")).await.unwrap();
    let mut consumer = host.consumer(QUEUE, 1).unwrap();
    let held = next(&mut consumer).await;
    publisher.publish(QUEUE, letter("b")).await.unwrap();
    let blocked = tokio::spawn(async move { publisher.publish(QUEUE, letter("c")).await });
    let waits = tokio::spawn(async move { consumer.recv().await.is_none() });
    yield_now().await;
    let account = host.shutdown().await[0];
    assert_eq!((account.in_flight, account.waiting, account.blocked), (1, 1, 1));
    assert_eq!(blocked.await.unwrap(), Err(PublishError::Closed));
    assert!(waits.await.unwrap());
    held.ack();
}

#[tokio::test]
async fn a_closed_host_takes_nothing_and_gives_what_it_has() {
    let host = host(QueueRules::default());
    let mut publisher = host.publisher().unwrap();
    publisher.publish(QUEUE, letter("a")).await.unwrap();
    host.close();
    assert_eq!(publisher.publish(QUEUE, letter("b")).await, Err(PublishError::Closed));
    assert_eq!(host.publisher().err(), Some(HostError::Closed));
    next(&mut host.consumer(QUEUE, 1).unwrap()).await.ack();
    let account = host.shutdown().await[0];
    assert_eq!((account.published, account.acknowledged, account.inside()), (1, 1, 0));
}
