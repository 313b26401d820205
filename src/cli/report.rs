//! `kendall report`: the page of a stored result, or what moved between two.

use std::path::{Path, PathBuf};

use super::args::{Report, Reread};
use super::exit::{Exit, Failure};
use super::{folder, output, stored};
use crate::report;
use crate::report::json::Stored;
use crate::report::moved::Moved;
use crate::result::{About, Outcome};

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
                folder::of_comparison(&place, (&about, &comparison), None, &json)?;
            }
        }
    }
    Ok(Exit::Well)
}

fn place(args: &Reread, about: &About, is_one_of_several: bool) -> PathBuf {
    let asked = Report { report: Some(args.output.clone().unwrap_or_default()) };
    folder::place(&asked, &about.name, is_one_of_several).expect("a report is asked for")
}

fn two(args: &Reread, later: &Path) -> Result<Exit, Failure> {
    let (old, before) = run_of(&args.result)?;
    let (new, after) = run_of(later)?;
    let moved = Moved::new((&old, &before), (&new, &after));
    if moved.differences.is_empty() {
        let (first, second) = (args.result.display(), later.display());
        return Err(Failure::Arguments(format!(
            "`{first}` and `{second}` have no measure in common; name two results of the same scenario"
        )));
    }
    let text = || report::moved::moved(&moved, output::style());
    output::text_and_json(args.json.as_deref(), || report::moved_json(&moved), text)?;
    Ok(if moved.is_worse() { Exit::Missed } else { Exit::Well })
}

fn run_of(path: &Path) -> Result<(About, Outcome), Failure> {
    let mut results = stored::results(path)?;
    let wrong = |what: &str| Failure::Arguments(format!("`{}` {what}", path.display()));
    match (results.pop(), results.is_empty()) {
        (Some(Stored::Run { about, outcome }), true) => Ok((*about, *outcome)),
        (Some(Stored::Comparison { .. }), true) => {
            Err(wrong("is a comparison, which is looked at by itself; name two results of `kendall run --json`"))
        }
        _ => Err(wrong("holds several results; keep the line of one of them")),
    }
}
