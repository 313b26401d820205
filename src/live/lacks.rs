//! What a scenario may say and a live run does not do, whatever the target.

use crate::client::Faults;
use crate::scenario::{Consumers, Lacking, Producer, Scenario};

/// Everything that a live run would leave out; it is refused before the run.
pub fn lacks(scenario: &Scenario) -> Vec<Lacking> {
    let repeats = scenario.producers.iter().filter_map(repeats);
    scenario.consumers.iter().flat_map(faults).chain(outages(scenario)).chain(repeats).collect()
}

fn repeats(producer: &Producer) -> Option<Lacking> {
    let retries = producer.retries.as_ref().filter(|retries| retries.may_repeat())?;
    let key = if retries.timeout.is_some() { "timeout" } else { "confirms_lost" };
    Some(Lacking {
        path: ["producers", &producer.name, "retries", key].map(str::to_owned).to_vec(),
        what: format!("`{key}` of retries is not supported yet in a live run"),
        hint: "leave it out, or leave out `--live`".to_owned(),
    })
}

/// What goes wrong at consumers. What they do is said in full here, so that a new rule is not left out unnoticed. Poison is
/// a matter of the draw that a live consumer makes too.
fn faults(entry: &Consumers) -> impl Iterator<Item = Lacking> {
    let Consumers {
        name,
        rules,
        takes_from: _,
        count: _,
        shifts: _,
        prefetch: _,
        prefetch_given: _,
        then: _,
        priority: _,
        works_by: _,
    } = entry;
    let Faults { poison: _, acks_lost, crashes, hangs, network } = &rules.faults;
    let found = [
        ("acks_lost", *acks_lost > 0.0),
        ("crashes", crashes.is_some()),
        ("hangs", hangs.is_some()),
        ("network", network.is_some()),
    ];
    found.into_iter().filter(|(_, is_so)| *is_so).map(|(key, _)| Lacking {
        path: ["consumers", name, key].map(str::to_owned).to_vec(),
        what: format!("`{key}` is not supported yet in a live run"),
        hint: "leave it out, or leave out `--live`".to_owned(),
    })
}

fn outages(scenario: &Scenario) -> Option<Lacking> {
    (!scenario.outages.is_empty()).then(|| Lacking {
        path: vec!["outages".to_owned()],
        what: "outages are not supported yet in a live run".to_owned(),
        hint: "leave them out, or leave out `--live`".to_owned(),
    })
}
