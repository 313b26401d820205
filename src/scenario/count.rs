//! How many consumers there are, now or over time.

use super::consumers::MOST_CONSUMERS;
use super::keys;
use super::problem::{Place, Problem};
use super::quantity::{self, ANY, SOME};
use super::reader::{Object, Reader};
use super::yaml::{Node, Value};
use crate::time::Span;
use crate::workload::CountProfile;

const MOST_POINTS: usize = 10_000;
const EXAMPLE: &str = "write `{0min: 3, 10min: 12}`";

/// A number, or a profile of numbers; the number is then the highest.
pub fn read(object: &Object<'_>, reader: &mut Reader) -> Option<(u32, Option<CountProfile>)> {
    let Some(node) = object.get("count") else { return Some((1, None)) };
    if !matches!(node.value, Value::Pairs(_)) {
        let count = reader.quantity(node, "3", |text| quantity::count(text, 1, MOST_CONSUMERS))?;
        return Some((u32::try_from(count).ok()?, None));
    }
    let profile = profile(node, object.key_place("count"), reader)?;
    Some((profile.most(), Some(profile)))
}

fn profile(node: &Node, place: Place, reader: &mut Reader) -> Option<CountProfile> {
    let object = reader.object(node, place, keys::COUNT)?;
    let repeat = object.quantity("repeat", reader, |text| quantity::span(text, &SOME));
    let points = points(object.need("steps", reader)?, object.key_place("steps"), reader)?;
    let (last, _) = points.last()?;
    if let Some(repeat) = repeat.filter(|repeat| repeat <= last) {
        let message = format!("it would begin anew after {repeat}, before its last point at {last}");
        reader.report(Problem::at(object.key_place("repeat"), message).hint(format!("write more than `{last}`")));
        return None;
    }
    if points.iter().all(|(_, count)| *count == 0) {
        let problem = Problem::at(object.key_place("steps"), "nobody would ever work");
        reader.report(problem.hint("give one point a higher number"));
        return None;
    }
    Some(CountProfile::new(points, repeat))
}

fn points(node: &Node, place: Place, reader: &mut Reader) -> Option<Vec<(Span, u32)>> {
    let pairs = match &node.value {
        Value::Pairs(pairs) if (1..=MOST_POINTS).contains(&pairs.len()) => pairs,
        Value::Pairs(pairs) => {
            let message = format!("has {} points; there may be 1 to {MOST_POINTS}", pairs.len());
            reader.report(Problem::at(place, message).hint(EXAMPLE));
            return None;
        }
        _ => {
            reader.report(Problem::at(place, "is no list of instants and numbers").hint(EXAMPLE));
            return None;
        }
    };
    let mut points: Vec<(Span, u32)> = Vec::with_capacity(pairs.len());
    for (key, node) in pairs {
        let at_node = Node { place: key.place, value: Value::Text(key.name.clone()) };
        let at = reader.quantity(&at_node, "10min", |text| quantity::span(text, &ANY));
        let count = reader.quantity(node, "12", |text| quantity::count(text, 0, MOST_CONSUMERS));
        let (at, count) = (at?, u32::try_from(count?).ok()?);
        if points.last().is_some_and(|(last, _)| *last >= at) {
            let problem = Problem::at(key.place, "does not come after the point above it");
            reader.report(problem.hint("put the points in order"));
            return None;
        }
        points.push((at, count));
    }
    Some(points)
}
