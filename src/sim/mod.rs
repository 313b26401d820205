//! The discrete-event engine.

mod watch;

pub use watch::Watch;
