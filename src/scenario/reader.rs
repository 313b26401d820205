//! Field access that collects problems instead of stopping at the first.

use super::files::Files;
use super::keys::{Key as KnownKey, Word};
use super::problem::{Place, Problem};
use super::quantity::Wrong;
use super::yaml::{Key, Node, Value};
use crate::broker::QueueId;
use crate::measure::nearest;

/// Beyond this many, problems are only counted.
const MOST_PROBLEMS: usize = 100;

/// What is gathered while a scenario is read.
pub struct Reader {
    pub problems: Vec<Problem>,
    pub files: Files,
    /// By their `QueueId`.
    pub queue_names: Vec<String>,
}

/// The keys of one thing, all of them known.
pub struct Object<'n> {
    /// Its name, or its beginning where it has none.
    place: Place,
    known: &'static [KnownKey],
    pairs: Vec<(&'n Key, &'n Node)>,
    /// Keys that were probably meant by others, so that they are not asked for as well.
    meant: Vec<&'static str>,
    /// Whether something is not supported yet; it may stand for what is missing.
    is_partial: bool,
}

/// One of several kinds that was chosen by its key.
pub struct Chosen<'n> {
    pub kind: &'static str,
    pub key: &'n Key,
    pub node: &'n Node,
    /// What stands next to it.
    pub beside: Object<'n>,
}

impl Reader {
    pub fn new(files: Files) -> Reader {
        Reader { problems: Vec::new(), files, queue_names: Vec::new() }
    }

    pub fn report(&mut self, problem: Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// Reads keys; nothing at all is an object without keys.
    pub fn object<'n>(&mut self, node: &'n Node, place: Place, known: &'static [KnownKey]) -> Option<Object<'n>> {
        let pairs = self.pairs(node, || as_object(known))?;
        let mut object = Object { place, known, pairs: Vec::new(), meant: Vec::new(), is_partial: false };
        for (key, node) in pairs {
            // Looking for what was meant costs more than reading.
            if self.problems.len() >= MOST_PROBLEMS {
                break;
            }
            match known.iter().find(|k| k.name == key.name) {
                Some(found) if found.supported => object.pairs.push((key, node)),
                Some(found) => {
                    object.is_partial = true;
                    let hint = if found.example.is_empty() { "leave it out" } else { found.example };
                    self.report(Problem::at(key.place, "not supported yet").hint(hint));
                }
                None => {
                    object.meant.extend(nearest(&key.name, known.iter().map(|k| k.name)));
                    self.report(unknown_key(key, known));
                }
            }
        }
        Some(object)
    }

    /// Things by name.
    pub fn named<'n>(&mut self, node: &'n Node) -> Option<Vec<(&'n Key, &'n Node)>> {
        self.pairs(node, || "write names with their keys behind them, such as `orders: {}`".to_owned())
    }

    fn pairs<'n>(&mut self, node: &'n Node, wanted: impl Fn() -> String) -> Option<Vec<(&'n Key, &'n Node)>> {
        match &node.value {
            Value::Pairs(pairs) => Some(pairs.iter().map(|(key, node)| (key, node)).collect()),
            Value::Nothing => Some(Vec::new()),
            Value::Text(text) => {
                self.report(
                    Problem::at(node.place, format!("`{}` stands where keys belong", cut(text))).hint(wanted()),
                );
                None
            }
            Value::List(_) => {
                self.report(Problem::at(node.place, "a list stands where keys belong").hint(wanted()));
                None
            }
        }
    }

    /// Reads a list of at least one and at most `most` things.
    pub fn list<'n>(&mut self, node: &'n Node, of: &str, example: &str, most: usize) -> Option<&'n [Node]> {
        let message = match &node.value {
            Value::List(items) if (1..=most).contains(&items.len()) => return Some(items),
            Value::List(items) => format!("has {} {of}; there may be 1 to {most}", items.len()),
            _ => format!("is no list of {of}"),
        };
        self.report(Problem::at(node.place, message).hint(format!("write `{example}`")));
        None
    }

    /// Reads a thing whose kind is its key: `{poisson: …}`. `beside` may stand next to it.
    pub fn one_of<'n>(
        &mut self,
        node: &'n Node,
        kinds: &'static [KnownKey],
        beside: &'static [KnownKey],
    ) -> Option<Chosen<'n>> {
        let pairs = self.pairs(node, || known_names(kinds))?;
        let mut chosen: Vec<(&'static str, &Key, &Node)> = Vec::new();
        let mut others =
            Object { place: node.place, known: beside, pairs: Vec::new(), meant: Vec::new(), is_partial: false };
        for (key, node) in pairs {
            if let Some(kind) = kinds.iter().find(|k| k.name == key.name) {
                if kind.supported {
                    chosen.push((kind.name, key, node));
                } else {
                    self.report(Problem::at(key.place, "not supported yet").hint(known_names(kinds)));
                    return None;
                }
            } else if let Some(found) = beside.iter().find(|k| k.name == key.name) {
                match found.supported {
                    true => others.pairs.push((key, node)),
                    false => self.report(Problem::at(key.place, "not supported yet").hint("leave it out")),
                }
            } else {
                self.report(unknown_key_of(key, &[kinds, beside]));
                return None;
            }
        }
        if let [(kind, key, node)] = chosen[..] {
            return Some(Chosen { kind, key, node, beside: others });
        }
        let problem = match chosen.get(1) {
            Some((_, key, _)) => Problem::at(key.place, format!("stands beside `{}`; only one may", chosen[0].0))
                .hint("keep one of the two"),
            None => Problem::at(node.place, "has nothing behind it").hint(known_names(kinds)),
        };
        self.report(problem);
        None
    }

    /// Reads a single value; `example` is what to write.
    pub fn text<'n>(&mut self, node: &'n Node, example: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) => Some(text),
            Value::Nothing => {
                self.report(Problem::at(node.place, "has nothing behind it").hint(format!("write `{example}`")));
                None
            }
            Value::List(_) | Value::Pairs(_) => {
                let message = format!("{} stand{} where a single value belongs", node.kind(), s(node));
                self.report(Problem::at(node.place, message).hint(format!("write `{example}`")));
                None
            }
        }
    }

    /// Reads a single value by one of the functions of `quantity`.
    pub fn quantity<T>(&mut self, node: &Node, example: &str, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        let text = self.text(node, example)?;
        match read(text) {
            Ok(value) => Some(value),
            Err(wrong) => {
                let message = wrong.message.replace(text, &cut(text));
                self.report(Problem::at(node.place, message).hint(wrong.hint));
                None
            }
        }
    }

    /// Reads one of several words.
    pub fn word<T: Copy>(&mut self, node: &Node, words: &'static [Word<T>]) -> Option<T> {
        let known = || words.iter().filter(|w| w.means.is_some()).map(|w| w.name);
        // Some words that are not supported yet have keys of their own: `{priority: …}`.
        let text = match &node.value {
            Value::Pairs(pairs)
                if pairs.len() == 1 && words.iter().any(|w| w.means.is_none() && w.name == pairs[0].0.name) =>
            {
                pairs[0].0.name.as_str()
            }
            _ => self.text(node, &known().collect::<Vec<_>>().join("` or `"))?,
        };
        let found = words.iter().find(|w| w.name == text);
        if let Some(means) = found.and_then(|w| w.means) {
            return Some(means);
        }
        let problem = match found {
            Some(_) => Problem::at(node.place, format!("`{text}` is not supported yet")).hint(choices(known())),
            None => Problem::at(node.place, format!("there is no `{}` here", cut(text))).hint(
                nearest(text, known()).map_or_else(|| choices(known()), |near| format!("did you mean `{near}`?")),
            ),
        };
        self.report(problem);
        None
    }

    /// Reads the name of a queue.
    pub fn queue(&mut self, node: &Node) -> Option<QueueId> {
        // That there are no queues at all is told once, where they are missing.
        let example = self.queue_names.first()?.clone();
        if matches!(node.value, Value::List(_) | Value::Pairs(_)) {
            let message = format!("{} instead of one queue's name: not supported yet", node.kind());
            self.report(Problem::at(node.place, message).hint(format!("write `{example}`")));
            return None;
        }
        let text = self.text(node, &example)?;
        if let Some(at) = self.queue_names.iter().position(|name| name == text) {
            return Some(QueueId(at as u16));
        }
        let names = || self.queue_names.iter().map(String::as_str);
        let hint = match nearest(text, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => choices(names().take(10)),
        };
        self.report(Problem::at(node.place, format!("there is no queue `{}`", cut(text))).hint(hint));
        None
    }
}

impl<'n> Object<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        debug_assert!(self.known.iter().any(|k| k.name == name && k.supported), "{name} is not in the table of keys");
        self.pairs.iter().find(|(key, _)| key.name == name).map(|(_, node)| *node)
    }

    /// Where the key itself stands.
    pub fn key_place(&self, name: &str) -> Place {
        self.pairs.iter().find(|(key, _)| key.name == name).map_or(self.place, |(key, _)| key.place)
    }

    /// A key that must be there.
    pub fn need(&self, name: &str, reader: &mut Reader) -> Option<&'n Node> {
        let found = self.get(name);
        if found.is_none() && !self.is_partial && !self.meant.contains(&name) {
            let example = self.known.iter().find(|k| k.name == name).map_or("…", |k| k.example);
            let problem = Problem::at(self.place, format!("`{name}` is missing"));
            reader.report(problem.hint(format!("write `{name}: {example}`")));
        }
        found
    }

    /// How a key's value is written, for example.
    pub fn example(&self, name: &str) -> &'static str {
        self.known.iter().find(|k| k.name == name).map_or("…", |k| k.example)
    }

    pub fn place(&self) -> Place {
        self.place
    }

    /// Reads the quantity behind a key, if the key is there.
    pub fn quantity<T>(&self, name: &str, reader: &mut Reader, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        reader.quantity(self.get(name)?, self.example(name), read)
    }

    /// Reads the quantity behind a key that must be there.
    pub fn need_quantity<T>(
        &self,
        name: &str,
        reader: &mut Reader,
        read: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let node = self.need(name, reader)?;
        reader.quantity(node, self.example(name), read)
    }

    /// Reads the word behind a key, if the key is there.
    pub fn word<T: Copy>(&self, name: &str, reader: &mut Reader, words: &'static [Word<T>]) -> Option<T> {
        reader.word(self.get(name)?, words)
    }
}

fn unknown_key(key: &Key, known: &'static [KnownKey]) -> Problem {
    unknown_key_of(key, &[known])
}

/// Of several tables, the first has what is named where nothing is near.
fn unknown_key_of(key: &Key, tables: &[&'static [KnownKey]]) -> Problem {
    let problem = Problem::at(key.place, "unknown key");
    let known = || tables.iter().flat_map(|table| table.iter());
    let near = nearest(&key.name, known().map(|k| k.name));
    match near.and_then(|near| known().find(|k| k.name == near)) {
        Some(near) if near.supported => problem.hint(format!("did you mean `{}`?", near.name)),
        Some(near) => problem.hint(format!("`{}` is not supported yet; leave it out", near.name)),
        None => problem.hint(known_names(tables[0])),
    }
}

/// How an object is written.
fn as_object(known: &'static [KnownKey]) -> String {
    let supported = || known.iter().filter(|k| k.supported);
    if supported().count() > 3 {
        return known_names(known);
    }
    let pairs: Vec<String> = supported().map(|k| format!("{}: {}", k.name, k.example)).collect();
    format!("write `{{{}}}`", pairs.join(", "))
}

fn known_names(known: &'static [KnownKey]) -> String {
    choices(known.iter().filter(|k| k.supported).map(|k| k.name))
}

fn choices<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let which = if names.len() > 2 { "one of " } else { "" };
    format!("write {which}{}", names.join(if names.len() > 2 { ", " } else { " or " }))
}

fn s(node: &Node) -> &'static str {
    if matches!(node.value, Value::Pairs(_)) { "" } else { "s" }
}

/// Keeps a message short whatever the file holds.
pub fn cut(text: &str) -> String {
    const MOST: usize = 60;
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST + 1).collect();
    if plain.chars().count() <= MOST { plain } else { plain.chars().take(MOST).chain(['…']).collect() }
}
