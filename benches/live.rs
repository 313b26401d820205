//! What a message costs that goes through a host of this process, beside channels, in one run.
//!
//! `cargo bench --bench live`. Producers send 64 bytes to consumers in one process, on tokio with two threads. The host
//! keeps each message until it is acknowledged, hands it out again if need be, and keeps account of it. The first row to
//! compare with is tokio's mpsc with acknowledgements sent back through a second channel, bounded to the same
//! credit; the others are channels that know no acknowledgement. All rows have the same bound: as many messages may be on
//! their way as the consumers may hold together. tokio's channels have one receiver, so that each producer has one of its
//! own, which the host's producers and those of flume and crossbeam do not: they share a queue. Rounds alternate and medians are
//! shown, because only ratios of one run mean something on a machine that is shared.
//!
//! Hand-over is the time from just before a message is sent until it is received, of every 64th message.
//!
//! `cargo bench --bench live -- 100000 1` takes 100000 messages a round and one round. Behind that `backlog` fills a queue
//! with 10 million messages and shows the memory they take.

use std::collections::VecDeque;
use std::future::Future;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kendall::broker::{QueueId, QueueRules, WhenFull};
use kendall::host::{Delivery, Host};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const QUEUE: QueueId = QueueId(0);
const PAYLOAD: usize = 64;
/// Every so many messages carry the instant at which they were sent.
const SAMPLED: u64 = 64;
const BACKLOG: u64 = 10_000_000;

/// How many on each side, and what a consumer may hold.
#[derive(Clone, Copy)]
struct Shape {
    producers: u64,
    consumers: u64,
    prefetch: usize,
}

const SHAPES: [Shape; 4] = [
    Shape { producers: 1, consumers: 1, prefetch: 1 },
    Shape { producers: 1, consumers: 1, prefetch: 100 },
    Shape { producers: 4, consumers: 4, prefetch: 1 },
    Shape { producers: 4, consumers: 4, prefetch: 100 },
];

/// What one round found: messages per second, and the hand-overs that were sampled.
struct Round {
    rate: f64,
    hand_overs: Vec<Duration>,
}

type System = fn(&Runtime, Shape, u64) -> Round;

/// The first is what the others are compared with.
const SYSTEMS: [(&str, System); 6] = [
    ("tokio mpsc, acks sent back", acknowledged_channel),
    ("host, one by one", one_by_one),
    ("host, batches", batches),
    ("tokio mpsc", tokio_channel),
    ("flume", flume_channel),
    ("crossbeam-channel, threads", crossbeam_channel),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let number = |at: usize, or| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(or);
    let (messages, rounds) = (number(0, 1_000_000), number(1, 7));
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
    if let Ok(only) = std::env::var("ONLY") {
        let n: Vec<usize> = only.split(',').map(|x| x.parse().unwrap()).collect();
        for _ in 0..rounds {
            println!("{:.0}", SYSTEMS[n[1]].1(&runtime, SHAPES[n[0]], messages).rate);
        }
        return;
    }
    for shape in SHAPES {
        table(&runtime, shape, messages, rounds);
    }
    if words.iter().any(|word| word == "backlog") {
        runtime.block_on(backlog());
    }
}

fn table(runtime: &Runtime, shape: Shape, messages: u64, rounds: u64) {
    let Shape { producers, consumers, prefetch } = shape;
    println!("\n{producers} to {consumers}, prefetch {prefetch}");
    println!("{:<28}{:>12}{:>8}{:>14}{:>14}", "", "messages/s", "ratio", "p50 us", "p99 us");
    let mut results: Vec<(Vec<f64>, Vec<Duration>)> = SYSTEMS.iter().map(|_| Default::default()).collect();
    for _ in 0..rounds {
        for ((_, system), (rates, hand_overs)) in SYSTEMS.iter().zip(&mut results) {
            let round = system(runtime, shape, messages);
            rates.push(round.rate);
            hand_overs.extend(round.hand_overs);
        }
    }
    let first = median(&mut results[0].0);
    for ((name, _), (rates, hand_overs)) in SYSTEMS.iter().zip(&mut results) {
        let rate = median(rates);
        hand_overs.sort_unstable();
        let at = |share: f64| {
            let place = (hand_overs.len() as f64 * share) as usize;
            hand_overs.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
        };
        println!("{name:<28}{rate:>12.0}{:>8.2}{:>14.1}{:>14.1}", rate / first, at(0.5), at(0.99));
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A payload that says when it was sent, if it is one of those that do.
fn payload(began: Instant, number: u64) -> Bytes {
    let mut bytes = [0; PAYLOAD];
    if number.is_multiple_of(SAMPLED) {
        let nanos = began.elapsed().as_nanos() as u64 + 1;
        bytes[..8].copy_from_slice(&nanos.to_le_bytes());
    }
    Bytes::copy_from_slice(&bytes)
}

/// What a consumer has seen.
struct Seen {
    began: Instant,
    hand_overs: Vec<Duration>,
}

impl Seen {
    fn new(began: Instant) -> Seen {
        Seen { began, hand_overs: Vec::new() }
    }

    fn see(&mut self, payload: &Bytes) {
        let sent = u64::from_le_bytes(payload[..8].try_into().expect("eight bytes"));
        if sent > 0 {
            self.hand_overs.push(self.began.elapsed().saturating_sub(Duration::from_nanos(sent - 1)));
        }
    }
}

impl Shape {
    /// The share of each producer.
    fn each(self, messages: u64) -> u64 {
        messages / self.producers
    }

    /// Messages that may be on their way.
    fn credit(self) -> usize {
        self.prefetch * self.consumers as usize
    }
}

/// Runs producers and consumers to their end. Consumers end when all has been received.
fn run<P, C>(runtime: &Runtime, messages: u64, producers: Vec<P>, consumers: Vec<C>, began: Instant) -> Round
where
    P: Future<Output = ()> + Send + 'static,
    C: Future<Output = Seen> + Send + 'static,
{
    runtime.block_on(join(messages, producers, consumers, began))
}

async fn join<P, C>(messages: u64, producers: Vec<P>, consumers: Vec<C>, began: Instant) -> Round
where
    P: Future<Output = ()> + Send + 'static,
    C: Future<Output = Seen> + Send + 'static,
{
    let (mut sending, mut receiving) = (JoinSet::new(), JoinSet::new());
    consumers.into_iter().for_each(|consumer| drop(receiving.spawn(consumer)));
    producers.into_iter().for_each(|producer| drop(sending.spawn(producer)));
    sending.join_all().await;
    round(messages, began, receiving.join_all().await)
}

fn round(messages: u64, began: Instant, seen: Vec<Seen>) -> Round {
    let rate = messages as f64 / began.elapsed().as_secs_f64();
    Round { rate, hand_overs: seen.into_iter().flat_map(|seen| seen.hand_overs).collect() }
}

fn start(shape: Shape) -> Host {
    let capacity = Some(shape.credit() as u64);
    Host::start([QueueRules { capacity, when_full: WhenFull::Block, ..QueueRules::default() }]).expect("a host")
}

/// Runs the tasks, and ends the consumers by stopping the host when all is acknowledged.
async fn serve<P, C>(host: Host, messages: u64, producers: Vec<P>, consumers: Vec<C>, began: Instant) -> Round
where
    P: Future<Output = ()> + Send + 'static,
    C: Future<Output = Seen> + Send + 'static,
{
    let running = tokio::spawn(join(messages, producers, consumers, began));
    while host.accounts()[0].acknowledged < messages {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let account = host.shutdown().await[0];
    assert_eq!((account.published, account.acknowledged), (messages, messages));
    running.await.expect("no task dies")
}

fn one_by_one(runtime: &Runtime, shape: Shape, messages: u64) -> Round {
    runtime.block_on(async {
        let (host, began, each) = (start(shape), Instant::now(), shape.each(messages));
        let producer = |_| {
            let mut publisher = host.publisher().expect("a publisher");
            async move {
                for number in 0..each {
                    publisher.publish(QUEUE, payload(began, number)).await.expect("the host runs");
                }
            }
        };
        let consumer = |_| {
            let mut consumer = host.consumer(QUEUE, shape.prefetch as u32).expect("a consumer");
            async move {
                let mut seen = Seen::new(began);
                while let Some(delivery) = consumer.recv().await {
                    seen.see(delivery.payload());
                    delivery.ack();
                }
                seen
            }
        };
        let producers = (0..shape.producers).map(producer).collect();
        let consumers = (0..shape.consumers).map(consumer).collect();
        serve(host, each * shape.producers, producers, consumers, began).await
    })
}

fn batches(runtime: &Runtime, shape: Shape, messages: u64) -> Round {
    runtime.block_on(async {
        let (host, began, each) = (start(shape), Instant::now(), shape.each(messages));
        let many = shape.prefetch as u64;
        let producer = |_| {
            let mut publisher = host.publisher().expect("a publisher").window(shape.prefetch as u32);
            async move {
                for first in (0..each).step_by(shape.prefetch) {
                    let numbers = first..each.min(first + many);
                    let mut payloads: VecDeque<Bytes> = numbers.map(|number| payload(began, number)).collect();
                    publisher.publish_all(QUEUE, &mut payloads).await.expect("the host runs");
                }
            }
        };
        let consumer = |_| {
            let mut consumer = host.consumer(QUEUE, shape.prefetch as u32).expect("a consumer");
            async move {
                let (mut seen, mut deliveries) = (Seen::new(began), Vec::new());
                while consumer.recv_many(&mut deliveries, shape.prefetch).await > 0 {
                    deliveries.iter().for_each(|delivery| seen.see(delivery.payload()));
                    Delivery::ack_all(&mut deliveries);
                }
                seen
            }
        };
        let producers = (0..shape.producers).map(producer).collect();
        let consumers = (0..shape.consumers).map(consumer).collect();
        serve(host, each * shape.producers, producers, consumers, began).await
    })
}

fn acknowledged_channel(runtime: &Runtime, shape: Shape, messages: u64) -> Round {
    let (began, each, credit) = (Instant::now(), shape.each(messages), shape.prefetch);
    let (mut producers, mut consumers) = (Vec::new(), Vec::new());
    for _ in 0..shape.producers {
        let (sender, mut receiver) = mpsc::channel(credit);
        let (answers, mut answered) = mpsc::channel(credit);
        producers.push(async move {
            let mut unanswered = 0;
            for number in 0..each {
                while answered.try_recv().is_ok() {
                    unanswered -= 1;
                }
                if unanswered == credit {
                    let _: u64 = answered.recv().await.expect("the consumer lives");
                    unanswered -= 1;
                }
                sender.send((number, payload(began, number))).await.expect("the consumer lives");
                unanswered += 1;
            }
            drop(sender);
            while answered.recv().await.is_some() {}
        });
        consumers.push(async move {
            let mut seen = Seen::new(began);
            while let Some((number, payload)) = receiver.recv().await {
                seen.see(&payload);
                answers.send(number).await.expect("the producer lives");
            }
            seen
        });
    }
    run(runtime, each * shape.producers, producers, consumers, began)
}

fn tokio_channel(runtime: &Runtime, shape: Shape, messages: u64) -> Round {
    let (began, each) = (Instant::now(), shape.each(messages));
    let (mut producers, mut consumers) = (Vec::new(), Vec::new());
    for _ in 0..shape.producers {
        let (sender, mut receiver) = mpsc::channel(shape.prefetch);
        producers.push(async move {
            for number in 0..each {
                sender.send(payload(began, number)).await.expect("the consumer lives");
            }
        });
        consumers.push(async move {
            let mut seen = Seen::new(began);
            while let Some(payload) = receiver.recv().await {
                seen.see(&payload);
            }
            seen
        });
    }
    run(runtime, each * shape.producers, producers, consumers, began)
}

fn flume_channel(runtime: &Runtime, shape: Shape, messages: u64) -> Round {
    let (began, each) = (Instant::now(), shape.each(messages));
    let (sender, receiver) = flume::bounded(shape.credit());
    let producer = |sender: flume::Sender<Bytes>| async move {
        for number in 0..each {
            sender.send_async(payload(began, number)).await.expect("consumers live");
        }
    };
    let consumer = |receiver: flume::Receiver<Bytes>| async move {
        let mut seen = Seen::new(began);
        while let Ok(payload) = receiver.recv_async().await {
            seen.see(&payload);
        }
        seen
    };
    let producers = (0..shape.producers).map(|_| producer(sender.clone())).collect();
    let consumers = (0..shape.consumers).map(|_| consumer(receiver.clone())).collect();
    drop((sender, receiver));
    run(runtime, each * shape.producers, producers, consumers, began)
}

fn crossbeam_channel(_: &Runtime, shape: Shape, messages: u64) -> Round {
    let (began, each) = (Instant::now(), shape.each(messages));
    let (sender, receiver) = crossbeam_channel::bounded(shape.credit());
    let seen = thread::scope(|scope| {
        for _ in 0..shape.producers {
            let sender = sender.clone();
            scope.spawn(move || (0..each).for_each(|n| sender.send(payload(began, n)).expect("consumers live")));
        }
        drop(sender);
        let consume = || {
            let mut seen = Seen::new(began);
            receiver.iter().for_each(|payload: Bytes| seen.see(&payload));
            seen
        };
        let consumers: Vec<_> = (0..shape.consumers).map(|_| scope.spawn(consume)).collect();
        consumers.into_iter().map(|consumer| consumer.join().expect("no thread dies")).collect()
    });
    round(each * shape.producers, began, seen)
}

/// Bytes of memory in use, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

async fn backlog() {
    let before = memory();
    let host = Host::start([QueueRules::default()]).expect("a host");
    let mut publisher = host.publisher().expect("a publisher");
    for _ in 0..BACKLOG / 1000 {
        let mut payloads = (0..1000).map(|_| Bytes::copy_from_slice(&[1; PAYLOAD])).collect();
        publisher.publish_all(QUEUE, &mut payloads).await.expect("the host runs");
    }
    assert_eq!(host.accounts()[0].waiting, BACKLOG);
    match before.zip(memory()) {
        Some((before, after)) => {
            let bytes = after.saturating_sub(before);
            println!("\nbacklog of {BACKLOG} messages: {:.2} GiB", bytes as f64 / (1_u64 << 30) as f64);
        }
        None => println!("\nthe memory of a backlog is known on Linux only"),
    }
}
