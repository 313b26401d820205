//! The churn of [`churn`](super::churn) for long, at half of what the host can do: nothing piles up.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use kendall::host::Publisher;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::churn::{balances_out, employ, rules, tasks_fall_to};
use super::*;

const WORKERS: u64 = 6;
const PUBLISHERS: u32 = 3;
/// Between two instalments of a publisher.
const TICK: Duration = Duration::from_millis(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_piles_up_in_seconds() {
    soak(Duration::from_secs(4)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "ten minutes"]
async fn nothing_piles_up_in_ten_minutes() {
    soak(Duration::from_secs(600)).await;
}

async fn soak(lasts: Duration) {
    let host = Arc::new(Host::start(rules()).unwrap());
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        workers.spawn(employ(Arc::clone(&host), worker, Arc::new(AtomicU64::new(0))));
    }
    let half = published_within(&host, Duration::from_secs(1), f64::INFINITY).await / 2.0;
    published_within(&host, lasts / 5, half).await;
    let before = resident_kib();
    let rate = published_within(&host, lasts * 4 / 5, half).await;
    let after = resident_kib();
    eprintln!("{rate:.0} messages a second, {before:?} KiB at first and {after:?} KiB in the end");
    assert!(rate > 0.5 * half, "only {rate} of {half} messages a second");
    // The allocator keeps pages that the busiest instant needed.
    assert!(after <= before.map(|kib| kib + kib / 10 + 4096), "from {before:?} to {after:?} KiB");
    host.close();
    workers.shutdown().await;
    tasks_fall_to(1).await;
    let accounts = Arc::into_inner(host).expect("nobody else has it").shutdown().await;
    tasks_fall_to(0).await;
    balances_out(&accounts);
}

/// Publishes for that long at a rate, in messages per second; the rate at which messages came in.
async fn published_within(host: &Host, lasts: Duration, rate: f64) -> f64 {
    let (began, before) = (Instant::now(), host.accounts()[0].accepted);
    let mut publishers = JoinSet::new();
    for _ in 0..PUBLISHERS {
        publishers.spawn(publish(host.publisher().unwrap(), began + lasts, rate / f64::from(PUBLISHERS)));
    }
    timeout(lasts + Duration::from_secs(60), publishers.join_all()).await.expect("what is blocked gets in");
    (host.accounts()[0].accepted - before) as f64 / began.elapsed().as_secs_f64()
}

async fn publish(mut publisher: Publisher, until: Instant, rate: f64) {
    let (began, mut published) = (Instant::now(), 0.0);
    while Instant::now() < until {
        let due = (began.elapsed().as_secs_f64() * rate).min(published + 1000.0);
        let mut payloads = std::iter::repeat_with(|| letter("a load")).take((due - published) as usize).collect();
        published = due.floor();
        publisher.publish_all(QUEUE, &mut payloads).await.expect("the host is open");
        if rate.is_finite() {
            sleep(TICK).await;
        }
    }
}

/// None where the system does not tell.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
