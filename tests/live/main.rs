//! What live runs are made of, and whole runs.

mod agreement;
#[cfg(feature = "amqp-client")]
mod concluded;
mod faults;
mod pacing;
mod plan;
mod runs;
mod shifts;
mod stalling;
mod traps;
mod watched;
