//! The scenario language as a JSON Schema (draft 2020-12), for editors: made from the tables that are read.

use serde_json::{Map, Value as Json, json};

use crate::scenario::Key;
use crate::scenario::tree::{Meaning, ROOTS, TREE, Table, Value};

/// The schema, indented, with a line break at the end. It knows what this version of kendall reads and nothing else.
pub fn schema() -> String {
    let tables = TREE.iter().map(|table| (id(table.name), of_table(table)));
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "a scenario of kendall",
        "anyOf": ROOTS.iter().map(|root| reference(root)).collect::<Vec<_>>(),
        "$defs": tables.collect::<Map<String, Json>>(),
    });
    serde_json::to_string_pretty(&schema).expect("keys are texts") + "\n"
}

fn id(name: &str) -> String {
    name.replace(' ', "-")
}

fn reference(table: &str) -> Json {
    json!({"$ref": format!("#/$defs/{}", id(table))})
}

fn of_table(table: &Table) -> Json {
    let supported = || table.all_keys().filter(|key| key.supported);
    let properties: Map<String, Json> = supported().map(|key| (key.name.to_owned(), property(table, key))).collect();
    let mut schema = json!({
        "description": table.what,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if table.choice.is_some() {
        let one = |key: &Key| json!({"required": [key.name]});
        schema["oneOf"] = table.keys.iter().filter(|key| key.supported).map(one).collect();
    }
    let needed: Vec<&str> = table.needed().collect();
    if !needed.is_empty() {
        schema["required"] = json!(needed);
    } else if table.choice.is_none() {
        // Nothing behind a name is an object without keys.
        schema["type"] = json!(["object", "null"]);
    }
    schema
}

fn property(table: &Table, key: &Key) -> Json {
    let values = table.values_of(key);
    let mut ways: Vec<Json> = values.iter().map(of_value).collect();
    let mut schema = match ways.len() {
        1 => ways.remove(0),
        _ => json!({ "anyOf": ways }),
    };
    schema["description"] = json!(format!("{}{}", table.about(key), explained(&values)));
    schema["examples"] = json!([key.example]);
    schema
}

/// What the words mean; editors show the description beside the list of words.
fn explained(values: &[Value]) -> String {
    let words = values.iter().flat_map(words).map(|word| format!("\n{}: {}", word.name, word.about));
    words.collect()
}

fn words(value: &Value) -> Vec<Meaning> {
    match value {
        Value::Words(words) => words().into_iter().filter(|word| word.supported).collect(),
        _ => Vec::new(),
    }
}

/// YAML has two words that are no texts.
fn as_read(word: &str) -> Json {
    match word {
        "true" => json!(true),
        "false" => json!(false),
        word => json!(word),
    }
}

fn of_value(value: &Value) -> Json {
    const DIGITS: &str = r"^\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?";
    let quantity = |unit: &str| json!({"type": "string", "pattern": format!("{DIGITS}{unit}$")});
    match value {
        Value::Duration => quantity("(ns|us|µs|ms|s|min|h|d)"),
        Value::Rate => quantity(" *k? */ *(ms|s|min|h|d)"),
        Value::Share => quantity("%"),
        Value::Bytes => quantity("(B|KiB|MiB|GiB)"),
        Value::Number => json!({"anyOf": [{"type": "number", "minimum": 0}, quantity("")]}),
        Value::Text => json!({"type": ["string", "number", "boolean"]}),
        Value::Words(_) => json!({"enum": words(value).iter().map(|word| as_read(word.name)).collect::<Vec<_>>()}),
        Value::Table(name) => reference(name),
        Value::Named(name) => {
            let names = json!({"pattern": "^[a-z][a-z0-9_-]*$", "maxLength": 64});
            json!({"type": "object", "propertyNames": names, "additionalProperties": reference(name)})
        }
        Value::List(values) => json!({"type": "array", "items": any_of(values)}),
        Value::Columns => json!({"type": "object", "additionalProperties": of_value(&Value::Number)}),
        Value::Variants => json!({"type": "object", "additionalProperties": {"type": "object"}}),
        Value::Points(values) => {
            let instants = of_value(&Value::Duration)["pattern"].clone();
            json!({
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": instants},
                "additionalProperties": any_of(values),
            })
        }
    }
}

fn any_of(values: &[Value]) -> Json {
    match values {
        [one] => of_value(one),
        several => json!({"anyOf": several.iter().map(of_value).collect::<Vec<_>>()}),
    }
}
