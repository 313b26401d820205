//! A stored result is read back as it was written, or refused in words.

use kendall::report::json;
use kendall::report::json::{Stored, json_of, read};
use serde_json::Value;

use crate::fixture;

/// The same text, but for the last digits of an interval's ends, which are added up anew.
fn assert_alike(one: &Value, other: &Value, place: &str) {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-9 * a.abs().max(1e-9), "{place}: {a} and {b}");
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{place}");
            a.iter().zip(b).for_each(|(a, b)| assert_alike(a, b, place));
        }
        (Value::Object(a), Value::Object(b)) => {
            let keys = |of: &serde_json::Map<String, Value>| of.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(a), keys(b), "{place}");
            a.iter().for_each(|(key, value)| assert_alike(value, &b[key], &format!("{place}.{key}")));
        }
        (one, other) => assert_eq!(one, other, "{place}"),
    }
}

#[test]
fn a_result_is_read_back_as_it_was_written() {
    for (outcome, scenario) in [fixture::mm3(), fixture::sale(), fixture::unstable(), fixture::hostile()] {
        let written = json(&outcome, &scenario);
        let Stored::Run { about, outcome } = read(&written).unwrap() else { panic!("it is a run") };
        let again: Value = serde_json::from_str(&json_of(&outcome, &about)).unwrap();
        assert_alike(&serde_json::from_str(&written).unwrap(), &again, "");
    }
}

#[test]
fn what_is_no_result_is_refused_in_words() {
    let refused = |text: &str| read(text).unwrap_err().to_string();
    assert_eq!(
        refused("queues: {}"),
        "this is no result: expected value at line 1 column 1; name a file that `--json` has written"
    );
    assert_eq!(refused("{\"format\": 2}"), "format 2 is not known, only 1; read it with the kendall that wrote it");
    assert_eq!(
        refused("{\"format\": 1}"),
        "this result has neither answers nor variants; name a file that `--json` has written"
    );
}

#[test]
fn a_damaged_result_is_refused_and_nothing_panics() {
    let (outcome, scenario) = fixture::sale();
    let written = json(&outcome, &scenario);
    let refused = |from: &str, to: &str| read(&written.replace(from, to)).unwrap_err().to_string();
    assert_eq!(
        refused("\"holds\":\"undecided\"", "\"holds\":\"undecidd\""),
        "the result is damaged: `undecidd` is none of its words; it may have been `undecided`"
    );
    assert!(
        refused("\"wait.mean\"", "\"wate.mean\"").starts_with("the result is damaged: `wate.mean` names no measure")
    );
    assert!(refused("HISTFAAA", "NONEFAAA").starts_with("the result is damaged: a histogram cannot be read"));
    let bytes = written.as_bytes();
    for cut in (0..bytes.len()).step_by(97) {
        let _ = read(&String::from_utf8_lossy(&bytes[..cut]));
        let changed: Vec<u8> =
            bytes.iter().enumerate().map(|(at, byte)| if at == cut { b'9' } else { *byte }).collect();
        let _ = read(&String::from_utf8_lossy(&changed));
    }
}
