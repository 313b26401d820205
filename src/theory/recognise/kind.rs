//! Which formulas apply to one queue: plain ones, or those of the one thing that is special about it.

use std::collections::BTreeSet;

use super::arrivals::{gaps, in_words as of_producer};
use super::station::{feedback, patience, room, seen};
use crate::broker::Order;
use crate::scenario::{Consumers, Producer, Queue, Scenario};
use crate::theory::endless::is_endless;
use crate::theory::model::{Class, Gaps, Model, Seen, System};
use crate::theory::service::{in_words, is_exponential, letter};
use crate::theory::stability::ROUNDING;
use crate::theory::{phase, quasi};
use crate::workload::Distribution;

/// The model of one queue.
///
/// # Errors
/// Why there is none.
pub(super) fn model(
    scenario: &Scenario,
    active: &[&Producer],
    queue: &Queue,
    entry: &Consumers,
) -> Result<Model, String> {
    let mut model = Model {
        queue: queue.name.clone(),
        entry: entry.name.clone(),
        rate: active.iter().filter_map(|producer| producer.arrivals.steady_rate()).sum(),
        gaps: gaps(active)?,
        service: entry.rules.service.clone(),
        consumers: entry.count,
        all_consumers: scenario.consumers.iter().map(|entry| u64::from(entry.count)).sum(),
        feedback: feedback(queue, entry)?,
        patience: patience(queue, active)?,
        classes: classes(queue, active, entry),
        system: System::Overloaded,
        seen: Seen::Backlog,
    };
    let keeps_all = queue.rules.capacity.is_none() && model.patience.is_none() && model.population() == 0;
    if !keeps_all || model.offered() / f64::from(entry.count) < 1.0 - ROUNDING {
        model.seen = seen(entry)?;
        let room = room(queue, entry, model.seen)?;
        model.system = system(&model, &specials(&model, queue, active, room))?;
    }
    Ok(model)
}

/// Producers by the priority that their messages have in the queue, the highest first; empty where there is one only.
fn classes(queue: &Queue, active: &[&Producer], entry: &Consumers) -> Vec<Class> {
    let Order::Priority { levels } = queue.rules.order else { return Vec::new() };
    let of = |producer: &Producer| producer.messages.priority.min(levels.saturating_sub(1));
    let priorities: BTreeSet<u8> = active.iter().map(|producer| of(producer)).collect();
    let class = |priority: u8| {
        let own: Vec<&Producer> = active.iter().copied().filter(|producer| of(producer) == priority).collect();
        Class {
            priority,
            rate: own.iter().filter_map(|producer| producer.arrivals.steady_rate()).sum(),
            service: entry.service_of(&own),
            producers: own.iter().map(|producer| producer.name.clone()).collect(),
        }
    };
    if priorities.len() > 1 { priorities.into_iter().rev().map(class).collect() } else { Vec::new() }
}

/// Something that formulas of its own know.
enum Special {
    Failures,
    Room(u64),
    Patience,
    LastFirst,
    ShortestFirst,
    Priority,
    Arrivals,
}

/// What is special about a queue, and how to say it.
fn specials(model: &Model, queue: &Queue, active: &[&Producer], room: Option<u64>) -> Vec<(Special, String)> {
    let (name, entry) = (&queue.name, &model.entry);
    let mut found = Vec::new();
    if model.feedback.is_some() {
        found.push((Special::Failures, format!("a share of the attempts of `{entry}` fails")));
    }
    // With room for every client there is always some.
    let binds = |room: &u64| !(1..=room + u64::from(model.consumers)).contains(&u64::from(model.population()));
    if let Some(room) = room.filter(binds) {
        found.push((Special::Room(room), format!("room in `{name}` is limited")));
    }
    if model.patience.is_some() {
        found.push((Special::Patience, format!("messages in `{name}` expire")));
    }
    match queue.rules.order {
        Order::Lifo => found.push((Special::LastFirst, format!("`{name}` gives out the youngest first"))),
        Order::ShortestFirst => found.push((Special::ShortestFirst, format!("`{name}` gives out the shortest first"))),
        Order::Priority { .. } if !model.classes.is_empty() => {
            found.push((Special::Priority, format!("`{name}` goes by priority")));
        }
        Order::Fifo | Order::Priority { .. } => {}
    }
    if !model.gaps.is_single() {
        found.push((Special::Arrivals, of_producer(&active[0].name, &model.gaps)));
    }
    found
}

fn system(model: &Model, specials: &[(Special, String)]) -> Result<System, String> {
    let (special, said) = match specials {
        [] => return Ok(plain(model)),
        [only] => only,
        [(_, one), (_, other), ..] => {
            return Err(format!("{one} and {other}: the formulas know one of the two at a time"));
        }
    };
    match special {
        Special::Failures if model.gaps == Gaps::Poisson => Ok(System::Feedback),
        Special::Failures => Err(format!("arrivals at `{}` are not poisson and a share fails", model.queue)),
        Special::Room(room) => limited(model, *room),
        Special::Patience => of_its_own(model, said, System::Impatient, false),
        Special::LastFirst => of_its_own(model, said, System::LastFirst, true),
        Special::ShortestFirst if model.consumers > 1 => Err(format!("{said}: the formulas need one consumer")),
        Special::ShortestFirst => of_its_own(model, said, System::ShortestFirst, false),
        Special::Priority => of_its_own(model, said, System::Priority, true),
        Special::Arrivals => special_arrivals(model, said),
    }
}

fn plain(model: &Model) -> System {
    let (exponential, poisson) = (is_exponential(&model.service), model.gaps == Gaps::Poisson);
    let constant = matches!(model.service, Distribution::Constant(_));
    let alone = model.consumers == 1;
    match poisson {
        true if is_endless(model.offered(), model.consumers) => System::Endless,
        true if exponential => System::Markov,
        true if constant => [System::Crowd, System::Constant][usize::from(alone)],
        true if alone && phase::is_known(&model.service) => System::Phases,
        true if alone => System::General,
        false if exponential && matches!(model.gaps, Gaps::Renewal(_)) => System::Renewal,
        _ => System::Approximate,
    }
}

fn limited(model: &Model, room: u64) -> Result<System, String> {
    match model.gaps == Gaps::Poisson {
        true if is_exponential(&model.service) => Ok(System::Finite { room }),
        true if room == 0 => Ok(System::Loss),
        _ => Err(no_formula(model, room)),
    }
}

fn no_formula(model: &Model, room: u64) -> String {
    let (gaps, service, c) = (model.gaps.letter(), letter(&model.service), model.consumers);
    let k = u128::from(c) + u128::from(room);
    let cause = match &model.gaps {
        Gaps::Poisson => format!("service of `{}` is {}", model.entry, in_words(&model.service)),
        Gaps::Renewal(gap) => format!("the gaps between arrivals are {}", in_words(gap)),
        _ => "several producers publish, not all of them poisson,".to_owned(),
    };
    format!("{cause} and room is limited: no formula for {gaps}/{service}/{c}/{k}")
}

/// A queue of which it matters which message is handed over when: the consumers may hold none that they do not work on.
fn of_its_own(model: &Model, said: &str, system: System, alone_any_service: bool) -> Result<System, String> {
    if model.gaps != Gaps::Poisson {
        return Err(format!("{said}: the formulas need poisson arrivals"));
    }
    if model.seen != Seen::All {
        return Err(format!("{said}: the formulas need prefetch 1 and `acknowledge: after`"));
    }
    match alone_any_service {
        _ if is_exponential(&model.service) => Ok(system),
        true if model.consumers == 1 => Ok(system),
        true => Err(format!("{said}: the formulas need exponential service, or one consumer")),
        false => Err(format!("{said}: the formulas need exponential service")),
    }
}

fn special_arrivals(model: &Model, said: &str) -> Result<System, String> {
    match &model.gaps {
        Gaps::Closed { think, .. } if think.mean_s() == 0.0 => Err(format!("{said} and do not think")),
        Gaps::Closed { .. } if is_exponential(&model.service) => Ok(System::Closed),
        Gaps::Closed { .. } => Err(format!("{said}: the formulas need exponential service")),
        Gaps::Bursts(bursts) if quasi::is_known(bursts, &model.service, model.consumers) => Ok(System::Bursts),
        Gaps::Bursts(_) if model.consumers > 1 => {
            Err(format!("{said}: the formulas need exponential service, or one consumer, and not too many of them"))
        }
        Gaps::Bursts(_) => {
            Err(format!("{said}: the formulas need exponential or hyperexponential service, and few states"))
        }
        _ if model.consumers > 1 => Err(format!("{said}: the formulas need one consumer")),
        _ => Ok(System::Batches),
    }
}
