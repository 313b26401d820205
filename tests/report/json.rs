//! The contract with machines: names, order, and what stands where a number cannot.

use base64::Engine as _;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use kendall::report::json;
use kendall::result::Outcome;
use kendall::scenario::Scenario;
use serde_json::{Value, json as value};

use crate::fixture;

fn report(made: (Outcome, Scenario)) -> Value {
    serde_json::from_str(&json(&made.0, &made.1)).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_fields_stand_in_the_order_of_the_contract() {
    let (outcome, scenario) = fixture::mm3();
    let text = json(&outcome, &scenario);
    let fields = ["format", "kendall", "scenario", "seed", "confidence", "partial", "answers", "agreement", "targets"];
    let places: Vec<usize> = fields.iter().map(|f| text.find(&format!("\"{f}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(text.starts_with("{\"format\":1,\"kendall\":\"") && text.ends_with("}\n"));
}

#[test]
fn an_estimate_has_an_interval_or_says_why_not() {
    let report = report(fixture::mm3());
    let simulated = &report["answers"][1]["measures"];
    assert_eq!(keys(&simulated["response.mean"]), ["high", "low", "value"]);
    let why = "100 messages above it are needed; about 40 s more would do";
    assert_eq!(simulated["response.p999"], value!({"value": null, "why": why}));
    let why = "a percentile of time has no interval";
    assert_eq!(simulated["queue.length.p99"], value!({"value": 21.0, "why": why}));
    assert_eq!(report["answers"][0]["measures"]["utilization"], value!({"value": 0.8, "exact": true}));
}

#[test]
fn agreement_has_a_verdict_or_says_why_not() {
    let agreement = report(fixture::mm3())["agreement"][0].clone();
    assert_eq!(keys(&agreement), ["measure", "simulation", "theory", "theory_verdict", "within"]);
    let unjudged = report(fixture::hostile())["agreement"][0].clone();
    assert_eq!(unjudged["why"], "the scenario has no steady state");
    assert_eq!(unjudged.get("theory_verdict"), None);
}

#[test]
fn the_accounts_have_every_term() {
    let report = report(fixture::sale());
    let accounts = &report["answers"][0]["accounts"];
    assert_eq!(
        accounts["queues"]["orders"],
        value!({"entered": {"published": 7_442_070, "forwarded": 0, "dead_lettered": 0}, "waiting": 0, "delayed": 0,
                "in_flight": 0, "acknowledged": 7_441_946, "dropped": {}, "expired": 0, "dead_lettered": {"limit": 124},
                "parked": 0, "residual": 0})
    );
    assert_eq!(
        accounts["producers"]["shop"],
        value!({"published": 7_442_080, "tries": 7_442_080, "not_yet_accepted": 0, "refused": 10, "unroutable": 0,
                "accepted": 7_442_070, "processed": 7_441_936, "lost": {"failed": 10}, "dead": 124, "unfinished": 0,
                "residual": 0})
    );
    assert_eq!(accounts["residual"], 0);
}

#[test]
fn what_no_number_can_say_is_null_with_why() {
    let report = report(fixture::hostile());
    let simulated = &report["answers"][1]["measures"];
    assert_eq!(simulated["response.p99"], value!({"value": null, "why": "infinite"}));
    assert_eq!(simulated["wait.mean"], value!({"value": null, "why": "undefined"}));
    let theory = &report["answers"][0]["measures"]["wait.mean"];
    assert_eq!(*theory, value!({"value": null, "exact": true, "why": "infinite"}));
    assert_eq!(report["answers"][1]["per_replication"]["response.mean"], value!([0.0155, null, null]));
}

#[test]
fn a_histogram_is_read_back_by_hdrhistogram() {
    let report = report(fixture::mm3());
    let text = report["answers"][1]["histograms"]["response"].as_str().unwrap();
    assert!(text.starts_with("HISTFAAA"), "{text}");
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let histogram: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
    assert_eq!((histogram.len(), histogram.value_at_quantile(0.5)), (2, 12_001_279));
}

#[test]
fn a_scenario_tells_where_it_is_from_but_not_of_the_machine() {
    let scenario = report(fixture::sale())["scenario"].clone();
    let hash = "sha256:502cbfe836a07682428d668646d8117bf0b8a83d2167e758008d957db85df0db";
    assert_eq!(
        scenario,
        value!({"name": "flash-sale", "question": "How many payment workers keep orders moving when the sale opens?",
                "file": "scenarios/flash-sale.yaml", "hash": hash, "text": "name: flash-sale\n",
                "overrides": ["consumers.payments.count=12"], "steady": false, "asked": {"replications": 20},
                "queues": [{"name": "orders", "capacity": 100_000, "rests": false},
                           {"name": "unpaid", "capacity": null, "rests": true}],
                "consumers": [{"name": "payments", "takes_from": ["orders"], "count": 12}]})
    );
    assert_eq!(report(fixture::unstable())["scenario"]["file"], "orders.yaml");
    assert_eq!(report(fixture::mm3())["scenario"]["file"], Value::Null);
}

#[test]
fn targets_and_warnings_are_named_by_their_words() {
    let report = report(fixture::sale());
    assert_eq!(report["targets"][3]["holds"], "undecided");
    assert_eq!(report["targets"][0]["by"], "simulation");
    assert_eq!(
        (&report["warnings"][0]["code"], &report["warnings"][0]["measure"]),
        (&value!("short-run"), &value!("response.p999"))
    );
    assert_eq!(keys(&report["warnings"][1]), ["code", "text"]);
}
