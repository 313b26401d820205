//! Time that consumers spend, by step of the run in which they spend it.

use std::hint::cold_path;

use crate::time::{Span, Time};

/// No run has so many steps; what comes later is not told.
const MOST_STEPS: u64 = 1 << 12;

/// Nanoseconds by step. The steps are of equal length and begin with the run.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    /// None where nobody wants to know.
    step: Option<Span>,
    /// The latest step that something fell into, and what did.
    begin: Time,
    end: Time,
    sum: u64,
    sums: Vec<u64>,
}

impl Spread {
    pub fn over(step: Option<Span>) -> Spread {
        let end = step.map_or(Time::NEVER, |step| Time::ZERO + step);
        Spread { step, begin: Time::ZERO, end, sum: 0, sums: Vec::new() }
    }

    /// One consumer, from then till then. Mostly that is within one step, and the same as before.
    #[inline(always)]
    pub fn add(&mut self, from: Time, until: Time) {
        if self.begin <= from && until <= self.end {
            self.sum += (until - from).nanos();
        } else {
            cold_path();
            self.add_many(from, until, 1);
        }
    }

    /// So many consumers.
    #[inline(never)]
    pub fn add_many(&mut self, from: Time, until: Time, count: u64) {
        let Some(step) = self.step.filter(|_| from < until) else { return };
        self.put_down(step);
        let nanos = step.nanos();
        let (first, last) = (from.nanos() / nanos, ((until.nanos() - 1) / nanos).min(MOST_STEPS));
        for at in first..=last {
            let (begin, end) = (from.nanos().max(at * nanos), until.nanos().min((at + 1).saturating_mul(nanos)));
            *self.place(at as usize) += (end - begin).saturating_mul(count);
        }
        (self.begin, self.end) = (Time::from_nanos(last * nanos), Time::from_nanos((last + 1).saturating_mul(nanos)));
    }

    /// What has been added up of the latest step.
    fn put_down(&mut self, step: Span) {
        let sum = std::mem::take(&mut self.sum);
        let at = self.begin.nanos() / step.nanos();
        *self.place(at as usize) += sum;
    }

    fn place(&mut self, at: usize) -> &mut u64 {
        if self.sums.len() <= at {
            self.sums.resize(at + 1, 0);
        }
        &mut self.sums[at]
    }

    /// By step; nothing in those that are not there.
    pub fn settled(mut self) -> Vec<u64> {
        if let Some(step) = self.step {
            self.put_down(step);
        }
        self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    fn spread(spells: &[(u64, u64)]) -> Vec<u64> {
        let mut spread = Spread::over(Some(Span::from_nanos(10)));
        spells.iter().for_each(|&(from, until)| spread.add(at(from), at(until)));
        spread.settled()
    }

    #[test]
    fn a_spell_is_counted_where_it_lies() {
        assert_eq!(spread(&[(2, 5), (5, 10)]), [8]);
        assert_eq!(spread(&[(2, 5), (8, 31), (30, 40)]), [5, 10, 10, 11]);
    }

    #[test]
    fn one_that_began_long_before_is_counted_where_it_was() {
        assert_eq!(spread(&[(30, 34), (1, 35), (12, 13)]), [9, 11, 10, 9]);
    }

    #[test]
    fn several_consumers_count_several_times() {
        let mut spread = Spread::over(Some(Span::from_nanos(10)));
        spread.add_many(at(5), at(15), 3);
        spread.add(at(15), at(16));
        assert_eq!(spread.settled(), [15, 16]);
    }

    #[test]
    fn nobody_wants_to_know() {
        let mut spread = Spread::over(None);
        spread.add(at(5), at(15));
        assert!(spread.settled().is_empty());
    }
}
