//! Whether a live run went on as it had begun: what was in its queues in the first half of the window and in the second,
//! beside the same draws simulated.
//!
//! The simulation has the same arrivals and the same work, so that what they bring about (a profile, a burst, chance)
//! is in both. A live path that takes a little longer for each message has more inside all the time: in the second half
//! as many times more as in the first. What goes beyond that is the live run's own, and no state that it is in.

use crate::result::{Halves, Simulation};

/// What grows steadily from nothing has three times as much inside in the second half as in the first, and what stays
/// has as much; this lies between them.
const MUCH: f64 = 2.0;
/// Messages more or less that are nothing.
const FEW: f64 = 1.0;
/// Steps of the series in a window that has halves.
const STEPS: usize = 4;

/// Messages in all queues on average, in the two halves of the window of a run; none of a window of few steps.
pub fn halves(run: &Simulation) -> Option<(f64, f64)> {
    let mut both = (0.0, 0.0);
    for (_, series) in run.series.iter().filter(|(name, _)| name.ends_with(".backlog")) {
        let step = *series.t_s.first()?;
        let rounding = 1e-3 * step;
        let (begin, end) = (run.warmup.seconds() - rounding, run.duration.seconds() + rounding);
        let is_within = |(t, _): &(&f64, &f64)| begin <= **t - step && **t <= end;
        let levels: Vec<f64> = series.t_s.iter().zip(&series.mean).filter(is_within).map(|(_, mean)| *mean).collect();
        if levels.len() < STEPS {
            return None;
        }
        let (first, second) = levels.split_at(levels.len() / 2);
        both.0 += mean(first);
        both.1 += mean(second);
    }
    Some(both)
}

fn mean(levels: &[f64]) -> f64 {
    levels.iter().sum::<f64>() / levels.len() as f64
}

impl Halves {
    /// Whether the live run's halves differ by no more than the simulation's explain.
    pub fn are_alike(&self) -> bool {
        let growth = |(first, second): (f64, f64)| (second + FEW) / (first + FEW);
        let more = growth(self.live) / growth(self.twin);
        (1.0 / MUCH..=MUCH).contains(&more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(live: (f64, f64), twin: (f64, f64)) -> bool {
        Halves { live, twin }.are_alike()
    }

    #[test]
    fn what_the_simulation_shows_too_is_no_drift() {
        // A rush in the second half, and a queue that grows because too much comes.
        assert!(alike((1.0, 52.0), (1.0, 50.0)));
        assert!(alike((260.0, 790.0), (250.0, 750.0)));
        // Each message takes a little longer, and near full load that is half as much again.
        assert!(alike((15.0, 30.0), (10.0, 20.0)));
        // A message more where there are hardly any.
        assert!(alike((0.01, 0.9), (0.01, 0.01)));
    }

    #[test]
    fn a_live_run_that_falls_behind_or_catches_up_is_seen() {
        // From nothing to 40, beside a simulation that stays.
        assert!(!alike((10.0, 30.0), (1.0, 1.0)));
        assert!(!alike((30.0, 2.0), (1.0, 1.0)));
        // A rush that only the simulation got over.
        assert!(!alike((20.0, 60.0), (20.0, 2.0)));
    }
}
