//! A short form written out as a file to begin with: what every line means beside it, and what may be added below.

use super::problem::Problems;
use super::short_form::{ShortForm, expand};
use super::tree::{self, Table, Value};

/// Comments begin here, where lines are short enough.
const COLUMN: usize = 48;

/// Writes a short form out as a scenario file with comments.
///
/// # Errors
/// What is wrong with the short form.
pub fn commented(form: &ShortForm) -> Result<String, Problems> {
    let text = expand(form)?;
    let mut section = None;
    let lines: Vec<String> = text.lines().map(|line| beside(line, &mut section)).collect();
    Ok(format!("{}\n{}\n{}", head(form), lines.join("\n"), more()))
}

fn head(form: &ShortForm) -> String {
    let options = [("rate", &form.rate), ("load", &form.load), ("service", &form.service), ("cv", &form.cv)];
    let given = options.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
    format!(
        "# {} with {}. Run it: kendall run FILE\n# Every key: kendall reference. A schema for editors: kendall schema\n",
        form.system,
        given.collect::<Vec<_>>().join(", ")
    )
}

/// A line and what its key means.
fn beside(line: &str, section: &mut Option<&'static Table>) -> String {
    let Some((key, _)) = line.trim_start().split_once(':') else { return line.to_owned() };
    let about = match line.len() - line.trim_start().len() {
        0 => {
            *section = below(key);
            about(tree::table("scenario"), key)
        }
        4 => about(*section, key),
        _ => None,
    };
    about.map_or(line.to_owned(), |about| format!("{line:<COLUMN$} # {about}"))
}

fn about(table: Option<&Table>, key: &str) -> Option<&'static str> {
    table?.keys.iter().find(|known| known.name == key).map(|known| known.about)
}

/// The table of the things that stand below a section.
fn below(section: &str) -> Option<&'static Table> {
    let scenario = tree::table("scenario")?;
    let key = scenario.keys.iter().find(|known| known.name == section)?;
    scenario.values_of(key).iter().find_map(|value| match value {
        Value::Named(name) => tree::table(name),
        _ => None,
    })
}

/// What is often wanted next, behind comment signs.
fn more() -> String {
    let keys = |table: &str, wanted: &[&str]| {
        let found = tree::table(table).into_iter().flat_map(|table| table.keys);
        let lines = found.filter(|key| wanted.contains(&key.name)).map(|key| {
            let pair = format!("#   {}: {}", key.name, key.example);
            format!("{pair:<COLUMN$} # {}\n", key.about)
        });
        lines.collect::<String>()
    };
    format!(
        "\n# run:\n{}\n# targets:\n#   - response.p99 < 1s\n#   - lost = 0\n",
        keys("run", &["duration", "seed", "replications"])
    )
}
