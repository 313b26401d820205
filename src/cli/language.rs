//! `kendall reference` and `kendall schema`: the scenario language, for people and for editors.

use super::args;
use super::exit::{Exit, Failure};
use super::output;
use crate::report;
use crate::report::reference::{Reference, markdown};

pub fn reference(args: &args::Reference) -> Result<Exit, Failure> {
    let reference = match &args.word {
        Some(word) => Reference::of(word).map_err(|error| Failure::Arguments(error.to_string()))?,
        None => Reference::whole(),
    };
    let page = if args.markdown { markdown(&reference) } else { reference.text(output::style()) };
    output::print(&page)?;
    Ok(Exit::Well)
}

pub fn schema() -> Result<Exit, Failure> {
    output::print(&report::schema())?;
    Ok(Exit::Well)
}
