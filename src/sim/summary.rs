//! From the records of all replications to estimates. Records are added in order of replication, so that the sums are
//! the same for any number of threads.

use std::collections::BTreeMap;

use super::samples::{Sample, quantile_of_all, times_of_producer};
use super::series::SeriesSums;
use crate::measure::{Measure, Quantity, Stat};
use crate::metrics::{Record, Tally, TimeAt, Times};
use crate::result::{Accounts, Estimate, ProducerAccount, QueueAccount};
use crate::scenario::Scenario;
use crate::stats::{self, PerReplication};
use crate::time::Span;

/// What is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Replications,
    /// On a real clock, of which there are few.
    Runs,
}

/// What replications have added up to so far.
pub struct Summary<'a> {
    scenario: &'a Scenario,
    over: Over,
    measures: Vec<(Measure, Vec<Sample>)>,
    pub times: Times,
    queues: Vec<QueueSums>,
    /// Of those that are asked for: times, and messages planned in the window.
    producers: Vec<(Times, u64)>,
    /// By consumers entry.
    held: Vec<TimeAt>,
    recovered: Tally,
    pub accounts: Accounts,
    pub series: SeriesSums,
    pub replications: u32,
    /// Messages planned in the window, over all replications.
    planned: u64,
    /// Measured seconds of one replication.
    seconds: f64,
    pub oldest_unfinished: Option<Span>,
}

#[derive(Default)]
struct QueueSums {
    times: Times,
    stay: Tally,
    length: TimeAt,
    in_flight: TimeAt,
    backlog: TimeAt,
}

/// A percentile of everything merged, and what it rests on.
struct Merged {
    value: Option<f64>,
    bucket: f64,
    messages: Option<u64>,
}

impl<'a> Summary<'a> {
    pub fn new(scenario: &'a Scenario, over: Over) -> Summary<'a> {
        let queues = scenario.queues.iter().map(|q| (q.name.clone(), QueueAccount::default()));
        let producers = scenario.producers.iter().map(|p| (p.name.clone(), ProducerAccount::default()));
        Summary {
            scenario,
            over,
            measures: Vec::new(),
            times: Times::default(),
            queues: scenario.queues.iter().map(|_| QueueSums::default()).collect(),
            producers: vec![Default::default(); scenario.producers.len()],
            held: vec![TimeAt::default(); scenario.consumers.len()],
            recovered: Tally::default(),
            accounts: Accounts { queues: queues.collect(), producers: producers.collect() },
            series: SeriesSums::new(scenario),
            replications: 0,
            planned: 0,
            seconds: 0.0,
            oldest_unfinished: None,
        }
    }

    /// Adds the record of the next replication, with what [`super::samples::Samples::take`] took of it.
    pub fn add(&mut self, record: &Record, samples: Vec<(Measure, Sample)>) {
        self.replications += 1;
        self.seconds = record.window.1.since(record.window.0).seconds();
        self.planned += record.counts.iter().map(|[_, inside]| inside.published).sum::<u64>();
        self.oldest_unfinished = self.oldest_unfinished.max(record.oldest_unfinished);
        self.add_samples(samples);
        self.times.merge(&record.times);
        self.recovered.merge(&record.recovered);
        for (sums, queue) in self.queues.iter_mut().zip(&record.queues) {
            sums.times.merge(&queue.times);
            sums.stay.merge(&queue.stay);
            if let Some(window) = &queue.window {
                sums.length.merge(&window.length);
                sums.in_flight.merge(&window.in_flight);
                sums.backlog.merge(&window.backlog);
            }
        }
        for (at, producer) in self.scenario.producers.iter().enumerate() {
            if self.scenario.asks_for(producer) {
                self.producers[at].0.merge(times_of_producer(record, at));
                self.producers[at].1 += record.counts[at][1].published;
            }
        }
        for (sum, held) in self.held.iter_mut().zip(&record.held) {
            held.iter().filter_map(|held| held.window.as_ref()).for_each(|window| sum.merge(&window.length));
        }
        for ((_, sum), queue) in self.accounts.queues.iter_mut().zip(&record.queues) {
            sum.add(&queue.account);
        }
        for ((_, sum), account) in self.accounts.producers.iter_mut().zip(record.producer_accounts()) {
            sum.add(&account);
        }
        self.series.add(record);
    }

    fn add_samples(&mut self, samples: Vec<(Measure, Sample)>) {
        if self.measures.is_empty() {
            self.measures = samples.into_iter().map(|(measure, sample)| (measure, vec![sample])).collect();
            return;
        }
        for ((_, row), (_, sample)) in self.measures.iter_mut().zip(samples) {
            row.push(sample);
        }
    }

    /// The estimate of one measure so far.
    pub fn estimate_of(&self, measure: &Measure) -> Option<Estimate> {
        let (measure, samples) = self.measures.iter().find(|(known, _)| known == measure)?;
        Some(self.estimate(measure, samples))
    }

    /// All estimates, without the counts of causes that no message met.
    pub fn estimates(&self) -> BTreeMap<Measure, Estimate> {
        self.shown().map(|(measure, samples)| (measure.clone(), self.estimate(measure, samples))).collect()
    }

    /// The value of each replication; `None` where one has none.
    pub fn per_replication(&self) -> BTreeMap<Measure, Vec<Option<f64>>> {
        self.shown().map(|(measure, samples)| (measure.clone(), samples.iter().map(own_value).collect())).collect()
    }

    fn shown(&self) -> impl Iterator<Item = &(Measure, Vec<Sample>)> {
        let is_asked = |measure: &Measure| self.scenario.targets.iter().any(|target| target.measure == *measure);
        let never = |sample: &Sample| matches!(sample, Sample::Value(Some(0.0)));
        self.measures.iter().filter(move |(measure, samples)| {
            !matches!(measure.stat, Stat::Cause(_)) || is_asked(measure) || !samples.iter().all(never)
        })
    }

    fn estimate(&self, measure: &Measure, samples: &[Sample]) -> Estimate {
        match samples[0] {
            Sample::Value(_) => self.mean(measure, samples),
            Sample::Ratio(..) => {
                let pairs: Vec<(f64, f64)> = samples.iter().map(as_ratio).collect();
                stats::ratio(&pairs, nothing(measure))
            }
            Sample::Moments(_) => {
                let moments: Vec<stats::Moments> = samples.iter().filter_map(as_moments).collect();
                stats::pooled_sd(&moments, nothing(measure))
            }
            Sample::Largest(_) => self.largest(samples),
            Sample::Percentile(_) => self.percentile(measure, samples),
        }
    }

    fn mean(&self, measure: &Measure, samples: &[Sample]) -> Estimate {
        let values: Vec<Option<f64>> = samples.iter().map(own_value).collect();
        let missing = values.iter().filter(|value| value.is_none()).count();
        if missing > 0 {
            let why = match measure.quantity {
                Quantity::Drained => format!("{missing} of {} replications did not drain", values.len()),
                _ => nothing(measure).to_owned(),
            };
            return Estimate { value: None, error: None, why: Some(why) };
        }
        stats::mean(&values)
    }

    fn largest(&self, samples: &[Sample]) -> Estimate {
        let value = samples.iter().filter_map(own_value).fold(0.0, f64::max);
        let why = "the largest in all replications; a maximum has no interval".to_owned();
        Estimate { value: Some(value), error: None, why: Some(why) }
    }

    fn percentile(&self, measure: &Measure, samples: &[Sample]) -> Estimate {
        let Stat::Percentile(percentile) = measure.stat else { unreachable!("{measure} is a percentile") };
        let values: Vec<Option<f64>> = samples.iter().map(own_value).collect();
        let quantile = percentile.quantile();
        let merged = self.merged(measure, quantile);
        let counts_all = matches!(measure.quantity, Quantity::WaitAll | Quantity::ResponseAll);
        if counts_all && merged.value.is_none() && merged.messages.is_some_and(|planned| planned > 0) {
            let why = format!("infinite: more than {:.4} % were never processed", (1.0 - quantile) * 100.0);
            return Estimate { value: None, error: None, why: Some(why) };
        }
        let of = PerReplication {
            quantile,
            merged: merged.value,
            values: &values,
            bucket: merged.bucket,
            messages: merged.messages,
            seconds: self.seconds,
        };
        match self.over {
            Over::Replications => stats::percentile(of),
            Over::Runs => stats::percentile_of_runs(of),
        }
    }

    fn merged(&self, measure: &Measure, quantile: f64) -> Merged {
        if measure.quantity == Quantity::Recovered {
            return of_tally(&self.recovered, quantile);
        }
        let Some(name) = &measure.of else {
            return of_journeys(&self.times, self.planned, measure.quantity, quantile);
        };
        if let Some(at) = self.scenario.producers.iter().position(|producer| producer.name == *name) {
            let (times, planned) = &self.producers[at];
            return of_journeys(times, *planned, measure.quantity, quantile);
        }
        if let Some(at) = self.scenario.consumers.iter().position(|entry| entry.name == *name) {
            return of_level(&self.held[at], quantile);
        }
        let at = self.scenario.queues.iter().position(|queue| queue.name == *name);
        let queue = &self.queues[at.expect("what is of no producer and no consumers entry is of a queue")];
        match measure.quantity {
            Quantity::Length => of_level(&queue.length, quantile),
            Quantity::InFlight => of_level(&queue.in_flight, quantile),
            Quantity::Backlog => of_level(&queue.backlog, quantile),
            Quantity::Stay => of_tally(&queue.stay, quantile),
            quantity => of_tally(of_times(&queue.times, quantity), quantile),
        }
    }
}

fn of_journeys(times: &Times, planned: u64, quantity: Quantity, quantile: f64) -> Merged {
    match quantity {
        Quantity::WaitAll => of_all(&times.wait, planned, quantile),
        Quantity::ResponseAll => of_all(&times.response, planned, quantile),
        quantity => of_tally(of_times(times, quantity), quantile),
    }
}

fn of_times(times: &Times, quantity: Quantity) -> &Tally {
    match quantity {
        Quantity::Wait => &times.wait,
        Quantity::Service => &times.service,
        Quantity::Response => &times.response,
        other => unreachable!("{} has no tally", other.name()),
    }
}

fn of_tally(tally: &Tally, quantile: f64) -> Merged {
    of_all(tally, tally.count, quantile)
}

fn of_all(tally: &Tally, planned: u64, quantile: f64) -> Merged {
    let value = tally.quantiles(std::iter::once(quantile_of_all(tally, planned, quantile))).pop().flatten();
    Merged { value, bucket: value.map_or(0.0, |value| tally.bucket_s(value)), messages: Some(planned) }
}

/// Levels have no bucket below those that share one.
fn of_level(time: &TimeAt, quantile: f64) -> Merged {
    let value = time.quantile(quantile);
    Merged { value: Some(value as f64), bucket: time.bucket(value) as f64, messages: None }
}

fn nothing(measure: &Measure) -> &'static str {
    match measure.quantity {
        Quantity::Throughput | Quantity::Goodput | Quantity::Utilization => "nothing was measured: the window is empty",
        Quantity::Length | Quantity::InFlight | Quantity::Backlog | Quantity::Held => "the run ended before that",
        Quantity::Waited | Quantity::Wait | Quantity::Service | Quantity::Response => "no message was processed",
        Quantity::Stay => "no message left the queue",
        Quantity::Recovered => "nothing that a crashed consumer held was delivered again",
        Quantity::Wasted | Quantity::Repeated => "nobody worked",
        _ => "no message was published",
    }
}

fn own_value(sample: &Sample) -> Option<f64> {
    match *sample {
        Sample::Value(value) | Sample::Percentile(value) => value,
        Sample::Largest(value) => Some(value),
        Sample::Ratio(numerator, denominator) => (denominator > 0.0).then(|| numerator / denominator),
        Sample::Moments(of) => (of.count > 0).then(|| (of.m2 / of.count as f64).sqrt()),
    }
}

fn as_ratio(sample: &Sample) -> (f64, f64) {
    match *sample {
        Sample::Ratio(numerator, denominator) => (numerator, denominator),
        _ => (0.0, 0.0),
    }
}

fn as_moments(sample: &Sample) -> Option<stats::Moments> {
    match *sample {
        Sample::Moments(of) => Some(of),
        _ => None,
    }
}
