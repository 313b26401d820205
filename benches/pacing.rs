//! How late messages are sent, in microseconds: the pacer beside the runtime's timer and beside a thread that sleeps.
//!
//! `cargo bench --bench pacing`, or `-- 1000` for a thousand messages a row. Each plan is sent by all of them, one after
//! the other; `portable` is the pacer without a timer of the kernel's. Another program on the same processors shows in
//! every row, most in the maxima.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use kendall::broker::Message;
use kendall::live::{Clock, Generator, Lateness, Speed, Timer};
use kendall::random::Key;
use kendall::time::{Span, Time};
use kendall::workload::{Arrivals, Distribution, RateProfile};
use tokio::runtime::{Builder, Runtime};

const MESSAGES: usize = 10_000;

fn main() {
    let messages = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(MESSAGES);
    println!("{messages} messages a row, late by (us)");
    println!("{:<28}{:<24}{:>9}{:>9}{:>9}{:>12}", "gaps", "sent by", "p50", "p99", "max", "batch");
    for (name, arrivals) in plans() {
        let plan: Vec<Message> = plan(&arrivals).take(messages).collect();
        for (sender, send) in SENDERS {
            let (mut late, sendings) = send(&plan);
            let lag = late.lag();
            let [p50, p99, max] = [lag.p50, lag.p99, lag.max].map(|span| span.nanos() as f64 / 1e3);
            let batch = lag.count as f64 / sendings as f64;
            println!("{name:<28}{sender:<24}{p50:>9.1}{p99:>9.1}{max:>9.0}{batch:>12.2}");
        }
    }
}

fn plans() -> [(&'static str, Arrivals); 4] {
    let regular = |rate| Arrivals::Regular { rate: RateProfile::constant(rate) };
    let gap = Distribution::Exponential { mean_s: 200e-6 };
    [
        ("200 us", regular(5_000.0)),
        ("exponential, mean 200 us", Arrivals::Renewal { gap }),
        ("20 us", regular(50_000.0)),
        ("1 us", regular(1_000_000.0)),
    ]
}

fn plan(arrivals: &Arrivals) -> impl Iterator<Item = Message> {
    let instants = arrivals.stream(Key::of_seed(1)).enumerate();
    instants.map(|(number, planned)| Message { producer: 0, number: number as u64, planned })
}

/// How late a plan was sent, and in how many batches.
type Send = fn(&[Message]) -> (Lateness, u64);

const SENDERS: [(&str, Send); 5] = [
    ("pacer", |plan| paced(one_thread(), Timer::new, plan)),
    ("pacer, 2 threads", |plan| paced(two_threads(), Timer::new, plan)),
    ("pacer, portable", |plan| paced(one_thread(), |clock| Ok(Timer::portable(clock)), plan)),
    ("tokio::time::sleep_until", tokio_sleep),
    ("std::thread::sleep", thread_sleep),
];

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn two_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

type NewTimer = fn(Clock) -> Result<Timer, kendall::live::TimerError>;

fn paced(runtime: Runtime, timer: NewTimer, plan: &[Message]) -> (Lateness, u64) {
    let plan = plan.to_vec();
    let task = runtime.spawn(async move {
        let timer = timer(Clock::start(Speed::REAL)).expect("a timer");
        let mut generator = Generator::new(plan.into_iter(), NonZeroUsize::MAX, timer);
        let mut batches = 0;
        while generator.next().await.expect("a timer that goes on").is_some() {
            batches += 1;
        }
        (generator.stop(), batches)
    });
    runtime.block_on(task).expect("a task that ends")
}

fn tokio_sleep(plan: &[Message]) -> (Lateness, u64) {
    one_thread().block_on(async {
        let (began, mut late) = (Instant::now(), Lateness::default());
        for message in plan {
            let due = began + Duration::from_nanos(message.planned.nanos());
            tokio::time::sleep_until(due.into()).await;
            late.record(since(began, message.planned));
        }
        (late, plan.len() as u64)
    })
}

fn thread_sleep(plan: &[Message]) -> (Lateness, u64) {
    let (began, mut late) = (Instant::now(), Lateness::default());
    for message in plan {
        let due = began + Duration::from_nanos(message.planned.nanos());
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        late.record(since(began, message.planned));
    }
    (late, plan.len() as u64)
}

fn since(began: Instant, planned: Time) -> Span {
    Clock::since(began, Speed::REAL).now().since(planned)
}
