//! What is known of several queues that messages go through.

use std::collections::{BTreeMap, BTreeSet};

use super::{Measures, all_times, each, fill_levels, fill_rates, percentiles, times};
use crate::measure::{Measure, Percentile, Quantity, Stat};
use crate::result::Theory;
use crate::scenario::Scenario;
use crate::theory::model::{Model, Seen};
use crate::theory::network::{Station, to_the_end};
use crate::theory::recognise::Network;
use crate::theory::{closed, markov, phase};
use crate::workload::Distribution;

pub fn answer(scenario: &Scenario, network: &Network) -> Theory {
    let mut measures = Measures { known: BTreeMap::new(), exact: true };
    let (stations, responses_s) = match network.closed {
        Some(clients) => closed_stations(&mut measures, network, clients),
        None => open_stations(&mut measures, scenario, network),
    };
    let published: f64 = match network.closed {
        // A message visits the place it is published to once from outside.
        Some(_) => stations[0].rate / network.stations[0].rate,
        None => network.producers.iter().map(|producer| producer.2).sum(),
    };
    fill_whole(&mut measures, &stations, &responses_s, published);
    fill_producers(&mut measures, network, &stations, &responses_s);
    if network.closed.is_none() {
        fill_ways(&mut measures, scenario, network, &responses_s);
    }
    Theory {
        model: network.name(),
        source: network.source().to_owned(),
        measures: measures.known,
        curves: BTreeMap::new(),
    }
}

/// Each by itself, M/M/c: arrivals from within, too, find what is there on average (Sevcik & Mitrani 1981).
fn open_stations(measures: &mut Measures, scenario: &Scenario, network: &Network) -> (Vec<Model>, Vec<f64>) {
    let percentiles = percentiles(scenario);
    let mut responses_s = Vec::new();
    for model in &network.stations {
        let mean_s = model.service.mean_s();
        let steady = markov::solve(model.rate, mean_s, model.consumers);
        let times = all_times(&model.service, &steady, true, &percentiles);
        each(&times).for_each(|(quantity, stat, value)| measures.of(&model.queue, quantity, stat, value));
        fill_levels(measures, model, &steady, &times[0].1);
        fill_rates(measures, model, model.rate, steady.busy);
        responses_s.push(steady.wait_mean_s + mean_s);
    }
    (network.stations.clone(), responses_s)
}

/// By mean value analysis, so means alone. The stations come back with the rates at which messages come to them.
fn closed_stations(
    measures: &mut Measures,
    network: &Network,
    (population, think_s): (u32, f64),
) -> (Vec<Model>, Vec<f64>) {
    let demands: Vec<f64> = network.stations.iter().map(Model::offered).collect();
    let found = closed::round(population, think_s, &demands);
    let at = |(model, backlog): (&Model, &f64)| {
        let model = Model { rate: model.rate * found.throughput, ..model.clone() };
        let response_s = if model.rate > 0.0 { backlog / model.rate } else { model.service.mean_s() };
        fill_closed(measures, &model, response_s);
        (model, response_s)
    };
    network.stations.iter().zip(&found.backlogs).map(at).unzip()
}

fn fill_closed(measures: &mut Measures, model: &Model, response_s: f64) {
    let (queue, mean_s) = (&model.queue, model.service.mean_s());
    let wait_s = response_s - mean_s;
    measures.of(queue, Quantity::Wait, Stat::Mean, wait_s);
    measures.of(queue, Quantity::Service, Stat::Mean, mean_s);
    measures.of(queue, Quantity::Response, Stat::Mean, response_s);
    let levels =
        [(Quantity::Length, model.rate * wait_s), (Quantity::InFlight, model.offered()), (Quantity::Stay, wait_s)];
    if model.seen == Seen::All {
        levels.into_iter().for_each(|(quantity, value)| measures.of(queue, quantity, Stat::Mean, value));
    }
    if model.seen != Seen::Nothing {
        measures.of(queue, Quantity::Backlog, Stat::Mean, model.rate * response_s);
    }
    fill_rates(measures, model, model.rate, model.offered());
}

/// A message's service is that of all its visits.
fn fill_whole(measures: &mut Measures, stations: &[Model], responses_s: &[f64], published: f64) {
    let inside: f64 = stations.iter().zip(responses_s).map(|(model, response_s)| model.rate * response_s).sum();
    let busy: f64 = stations.iter().map(Model::offered).sum();
    measures.whole(Quantity::Wait, Stat::Mean, (inside - busy) / published);
    measures.whole(Quantity::Service, Stat::Mean, busy / published);
    measures.whole(Quantity::Response, Stat::Mean, inside / published);
    measures.whole(Quantity::Throughput, Stat::Value, stations.iter().map(|model| model.rate).sum());
    measures.whole(Quantity::Goodput, Stat::Value, published);
    measures.whole(Quantity::Utilization, Stat::Value, busy / stations[0].all_consumers as f64);
}

/// From where each producer's messages come in to their end.
fn fill_producers(measures: &mut Measures, network: &Network, stations: &[Model], responses_s: &[f64]) {
    if network.producers.len() == 1 {
        return;
    }
    let ways = stations.iter().zip(&network.to).map(|(model, to)| Station {
        rate: 0.0,
        mean_s: model.service.mean_s(),
        consumers: model.consumers,
        to: to.clone(),
    });
    let ways: Vec<Station> = ways.collect();
    let services_s: Vec<f64> = stations.iter().map(|model| model.service.mean_s()).collect();
    let sums = (to_the_end(&ways, responses_s), to_the_end(&ways, &services_s));
    let (Some(responses), Some(services)) = sums else { return };
    for (name, at, _) in &network.producers {
        measures.of(name, Quantity::Response, Stat::Mean, responses[*at]);
        measures.of(name, Quantity::Service, Stat::Mean, services[*at]);
        measures.of(name, Quantity::Wait, Stat::Mean, responses[*at] - services[*at]);
    }
}

/// How the whole service and the whole response are distributed, where that is known; of all messages and of each
/// producer's. What a message waits at one queue has to do with what it waits at another (Burke 1964), so that of the
/// whole wait nothing but the mean is known.
fn fill_ways(measures: &mut Measures, scenario: &Scenario, network: &Network, responses_s: &[f64]) {
    let percentiles = percentiles(scenario);
    let services: Vec<f64> = network.stations.iter().map(|model| 1.0 / model.service.mean_s()).collect();
    // The response of M/M/1 is exponential.
    let responses: Vec<f64> = responses_s.iter().map(|response_s| 1.0 / response_s).collect();
    let known = [(Quantity::Service, true, services), (Quantity::Response, network.keeps_order(), responses)];
    for (of, begin) in beginnings(network) {
        for (quantity, _, rates) in known.iter().filter(|known| known.1) {
            let Some(way) = network.way(begin.clone(), rates) else { continue };
            for (stat, value) in spread(&way, &percentiles) {
                measures.put(Measure { of: of.clone(), quantity: *quantity, stat }, value);
            }
        }
    }
}

/// Where messages come in, by shares: of all of them, and of each of several producers.
fn beginnings(network: &Network) -> Vec<(Option<String>, Vec<f64>)> {
    let total: f64 = network.producers.iter().map(|producer| producer.2).sum();
    let at_place = |share: &dyn Fn(&str, f64) -> f64| -> Vec<f64> {
        let own = |at| network.producers.iter().filter(move |producer| producer.1 == at);
        (0..network.stations.len()).map(|at| own(at).map(|(name, _, rate)| share(name, *rate)).sum()).collect()
    };
    let of_one = |name: &String| (Some(name.clone()), at_place(&|other, _| f64::from(u8::from(other == name))));
    let each = network.producers.iter().filter(|_| network.producers.len() > 1).map(|(name, ..)| of_one(name));
    [(None, at_place(&|_, rate| rate / total))].into_iter().chain(each).collect()
}

/// All but the mean.
fn spread(way: &Distribution, percentiles: &BTreeSet<Percentile>) -> impl Iterator<Item = (Stat, f64)> {
    let mean_s = way.mean_s();
    let all = times(mean_s, Some(way.scv() * mean_s * mean_s), phase::tail(way).as_deref(), percentiles);
    all.into_iter().filter(|(stat, _)| *stat != Stat::Mean)
}
