//! `path=value` from the command line, put into the tree before it is checked.

use super::problem::{Place, Problem};
use super::reader::cut;
use super::yaml::{self, Key, Node, Value};
use crate::measure::nearest;

/// Sections whose keys are names.
const NAMED: [&str; 3] = ["queues", "producers", "consumers"];

/// Replaces what stands at the path; `null` removes it. `source` is the number of the override among the sources.
pub fn apply(root: &mut Node, text: &str, source: u32) -> Result<(), Problem> {
    const HINT: &str = "write `path=value`, such as `run.seed=2`";
    let whole = Place::new(source, 0, text.len());
    let Some((path, _)) = text.split_once('=') else {
        return Err(Problem::at(whole, format!("`{}` has no `=`", cut(text))).hint(HINT));
    };
    let value = yaml::parse(text, source, path.len() + 1)?;
    let mut keys = Vec::new();
    let mut start = 0;
    for part in path.split('.') {
        let place = Place::new(source, start, start + part.len());
        if part.trim().is_empty() {
            return Err(Problem::at(whole, "a part of the path is empty").hint(HINT));
        }
        keys.push(Key { place, name: part.trim().to_owned() });
        start += part.len() + 1;
    }
    set(root, keys, value)
}

/// Replaces what stands behind the keys; nothing removes it.
pub fn set(root: &mut Node, keys: Vec<Key>, value: Node) -> Result<(), Problem> {
    let Some((last, above)) = keys.split_last() else { return Ok(()) };
    let mut at = root;
    for (depth, key) in above.iter().enumerate() {
        let pairs = pairs_of(at, key)?;
        if depth == 1 && NAMED.contains(&above[0].name.as_str()) {
            known(&above[0], key, pairs)?;
        }
        let found = pairs.iter().position(|(known, _)| known.name == key.name);
        let found = found.unwrap_or_else(|| {
            pairs.push((key.clone(), Node { place: key.place, value: Value::Nothing }));
            pairs.len() - 1
        });
        at = &mut pairs[found].1;
    }
    let pairs = pairs_of(at, last)?;
    let found = pairs.iter().position(|(known, _)| known.name == last.name);
    match (found, matches!(value.value, Value::Nothing)) {
        (Some(found), true) => drop(pairs.remove(found)),
        (Some(found), false) => pairs[found].1 = value,
        (None, true) => {}
        (None, false) => pairs.push((last.clone(), value)),
    }
    Ok(())
}

/// A key of something that is not there would add it, which a slip in its name should not.
fn known(section: &Key, key: &Key, pairs: &[(Key, Node)]) -> Result<(), Problem> {
    let names = || pairs.iter().map(|(known, _)| known.name.as_str());
    if names().any(|known| known == key.name) {
        return Ok(());
    }
    let (section, name) = (&section.name, cut(&key.name));
    let hint = nearest(&key.name, names()).map_or_else(
        || format!("write `{section}.{name}={{…}}` to add it whole"),
        |near| format!("did you mean `{section}.{near}`?"),
    );
    Err(Problem::at(key.place, format!("there is no `{name}` in `{section}`")).hint(hint))
}

/// The keys of a node; nothing becomes an object without keys.
fn pairs_of<'n>(node: &'n mut Node, wanted: &Key) -> Result<&'n mut Vec<(Key, Node)>, Problem> {
    if matches!(node.value, Value::Nothing) {
        node.value = Value::Pairs(Vec::new());
    }
    let kind = node.kind();
    match &mut node.value {
        Value::Pairs(pairs) => Ok(pairs),
        _ => Err(Problem::at(wanted.place, format!("there is no `{}` in {kind}", cut(&wanted.name)))
            .hint("give the whole value instead, such as `consumers.workers.service={exponential: {mean: 20ms}}`")),
    }
}
