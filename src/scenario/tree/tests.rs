//! The tree is what is read: every example, word and default is tried at its place.

#![expect(clippy::disallowed_methods, reason = "the examples need data files beside them")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;
use crate::scenario::{Problem, Problems, Scenario, Source, read};

const BASE: &str = "
run: {duration: 12h}
queues: {orders: {dead_letter: failed, order: {priority: {levels: 3}}}, failed: {},
         shipping: {ordered_by: key}}
producers: {shop: {publishes_to: orders, arrivals: {poisson: {rate: 200/s}}, messages: {work: 3, size: 2KiB}},
            till: {publishes_to: shipping, arrivals: {poisson: {rate: 1/s}}, messages: {key: {among: 9}}}}
consumers: {workers: {takes_from: orders, count: 3, service: 12ms}}
";

/// Where all queues or all producers are replaced: nothing that one of the others would need.
const ALONE: &str = "
run: {duration: 12h}
queues: {orders: {}, failed: {}}
producers: {shop: {publishes_to: orders, arrivals: {poisson: {rate: 200/s}}}}
consumers: {workers: {takes_from: orders, count: 3, service: 12ms}}
";

/// The things that have names, as they are written in `BASE`.
const NAMED: [(&str, &str, &str); 3] = [
    ("queue", "queues.orders=@", "{dead_letter: failed}"),
    ("producer", "producers.web=@", "{publishes_to: orders, arrivals: {poisson: {rate: 200/s}}}"),
    ("consumers", "consumers.workers=@", "{takes_from: orders, count: 3, service: 12ms, prefetch: 20}"),
];

/// Stamps that are seconds and days.
const REQUESTS: &str = "time,requests,start,out_tokens,bytes\n20140410,4,2014-04-10T00:00,9,100\n\
                        20140411,2,2014-04-10T00:05,5,40\n20140411,0,2014-04-10T00:10,1,0\n\
                        20140413,7,2014-04-10T00:20,3,20\n";

/// A table where it stands: `@` is its object, and `example` is one.
struct Spot {
    table: &'static Table,
    templates: Vec<String>,
    example: String,
}

/// Where the data files of the examples lie.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("kendall-tree-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("requests.csv"), REQUESTS).unwrap();
        std::fs::write(folder.join("times.csv"), "seconds\n1\n2\n").unwrap();
        Folder(folder)
    }

    fn read(&self, set: &str) -> Result<Scenario, Problems> {
        let overrides = if set.is_empty() { Vec::new() } else { vec![set.to_owned()] };
        let base = if ["queues={", "producers={"].iter().any(|all| set.starts_with(all)) { ALONE } else { BASE };
        read(None, base, &self.0, &overrides)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Spot {
    /// Ways to write a key there: alone, and beside what an example of the table holds.
    fn ways(&self, key: &str, value: &str) -> Vec<String> {
        if self.table.name == "scenario" {
            return vec![format!("{key}={value}")];
        }
        let mut objects = vec![format!("{{{key}: {value}}}")];
        if self.table.choice.is_none() && self.example.starts_with('{') {
            objects.push(format!("{{{key}: {value}, {}}}", without(key, &self.example)));
        }
        // What is an alternative to the example stands beside some of its own kind.
        let others: Vec<&Key> = self.table.keys.iter().filter(|other| other.supported && other.name != key).collect();
        if self.table.choice.is_none() && others.len() <= 3 {
            let pair = |other: &Key| format!("{}: {}", other.name, other.example);
            for (at, one) in others.iter().enumerate() {
                let two =
                    others[at + 1..].iter().map(|other| format!("{{{key}: {value}, {}, {}}}", pair(one), pair(other)));
                objects.extend(two);
            }
        }
        // And a choice beside what is needed beside it.
        let beside = self.table.choice.unwrap_or_default().iter().filter(|other| other.name != key);
        let needed = beside.filter(|other| self.example.contains(&format!("{}: ", other.name)));
        objects.extend(needed.map(|other| format!("{{{key}: {value}, {}: {}}}", other.name, other.example)));
        // What stands beside a choice needs one to be chosen.
        if let Some(first) = self.table.choice.and_then(|_| self.table.keys.iter().find(|kind| kind.supported)) {
            objects.push(format!("{{{}: {}, {key}: {value}}}", first.name, first.example));
        }
        let put = |object: &String| self.templates.iter().map(|t| t.replace('@', object)).collect::<Vec<_>>();
        objects.iter().flat_map(put).collect()
    }

    /// The tables that stand below one of its keys.
    fn below(&self, key: &Key) -> Vec<Spot> {
        let mut found = Vec::new();
        for value in self.table.values_of(key) {
            let (name, inner, example) = match value {
                Value::Table(name) => (name, "@", key.example.to_owned()),
                Value::List([Value::Table(name)]) => (*name, "[@]", first_of(key.example)),
                Named(name) => {
                    let (_, template, example) = NAMED.iter().find(|named| named.0 == name).expect("a named thing");
                    found.push(Spot::new(name, vec![(*template).to_owned()], (*example).to_owned()));
                    continue;
                }
                _ => continue,
            };
            found.push(Spot::new(name, self.ways(key.name, inner), example));
        }
        found
    }

    fn new(name: &str, templates: Vec<String>, example: String) -> Spot {
        let table = table(name).expect("a table of the tree");
        // Where the example is a single value, the table's own examples stand for it; of a redelivery some need others.
        let example = if (example.starts_with('{') && name != "redelivery") || name == "scenario" {
            example
        } else {
            whole(table)
        };
        Spot { table, templates, example }
    }
}

fn whole(table: &Table) -> String {
    let keys = table.keys.iter().filter(|key| key.supported);
    format!("{{{}}}", keys.map(|key| format!("{}: {}", key.name, key.example)).collect::<Vec<_>>().join(", "))
}

/// The pairs of an object but for one key.
fn without(key: &str, object: &str) -> String {
    let inside = &object[1..object.len() - 1];
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in inside.chars() {
        depth += i32::from(matches!(c, '{' | '[')) - i32::from(matches!(c, '}' | ']'));
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("one part at least").push(c),
        }
    }
    let others = parts.iter().map(|part| part.trim()).filter(|part| !part.starts_with(&format!("{key}:")));
    others.collect::<Vec<_>>().join(", ")
}

fn first_of(list: &str) -> String {
    list[1..].split_once('}').map_or(list.to_owned(), |(first, _)| format!("{first}}}"))
}

/// Every table at one of its places.
fn spots() -> Vec<Spot> {
    let mut spots = vec![Spot::new("scenario", vec!["@".to_owned()], BASE.to_owned())];
    let mut seen = BTreeSet::from(["scenario"]);
    let mut next = 0;
    while next < spots.len() {
        let below: Vec<Spot> = {
            let spot = &spots[next];
            spot.table.all_keys().filter(|key| key.supported).flat_map(|key| spot.below(key)).collect()
        };
        spots.extend(below.into_iter().filter(|spot| seen.insert(spot.table.name)));
        next += 1;
    }
    spots
}

/// Passes if the value is taken in one way to write it.
fn accepted(folder: &Folder, spot: &Spot, key: &str, value: &str, wrong: &mut Vec<String>) {
    let mut said = Vec::new();
    for way in spot.ways(key, value) {
        match folder.read(&way) {
            Ok(_) => return,
            Err(problems) => said.push(format!("{way}\n{problems}")),
        }
    }
    wrong.push(format!("{}: `{key}: {value}` is refused:\n{}", spot.table.place, said.join("\n")));
}

#[test]
fn every_example_is_accepted_at_its_place() {
    let (folder, mut wrong) = (Folder::new("examples"), Vec::new());
    for spot in spots() {
        for key in spot.table.all_keys().filter(|key| key.supported) {
            accepted(&folder, &spot, key.name, key.example, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_word_is_accepted_at_its_place() {
    let (folder, mut wrong) = (Folder::new("words"), Vec::new());
    for spot in spots() {
        for key in spot.table.all_keys().filter(|key| key.supported) {
            for value in spot.table.values_of(key) {
                let Words(words) = value else { continue };
                for word in words().iter().filter(|word| word.supported) {
                    accepted(&folder, &spot, key.name, word.name, &mut wrong);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_default_is_what_holds_where_the_key_is_left_out() {
    let folder = Folder::new("defaults");
    let model = |set: &str| {
        let scenario = folder.read(set).ok()?;
        Some(format!("{:?}", Scenario { source: Source::default(), ..scenario }))
    };
    let mut tried = 0;
    for spot in spots() {
        let is_single = |default: &str| !default.is_empty() && !default.contains([' ', '`']);
        // What the root has by default is the name of a file, and lists.
        if spot.table.name == "scenario" {
            continue;
        }
        for row in spot.table.rows.iter().filter(|row| is_single(row.default)) {
            let pair = format!("{}: {}", row.key, row.default);
            let same = spot.ways(row.key, row.default).iter().any(|way| {
                let left_out = way.replacen(&format!("{pair}, "), "", 1).replacen(&pair, "", 1);
                model(way).is_some_and(|with| Some(with) == model(&left_out))
            });
            assert!(same, "{}: leaving out `{}` is not `{}`", spot.table.place, row.key, row.default);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn a_key_that_must_be_there_is_asked_for() {
    let (folder, mut tried) = (Folder::new("needed"), 0);
    for spot in spots().iter().filter(|spot| spot.table.name != "scenario") {
        for key in spot.table.needed() {
            let left_out = format!("{{{}}}", without(key, &whole(spot.table)));
            let is_asked_for = |template: &String| {
                let read = folder.read(&template.replace('@', &left_out));
                let message = format!("`{key}` is missing");
                read.is_err_and(|problems| problems.iter().any(|problem| problem.message.ends_with(&message)))
            };
            assert!(spot.templates.iter().any(is_asked_for), "{}: nobody asks for `{key}`", spot.table.place);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn the_table_in_the_tree_is_the_one_that_is_read() {
    let (folder, mut wrong) = (Folder::new("tables"), Vec::new());
    for spot in spots() {
        let names: Vec<String> =
            spot.table.keys.iter().filter(|key| key.supported).map(|key| format!("`{}`", key.name)).collect();
        let is_said = |hint: &str| {
            names.iter().all(|name| hint.contains(name.as_str())) && hint.matches('`').count() == 2 * names.len()
        };
        let unknown = |p: &Problem| p.message.ends_with("unknown key") && p.hint.as_deref().is_some_and(is_said);
        let ways = spot.ways("no-such-key-anywhere", "1");
        if !ways.iter().any(|way| folder.read(way).is_err_and(|problems| problems.iter().any(unknown))) {
            wrong.push(format!("{}: {names:?} are not what is read", spot.table.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_table_of_keys_is_in_the_tree() {
    let keys = include_str!("../keys.rs");
    let tree = include_str!("../tree.rs");
    let tables = keys.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &["));
    let missing: Vec<&str> = tables.map(|(name, _)| name).filter(|name| !is_used(tree, name)).collect();
    assert!(missing.is_empty(), "put these where they stand, in src/scenario/tree.rs: {missing:?}");
}

fn is_used(tree: &str, name: &str) -> bool {
    let word = format!("keys::{name}");
    tree.split(&word).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

#[test]
fn the_tree_holds_together() {
    let reached: BTreeSet<&str> = spots().iter().map(|spot| spot.table.name).chain(["short form"]).collect();
    let unreached: Vec<&str> = TREE.iter().map(|table| table.name).filter(|name| !reached.contains(name)).collect();
    assert!(unreached.is_empty(), "nothing leads to {unreached:?}");
    for table in TREE {
        for row in table.rows {
            let key = table.all_keys().find(|key| key.name == row.key);
            assert!(key.is_some_and(|key| key.supported), "{}: `{}` is no key that is read", table.name, row.key);
        }
    }
}

#[test]
fn every_key_of_the_short_form_is_read() {
    let takes = |text: &str| read(None, text, Path::new(""), &[]).is_ok();
    assert!(takes("{system: M/M/3, rate: 200/s, service: 12ms}"));
    for key in table("short form").unwrap().keys {
        let pair = |name: &str| {
            let key = table("short form").unwrap().keys.iter().find(|key| key.name == name).unwrap();
            format!("{}: {}", key.name, key.example)
        };
        let text = match key.name {
            "load" => format!("{{{}, {}, {}}}", pair("system"), pair("load"), pair("service")),
            "cv" => format!("{{system: M/G/3, {}, {}, {}}}", pair("rate"), pair("service"), pair("cv")),
            "family" => {
                format!("{{system: M/G/3, {}, {}, {}, {}}}", pair("rate"), pair("service"), pair("cv"), pair("family"))
            }
            _ => format!("{{{}, {}, {}}}", pair("system"), pair("rate"), pair("service")),
        };
        assert!(text.contains(&pair(key.name)) && takes(&text), "{text}");
    }
}
