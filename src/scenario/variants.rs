//! `variants`: the same scenario with some things changed, each read as a scenario of its own.

use super::overrides;
use super::problem::Problem;
use super::reader::{Reader, cut};
use super::yaml::{Key, Node, Value};

const HINT: &str = "write paths with what is to stand there, such as `{consumers.workers.prefetch: 1}`";

/// One variant, as it is written: its name, and what it changes.
pub struct Variant<'n> {
    pub name: &'n str,
    changes: Vec<(&'n Key, &'n Node)>,
}

/// The variants as they are written; what they change is checked when they are applied.
pub fn read<'n>(named: &[(&'n Key, &'n Node)], reader: &mut Reader) -> Vec<Variant<'n>> {
    named.iter().filter_map(|(key, node)| one(key, node, reader)).collect()
}

fn one<'n>(key: &'n Key, node: &'n Node, reader: &mut Reader) -> Option<Variant<'n>> {
    let Value::Pairs(pairs) = &node.value else {
        let problem = Problem::at(key.place, format!("`{}` changes nothing", cut(&key.name)));
        reader.report(problem.hint(HINT));
        return None;
    };
    let changes = pairs.iter().map(|(key, node)| (key, node)).collect();
    Some(Variant { name: &key.name, changes })
}

impl Variant<'_> {
    /// The scenario's tree with the changes in it, one after the other.
    pub fn of(&self, root: &Node, reader: &mut Reader) -> Node {
        let mut tree = root.clone();
        if let Value::Pairs(pairs) = &mut tree.value {
            pairs.retain(|(key, _)| key.name != "variants");
        }
        for (key, node) in &self.changes {
            if let Err(problem) = self.change(&mut tree, key, node) {
                reader.report(problem);
            }
        }
        tree
    }

    /// What it changes, as `path=value` of the command line.
    pub fn overrides(&self) -> Vec<String> {
        self.changes.iter().map(|(key, node)| format!("{}={}", key.name, written(node))).collect()
    }

    fn change(&self, tree: &mut Node, key: &Key, node: &Node) -> Result<(), Problem> {
        let parts: Vec<&str> = key.name.split('.').collect();
        if parts[0] == "variants" {
            return Err(Problem::at(key.place, "a variant has no variants").hint(HINT));
        }
        if parts.iter().any(|part| part.trim().is_empty()) {
            return Err(Problem::at(key.place, "a part of the path is empty").hint(HINT));
        }
        let keys = parts.into_iter().map(|part| Key { place: key.place, name: part.trim().to_owned() });
        overrides::set(tree, keys.collect(), node.clone())
    }
}

/// A value on one line.
fn written(node: &Node) -> String {
    match &node.value {
        Value::Nothing => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Pairs(pairs) => {
            let pairs: Vec<String> =
                pairs.iter().map(|(key, node)| format!("{}: {}", quoted(&key.name), written(node))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// Quoted where it could be taken for something else.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%' | '/');
    let is_word = !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('-') && text != "null";
    if is_word { text.to_owned() } else { format!("{text:?}") }
}
