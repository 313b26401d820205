//! What live runs are made of, and whole runs.

mod agreement;
mod pacing;
mod plan;
mod runs;
mod stalling;
mod traps;
