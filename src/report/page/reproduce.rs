//! The command that gives the same result again, as a shell reads it.

use crate::result::{About, Comparison, Outcome};
use crate::scenario::Scenario;

/// Beside the page, for a scenario that was no file.
const COPY: &str = "scenario.yaml";

pub fn run(about: &About, outcome: &Outcome) -> String {
    let live = outcome.live().map(|live| {
        let speed = if live.speed == 1.0 { String::new() } else { format!(" --speed {}", live.speed) };
        let runs = if live.runs.replications == 1 { String::new() } else { format!(" --repeat {}", live.runs.replications) };
        let target = if live.target == "embedded" { String::new() } else { format!(" {}", quoted(&live.target)) };
        format!(" --live{target}{speed}{runs}")
    });
    format!("kendall run {}{}{}", file(about), set(&about.overrides), live.unwrap_or_default())
}

pub fn compare(about: &About, comparison: &Comparison, scenarios: &[&Scenario]) -> String {
    let first = scenarios[0];
    let is_variant = |scenario: &&Scenario| scenario.source.file == first.source.file;
    if !scenarios.iter().all(|scenario| is_variant(&scenario)) {
        let files: Vec<String> = scenarios.iter().filter_map(|s| s.source.file.as_deref().map(quoted)).collect();
        return format!("kendall compare {}{}", files.join(" "), set(&about.overrides));
    }
    let variants = comparison.compared.iter().zip(scenarios).skip(1).map(|(one, scenario)| {
        let own = scenario.source.overrides.get(first.source.overrides.len()..).unwrap_or_default();
        let own = own.iter().map(|change| format!(" --variant {}", quoted(&format!("{}:{change}", one.name))));
        own.collect::<String>()
    });
    format!("kendall compare {}{}{}", file(about), set(&about.overrides), variants.collect::<String>())
}

fn file(about: &About) -> String {
    quoted(about.file.as_deref().unwrap_or(COPY))
}

fn set(overrides: &[String]) -> String {
    overrides.iter().map(|change| format!(" --set {}", quoted(change))).collect()
}

/// One word for a shell, whatever is in it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_to_a_shell() {
        assert_eq!(quoted("scenarios/mm1.yaml"), "scenarios/mm1.yaml");
        assert_eq!(quoted("a b'; rm -rf /"), r"'a b'\''; rm -rf /'");
        assert_eq!([quoted(""), quoted("$(x)")], ["''", "'$(x)'"]);
    }
}
