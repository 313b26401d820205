//! Runs that go well. That the books balance to 0 is checked by every run itself; nothing here depends on how fast the
//! machine or the broker is.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use kendall::adapter::Amqp;
use kendall::live::{self, Ending, Finished, LiveError, Onlooker, Order, Progress, Speed};
use kendall::metrics::{Counts, Record};
use kendall::result::ProducerAccount;
use kendall::scenario::{Scenario, read};
use kendall::sim;
use kendall::time::Span;
use tokio::runtime::{Builder, Runtime};

use crate::{target, url};

struct Eye;

impl Onlooker for Eye {
    fn stops(&self) -> bool {
        false
    }

    fn sees(&self, _: &Progress) {}
}

pub fn scenario(text: &str) -> Scenario {
    read(None, text, Path::new("."), &[]).unwrap_or_else(|problems| panic!("{text}\n{problems}"))
}

pub fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

pub fn try_run(target: &Amqp, text: &str, speed: f64) -> Result<Finished, LiveError> {
    let scenario = scenario(text);
    let order = Order {
        plan: sim::measured_live(&scenario, Span::ZERO),
        scenario: Arc::new(scenario),
        replication: 0,
        speed: Speed::new(speed).unwrap(),
    };
    runtime().block_on(live::run(&order, target, &Eye))
}

pub fn run(text: &str) -> Record {
    let finished = try_run(&target(), text, 1.0).unwrap_or_else(|error| panic!("{text}\n{error}"));
    assert_eq!((finished.ending, finished.foreign), (Ending::Complete, 0), "{text}");
    finished.record
}

pub fn producer(record: &Record) -> ProducerAccount {
    record.producer_accounts().next().expect("one producer")
}

/// All its counts.
pub fn counts(record: &Record) -> Counts {
    let [outside, inside] = &record.counts[0];
    let mut all = outside.clone();
    all.add(inside);
    all
}

pub fn simulated(text: &str) -> Record {
    sim::one(&scenario(text)).expect("the books balance")
}

pub const PLAIN: &str = "
run: {duration: 400ms, warmup: none, drain: 30s}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {poisson: {rate: 300/s}}}}
consumers: {c: {takes_from: q, service: {exponential: {mean: 1ms}}}}
";

pub fn every_message_is_published_and_processed() {
    let (live, simulated) = (run(PLAIN), simulated(PLAIN));
    let expected = producer(&simulated);
    assert!(expected.published > 80);
    assert_eq!(producer(&live), expected);
    assert_eq!(live.queues[0].account.acknowledged, expected.published);
    assert_eq!(live.times.response.count, expected.processed, "every value is recorded");
    assert_eq!((counts(&live).reordered, counts(&live).duplicates, counts(&live).redelivered), (0, 0, 0));
}

/// Each takes another way through the adapter.
pub fn whatever_consumers_do_becomes_of_messages_what_becomes_of_them_in_a_simulation() {
    let consumers = [
        "service: 1ms, prefetch: 10, count: 3",
        "service: {exponential: {mean: 1ms}}, prefetch: unlimited, fails: 20%",
        "service: 1ms, prefetch: 5, fails: 20%, on_failure: reject",
        "service: 1ms, acknowledge: before, fails: 10%",
        "service: 1ms, acknowledge: on_delivery, count: 2",
        "service: 1ms, acknowledge: {every: 5}, prefetch: 8",
        "service: 1ms, takes: {up_to: 4, wait: 3ms, time: sum}",
        "service: 1ms, takes: {up_to: 3}, acknowledge: {every: 4}, prefetch: 10",
        "service: 500us, then: {publishes_to: second}",
        "service: 500us, then: [{publishes_to: second, share: 50%}, {publishes_to: q, share: 20%}]",
        "service: 1ms, takes: {up_to: 4, wait: 3ms}, then: [{publishes_to: second, share: 50%}, {publishes_to: q, share: 20%}]",
        "service: 1ms, acknowledge: on_delivery, then: {publishes_to: second}",
        "service: 1ms, acknowledge: {every: 3}, prefetch: 4, then: {publishes_to: second}",
        "service: 1ms, prefetch: 5, hangs: {share: 20%, for: 5ms}",
        "service: 1ms, prefetch: unlimited, acks_lost: 20%",
    ];
    for rest in consumers {
        let text = format!(
            "run: {{duration: 200ms, warmup: none, drain: 30s}}\nqueues: {{q: {{}}, second: {{}}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 200/s}}}}, confirms: 50}}}}\n\
             consumers: {{c: {{takes_from: q, {rest}}}, d: {{takes_from: second, service: 100us}}}}\n"
        );
        let (live, simulated) = (run(&text), simulated(&text));
        let (live, simulated) = (producer(&live), producer(&simulated));
        assert_eq!(live.unfinished + live.not_yet_accepted, 0, "{rest}");
        assert_eq!(
            (live.published, live.processed, live.lost),
            (simulated.published, simulated.processed, simulated.lost),
            "{rest}"
        );
    }
}

pub fn an_answer_that_is_not_heard_keeps_its_place_until_its_consumer_leaves() {
    let text = |rest: &str| {
        format!(
            "run: {{duration: 600ms, warmup: none, drain: 100ms}}\nqueues: {{q: {{}}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{regular: {{rate: 1/s}}, batch: 10}}}}}}\n\
             consumers: {{c: {{takes_from: q, service: 1ms, acks_lost: 100%, {rest}}}}}\n"
        )
    };
    let record = run(&text("prefetch: 3"));
    assert_eq!((producer(&record).processed, producer(&record).unfinished), (3, 7));
    assert_eq!(record.queues[0].account.acknowledged, 0);
    let counts = counts(&run(&text("prefetch: unlimited, count: {steps: {0s: 1, 200ms: 0, 300ms: 1}}")));
    assert_eq!((counts.processed, counts.duplicates, counts.redelivered), (10, 10, 10));
}

/// Some come back while they still work, and some leave before the broker has heard that they came.
pub fn consumers_come_and_go_and_nothing_is_lost() {
    let count = "count: {steps: {0ms: 3, 50ms: 1, 75ms: 4, 100ms: 0, 101ms: 2, 102ms: 0, 150ms: 2}, repeat: 160ms}";
    for rest in [
        "service: 5ms",
        "service: 5ms, prefetch: 10",
        "service: {exponential: {mean: 5ms}}, prefetch: unlimited",
        "service: 5ms, acknowledge: before, prefetch: 4",
        "service: 5ms, acknowledge: on_delivery",
        "service: 5ms, acknowledge: {every: 5}, prefetch: 8",
        "service: 5ms, takes: {up_to: 4, wait: 20ms}",
    ] {
        let text = format!(
            "run: {{duration: 400ms, warmup: none, drain: 30s}}\nqueues: {{q: {{}}}}\n\
             producers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 200/s}}}}}}}}\n\
             consumers: {{c: {{takes_from: q, {count}, {rest}}}}}\n"
        );
        let (live, simulated) = (run(&text), simulated(&text));
        assert_eq!(producer(&live), producer(&simulated), "{rest}");
        assert!(live.crews[0].available.unwrap() > live.crews[0].busy, "{rest}");
    }
}

/// Whoever waits is worked on by one that is called, and by nobody before.
pub fn nobody_takes_before_they_are_called() {
    let text = "
run: {duration: 400ms, warmup: none, drain: 30s}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 1/s}, batch: 10}}}
consumers: {c: {takes_from: q, service: 40ms, prefetch: unlimited, count: {steps: {0ms: 0, 100ms: 1, 200ms: 0, 300ms: 1}}}}
";
    let record = run(text);
    assert_eq!(producer(&record).processed, 10);
    assert!(record.times.wait.sum >= 10 * 100_000_000);
    // What it had begun by 200 ms it finished; the rest it gave back, and had again 100 ms later.
    assert!((1..=9).contains(&counts(&record).redelivered), "{}", counts(&record).redelivered);
    let busy = record.crews[0].busy as f64 / 1e9;
    let available = record.crews[0].available.unwrap() as f64 / 1e9;
    assert!(busy <= 0.3 && (0.2..0.3).contains(&available), "busy {busy} s of {available} s");
}

/// What fails is a matter of draws, which count deliveries as the simulation does.
pub fn what_fails_comes_back_and_is_counted() {
    let text = PLAIN.replace("service:", "fails: 30%, service:");
    let (live, simulated) = (counts(&run(&text)), counts(&simulated(&text)));
    assert!(live.redelivered > 10);
    assert_eq!((live.redelivered, live.processed), (simulated.redelivered, simulated.processed));
}

pub fn a_consumer_holds_no_more_than_its_prefetch() {
    let text = PLAIN.replace("service: {exponential: {mean: 1ms}}", "prefetch: 7, service: 20ms");
    let record = run(&text.replace("duration: 400ms", "duration: 100ms"));
    let window = record.queues[0].window.as_ref().expect("a window");
    assert_eq!(window.in_flight.max, 7);
}

pub fn messages_go_by_priority_and_are_counted_as_overtaken() {
    let text = "
run: {duration: 200ms, warmup: none, drain: 30s}
queues: {q: {order: {priority: {levels: 3}}}}
producers:
  low: {publishes_to: q, arrivals: {regular: {rate: 200/s}}}
  high: {publishes_to: q, arrivals: {regular: {rate: 100/s}, start: 1ms}, messages: {priority: 2}}
consumers: {c: {takes_from: q, service: 5ms}}
targets: [low.wait.mean < 10s, high.wait.mean < 10s]
";
    let record = run(text);
    let mean = |at: usize| record.of_producers[at].as_ref().expect("they are timed").wait.mean().expect("some");
    assert!(mean(1) < mean(0), "{} and {}", mean(1), mean(0));
    // Those of one producer are of one priority, and keep their order.
    assert_eq!(counts(&record).reordered, 0);
    // One that is put back has others before it by then, but was delivered before.
    let failing = text.replace("service: 5ms", "service: 5ms, fails: 20%, prefetch: 3");
    assert_eq!(counts(&run(&failing)).reordered, 0);
}

pub fn a_copy_goes_to_each_queue() {
    let text = "
run: {duration: 200ms, warmup: none, drain: 30s}
queues: {a: {}, b: {}}
producers: {p: {publishes_to: [a, b], arrivals: {regular: {rate: 200/s}}}}
consumers: {c: {takes_from: a, service: 1ms}, d: {takes_from: b, service: 2ms}}
";
    let record = run(text);
    assert_eq!((producer(&record).published, producer(&record).processed), (40, 40));
    assert!(record.queues.iter().all(|queue| queue.account.acknowledged == 40));
}

/// Ten seconds of the scenario each second, of a ttl too.
pub fn speed_divides_every_duration() {
    let text = "
run: {duration: 3s, warmup: none, drain: 300s}
queues: {q: {ttl: 500ms, dead_letter: late}, late: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 20/s}}}}
consumers: {c: {takes_from: q, service: 200ms}}
";
    let finished = try_run(&target(), text, 10.0).unwrap();
    let account = producer(&finished.record);
    assert_eq!((account.published, account.unfinished), (60, 0));
    assert!(account.dead > 10 && account.processed > 5, "{account:?}");
    assert!(finished.record.times.service.mean().unwrap() >= 0.2, "in the scenario's own time");
}

pub fn its_queues_are_gone_after_a_run() {
    let target = target().naming("gone");
    let expected = producer(&simulated(PLAIN)).published;
    assert_eq!(producer(&try_run(&target, PLAIN, 1.0).unwrap().record).processed, expected);
    let (left, _) = runtime().block_on(async {
        use lapin::options::QueueDeclareOptions;
        let connection = lapin::Connection::connect(url(), lapin::ConnectionProperties::default()).await.unwrap();
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let channel = connection.create_channel().await.unwrap();
        (channel.queue_declare("kendall.gone.q".into(), passive, Default::default()).await, connection)
    });
    assert!(left.unwrap_err().to_string().contains("NOT_FOUND"));
}

pub fn the_command_line_shows_it_beside_theory_and_simulation_without_its_password() {
    let scratch = std::env::temp_dir().join(format!("kendall-amqp-{}.json", std::process::id()));
    let arguments =
        ["run", "M/M/1", "--rate", "50/s", "--service", "2ms", "--duration", "1s", "--set=run.warmup=none", "--json"];
    let run = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kendall"));
        command.args(arguments).arg(&scratch).args(["--live", url]).output().unwrap()
    };
    let output = run(url());
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{text}");
    let json = std::fs::read_to_string(&scratch).unwrap();
    std::fs::remove_file(&scratch).unwrap();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("does not tell when messages enter and leave its queues"), "{text}");
    let result: serde_json::Value = serde_json::from_str(&json).unwrap();
    let answers = result["answers"].as_array().unwrap();
    let live = answers.iter().find(|answer| answer["by"] == "live").unwrap();
    let place = url().rsplit_once('@').map_or(url(), |(_, place)| place);
    assert!(
        live["target"].as_str().unwrap().starts_with("amqp://") && live["target"].as_str().unwrap().contains(place)
    );
    assert_eq!((&live["durability"], &live["accounts"]["residual"]), (&"memory".into(), &0.into()));
    for measure in ["queue.length.mean", "queue.backlog.max", "queue.stay.mean", "queue.response.p50"] {
        let measure = &live["measures"][measure];
        assert!(measure["value"].is_null() && measure["why"].as_str().unwrap().contains("does not tell"), "{measure}");
    }
    for measure in ["response.mean", "throughput", "utilization", "service.mean"] {
        assert!(live["measures"][measure]["value"].as_f64().unwrap() > 0.0, "{measure}");
    }
    assert!(!text.contains("guest:") && !json.contains("guest"), "credentials are shown");
}
