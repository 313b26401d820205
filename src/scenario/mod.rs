//! The scenario: the YAML as written, its check, and the checked model that everything else uses.

mod arrivals;
mod check;
mod consumers;
mod defaults;
mod distribution;
mod files;
mod keys;
mod model;
mod overrides;
mod problem;
mod producers;
mod quantity;
mod queues;
mod read;
mod reader;
mod run;
mod targets;
mod yaml;

pub use model::*;
pub use problem::{Place, Problem, Problems};
pub use read::{load, read};
