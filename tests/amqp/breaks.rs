//! Connections that break, and runs that go on.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use kendall::live::{Ending, Finished, LiveError};
use kendall::result::ProducerAccount;
use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Connection, ConnectionProperties};

use crate::runs::{PLAIN, counts, producer, runtime, simulated, try_run};
use crate::{at, is_own, script, url};

/// User and place of the broker.
fn parts() -> (&'static str, &'static str) {
    let (who, place) = url().rsplit_once('@').unwrap_or(("amqp://guest:guest", &url()["amqp://".len()..]));
    (who, place.split('/').next().unwrap())
}

/// A door to the broker that slams shut after so long, in front of every client by itself; once it has, it lets nobody in
/// any more, unless it reopens.
fn door(lasts: Duration, reopens: bool) -> String {
    let (who, place) = parts();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let opened = Instant::now();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            if !reopens && opened.elapsed() > lasts {
                return;
            }
            let broker = TcpStream::connect(place).unwrap();
            for (mut from, mut to) in
                [(&client, &broker), (&broker, &client)].map(|(a, b)| (a.try_clone().unwrap(), b.try_clone().unwrap()))
            {
                thread::spawn(move || io::copy(&mut from, &mut to));
            }
            thread::spawn(move || {
                thread::sleep(lasts);
                let _ = client.shutdown(Shutdown::Both);
                let _ = broker.shutdown(Shutdown::Both);
            });
        }
    });
    format!("{who}@127.0.0.1:{port}")
}

pub fn a_broker_that_stays_away_ends_the_run_with_what_was_done() {
    let text = PLAIN.replace("duration: 400ms", "duration: 1h");
    let began = Instant::now();
    let failed = try_run(&at(&door(Duration::from_secs(4), false)), &text, 1.0).err().expect("the connection is gone");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
    let LiveError::Cut { published, processed, .. } = failed else { panic!("{failed}") };
    assert!(published > 50 && processed > 50 && processed <= published, "{published} and {processed}");
    let said = failed.to_string();
    assert!(said.contains("the connection to amqp://127.0.0.1:") && said.contains("until then"), "{said}");
    assert!(said.contains("for 30 s there was no other: "), "{said}");
    assert!(!said.contains("guest"), "{said}");
}

/// All of them were published; some may have been worked on twice.
fn none_is_missing(finished: &Finished, text: &str) {
    assert_eq!((finished.ending, finished.foreign), (Ending::Complete, 0), "{text}");
    assert!(finished.reconnects > 0, "{text}");
    let (account, expected) = (producer(&finished.record), producer(&simulated(text)));
    let ProducerAccount { published, unfinished, not_yet_accepted, .. } = account;
    assert_eq!((published, unfinished, not_yet_accepted), (expected.published, 0, 0), "{text}");
}

pub fn a_run_goes_on_over_another_connection() {
    let text = PLAIN.replace("duration: 400ms", "duration: 5s");
    let finished = try_run(&at(&door(Duration::from_millis(3500), true)), &text, 1.0).unwrap();
    none_is_missing(&finished, &text);
    assert_eq!(producer(&finished.record).processed, producer(&finished.record).published);
}

/// A virtual host, whose connections are closed without disturbing others.
struct Host(&'static str);

impl Host {
    /// None if the broker is somebody else's.
    fn new(name: &'static str) -> Option<Host> {
        if !is_own() {
            println!("  skipped: only the administrator of a broker can close its connections");
            return None;
        }
        script(&["ctl", "add_vhost", name]).unwrap();
        script(&["ctl", "set_permissions", "-p", name, "guest", ".*", ".*", ".*"]).unwrap();
        Some(Host(name))
    }

    fn url(&self) -> String {
        let (who, place) = parts();
        format!("{who}@{place}/{}", self.0)
    }

    fn close(&self) {
        script(&["ctl", "close_all_connections", "-p", self.0, "because"]).unwrap();
    }

    fn queues(&self) -> String {
        script(&["ctl", "list_queues", "-p", self.0, "name", "--no-table-headers"]).unwrap()
    }

    /// Runs all of them at once, and closes their connections twice meanwhile; that takes some seconds on a busy machine.
    fn run_all(&self, texts: &[String]) -> Vec<Finished> {
        thread::scope(|scope| {
            let runs = texts.iter().map(|text| {
                scope.spawn(move || {
                    try_run(&at(&self.url()), text, 1.0).unwrap_or_else(|error| panic!("{text}\n{error}"))
                })
            });
            let runs: Vec<_> = runs.collect();
            for _ in 0..2 {
                thread::sleep(Duration::from_millis(2000));
                self.close();
            }
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        })
    }
}

/// More comes than the consumers can do, so that they hold something whenever the connection breaks.
pub fn whatever_consumers_do_a_closed_connection_loses_nothing() {
    let Some(host) = Host::new("closed") else { return };
    let consumers = [
        "service: 15ms, prefetch: 10",
        "service: 30ms, prefetch: unlimited, fails: 20%, count: 2",
        "service: 15ms, acknowledge: {every: 5}, prefetch: 8",
        "service: 40ms, takes: {up_to: 4, wait: 3ms}, prefetch: 10",
        "service: 15ms, prefetch: 10, then: {publishes_to: second}",
        "service: 30ms, prefetch: 10, count: {steps: {0s: 1, 500ms: 3, 1s: 0, 2s: 2}, repeat: 3s}",
    ];
    let text = |rest: &&str| {
        format!(
            "run: {{duration: 12s, warmup: none, drain: 60s}}\nqueues: {{q: {{}}, second: {{}}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 100/s}}}}, confirms: 50}}}}\n\
             consumers: {{c: {{takes_from: q, {rest}}}, d: {{takes_from: second, service: 100us}}}}\n"
        )
    };
    let texts: Vec<String> = consumers.iter().map(text).collect();
    for (finished, text) in host.run_all(&texts).iter().zip(&texts) {
        none_is_missing(finished, text);
        let counts = counts(&finished.record);
        assert_eq!(counts.processed, counts.published, "{text}");
        assert!(counts.redelivered > 0, "{text}{counts:?}");
        // Consumers who come and go may all be away, or about to leave, at both breaks: what they hold then is given back unbegun.
        assert!(counts.duplicates > 0 || text.contains("steps"), "{text}{counts:?}");
    }
    assert_eq!(host.queues(), "");
}

/// What the broker has sent and forgotten may be lost on the way, and nobody knows why.
pub fn what_dies_as_connections_break_is_accounted_for() {
    let Some(host) = Host::new("dying") else { return };
    let queues = [
        "q: {capacity: 5}, rest: {}",
        "q: {capacity: 5, when_full: drop_oldest}, rest: {}",
        "q: {capacity: 5, when_full: dead_letter, dead_letter: rest}, rest: {}",
        "q: {ttl: 50ms, dead_letter: rest}, rest: {}",
        "q: {dead_letter: rest}, rest: {ttl: 50ms, dead_letter: q}",
    ];
    let text = |queues: &&str| {
        format!(
            "run: {{duration: 12s, warmup: none, drain: 30s}}\nqueues: {{{queues}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 100/s}}}}}}}}\n\
             consumers: {{c: {{takes_from: q, service: 15ms, prefetch: 5, fails: 10%, on_failure: reject}}}}\n"
        )
    };
    let forgetful = text(&queues[0]).replace("prefetch: 5, fails: 10%, on_failure: reject", "acknowledge: on_delivery");
    let texts: Vec<String> = queues.iter().map(text).chain([forgetful]).collect();
    for (finished, text) in host.run_all(&texts).iter().zip(&texts) {
        none_is_missing(finished, text);
        let account = producer(&finished.record);
        let lost: u64 = account.lost.values().sum();
        assert_eq!(account.processed + account.dead + account.refused + lost, account.published, "{text}");
        assert!(account.processed > 100, "{text}");
    }
}

pub fn an_interrupted_run_leaves_no_queues() {
    let Some(host) = Host::new("interrupted") else { return };
    let arguments = ["run", "M/M/1", "--rate", "50/s", "--service", "2ms", "--duration", "1h", "--live"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_kendall"));
    let mut running = command.args(arguments).arg(host.url()).stdout(std::process::Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_secs(4));
    assert!(host.queues().contains("kendall."), "it runs");
    let killed = Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(running.wait().unwrap().code(), Some(130));
    assert_eq!(host.queues(), "");
}

/// It is what keeps the queues of a run there for as long as it lasts, and lets them go if it is killed.
pub fn a_queue_that_is_asked_after_does_not_expire() {
    runtime().block_on(async {
        let connection = Connection::connect(url(), ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let name = || "kendall.expiring".into();
        let mut arguments = FieldTable::default();
        arguments.insert("x-expires".into(), AMQPValue::LongInt(1000));
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        channel.queue_declare(name(), durable, arguments).await.unwrap();
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            channel.queue_declare(name(), passive, FieldTable::default()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        let gone = channel.queue_declare(name(), passive, FieldTable::default()).await.unwrap_err();
        assert!(gone.to_string().contains("NOT_FOUND"), "{gone}");
    });
}
