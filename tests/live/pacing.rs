//! Pacing and emulated work on the real clock. How late anything is depends on the machine, so nothing here says how
//! late it may be: only what must be so however late it is, and what must be noticed.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use kendall::broker::Message;
use kendall::live::{Clock, Generator, Hands, Speed, Timer, Verdict, WorksBy, most_allowed};
use kendall::time::{Span, Time};
use tokio::runtime::{Builder, Runtime};

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The timers that a run may use.
fn timers(clock: Clock) -> [Timer; 2] {
    [Timer::new(clock).unwrap(), Timer::portable(clock)]
}

fn every(gap: Span, count: u64) -> impl Iterator<Item = Message> {
    (0..count).map(move |number| Message { producer: 0, number, planned: Time::ZERO + gap.saturating_mul(number) })
}

fn millis(millis: u64) -> Span {
    Span::from_nanos(millis * 1_000_000)
}

fn micros(micros: u64) -> Span {
    Span::from_nanos(micros * 1_000)
}

#[test]
fn a_wait_ends_when_it_should_or_later_and_says_when() {
    one_thread().block_on(async {
        for mut timer in timers(Clock::start(Speed::REAL)) {
            for wait in [micros(0), micros(5), micros(50), micros(300), millis(5)] {
                let due = timer.clock().now() + wait;
                for ended in [timer.until(due).await.unwrap(), timer.busy_until(due + wait).await.unwrap()] {
                    assert!(ended >= due, "{ended:?} is before {due:?}");
                    assert!(ended <= timer.clock().now());
                }
            }
        }
    });
}

#[test]
fn a_wait_that_was_given_up_leaves_nothing_behind() {
    one_thread().block_on(async {
        for mut timer in timers(Clock::start(Speed::REAL)) {
            let never = timer.until(Time::ZERO + Span::from_secs(3600));
            assert!(tokio::time::timeout(Duration::from_millis(1), never).await.is_err());
            // It would go off during the next wait, were it still set.
            let soon = timer.until(timer.clock().now() + millis(2));
            let _ = tokio::time::timeout(Duration::ZERO, soon).await;
            std::thread::sleep(Duration::from_millis(4));
            let due = timer.clock().now() + millis(10);
            assert!(timer.until(due).await.unwrap() >= due);
        }
    });
}

#[test]
fn messages_are_sent_as_planned_whatever_the_gap() {
    one_thread().block_on(async {
        for gap in [millis(3), micros(200), micros(20), Span::from_nanos(100), Span::ZERO] {
            for timer in timers(Clock::start(Speed::REAL)) {
                let mut generator = Generator::new(every(gap, 50), NonZeroUsize::new(7).unwrap(), timer);
                let mut sent = Vec::new();
                while let Some(batch) = generator.next().await.unwrap() {
                    assert!(batch.len() <= 7);
                    sent.extend_from_slice(batch);
                }
                assert_eq!(sent, every(gap, 50).collect::<Vec<_>>());
                assert_eq!(generator.lateness().lag().count, 50);
            }
        }
    });
}

#[test]
fn no_message_is_sent_before_its_planned_instant() {
    one_thread().block_on(async {
        for gap in [micros(500), micros(90), micros(30), micros(3)] {
            let clock = Clock::start(Speed::REAL);
            for timer in timers(clock) {
                let begin = clock.now() - Time::ZERO;
                let plan = every(gap, 100).map(|message| Message { planned: message.planned + begin, ..message });
                let mut generator = Generator::new(plan, NonZeroUsize::MAX, timer);
                while let Some(batch) = generator.next().await.unwrap() {
                    let now = clock.now();
                    assert!(batch.iter().all(|message| message.planned <= now), "at {now:?}: {batch:?}");
                }
            }
        }
    });
}

/// A sender that holds its thread for 30 ms makes the messages behind it late, and the run invalid.
#[test]
fn a_late_generator_is_found_out() {
    one_thread().block_on(async {
        let timer = Timer::new(Clock::start(Speed::REAL)).unwrap();
        let mut generator = Generator::new(every(millis(1), 60), NonZeroUsize::MIN, timer);
        let mut sent = Vec::new();
        while let Some(batch) = generator.next().await.unwrap() {
            if batch[0].number == 10 {
                std::thread::sleep(Duration::from_millis(30));
            }
            sent.extend_from_slice(batch);
        }
        assert_eq!(sent, every(millis(1), 60).collect::<Vec<_>>(), "the plan is kept, late as it is");
        let verdict = generator.lateness().verdict(most_allowed(Some(millis(2))));
        assert!(matches!(verdict, Verdict::GeneratorBound { p99, .. } if p99 >= millis(28)), "{verdict}");
        // The same is nothing to a response of seconds.
        assert_eq!(generator.lateness().verdict(most_allowed(Some(Span::from_secs(1000)))), Verdict::Valid);
    });
}

/// A second each hundredth of a second: the instants are the scenario's, the lateness is real, and no longer than the
/// test has taken.
#[test]
fn a_faster_run_has_the_same_plan_and_real_lateness() {
    one_thread().block_on(async {
        for new_timer in [Timer::new, |clock| Ok(Timer::portable(clock))] {
            let began = Instant::now();
            let clock = Clock::since(began, Speed::new(100.0).unwrap());
            let timer = new_timer(clock).unwrap();
            let plan = every(Span::from_secs(1), 6);
            let mut generator = Generator::new(plan, NonZeroUsize::MIN, timer);
            while let Some(batch) = generator.next().await.unwrap() {
                let now = clock.now();
                assert!(batch[0].planned <= now, "at {now:?}: {batch:?}");
                if batch[0].number == 1 {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            assert!(began.elapsed() >= Duration::from_millis(50), "five seconds of the scenario");
            assert!(generator.lateness().lag().max >= millis(9), "the stall shows");
            assert!(generator.lateness().lag().max.seconds() <= began.elapsed().as_secs_f64());
            // Work that was to end at 1 s, and it is past 5 s.
            let mut hands = Hands::new(Timer::new(clock).unwrap(), WorksBy::Sleep);
            hands.work(Time::ZERO + Span::from_secs(1)).await.unwrap();
            assert!(hands.lateness().lag().max.seconds() <= began.elapsed().as_secs_f64());
        }
    });
}

#[test]
fn what_was_due_and_never_sent_is_late_too() {
    one_thread().block_on(async {
        let timer = Timer::new(Clock::start(Speed::REAL)).unwrap();
        let mut generator = Generator::new(every(micros(10), 1_000), NonZeroUsize::MIN, timer);
        generator.next().await.unwrap();
        std::thread::sleep(Duration::from_millis(15));
        let mut lateness = generator.stop();
        assert_eq!(lateness.lag().count, 1_000);
        assert!(matches!(lateness.verdict(most_allowed(None)), Verdict::GeneratorBound { .. }));
    });
}

/// One that is always due hands its thread on nevertheless.
#[test]
fn a_generator_that_does_not_keep_up_starves_nobody() {
    one_thread().block_on(async {
        let timer = Timer::new(Clock::start(Speed::REAL)).unwrap();
        let mut endless = Generator::new(every(Span::ZERO, u64::MAX), NonZeroUsize::MIN, timer);
        let other = tokio::spawn(async {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        });
        for _ in 0..1_000 {
            endless.next().await.unwrap();
        }
        assert!(other.is_finished(), "the other task had no turn");
    });
}

/// Held messages take as long as their work together, though someone else keeps the thread so that many end late.
#[test]
fn the_lateness_of_work_does_not_add_up() {
    for works_by in [WorksBy::Sleep, WorksBy::Spin] {
        one_thread().block_on(async {
            let clock = Clock::start(Speed::REAL);
            let disturber = tokio::spawn(async {
                loop {
                    std::thread::sleep(Duration::from_micros(400));
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            });
            for timer in timers(clock) {
                let delivered = clock.now();
                let mut hands = Hands::new(timer, works_by);
                let mut ended = delivered;
                for _ in 0..100 {
                    ended = hands.work(hands.begins(delivered, delivered) + micros(150)).await.unwrap();
                }
                let by_rights = delivered + micros(150).saturating_mul(100);
                let lag = hands.lateness().lag();
                assert_eq!(lag.count, 100);
                assert!(lag.max > Span::ZERO);
                assert!((by_rights..=by_rights + lag.max).contains(&ended), "{:?} too late", ended.since(by_rights));
            }
            disturber.abort();
        });
    }
}

#[test]
fn many_producers_and_consumers_share_two_threads() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Clock::start(Speed::REAL);
        let mut tasks = Vec::new();
        for producer in 0..8 {
            tasks.push(tokio::spawn(async move {
                let plan = every(micros(300 + producer), 100);
                let mut generator = Generator::new(plan, NonZeroUsize::MAX, Timer::new(clock).unwrap());
                while generator.next().await.unwrap().is_some() {}
                generator.lateness().lag().count
            }));
            tasks.push(tokio::spawn(async move {
                let works_by = if producer % 2 == 0 { WorksBy::Sleep } else { WorksBy::Spin };
                let mut hands = Hands::new(Timer::new(clock).unwrap(), works_by);
                for _ in 0..100 {
                    let now = clock.now();
                    hands.work(now + micros(250)).await.unwrap();
                }
                hands.lateness().lag().count
            }));
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), 100);
        }
    });
}
