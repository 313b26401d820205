//! What is to be known of a live run beside its numbers.

use super::super::number::{count, in_unit, span};
use super::{Entry, Paint, View};
use crate::measure::Unit;
use crate::result::{Lag, Live, Uncorrected, Verdict};

/// Below the table: how often live and simulation agree, and why they may not.
pub fn notes(view: &View) -> Vec<Entry> {
    let Some(live) = view.live else { return Vec::new() };
    let untold =
        live.untold.as_ref().map(|why| Entry::new("·", format!("no live figures of what is in queues: {why}")));
    [agreed(view, live)].into_iter().chain(untold).collect()
}

fn agreed(view: &View, live: &Live) -> Entry {
    let compared = &view.outcome.live_agreement;
    let judged: Vec<Verdict> = compared.iter().filter_map(|a| a.verdict.as_ref().ok().copied()).collect();
    if judged.is_empty() {
        let why = compared.iter().find_map(|a| a.verdict.as_ref().err()).cloned().unwrap_or_default();
        return Entry::new("·", format!("no verdict on the live run: {why}"));
    }
    let agreeing = judged.iter().filter(|verdict| **verdict == Verdict::Agrees).count();
    let mut text =
        format!("live and the same draws simulated agree in {agreeing} of {} measures compared", judged.len());
    if agreeing < judged.len() {
        text += &format!("; {}", likely(view, live));
    }
    Entry::new("=", text)
}

/// Why something differs.
fn likely(view: &View, live: &Live) -> &'static str {
    use crate::result::WarningCode::{HostSaturated, NotStationary, Unstable};
    let warned = |code| view.outcome.warnings.iter().any(|warning| warning.code == code);
    match () {
        () if live.valid.is_err() => "the generator was late",
        () if warned(HostSaturated) => "the host was saturated",
        () if warned(NotStationary) || warned(Unstable) => "it is not stationary",
        () => "nothing was noticed that explains the rest: it is the live path's own",
    }
}

/// How the live numbers came about.
pub fn method(view: &View) -> Vec<Entry> {
    let Some(live) = view.live else { return Vec::new() };
    let mut entries = vec![Entry::new("live", carried_out(live)), Entry::new("pacing", pacing(live))];
    entries.extend(live.uncorrected.map(|uncorrected| Entry::new("uncorrected", from_sending(uncorrected))));
    if live.valid.is_err() {
        entries.iter_mut().for_each(|entry| entry.paint = Paint::Doubtful);
    }
    entries
}

fn carried_out(live: &Live) -> String {
    let runs = match live.runs.replications {
        1 => "1 run".to_owned(),
        n => format!("{n} runs"),
    };
    let speed = if live.speed == 1.0 { String::new() } else { format!(" at speed {}", live.speed) };
    let warmup = &live.runs.warmup;
    format!(
        "{runs} of {}{speed} against {}, whose confirmed messages are kept in {}; {} messages; warm-up of {} cut; the \
         draws of replication 0 on, which \"same draws\" shows simulated",
        span(live.runs.duration),
        live.target,
        live.durability,
        count(live.runs.messages),
        span(*warmup),
    )
}

/// Whether the generator kept to its plan, and how late it was.
pub fn pacing(live: &Live) -> String {
    let verdict = if live.valid.is_ok() { "valid" } else { "invalid: generator-bound" };
    let busy = live.busy_cores.map_or(String::new(), |busy| format!("; {busy:.2} of {} processors busy", live.cores));
    format!(
        "{verdict}; messages sent late by {}; at p99 {} are allowed; work ended late by {}{busy}; monotonic clock, in steps of {}",
        lag(&live.sent_late),
        seconds(live.most_late.seconds()),
        lag(&live.ended_late),
        seconds(live.clock_resolution.seconds()),
    )
}

fn lag(lag: &Lag) -> String {
    let [p50, p99, max] = [lag.p50, lag.p99, lag.max].map(|late| seconds(late.seconds()));
    format!("{p50} (p50), {p99} (p99), {max} (max)")
}

fn from_sending(Uncorrected { mean, p50, p99, max }: Uncorrected) -> String {
    let [mean, p50, p99, max] = [mean, p50, p99, max].map(seconds);
    format!("response from the actual sending, not from the plan: mean {mean}, p50 {p50}, p99 {p99}, max {max}")
}

fn seconds(value: f64) -> String {
    in_unit(Unit::Seconds, value)
}
