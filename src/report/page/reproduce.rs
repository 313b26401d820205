//! The command that gives the same result again, as a shell reads it.

use crate::result::{About, Comparison, LIVE_RUNS, Live, Outcome};

/// Beside the page, for a scenario that was no file, or one of another machine.
const COPY: &str = "scenario.yaml";

pub fn run(about: &About, outcome: &Outcome) -> String {
    let how = match (outcome.live(), outcome.simulation()) {
        (Some(live), _) => on_a_clock(live, 1),
        (None, Some(_)) => String::new(),
        (None, None) => " --theory".to_owned(),
    };
    format!("kendall run {}{}{how}", file(about), set(&about.overrides))
}

pub fn compare(abouts: &[About], comparison: &Comparison) -> String {
    let about = &abouts[0];
    let rank = comparison.ranked.as_ref().map(|measure| format!(" --rank {}", quoted(&measure.to_string())));
    let live = comparison.compared.first().and_then(|first| first.outcome.live());
    let how = live.map(|live| on_a_clock(live, LIVE_RUNS)).unwrap_or_default() + &rank.unwrap_or_default();
    if abouts.iter().any(|other| other.file != about.file) {
        let files: Vec<String> = abouts.iter().map(file).collect();
        return format!("kendall compare {}{}{how}", files.join(" "), set(&about.overrides));
    }
    let variants = comparison.compared.iter().zip(abouts).skip(1).map(|(one, variant)| {
        let own = variant.overrides.get(about.overrides.len()..).unwrap_or_default();
        let own = own.iter().map(|change| format!(" --variant {}", quoted(&format!("{}:{change}", one.name))));
        own.collect::<String>()
    });
    format!("kendall compare {}{}{}{how}", file(about), set(&about.overrides), variants.collect::<String>())
}

/// A live run; as many of them as are usual need not be said.
fn on_a_clock(live: &Live, usual: u32) -> String {
    let speed = if live.speed == 1.0 { String::new() } else { format!(" --speed {}", live.speed) };
    let runs = live.runs.replications;
    let runs = if runs == usual { String::new() } else { format!(" --repeat {runs}") };
    let target = if live.target == "embedded" { String::new() } else { format!(" {}", quoted(&live.target)) };
    format!(" --live{target}{speed}{runs}")
}

/// Not where it lay on some machine.
fn file(about: &About) -> String {
    let is_portable = |file: &&str| std::path::Path::new(file).is_relative();
    quoted(about.file.as_deref().filter(is_portable).unwrap_or(COPY))
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
