//! `kendall explain` and `kendall theory`, and what a run says of an approximation.

use std::process::Output;

use super::{BRIEF, code, joined, json, refused, run, stderr, stdout};

/// Without line breaks and columns.
fn words(output: &Output) -> String {
    stdout(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn explain_names_the_model_its_source_and_its_values() {
    let output = run(&["explain", "M/D/5", "--load", "90%", "--service", "1s"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = words(&output);
    for part in ["`queue` is M/D/5", "Crommelin 1932", "assumes", "first in first out", "90.0 %", "wait.mean"] {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}

#[test]
fn explain_says_which_assumptions_fail_and_what_is_used_instead() {
    let output = run(&["explain", "scenarios/flash-sale.yaml"]);
    assert_eq!(code(&output), 0);
    let text = words(&output);
    for part in ["No formula of kendall applies", "changes over", "instead", "kendall run"] {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
    let approximate =
        json(&run(&["explain", "M/G/3", "--load", "80%", "--service", "12ms", "--cv", "2", "--json", "-"]));
    assert_eq!(approximate["model"], "M/G/3, approximately");
    assert_eq!(approximate["answer"]["measures"]["wait.mean"]["exact"], false);
    assert_eq!(approximate["load"][0]["consumers"], 3);
    let none = json(&run(&["explain", "D/M/2/9", "--load", "80%", "--service", "12ms", "--json", "-"]));
    assert!(none.get("model").is_none() && none["reasons"][0].as_str().unwrap().contains("D/M/2/9"));
}

#[test]
fn theory_prints_every_value_and_says_which_are_approximate() {
    let output = run(&["theory", "E4/M/1", "--rate", "0.8/s", "--service", "1s"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for part in ["E4/M/1", "wait.p999", "queue.backlog.mean 2.61", "source: Kendall 1953"] {
        assert!(words(&output).contains(part), "no `{part}` in:\n{}", stdout(&output));
    }
    let output = run(&["theory", "G/G/1", "--load", "80%", "--service", "1s", "--cv", "2"]);
    assert!(stdout(&output).contains("≈  an approximation"), "{}", stdout(&output));
    let report = json(&run(&["theory", "M/M/3", "--load", "80%", "--service", "12ms", "--json", "-"]));
    assert_eq!(report["answers"][0]["by"], "theory");
    refused(&["theory", "D/M/2/9", "--load", "80%", "--service", "1s"], &["no formula applies", "simulates it"]);
    refused(&["theory", "scenarios/flash-sale.yaml"], &["Kendall's notation", "--theory"]);
    refused(&["theory", "M/M/3", "--rate", "200/s"], &["`service` is missing"]);
}

#[test]
fn the_notation_knows_populations_orders_and_no_end_of_consumers() {
    let theory = |args: &[&str]| words(&run(&joined(&[&["theory"], args])));
    let clients = theory(&["M/M/2//10", "--rate", "0.15/s", "--service", "1s"]);
    // repairman-10-2 of the exact values.
    assert!(clients.contains("M/M/2//10") && clients.contains("throughput 1.25 /s"), "{clients}");
    let endless = theory(&["M/M/inf", "--rate", "200/s", "--service", "12ms"]);
    assert!(endless.contains("M/M/∞") && endless.contains("queue.backlog.mean 2.40"), "{endless}");
    let last_first = theory(&["M/M/1///LIFO", "--load", "80%", "--service", "1s"]);
    assert!(last_first.contains("last in first out") && last_first.contains("wait.sd 13.6 s"), "{last_first}");
    let gamma = theory(&["M/G/1", "--load", "80%", "--service", "1s", "--cv", "2", "--family", "gamma"]);
    assert!(gamma.contains("wait.mean 10.0 s"), "{gamma}");
    refused(
        &["theory", "M/M/1", "--load", "80%", "--service", "1s", "--family", "gamma"],
        &["only a G has a `family`"],
    );
}

#[test]
fn explain_says_of_each_queue_of_a_pipeline_what_it_is_or_what_is_in_the_way() {
    let blocked = words(&run(&["explain", "scenarios/pipeline.yaml"]));
    assert!(blocked.contains("`to-price` blocks its producers when full"), "{blocked}");
    let unlimited = words(&run(&["explain", "scenarios/pipeline.yaml", "--set", "queues.to-price={}"]));
    for part in
        ["Jackson network of 3 queues", "as if from outside: M/M/1", "then all go to `to-price`", "are processed"]
    {
        assert!(unlimited.contains(part), "no `{part}` in:\n{unlimited}");
    }
}

#[test]
fn an_approximation_is_shown_beside_the_simulation_and_gets_no_verdict() {
    let system = ["run", "M/G/3", "--load", "80%", "--service", "12ms", "--cv", "2"];
    let report = json(&run(&joined(&[&system, &BRIEF, &["--json", "-"]])));
    let rows = report["agreement"].as_array().unwrap();
    let row = |measure: &str| rows.iter().find(|row| row["measure"] == measure).unwrap();
    assert!(row("wait.mean").get("theory_verdict").is_none());
    assert_eq!(row("wait.mean")["why"], "theory is an approximation here");
    assert_eq!(row("throughput")["theory_verdict"], "agrees");
}
