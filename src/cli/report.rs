//! `kendall report`: the page of a stored result, or what moved between two.

use std::path::{Path, PathBuf};

use super::args::{Report, Reread};
use super::exit::{Exit, Failure};
use super::{folder, output, stored};
use crate::report;
use crate::report::json::Stored;
use crate::report::moved::Moved;
use crate::report::text::clean;
use crate::result::{About, Compared, Outcome};

pub fn report(args: &Reread) -> Result<Exit, Failure> {
    match &args.later {
        Some(later) => two(args, later),
        None => one(args),
    }
}

fn one(args: &Reread) -> Result<Exit, Failure> {
    let results = stored::results(&args.result)?;
    let is_one_of_several = results.len() > 1;
    for result in results {
        let json = report::json::stored(&result);
        match result {
            Stored::Run { about, outcome } => {
                folder::of_run(&place(args, &about, is_one_of_several), &about, &outcome, &json)?;
            }
            Stored::Comparison { about, comparison } => {
                let place = place(args, &about[0], is_one_of_several);
                folder::of_comparison(&place, (&about, &comparison), &json)?;
            }
        }
    }
    Ok(Exit::Well)
}

fn place(args: &Reread, about: &About, is_one_of_several: bool) -> PathBuf {
    let asked = Report { report: Some(args.output.clone().unwrap_or_default()) };
    folder::place(&asked, &about.name, is_one_of_several).expect("a report is asked for")
}

/// Each result of the first file beside the one of the same name in the second.
fn two(args: &Reread, later: &Path) -> Result<Exit, Failure> {
    let (old, new) = (answered(&args.result)?, answered(later)?);
    let pairs = pairs(&old, &new);
    let moved = |(one, other): &(&Answered, &Answered)| {
        Moved::new((&one.about, &one.outcome), (&other.about, &other.outcome), pairs.len())
    };
    let all: Vec<(&str, Moved)> = pairs.iter().map(|pair| (pair.0.name.as_str(), moved(pair))).collect();
    if all.iter().all(|(_, moved)| moved.differences.is_empty()) {
        let (first, second) = (args.result.display(), later.display());
        return Err(Failure::Arguments(format!(
            "`{first}` and `{second}` have no measure in common; name two results of the same scenario"
        )));
    }
    alone(&old, &new, &args.result);
    alone(&new, &old, later);
    let json = || all.iter().map(|(name, moved)| report::moved_json(name, moved)).collect();
    output::text_and_json(args.json.as_deref(), json, || text(&all))?;
    Ok(if all.iter().any(|(_, moved)| moved.is_worse()) { Exit::Missed } else { Exit::Well })
}

/// A scenario of several, or a variant, that was answered.
struct Answered {
    name: String,
    about: About,
    outcome: Outcome,
}

fn answered(path: &Path) -> Result<Vec<Answered>, Failure> {
    let each = stored::results(path)?.into_iter().flat_map(|result| match result {
        Stored::Run { about, outcome } => {
            vec![Answered { name: about.name.clone(), about: *about, outcome: *outcome }]
        }
        Stored::Comparison { about, comparison } => {
            let variants = comparison.compared.into_iter().zip(about);
            variants.map(|(Compared { name, outcome }, about)| Answered { name, about, outcome }).collect()
        }
    });
    Ok(each.collect())
}

/// Two that are alone are held against each other whatever they are called.
fn pairs<'a>(old: &'a [Answered], new: &'a [Answered]) -> Vec<(&'a Answered, &'a Answered)> {
    match (old, new) {
        ([one], [other]) => vec![(one, other)],
        _ => old.iter().filter_map(|one| Some((one, named(new, &one.name)?))).collect(),
    }
}

fn named<'a>(all: &'a [Answered], name: &str) -> Option<&'a Answered> {
    all.iter().find(|one| one.name == name)
}

/// Says what is left out.
fn alone(these: &[Answered], others: &[Answered], path: &Path) {
    let is_alone = |one: &&Answered| these.len() + others.len() > 2 && named(others, &one.name).is_none();
    let names: Vec<String> = these.iter().filter(is_alone).map(|one| format!("`{}`", clean(&one.name))).collect();
    if !names.is_empty() {
        output::diagnose(&format!("left out: only {} has {}", path.display(), names.join(", ")));
    }
}

fn text(all: &[(&str, Moved)]) -> String {
    let style = output::style();
    let of_one = |(name, moved): &(&str, Moved)| {
        let heading = if all.len() > 1 { report::heading(name, style) + "\n" } else { String::new() };
        heading + &report::moved::moved(moved, style)
    };
    all.iter().map(of_one).collect::<Vec<_>>().join("\n")
}
