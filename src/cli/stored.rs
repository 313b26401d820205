//! Results that were written with `--json`, read back.

use std::fs;
use std::path::Path;

use super::exit::Failure;
use crate::report::json::{Stored, read};

/// Larger files are none of kendall's.
const LARGEST: u64 = 1 << 30;

/// Those of a file: one, or one on each line, as `kendall run` writes of several scenarios.
pub fn results(path: &Path) -> Result<Vec<Stored>, Failure> {
    let text = text(path)?;
    let whole = read(&text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let all = match whole {
        Ok(result) => Ok(vec![result]),
        Err(damage) if lines.len() < 2 => Err(damage),
        Err(damage) => lines.into_iter().map(read).collect::<Result<_, _>>().map_err(|_| damage),
    };
    all.map_err(|damage| Failure::Arguments(format!("{}: {damage}", path.display())))
}

fn text(path: &Path) -> Result<String, Failure> {
    let unreadable = |why: String| {
        let path = path.display();
        Failure::Arguments(format!("cannot read `{path}`: {why}; name a file that `--json` has written"))
    };
    let found = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if found.is_dir() {
        return Err(unreadable("it is a folder".to_owned()));
    }
    if found.len() > LARGEST {
        return Err(unreadable(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))
}
