//! Where consumers pass messages on to, from `then`.

use super::keys;
use super::problem::{Place, Problem};
use super::quantity;
use super::reader::Reader;
use super::yaml::{Node, Value};
use crate::client::Way;

/// Reads one way out, or a list of ways with their shares.
pub fn read(node: &Node, key: Place, reader: &mut Reader) -> Vec<Way> {
    let Value::List(items) = &node.value else {
        let object = reader.object(node, key, keys::THEN_ONE);
        let to = object.and_then(|object| object.need("publishes_to", reader));
        return to.and_then(|node| reader.queue(node)).map(|to| Way { to, share: 1.0 }).into_iter().collect();
    };
    if items.is_empty() {
        let problem = Problem::at(key, "has nothing behind it");
        reader.report(problem.hint("write `{publishes_to: shipping}`"));
    }
    let mut ways: Vec<Way> = Vec::new();
    for item in items {
        let Some(way) = way(item, reader) else { continue };
        if ways.iter().any(|before| before.to == way.to) {
            let problem = Problem::at(item.place, "names a queue that is named above already");
            reader.report(problem.hint("add the two shares up"));
        }
        ways.push(way);
    }
    check_sum(&ways, key, reader);
    ways
}

fn way(node: &Node, reader: &mut Reader) -> Option<Way> {
    let object = reader.object(node, node.place, keys::THEN_SHARE)?;
    let to = object.need("publishes_to", reader).and_then(|node| reader.queue(node));
    let share = object.need_quantity("share", reader, quantity::share);
    Some(Way { to: to?, share: share? })
}

fn check_sum(ways: &[Way], key: Place, reader: &mut Reader) {
    let percent = ways.iter().map(|way| way.share).sum::<f64>() * 100.0;
    // Shares are written in decimals, which miss their sum by the last digits.
    if percent > 100.0 + 1e-7 {
        let problem = Problem::at(key, format!("the shares add up to {percent:.6} %").replace(".000000", ""));
        reader.report(problem.hint("write shares of 100 % in all; what they leave out is processed and goes nowhere"));
    }
}
