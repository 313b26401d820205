//! Laws of delay and their jitter, from their keys.

use super::keys;
use super::problem::Problem;
use super::quantity::{self, ANY, HUNDRED_YEARS_S, SOME, Wrong};
use super::reader::{Chosen, Object, Reader};
use super::yaml::{Node, Value};
use crate::measure::nearest;
use crate::time::Span;
use crate::workload::{DelayLaw, Jitter};

const MOST_DELAYS: usize = 1000;
const MOST_FACTOR: f64 = 1000.0;

/// Reads `none`, a distribution, or one of the laws that count tries.
pub fn read(node: &Node, example: &str, reader: &mut Reader) -> Option<DelayLaw> {
    match &node.value {
        Value::Text(text) if text == "none" => Some(DelayLaw::None),
        Value::Pairs(pairs) if pairs.iter().any(|(key, _)| means_a_law(&key.name)) => {
            let chosen = reader.one_of(node, keys::DELAY, &[])?;
            match chosen.kind {
                "linear" => linear(&chosen, reader),
                "backoff" => backoff(&chosen, reader),
                _ => list(&chosen, reader),
            }
        }
        _ => super::distribution::read(node, example, reader).map(DelayLaw::Drawn),
    }
}

/// Whether the key is one of these laws, or one of them written wrong.
fn means_a_law(name: &str) -> bool {
    let both = keys::DELAY.iter().chain(keys::DISTRIBUTION).map(|key| key.name);
    nearest(name, both).is_some_and(|near| keys::DELAY.iter().any(|key| key.name == near))
}

fn linear(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<DelayLaw> {
    let object = reader.object(chosen.node, chosen.key.place, keys::LINEAR)?;
    let step = object.need_quantity("step", reader, |text| quantity::span(text, &SOME));
    let at_most = at_most(&object, reader);
    Some(DelayLaw::Linear { step: step?, at_most: at_most? })
}

fn backoff(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<DelayLaw> {
    let object = reader.object(chosen.node, chosen.key.place, keys::BACKOFF)?;
    let first = object.need_quantity("first", reader, |text| quantity::span(text, &SOME));
    let factor = match object.get("factor") {
        Some(node) => reader.quantity(node, "2", |text| quantity::number(text, 1.0, MOST_FACTOR)),
        None => Some(2.0),
    };
    let at_most = at_most(&object, reader);
    Some(DelayLaw::Backoff { first: first?, factor: factor?, at_most: at_most? })
}

/// Without it a delay grows up to the longest duration there is.
fn at_most(object: &Object<'_>, reader: &mut Reader) -> Option<Span> {
    match object.get("at_most") {
        Some(node) => reader.quantity(node, "1min", |text| quantity::span(text, &SOME)),
        None => Some(Span::from_seconds(HUNDRED_YEARS_S)),
    }
}

fn list(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<DelayLaw> {
    const EXAMPLE: &str = "write `[1s, 5s, 30s]`; the last repeats";
    let Value::List(items) = &chosen.node.value else {
        reader.report(Problem::at(chosen.key.place, "is no list of durations").hint(EXAMPLE));
        return None;
    };
    if !(1..=MOST_DELAYS).contains(&items.len()) {
        let message = format!("has {} durations; there may be 1 to {MOST_DELAYS}", items.len());
        reader.report(Problem::at(chosen.key.place, message).hint(EXAMPLE));
        return None;
    }
    let read = items.iter().map(|item| reader.quantity(item, "5s", |text| quantity::span(text, &ANY)));
    let read: Vec<Option<Span>> = read.collect();
    read.into_iter().collect::<Option<_>>().map(DelayLaw::List)
}

/// Reads `jitter`, if it is there: `none`, `full` or a share.
pub fn jitter(object: &Object<'_>, reader: &mut Reader) -> Jitter {
    object.quantity("jitter", reader, jitter_of).unwrap_or_default()
}

fn jitter_of(text: &str) -> Result<Jitter, Wrong> {
    match text {
        "none" => Ok(Jitter::None),
        "full" => Ok(Jitter::Full),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => {
            quantity::share(text).map(Jitter::Share)
        }
        _ => Err(Wrong::new(format!("there is no `{text}` here"), "write `none`, `full` or a share such as `20%`")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::files::Files;
    use crate::scenario::yaml;
    use crate::workload::Distribution;

    fn law(text: &str) -> Result<DelayLaw, String> {
        let mut reader = Reader::new(Files::beside(Path::new("")));
        let read = read(&yaml::parse(text, 0, 0).unwrap(), "5s", &mut reader);
        match (read, reader.problems.first()) {
            (Some(law), None) => Ok(law),
            (_, problem) => {
                Err(problem.map(|p| format!("{}; {}", p.message, p.hint.as_deref().unwrap_or(""))).unwrap_or_default())
            }
        }
    }

    #[test]
    fn every_law_is_read() {
        let s = Span::from_secs;
        assert_eq!(law("none"), Ok(DelayLaw::None));
        assert_eq!(law("5s"), Ok(DelayLaw::Drawn(Distribution::Constant(s(5)))));
        assert_eq!(law("{exponential: {mean: 2s}}"), Ok(DelayLaw::Drawn(Distribution::Exponential { mean_s: 2.0 })));
        assert_eq!(law("{linear: {step: 1s, at_most: 9s}}"), Ok(DelayLaw::Linear { step: s(1), at_most: s(9) }));
        let backoff = |factor, at_most| DelayLaw::Backoff { first: s(1), factor, at_most };
        assert_eq!(law("{backoff: {first: 1s, factor: 3, at_most: 60s}}"), Ok(backoff(3.0, s(60))));
        assert_eq!(law("{backoff: {first: 1s}}"), Ok(backoff(2.0, s(36_500 * 86_400))));
        assert_eq!(law("{list: [1s, 0s]}"), Ok(DelayLaw::List(vec![s(1), s(0)])));
    }

    #[test]
    fn what_is_no_law_is_answered_with_one() {
        assert_eq!(law("{backof: {first: 1s}}").unwrap_err(), "unknown key; did you mean `backoff`?");
        assert_eq!(law("{list: 5s}").unwrap_err(), "is no list of durations; write `[1s, 5s, 30s]`; the last repeats");
        assert_eq!(
            law("{backoff: {first: 1s, factor: 0.5}}").unwrap_err(),
            "`0.5` is out of range; write a number from 1 to 1000"
        );
        assert_eq!(law("{linear: {at_most: 5s}}").unwrap_err(), "`step` is missing; write `step: 1s`");
        assert_eq!(jitter_of("ful").unwrap_err().hint, "write `none`, `full` or a share such as `20%`");
        assert_eq!(jitter_of("20%"), Ok(Jitter::Share(0.2)));
    }
}
