//! Queues that messages go through, one sentence each.

use super::paragraph;
use crate::result::Paragraph;
use crate::theory::model::Model;
use crate::theory::recognise::Network;

pub(super) fn paragraphs(network: &Network) -> Vec<Paragraph> {
    vec![
        paragraph("model", format!("This is a {}.", described(network))),
        paragraph("stations", stations(network)),
        paragraph("formula", format!("{} Source: {}.", formula(network), network.source())),
        paragraph("assumes", assumes(network)),
        paragraph("gives", gives(network).to_owned()),
    ]
}

fn described(network: &Network) -> String {
    let name = network.name();
    match network.closed {
        Some((population, _)) => {
            format!("{name}: {population} clients think, send, and wait for the end of their message")
        }
        None => format!("{name}: messages come as Poisson, and every queue has exponential service and unlimited room"),
    }
}

fn stations(network: &Network) -> String {
    (0..network.stations.len()).map(|at| station(network, at)).collect::<Vec<_>>().join(" ")
}

fn station(network: &Network, at: usize) -> String {
    let model = &network.stations[at];
    let Model { queue, entry, consumers, .. } = model;
    let work = match consumers {
        1 => format!("`{entry}`, one consumer"),
        count => format!("`{entry}`, {count} consumers"),
    };
    let comes = match network.closed {
        Some(_) => format!("each message comes {:.4} times", model.rate),
        None => format!("{:.4} messages a second come", model.rate),
    };
    let load = model.offered() / f64::from(*consumers) * 100.0;
    let is = match network.closed {
        Some(_) => format!("which makes {:.4} s of work for each message that is sent", model.offered()),
        None => format!("as if from outside: M/M/{consumers} at a load of {load:.1} %"),
    };
    format!("`{queue}` ({work}): {comes}{}, {is}; {}.", from(network, at), then(network, at))
}

/// Where the messages of a queue come from.
fn from(network: &Network, at: usize) -> String {
    let producers = network.producers.iter().filter(|producer| producer.1 == at).map(|producer| producer.0.as_str());
    let stations = network.stations.iter().zip(&network.to).filter(|(_, to)| to[at] > 0.0);
    let names: Vec<String> = producers.chain(stations.map(|(model, _)| model.queue.as_str())).map(quoted).collect();
    format!(", from {}", names.join(" and "))
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// Where they go.
fn then(network: &Network, at: usize) -> String {
    let ways: Vec<(&str, f64)> =
        network.stations.iter().zip(&network.to[at]).map(|(model, share)| (model.queue.as_str(), *share)).collect();
    let ways: Vec<&(&str, f64)> = ways.iter().filter(|(_, share)| *share > 0.0).collect();
    let rest = 1.0 - ways.iter().map(|(_, share)| share).sum::<f64>();
    let mut said: Vec<String> = match ways.as_slice() {
        [] => return "then they are processed".to_owned(),
        [(queue, _)] if rest < 1e-9 => return format!("then all go to `{queue}`"),
        ways => ways.iter().map(|(queue, share)| format!("{:.1} % go to `{queue}`", share * 100.0)).collect(),
    };
    if rest >= 1e-9 {
        said.push(format!("{:.1} % are processed", rest * 100.0));
    }
    format!("then {}", said.join(", "))
}

fn formula(network: &Network) -> &'static str {
    match network.closed {
        Some(_) => {
            "With one client there is no waiting. Who sends finds what is there on average with one client less, so the \
             response with n clients follows from the lengths with n − 1, the throughput is n/(think time + response), and \
             lengths follow by Little's law: step by step up to the whole population."
        }
        None => {
            "The rates solve the traffic equations: what comes to a queue is what is published to it and what others pass \
             on. Jackson's theorem: each queue then holds as many as if its messages came from outside as Poisson, whatever \
             the others hold. The whole response is the sum over the visits."
        }
    }
}

fn assumes(network: &Network) -> String {
    let arrivals = match network.closed {
        Some(_) => {
            "Clients that do not know of each other; the distribution of their think time does not matter, only its mean"
        }
        None => "Arrivals that do not know of each other, at a rate that never changes",
    };
    format!(
        "{arrivals}; exponential service, drawn anew at every queue and every visit; first in first out; unlimited room; where \
         a message goes does not depend on where it was; a run so long that its beginning is forgotten (the steady state)."
    )
}

fn gives(network: &Network) -> &'static str {
    match network.closed {
        Some(_) => {
            "Exact throughput, and exact means of wait, response, length and utilization of every queue and of the whole."
        }
        None if network.keeps_order() => {
            "Exact means, standard deviations and percentiles of the times in every queue, of the whole service and of the \
             whole response: nobody overtakes, so that the times in one queue after the other are independent and add up. \
             Lengths, utilization. The whole wait has a mean alone: what a message waits at one queue has to do with what it \
             waited at another."
        }
        None => {
            "Exact means, standard deviations and percentiles of the times in every queue and of the whole service, lengths, \
             utilization; of the whole wait and response exact means. These have no percentiles here: where messages overtake, \
             by several consumers or on several ways, the times in one queue have to do with those in another."
        }
    }
}
