//! A live answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::accounts::Accounts;
use super::answer::{Histograms, Number, Series, Simulation};
use super::finite;
use super::ordered::Ordered;
use super::read::{Damage, measure};
use crate::result;
use crate::time::Span;

#[derive(Serialize, Deserialize)]
pub struct Live<'a> {
    target: Cow<'a, str>,
    durability: Cow<'a, str>,
    /// Why there are no figures of what is in queues, where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    untold: Option<Cow<'a, str>>,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Cow<'a, str>>,
    runs: u32,
    speed: f64,
    duration_s: f64,
    warmup_s: f64,
    messages: u64,
    stopped: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overload: Option<(Cow<'a, str>, Cow<'a, str>)>,
    altered: bool,
    measures: Ordered<String, Number<'a>>,
    /// The same draws simulated.
    same_draws: Ordered<String, Option<f64>>,
    per_run: Ordered<String, Vec<Option<f64>>>,
    uncorrected: Option<Uncorrected>,
    pacing: Pacing<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    halves: Option<Halves>,
    oldest_unfinished_s: Option<f64>,
    reconnects: u64,
    foreign: u64,
    busy_cores: Option<f64>,
    cores: usize,
    clock: Clock<'a>,
    histograms: Histograms,
    accounts: Accounts<'a>,
    series: Ordered<Cow<'a, str>, Series>,
}

#[derive(Serialize, Deserialize)]
struct Uncorrected {
    #[serde(rename = "response.mean")]
    mean: Option<f64>,
    #[serde(rename = "response.p50")]
    p50: Option<f64>,
    #[serde(rename = "response.p99")]
    p99: Option<f64>,
    #[serde(rename = "response.max")]
    max: Option<f64>,
}

/// In real seconds.
#[derive(Serialize, Deserialize)]
struct Pacing<'a> {
    sent: u64,
    lag_p50_s: f64,
    lag_p99_s: f64,
    lag_max_s: f64,
    /// The run is invalid if more than one in a hundred was later.
    lag_limit_s: f64,
    /// Shares of messages, and the seconds by which so many of them were late at most.
    lag: Cow<'a, [(f64, f64)]>,
    worked: u64,
    work_lag_p50_s: f64,
    work_lag_p99_s: f64,
    work_lag_max_s: f64,
    work_lag: Cow<'a, [(f64, f64)]>,
}

/// Messages in all queues on average, in the first half of the window and in the second.
#[derive(Serialize, Deserialize)]
struct Halves {
    live: (f64, f64),
    same_draws: (f64, f64),
}

#[derive(Serialize, Deserialize)]
struct Clock<'a> {
    name: Cow<'a, str>,
    resolution_s: f64,
}

impl<'a> Live<'a> {
    pub fn new(live: &'a result::Live) -> Live<'a> {
        let runs = Simulation::new(&live.runs);
        let twin = live.twin.iter().map(|(measure, value)| (measure.to_string(), finite(Some(*value))));
        Live {
            target: live.target.as_str().into(),
            durability: live.durability.as_str().into(),
            untold: live.untold.as_deref().map(Cow::from),
            valid: live.valid.is_ok(),
            why: live.valid.as_ref().err().map(|why| why.as_str().into()),
            runs: runs.replications,
            speed: live.speed,
            duration_s: runs.duration_s,
            warmup_s: runs.warmup_s,
            messages: runs.messages,
            stopped: runs.stopped,
            overload: runs.overload,
            altered: runs.altered,
            measures: runs.measures,
            same_draws: twin.collect(),
            per_run: runs.per_replication,
            uncorrected: live.uncorrected.map(Uncorrected::new),
            pacing: Pacing::new(live),
            halves: live.halves.map(|halves| Halves { live: halves.live, same_draws: halves.twin }),
            oldest_unfinished_s: live.oldest_unfinished.map(Span::seconds),
            reconnects: live.reconnects,
            foreign: live.foreign,
            busy_cores: finite(live.busy_cores),
            cores: live.cores,
            clock: Clock { name: "monotonic".into(), resolution_s: live.clock_resolution.seconds() },
            histograms: runs.histograms,
            accounts: runs.accounts,
            series: runs.series,
        }
    }

    pub fn read(self) -> Result<result::Live, Damage> {
        let runs = Simulation {
            replications: self.runs,
            duration_s: self.duration_s,
            warmup_s: self.warmup_s,
            messages: self.messages,
            stopped: self.stopped,
            overload: self.overload,
            altered: self.altered,
            measures: self.measures,
            per_replication: self.per_run,
            histograms: self.histograms,
            accounts: self.accounts,
            series: self.series,
        };
        let twin = self.same_draws.0.into_iter();
        let twin = twin.filter_map(|(name, value)| value.map(|value| Ok((measure(&name)?, value))));
        let most_late = Span::from_seconds(self.pacing.lag_limit_s);
        let (sent_late, ended_late) = self.pacing.read();
        Ok(result::Live {
            target: self.target.into_owned(),
            durability: self.durability.into_owned(),
            untold: self.untold.map(Cow::into_owned),
            speed: self.speed,
            runs: runs.read()?,
            twin: twin.collect::<Result<BTreeMap<_, _>, Damage>>()?,
            halves: self.halves.map(|halves| result::Halves { live: halves.live, twin: halves.same_draws }),
            valid: if self.valid { Ok(()) } else { Err(self.why.map_or(String::new(), Cow::into_owned)) },
            sent_late,
            ended_late,
            most_late,
            uncorrected: self.uncorrected.and_then(Uncorrected::read),
            reconnects: self.reconnects,
            foreign: self.foreign,
            oldest_unfinished: self.oldest_unfinished_s.map(Span::from_seconds),
            busy_cores: self.busy_cores,
            cores: self.cores,
            clock_resolution: Span::from_seconds(self.clock.resolution_s),
        })
    }
}

impl Uncorrected {
    fn new(of: result::Uncorrected) -> Uncorrected {
        let [mean, p50, p99, max] = [of.mean, of.p50, of.p99, of.max].map(|value| finite(Some(value)));
        Uncorrected { mean, p50, p99, max }
    }

    fn read(self) -> Option<result::Uncorrected> {
        Some(result::Uncorrected { mean: self.mean?, p50: self.p50?, p99: self.p99?, max: self.max? })
    }
}

impl<'a> Pacing<'a> {
    fn new(live: &'a result::Live) -> Pacing<'a> {
        let (sent, ended) = (&live.sent_late, &live.ended_late);
        Pacing {
            sent: sent.count,
            lag_p50_s: sent.p50.seconds(),
            lag_p99_s: sent.p99.seconds(),
            lag_max_s: sent.max.seconds(),
            lag_limit_s: live.most_late.seconds(),
            lag: sent.curve.as_slice().into(),
            worked: ended.count,
            work_lag_p50_s: ended.p50.seconds(),
            work_lag_p99_s: ended.p99.seconds(),
            work_lag_max_s: ended.max.seconds(),
            work_lag: ended.curve.as_slice().into(),
        }
    }

    fn read(self) -> (result::Lag, result::Lag) {
        let lag = |count, [p50, p99, max]: [f64; 3], curve: Cow<'_, [(f64, f64)]>| {
            let [p50, p99, max] = [p50, p99, max].map(Span::from_seconds);
            result::Lag { count, p50, p99, max, curve: curve.into_owned() }
        };
        let sent = lag(self.sent, [self.lag_p50_s, self.lag_p99_s, self.lag_max_s], self.lag);
        let ended = lag(self.worked, [self.work_lag_p50_s, self.work_lag_p99_s, self.work_lag_max_s], self.work_lag);
        (sent, ended)
    }
}
