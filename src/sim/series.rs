//! Levels over time, over replications.

use std::collections::BTreeMap;

use super::plan;
use crate::metrics::{CrewRecord, Record, Step};
use crate::result::{CONFIDENCE, Series};
use crate::scenario::Scenario;
use crate::stats::student_t;

/// For each step: the sums over replications of the mean level within it, and of its square.
#[derive(Clone, Debug, Default)]
struct Steps(Vec<(f64, f64)>);

/// What replications have added up to so far.
pub struct SeriesSums {
    step_s: f64,
    queues: Vec<QueueSeries>,
    consumers: Vec<ConsumersSeries>,
}

struct QueueSeries {
    name: String,
    length: Steps,
    backlog: Steps,
    entering: Steps,
    leaving: Steps,
}

struct ConsumersSeries {
    name: String,
    /// Where their number does not change.
    count: u32,
    busy: Steps,
    available: Steps,
}

impl SeriesSums {
    pub fn new(scenario: &Scenario) -> SeriesSums {
        let steps = Steps::default;
        let queues = scenario.queues.iter().map(|queue| {
            let name = queue.name.clone();
            QueueSeries { name, length: steps(), backlog: steps(), entering: steps(), leaving: steps() }
        });
        let consumers = scenario.consumers.iter().map(|entry| ConsumersSeries {
            name: entry.name.clone(),
            count: entry.count,
            busy: steps(),
            available: steps(),
        });
        let step_s = plan::series_step(scenario).seconds();
        SeriesSums { step_s, queues: queues.collect(), consumers: consumers.collect() }
    }

    pub fn add(&mut self, record: &Record) {
        self.queues.iter_mut().zip(&record.queues).for_each(|(sums, queue)| sums.add(&queue.steps, self.step_s));
        let count = record.queues.iter().map(|queue| queue.steps.len()).max().unwrap_or(0);
        let count = count.min(plan::SERIES_STEPS as usize);
        self.consumers.iter_mut().zip(&record.crews).for_each(|(sums, crew)| sums.add(crew, count, self.step_s));
    }

    /// By measure: `orders.length` and `orders.backlog` in messages, `orders.entering` and `orders.leaving` a second,
    /// `payments.busy` and `payments.available` in consumers. A replication that was over before a step had nothing
    /// then.
    pub fn finish(&self, replications: u32) -> BTreeMap<String, Series> {
        let mut all = BTreeMap::new();
        let mut put = |name: &str, what: &str, steps: &Steps| {
            all.insert(format!("{name}.{what}"), steps.series(self.step_s, replications));
        };
        for queue in &self.queues {
            put(&queue.name, "length", &queue.length);
            put(&queue.name, "backlog", &queue.backlog);
            put(&queue.name, "entering", &queue.entering);
            put(&queue.name, "leaving", &queue.leaving);
        }
        for entry in &self.consumers {
            put(&entry.name, "busy", &entry.busy);
            put(&entry.name, "available", &entry.available);
        }
        all
    }
}

impl QueueSeries {
    fn add(&mut self, steps: &[Step], step_s: f64) {
        let mut before = Step::default();
        for (at, &now) in steps.iter().enumerate().take(plan::SERIES_STEPS as usize) {
            let waiting = (now.length_area - before.length_area) as f64 / (step_s * 1e9);
            let in_flight = (now.in_flight_area - before.in_flight_area) as f64 / (step_s * 1e9);
            self.length.add(at, waiting);
            self.backlog.add(at, waiting + in_flight);
            let entered = now.entered - before.entered;
            self.entering.add(at, entered as f64 / step_s);
            self.leaving.add(at, (before.inside + entered - now.inside) as f64 / step_s);
            before = now;
        }
    }
}

impl ConsumersSeries {
    fn add(&mut self, crew: &CrewRecord, count: usize, step_s: f64) {
        let busy = crew.busy_steps.clone().settled();
        let available = crew.available.map(|_| crew.available_steps.clone().settled());
        let mean = |nanos: &[u64], at: usize| nanos.get(at).map_or(0.0, |nanos| *nanos as f64 / (step_s * 1e9));
        for at in 0..count {
            self.busy.add(at, mean(&busy, at));
            let there = available.as_ref().map_or(f64::from(self.count), |available| mean(available, at));
            self.available.add(at, there);
        }
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
