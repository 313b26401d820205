//! The one table: measure, theory, simulation with its interval, verdict. A column with nothing in it is left out.

use super::super::number::{NOTHING, Scale};
use super::super::{interval, text};
use super::layout::Layout;
use super::{Entry, View, listed, live, rows};
use crate::measure::{Measure, Stat};
use crate::result::{Agreement, CONFIDENCE, Estimate, Exact, Verdict};
use crate::stats;

pub fn table(view: &View) -> Vec<String> {
    let rows = rows(view);
    if rows.is_empty() {
        return Vec::new();
    }
    let layout = Layout::fitting(&rows, view.style.width);
    let mut lines = vec![layout.header(view)];
    lines.extend(rows.iter().map(|row| layout.line(view, row)));
    lines.extend(view.style.labelled(&notes(view, &rows)));
    lines
}

pub fn rows(view: &View) -> Vec<Row> {
    rows::shown(view).iter().map(|measure| Row::new(view, measure)).collect()
}

/// One measure, as text. Empty where there is nothing to say.
pub struct Row {
    pub name: String,
    pub theory: String,
    pub simulation: String,
    pub interval: String,
    /// The interval in fewer columns.
    pub half_width: String,
    pub verdict: Option<Verdict>,
    pub within: String,
    /// A live run, and the same draws simulated.
    pub live: String,
    pub twin: String,
    pub live_verdict: Option<Verdict>,
    /// Why something is missing.
    why: Option<String>,
    no_verdict: Option<String>,
    approximate: bool,
}

impl Row {
    fn new(view: &View, measure: &Measure) -> Row {
        let theory = view.theory.and_then(|t| t.measures.get(measure));
        let estimate = view.simulation.and_then(|s| s.measures.get(measure));
        let interval = estimate.and_then(|estimate| interval(measure, estimate));
        let half = estimate.filter(|_| interval.is_some()).and_then(|e| stats::half_width(e, CONFIDENCE));
        let scale = scale(measure, theory, estimate, half);
        let agreement = view.outcome.agreement.iter().find(|a| a.measure == *measure);
        let live_agreement = view.outcome.live_agreement.iter().find(|a| a.measure == *measure);
        let twin = view.live.and_then(|live| live.twin.get(measure));
        let verdict = agreement.and_then(|a| a.verdict.as_ref().ok().copied());
        Row {
            name: text::clean(&measure.to_string()),
            theory: theory.map_or(String::new(), |exact| of_theory(scale, *exact)),
            simulation: of_simulation(scale, estimate, theory.is_some()),
            interval: interval.map_or(String::new(), |(low, high)| scale.interval(low, high)),
            half_width: half.map_or(String::new(), |half| scale.plus_minus(half)),
            verdict,
            live: view.live.map_or(String::new(), |live| of_simulation(scale, live.runs.measures.get(measure), false)),
            twin: twin.map_or(String::new(), |twin| scale.value(*twin)),
            live_verdict: live_agreement.and_then(|a| a.verdict.as_ref().ok().copied()),
            within: agreement.and_then(|a| a.within).map_or(String::new(), within),
            // A maximum never has an interval; no need to say so each time.
            why: estimate.filter(|_| measure.stat != Stat::Max).and_then(|e| e.why.clone()),
            no_verdict: agreement.and_then(unjudged),
            approximate: theory.is_some_and(|exact| !exact.exact),
        }
    }
}

fn scale(measure: &Measure, theory: Option<&Exact>, estimate: Option<&Estimate>, half: Option<f64>) -> Scale {
    let value = estimate.and_then(|e| e.value);
    // A zero that is certain has no size of its own.
    let is_sized = |value: &f64| *value != 0.0 || half.is_some_and(|half| half > 0.0);
    let value = value.filter(is_sized).or(theory.map(|exact| exact.value)).unwrap_or(0.0);
    Scale::with_half_width(measure.unit(), value, half.unwrap_or(0.0))
}

/// Nothing where the measure is theory's alone, a dash where it has no value.
fn of_simulation(scale: Scale, estimate: Option<&Estimate>, in_theory: bool) -> String {
    match estimate.map(|e| e.value) {
        Some(Some(value)) => scale.value(value),
        None if in_theory => String::new(),
        Some(None) | None => NOTHING.to_owned(),
    }
}

fn of_theory(scale: Scale, exact: Exact) -> String {
    format!("{}{}", if exact.exact { "" } else { "≈ " }, scale.value(exact.value))
}

/// Two digits say how sharp a comparison is.
fn within(relative: f64) -> String {
    let percent = 100.0 * relative;
    let decimals = if percent >= 10.0 { 0 } else { 1 };
    format!("within {:.decimals$} %", percent.max(0.1))
}

fn unjudged(agreement: &Agreement) -> Option<String> {
    agreement.verdict.as_ref().err().cloned()
}

/// What the table cannot say in a cell.
pub fn notes(view: &View, rows: &[Row]) -> Vec<Entry> {
    let missing = grouped(rows, |row| row.why.as_deref());
    let unjudged = grouped(rows, |row| row.no_verdict.as_deref());
    let entry = |(names, why): (String, &str)| Entry::new(NOTHING, format!("{names}: {why}"));
    let no_verdict = |(_, why): (String, &str)| Entry::new(NOTHING, format!("no verdict: {why}"));
    let mut entries: Vec<Entry> = missing.into_iter().map(entry).collect();
    entries.extend(unjudged.into_iter().map(no_verdict));
    if rows.iter().any(|row| row.approximate) {
        entries.push(Entry::new("≈", "an approximation, not exact".to_owned()));
    }
    entries.extend(agreed(&view.outcome.agreement));
    entries.extend(live::notes(view));
    entries
}

/// Of all measures compared, those that the table leaves out included.
fn agreed(compared: &[Agreement]) -> Option<Entry> {
    let judged: Vec<Verdict> = compared.iter().filter_map(|a| a.verdict.as_ref().ok().copied()).collect();
    let agreeing = judged.iter().filter(|&&verdict| verdict == Verdict::Agrees).count();
    let text = format!("theory and simulation agree in {agreeing} of {} measures compared", judged.len());
    (!judged.is_empty()).then(|| Entry::new("=", text))
}

/// The rows that share a reason, in the order of the first of each.
fn grouped<'a>(rows: &'a [Row], reason: impl Fn(&'a Row) -> Option<&'a str>) -> Vec<(String, &'a str)> {
    let mut groups: Vec<(Vec<String>, &str)> = Vec::new();
    for row in rows {
        let Some(why) = reason(row) else { continue };
        match groups.iter_mut().find(|(_, known)| *known == why) {
            Some((names, _)) => names.push(row.name.clone()),
            None => groups.push((vec![row.name.clone()], why)),
        }
    }
    groups.into_iter().map(|(names, why)| (listed(&names), why)).collect()
}
