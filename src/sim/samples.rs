//! From the record of one replication to one number for each measure.

use crate::measure::{CAUSES, Cause, Measure, Percentile, Quantity, Stat};
use crate::metrics::{Counts, HeldRecord, QueueRecord, Record, Tally, TimeAt, Times, Window, place};
use crate::scenario::Scenario;
use crate::stats::Moments;

use super::plan;

/// What one replication says about one measure.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    /// A number of its own, where it has one.
    Value(Option<f64>),
    /// Numerator and denominator of a share, a mean or an average over time.
    Ratio(f64, f64),
    Moments(Moments),
    Largest(f64),
    /// A percentile of its own histogram.
    Percentile(Option<f64>),
}

/// What is measured in every replication of a scenario, in a fixed order.
pub struct Samples<'a> {
    scenario: &'a Scenario,
    percentiles: Vec<Percentile>,
    probes: Vec<crate::time::Span>,
}

/// Percentiles that every result has.
const ALWAYS: [Percentile; 5] = [Percentile::P50, Percentile::P90, Percentile::P95, Percentile::P99, Percentile::P999];

impl<'a> Samples<'a> {
    pub fn of(scenario: &'a Scenario) -> Samples<'a> {
        let asked = scenario.asked();
        let asked = asked.filter_map(|measure| match measure.stat {
            Stat::Percentile(percentile) => Some(percentile),
            _ => None,
        });
        let mut percentiles: Vec<Percentile> = ALWAYS.into_iter().chain(asked).collect();
        percentiles.sort_by(|a, b| a.quantile().total_cmp(&b.quantile()));
        percentiles.dedup();
        Samples { scenario, percentiles, probes: plan::probes(scenario) }
    }

    /// Every measure with its sample, always in the same order.
    pub fn take(&self, record: &Record) -> Vec<(Measure, Sample)> {
        let mut out = Vec::new();
        self.times(&mut out, None, &record.times);
        let mut all = Counts::default();
        record.counts.iter().for_each(|[_, inside]| all.add(inside));
        self.all_times(&mut out, None, &record.times, all.published);
        self.counts(&mut out, None, &all);
        self.producers(&mut out, record);
        self.rates(&mut out, record);
        for (queue, record) in self.scenario.queues.iter().zip(&record.queues) {
            self.queue(&mut out, &queue.name, record);
        }
        out
    }

    fn times(&self, out: &mut Vec<(Measure, Sample)>, of: Option<&str>, times: &Times) {
        let tallies =
            [(Quantity::Wait, &times.wait), (Quantity::Service, &times.service), (Quantity::Response, &times.response)];
        for (quantity, tally) in tallies {
            self.tally(out, of, quantity, tally);
        }
    }

    fn tally(&self, out: &mut Vec<(Measure, Sample)>, of: Option<&str>, quantity: Quantity, tally: &Tally) {
        let count = tally.count as f64;
        let mut push = |stat, sample| out.push((named(of, quantity, stat), sample));
        push(Stat::Mean, Sample::Ratio(tally.sum as f64 / 1e9, count));
        let moments = Moments { count: tally.count, mean: tally.mean().unwrap_or(0.0), m2: tally.squared_distances() };
        push(Stat::Sd, Sample::Moments(moments));
        push(Stat::Max, Sample::Largest(tally.max as f64 / 1e9));
        let values = tally.quantiles(self.percentiles.iter().map(|percentile| percentile.quantile()));
        for (&percentile, value) in self.percentiles.iter().zip(values) {
            push(Stat::Percentile(percentile), Sample::Percentile(value));
        }
    }

    /// Percentiles that count what was never processed as infinite.
    fn all_times(&self, out: &mut Vec<(Measure, Sample)>, of: Option<&str>, times: &Times, published: u64) {
        let tallies = [(Quantity::WaitAll, &times.wait), (Quantity::ResponseAll, &times.response)];
        for (quantity, tally) in tallies {
            let quantiles = self.percentiles.iter().map(|p| quantile_of_all(tally, published, p.quantile()));
            for (&percentile, value) in self.percentiles.iter().zip(tally.quantiles(quantiles)) {
                out.push((named(of, quantity, Stat::Percentile(percentile)), Sample::Percentile(value)));
            }
        }
    }

    /// Of the producers that are asked for, which is a matter of the scenario alone.
    fn producers(&self, out: &mut Vec<(Measure, Sample)>, record: &Record) {
        for (at, producer) in self.scenario.producers.iter().enumerate() {
            if !self.scenario.asks_for(producer) {
                continue;
            }
            let name = Some(producer.name.as_str());
            let times = times_of_producer(record, at);
            let counts = &record.counts[at][1];
            self.times(out, name, times);
            self.all_times(out, name, times, counts.published);
            self.counts(out, name, counts);
        }
    }

    fn counts(&self, out: &mut Vec<(Measure, Sample)>, of: Option<&str>, window: &Counts) {
        let published = window.published as f64;
        let lost = |cause: Cause| match cause {
            Cause::Refused => window.refused + window.lost[place(cause)],
            cause => window.lost[place(cause)],
        };
        let counts = [
            (Quantity::Published, window.published),
            (Quantity::Accepted, window.accepted),
            (Quantity::Refused, window.refused),
            (Quantity::Lost, window.refused + Counts::total(&window.lost)),
            (Quantity::Dead, Counts::total(&window.dead)),
            (Quantity::Duplicates, window.duplicates),
            (Quantity::Redelivered, window.redelivered),
            (Quantity::Reordered, window.reordered),
            (Quantity::Inversions, window.inversions),
            (Quantity::Displacement, window.displacement),
            (Quantity::Unfinished, window.not_yet_accepted + window.unfinished),
        ];
        for (quantity, count) in counts {
            out.push((named(of, quantity, Stat::Value), Sample::Value(Some(count as f64))));
            if quantity.has(Stat::Share) {
                out.push((named(of, quantity, Stat::Share), Sample::Ratio(count as f64, published)));
            }
        }
        // A cause that nothing in the scenario can bring about is not shown as a zero.
        let may_expire =
            self.scenario.messages_expire() || self.scenario.queues.iter().any(|queue| queue.rules.ttl.is_some());
        for cause in CAUSES.into_iter().filter(|cause| *cause != Cause::Expired || may_expire) {
            for (quantity, count) in [(Quantity::Lost, lost(cause)), (Quantity::Dead, window.dead[place(cause)])] {
                if quantity.has(Stat::Cause(cause)) {
                    let measure = named(of, quantity, Stat::Cause(cause));
                    out.push((measure, Sample::Value(Some(count as f64))));
                }
            }
        }
        let waited = Sample::Ratio(window.waited as f64, window.processed as f64);
        out.push((named(of, Quantity::Waited, Stat::Share), waited));
    }

    fn rates(&self, out: &mut Vec<(Measure, Sample)>, record: &Record) {
        let seconds = record.window.1.since(record.window.0).seconds();
        let a_second = |count: u64| Sample::Value((seconds > 0.0).then(|| count as f64 / seconds));
        out.push((Measure::whole(Quantity::Throughput, Stat::Value), a_second(record.succeeded_in_window)));
        out.push((Measure::whole(Quantity::Goodput, Stat::Value), a_second(record.processed_in_window)));
        let (mut busy, mut available, mut wasted, mut repeated) = (0.0, 0.0, 0.0, 0.0);
        let may_waste = self.has(Quantity::Wasted);
        for (entry, crew) in self.scenario.consumers.iter().zip(&record.crews) {
            let there = crew.available.map_or(f64::from(entry.count) * seconds, |nanos| nanos as f64 / 1e9);
            let of_crew = (crew.busy as f64 / 1e9, there);
            busy += of_crew.0;
            available += of_crew.1;
            let name = Some(entry.name.as_str());
            wasted += crew.wasted as f64 / 1e9;
            repeated += crew.repeated as f64 / 1e9;
            if may_waste {
                let share = |nanos: u128| Sample::Ratio(nanos as f64 / 1e9, of_crew.0);
                out.push((named(name, Quantity::Wasted, Stat::Value), share(crew.wasted)));
                out.push((named(name, Quantity::Repeated, Stat::Value), share(crew.repeated)));
            }
            out.push((named(name, Quantity::Utilization, Stat::Value), Sample::Ratio(of_crew.0, of_crew.1)));
            out.push((named(name, Quantity::Throughput, Stat::Value), a_second(crew.successes)));
        }
        for (entry, held) in self.scenario.consumers.iter().zip(&record.held) {
            held.iter().for_each(|held| self.held(out, &entry.name, held));
        }
        out.push((Measure::whole(Quantity::Utilization, Stat::Value), Sample::Ratio(busy, available)));
        if may_waste {
            out.push((Measure::whole(Quantity::Wasted, Stat::Value), Sample::Ratio(wasted, busy)));
            out.push((Measure::whole(Quantity::Repeated, Stat::Value), Sample::Ratio(repeated, busy)));
        }
        if self.has(Quantity::Recovered) {
            self.tally(out, None, Quantity::Recovered, &record.recovered);
        }
    }

    /// What nothing in the scenario can bring about is not shown as a zero, unless it is asked for.
    fn has(&self, quantity: Quantity) -> bool {
        let is_asked = self.scenario.asked().any(|measure| measure.quantity == quantity);
        is_asked
            || match quantity {
                Quantity::Wasted | Quantity::Repeated => self.scenario.may_waste(),
                Quantity::Recovered => self.scenario.may_cut_off(),
                _ => true,
            }
    }

    fn queue(&self, out: &mut Vec<(Measure, Sample)>, name: &str, record: &QueueRecord) {
        let name = Some(name);
        self.times(out, name, &record.times);
        self.tally(out, name, Quantity::Stay, &record.stay);
        self.levels(out, name, record.window.as_ref());
        for (at, instant) in self.probes.iter().enumerate() {
            let seen = record.probes.get(at).map(|(length, in_flight)| (*length as f64, *in_flight as f64));
            let mut push =
                |quantity, value| out.push((named(name, quantity, Stat::At(*instant)), Sample::Value(value)));
            push(Quantity::Length, seen.map(|seen| seen.0));
            push(Quantity::InFlight, seen.map(|seen| seen.1));
            push(Quantity::Backlog, seen.map(|seen| seen.0 + seen.1));
        }
        let drained = record.drained.map(|span| span.seconds());
        out.push((named(name, Quantity::Drained, Stat::Value), Sample::Value(drained)));
    }

    fn held(&self, out: &mut Vec<(Measure, Sample)>, name: &str, record: &HeldRecord) {
        let mut push = |stat, sample| out.push((named(Some(name), Quantity::Held, stat), sample));
        let window = record.window.as_ref();
        let (area, nanos) = window.map_or((0.0, 0.0), |window| (window.length_area as f64, window.nanos as f64));
        push(Stat::Mean, Sample::Ratio(area, nanos));
        push(Stat::Max, Sample::Largest(window.map_or(0.0, |window| window.length.max as f64)));
        for &percentile in &self.percentiles {
            let value = window.map(|window| window.length.quantile(percentile.quantile()) as f64);
            push(Stat::Percentile(percentile), Sample::Percentile(value));
        }
        for (at, instant) in self.probes.iter().enumerate() {
            push(Stat::At(*instant), Sample::Value(record.probes.get(at).map(|held| *held as f64)));
        }
    }

    fn levels(&self, out: &mut Vec<(Measure, Sample)>, name: Option<&str>, window: Option<&Window>) {
        let nothing = (0, TimeAt::default());
        let nanos = window.map_or(0, |window| window.nanos) as f64;
        let (length, in_flight, backlog) = match window {
            Some(w) => (
                (w.length_area, &w.length),
                (w.in_flight_area, &w.in_flight),
                (w.length_area + w.in_flight_area, &w.backlog),
            ),
            None => ((nothing.0, &nothing.1), (nothing.0, &nothing.1), (nothing.0, &nothing.1)),
        };
        for (quantity, (area, time)) in
            [(Quantity::Length, length), (Quantity::InFlight, in_flight), (Quantity::Backlog, backlog)]
        {
            let mut push = |stat, sample| out.push((named(name, quantity, stat), sample));
            push(Stat::Mean, Sample::Ratio(area as f64, nanos));
            push(Stat::Max, Sample::Largest(time.max as f64));
            for &percentile in &self.percentiles {
                let value = window.map(|_| time.quantile(percentile.quantile()) as f64);
                push(Stat::Percentile(percentile), Sample::Percentile(value));
            }
        }
        let growth = window
            .filter(|w| w.nanos > 0)
            .map(|w| (w.backlog_at_end as f64 - w.backlog_at_begin as f64) / (w.nanos as f64 / 1e9));
        out.push((named(name, Quantity::Backlog, Stat::Growth), Sample::Value(growth)));
    }
}

/// The times of a single producer are recorded once, as those of all.
pub fn times_of_producer(record: &Record, at: usize) -> &Times {
    record.of_producers.get(at).and_then(Option::as_deref).unwrap_or(&record.times)
}

fn named(of: Option<&str>, quantity: Quantity, stat: Stat) -> Measure {
    Measure { of: of.map(str::to_owned), quantity, stat }
}

/// The quantile of the tally that is a quantile of `published` times, of which those outside the tally are infinite.
/// Above 1, it is one of these.
pub fn quantile_of_all(tally: &Tally, published: u64, quantile: f64) -> f64 {
    quantile * published as f64 / tally.count as f64
}
