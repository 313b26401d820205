//! Priorities without preemption.

use super::busy::{Mixture, busy_periods};
use super::erlang::erlang_c;
use super::steady::{Steady, Tail};
use crate::workload::Distribution;

/// The messages of one priority.
pub struct Class {
    /// Per second.
    pub rate: f64,
    pub service: Distribution,
}

/// Mean waits in seconds, highest priority first, at one consumer who finishes what it has begun (Cobham 1954; Kleinrock
/// 1976, eq. 3.31): W(k) = λ E S²/2 / (1 − ρ above)(1 − ρ down to k). Infinite from the class on at which the consumer has
/// too much to do.
pub fn single(classes: &[Class]) -> Vec<f64> {
    let residual: f64 = classes.iter().map(|class| class.rate * class.service.moment(2) / 2.0).sum();
    waits(residual, classes.iter().map(|class| class.rate * class.service.mean_s()))
}

/// Mean waits in seconds, highest priority first, of classes with these rates per second and one exponential service, at
/// `consumers` alike (Cobham 1954; Kella & Yechiali 1985). Infinite from the class on that is too much.
pub fn several(rates: &[f64], mean_s: f64, consumers: u32) -> Vec<f64> {
    let servers = f64::from(consumers);
    let offered = rates.iter().sum::<f64>() * mean_s;
    // With too much work in all, the lower classes keep every consumer busy.
    let busy = if offered < servers { erlang_c(consumers, offered) } else { 1.0 };
    waits(busy * mean_s / servers, rates.iter().map(|rate| rate * mean_s / servers))
}

fn waits(residual: f64, loads: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut above = 0.0;
    let mut wait = |load: f64| {
        let down_to = above + load;
        let wait = if down_to < 1.0 { residual / (1.0 - above) / (1.0 - down_to) } else { f64::INFINITY };
        above = down_to;
        wait
    };
    loads.map(&mut wait).collect()
}

/// Each of `classes` by itself, in the order of their waits; highest priority first, at `consumers` alike. `mean_s` is that
/// of one exponential service, where it is one: then distributions are known as well. For loads that the consumers can do.
pub(super) fn each(classes: &[Class], mean_s: Option<f64>, consumers: u32) -> Vec<Steady> {
    let rates: Vec<f64> = classes.iter().map(|class| class.rate).collect();
    let waits = mean_s.filter(|_| consumers > 1).map(|mean_s| several(&rates, mean_s, consumers));
    let waits = waits.unwrap_or_else(|| single(classes));
    let offered: f64 = classes.iter().map(|class| class.rate * class.service.mean_s()).sum();
    let waited = erlang_c(consumers, offered);
    let steady = |(wait_mean_s, class): (f64, &Class)| Steady {
        waited: Some(waited),
        wait_mean_s,
        length: class.rate * wait_mean_s,
        busy: class.rate * class.service.mean_s(),
        ..Steady::default()
    };
    let mut all: Vec<Steady> = waits.into_iter().zip(classes).map(steady).collect();
    if let Some(mean_s) = mean_s {
        all.iter_mut()
            .zip(conditional(&rates, mean_s, consumers))
            .for_each(|(steady, wait)| know(steady, wait, mean_s));
    }
    all
}

/// The waits of those who wait. While all are busy, as many of a class and above wait as in M/M/1 of their own at the rate
/// of all consumers together: n with a chance that falls by their load each. A newcomer waits for n + 1 ends of work, and
/// each of them lasts, with those of higher priority that come meanwhile, a busy period (Kella & Yechiali 1985; of one
/// consumer Takács 1964).
fn conditional(rates: &[f64], mean_s: f64, consumers: u32) -> impl Iterator<Item = Mixture> {
    let served = f64::from(consumers) / mean_s;
    let mut above = 0.0;
    rates.iter().map(move |rate| {
        let wait = busy_periods(above, served, (above + rate) / served);
        above += rate;
        wait
    })
}

/// Enters what follows from the wait of those who wait.
fn know(steady: &mut Steady, wait: Mixture, mean_s: f64) {
    let waited = steady.waited.unwrap_or(1.0);
    steady.wait_variance = Some(waited * wait.moments().1 - steady.wait_mean_s * steady.wait_mean_s);
    let (wait_tail, response_tail) = wait.tails(waited, 1.0 / mean_s);
    (steady.wait_tail, steady.response_tail) = (Some(wait_tail), Some(response_tail));
}

/// All classes together, `each` with its share of the messages.
pub(super) fn together(each: Vec<Steady>, rates: &[f64]) -> Steady {
    let rate: f64 = rates.iter().sum();
    let sum = |of: &dyn Fn(&Steady) -> f64| each.iter().map(of).sum::<f64>();
    let (length, busy) = (sum(&|steady| steady.length), sum(&|steady| steady.busy));
    let square = |steady: &Steady| Some(steady.wait_variance? + steady.wait_mean_s * steady.wait_mean_s);
    let squares = each.iter().zip(rates).map(|(steady, own)| Some(square(steady)? * own / rate)).sum::<Option<f64>>();
    let mean = length / rate;
    Steady {
        waited: each[0].waited,
        wait_mean_s: mean,
        wait_variance: squares.map(|squares| squares - mean * mean),
        length,
        busy,
        ..of_shares(each, rates.iter().map(|own| own / rate).collect())
    }
}

/// The distributions alone.
fn of_shares(each: Vec<Steady>, shares: Vec<f64>) -> Steady {
    let tails: Option<Vec<(Tail, Tail)>> =
        each.into_iter().map(|steady| Some((steady.wait_tail?, steady.response_tail?))).collect();
    let Some((waits, responses)): Option<(Vec<Tail>, Vec<Tail>)> = tails.map(|tails| tails.into_iter().unzip()) else {
        return Steady::default();
    };
    let mix = |tails: Vec<Tail>, shares: Vec<f64>| -> Tail {
        Box::new(move |t| tails.iter().zip(&shares).map(|(tail, share)| share * tail(t)).sum())
    };
    let (wait_tail, response_tail) = (mix(waits, shares.clone()), mix(responses, shares));
    Steady { wait_tail: Some(wait_tail), response_tail: Some(response_tail), ..Steady::default() }
}
