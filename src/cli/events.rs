//! `--events`: one replication once more, and everything that happens to a message written down.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use super::exit::Failure;
use super::output;
use crate::experiment::RunError;
use crate::report::events::{HEADER, row};
use crate::scenario::Scenario;
use crate::sim::{self, Watch};

/// About 600 MB.
const MOST: u64 = 10_000_000;

/// Writes the events of replication 0. `interrupted` ends it, and so does a reader that has gone away.
pub fn write(path: &Path, scenario: &Scenario, interrupted: &Watch) -> Result<(), Failure> {
    let cut = if path == Path::new("-") {
        let mut stdout = BufWriter::new(io::stdout().lock());
        let written = write_to(&mut stdout, scenario, interrupted)?;
        told(written, "to standard output".to_owned())?
    } else {
        output::write_whole(path, |file| write_to(file, scenario, interrupted))?
    };
    if cut {
        output::diagnose(&format!(
            "warning: --events: stopped after {MOST} events; a shorter `--duration` has fewer, from the beginning on"
        ));
    }
    Ok(())
}

/// That a reader has gone away is no error.
fn told(written: io::Result<bool>, to: String) -> Result<bool, Failure> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::Write { to, error }),
        Ok(cut) => Ok(cut),
    }
}

/// Whether there were too many; or why they could not be written.
fn write_to(out: &mut dyn Write, scenario: &Scenario, interrupted: &Watch) -> Result<io::Result<bool>, Failure> {
    let watch = Watch::default();
    let mut count = 0;
    let mut written = out.write_all(HEADER.as_bytes());
    let listened = sim::listen(scenario, &watch, &mut |event| {
        if count == MOST || written.is_err() || interrupted.stopped() {
            return watch.stop();
        }
        count += 1;
        written = out.write_all(row(event, scenario).as_bytes());
    });
    listened.map_err(|broken| Failure::Run(RunError::Broken(broken.to_string())))?;
    Ok(written.and_then(|()| out.flush()).map(|()| count == MOST && watch.stopped()))
}
