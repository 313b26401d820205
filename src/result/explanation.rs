//! What a scenario is, in words, and what load its queues are offered.

use super::Theory;

/// Which model a scenario is, and why, in words.
#[derive(Clone, Debug)]
pub struct Explanation {
    pub paragraphs: Vec<Paragraph>,
    /// The model's answer, or the reasons why there is none.
    pub theory: Result<Theory, Vec<String>>,
    pub stability: Vec<Stability>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// One word.
    pub title: &'static str,
    pub text: String,
}

/// What a queue is offered against what its consumers can do, on average over the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Stability {
    pub queue: String,
    /// Messages entering per second.
    pub rate: f64,
    /// Work that arrives per second, in consumers kept busy, retries included.
    pub offered_load: f64,
    /// The most that there are.
    pub consumers: u32,
    /// How many there are on average; fewer than the most where they come and go.
    pub present: f64,
    /// Messages a second by which the backlog grows; 0 where it does not.
    pub growth: f64,
}
