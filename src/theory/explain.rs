//! Which model a scenario is, and why, in words for who learns it.

mod network;
mod words;

use super::answer::answer;
use super::general;
use super::model::{Gaps, Model, System};
use super::recognise::{Found, recognise};
use super::service::{in_words, letter};
use super::solve::solved;
use super::stability::{is_overloaded, overloaded_key, stability};
use crate::result::{Explanation, Paragraph, Stability};
use crate::scenario::{self, Scenario};

/// Says what was found in the scenario, which formula answers it, what that assumes and gives; or which assumptions fail
/// and what is done instead.
pub fn explain(scenario: &Scenario) -> Explanation {
    let stability = stability(scenario);
    let found = paragraph("found", scenario::describe(scenario));
    let load = paragraph("load", stability.iter().map(|queue| load(scenario, queue)).collect::<Vec<_>>().join(" "));
    let between = match recognise(scenario) {
        Ok(Found::Queue(model)) => of_model(&solved(*model).0),
        Ok(Found::Apart(models)) => models.into_iter().flat_map(|model| of_model(&solved(model).0)).collect(),
        Ok(Found::Network(network)) => network::paragraphs(&network),
        Err(reasons) => of_reasons(&reasons),
    };
    let paragraphs = [found].into_iter().chain(between).chain([load]).filter(|paragraph| !paragraph.text.is_empty());
    Explanation { paragraphs: paragraphs.collect(), theory: answer(scenario), stability }
}

fn paragraph(title: &'static str, text: String) -> Paragraph {
    Paragraph { title, text }
}

fn of_model(model: &Model) -> Vec<Paragraph> {
    vec![
        paragraph("model", notation(model)),
        paragraph("formula", format!("{} Source: {}.", words::formula(model), model.source())),
        paragraph("assumes", words::assumes(model)),
        paragraph("gives", gives(model)),
    ]
}

fn gives(model: &Model) -> String {
    let gives = words::gives(model);
    general::infinite(model).map_or(gives.to_owned(), |infinite| format!("{gives} But {infinite}."))
}

/// What is infinite about the waits of a scenario, although nothing is overloaded.
pub fn infinite(scenario: &Scenario) -> Option<&'static str> {
    match recognise(scenario).ok()? {
        Found::Queue(model) => general::infinite(&model),
        Found::Apart(models) => models.iter().find_map(general::infinite),
        Found::Network(_) => None,
    }
}

fn of_reasons(reasons: &[String]) -> Vec<Paragraph> {
    let listed = reasons.join("; ");
    let because = if reasons.len() == 1 { "one reason" } else { "these reasons" };
    vec![
        paragraph("model", format!("No formula of kendall applies, for {because}: {listed}.")),
        paragraph(
            "instead",
            "Simulation: `kendall run` draws arrivals and services one by one, carries out the queue's rules, and says how \
             sure its numbers are. A simpler scenario, without what is named above, would have a formula to compare with."
                .to_owned(),
        ),
    ]
}

fn notation(model: &Model) -> String {
    let name = model.name();
    let gaps = match &model.gaps {
        Gaps::Poisson => "arrivals are Poisson, independent of each other (M, for Markov)".to_owned(),
        Gaps::Renewal(gap) => format!("the gaps between arrivals are {} ({})", in_words(gap), model.gaps.letter()),
        Gaps::Several { .. } => "several producers publish, not all of them Poisson (G)".to_owned(),
        Gaps::Batches(_) => "batches come as Poisson (M), and each brings several messages (X)".to_owned(),
        Gaps::Bursts(bursts) => {
            format!("arrivals are Poisson at a rate that jumps between {} states (MMPP)", bursts.states.len())
        }
        Gaps::Closed { population, think } => format!(
            "{population} clients think for {} times ({}), send, and wait for the end of their message",
            in_words(think),
            letter(think)
        ),
    };
    let service = format!("service is {} ({})", in_words(&model.service), letter(&model.service));
    let consumers = match model.consumers {
        1 => "one consumer works".to_owned(),
        count => format!("{count} consumers that are alike share one queue"),
    };
    let room = match model.system {
        System::Finite { room } => format!(
            "the system holds {}, and what finds it full is lost",
            u128::from(model.consumers) + u128::from(room)
        ),
        System::Loss => "nothing may wait: what finds no free consumer is lost".to_owned(),
        System::Impatient => "what has waited for its ttl is lost (the letter behind +)".to_owned(),
        System::Endless => "so many that nobody waits".to_owned(),
        System::Closed => "there are never more inside than there are clients".to_owned(),
        _ => "as many may wait as come".to_owned(),
    };
    let queue = &model.queue;
    format!("`{queue}` is {name}: {gaps}; {service}; {consumers}; {room}.")
}

fn load(scenario: &Scenario, queue: &Stability) -> String {
    let Stability { queue: name, offered_load, consumers, present, .. } = queue;
    if *consumers == 0 {
        return format!("Nothing takes from `{name}`: it grows by all that comes.");
    }
    let share = offered_load / present * 100.0;
    let many = match consumers {
        _ if *present < f64::from(*consumers) => format!("up to {consumers} consumers, {present:.2} on average"),
        1 => "1 consumer".to_owned(),
        _ => format!("{consumers} consumers"),
    };
    let verdict = match offered_load.is_finite() {
        _ if is_overloaded(scenario, queue) && share < 100.0 && overloaded_key(scenario, queue).is_some() => {
            "but messages of one key come no slower than one after the other can be worked on, so there is no steady state"
        }
        _ if is_overloaded(scenario, queue) => "no less than they can do, so there is no steady state",
        _ if share >= 100.0 => "more than they can do; what is turned away keeps it stable",
        _ if share >= 80.0 => "stable, but waits grow like 1/(1 − load): a little more load costs much",
        _ => "stable",
    };
    format!(
        "The offered load of `{name}`, rate × mean service with retries, is {offered_load:.2} on {many}: {share:.1} %, {verdict}."
    )
}
