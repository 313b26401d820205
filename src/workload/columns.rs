//! Columns of numbers out of a CSV text, plain or gzip, within limits. It opens no path.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder, Trim};
use flate2::read::MultiGzDecoder;

/// What may still be read; shared by all columns of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub rows: u64,
    /// Of text, after decompression.
    pub bytes: u64,
}

pub const LIMITS: Limits = Limits { rows: 4_000_000, bytes: 256 << 20 };

/// An unclosed quotation mark would otherwise make one record of the whole file.
const RECORD_BYTES: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum ColumnError {
    #[error("has no column `{column}`")]
    NoColumn { column: String, there_is: Vec<String> },
    #[error("line {line}: {message}")]
    Row { line: u64, message: String },
    #[error("has no rows")]
    Empty,
    #[error("there are more than {} rows of recorded data in this scenario", LIMITS.rows)]
    TooManyRows,
    #[error("there are more than {} MiB of recorded data in this scenario", LIMITS.bytes >> 20)]
    TooManyBytes,
    #[error("line {line}: a record is longer than 1 MiB; is a quotation mark not closed?")]
    LongRecord { line: u64 },
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
}

/// The fields of one row, in the order of the columns that were asked for.
pub struct Row<'r> {
    record: &'r ByteRecord,
    at: &'r [usize],
}

impl Row<'_> {
    /// # Errors
    /// If the field is no number.
    pub fn number(&self, column: usize) -> Result<f64, String> {
        number(self.field(column))
    }

    /// The field as it is written, cut short.
    pub fn text(&self, column: usize) -> String {
        cut(&String::from_utf8_lossy(self.field(column).trim_ascii()))
    }

    fn field(&self, column: usize) -> &[u8] {
        self.at.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default()
    }
}

/// Hands every row to `keep`, which may say what is wrong with it.
pub fn read(
    input: impl Read,
    columns: &[&str],
    limits: &mut Limits,
    mut keep: impl FnMut(Row<'_>) -> Result<(), String>,
) -> Result<(), ColumnError> {
    let meter = Rc::new(Meter { left: Cell::new(limits.bytes), in_record: Cell::new(0) });
    // What is packed is limited too: it may be packed nothing.
    let input = unpacked(input.take(limits.bytes + 1)).and_then(without_mark).map_err(ColumnError::Unreadable)?;
    let guard = Guard { input, meter: Rc::clone(&meter), has_ended: false };
    let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(guard);
    let header = reader.byte_headers().map_err(|error| explain(error, 1))?;
    let at = columns.iter().map(|column| position(header, column)).collect::<Result<Vec<usize>, _>>()?;
    meter.in_record.set(0);
    let mut record = ByteRecord::new();
    let mut rows = 0_u64;
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) => {
                return Err(explain(error, line_of(&record, reader.position().line()).max(line)));
            }
            Err(error) => return Err(explain(error, line)),
        }
        meter.in_record.set(0);
        rows += 1;
        if rows > limits.rows {
            return Err(ColumnError::TooManyRows);
        }
        let line = line_of(&record, reader.position().line()).max(line);
        keep(Row { record: &record, at: &at }).map_err(|message| ColumnError::Row { line, message })?;
    }
    limits.rows -= rows;
    limits.bytes = meter.left.get();
    if rows == 0 { Err(ColumnError::Empty) } else { Ok(()) }
}

/// Decompresses what begins as gzip does (RFC 1952, 2.3.1), whatever its name.
fn unpacked<'a>(mut input: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut head = Vec::with_capacity(2);
    input.by_ref().take(2).read_to_end(&mut head)?;
    let is_gzip = head == [0x1f, 0x8b];
    let whole = io::Cursor::new(head).chain(input);
    Ok(if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) })
}

/// Takes off a byte order mark, which would become part of the first column's name.
fn without_mark(mut input: impl Read) -> io::Result<impl Read> {
    let mut head = Vec::with_capacity(3);
    input.by_ref().take(3).read_to_end(&mut head)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).to_vec();
    Ok(io::Cursor::new(text).chain(input))
}

/// The line on which a record begins. Its own position is of no use: empty lines before it belong to it.
fn line_of(record: &ByteRecord, line_after: u64) -> u64 {
    let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
    line_after.saturating_sub(1 + within)
}

fn position(header: &ByteRecord, column: &str) -> Result<usize, ColumnError> {
    let found = header.iter().position(|name| name == column.as_bytes());
    found.ok_or_else(|| {
        let there_is = header.iter().take(20).map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        ColumnError::NoColumn { column: column.to_owned(), there_is }
    })
}

fn number(field: &[u8]) -> Result<f64, String> {
    let text = String::from_utf8_lossy(field.trim_ascii());
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("`{}` is not finite", cut(&text))),
        Err(_) if field.contains(&b'\n') => Err("a quotation mark is not closed".to_owned()),
        Err(_) if text.is_empty() => Err("the column is empty here".to_owned()),
        Err(_) => Err(format!("`{}` is no number", cut(&text))),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn explain(error: csv::Error, line: u64) -> ColumnError {
    match error.into_kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            ColumnError::Row { line, message: format!("has {len} fields where the header has {expected_len}") }
        }
        csv::ErrorKind::Io(error) => match error.get_ref().and_then(|e| e.downcast_ref::<Stop>()) {
            Some(Stop::Record) => ColumnError::LongRecord { line },
            Some(Stop::Total) => ColumnError::TooManyBytes,
            None => ColumnError::Unreadable(error),
        },
        other => ColumnError::Row { line, message: format!("is no CSV: {other:?}") },
    }
}

/// Counts what is read, for the guard and for whoever finishes records.
struct Meter {
    left: Cell<u64>,
    in_record: Cell<u64>,
}

/// Stops a reader that takes too much. Makes every line end in one line feed, so that lines can be counted.
struct Guard<R> {
    input: R,
    meter: Rc<Meter>,
    has_ended: bool,
}

#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("a record is too long")]
    Record,
    #[error("too much data")]
    Total,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.meter.in_record.get() > RECORD_BYTES {
                return Err(io::Error::other(Stop::Record));
            }
            let count = self.input.read(into)?;
            if count == 0 {
                return Ok(self.last_line_feed(into));
            }
            let bytes = count as u64;
            let left = self.meter.left.get().checked_sub(bytes).ok_or_else(|| io::Error::other(Stop::Total))?;
            self.meter.left.set(left);
            self.meter.in_record.set(self.meter.in_record.get() + bytes);
            let kept = without_returns(&mut into[..count]);
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

impl<R> Guard<R> {
    fn last_line_feed(&mut self, into: &mut [u8]) -> usize {
        match into.first_mut() {
            Some(first) if !self.has_ended => {
                self.has_ended = true;
                *first = b'\n';
                1
            }
            _ => 0,
        }
    }
}

/// Moves what is no carriage return to the front and says how much that is.
fn without_returns(bytes: &mut [u8]) -> usize {
    let mut kept = 0;
    for at in 0..bytes.len() {
        if bytes[at] != b'\r' {
            bytes[kept] = bytes[at];
            kept += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn column(text: &[u8], name: &str) -> Result<Vec<f64>, String> {
        let mut values = Vec::new();
        let mut limits = Limits { rows: 1000, bytes: 4 << 20 };
        let keep = |row: Row<'_>| {
            values.push(row.number(0)?);
            Ok(())
        };
        read(text, &[name], &mut limits, keep).map_err(|error| error.to_string())?;
        Ok(values)
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn a_column_is_found_by_its_name_in_plain_and_packed_text() {
        let text = b"a,b\n1, 2\n3,\"4.5\"\n";
        assert_eq!(column(text, "b"), Ok(vec![2.0, 4.5]));
        assert_eq!(column(&packed(text), "b"), Ok(vec![2.0, 4.5]));
        assert_eq!(column("\u{feff}a\n1\n".as_bytes(), "a"), Ok(vec![1.0]));
    }

    #[test]
    fn what_is_wrong_in_a_row_is_told_with_its_line() {
        let error = |text: &str| column(text.as_bytes(), "a").unwrap_err();
        assert_eq!(error("a\n1\nx\n"), "line 3: `x` is no number");
        assert_eq!(error("a\n1\n\nNaN\n"), "line 4: `NaN` is not finite");
        assert_eq!(error("a\r\n1\r\nx"), "line 3: `x` is no number");
        assert_eq!(error("\"a\"\n\"1\"\n\n\"x\ny\"\n"), "line 4: a quotation mark is not closed");
        assert_eq!(error("a,b\n1,2\n\n3\n"), "line 4: has 1 fields where the header has 2");
        assert_eq!(error("a,b\n1,2\n,3\n"), "line 3: the column is empty here");
        assert_eq!(error("a\n"), "has no rows");
        assert_eq!(error(""), "has no column `a`");
        assert_eq!(error("b\n1\n"), "has no column `a`");
    }

    #[test]
    fn neither_an_open_quotation_mark_nor_a_small_file_of_zeros_takes_much_memory() {
        let mut text = b"a\n1\n\"".to_vec();
        text.resize(3 << 20, b'x');
        let error = column(&text, "a").unwrap_err();
        assert_eq!(error, "line 3: a record is longer than 1 MiB; is a quotation mark not closed?");
        let blank = packed(&[b"a\n1\n".as_slice(), &[b'\n'; 5 << 20]].concat());
        assert_eq!(
            column(&blank, "a").unwrap_err(),
            "line 3: a record is longer than 1 MiB; is a quotation mark not closed?"
        );
        let rows = "1\n".repeat(1001);
        assert!(column(format!("a\n{rows}").as_bytes(), "a").unwrap_err().starts_with("there are more than"));
    }
}
