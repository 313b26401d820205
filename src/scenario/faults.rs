//! What goes wrong at consumers, from the keys of their entry.

use super::problem::Problem;
use super::reader::{Object, Reader};
use super::{distribution, keys, quantity};
use crate::client::{Acknowledge, Crashes, Faults, Hangs, Network};
use crate::time::Span;
use crate::workload::Distribution;

const NO_TIME: Distribution = Distribution::Constant(Span::ZERO);

pub fn read(entry: &Object<'_>, acknowledge: Acknowledge, reader: &mut Reader) -> Faults {
    let poison = entry.quantity("poison", reader, quantity::share).unwrap_or(0.0);
    let acks_lost = entry.quantity("acks_lost", reader, quantity::share).unwrap_or(0.0);
    if acks_lost > 0.0 && acknowledge == Acknowledge::OnDelivery {
        let problem = Problem::at(entry.key_place("acks_lost"), "with `acknowledge: on_delivery` there are none");
        reader.report(problem.hint("leave it out, or acknowledge after or before the work"));
    }
    Faults {
        poison,
        acks_lost,
        crashes: crashes(entry, reader),
        hangs: hangs(entry, reader),
        network: network(entry, reader),
    }
}

fn network(entry: &Object<'_>, reader: &mut Reader) -> Option<Network> {
    let object = reader.object(entry.get("network")?, entry.key_place("network"), keys::NETWORK)?;
    let [publish, deliver, acknowledge] = legs(&object, ["publish", "deliver", "acknowledge"], reader)?;
    Some(Network { publish, deliver, acknowledge })
}

/// How long something is under way on each leg; nothing if it takes no time on any.
pub fn legs<const LEGS: usize>(
    network: &Object<'_>,
    names: [&'static str; LEGS],
    reader: &mut Reader,
) -> Option<[Distribution; LEGS]> {
    let mut leg = |name| {
        let node = network.get(name);
        node.map_or(Some(NO_TIME), |node| distribution::read(node, network.example(name), reader))
    };
    let legs: Vec<Option<Distribution>> = names.into_iter().map(&mut leg).collect();
    let legs: Vec<Distribution> = legs.into_iter().collect::<Option<_>>()?;
    legs.iter().any(|leg| *leg != NO_TIME).then(|| legs.try_into().ok()).flatten()
}

fn hangs(entry: &Object<'_>, reader: &mut Reader) -> Option<Hangs> {
    let object = reader.object(entry.get("hangs")?, entry.key_place("hangs"), keys::HANGS)?;
    let share = object.need_quantity("share", reader, quantity::share);
    let lasts = time(&object, "for", reader);
    Some(Hangs { share: share?, lasts: lasts? }).filter(|hangs| hangs.share > 0.0)
}

fn crashes(entry: &Object<'_>, reader: &mut Reader) -> Option<Crashes> {
    let object = reader.object(entry.get("crashes")?, entry.key_place("crashes"), keys::CRASHES)?;
    let every = time(&object, "every", reader);
    let restart = time(&object, "restart", reader);
    let every = every?;
    if every.can_be_zero() {
        let problem = Problem::at(object.key_place("every"), "a consumer that is up for no time does nothing");
        reader.report(problem.hint("write a time above `0s`"));
        return None;
    }
    Some(Crashes { every, restart: restart? })
}

fn time(object: &Object<'_>, key: &'static str, reader: &mut Reader) -> Option<Distribution> {
    let node = object.need(key, reader)?;
    distribution::read(node, object.example(key), reader)
}
