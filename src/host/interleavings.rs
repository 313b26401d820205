//! Who waits is woken, in whatever order threads get the lock: shuttle chooses the order, and sees when all wait for ever.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test --lib interleavings`, because the lock is then shuttle's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use shuttle::future::{block_on, spawn};

use super::consumer::Seat;
use super::shared::{Shared, Stage};
use super::{Consumer, Options, PublishError, Publisher};
use crate::broker::{QueueId, QueueRules, Terms, WhenFull};

const QUEUE: QueueId = QueueId(0);
/// Orders that are tried of each.
const ORDERS: usize = 20_000;

/// Without a timer: nothing is ever due here.
fn host(rules: QueueRules) -> Arc<Shared> {
    Arc::new(Shared::new(vec![rules], Options::default()))
}

/// Room for one, and publishers wait.
fn narrow() -> QueueRules {
    QueueRules { capacity: Some(1), when_full: WhenFull::Block, ..QueueRules::default() }
}

fn publisher(host: &Arc<Shared>) -> Publisher {
    let line = host.enter(|state| state.new_line()).expect("the host is open");
    Publisher::new(Arc::clone(host), line)
}

fn consumer(host: &Arc<Shared>) -> Consumer {
    let terms = Terms::prefetch(1);
    let consumer = host.enter(|state| state.subscribe(&[QUEUE], terms)).expect("the host is open");
    Consumer::new(Seat { shared: Arc::clone(host), consumer }, &[QUEUE], terms)
}

async fn publish(mut publisher: Publisher, messages: u64) -> Result<(), PublishError> {
    for _ in 0..messages {
        publisher.publish(QUEUE, Bytes::new()).await?;
    }
    Ok(())
}

fn stop(host: &Shared) {
    host.enter(|state| state.stop(Stage::Stopped));
}

/// Acknowledges until the host stops, and stops it after so many by all.
async fn acknowledge(mut consumer: Consumer, host: Arc<Shared>, done: Arc<AtomicU64>, all: u64) {
    while let Some(delivery) = consumer.recv().await {
        delivery.ack();
        if done.fetch_add(1, Ordering::Relaxed) + 1 == all {
            stop(&host);
        }
    }
}

#[test]
fn everything_published_is_received() {
    let both = || {
        let (host, done) = (host(narrow()), Arc::default());
        let publishers = [2, 3].map(|messages| spawn(publish(publisher(&host), messages)));
        let consumers = [consumer(&host), consumer(&host)];
        let consumers = consumers.map(|consumer| spawn(acknowledge(consumer, Arc::clone(&host), Arc::clone(&done), 5)));
        block_on(async {
            for publisher in publishers {
                publisher.await.unwrap().unwrap();
            }
            for consumer in consumers {
                consumer.await.unwrap();
            }
        });
        assert_eq!(done.load(Ordering::Relaxed), 5);
        host.enter(|state| state.check());
    };
    shuttle::check_random(both, ORDERS);
}

#[test]
fn what_a_consumer_leaves_behind_reaches_another() {
    let both = || {
        let (host, done) = (host(QueueRules::default()), Arc::default());
        let (leaving, staying) = (consumer(&host), consumer(&host));
        let publisher = spawn(publish(publisher(&host), 3));
        let leaving = spawn(async move {
            let mut leaving = leaving;
            // What it has received and does not answer returns too.
            drop(leaving.try_recv());
        });
        let staying = spawn(acknowledge(staying, Arc::clone(&host), Arc::clone(&done), 3));
        block_on(async {
            publisher.await.unwrap().unwrap();
            leaving.await.unwrap();
            staying.await.unwrap();
        });
        assert_eq!(done.load(Ordering::Relaxed), 3);
        host.enter(|state| state.check());
    };
    shuttle::check_random(both, ORDERS);
}

#[test]
fn whoever_waits_sees_that_the_host_stops() {
    let all = || {
        let host = host(narrow());
        let publisher = spawn(publish(publisher(&host), 3));
        let mut consumer = consumer(&host);
        let consumer = spawn(async move { while consumer.recv().await.is_some() {} });
        stop(&host);
        block_on(async {
            assert!(matches!(publisher.await.unwrap(), Ok(()) | Err(PublishError::Closed)));
            consumer.await.unwrap();
        });
        host.enter(|state| state.check());
    };
    shuttle::check_random(all, ORDERS);
}
