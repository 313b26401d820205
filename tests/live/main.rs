//! What live runs are made of.

mod pacing;
mod plan;
