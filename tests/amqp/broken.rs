//! What goes wrong outside kendall.

use std::thread;
use std::time::Duration;

use kendall::measure::Cause;
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Connection, ConnectionProperties};

use crate::runs::{PLAIN, producer, runtime, simulated, try_run};
use crate::{at, is_own, script, target, url};

/// Publishes there while the run goes on.
fn intrude(queue: &'static str, payloads: Vec<Vec<u8>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        // A run begins two seconds after it was opened.
        thread::sleep(Duration::from_millis(2500));
        runtime().block_on(async {
            let connection = Connection::connect(url(), ConnectionProperties::default()).await.unwrap();
            let channel = connection.create_channel().await.unwrap();
            for payload in payloads {
                let options = BasicPublishOptions::default();
                let publish =
                    channel.basic_publish("".into(), queue.into(), options, &payload, BasicProperties::default());
                publish.await.unwrap();
            }
            connection.close(200, "OK".into()).await.unwrap();
        });
    })
}

pub fn somebody_elses_messages_are_taken_out_and_counted() {
    let text = PLAIN.replace("duration: 400ms", "duration: 2s");
    // Too short, longer than an envelope, and an envelope of nobody.
    let payloads = vec![b"hello".to_vec(), vec![7; 100], vec![255; 22], Vec::new()];
    let intruder = intrude("kendall.foreign.q", payloads);
    let finished = try_run(&target().naming("foreign"), &text, 1.0).unwrap();
    intruder.join().unwrap();
    assert_eq!(finished.foreign, 4);
    assert_eq!(producer(&finished.record), producer(&simulated(&text)));
}

const STUCK: &str = "
run: {duration: 1s, warmup: none, drain: none}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 100/s}, limit: 4}}}
consumers: {c: {takes_from: q, service: 1h}}
";

pub fn what_waits_when_the_run_ends_is_unfinished_and_not_lost() {
    let account = producer(&try_run(&target(), STUCK, 1.0).unwrap().record);
    assert_eq!((account.published, account.unfinished), (4, 4));
    assert!(account.lost.is_empty());
}

pub fn what_the_broker_does_not_have_any_more_is_lost_and_nobody_knows_why() {
    if !is_own() {
        return println!("  skipped: only the administrator of a broker can make it lose messages");
    }
    let purge = thread::spawn(|| {
        thread::sleep(Duration::from_millis(2500));
        script(&["ctl", "purge_queue", "kendall.purged.q"]).unwrap()
    });
    let text = STUCK.replace("duration: 1s", "duration: 12s");
    let account = producer(&try_run(&target().naming("purged"), &text, 1.0).unwrap().record);
    purge.join().unwrap();
    assert_eq!((account.published, account.unfinished, account.lost[&Cause::Unknown]), (4, 1, 3));
}

pub fn a_wrong_password_is_told_and_not_repeated() {
    let place = url().rsplit_once('@').map_or("127.0.0.1:5672", |(_, place)| place);
    let failed = try_run(&at(&format!("amqp://guest:sesame@{place}")), PLAIN, 1.0).err().expect("nobody is let in");
    let said = failed.to_string();
    assert!(said.contains("cannot connect to amqp://") && said.contains("check user, password"), "{said}");
    assert!(!said.contains("sesame"), "{said}");
}
