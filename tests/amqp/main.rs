//! Live runs against RabbitMQ: one that is named in KENDALL_AMQP_URL, or one that scripts/rabbitmq starts for these tests and
//! stops after them. Where there is none they are skipped, and that is said.
//!
//! `cargo test --test amqp WORD` runs those whose name contains the word.

mod breaks;
mod broken;
mod rules;
mod runs;

use std::any::Any;
use std::panic::catch_unwind;
use std::process::{Command, ExitCode};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use kendall::adapter::{Address, Amqp};

/// Beside one that somebody has started by hand.
const PORT: &str = "35690";
const AT_ONCE: usize = 4;

static URL: OnceLock<String> = OnceLock::new();

type Test = (&'static str, fn());

macro_rules! tests {
    ($($module:ident::$name:ident,)*) => {
        const TESTS: &[Test] = &[$((concat!(stringify!($module), "::", stringify!($name)), $module::$name),)*];
    };
}

tests! {
    runs::every_message_is_published_and_processed,
    runs::whatever_consumers_do_becomes_of_messages_what_becomes_of_them_in_a_simulation,
    runs::an_answer_that_is_not_heard_keeps_its_place_until_its_consumer_leaves,
    runs::consumers_come_and_go_and_nothing_is_lost,
    runs::nobody_takes_before_they_are_called,
    runs::what_fails_comes_back_and_is_counted,
    runs::a_consumer_holds_no_more_than_its_prefetch,
    runs::messages_go_by_priority_and_are_counted_as_overtaken,
    runs::a_copy_goes_to_each_queue,
    runs::speed_divides_every_duration,
    runs::its_queues_are_gone_after_a_run,
    runs::the_command_line_shows_it_beside_theory_and_simulation_without_its_password,
    rules::a_full_queue_refuses,
    rules::a_full_queue_drops_the_oldest_and_it_is_known_which,
    rules::a_full_queue_dead_letters_newcomers,
    rules::what_expires_is_counted_with_and_without_a_dead_letter_queue,
    rules::a_queue_of_retries_gives_back_what_was_rejected,
    rules::messages_are_as_large_as_the_scenario_says,
    broken::somebody_elses_messages_are_taken_out_and_counted,
    breaks::a_broker_that_stays_away_ends_the_run_with_what_was_done,
    breaks::a_run_goes_on_over_another_connection,
    breaks::whatever_consumers_do_a_closed_connection_loses_nothing,
    breaks::what_dies_as_connections_break_is_accounted_for,
    breaks::an_interrupted_run_leaves_no_queues,
    breaks::a_queue_that_is_asked_after_does_not_expire,
    broken::what_waits_when_the_run_ends_is_unfinished_and_not_lost,
    broken::what_the_broker_does_not_have_any_more_is_lost_and_nobody_knows_why,
    broken::a_wrong_password_is_told_and_not_repeated,
}

/// The broker of these tests, and another door to it, if they have one.
fn target() -> Amqp {
    at(url())
}

fn url() -> &'static str {
    URL.get().expect("the broker is there before the tests")
}

fn at(url: &str) -> Amqp {
    Amqp::new(Address::parse(url).unwrap_or_else(|error| panic!("KENDALL_AMQP_URL: {error}")))
}

fn is_own() -> bool {
    std::env::var_os("KENDALL_AMQP_URL").is_none()
}

fn script(what: &[&str]) -> Result<String, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/rabbitmq");
    let output = Command::new(path).args(what).env("KENDALL_RABBITMQ_PORT", PORT).output();
    let output = output.map_err(|error| format!("{path}: {error}"))?;
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).trim().to_owned());
    if output.status.success() { Ok(out) } else { Err(err) }
}

fn main() -> ExitCode {
    // What cargo's own harness would understand has no meaning here.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let is_meant = |test: &&Test| words.is_empty() || words.iter().any(|word| test.0.contains(word.as_str()));
    let meant: Vec<&Test> = TESTS.iter().filter(is_meant).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        meant.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    if meant.is_empty() {
        return ExitCode::SUCCESS;
    }
    let given = std::env::var("KENDALL_AMQP_URL").ok();
    match given.map_or_else(|| script(&["start"]), Ok) {
        Ok(url) => URL.set(url).expect("it is set once"),
        Err(why) if why.contains("is not installed") || why.contains("there is no dpkg") => {
            println!("{} tests against RabbitMQ SKIPPED: {why}", meant.len());
            return ExitCode::SUCCESS;
        }
        Err(why) => {
            println!("no RabbitMQ for these tests: {why}");
            return ExitCode::FAILURE;
        }
    }
    let failed = failures(&meant);
    if is_own()
        && let Err(why) = script(&["stop"])
    {
        println!("{why}");
    }
    println!("\ntest result: {} passed; {failed} failed, against RabbitMQ", meant.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Several at once, because a run waits most of the time.
fn failures(tests: &[&Test]) -> usize {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some(test) = tests.get(next.fetch_add(1, Relaxed)) {
            failed.fetch_add(usize::from(!passes(test)), Relaxed);
        }
    };
    thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    failed.into_inner()
}

fn passes((name, test): &Test) -> bool {
    let result = catch_unwind(test);
    println!("test {name} ... {}", if result.is_ok() { "ok" } else { "FAILED" });
    result.inspect_err(|why| println!("{}", said(why.as_ref()))).is_ok()
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}
