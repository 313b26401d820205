//! `kendall new`: a scenario to begin with, from a notation or from the scenarios that kendall brings along.

use std::path::Path;

use super::args::New;
use super::exit::{Exit, Failure};
use super::output;
use crate::measure::nearest;
use crate::scenario;

/// The scenarios that need nothing beside them.
const BROUGHT_ALONG: &[(&str, &str)] = &[
    ("ack-timeout", include_str!("../../scenarios/ack-timeout.yaml")),
    ("agreement", include_str!("../../scenarios/agreement.yaml")),
    ("at-most-once", include_str!("../../scenarios/at-most-once.yaml")),
    ("bad-day", include_str!("../../scenarios/bad-day.yaml")),
    ("batch-workers", include_str!("../../scenarios/batch-workers.yaml")),
    ("bursty", include_str!("../../scenarios/bursty.yaml")),
    ("finite-buffer", include_str!("../../scenarios/finite-buffer.yaml")),
    ("flash-sale", include_str!("../../scenarios/flash-sale.yaml")),
    ("heavy-tail", include_str!("../../scenarios/heavy-tail.yaml")),
    ("impatient-callers", include_str!("../../scenarios/impatient-callers.yaml")),
    ("interactive", include_str!("../../scenarios/interactive.yaml")),
    ("mm1", include_str!("../../scenarios/mm1.yaml")),
    ("mm3", include_str!("../../scenarios/mm3.yaml")),
    ("network-prefetch", include_str!("../../scenarios/network-prefetch.yaml")),
    ("orders", include_str!("../../scenarios/orders.yaml")),
    ("ordered-by-key", include_str!("../../scenarios/ordered-by-key.yaml")),
    ("pipeline", include_str!("../../scenarios/pipeline.yaml")),
    ("poison", include_str!("../../scenarios/poison.yaml")),
    ("prefetch", include_str!("../../scenarios/prefetch.yaml")),
    ("priorities", include_str!("../../scenarios/priorities.yaml")),
    ("retry-queue", include_str!("../../scenarios/retry-queue.yaml")),
    ("retry-storm", include_str!("../../scenarios/retry-storm.yaml")),
    ("sensors", include_str!("../../scenarios/sensors.yaml")),
    ("shift-change", include_str!("../../scenarios/shift-change.yaml")),
];

/// Those that read recorded data.
const WITH_DATA: [&str; 3] = ["elb-fortnight", "llm-requests", "web-day"];

/// It names a file that lies beside the original only.
const FOR_EDITORS: &str = "# yaml-language-server:";

pub fn new(args: &New) -> Result<Exit, Failure> {
    let text = text(args)?;
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => write(args, path, &text)?,
        None => output::print(&text)?,
    }
    Ok(Exit::Well)
}

fn text(args: &New) -> Result<String, Failure> {
    if scenario::is_notation(&args.what) {
        return Ok(scenario::commented(&args.notation.short_form(&args.what))?);
    }
    if let Some((flag, _)) = args.notation.given().next() {
        return Err(Failure::Arguments(format!(
            "`{flag}` belongs to a system in Kendall's notation, such as M/M/3, and `{}` is none; leave it out",
            args.what
        )));
    }
    let name = args.what.strip_suffix(".yaml").unwrap_or(&args.what);
    match BROUGHT_ALONG.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => Ok(without_first_line(text).to_owned()),
        None => Err(Failure::Arguments(nothing_called(name))),
    }
}

fn without_first_line(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with(FOR_EDITORS) => rest,
        _ => text,
    }
}

fn nothing_called(name: &str) -> String {
    if WITH_DATA.contains(&name) {
        return format!(
            "`{name}` reads recorded data; copy scenarios/{name}.yaml from kendall's sources, and scenarios/data beside it"
        );
    }
    let names = BROUGHT_ALONG.iter().map(|(name, _)| *name);
    let hint = match nearest(name, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is `{}`, or write a notation such as M/M/3", names.collect::<Vec<_>>().join("`, `")),
    };
    format!("kendall brings no scenario `{name}` along; {hint}")
}

fn write(args: &New, path: &Path, text: &str) -> Result<(), Failure> {
    output::expect_writable(path)?;
    if !args.force && path.symlink_metadata().is_ok() {
        return Err(Failure::Arguments(format!(
            "there is already a `{}`; name another file, or replace it with `--force`",
            path.display()
        )));
    }
    output::write_file(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_of_the_folder_is_brought_along_or_needs_data() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        for entry in folder.read_dir().unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(name) = name.strip_suffix(".yaml") {
                let known = BROUGHT_ALONG.iter().any(|(known, _)| *known == name) || WITH_DATA.contains(&name);
                assert!(known, "put `{name}` into src/cli/new.rs");
            }
        }
    }
}
