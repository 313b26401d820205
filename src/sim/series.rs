//! Levels over time, over replications.

use std::collections::BTreeMap;

use super::plan;
use crate::metrics::{CrewRecord, Record, Step};
use crate::result::{CONFIDENCE, Series};
use crate::scenario::Scenario;
use crate::stats::student_t;

/// For each step: the sums over replications of the mean level within it, and of its square.
#[derive(Clone, Debug, Default)]
struct Steps {
    sums: Vec<(f64, f64)>,
    /// From which step on a replication was over, and at what level that left it.
    over: Vec<(usize, f64)>,
    /// Steps of the replication that is being added.
    added: usize,
}

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
        let whole = (record.end.seconds() / self.step_s).round() as usize;
        let count = whole.clamp(1, plan::SERIES_STEPS as usize);
        let lengths = lengths(count, self.step_s, record.end.seconds());
        self.queues.iter_mut().zip(&record.queues).for_each(|(sums, queue)| sums.add(&queue.steps, &lengths));
        self.consumers.iter_mut().zip(&record.crews).for_each(|(sums, crew)| sums.add(crew, &lengths));
    }

    /// By measure: `orders.length` and `orders.backlog` in messages, `orders.entering` and `orders.leaving` a second,
    /// `payments.busy` and `payments.available` in consumers. A replication that was over before a step is left as it was
    /// then, with nothing coming or going and nobody at work.
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
    fn add(&mut self, steps: &[Step], lengths: &[f64]) {
        let mut before = Step::default();
        let (mut waiting, mut inside) = (0.0, 0.0);
        for (at, (&now, length_s)) in steps.iter().zip(lengths).enumerate() {
            waiting = (now.length_area - before.length_area) as f64 / (length_s * 1e9);
            inside = waiting + (now.in_flight_area - before.in_flight_area) as f64 / (length_s * 1e9);
            self.length.add(at, waiting);
            self.backlog.add(at, inside);
            let entered = now.entered - before.entered;
            self.entering.add(at, entered as f64 / length_s);
            self.leaving.add(at, (before.inside + entered - now.inside) as f64 / length_s);
            before = now;
        }
        // What is empty at the end stays so, though it was not all through its last step.
        let is_empty = steps.last().is_none_or(|end| end.inside == 0);
        let left = |level: f64| if is_empty { 0.0 } else { level };
        self.length.end(left(waiting));
        self.backlog.end(left(inside));
        self.entering.end(0.0);
        self.leaving.end(0.0);
    }
}

impl ConsumersSeries {
    fn add(&mut self, crew: &CrewRecord, lengths: &[f64]) {
        let busy = crew.busy_steps.clone().settled();
        let available = crew.available.map(|_| crew.available_steps.clone().settled());
        let mut there = f64::from(self.count);
        for (at, length_s) in lengths.iter().enumerate() {
            let mean = |nanos: &[u64]| nanos.get(at).map_or(0.0, |nanos| *nanos as f64 / (length_s * 1e9));
            self.busy.add(at, mean(&busy));
            there = available.as_deref().map_or(there, mean);
            self.available.add(at, there);
        }
        self.busy.end(0.0);
        self.available.end(there);
    }
}

/// How long each step lasts of a run that ends in the last of them, or shortly behind it: less than half a step more is
/// left out, because it would tell chance.
fn lengths(count: usize, step_s: f64, end_s: f64) -> Vec<f64> {
    let last_s = end_s - (count - 1) as f64 * step_s;
    let mut lengths = vec![step_s; count];
    lengths[count - 1] = last_s.clamp(1e-9, step_s.max(1e-9));
    lengths
}

impl Steps {
    fn add(&mut self, at: usize, level: f64) {
        if at == self.sums.len() {
            self.sums.push((0.0, 0.0));
        }
        self.sums[at].0 += level;
        self.sums[at].1 += level * level;
        self.added = at + 1;
    }

    /// The replication is over, and leaves that behind.
    fn end(&mut self, level: f64) {
        self.over.push((self.added, level));
    }

    fn with_what_is_left(&self) -> Vec<(f64, f64)> {
        let mut sums = self.sums.clone();
        for &(from, level) in self.over.iter().filter(|(_, level)| *level != 0.0) {
            sums.iter_mut().skip(from).for_each(|sum| *sum = (sum.0 + level, sum.1 + level * level));
        }
        sums
    }

    fn series(&self, step_s: f64, replications: u32) -> Series {
        let n = f64::from(replications);
        let t = if replications > 1 { student_t(CONFIDENCE, n - 1.0) } else { 0.0 };
        let mut series = Series::default();
        for (at, (sum, squares)) in self.with_what_is_left().into_iter().enumerate() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_lasts_until_the_end_and_less_than_half_a_step_more_is_none() {
        assert_eq!(lengths(3, 2.0, 5.5), [2.0, 2.0, 1.5]);
        assert_eq!(lengths(3, 2.0, 6.5), [2.0, 2.0, 2.0]);
        assert_eq!(lengths(1, 2.0, 0.5), [0.5]);
    }

    #[test]
    fn what_a_replication_leaves_behind_stays_where_another_goes_on() {
        let mut steps = Steps::default();
        for levels in [&[1.0, 4.0][..], &[3.0, 6.0, 8.0]] {
            levels.iter().enumerate().for_each(|(at, level)| steps.add(at, *level));
            steps.end(levels[levels.len() - 1]);
        }
        assert_eq!(steps.series(1.0, 2).mean, [2.0, 5.0, 6.0]);
    }
}
