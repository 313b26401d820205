//! Which model a scenario is, or in words why none.

mod arrivals;
mod kind;
mod network;
mod station;

use network::Links;
pub use network::Network;

use std::collections::BTreeSet;

use super::model::Model;
use crate::broker::QueueId;
use crate::scenario::{Producer, Scenario};

/// What a scenario comes down to.
#[derive(Clone, Debug)]
pub enum Found {
    /// One queue.
    Queue(Box<Model>),
    /// Several that have nothing to do with each other.
    Apart(Vec<Model>),
    /// Several, which messages go through.
    Network(Network),
}

/// Finds the model, or all the reasons why no formula applies. The warm-up is not looked at: a model's steady state is
/// what it is, whatever is measured of it.
///
/// # Errors
/// The reasons, each a sentence without its full stop.
pub fn recognise(scenario: &Scenario) -> Result<Found, Vec<String>> {
    let active: Vec<&Producer> = scenario.producers.iter().filter(|p| p.arrivals.steady_rate() != Some(0.0)).collect();
    let mut reasons: Vec<String> = active.iter().filter_map(|producer| arrivals::not_steady(producer)).collect();
    if !scenario.outages.is_empty() {
        reasons.push("something is away for a while: there is no steady state".to_owned());
    }
    let found = match network::links(scenario, &active) {
        Links::OneQueue => queue(scenario, &active).map(|model| Found::Queue(Box::new(model))),
        Links::None => apart(scenario, &active).map(Found::Apart),
        Links::Some => network::recognise(scenario, &active).map(Found::Network),
    };
    match found {
        Ok(found) if reasons.is_empty() => Ok(found),
        Ok(_) => Err(reasons),
        Err(others) => {
            reasons.extend(others);
            Err(reasons)
        }
    }
}

fn apart(scenario: &Scenario, active: &[&Producer]) -> Result<Vec<Model>, Vec<String>> {
    let ids: BTreeSet<QueueId> = active.iter().map(|producer| producer.publishes_to[0]).collect();
    let (mut models, mut reasons) = (Vec::new(), Vec::new());
    for id in ids {
        let own: Vec<&Producer> = active.iter().copied().filter(|producer| producer.publishes_to[0] == id).collect();
        queue(scenario, &own).map_or_else(|others| reasons.extend(others), |model| models.push(model));
    }
    if reasons.is_empty() { Ok(models) } else { Err(reasons) }
}

fn queue(scenario: &Scenario, active: &[&Producer]) -> Result<Model, Vec<String>> {
    let first = active.first().ok_or_else(|| vec!["nothing is published".to_owned()])?;
    let id = first.publishes_to[0];
    let entry = station::the_consumers(scenario, id).map_err(|reason| vec![reason])?;
    let mut reasons = station::not_plain(scenario.queue(id), entry);
    match kind::model(scenario, active, scenario.queue(id), entry) {
        Ok(model) if reasons.is_empty() => return Ok(model),
        Ok(_) => {}
        Err(reason) => reasons.push(reason),
    }
    Err(reasons)
}
