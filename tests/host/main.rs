//! The host: what it promises beyond the rules, which `tests/rules` holds it to.

mod bounds;
mod cancelled;
mod churn;
mod clock;
mod outages;
mod soak;
mod stopping;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use kendall::broker::{QueueId, QueueRules, Redelivery, WhenFull};
use kendall::host::{Consumer, Delivery, Host};
use kendall::time::Span;

const QUEUE: QueueId = QueueId(0);

fn host(rules: QueueRules) -> Host {
    Host::start([rules]).expect("a host")
}

fn holds(capacity: u64, when_full: WhenFull) -> QueueRules {
    QueueRules { capacity: Some(capacity), when_full, ..QueueRules::default() }
}

fn redelivers(redelivery: Redelivery) -> QueueRules {
    QueueRules { redelivery, ..QueueRules::default() }
}

fn milliseconds(number: u64) -> Span {
    Span::from_nanos(number * 1_000_000)
}

fn letter(name: &'static str) -> Bytes {
    Bytes::from_static(name.as_bytes())
}

fn name(delivery: &Delivery) -> &str {
    std::str::from_utf8(delivery.payload()).expect("a name")
}

async fn next(consumer: &mut Consumer) -> Delivery {
    consumer.recv().await.expect("the host runs")
}

/// Polls a future once and drops it, as a branch of a `select` that has lost.
fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
