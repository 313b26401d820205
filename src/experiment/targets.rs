//! Whether what must hold does.

use crate::measure::{Stat, Unit};
use crate::result::{CONFIDENCE, Estimate, Holds, Live, Simulation, StandardError, TargetResult, Theory};
use crate::scenario::{Op, Scenario, Target};
use crate::stats;

/// Judges each target by the simulation.
pub fn judge(scenario: &Scenario, simulation: &Simulation) -> Vec<TargetResult> {
    let judge = |target: &Target| {
        let (holds, note) = match target.in_runs {
            Some(share) => in_runs(target, share, simulation),
            None => by_estimate(target, simulation),
        };
        judged(target, "simulation", holds, note)
    };
    scenario.targets.iter().map(judge).collect()
}

/// Judges each target by a live run: by its value where one run has no interval.
pub fn judge_live(scenario: &Scenario, live: &Live) -> Vec<TargetResult> {
    let judge = |target: &Target| {
        let (holds, note) = match (&live.valid, target.in_runs) {
            (Err(_), _) => (Holds::Undecided, "the live run is invalid".to_owned()),
            (Ok(()), Some(share)) => in_runs(target, share, &live.runs),
            (Ok(()), None) => by_runs(target, &live.runs),
        };
        judged(target, "live", holds, note)
    };
    scenario.targets.iter().map(judge).collect()
}

fn judged(target: &Target, by: &'static str, holds: Holds, note: String) -> TargetResult {
    TargetResult {
        target: target.text.clone(),
        measure: target.measure.clone(),
        op: target.op,
        bound: target.value,
        in_runs: target.in_runs,
        by,
        holds,
        note,
    }
}

fn by_runs(target: &Target, runs: &Simulation) -> (Holds, String) {
    let estimate = runs.measures.get(&target.measure);
    match estimate.map(|estimate| (estimate.value, estimate.error)) {
        Some((Some(value), None)) if target.op != Op::Equal => {
            let note = "by its value, without an interval; `--repeat 5` gives one";
            (yes_or_no(target.op.holds(value, target.value)), note.to_owned())
        }
        _ => by_estimate(target, runs),
    }
}

/// Judges each target by the formulas alone.
pub fn judge_by_theory(scenario: &Scenario, theory: &Theory) -> Vec<TargetResult> {
    let judge = |target: &Target| {
        let known = theory.measures.get(&target.measure).filter(|_| target.in_runs.is_none());
        let (holds, note) = match known {
            Some(exact) if !exact.exact => {
                (Holds::Undecided, "the formula is an approximation; leave out `--theory` to simulate it".to_owned())
            }
            Some(exact) if target.op.holds(exact.value, target.value) => (Holds::Yes, String::new()),
            Some(_) => (Holds::No, String::new()),
            None => (Holds::Undecided, "the formulas do not tell; leave out `--theory` to simulate it".to_owned()),
        };
        judged(target, "theory", holds, note)
    };
    scenario.targets.iter().map(judge).collect()
}

fn by_estimate(target: &Target, simulation: &Simulation) -> (Holds, String) {
    let Some(estimate) = simulation.measures.get(&target.measure) else {
        return (Holds::Undecided, "nothing was measured".to_owned());
    };
    let Some(value) = estimate.value else {
        let why = estimate.why.clone().unwrap_or_default();
        // A percentile beyond all that were processed is above every bound; a queue that never drained is too.
        let is_infinite = why.starts_with("infinite") || why.ends_with("did not drain");
        return match (is_infinite, target.op) {
            (true, Op::Less | Op::LessOrEqual | Op::Equal) => (Holds::No, why),
            (true, Op::Greater | Op::GreaterOrEqual) => (Holds::Yes, why),
            (false, _) => (Holds::Undecided, why),
        };
    };
    match (target.op, estimate.error) {
        (Op::Equal, _) => equal(target, simulation, value),
        (_, Some(error)) => by_interval(target, estimate, error, value, simulation.replications),
        (_, None) if matches!(target.measure.stat, Stat::Max) => {
            (yes_or_no(target.op.holds(value, target.value)), String::new())
        }
        (_, None) => (Holds::Undecided, estimate.why.clone().unwrap_or_default()),
    }
}

/// Holds if the whole interval is on the right side, is missed if it is wholly on the wrong side.
fn by_interval(target: &Target, estimate: &Estimate, error: StandardError, value: f64, done: u32) -> (Holds, String) {
    let (low, high) = stats::interval(estimate, CONFIDENCE).unwrap_or((value, value));
    match (target.op.holds(low, target.value), target.op.holds(high, target.value)) {
        (true, true) => (Holds::Yes, String::new()),
        (false, false) => (Holds::No, String::new()),
        _ => {
            let distance = (value - target.value).abs();
            let note = if distance <= error.at_least {
                "the value is too near to the bound to tell them apart".to_owned()
            } else {
                more_replications(stats::replications_needed((high - low) / 2.0, u64::from(done), distance), done)
            };
            (Holds::Undecided, note)
        }
    }
}

/// As many as `run.replications` may ask for.
const MOST_REPLICATIONS: u64 = 10_000;

/// How many, and at what cost beside what is done.
fn more_replications(needed: Option<u64>, done: u32) -> String {
    let done = u64::from(done);
    match needed {
        Some(needed) if needed > done => {
            let (more, times) = (needed - done, needed as f64 / done.max(1) as f64);
            if needed > MOST_REPLICATIONS {
                return format!("a run about {times:.0} times as long would decide it; raise run.duration");
            }
            format!(
                "about {more} more replications would decide it (run.replications: {needed}, {times:.1} times the work)"
            )
        }
        _ => "more replications would decide it".to_owned(),
    }
}

/// An exact value holds if every replication has it; a count of nothing says what share it excludes.
fn equal(target: &Target, simulation: &Simulation, value: f64) -> (Holds, String) {
    let values = simulation.per_replication.get(&target.measure);
    let all = values.is_some_and(|values| values.iter().all(|v| *v == Some(target.value)));
    let has_none = target.value == 0.0 && target.measure.unit() == Unit::Messages;
    if all && has_none {
        let share = stats::excluded_share(simulation.messages.max(1)) * 100.0;
        return (Holds::Yes, format!("excludes a share above {} %", Significant(share)));
    }
    (yes_or_no(all || value == target.value && simulation.replications == 1), String::new())
}

/// In at least that share of the replications (Clopper and Pearson 1934).
fn in_runs(target: &Target, share: f64, simulation: &Simulation) -> (Holds, String) {
    let Some(values) = simulation.per_replication.get(&target.measure) else {
        return (Holds::Undecided, "nothing was measured".to_owned());
    };
    let holds = |value: &&Option<f64>| value.is_some_and(|value| target.op.holds(value, target.value));
    let (held, of) = (values.iter().filter(holds).count() as u64, values.len() as u64);
    if of == 0 {
        return (Holds::Undecided, "no replication was completed".to_owned());
    }
    let (low, high) = stats::share_interval(held, of, CONFIDENCE);
    let seen = format!("in {held} of {of}");
    if low >= share {
        (Holds::Yes, seen)
    } else if high < share {
        (Holds::No, seen)
    } else {
        let more = more_replications(stats::replications_to_decide(held, of, share, CONFIDENCE), of as u32);
        (Holds::Undecided, format!("{seen}; {more}"))
    }
}

fn yes_or_no(holds: bool) -> Holds {
    if holds { Holds::Yes } else { Holds::No }
}

/// A number with two significant digits, however small.
struct Significant(f64);

impl std::fmt::Display for Significant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = if self.0 > 0.0 { (1.0 - self.0.log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
        write!(f, "{:.digits$}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undecided_target_says_what_would_decide_it_and_what_that_costs() {
        let expected = "about 30 more replications would decide it (run.replications: 50, 2.5 times the work)";
        assert_eq!(more_replications(Some(50), 20), expected);
        let too_many = "a run about 2000 times as long would decide it; raise run.duration";
        assert_eq!(more_replications(Some(40_000), 20), too_many);
    }
}
