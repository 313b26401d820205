//! What live runs are made of, and whole runs.

mod pacing;
mod plan;
mod runs;
mod stalling;
mod traps;
