//! A comparison as text for people: what each variant gains and costs in words, then the numbers.

pub mod cells;
pub(super) mod table;
mod words;

pub use words::sentence;

use super::number::{count, in_unit, span};
use super::terminal::warnings::entry;
use super::terminal::{Entry, Paint, Style, listed};
use super::text;
use crate::measure::Unit;
use crate::result::{About, CONFIDENCE, Compared, Comparison, Holds, Live, Ranking, TargetResult, Warning};

/// The whole text; it ends with a line break. `abouts` are of those that were compared, in their order.
pub fn comparison(comparison: &Comparison, abouts: &[About], style: Style) -> String {
    let style = style.wide_enough();
    let sections = [
        headline(comparison, style),
        question(abouts, style),
        table::table(comparison, style),
        best(comparison, style),
        section("targets", &targets(comparison), style),
        section("warnings", &warnings(comparison), style),
        section("method", &method(comparison, abouts), style),
    ];
    let sections: Vec<String> = sections.into_iter().filter(|s| !s.is_empty()).map(|s| s.join("\n")).collect();
    sections.join("\n\n") + "\n"
}

fn headline(comparison: &Comparison, style: Style) -> Vec<String> {
    sentences(comparison).iter().flat_map(|(paint, sentence)| style.paragraph(*paint, sentence)).collect()
}

/// One for each variant.
pub(super) fn sentences(comparison: &Comparison) -> Vec<(Paint, String)> {
    if comparison.differences.is_empty() && comparison.partial {
        return vec![(Paint::Doubtful, "partial, interrupted before two of them were measured".to_owned())];
    }
    let partial = comparison.partial.then(|| "partial, interrupted: what was done until then".to_owned());
    let variants = 1..comparison.compared.len();
    let each = variants.map(|variant| (Paint::Bold, words::sentence(comparison, variant)));
    partial.map(|partial| (Paint::Doubtful, partial)).into_iter().chain(each).collect()
}

fn question(abouts: &[About], style: Style) -> Vec<String> {
    let asked = abouts.first().and_then(|first| Some((&first.name, first.question.as_ref()?)));
    asked.map_or(Vec::new(), |(name, question)| style.paragraph(Paint::Plain, &format!("{name}: {question}")))
}

pub(super) fn section(title: &str, entries: &[Entry], style: Style) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    [vec![style.title(title)], style.labelled(entries)].concat()
}

/// Who is best in what.
pub(super) fn best_in(comparison: &Comparison) -> Vec<Entry> {
    let told =
        comparison.rankings.iter().filter(|ranking| ranking.groups.len() > 1 && words::is_told(&ranking.measure));
    told.map(|ranking| Entry::new(&ranking.measure.to_string(), names(comparison, &ranking.groups[0]))).collect()
}

/// The same; of the measure that was asked for, everybody.
fn best(comparison: &Comparison, style: Style) -> Vec<String> {
    let mut lines = section("best in", &best_in(comparison), style);
    if let (Some(measure), Some(entries)) = (&comparison.ranked, ranking(comparison)) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(section(&format!("ranking by {measure}, the best first"), &entries, style));
    }
    lines
}

/// By the measure that was asked for.
pub(super) fn ranking(comparison: &Comparison) -> Option<Vec<Entry>> {
    let asked = comparison.rankings.iter().find(|ranking| Some(&ranking.measure) == comparison.ranked.as_ref())?;
    Some(places(comparison, asked)).filter(|places| !places.is_empty())
}

/// Those who are not told apart share a place.
fn places(comparison: &Comparison, ranking: &Ranking) -> Vec<Entry> {
    let value = |at: &usize| {
        let of = comparison.compared[*at].outcome.measured().and_then(|s| s.measures.get(&ranking.measure)?.value);
        let value = of.map_or(String::new(), |value| format!(" ({})", super::number::value(&ranking.measure, value)));
        format!("{}{value}", text::clean(&comparison.compared[*at].name))
    };
    let mut place = 1;
    let mut entries = Vec::new();
    for group in &ranking.groups {
        let who: Vec<String> = group.iter().map(value).collect();
        let together = if who.len() > 1 { ", not told apart" } else { "" };
        entries.push(Entry::new(&place.to_string(), listed(&who) + together));
        place += group.len();
    }
    entries
}

fn names(comparison: &Comparison, which: &[usize]) -> String {
    listed(&which.iter().map(|at| text::clean(&comparison.compared[*at].name)).collect::<Vec<_>>())
}

pub(super) fn targets(comparison: &Comparison) -> Vec<Entry> {
    comparison.compared.iter().filter_map(target_line).collect()
}

/// By the live runs, where there are some.
fn target_line(one: &Compared) -> Option<Entry> {
    let by = one.outcome.targets.last()?.by;
    let all: Vec<&TargetResult> = one.outcome.targets.iter().filter(|target| target.by == by).collect();
    let of = |holds: Holds| all.iter().filter(move |t| t.holds == holds).map(|t| t.target.clone()).collect::<Vec<_>>();
    let (missed, undecided) = (of(Holds::No), of(Holds::Undecided));
    let mut parts = vec![format!("{} of {} hold", all.len() - missed.len() - undecided.len(), all.len())];
    parts.extend((!missed.is_empty()).then(|| format!("missed: {}", listed(&missed))));
    parts.extend((!undecided.is_empty()).then(|| format!("undecided: {}", listed(&undecided))));
    let paint = match (missed.is_empty(), undecided.is_empty()) {
        (true, true) => Paint::Good,
        (true, false) => Paint::Doubtful,
        (false, _) => Paint::Bad,
    };
    Some(Entry { paint, ..Entry::new(&text::clean(&one.name), parts.join("; ")) })
}

/// Each once, with those whom it concerns.
pub(super) fn warnings(comparison: &Comparison) -> Vec<Entry> {
    let mut told: Vec<(&Warning, Vec<usize>)> = Vec::new();
    for (at, one) in comparison.compared.iter().enumerate() {
        for warning in &one.outcome.warnings {
            match told.iter_mut().find(|(known, _)| known.code == warning.code && known.measure == warning.measure) {
                Some((_, whose)) => whose.push(at),
                None => told.push((warning, vec![at])),
            }
        }
    }
    let all = comparison.compared.len();
    let entry = |(warning, whose): (&Warning, Vec<usize>)| match whose.len() == all {
        true => entry(warning, ""),
        false => entry(warning, &format!("{}: ", names(comparison, &whose))),
    };
    told.into_iter().map(entry).collect()
}

pub(super) fn method(comparison: &Comparison, abouts: &[About]) -> Vec<Entry> {
    let Some((first, simulation)) = comparison.compared.first().and_then(|one| Some((one, one.outcome.simulation()?)))
    else {
        return Vec::new();
    };
    let runs = format!(
        "{} replications of {} each, warm-up of {} cut; the same draws in all: what a message or a consumer meets \
         belongs to it, not to the policy",
        count(u64::from(simulation.replications)),
        span(simulation.duration),
        span(simulation.warmup),
    );
    let differences = comparison.differences.len();
    let intervals = format!(
        "of the differences: Student's t over pairs with the same draws; all {} of them hold together in {:.0} % of \
         cases, so each has {:.4} % (Bonferroni). ± alone: no difference shown, and one larger than that would have been",
        count(differences as u64),
        100.0 * CONFIDENCE,
        100.0 * comparison.confidence,
    );
    let mut entries = vec![Entry::new("simulation", runs)];
    entries.extend(live(comparison));
    entries.push(Entry::new("intervals", intervals));
    let named = comparison.compared.iter().zip(abouts).skip(1);
    entries.extend(named.filter_map(|(one, about)| changes(&one.name, &abouts[0], about)));
    entries.push(Entry::new("seed", first.outcome.seed.to_string()));
    entries.push(Entry::new("kendall", env!("CARGO_PKG_VERSION").to_owned()));
    entries
}

/// How the live runs came about, whose differences these are.
fn live(comparison: &Comparison) -> Option<Entry> {
    let all: Vec<&Live> = comparison.compared.iter().filter_map(|one| one.outcome.live()).collect();
    let first = all.first()?;
    let late = all.iter().map(|live| live.sent_late.p99).max()?;
    let text = format!(
        "{} runs of each in turn, against {}, whose confirmed messages are kept in {}; messages sent late by {} at most \
         (p99); the table shows these runs",
        first.runs.replications,
        first.target,
        first.durability,
        in_unit(Unit::Seconds, late.seconds()),
    );
    Some(Entry::new("live", text))
}

/// What makes a variant of the first, as `kendall run` would have it.
fn changes(name: &str, first: &About, variant: &About) -> Option<Entry> {
    let own = variant.overrides.get(first.overrides.len()..)?;
    let is_variant = variant.file == first.file && !own.is_empty();
    is_variant.then(|| Entry::new(&text::clean(name), format!("--set {}", own.join(" --set "))))
}
