//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop and report what is done, the second leaves at once.

use std::io::{IsTerminal as _, stderr};
use std::sync::Arc;

use super::exit::Exit;
use super::output;
use crate::sim::Watch;

/// A watch that Ctrl-C stops. Where no handler can be set, Ctrl-C ends the process as it always did.
pub fn watch() -> Arc<Watch> {
    watch_and(leave_progress)
}

/// The same; who leaves at once does that first.
pub fn watch_and(leave: fn()) -> Arc<Watch> {
    let watch = Arc::new(Watch::default());
    let heard = Arc::clone(&watch);
    let _ = ctrlc::set_handler(move || {
        if heard.stopped() {
            leave();
            std::process::exit(Exit::Interrupted as i32);
        }
        heard.stop();
    });
    watch
}

/// What the shell prints next is not to stand behind half a line.
fn leave_progress() {
    if stderr().is_terminal() {
        output::diagnose("");
    }
}
