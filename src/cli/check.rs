//! `kendall check`: what is wrong with scenarios, or what they describe.

use std::path::Path;

use super::args::Check;
use super::exit::{Exit, Failure};
use super::output;
use crate::report::text::wrap;
use crate::scenario;

/// On a narrower page, words would be torn apart.
const NARROWEST: usize = 40;

/// Goes on behind a wrong file, so that all of them are reported.
pub fn check(args: &Check) -> Result<Exit, Failure> {
    let mut worst = Exit::Well;
    for file in &args.files {
        match scenario::load(file, &[]) {
            Ok(scenario) => output::print(&described(args, file, &scenario::describe(&scenario)))?,
            Err(problems) => worst = Failure::from(problems).tell(),
        }
    }
    Ok(worst)
}

/// Of several files each is named.
fn described(args: &Check, file: &Path, text: &str) -> String {
    let text = if args.files.len() == 1 { text.to_owned() } else { format!("{}: {text}", file.display()) };
    wrap(&text, output::style().width.max(NARROWEST)).join("\n") + "\n"
}
