//! How long messages that failed are kept back, from `delay` and `jitter`.

use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY, SOME, Wrong};
use super::reader::{Chosen, Object, Reader, cut};
use super::yaml::{Node, Value};
use crate::broker::{Delay, DelayLaw, Jitter};
use crate::measure::nearest;
use crate::time::Span;

const MOST_FACTOR: f64 = 1000.0;
const MOST_LISTED: usize = 1000;

/// Reads `delay` and `jitter` of a redelivery; without them there is no delay.
pub fn read(object: &Object<'_>, reader: &mut Reader) -> Delay {
    let law = object.get("delay").and_then(|node| law(node, object, reader));
    let jitter = object.get("jitter").and_then(|node| jitter(node, reader)).unwrap_or(Jitter::None);
    let none = Delay::NONE;
    if object.get("delay").is_none() && jitter != Jitter::None {
        let problem = Problem::at(object.key_place("jitter"), "there is no `delay` to vary");
        reader.report(problem.hint("write `delay: 5s` beside it, or leave it out"));
    }
    Delay { law: law.unwrap_or(none.law), jitter }
}

fn law(node: &Node, object: &Object<'_>, reader: &mut Reader) -> Option<DelayLaw> {
    let Value::Pairs(pairs) = &node.value else {
        if matches!(&node.value, Value::Text(text) if text == "none") {
            return None;
        }
        return reader
            .quantity(node, object.example("delay"), |text| quantity::span(text, &ANY))
            .map(DelayLaw::Constant);
    };
    let is_drawn = |name: &str| nearest(name, keys::DISTRIBUTION.iter().map(|key| key.name)).is_some();
    let is_law = |name: &str| keys::DELAY.iter().any(|key| key.name == name);
    if pairs.first().is_some_and(|(key, _)| !is_law(&key.name) && is_drawn(&key.name)) {
        return super::distribution::read(node, object.example("delay"), reader).map(DelayLaw::Drawn);
    }
    let chosen = reader.one_of(node, keys::DELAY, &[])?;
    match chosen.kind {
        "linear" => linear(&chosen, reader),
        "backoff" => backoff(&chosen, reader),
        _ => list(&chosen, reader),
    }
}

fn linear(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<DelayLaw> {
    let object = reader.object(chosen.node, chosen.key.place, keys::LINEAR)?;
    let step = object.need_quantity("step", reader, |text| quantity::span(text, &SOME));
    Some(DelayLaw::Linear { at_most: at_most(&object, reader), step: step? })
}

fn backoff(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<DelayLaw> {
    let object = reader.object(chosen.node, chosen.key.place, keys::BACKOFF)?;
    let first = object.need_quantity("first", reader, |text| quantity::span(text, &SOME));
    let factor = object.need_quantity("factor", reader, |text| quantity::number(text, 1.0, MOST_FACTOR));
    Some(DelayLaw::Backoff { at_most: at_most(&object, reader), first: first?, factor: factor? })
}

fn at_most(object: &Object<'_>, reader: &mut Reader) -> Span {
    let most = object.quantity("at_most", reader, |text| quantity::span(text, &SOME));
    most.unwrap_or(Span::from_seconds(quantity::HUNDRED_YEARS_S))
}

fn list(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<DelayLaw> {
    const EXAMPLE: &str = "write `[1s, 10s, 1min]`";
    let problem = match &chosen.node.value {
        Value::List(items) if (1..=MOST_LISTED).contains(&items.len()) => {
            let spans = items.iter().map(|item| reader.quantity(item, "10s", |text| quantity::span(text, &ANY)));
            let spans: Vec<Option<Span>> = spans.collect();
            return spans.into_iter().collect::<Option<_>>().map(DelayLaw::List);
        }
        Value::List(items) => format!("has {} delays; there may be 1 to {MOST_LISTED}", items.len()),
        Value::Text(text) => format!("`{}` is no list of delays", cut(text)),
        _ => "is no list of delays".to_owned(),
    };
    reader.report(Problem::at(chosen.key.place, problem).hint(EXAMPLE));
    None
}

fn jitter(node: &Node, reader: &mut Reader) -> Option<Jitter> {
    if let Value::Text(text) = &node.value
        && let Some(word) = keys::JITTER.iter().find(|word| word.name == text)
    {
        return word.means;
    }
    let share = reader.quantity(node, "full", |text| {
        quantity::share(text).map_err(|wrong| match text.as_bytes().first() {
            Some(first) if first.is_ascii_digit() => wrong,
            _ => Wrong { hint: "write `none`, `full` or a share such as `20%`".to_owned(), ..wrong },
        })
    })?;
    Some(if share == 0.0 { Jitter::None } else { Jitter::Share(share) })
}
