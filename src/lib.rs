//! kendall: one queueing scenario, answered by theory and by simulation.
//!
//! Start at [`scenario::load`] and [`experiment::run`]; the shape of the house is in ARCHITECTURE.md.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods, clippy::disallowed_macros)]

pub mod adapter;
pub mod broker;
pub mod cli;
pub mod client;
pub mod experiment;
pub mod host;
pub mod live;
pub mod measure;
pub mod metrics;
pub mod random;
pub mod report;
pub mod result;
pub mod scenario;
pub mod scene;
pub mod sim;
mod slab;
pub mod stats;
pub mod theory;
pub mod time;
pub mod tui;
pub mod workload;
