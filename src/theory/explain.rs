//! Which model a scenario is, and why, in words for who learns it.

use super::answer::{answer, solved};
use super::recognise::{Gaps, Model, System, recognise};
use super::service::in_words;
use super::stability::{is_overloaded, stability};
use crate::result::{Explanation, Paragraph, Stability};
use crate::scenario::{self, Scenario};

/// Says what was found in the scenario, which formula answers it, what that assumes and gives; or which assumptions fail
/// and what is done instead.
pub fn explain(scenario: &Scenario) -> Explanation {
    let stability = stability(scenario);
    let found = paragraph("found", scenario::describe(scenario));
    let load = paragraph("load", stability.iter().map(|queue| load(scenario, queue)).collect::<Vec<_>>().join(" "));
    let between = match recognise(scenario) {
        Ok(model) => of_model(&solved(model).0),
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
        paragraph("formula", format!("{} Source: {}.", formula(model), model.source())),
        paragraph("assumes", assumes(model)),
        paragraph("gives", gives(model.system).to_owned()),
    ]
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
    };
    let service = format!("service is {} ({})", in_words(&model.service), super::service::letter(&model.service));
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
        _ => "as many may wait as come".to_owned(),
    };
    format!("This is {name}: {gaps}; {service}; {consumers}; {room}.")
}

fn formula(model: &Model) -> &'static str {
    match model.system {
        System::Markov if model.consumers == 1 => {
            "With load ρ = rate × mean service, the wait is 0 with chance 1 − ρ and else exponential: on average \
             ρ/(1 − ρ) services."
        }
        System::Markov => {
            "Erlang's C gives the share that waits, from the offered load and the number of consumers; who waits, waits an \
             exponential time with the mean S/(c − a), S being the mean service and a the offered load."
        }
        System::Finite { .. } => {
            "The number inside goes up by one at each arrival and down by one at each end of work; in the long run as many \
             steps lead up across a level as down, which gives the chance of every number, of the full system too."
        }
        System::Loss => {
            "Erlang's B gives the share that is lost, from the offered load and the number of consumers alone: the \
             distribution of the service does not matter, only its mean."
        }
        System::Constant => {
            "Pollaczek and Khinchine's mean is half of the wait with exponential service; the distribution follows piece by \
             piece, one service time after the other."
        }
        System::Crowd => {
            "From one moment to that one service later, as many messages leave as there are consumers, if so many are \
             there: the number waiting is a random walk that cannot fall below 0, and its distribution a sum over that walk."
        }
        System::Phases => {
            "The mean is Pollaczek and Khinchine's: it grows with 1 + cv², cv being the service's standard deviation over \
             its mean. Service made of exponential phases makes the wait one of phases too, which gives its percentiles."
        }
        System::General => {
            "Pollaczek and Khinchine's mean: W = ρ/(1 − ρ) × (1 + cv²)/2 services, cv being the service's standard deviation \
             over its mean; Takács' formula gives the variance."
        }
        System::Renewal => {
            "An arrival finds one more inside with a chance that is σ times smaller, and σ solves σ = A(cμ(1 − σ)), A being \
             the gaps' Laplace transform, μ one over the mean service. So who waits, waits an exponential time."
        }
        System::Feedback => {
            "What fails comes back as one more arrival, so the queue gets rate/(1 − share that fails) attempts. Jackson's \
             theorem: it holds as many as if they all came from outside; times follow by Little's law."
        }
        System::Approximate => {
            "The mean wait of M/M/c times (ca² + cs²)/2: ca and cs are standard deviation over mean, of the gaps between \
             arrivals and of the service."
        }
        System::Overloaded => {
            "More work comes than the consumers can do, or just as much: all are busy for good, and what they cannot do \
             stays inside."
        }
    }
}

fn assumes(model: &Model) -> String {
    let gaps = match model.gaps {
        Gaps::Poisson => "Arrivals that do not know of each other, at a rate that never changes",
        _ => "Gaps that do not depend on each other, at a rate that never changes",
    };
    let service = match model.system {
        System::Loss | System::Constant | System::Crowd | System::Phases | System::General | System::Approximate => {
            "service times that do not depend on each other or on how many wait"
        }
        _ => "exponential service: short times are likely, and how long one has worked says nothing about what is left",
    };
    let caveat = match model.system {
        System::Approximate => {
            " No exact formula is known here for this system, so this is an approximation: good at high load, worse at low \
             load, and nobody can say how far off without a simulation. It is never said to agree with one."
        }
        System::Feedback => " Each attempt draws its work anew, and returns without a limit.",
        _ => "",
    };
    format!(
        "{gaps}; {service}; first in first out; a run so long that its beginning is forgotten (the steady state).{caveat}"
    )
}

fn gives(system: System) -> &'static str {
    match system {
        System::Overloaded => {
            "How fast the backlog grows, and the throughput. Waits have no steady state: they grow as long as the run lasts."
        }
        System::Approximate => {
            "Means of wait, response and length, approximately; no percentiles. Throughput and utilization are exact."
        }
        System::General => {
            "Exact means and standard deviations of wait and response, lengths, utilization; no percentiles."
        }
        System::Feedback => {
            "Exact means of wait, response, length and utilization; percentiles where what fails returns at once to its \
             place by age."
        }
        System::Finite { .. } | System::Loss => {
            "Exact shares of messages lost, waits and responses of the accepted, lengths, throughput, utilization."
        }
        _ => "Exact means, standard deviations and percentiles of wait and response, lengths, utilization.",
    }
}

fn load(scenario: &Scenario, queue: &Stability) -> String {
    let Stability { queue: name, offered_load, consumers, .. } = queue;
    if *consumers == 0 {
        return format!("Nothing takes from `{name}`: it grows by all that comes.");
    }
    let share = offered_load / f64::from(*consumers) * 100.0;
    let many = if *consumers == 1 { "1 consumer".to_owned() } else { format!("{consumers} consumers") };
    let verdict = match offered_load.is_finite() {
        _ if is_overloaded(scenario, queue) => "no less than they can do, so there is no steady state",
        _ if share >= 100.0 => "more than they can do; what is turned away keeps it stable",
        _ if share >= 80.0 => "stable, but waits grow like 1/(1 − load): a little more load costs much",
        _ => "stable",
    };
    format!(
        "The offered load of `{name}`, rate × mean service with retries, is {offered_load:.2} on {many}: {share:.1} %, {verdict}."
    )
}
