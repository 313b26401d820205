//! What is said of the formulas: how they come about, what they assume and what they give.

use crate::theory::model::{Gaps, Model, System};
use crate::theory::service::{is_exponential, letter};
use crate::workload::Batch;

pub(super) fn formula(model: &Model) -> &'static str {
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
        System::LastFirst => {
            "The order of service changes no mean: as long as work goes on, one is handed over whenever one ends, and it does \
             not matter which. But who is passed over by newcomers waits for all of them, so that waits vary far more: with \
             exponential service who waits, waits for a busy period of M/M/1."
        }
        System::ShortestFirst => {
            "Phipps: a message waits for what is being worked on, for shorter ones before it, and for shorter ones that come \
             meanwhile. Short work gains more than long work loses, so the mean wait is lower than in any order that does not \
             look at the work."
        }
        System::Priority => {
            "Cobham: a message waits for what is being worked on, for those of its own and higher priority before it, and for \
             those of higher priority that come meanwhile: the mean is R/(1 − ρ above)(1 − ρ down to it), R being the same for \
             all and ρ the loads of the classes. What one class gains another loses. \
             With one exponential service who waits, waits for some busy periods of M/M/1, one for each of these."
        }
        System::Impatient if model.patience.as_ref().is_some_and(|patience| letter(patience) == "D") => {
            "What an arrival would have to wait has an exponential density up to the ttl, and who would have to wait longer \
             than that is lost. So a queue is never overloaded for long: what is too much expires."
        }
        System::Impatient => {
            "Erlang A: the number inside goes up by one at each arrival and down by one at each end of work and at each \
             expiry, the more often the more wait; in the long run as many steps lead up across a level as down. So a queue is \
             never overloaded for long: what is too much expires."
        }
        System::Batches => {
            "The first of a batch waits as in M/G/1 with whole batches as messages; the others wait, beside that, for those \
             of the batch before them. Even at next to no load these queue behind one another."
        }
        System::Bursts => {
            "States are pairs: the number inside, and what rate arrivals have now. While all consumers are busy, one level leads \
             to the next by the same matrix, so the chances of numbers inside are powers of one matrix R (Neuts); below that \
             each level has a matrix of its own. While the rate is above what the consumers can do, a backlog grows that the \
             mean load knows nothing of."
        }
        System::Closed => {
            "The number inside goes up by one when a thinking client sends and down by one at each end of work; the more wait, \
             the fewer are left to send. Who sends finds what is there on average with one client less. The response follows \
             from Little's law: population/throughput − think time."
        }
        System::Endless => {
            "With endlessly many consumers nobody waits, and the number at work is Poisson with the offered load as its mean, \
             whatever the distribution of the service. Of so many as there are here, all would be busy less often than once in \
             10¹²."
        }
        System::Overloaded => {
            "More work comes than the consumers can do, or just as much: all are busy for good, and what they cannot do \
             stays inside."
        }
    }
}

pub(super) fn assumes(model: &Model) -> String {
    let gaps = match model.gaps {
        Gaps::Poisson => "Arrivals that do not know of each other, at a rate that never changes",
        Gaps::Batches(_) => "Batches that do not know of each other, at a rate that never changes",
        Gaps::Bursts(_) => "A rate that jumps between states, each of which lasts for an exponential time",
        Gaps::Closed { .. } => "Clients that do not know of each other and send one message at a time",
        _ => "Gaps that do not depend on each other, at a rate that never changes",
    };
    let exponential = letter(&model.service) == "M" && !matches!(model.system, System::Loss | System::Endless);
    let service = match exponential {
        true => {
            "exponential service: short times are likely, and how long one has worked says nothing about what is left"
        }
        false => "service times that do not depend on each other or on how many wait",
    };
    let order = match model.system {
        System::LastFirst => "; the youngest first, and nobody is interrupted",
        System::ShortestFirst => "; the shortest first, and nobody is interrupted",
        System::Priority => "; the highest priority first, among equals the oldest, and nobody is interrupted",
        System::Endless => "",
        _ => "; first in first out",
    };
    let caveat = match model.system {
        System::Approximate => {
            " No exact formula is known here for this system, so this is an approximation: good at high load, worse at low \
             load, and nobody can say how far off without a simulation. It is never said to agree with one."
        }
        System::Feedback => " Each attempt draws its work anew, and returns without a limit.",
        System::Impatient => " Only what waits expires, not what is worked on.",
        System::Closed => " The distribution of the think time does not matter, only its mean.",
        _ => "",
    };
    format!("{gaps}; {service}{order}; a run so long that its beginning is forgotten (the steady state).{caveat}")
}

pub(super) fn gives(model: &Model) -> &'static str {
    match model.system {
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
        System::LastFirst if !is_exponential(&model.service) => {
            "Exact means and standard deviations of wait and response, lengths, utilization; no percentiles."
        }
        System::ShortestFirst => "Exact means of wait and response, lengths, utilization; no percentiles.",
        System::Priority if is_exponential(&model.service) => {
            "Exact means, standard deviations and percentiles of wait and response, of each producer and of all; lengths, \
             utilization."
        }
        System::Priority => {
            "Exact means of wait and response, of each producer and of all; lengths, utilization; no percentiles."
        }
        System::Impatient => {
            "Exact share of messages lost; waits and responses of those processed, with percentiles; the time spent waiting \
             of all (stay), lengths, throughput, utilization."
        }
        System::Batches if letter(&model.service) != "M" || !is_geometric(model) => {
            "Exact means of wait and response, the share that waits, lengths, utilization; no percentiles."
        }
        System::Bursts => {
            "Exact means, for exponential service also standard deviations and percentiles, of wait and response; lengths, \
             utilization."
        }
        System::Closed => "Exact throughput, means and percentiles of wait and response, lengths, utilization.",
        System::Finite { .. } | System::Loss => {
            "Exact shares of messages lost, waits and responses of the accepted, lengths, throughput, utilization."
        }
        _ => "Exact means, standard deviations and percentiles of wait and response, lengths, utilization.",
    }
}

fn is_geometric(model: &Model) -> bool {
    matches!(model.gaps, Gaps::Batches(Batch::Geometric { .. }))
}
