//! Where the consumers' time went: useful work, work done in vain, nothing.

use super::parts::{self, share};
use super::{Axis, Bar, Kind, Layer, Panel, Picture, Role, Scale};
use crate::measure::{Measure, Quantity, Stat};
use crate::result::{About, Comparison, Outcome};

/// Of the time that consumers are there.
struct Split {
    name: String,
    useful: f64,
    /// Done once more, of what was wasted.
    repeated: f64,
    /// Failed, or for nobody.
    lost: f64,
}

impl Split {
    fn in_vain(&self) -> f64 {
        self.repeated + self.lost
    }
}

/// A smaller part of the time cannot be seen.
const SEEN: f64 = 0.002;
/// Variants that differ by less need no picture.
const ALIKE: f64 = 0.01;

/// What it is called, and how much of it there is.
type Part = (&'static str, Role, fn(&Split) -> f64);

/// Each consumers entry, where something is in vain: without that it tells no more than how busy they are.
pub fn picture(about: &About, outcome: &Outcome) -> Option<Picture> {
    let of = |name: &String| split(outcome, name.clone(), Some(name));
    let all: Vec<Split> = about.consumers.iter().filter_map(|entry| of(&entry.name)).collect();
    let is_plain = all.iter().all(|split| split.in_vain() < SEEN);
    if is_plain { None } else { drawn(all, parts::caption(about, outcome)) }
}

/// Each variant.
pub fn of_variants(about: &About, comparison: &Comparison) -> Option<Picture> {
    let all: Vec<Split> =
        comparison.compared.iter().filter_map(|one| split(&one.outcome, one.name.clone(), None)).collect();
    let first = all.first()?;
    let is_alike = |split: &Split| split.in_vain() < SEEN && (split.useful - first.useful).abs() < ALIKE;
    if all.iter().all(is_alike) { None } else { drawn(all, parts::caption_of(about, comparison)) }
}

fn split(outcome: &Outcome, name: String, entry: Option<&str>) -> Option<Split> {
    let value = |quantity| {
        let measure = Measure { of: entry.map(str::to_owned), quantity, stat: Stat::Value };
        parts::value(outcome, &measure)
    };
    let busy = value(Quantity::Utilization)?;
    let wasted = busy * value(Quantity::Wasted).unwrap_or(0.0);
    let repeated = (busy * value(Quantity::Repeated).unwrap_or(0.0)).min(wasted);
    Some(Split { name, useful: busy - wasted, repeated, lost: wasted - repeated })
}

fn drawn(all: Vec<Split>, caption: String) -> Option<Picture> {
    let words: Vec<String> = all.iter().map(sentence).collect();
    let title = match words.as_slice() {
        [one] => one.clone(),
        _ => "Where the time of consumers went".to_owned(),
    };
    let parts: [Part; 4] = [
        ("useful work", Role::Nth(0), |split| split.useful),
        ("done again", Role::Nth(1), |split| split.repeated),
        ("failed", Role::Nth(3), |split| split.lost),
        ("idle", Role::Faint, |split| 1.0 - split.useful - split.repeated - split.lost),
    ];
    let mut ends = vec![0.0; all.len()];
    let layers = parts.map(|(label, role, part)| (label, role, bars(&all, part, &mut ends)));
    let layers = layers.into_iter().filter(|(_, _, bars)| bars.iter().any(|bar| bar.top > bar.base + SEEN));
    let x = Axis { to: Some(1.0), ..parts::from_zero("share of the time in which they are there", Kind::Share) };
    let rows = all.iter().map(|split| split.name.clone()).collect();
    let layers = layers.map(|(label, role, bars)| Layer::Bars { label: label.to_owned(), role, bars }).collect();
    Some(Picture {
        name: "work",
        title,
        caption,
        alt: format!("{}.", words.join("; ")),
        panels: vec![Panel { title: String::new(), x, y: parts::axis("", Kind::Count, Scale::Rows(rows)), layers }],
    })
}

/// Each from where the last one ended.
fn bars(all: &[Split], part: fn(&Split) -> f64, ends: &mut [f64]) -> Vec<Bar> {
    let bar = |(row, (split, end)): (usize, (&Split, &mut f64))| {
        let base = *end;
        *end = (base + part(split).max(0.0)).min(1.0);
        Bar { from: row as f64, to: row as f64 + 1.0, base, top: *end }
    };
    all.iter().zip(ends).enumerate().map(bar).collect()
}

fn sentence(split: &Split) -> String {
    let told = |what: &str, value: f64| if value > 0.0 { format!(", {} {what}", share(value)) } else { String::new() };
    let (again, failed) = (told("done again", split.repeated), told("failed", split.lost));
    format!("{}: {} of the time useful work{again}{failed}", split.name, share(split.useful))
}
