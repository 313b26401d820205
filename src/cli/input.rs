//! What a command is about: a scenario file, or a system in Kendall's notation.

use std::path::Path;

use super::args::Notation;
use super::exit::Failure;
use crate::scenario::{self, Scenario, ShortForm};

/// A file that is there wins over a notation.
pub fn scenario(named: &str, notation: &Notation, overrides: &[String]) -> Result<Scenario, Failure> {
    with_variants(named, notation, overrides).map(|(scenario, _)| scenario)
}

/// The same, and its variants, which a notation does not have.
pub fn with_variants(
    named: &str,
    notation: &Notation,
    overrides: &[String],
) -> Result<(Scenario, Vec<Scenario>), Failure> {
    let path = Path::new(named);
    if scenario::is_notation(named) && !path.is_file() {
        return Ok((scenario::from_short_form(&notation.short_form(named), overrides)?, Vec::new()));
    }
    match notation.given().next() {
        Some((flag, _)) => Err(Failure::Arguments(misplaced(flag, named))),
        None => Ok(scenario::load_with_variants(path, overrides)?),
    }
}

impl Notation {
    pub fn short_form(&self, system: &str) -> ShortForm {
        ShortForm {
            system: system.to_owned(),
            rate: self.rate.clone(),
            load: self.load.clone(),
            service: self.service.clone(),
            cv: self.cv.clone(),
            family: self.family.clone(),
        }
    }

    /// The options that are given, and their values.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let given = [
            ("--rate", &self.rate),
            ("--load", &self.load),
            ("--service", &self.service),
            ("--cv", &self.cv),
            ("--family", &self.family),
        ];
        given.into_iter().filter_map(|(flag, value)| Some((flag, value.as_deref()?)))
    }
}

fn misplaced(flag: &str, scenario: &str) -> String {
    format!(
        "`{flag}` belongs to a system in Kendall's notation, such as M/M/3, and `{scenario}` is none; \
         alter a file with `--set path=value`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_for_a_file_is_an_error_that_says_what_to_do() {
        let notation = Notation { rate: Some("200/s".to_owned()), ..Notation::default() };
        let error = scenario("no-such.yaml", &notation, &[]).unwrap_err().to_string();
        assert!(error.starts_with("`--rate` belongs to a system in Kendall's notation"), "{error}");
    }
}
