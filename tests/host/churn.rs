//! Consumers that come, go and die at random, on several threads: the accounts balance, and every message has one fate.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kendall::broker::{Delay, Effect, Redelivery, ReturnsTo, Then};
use kendall::host::{Account, Options, Parcel, PublishError, Publisher, Watch};
use kendall::random::{Draws, Key};
use kendall::time::Time;
use rand::RngExt;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::*;

const DEAD: QueueId = QueueId(1);
const PUBLISHERS: u64 = 3;
const WORKERS: u64 = 6;
/// Deliveries that a consumer collects before it acknowledges them together; its prefetch is more.
const KEPT: usize = 4;
const RUNS_FOR: Duration = Duration::from_secs(3);

/// Times that a message entered and left for good, by producer and number.
#[derive(Default)]
struct Fates(BTreeMap<(u64, u64), (u64, u64)>);

struct Listener(Arc<Mutex<Fates>>);

impl Watch for Listener {
    fn told(&mut self, _: Time, effect: &Effect<Parcel>, payload: &Bytes) {
        let mut fates = self.0.lock().unwrap();
        let fate = fates.0.entry(read(payload)).or_default();
        match effect {
            Effect::Accepted { .. } => fate.0 += 1,
            Effect::Acknowledged { .. } | Effect::Dropped { .. } => fate.1 += 1,
            _ => {}
        }
    }
}

fn write(publisher: u64, number: u64) -> Bytes {
    [publisher.to_le_bytes(), number.to_le_bytes()].concat().into()
}

fn read(payload: &[u8]) -> (u64, u64) {
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    (number(&payload[..8]), number(&payload[8..]))
}

pub fn rules() -> [QueueRules; 2] {
    let redelivery = Redelivery {
        returns_to: ReturnsTo::Original,
        limit: Some(3),
        then: Then::DeadLetter,
        delay: Delay::constant(milliseconds(2)),
        ack_timeout: Some(milliseconds(20)),
        ..Redelivery::default()
    };
    let queue = QueueRules { dead_letter: Some(DEAD), redelivery, ..holds(500, WhenFull::Block) };
    [queue, holds(10, WhenFull::DropOldest)]
}

/// Publishes in all ways until the host closes; some futures are dropped half way.
async fn publish(mut publisher: Publisher, own: u64, mut random: Draws) {
    let mut number = 0..;
    let mut fresh = || write(own, number.next().expect("numbers do not end"));
    loop {
        let published = match random.random_range(0..4) {
            0 => publisher.publish(QUEUE, fresh()).await,
            1 => match poll_once(publisher.publish(QUEUE, fresh())) {
                Poll::Ready(published) => published,
                Poll::Pending => Ok(()),
            },
            2 => publisher.publish_all(QUEUE, &mut (0..20).map(|_| fresh()).collect()).await,
            _ => publisher.offer(QUEUE, fresh()).map(drop),
        };
        match published {
            Ok(()) | Err(PublishError::WindowFull(_)) => {}
            Err(PublishError::Closed) => return,
            Err(error) => panic!("{error}"),
        }
    }
}

/// One life of a consumer: it works for a while and goes, or dies on the way.
async fn consume(mut consumer: Consumer, mut random: Draws) {
    let mut kept = Vec::new();
    for _ in 0..random.random_range(1..400) {
        let Some(delivery) = consumer.recv().await else { return };
        match random.random_range(0..1000) {
            0..3 => std::panic::resume_unwind(Box::new("dies")),
            3..50 => delivery.nack(),
            50..70 => delivery.reject(),
            70..80 => drop(delivery),
            80..85 => sleep(Duration::from_millis(random.random_range(1..30))).await,
            85..400 => kept.push(delivery),
            _ => delivery.ack(),
        }
        if kept.len() == KEPT {
            Delivery::ack_all(&mut kept);
        }
    }
    // Some deliveries live longer than their consumer.
    drop(consumer);
    sleep(Duration::from_millis(random.random_range(0..3))).await;
    Delivery::ack_all(&mut kept);
}

/// Lets one consumer follow the other.
pub async fn employ(host: Arc<Host>, worker: u64, died: Arc<AtomicU64>) {
    let queue = if worker == 0 { DEAD } else { QUEUE };
    for life in 0.. {
        let key = Key::of_seed(1).number(worker).number(life);
        let mut random = key.name("employ").draws();
        let consumer = host.consumer(queue, random.random_range(KEPT as u32 + 1..50)).unwrap();
        let mut lives = JoinSet::new();
        lives.spawn(consume(consumer, key.draws()));
        if random.random_bool(0.2) {
            sleep(Duration::from_millis(5)).await;
            lives.abort_all();
        }
        let ended = lives.join_next().await.expect("one life");
        died.fetch_add(u64::from(ended.is_err()), Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn accounts_balance_while_consumers_come_go_and_die() {
    let (fates, died) = (Arc::new(Mutex::new(Fates::default())), Arc::new(AtomicU64::new(0)));
    let options = Options { watch: Some(Box::new(Listener(Arc::clone(&fates)))), ..Options::default() };
    let host = Arc::new(Host::start_with(rules(), options).unwrap());
    let (mut publishers, mut workers) = (JoinSet::new(), JoinSet::new());
    for own in 0..PUBLISHERS {
        publishers.spawn(publish(host.publisher().unwrap(), own, Key::of_seed(2).number(own).draws()));
    }
    for worker in 0..WORKERS {
        workers.spawn(employ(Arc::clone(&host), worker, Arc::clone(&died)));
    }
    sleep(RUNS_FOR).await;
    host.close();
    timeout(Duration::from_secs(60), publishers.join_all()).await.expect("what is blocked gets in");
    workers.shutdown().await;
    tasks_fall_to(1).await;
    let accounts = Arc::into_inner(host).expect("nobody else has it").shutdown().await;
    tasks_fall_to(0).await;
    balances(&accounts, &fates.lock().unwrap());
    assert!(died.load(Ordering::Relaxed) > 10, "consumers died: {died:?}");
}

/// A task is counted for a moment after it has ended on another thread.
pub async fn tasks_fall_to(number: usize) {
    let fall = async {
        while Handle::current().metrics().num_alive_tasks() > number {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(60), fall).await.expect("tasks end");
}

/// Every message is accounted for, and nobody holds one any more.
pub fn balances_out(accounts: &[Account]) {
    for account in accounts {
        assert_eq!((account.difference(), account.unconfirmed()), (0, 0), "{account:?}");
        assert_eq!(account.in_flight, 0, "everybody is gone: {account:?}");
    }
}

fn balances(accounts: &[Account], fates: &Fates) {
    let [queue, dead] = accounts else { panic!("two queues") };
    balances_out(accounts);
    let happened = [queue.acknowledged, queue.delivered - queue.acknowledged, dead.moved_in, dead.dropped];
    assert!(happened.iter().all(|times| *times > 0), "{accounts:?}");
    let entered = fates.0.values().filter(|fate| fate.0 == 1).count() as u64;
    assert_eq!(entered, queue.accepted, "each message enters once");
    let left = fates.0.values().filter(|fate| **fate == (1, 1)).count() as u64;
    let never_entered = fates.0.values().filter(|fate| **fate == (0, 0)).count() as u64;
    assert_eq!(left + queue.inside() + dead.inside(), entered);
    assert_eq!(entered + never_entered, fates.0.len() as u64, "and leaves once");
    assert_eq!(never_entered, queue.blocked);
}
