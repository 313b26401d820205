//! When messages come, from the keys of `arrivals`.

use std::sync::Arc;

use super::beside;
use super::keys;
use super::problem::Problem;
use super::quantity::{self, SOME};
use super::rates;
use super::reader::{Chosen, Reader, cut};
use super::recorded;
use super::yaml::{Node, Value};
use crate::workload::{Arrivals, Bursts, State};

pub(super) const MOST_CLIENTS: u64 = 100_000;
const MOST_STATES: usize = 100;

pub fn read(node: &Node, reader: &mut Reader) -> Option<Arrivals> {
    if let Some(rate) = bare_rate(node) {
        let problem = Problem::at(node.place, "does not say how messages come");
        reader
            .report(problem.hint(format!("write `{{poisson: {{rate: {rate}}}}}` or `{{regular: {{rate: {rate}}}}}`")));
        return None;
    }
    let chosen = reader.one_of(node, keys::ARRIVALS, keys::BESIDE_ARRIVALS)?;
    let arrivals = match chosen.kind {
        "poisson" => Arrivals::Poisson { rate: rates::rated(&chosen, reader)? },
        "regular" => Arrivals::Regular { rate: rates::rated(&chosen, reader)? },
        "renewal" => renewal(&chosen, reader)?,
        "mmpp" => mmpp(&chosen, reader)?,
        "counts" => Arrivals::Poisson { rate: recorded::counts(&chosen, reader)? },
        "closed" => closed(&chosen, reader)?,
        _ => Arrivals::Trace(Arc::new(recorded::trace(&chosen, reader)?)),
    };
    beside::read(arrivals, &chosen, reader)
}

/// The commonest slip: a rate where the kind of arrivals belongs.
fn bare_rate(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) if text.starts_with(|c: char| c.is_ascii_digit()) => Some(cut(text)),
        // A word, such as `poisson`, is no rate.
        Value::Text(_) => Some("200/s".to_owned()),
        Value::Pairs(pairs) => {
            let (_, rate) = pairs.iter().find(|(key, _)| key.name == "rate")?;
            match &rate.value {
                Value::Text(text) => Some(cut(text)),
                _ => Some("200/s".to_owned()),
            }
        }
        _ => None,
    }
}

fn renewal(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Arrivals> {
    let object = reader.object(chosen.node, chosen.key.place, keys::RENEWAL)?;
    let node = object.need("gap", reader)?;
    let gap = super::distribution::read(node, object.example("gap"), reader)?;
    // A hundred million a second is the limit of every rate.
    if gap.mean_s() < 1e-8 {
        reader.report(Problem::at(node.place, "the mean gap is below 10ns").hint("write a longer gap, such as `5ms`"));
        return None;
    }
    Some(Arrivals::Renewal { gap })
}

/// How often clients come follows from who works for them, which is not known here.
fn closed(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Arrivals> {
    let object = reader.object(chosen.node, chosen.key.place, keys::CLOSED)?;
    let population = object.need_quantity("population", reader, |text| quantity::count(text, 1, MOST_CLIENTS));
    let node = object.need("think", reader);
    let think = node.and_then(|node| super::distribution::read(node, object.example("think"), reader));
    let population = u32::try_from(population?).ok()?;
    Some(Arrivals::Closed { population, think: think?, at_most_per_s: f64::from(population) })
}

fn mmpp(chosen: &Chosen<'_>, reader: &mut Reader) -> Option<Arrivals> {
    let object = reader.object(chosen.node, chosen.key.place, keys::MMPP)?;
    let node = object.need("states", reader)?;
    let items = reader.list(node, "states", object.example("states"), MOST_STATES)?;
    let read: Vec<Option<State>> = items.iter().map(|item| state(item, reader)).collect();
    let states: Vec<State> = read.into_iter().collect::<Option<_>>()?;
    if states.iter().all(|state| state.per_second == 0.0) {
        reader.report(Problem::at(node.place, "no message would ever come").hint("give one state a higher rate"));
        return None;
    }
    Some(Arrivals::Bursts(Bursts { states }))
}

fn state(node: &Node, reader: &mut Reader) -> Option<State> {
    let object = reader.object(node, node.place, keys::STATE)?;
    let per_second = object.need_quantity("rate", reader, quantity::rate);
    let stay_s = object.need_quantity("stay", reader, |text| quantity::seconds(text, &SOME));
    Some(State { per_second: per_second?, stay_s: stay_s? })
}
