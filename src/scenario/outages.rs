//! What is away when, from `outages`.

use super::keys;
use super::model::{Loses, Outage, OutageOf};
use super::problem::{Place, Problem};
use super::quantity::{self, ANY, SOME};
use super::reader::{Object, Reader, cut};
use super::targets::Known;
use super::yaml::Node;
use crate::broker::QueueId;
use crate::measure::nearest;
use crate::time::Span;

const MOST_OUTAGES: usize = 1000;
const BROKER: &str = "broker";

/// All that could be read, each with its place.
pub fn read(node: &Node, example: &str, known: &Known<'_>, reader: &mut Reader) -> Vec<(Place, Outage)> {
    let items = reader.list(node, "outages", example, MOST_OUTAGES).unwrap_or_default();
    items.iter().filter_map(|item| Some((item.place, outage(item, known, reader)?))).collect()
}

/// One that begins after the run says nothing about it.
pub fn check(outages: &[(Place, Outage)], duration: Span, reader: &mut Reader) {
    for (place, outage) in outages.iter().filter(|(_, outage)| outage.at >= duration) {
        let message = format!("begins at {}, and the run ends at {duration}", outage.at);
        reader.report(Problem::at(*place, message).hint("write an earlier instant, or a longer `run.duration`"));
    }
}

fn outage(node: &Node, known: &Known<'_>, reader: &mut Reader) -> Option<Outage> {
    let object = reader.object(node, node.place, keys::OUTAGE)?;
    let at = object.need_quantity("at", reader, |text| quantity::span(text, &ANY));
    let lasts = object.need_quantity("for", reader, |text| quantity::span(text, &SOME));
    let of = object.need("of", reader).and_then(|node| of(node, object.example("of"), known, reader));
    let loses = object.word("loses", reader, keys::LOSES).unwrap_or(Loses::Nothing);
    check_loss(&object, of, loses, reader);
    Some(Outage { at: at?, lasts: lasts?, of: of?, loses })
}

fn check_loss(object: &Object<'_>, of: Option<OutageOf>, loses: Loses, reader: &mut Reader) {
    if loses == Loses::Everything && matches!(of, Some(OutageOf::Consumers(_))) {
        let problem = Problem::at(object.key_place("loses"), "consumers have nothing to lose");
        reader.report(problem.hint("leave it out: what they hold returns to its queue"));
    }
}

fn of(node: &Node, example: &str, known: &Known<'_>, reader: &mut Reader) -> Option<OutageOf> {
    let text = reader.text(node, example)?;
    let place = |names: &[&str]| names.iter().position(|name| *name == text);
    match (place(&known.queues), place(&known.consumers)) {
        (None, None) if text == BROKER => return Some(OutageOf::Broker),
        (Some(queue), _) if text != BROKER => return Some(OutageOf::Queue(QueueId(queue as u16))),
        (_, Some(entry)) if text != BROKER => return Some(OutageOf::Consumers(entry)),
        (None, None) => {}
        _ => {
            let problem = Problem::at(node.place, "may be the whole broker, or what is called so");
            reader.report(problem.hint("give the queue or the consumers entry another name"));
            return None;
        }
    }
    let names = || [BROKER].into_iter().chain(known.queues.iter().chain(&known.consumers).copied());
    let hint = match nearest(text, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `broker`, a queue or a consumers entry".to_owned(),
    };
    reader.report(Problem::at(node.place, format!("there is no `{}`", cut(text))).hint(hint));
    None
}
