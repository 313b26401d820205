//! The schema that editors use says what `kendall check` says: of the scenarios that are shipped, and of some wrong ones.
//!
//! After a change of the language, `KENDALL_BLESS=1 cargo test --test schema` writes scenarios/kendall.schema.json.

use std::fs;
use std::path::{Path, PathBuf};

use kendall::report::schema;
use kendall::scenario::read;
use regex_lite::Regex;
use serde_json::Value;

const FIRST_LINE: &str = "# yaml-language-server: $schema=kendall.schema.json";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn scenarios() -> Vec<(String, String)> {
    let files = folder().read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|e| e == "yaml"));
    files.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The part of JSON Schema that kendall's schema uses; anything else in it fails the test.
struct Validator {
    root: Value,
}

impl Validator {
    fn new() -> Validator {
        Validator { root: serde_json::from_str(&schema()).unwrap() }
    }

    fn takes(&self, value: &Value) -> bool {
        let (roots, known) = (self.root["anyOf"].as_array().unwrap(), ["$schema", "title", "anyOf", "$defs"]);
        assert!(self.root.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())));
        roots.iter().any(|root| self.fits(root, value))
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        schema.as_object().unwrap().iter().all(|(word, said)| match word.as_str() {
            "description" | "examples" => true,
            "properties" => self.properties(schema, value),
            "additionalProperties" => said == &Value::Bool(false) || values(value).all(|v| self.fits(said, v)),
            "$ref" => self.fits(&self.root["$defs"][said.as_str().unwrap().rsplit('/').next().unwrap()], value),
            "anyOf" => said.as_array().unwrap().iter().any(|way| self.fits(way, value)),
            "oneOf" => said.as_array().unwrap().iter().filter(|way| self.fits(way, value)).count() == 1,
            "type" => types(said).iter().any(|name| is_of(name, value)),
            "enum" => said.as_array().unwrap().contains(value),
            "required" => said.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
            "items" => value.as_array().is_none_or(|items| items.iter().all(|item| self.fits(said, item))),
            "propertyNames" => names(value).all(|name| self.fits(said, &Value::String(name.clone()))),
            "pattern" => value.as_str().is_none_or(|text| Regex::new(said.as_str().unwrap()).unwrap().is_match(text)),
            "minimum" => value.as_f64().is_none_or(|number| number >= said.as_f64().unwrap()),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= said.as_u64().unwrap()),
            "minProperties" => value.as_object().is_none_or(|pairs| pairs.len() as u64 >= said.as_u64().unwrap()),
            other => panic!("this test does not know `{other}`"),
        })
    }

    fn properties(&self, schema: &Value, value: &Value) -> bool {
        let known = schema["properties"].as_object().unwrap();
        value.as_object().is_none_or(|pairs| {
            pairs.iter().all(|(key, value)| known.get(key).is_some_and(|schema| self.fits(schema, value)))
        })
    }
}

fn values(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flat_map(|pairs| pairs.values())
}

fn names(value: &Value) -> impl Iterator<Item = &String> {
    value.as_object().into_iter().flat_map(|pairs| pairs.keys())
}

fn types(said: &Value) -> Vec<&str> {
    match said {
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        one => vec![one.as_str().unwrap()],
    }
}

fn is_of(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no type: {other}"),
    }
}

#[test]
fn the_schema_beside_the_scenarios_is_the_one_that_is_printed() {
    let path = folder().join("kendall.schema.json");
    if std::env::var_os("KENDALL_BLESS").is_some() {
        fs::write(&path, schema()).unwrap();
    }
    let there = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(there == schema(), "write it anew: KENDALL_BLESS=1 cargo test --test schema");
}

#[test]
fn every_shipped_scenario_names_the_schema_and_is_valid() {
    let validator = Validator::new();
    for (name, text) in scenarios() {
        assert_eq!(text.lines().next(), Some(FIRST_LINE), "{name}");
        assert!(validator.takes(&yaml(&text)), "{name}");
    }
}

/// The smallest scenario with something put in place of its service.
fn with_service(service: &str) -> String {
    format!(
        "{{queues: {{a: {{}}}}, producers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 5/s}}}}}}}}, \
         consumers: {{c: {{takes_from: a, service: {service}}}}}}}"
    )
}

fn both_say(validator: &Validator, text: &str, fine: bool) {
    assert_eq!(validator.takes(&yaml(text)), fine, "the schema, of {text}");
    assert_eq!(read(None, text, Path::new(""), &[]).is_ok(), fine, "the reader, of {text}");
}

#[test]
fn schema_and_reader_take_and_refuse_the_same() {
    let validator = Validator::new();
    for service in
        ["20ms", "1.5s", "{exponential: {mean: 20ms}}", "{erlang: {mean: 1.5s, phases: 3}}", "{constant: 20ms}", ".5s"]
    {
        both_say(&validator, &with_service(service), true);
    }
    for service in [
        "20",
        "20m",
        "-20ms",
        "{exponential: {mean: 20}}",
        "{exponential: {}}",
        "{exponential: {mean: 20ms, cv: 2}}",
        "{exponential: {mean: 20ms}, erlang: {mean: 20ms, phases: 2}}",
        "{gauss: {mean: 20ms}}",
        "[20ms]",
        "fast",
    ] {
        both_say(&validator, &with_service(service), false);
    }
    both_say(&validator, "{system: M/M/3, rate: 200/s, service: 12ms}", true);
    both_say(&validator, "{system: M/M/3, rate: 200, service: 12ms}", false);
    both_say(&validator, &with_service("20ms").replace("a: {}", "a: {capacity: unlimited, when_full: block}"), true);
    both_say(&validator, &with_service("20ms").replace("a: {}", "a: {capacity: many}"), false);
    both_say(&validator, &with_service("20ms").replace("a: {}", "a: {when_full: explode}"), false);
    both_say(&validator, &with_service("20ms").replace("a: {}", "A: {}"), false);
    both_say(&validator, &with_service("20ms, prefetch: unlimited").replace("takes_from: a", "takes_from: [a]"), true);
    both_say(&validator, &with_service("20ms, prefetch: endless"), false);
    both_say(&validator, &with_service("20ms").replace("5/s", "{steps: {0s: 5/s, 10min: 9/s}}"), true);
    both_say(&validator, &with_service("20ms").replace("5/s", "{steps: {0: 5/s}}"), false);
    both_say(&validator, &with_service("20ms").replace("{queues", "{colour: red, queues"), false);
}
