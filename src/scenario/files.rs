//! Data files beside a scenario: nothing outside its folder, nothing that is not a regular file, nothing without a limit.

#![expect(clippy::disallowed_methods, reason = "a scenario names files, and this is where they are opened")]

use std::fs::File;
use std::path::{Component, Path, PathBuf};

use super::keys;
use super::problem::{Place, Problem};
use super::reader::{Object, Reader, cut};
use super::yaml::{Node, Value};
use crate::measure::nearest;
use crate::workload::columns::{self, ColumnError, LIMITS, Limits, Row};
use crate::workload::datetime;

/// The folder of a scenario and what may still be read from it.
pub struct Files {
    base: PathBuf,
    limits: Limits,
}

/// Entries of a folder that are looked at for a name that was probably meant.
const MOST_ENTRIES: usize = 1000;

impl Files {
    pub fn beside(base: &Path) -> Files {
        let base = if base.as_os_str().is_empty() { Path::new(".") } else { base };
        Files { base: base.to_owned(), limits: LIMITS }
    }

    fn open(&self, path: &str) -> Result<File, Problem> {
        let relative = Path::new(path);
        let refuse = |message: &str, hint: &str| Err(Problem::nowhere(message).hint(hint));
        if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
            return refuse("leads out of the scenario's folder", "write a path relative to the scenario, without `..`");
        }
        let full = self.base.join(relative);
        let found = full.canonicalize().and_then(|full| Ok((self.base.canonicalize()?, full)));
        let (base, full) = found.map_err(|error| self.not_found(relative, &error))?;
        if !full.starts_with(base) {
            return refuse("is a link that leads out of the scenario's folder", "copy the file beside the scenario");
        }
        // Asked before opening, because opening a pipe would wait for its other end.
        match full.metadata() {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return refuse("is no regular file", "name a CSV file, plain or gzip"),
            Err(error) => return Err(self.not_found(relative, &error)),
        }
        File::open(full).map_err(|error| self.not_found(relative, &error))
    }

    fn not_found(&self, relative: &Path, error: &std::io::Error) -> Problem {
        if error.kind() != std::io::ErrorKind::NotFound {
            return Problem::nowhere(format!("cannot be read: {error}")).hint("paths are relative to the scenario");
        }
        let problem = Problem::nowhere("there is no such file");
        let folder = self.base.join(relative.parent().unwrap_or(Path::new("")));
        let entries = folder.read_dir().into_iter().flatten().take(MOST_ENTRIES);
        let mut names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        let wanted = relative.file_name().unwrap_or_default().to_string_lossy();
        match nearest(&wanted, names.iter().map(String::as_str)) {
            Some(near) => {
                let near = relative.with_file_name(near);
                problem.hint(format!("did you mean `{}`?", near.display()))
            }
            None => problem.hint("paths are relative to the scenario"),
        }
    }
}

/// Hands every number of the column that `file` and `column` name to `keep`; `None` if something was wrong.
pub fn read_column(
    object: &Object<'_>,
    reader: &mut Reader,
    mut keep: impl FnMut(f64) -> Result<(), String>,
) -> Option<()> {
    let column = column(object, "column", reader);
    let columns = column.into_iter().collect();
    read_columns(object, columns, reader, |row| row.number(0).and_then(&mut keep))
}

/// A column's name, and where it stands.
pub type Column<'n> = (&'n str, Place);

/// Reads the name of a column behind a key that must be there.
pub fn column<'n>(object: &Object<'n>, key: &str, reader: &mut Reader) -> Option<Column<'n>> {
    let node = object.need(key, reader)?;
    Some((reader.text(node, object.example(key))?, node.place))
}

/// Hands every row of the file that `file` names to `keep`; `None` if something was wrong, or if no column is asked for.
pub fn read_columns(
    object: &Object<'_>,
    columns: Vec<Column<'_>>,
    reader: &mut Reader,
    keep: impl FnMut(Row<'_>) -> Result<(), String>,
) -> Option<()> {
    let file = object.need("file", reader)?;
    let path = reader.text(file, object.example("file"))?;
    if columns.is_empty() {
        return None;
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let opened = match reader.files.open(path) {
        Ok(opened) => opened,
        Err(problem) => {
            let message = format!("`{}`: {}", cut(path), problem.message);
            reader.report(Problem { place: Some(file.place), message, hint: problem.hint });
            return None;
        }
    };
    match columns::read(opened, &names, &mut reader.files.limits, keep) {
        Ok(()) => Some(()),
        Err(error) => {
            let wanted = match &error {
                ColumnError::NoColumn { column, .. } => columns.iter().find(|(name, _)| name == column),
                _ => None,
            };
            let (name, place) = wanted.unwrap_or(&columns[0]);
            reader.report(explain(path, name, error).at(file.place, *place));
            None
        }
    }
}

/// Reads the word behind `unit` and gives its length in seconds.
pub fn data_unit_s(object: &Object<'_>, reader: &mut Reader) -> Option<f64> {
    let node = object.need("unit", reader)?;
    reader.word(node, keys::DATA_UNITS).map(|nanos| nanos / 1e9)
}

/// How stamps are written.
#[derive(Clone, Copy, Debug)]
pub enum StampUnit {
    Seconds(f64),
    /// Dates and times, as ISO 8601 writes them.
    DateTime,
}

/// Reads the word behind the `unit` of time stamps.
pub fn stamp_unit(object: &Object<'_>, reader: &mut Reader) -> Option<StampUnit> {
    let node = object.need("unit", reader)?;
    stamp_word(node, reader)
}

/// Reads such a word.
pub fn stamp_word(node: &Node, reader: &mut Reader) -> Option<StampUnit> {
    if matches!(&node.value, Value::Text(text) if text == "datetime") {
        return Some(StampUnit::DateTime);
    }
    reader.word(node, keys::STAMP_UNITS).map(|nanos| StampUnit::Seconds(nanos / 1e9))
}

impl StampUnit {
    /// The stamp in a row's column, in seconds after `origin`, which is the first stamp.
    ///
    /// # Errors
    /// If it is no stamp of this unit.
    pub fn seconds(self, row: &Row<'_>, column: usize, origin: &mut Option<f64>) -> Result<f64, String> {
        // The difference first: seconds since 1970 in nanoseconds are beyond what an f64 tells apart.
        match self {
            StampUnit::Seconds(unit_s) => {
                let stamp = row.number(column)?;
                Ok((stamp - *origin.get_or_insert(stamp)) * unit_s)
            }
            StampUnit::DateTime => {
                let text = row.text(column);
                let Some((seconds, nanos)) = datetime::parse(&text) else {
                    return Err(format!("`{text}` is no date and time such as `2014-04-10T00:04:30`"));
                };
                Ok((seconds as f64 - *origin.get_or_insert(seconds as f64)) + f64::from(nanos) * 1e-9)
            }
        }
    }
}

/// What is wrong with a data file, before it is known where to show it.
struct DataProblem {
    is_of_column: bool,
    message: String,
    hint: String,
}

impl DataProblem {
    fn at(self, file: Place, column: Place) -> Problem {
        Problem::at(if self.is_of_column { column } else { file }, self.message).hint(self.hint)
    }
}

fn explain(path: &str, name: &str, error: ColumnError) -> DataProblem {
    let of_file = |message: String, hint: &str| DataProblem { is_of_column: false, message, hint: hint.to_owned() };
    match error {
        ColumnError::NoColumn { there_is, .. } => {
            let known = || there_is.iter().map(String::as_str);
            let hint = match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its first line names `{}`", known().map(cut).collect::<Vec<_>>().join("`, `")),
            };
            DataProblem { is_of_column: true, message: format!("`{path}` has no column `{}`", cut(name)), hint }
        }
        ColumnError::Row { line, message } => of_file(format!("{path}:{line}: {message}"), "correct the file"),
        ColumnError::LongRecord { line } => {
            of_file(format!("{path}:{line}: a record is longer than 1 MiB"), "is a quotation mark not closed?")
        }
        ColumnError::TooManyRows | ColumnError::TooManyBytes => of_file(error.to_string(), "use a part of the data"),
        ColumnError::Empty => of_file(format!("`{path}` has no rows"), "write a line of names, then one row per line"),
        ColumnError::Unreadable(error) => of_file(format!("`{path}` cannot be read: {error}"), "is it CSV or gzip?"),
    }
}
