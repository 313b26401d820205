//! What a command is about: a scenario file, or a system in Kendall's notation.

use std::path::Path;

use super::args::Notation;
use super::exit::Failure;
use crate::scenario::{self, Scenario, ShortForm};

/// A file that is there wins over a notation.
pub fn scenario(named: &str, notation: &Notation, overrides: &[String]) -> Result<Scenario, Failure> {
    let path = Path::new(named);
    if scenario::is_notation(named) && !path.is_file() {
        return Ok(scenario::from_short_form(&short_form(named, notation), overrides)?);
    }
    match of_a_notation(notation) {
        Some(flag) => Err(Failure::Arguments(misplaced(flag, named))),
        None => Ok(scenario::load(path, overrides)?),
    }
}

fn short_form(system: &str, notation: &Notation) -> ShortForm {
    ShortForm {
        system: system.to_owned(),
        rate: notation.rate.clone(),
        load: notation.load.clone(),
        service: notation.service.clone(),
        cv: notation.cv.clone(),
    }
}

/// The first of the options that only a notation takes.
fn of_a_notation(notation: &Notation) -> Option<&'static str> {
    let Notation { rate, load, service, cv } = notation;
    let given = [("--rate", rate), ("--load", load), ("--service", service), ("--cv", cv)];
    given.into_iter().find(|(_, value)| value.is_some()).map(|(flag, _)| flag)
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
