//! Levels over time, over replications.

use std::collections::BTreeMap;

use super::plan;
use crate::metrics::Record;
use crate::result::{CONFIDENCE, Series};
use crate::scenario::Scenario;
use crate::stats::student_t;

/// For each step: the sums over replications of the mean level within it, and of its square.
#[derive(Clone, Debug, Default)]
struct Steps(Vec<(f64, f64)>);

/// What replications have added up to so far.
pub struct SeriesSums {
    step_s: f64,
    queues: Vec<(String, Steps, Steps)>,
}

impl SeriesSums {
    pub fn new(scenario: &Scenario) -> SeriesSums {
        let queues = scenario.queues.iter().map(|queue| (queue.name.clone(), Steps::default(), Steps::default()));
        SeriesSums { step_s: plan::series_step(scenario).seconds(), queues: queues.collect() }
    }

    pub fn add(&mut self, record: &Record) {
        let step_nanos = self.step_s * 1e9;
        for ((_, length, backlog), queue) in self.queues.iter_mut().zip(&record.queues) {
            let mut before = (0, 0);
            for (at, &now) in queue.steps.iter().enumerate().take(plan::SERIES_STEPS as usize) {
                let waiting = (now.0 - before.0) as f64 / step_nanos;
                let in_flight = (now.1 - before.1) as f64 / step_nanos;
                length.add(at, waiting);
                backlog.add(at, waiting + in_flight);
                before = now;
            }
        }
    }

    /// By measure: `orders.length` and `orders.backlog`. A replication that was over before a step held nothing then.
    pub fn finish(&self, replications: u32) -> BTreeMap<String, Series> {
        let mut all = BTreeMap::new();
        for (queue, length, backlog) in &self.queues {
            all.insert(format!("{queue}.length"), length.series(self.step_s, replications));
            all.insert(format!("{queue}.backlog"), backlog.series(self.step_s, replications));
        }
        all
    }
}

impl Steps {
    fn add(&mut self, at: usize, level: f64) {
        if at == self.0.len() {
            self.0.push((0.0, 0.0));
        }
        self.0[at].0 += level;
        self.0[at].1 += level * level;
    }

    fn series(&self, step_s: f64, replications: u32) -> Series {
        let n = f64::from(replications);
        let t = if replications > 1 { student_t(CONFIDENCE, n - 1.0) } else { 0.0 };
        let mut series = Series::default();
        for (at, &(sum, squares)) in self.0.iter().enumerate() {
            let mean = sum / n;
            let variance = if replications > 1 { ((squares - sum * mean) / (n - 1.0)).max(0.0) } else { 0.0 };
            let half = t * (variance / n).sqrt();
            series.t_s.push(step_s * (at + 1) as f64);
            series.mean.push(mean);
            series.low.push((mean - half).max(0.0));
            series.high.push(mean + half);
        }
        series
    }
}
