//! The model that a scenario comes down to: one queue, and the formulas that apply to it.

use super::feedback::Feedback;
use super::service::letter;
use crate::workload::{Batch, Bursts, Distribution};

/// One queue whose arrivals do not change, and consumers that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub queue: String,
    /// The consumers entry that takes from it.
    pub entry: String,
    /// Messages per second; of clients who wait for their answers, what it would be if nobody had to.
    pub rate: f64,
    pub gaps: Gaps,
    pub service: Distribution,
    pub consumers: u32,
    /// Consumers of the whole scenario: those with nothing to do are idle, but available.
    pub all_consumers: u64,
    /// Failures, where there are any.
    pub feedback: Option<Feedback>,
    /// How long a message waits at most, where messages expire.
    pub patience: Option<Distribution>,
    /// Those of different priority, the highest first; empty where all are served alike.
    pub classes: Vec<Class>,
    pub system: System,
    pub seen: Seen,
}

/// The messages of one priority.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    pub priority: u8,
    /// Messages per second.
    pub rate: f64,
    /// Of all its messages; of one producer's it may be another, where it follows what they carry.
    pub service: Distribution,
    pub producers: Vec<String>,
}

/// What lies between arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Gaps {
    Poisson,
    /// Independent gaps of this distribution.
    Renewal(Distribution),
    /// Several producers, not all of them Poisson; the squared coefficient of variation that stands for them.
    Several {
        scv: f64,
    },
    /// Poisson arrivals of so many at once.
    Batches(Batch),
    /// Poisson arrivals whose rate jumps.
    Bursts(Bursts),
    /// Clients who think, send and wait for the end.
    Closed {
        population: u32,
        think: Distribution,
    },
}

impl Gaps {
    /// Its letter in Kendall's notation.
    pub fn letter(&self) -> String {
        match self {
            Gaps::Poisson => "M".to_owned(),
            Gaps::Renewal(gap) => letter(gap),
            Gaps::Several { .. } => "G".to_owned(),
            Gaps::Batches(_) => "M^X".to_owned(),
            Gaps::Bursts(bursts) => format!("MMPP{}", bursts.states.len()),
            Gaps::Closed { think, .. } => letter(think),
        }
    }

    /// The squared coefficient of variation; where gaps depend on one another, what stands for it in the long run.
    pub fn scv(&self) -> f64 {
        match self {
            Gaps::Poisson | Gaps::Closed { .. } => 1.0,
            Gaps::Renewal(gap) => gap.scv(),
            Gaps::Several { scv } => *scv,
            Gaps::Batches(size) => size.mean() + size.variance() / size.mean(),
            Gaps::Bursts(bursts) => bursts.dispersion(),
        }
    }

    /// Whether these formulas need no more than independent gaps.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Gaps::Poisson | Gaps::Renewal(_) | Gaps::Several { .. })
    }
}

/// Which formulas apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// M/M/c.
    Markov,
    /// M/M/c/K with so much room beside what is worked on.
    Finite { room: u64 },
    /// M/G/c/c: who finds no free consumer is lost.
    Loss,
    /// M/D/1.
    Constant,
    /// M/D/c.
    Crowd,
    /// M/PH/1: Erlang and hyperexponential service.
    Phases,
    /// M/G/1.
    General,
    /// GI/M/c.
    Renewal,
    /// M/M/c whose failed messages return.
    Feedback,
    /// M/G/1 or M/M/c, last in first out.
    LastFirst,
    /// M/M/1, the shortest work first.
    ShortestFirst,
    /// M/G/1 or M/M/c with priorities.
    Priority,
    /// M/M/c+M or M/M/c+D: messages leave when they have waited too long.
    Impatient,
    /// M^X/G/1.
    Batches,
    /// MMPP/M/c, MMPP/H/1.
    Bursts,
    /// M/M/c//N.
    Closed,
    /// M/G/∞, or so many consumers that it makes no difference.
    Endless,
    /// GI/G/c, for which there is no exact formula here.
    Approximate,
    /// At least as much work as the consumers can do, and unlimited room: no steady state.
    Overloaded,
}

/// What the broker's own counts have to do with the model's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Waiting is waiting and in flight is worked on.
    All,
    /// A consumer holds more than it works on, so that only the sum is the model's.
    Backlog,
    /// Messages are acknowledged before they are worked on.
    Nothing,
}

impl Model {
    /// In Kendall's notation.
    pub fn name(&self) -> String {
        let (gaps, service, c) = (self.gaps.letter(), letter(&self.service), self.consumers);
        match self.system {
            System::Finite { room } => format!("M/{service}/{c}/{}", u128::from(c) + u128::from(room)),
            System::Loss => format!("M/{service}/{c}/{c}"),
            System::Overloaded => format!("{gaps}/{service}/{c}, overloaded"),
            System::Feedback => format!("M/M/{c} with feedback"),
            System::Approximate => format!("{gaps}/{service}/{c}, approximately"),
            System::LastFirst => format!("M/{service}/{c}, last in first out"),
            System::ShortestFirst => format!("M/{service}/{c}, shortest first"),
            System::Priority => format!("M/{service}/{c} with {} priorities", self.classes.len()),
            System::Impatient => format!("M/M/{c}+{}", self.patience.as_ref().map_or("G".to_owned(), letter)),
            System::Closed => format!("{gaps}/M/{c}//{}", self.population()),
            System::Endless => format!("M/{service}/∞"),
            _ => format!("{gaps}/{service}/{c}"),
        }
    }

    /// Where its formulas are from.
    pub fn source(&self) -> &'static str {
        let alone = self.consumers == 1;
        match self.system {
            System::Markov if alone => "Kleinrock 1975, sec. 3.2",
            System::Markov => "Erlang 1917; Kleinrock 1975, sec. 3.5",
            System::Finite { .. } => "birth and death; Kleinrock 1975, sec. 3.6",
            System::Loss => "Erlang 1917; Sevastyanov 1957",
            System::Constant => "Erlang 1909; Pollaczek 1930, Khinchine 1932; Iversen & Staalhagen 1999",
            System::Crowd => "Crommelin 1932; Spitzer 1956; Franx 2001",
            System::Phases => "Pollaczek 1930, Khinchine 1932; Takács 1962; Neuts 1981, theorem 5.1.3",
            System::General => "Pollaczek 1930, Khinchine 1932; Takács 1962",
            System::Renewal => "Kendall 1953; Takács 1962; Gross & Harris 1998, sec. 5.3",
            System::Feedback => "Jackson 1957; Baskett, Chandy, Muntz & Palacios 1975",
            System::LastFirst if letter(&self.service) == "M" => {
                "Takács 1963; busy periods: Kleinrock 1975, sec. 5.8; Abate & Whitt 1988"
            }
            System::LastFirst => "Takács 1963; busy periods: Kleinrock 1975, sec. 5.8",
            System::ShortestFirst => "Phipps 1956",
            System::Priority if alone && letter(&self.service) == "M" => "Cobham 1954; Takács 1964",
            System::Priority if alone => "Cobham 1954; Kleinrock 1976, sec. 3.6",
            System::Priority => "Cobham 1954; Kella & Yechiali 1985",
            System::Impatient if self.patience.as_ref().is_some_and(|p| letter(p) == "D") => {
                "Baccelli & Hébuterne 1981; Zeltyn & Mandelbaum 2005"
            }
            System::Impatient => "Palm 1943; Garnett, Mandelbaum & Reiman 2002",
            System::Batches => "Burke 1975; Gross & Harris 1998, sec. 3.1",
            System::Bursts if alone => "Neuts 1981; Latouche & Ramaswami 1993",
            System::Bursts => "Neuts 1981; Gaver, Jacobs & Latouche 1984; Latouche & Ramaswami 1993",
            System::Closed => "Palm 1943; Sevcik & Mitrani 1981, Lavenberg & Reiser 1980 (what arrivals find)",
            System::Endless => "Takács 1962",
            System::Approximate if alone => "an approximation: Kingman 1961",
            System::Approximate => "an approximation: Allen & Cunneen (Allen 1990, sec. 5.4)",
            System::Overloaded => "conservation of work",
        }
    }

    /// Whether its waits are exact.
    pub fn is_exact(&self) -> bool {
        self.system != System::Approximate
    }

    /// Attempts that a message takes on average.
    pub fn attempts(&self) -> f64 {
        self.feedback.map_or(1.0, |feedback| 1.0 / (1.0 - feedback.fails))
    }

    /// Clients who wait for their answers; 0 where there are none.
    pub fn population(&self) -> u32 {
        if let Gaps::Closed { population, .. } = self.gaps { population } else { 0 }
    }

    /// Rate × mean service with retries, in consumers kept busy.
    pub fn offered(&self) -> f64 {
        self.rate * self.service.mean_s() * self.attempts()
    }
}
