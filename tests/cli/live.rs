//! `kendall run --live`: arguments, what comes out, and Ctrl-C. How late anything is depends on the machine; a run that it
//! makes invalid ends with 1, which is no failure of these tests.

use super::*;

const LIVE: [&str; 10] =
    ["run", "M/M/1", "--rate", "100/s", "--service", "2ms", "--live", "--duration", "2s", "--set=run.warmup=none"];

fn live(result: &Value) -> &Value {
    let answers = result["answers"].as_array().unwrap();
    answers.iter().find(|answer| answer["by"] == "live").unwrap_or_else(|| panic!("{result}"))
}

#[test]
fn a_live_run_stands_beside_theory_and_simulation() {
    let output = run(&joined(&[&LIVE, &["--json", "-"]]));
    assert!(matches!(code(&output), 0 | 1), "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "nothing is shown while it runs where nobody looks");
    let result = json(&output);
    let by: Vec<&str> = result["answers"].as_array().unwrap().iter().map(|a| a["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["theory", "simulation", "live"]);
    let live = live(&result);
    assert_eq!((&live["target"], &live["durability"]), (&"embedded".into(), &"memory".into()));
    assert_eq!(live["accounts"]["residual"], 0);
    assert_eq!(live["accounts"]["producers"]["producer"]["unfinished"], 0);
    assert_eq!(live["valid"].as_bool().unwrap(), code(&output) == 0);
    for late in ["lag_p50_s", "lag_p99_s", "lag_max_s", "lag_limit_s", "work_lag_p99_s"] {
        assert!(live["pacing"][late].as_f64().unwrap() >= 0.0, "{late}");
    }
    assert!(live["uncorrected"]["response.mean"].as_f64().unwrap() >= 0.002 * 0.5);
    // The same messages as replication 0 of the simulation.
    let simulated = &result["answers"][1]["per_replication"]["published"][0];
    assert_eq!(&live["per_run"]["published"][0], simulated);
    let row = result["agreement"].as_array().unwrap().iter().find(|row| row["measure"] == "response.mean").unwrap();
    for value in ["theory", "simulation", "same_draws", "live"] {
        assert!(row[value].as_f64().unwrap() > 0.001, "{value} of {row}");
    }
}

#[test]
fn the_table_has_a_column_for_the_live_run_and_says_what_it_rests_on() {
    let text = stdout(&run(&LIVE));
    for expected in [
        " same draws ",
        " live ",
        "accounts of the live run",
        "against embedded",
        "sent late by",
        "uncorrected",
        "monotonic",
    ] {
        assert!(text.contains(expected), "no {expected} in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn what_is_asked_wrongly_is_told_before_anything_is_run() {
    for (arguments, said) in [
        (vec!["run", "--live", "scenarios/mm1.yaml", "scenarios/mm1.yaml"], "write the scenario before `--live`"),
        (vec!["run", "M/M/1", "--live", "amqp://broker.example"], "`broker.example` is another machine"),
        (vec!["run", "M/M/1", "--live", "redis://localhost"], "targets are `embedded` and `amqp://…`"),
        (vec!["run", "M/M/1", "--live", "amqps://localhost"], "encrypted connections are not supported"),
        (vec!["run", "M/M/1", "--live", "amqp://u:p/w@localhost"], "`%2F`"),
        (vec!["run", "M/M/1", "--live", "--theory"], "exclude each other"),
        (vec!["run", "M/M/1", "--live", "--speed", "0"], "`--speed 0`"),
        (vec!["run", "M/M/1", "--speed", "2"], "--live"),
        (vec!["run", "M/M/1", "--live", "--repeat", "0"], "--repeat"),
    ] {
        let output = run(&arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

/// What RabbitMQ has nothing for is told by name and place, and nothing is connected to.
#[cfg(feature = "amqp-client")]
#[test]
fn what_a_broker_lacks_is_refused_by_name_before_anything_is_run() {
    let consumers = "takes_from: q, service: 1ms";
    let cases = [
        ("q: {order: lifo}", "", consumers, "queues.q.order: RabbitMQ has no `lifo`"),
        ("q: {order: shortest_first}", "", consumers, "queues.q.order: RabbitMQ does not know how long"),
        (
            "q: {ordered_by: key}",
            ", messages: {key: {among: 5}}",
            consumers,
            "queues.q.ordered_by: RabbitMQ knows no keys of messages",
        ),
        ("q: {capacity: 5, when_full: block}", "", consumers, "queues.q.when_full"),
        ("q: {capacity: 0}", "", consumers, "queues.q.capacity"),
        ("q: {ttl: {exponential: {mean: 1s}}}", "", consumers, "queues.q.ttl"),
        ("q: {ttl: 1s, order: {priority: {levels: 2}}}", "", consumers, "queues.q.order"),
        (
            "q: {dead_letter: d}, d: {capacity: 5}",
            "",
            consumers,
            "queues.d.capacity: RabbitMQ drops dead letters unseen",
        ),
        (
            "q: {dead_letter: d}, d: {capacity: 5, when_full: drop_oldest}",
            "",
            consumers,
            "queues.d.capacity: what comes",
        ),
        ("q: {ttl: 1s, dead_letter: d}, d: {ttl: 1s, dead_letter: q}", "", consumers, "queues.q.dead_letter"),
        ("q: {redelivery: {limit: 3}}", "", consumers, "queues.q.redelivery.limit"),
        ("q: {redelivery: {delay: 1s}}", "", consumers, "queues.q.redelivery.delay"),
        ("q: {redelivery: {ack_timeout: 1s}}", "", consumers, "queues.q.redelivery.ack_timeout"),
        ("q: {redelivery: {duplicates: 1%}}", "", consumers, "queues.q.redelivery.duplicates"),
        ("q: {}", ", network: {publish: 1ms}", consumers, "producers.p.network: `network` is not supported yet"),
        ("q: {redelivery: {returns_to: tail}}", "", consumers, "queues.q.redelivery.returns_to"),
        ("q: {}", ", messages: {ttl: 1s}", consumers, "producers.p.messages.ttl"),
        ("q: {}, d: {}", "", "takes_from: [q, d], service: 1ms", "consumers.c.takes_from"),
        ("q: {}", "", "takes_from: q, service: 1ms, prefetch: 100000", "consumers.c.prefetch"),
        ("q: {}", "", "takes_from: q, service: 1ms, count: 2001", "consumers.c.count"),
        ("q: {}", "", "takes_from: q, service: 1ms, crashes: {every: 1s, restart: 1s}", "consumers.c.crashes"),
        (
            "q: {}",
            "",
            "takes_from: q, service: 1ms}}\noutages: [{at: 1s, for: 1s, of: broker}]\n#",
            "outages: RabbitMQ",
        ),
    ];
    let scratch = Scratch::new("live-lacks");
    for (queues, rest, consumers, said) in cases {
        let text = format!(
            "queues: {{{queues}}}\nproducers: {{p: {{publishes_to: q, arrivals: {{poisson: {{rate: 1/s}}}}{rest}}}}}\n\
             consumers: {{c: {{{consumers}}}}}\n"
        );
        let file = scratch.file("lacks.yaml", &text);
        // Nobody listens there: it would be another error.
        let output = run(&["run", &file, "--live", "amqp://127.0.0.1:1"]);
        assert_eq!(code(&output), 2, "{text}{}", stderr(&output));
        assert!(stderr(&output).contains(said), "{said}: {}", stderr(&output));
        assert!(stderr(&output).contains("= help: "), "{}", stderr(&output));
    }
}

#[cfg(feature = "amqp-client")]
#[test]
fn a_broker_that_is_not_there_is_told_without_its_password() {
    let output = run(&joined(&[&LIVE[..6], &["--live", "amqp://u:sesame@127.0.0.1:1", "--duration", "1s"]]));
    assert_eq!(code(&output), 1);
    let said = stderr(&output);
    assert!(said.contains("cannot connect to amqp://127.0.0.1:1: ") && said.contains("start the broker"), "{said}");
    assert!(!said.contains("sesame"), "{said}");
}

/// A day of the scenario would take long; Ctrl-C stops it while it goes on.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_live_run_which_drains_and_reports() {
    let scenario = "
name: long
run: {duration: 1h, warmup: none, replications: 1}
queues: {q: {}}
producers: {p: {publishes_to: q, arrivals: {regular: {rate: 5/s}}}}
consumers: {c: {takes_from: q, service: 1ms}}
";
    let scratch = Scratch::new("live-ctrl-c");
    let file = scratch.file("long.yaml", scenario);
    let child = kendall(&["run", &file, "--live", "--json", "-"]).stdout(Stdio::piped()).spawn().unwrap();
    // The simulation takes some hundredths of a second, the live run an hour.
    thread::sleep(Duration::from_secs(3));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130);
    let result = json(&output);
    assert_eq!(result["partial"], true);
    let live = live(&result);
    assert_eq!(live["stopped"], "interrupted");
    let account = &live["accounts"]["producers"]["p"];
    assert!(account["published"].as_u64().unwrap() > 0);
    assert_eq!((&account["unfinished"], &account["published"]), (&0.into(), &account["processed"]));
    assert!(result["agreement"].as_array().unwrap().iter().all(|row| row.get("live_verdict").is_none()));
}
