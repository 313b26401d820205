//! `--events`: what happens to the messages of one replication, and to its consumers.

use std::collections::BTreeMap;

use super::*;

/// Refusals, retries with a delay, time-outs and dead letters, some of them at once.
const BUSY: &str = "
name: busy
run: {duration: 60s, warmup: none, replications: 1}
queues:
  orders: {capacity: 40, when_full: block, dead_letter: failed, redelivery: {limit: 2, then: dead_letter, delay: 50ms, ack_timeout: 300ms}}
  small: {capacity: 5, when_full: drop_oldest, redelivery: {returns_to: tail}}
  failed: {capacity: 50}
producers:
  shop: {publishes_to: orders, arrivals: {poisson: {rate: 70/s}}}
  other: {publishes_to: small, arrivals: {regular: {rate: 20/s}}}
  third: {publishes_to: failed, arrivals: {regular: {rate: 1/s}}}
consumers:
  quick: {takes_from: orders, count: 2, prefetch: 5, service: {erlang: {mean: 40ms, phases: 3}}, fails: 20%}
  slow: {takes_from: orders, service: {exponential: {mean: 90ms}}}
  early: {takes_from: small, service: {exponential: {mean: 60ms}}, acknowledge: before, fails: 5%}
";

fn rows(text: &str) -> Vec<Vec<&str>> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("t_s,what,producer,number,queue,consumer,attempt,why"));
    lines.map(|line| line.split(',').collect()).collect()
}

/// How often each thing happened to messages in a queue.
fn counted(rows: &[Vec<&str>], queue: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows.iter().filter(|row| row[4] == queue) {
        *counts.entry(row[1].to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn events_add_up_to_the_accounts_of_the_same_replication() {
    let scratch = Scratch::new("events");
    let file = scratch.file("busy.yaml", BUSY);
    let path = scratch.path("events.csv");
    let output = run(&["run", &file, "--json", "-", "--events", &path]);
    let accounts = json(&output)["answers"][0]["accounts"].clone();
    let text = fs::read_to_string(&path).unwrap();
    let rows = rows(&text);
    let sum = |value: &Value| value.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
    for queue in ["orders", "small", "failed"] {
        let (account, counts) = (&accounts["queues"][queue], counted(&rows, queue));
        let count = |what: &str| counts.get(what).copied().unwrap_or(0);
        assert_eq!(count("acknowledged"), account["acknowledged"], "{queue}");
        assert_eq!(count("dropped"), sum(&account["dropped"]), "{queue}");
        assert_eq!(count("dead_lettered"), sum(&account["dead_lettered"]), "{queue}");
        let pushed_out = account["entered"]["published"].as_u64().unwrap();
        assert_eq!(count("accepted"), pushed_out, "{queue}");
    }
    let published = |name: &str| accounts["producers"][name]["published"].clone();
    for producer in ["shop", "other", "third"] {
        let count = rows.iter().filter(|row| row[1] == "published" && row[2] == producer).count();
        assert_eq!(count, published(producer), "{producer}");
    }
    let happened: Vec<&str> = rows.iter().map(|row| row[1]).collect();
    for what in ["refused", "blocked", "delivered", "returned", "ready", "dead_lettered"] {
        assert!(happened.contains(&what), "nothing was {what}");
    }
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 2, "nothing is left beside the file");
}

#[test]
fn events_are_in_order_and_name_who_has_the_message() {
    let output = run(&joined(&[&MM3, &["--duration", "20s", "--replications", "2", "--events", "-"]]));
    let text = stdout(&output);
    let rows = rows(&text);
    assert!(rows.is_sorted_by_key(|row| row[0].parse::<f64>().unwrap()));
    let first: Vec<&Vec<&str>> = rows.iter().filter(|row| row[3] == "0").collect();
    let what: Vec<&str> = first.iter().map(|row| row[1]).collect();
    assert_eq!(what, ["published", "accepted", "delivered", "began", "ended", "acknowledged"]);
    assert_eq!(first[2][5..], ["consumer#1", "1", ""]);
    assert!(first[3..].iter().all(|row| row[5..7] == first[2][5..7]));
}

/// Workers who crash, and messages that fail now and then.
const CRASHING: &str = "
name: crashing
run: {duration: 1min, warmup: none, replications: 1}
queues: {jobs: {redelivery: {delay: 100ms}}}
producers: {shop: {publishes_to: jobs, arrivals: {poisson: {rate: 30/s}}}}
consumers:
  workers:
    takes_from: jobs
    count: 4
    prefetch: 10
    service: {lognormal: {mean: 80ms, cv: 1}}
    fails: 5%
    crashes: {every: {exponential: {mean: 7s}}, restart: {exponential: {mean: 1s}}}
";

fn nanos(row: &[&str]) -> u64 {
    row[0].replace('.', "").parse().unwrap()
}

/// When each worker crashed and was back while messages came, and how long each message was worked on, in attempts that
/// were not cut short.
fn crashes_and_work(rows: &[Vec<&str>]) -> (Vec<String>, BTreeMap<u64, Vec<u64>>) {
    let is_crash = |row: &&Vec<&str>| matches!(row[1], "crashed" | "restarted") && nanos(row) < 60_000_000_000;
    let crashes = rows.iter().filter(is_crash).map(|row| row.join(","));
    let mut began = BTreeMap::new();
    let mut work: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for row in rows {
        match row[1] {
            "began" => drop(began.insert(row[2..7].to_vec(), nanos(row))),
            "ended" => {
                let lasted = nanos(row) - began.remove(&row[2..7]).expect("what ends has begun");
                if row[7] != "crashed" {
                    work.entry(row[3].parse().unwrap()).or_default().push(lasted);
                }
            }
            _ => {}
        }
    }
    (crashes.collect(), work)
}

#[test]
fn crashes_and_the_work_on_each_message_are_the_same_in_every_variant() {
    let scratch = Scratch::new("variants");
    let file = scratch.file("crashing.yaml", CRASHING);
    let variants = [
        "consumers.workers.prefetch=10",
        "consumers.workers.prefetch=1",
        "consumers.workers.acknowledge=before",
        "consumers.workers.acknowledge=on_delivery",
        "queues.jobs.redelivery={limit: 1}",
        "consumers.workers.fails=0%",
        "queues.jobs.order=lifo",
    ];
    let of = |set: &str| stdout(&run(&["run", &file, "--set", set, "--events", "-"]));
    let texts: Vec<String> = variants.into_iter().map(of).collect();
    let (crashes, work) = crashes_and_work(&rows(&texts[0]));
    assert!(crashes.len() > 15 && work.len() > 1500, "{} crashes, {} messages", crashes.len(), work.len());
    assert!(work.values().any(|attempts| attempts.len() > 1), "nothing was worked on twice");
    for (set, text) in variants.iter().zip(&texts) {
        let of_variant = crashes_and_work(&rows(text));
        assert_eq!(of_variant.0, crashes, "{set}");
        for (number, attempts) in of_variant.1 {
            let expected = work.get(&number).map_or(attempts[0], |base| base[0]);
            assert!(attempts.iter().all(|lasted| *lasted == expected), "{set}: message {number}: {attempts:?}");
        }
    }
}

#[test]
fn events_that_cannot_be_written_are_refused_before_the_run() {
    let forever = ["--duration", "10000000s"];
    refused(&joined(&[&MM3, &["--theory", "--events", "-"]]), &["`--events` are of a simulation"]);
    refused(&joined(&[&MM3, &forever, &["--events", "-", "--json", "-"]]), &["both want standard output"]);
    refused(
        &joined(&[&["run", "scenarios/mm1.yaml", "scenarios/mm3.yaml"], &forever[..], &["--events", "x"]]),
        &["of one scenario"],
    );
    let output = run(&joined(&[&MM3, &forever, &["--events", "no/such/folder.csv"]]));
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("cannot write `no/such/folder.csv`"), "{}", stderr(&output));
}

#[test]
fn a_reader_of_events_who_goes_away_ends_them_quietly() {
    let mut child = kendall(&joined(&[&MM3, &["--duration", "500s", "--replications", "1", "--events", "-"]]))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
}
