//! Standard output, standard error and files. A reader that has gone away is no error.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use terminal_size::{Height, Width, terminal_size_of};

use super::exit::Failure;
use crate::report::Style;

/// In a pipe or a file, and where a terminal does not say how wide it is.
const USUAL_WIDTH: usize = 80;
/// Wider lines are harder to read.
const WIDEST: usize = 100;

/// How to write results to standard output. NO_COLOR, COLUMNS and their like are heeded.
pub fn style() -> Style {
    let stdout = io::stdout();
    Style { colour: AutoStream::choice(&stdout) != ColorChoice::Never, width: width(terminal_size_of(&stdout)) }
}

/// In columns.
pub fn stderr_width() -> usize {
    width(terminal_size_of(io::stderr()))
}

fn width(seen: Option<(Width, Height)>) -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|said| said.parse().ok());
    let seen = seen.map(|(Width(columns), _)| usize::from(columns));
    said.or(seen).unwrap_or(USUAL_WIDTH).min(WIDEST)
}

pub fn stderr_has_colour() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Write { to: "to standard output".to_owned(), error })
        }
        _ => Ok(()),
    }
}

/// Text goes to standard output, unless JSON does. If one of them cannot be written, the other still is.
pub fn text_and_json(
    to: Option<&Path>,
    json: impl FnOnce() -> String,
    text: impl FnOnce() -> String,
) -> Result<(), Failure> {
    match to {
        Some(path) if is_stdout(path) => print(&json()),
        Some(path) => print(&text()).and(write_file(path, json())),
        None => print(&text()),
    }
}

pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Whole lines. There is nobody left to tell that standard error cannot be written.
pub fn diagnose(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}

/// Finds out before a long run, without touching what is there.
pub fn expect_writable(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(failure(path, io::Error::from(ErrorKind::IsADirectory)));
    }
    // A device or a pipe is only opened to be written.
    if path.exists() && !path.is_file() {
        return Ok(());
    }
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let trial = beside(&place);
    fs::write(&trial, "").and_then(|()| fs::remove_file(&trial)).map_err(|error| failure(path, error))
}

/// Makes a folder that can be written to, with those above it, if it is not there.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| failure(path, error))?;
    expect_writable(&path.join("trial"))
}

/// Puts the whole file in its place at once, so that nobody finds half of it.
pub fn write_file(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Failure> {
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = match fs::metadata(&place) {
        // A device or a pipe must be written to, not replaced.
        Ok(found) if !found.is_file() => fs::write(&place, content),
        _ => replace(&place, content.as_ref()),
    };
    written.map_err(|error| failure(path, error))
}

fn replace(place: &Path, content: &[u8]) -> io::Result<()> {
    let half_done = beside(place);
    let written = fs::write(&half_done, content).and_then(|()| fs::rename(&half_done, place));
    if written.is_err() {
        let _ = fs::remove_file(&half_done);
    }
    written
}

/// Puts a file in its place once `write` has written it; what it returns beside errors comes back.
pub fn write_whole<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<io::Result<T>, Failure>,
) -> Result<T, Failure> {
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // A device or a pipe must be written to, not replaced.
    let is_replaced = fs::metadata(&place).map_or(true, |found| found.is_file());
    let target = if is_replaced { beside(&place) } else { place.clone() };
    let mut file = fs::File::create(&target).map(BufWriter::new).map_err(|error| failure(path, error))?;
    let written = write(&mut file);
    drop(file);
    let put = || if is_replaced { fs::rename(&target, &place) } else { Ok(()) };
    let done = written.and_then(|written| {
        let placed = written.and_then(|result| put().map(|()| result));
        placed.map_err(|error| failure(path, error))
    });
    if done.is_err() && is_replaced {
        let _ = fs::remove_file(&target);
    }
    done
}

/// In the same folder, because a file cannot be renamed across file systems.
fn beside(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    folder(place).join(format!(".{name}.{}.tmp", std::process::id()))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn failure(path: &Path, error: io::Error) -> Failure {
    Failure::Write { to: format!("`{}`", path.display()), error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kendall-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = scratch("replace");
        let path = folder.join("result.json");
        write_file(&path, "old").unwrap();
        write_file(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_place_that_cannot_be_written_is_found_out_early() {
        let folder = scratch("early");
        assert!(expect_writable(&folder).is_err());
        assert!(expect_writable(&folder.join("none/result.json")).is_err());
        assert!(expect_writable(&folder.join("result.json")).is_ok());
        assert!(expect_writable(Path::new("result.json")).is_ok());
        fs::remove_dir_all(folder).unwrap();
    }
}
