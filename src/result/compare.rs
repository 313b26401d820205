//! Scenarios that were answered on the same random numbers, and how they differ.

use super::Outcome;
use crate::measure::{Direction, Measure};

/// A scenario and its variants. What is compared of them is fixed before they are run.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The first is what the others are compared with.
    pub compared: Vec<Compared>,
    /// By measure, and of each by variant.
    pub differences: Vec<Difference>,
    /// Of each interval, so that all hold together as often as the usual confidence says (Bonferroni 1936).
    pub confidence: f64,
    /// One for each measure of which one end is better.
    pub rankings: Vec<Ranking>,
    /// By which whoever asked wants them ranked.
    pub ranked: Option<Measure>,
    pub partial: bool,
}

/// Of each, in a live comparison, at least: fewer have no interval.
pub const LIVE_RUNS: u32 = 5;

#[derive(Clone, Debug)]
pub struct Compared {
    pub name: String,
    pub outcome: Outcome,
}

/// `variant − base` of one measure, in its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Which of those compared; never the first.
    pub variant: usize,
    pub measure: Measure,
    pub base: Option<f64>,
    /// `None` where one of the two has no value; `why` says so.
    pub value: Option<f64>,
    /// Of the interval, where there is one.
    pub half: Option<f64>,
    pub why: Option<String>,
}

/// What a difference shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Less,
    More,
    /// None that is larger than chance may make it.
    Nothing,
}

impl Shown {
    pub fn name(self) -> &'static str {
        match self {
            Shown::Less => "less",
            Shown::More => "more",
            Shown::Nothing => "none shown",
        }
    }
}

/// The order of those compared in one measure, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    pub measure: Measure,
    /// Each of them is shown to be worse than the first of the group before; within a group nobody is shown to be worse
    /// than its first. Who has no value is in none.
    pub groups: Vec<Vec<usize>>,
}

impl Difference {
    /// `None` where there is no interval.
    pub fn shown(&self) -> Option<Shown> {
        let (value, half) = (self.value?, self.half?);
        Some(match () {
            () if value < -half => Shown::Less,
            () if value > half => Shown::More,
            () => Shown::Nothing,
        })
    }

    /// As a share of the base, where that is not zero.
    pub fn relative(&self) -> Option<f64> {
        let base = self.base.filter(|base| *base != 0.0)?;
        Some(self.value? / base.abs())
    }

    /// Whether it is shown to be better, or worse; `None` if neither is.
    pub fn is_better(&self) -> Option<bool> {
        match (self.shown()?, self.measure.direction()) {
            (Shown::Nothing, _) | (_, Direction::Neither) => None,
            (shown, direction) => Some((shown == Shown::Less) == (direction == Direction::Lower)),
        }
    }
}
