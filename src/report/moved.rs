//! Two stored results of the same measures: what moved from one to the other beyond noise, and which targets got worse.

use std::collections::BTreeMap;

use super::comparison::{cells, section};
use super::number::{NOTHING, beside, count, value};
use super::terminal::{Entry, Paint, Style};
use super::text::{clean, columns, pad_left, pad_right};
use crate::measure::Measure;
use crate::result::{About, Answer, CONFIDENCE, Difference, Estimate, Holds, Outcome, Shown, StandardError};
use crate::stats::independent_half_width;

/// What moved; the first of the two results is the base.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Of each measure that both know, with the interval that says whether it moved.
    pub differences: Vec<Difference>,
    /// Of each interval, so that all hold together as often as the usual confidence says (Bonferroni 1936).
    pub confidence: f64,
    /// Of results that were compared at once.
    pub pairs: usize,
    pub targets: Vec<TargetMoved>,
    /// Why the two may differ beside what was changed on purpose.
    pub apart: Vec<String>,
}

/// A target, and whether it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetMoved {
    pub target: String,
    pub by: &'static str,
    /// `None` where a result does not know the target.
    pub before: Option<Holds>,
    pub after: Option<Holds>,
}

impl TargetMoved {
    /// Whether it is further from holding than it was.
    pub fn is_worse(&self) -> bool {
        matches!((self.before, self.after), (Some(before), Some(after)) if rank(after) > rank(before))
    }

    pub fn is_better(&self) -> bool {
        matches!((self.before, self.after), (Some(before), Some(after)) if rank(after) < rank(before))
    }
}

fn rank(holds: Holds) -> u8 {
    match holds {
        Holds::Yes => 0,
        Holds::Undecided => 1,
        Holds::No => 2,
    }
}

impl Moved {
    /// Compares what was measured, or, where nothing was, what theory says; one of so many pairs that are to be believed
    /// together.
    pub fn new(before: (&About, &Outcome), after: (&About, &Outcome), pairs: usize) -> Moved {
        let (old, new) = (estimates(before.1), estimates(after.1));
        let both: Vec<&Measure> = old.keys().filter(|measure| new.contains_key(*measure)).collect();
        let is_judged = |measure: &&&Measure| old[**measure].error.and(new[**measure].error).is_some();
        let judged = both.iter().filter(is_judged).count();
        let confidence = 1.0 - (1.0 - CONFIDENCE) / (judged.max(1) * pairs) as f64;
        let differences = both.into_iter().map(|measure| difference(measure, &old[measure], &new[measure], confidence));
        Moved {
            differences: differences.collect(),
            confidence,
            pairs,
            targets: targets(before.1, after.1),
            apart: apart(before, after),
        }
    }

    pub fn is_worse(&self) -> bool {
        self.targets.iter().any(TargetMoved::is_worse)
    }

    /// Those with an interval, of which it can be said whether they moved.
    fn judged(&self) -> usize {
        self.differences.iter().filter(|difference| difference.half.is_some()).count()
    }

    fn moved(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| is_moved(difference))
    }
}

/// Beyond noise.
fn is_moved(difference: &Difference) -> bool {
    matches!(difference.shown(), Some(Shown::Less | Shown::More))
}

fn estimates(outcome: &Outcome) -> BTreeMap<Measure, Estimate> {
    if let Some(measured) = outcome.measured() {
        return measured.measures.clone();
    }
    // What is calculated is certain.
    let certain = Some(StandardError { error: 0.0, freedom: 1.0, at_least: 0.0 });
    let theory = outcome.answers.iter().find_map(|answer| match answer {
        Answer::Theory(theory) => Some(theory),
        Answer::Simulation(_) | Answer::Live(_) => None,
    });
    let measures = theory.into_iter().flat_map(|theory| &theory.measures);
    let estimate = |value: f64| Estimate { value: Some(value).filter(|v| v.is_finite()), error: certain, why: None };
    measures.map(|(measure, exact)| (measure.clone(), estimate(exact.value))).collect()
}

fn difference(measure: &Measure, before: &Estimate, after: &Estimate, confidence: f64) -> Difference {
    let value = before.value.zip(after.value).map(|(before, after)| after - before);
    let missing = before.why.clone().filter(|_| before.value.is_none()).or_else(|| after.why.clone());
    let half = independent_half_width(before, after, confidence).filter(|half| half.is_finite());
    let why = missing.filter(|_| half.is_none());
    Difference { variant: 1, measure: measure.clone(), base: before.value, value, half, why }
}

/// In the order of the first result, with those that only the second knows behind.
fn targets(before: &Outcome, after: &Outcome) -> Vec<TargetMoved> {
    let holds = |outcome: &Outcome, target: &str, by: &str| {
        let found = outcome.targets.iter().find(|result| result.target == target && result.by == by);
        found.map(|result| result.holds)
    };
    let mut moved: Vec<TargetMoved> = Vec::new();
    for result in before.targets.iter().chain(&after.targets) {
        if moved.iter().any(|known| known.target == result.target && known.by == result.by) {
            continue;
        }
        let (target, by) = (result.target.clone(), result.by);
        let (before, after) = (holds(before, &target, by), holds(after, &target, by));
        moved.push(TargetMoved { target, by, before, after });
    }
    moved
}

fn apart((old, before): (&About, &Outcome), (new, after): (&About, &Outcome)) -> Vec<String> {
    let mut apart = Vec::new();
    if old.text != new.text {
        apart.push("the scenario's text is another one".to_owned());
    }
    if old.overrides != new.overrides {
        let set =
            |about: &About| if about.overrides.is_empty() { "nothing".to_owned() } else { about.overrides.join(" ") };
        apart.push(format!("altered by {}, and before by {}", set(new), set(old)));
    }
    if before.seed != after.seed {
        apart.push(format!("seed {}, and before {}", after.seed, before.seed));
    }
    let by = |outcome: &Outcome| if outcome.live().is_some() { "live runs" } else { "simulation" };
    if by(before) != by(after) {
        apart.push(format!("figures of {}, and before of {}", by(after), by(before)));
    }
    apart.extend((before.partial || after.partial).then(|| "a run was interrupted".to_owned()));
    apart
}

/// The whole text; it ends with a line break.
pub fn moved(moved: &Moved, style: Style) -> String {
    let style = style.wide_enough();
    let (paint, first) = headline(moved);
    let sections = [
        style.paragraph(paint, &first),
        table(moved, style),
        section("targets", &moved.targets.iter().map(target).collect::<Vec<_>>(), style),
        section(
            "what else is not the same",
            &moved.apart.iter().map(|what| Entry::new("·", what.clone())).collect::<Vec<_>>(),
            style,
        ),
        section("method", &[Entry::new("intervals", method(moved))], style),
    ];
    let sections: Vec<String> = sections.into_iter().filter(|s| !s.is_empty()).map(|s| s.join("\n")).collect();
    sections.join("\n\n") + "\n"
}

/// `a target got worse: lost = 0; 3 of 41 measures moved beyond noise: 1 for the better, 2 for the worse`
fn headline(moved: &Moved) -> (Paint, String) {
    let worse: Vec<String> = moved.targets.iter().filter(|t| t.is_worse()).map(|t| t.target.clone()).collect();
    let of = |better: bool| moved.moved().filter(|d| d.is_better() == Some(better)).count();
    let (all, beyond, better, bad) = (moved.judged(), moved.moved().count(), of(true), of(false));
    let measures = match beyond {
        0 => format!("none of {} measures moved beyond noise", count(all as u64)),
        n => format!(
            "{} of {} measures moved beyond noise: {better} for the better, {bad} for the worse",
            count(n as u64),
            count(all as u64)
        ),
    };
    match worse.as_slice() {
        [] => (if bad > 0 { Paint::Doubtful } else { Paint::Good }, measures),
        [one] => (Paint::Bad, format!("a target got worse: {one}; {measures}")),
        several => (Paint::Bad, format!("{} targets got worse: {}; {measures}", several.len(), several.join(", "))),
    }
}

/// Those that moved alone: before, after, by how much.
fn table(moved: &Moved, style: Style) -> Vec<String> {
    let row = |d: &Difference| {
        let before = d.base.map_or(NOTHING.to_owned(), |base| value(&d.measure, base));
        let after = d.base.zip(d.value).map(|(base, by)| beside(&d.measure, base + by, base));
        [clean(&d.measure.to_string()), before, after.unwrap_or(NOTHING.to_owned()), cells::difference(d)]
    };
    let rows: Vec<(Option<bool>, [String; 4])> = moved.moved().map(|d| (d.is_better(), row(d))).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let head = ["measure", "before", "after", "difference"].map(str::to_owned);
    let width = |at: usize| rows.iter().map(|(_, row)| &row[at]).chain([&head[at]]).map(|text| columns(text)).max();
    let widths = [0, 1, 2, 3].map(|at| width(at).unwrap_or(0));
    let line = |cells: &[String; 4]| {
        let name = pad_right(&cells[0], widths[0]);
        (1..4).fold(name, |line, at| format!("{line}  {}", pad_left(&cells[at], widths[at])))
    };
    let word = |better| match better {
        Some(true) => (Paint::Good, "  better"),
        Some(false) => (Paint::Bad, "  worse"),
        None => (Paint::Plain, ""),
    };
    let told = rows.iter().map(|(better, row)| {
        let (paint, word) = word(*better);
        format!("{}{}", line(row), style.paint(paint, word))
    });
    std::iter::once(style.paint(Paint::Dim, &line(&head))).chain(told).collect()
}

fn target(moved: &TargetMoved) -> Entry {
    let word = |holds: Option<Holds>| match holds {
        Some(Holds::Yes) => "holds",
        Some(Holds::No) => "missed",
        Some(Holds::Undecided) => "undecided",
        None => "not asked",
    };
    let (before, after) = (word(moved.before), word(moved.after));
    let (sign, paint) = match () {
        () if moved.is_worse() => ("✗", Paint::Bad),
        () if moved.is_better() => ("✓", Paint::Good),
        () => ("=", Paint::Plain),
    };
    let text = if before == after { format!("{after}, as before") } else { format!("{after}, and before {before}") };
    let by = if moved.by == "live" { " live" } else { "" };
    Entry { paint, ..Entry::new(&format!("{sign} {}", clean(&moved.target)), format!("{text}{by}")) }
}

fn method(moved: &Moved) -> String {
    let together = if moved.pairs > 1 { format!(" with those of all {} pairs", moved.pairs) } else { String::new() };
    format!(
        "Welch's t, as if the two shared no draws; all {}{together} hold together in {:.0} % of cases, so each has {:.4} % \
         (Bonferroni)",
        count(moved.judged() as u64),
        100.0 * CONFIDENCE,
        100.0 * moved.confidence,
    )
}
