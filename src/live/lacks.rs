//! What a scenario may say and a live run does not do, whatever the target.

use crate::client::Faults;
use crate::scenario::{Consumers, Lacking, Producer, Scenario};

/// Everything that a live run would leave out; it is refused before the run.
pub fn lacks(scenario: &Scenario) -> Vec<Lacking> {
    let away = scenario.consumers.iter().filter_map(away);
    away.chain(scenario.producers.iter().flat_map(|producer| [repeats(producer), far(producer)]).flatten()).collect()
}

/// All that goes wrong at consumers is said here, so that something new is not left out unnoticed.
fn away(entry: &Consumers) -> Option<Lacking> {
    let Faults { poison: _, acks_lost: _, crashes: _, hangs: _, network } = &entry.rules.faults;
    network.as_ref().map(|_| not_yet(["consumers", &entry.name, "network"]))
}

fn far(producer: &Producer) -> Option<Lacking> {
    producer.network.as_ref().map(|_| not_yet(["producers", &producer.name, "network"]))
}

fn repeats(producer: &Producer) -> Option<Lacking> {
    let retries = producer.retries.as_ref().filter(|retries| retries.may_repeat())?;
    let key = if retries.timeout.is_some() { "timeout" } else { "confirms_lost" };
    Some(not_yet(["producers", &producer.name, "retries", key]))
}

fn not_yet<const PARTS: usize>(path: [&str; PARTS]) -> Lacking {
    Lacking {
        path: path.map(str::to_owned).to_vec(),
        what: format!("`{}` is not supported yet in a live run", path[PARTS - 1]),
        hint: "leave it out, or leave out `--live`".to_owned(),
    }
}
