//! The scenario: the YAML as written, its check, and the checked model that everything else uses.

mod arrivals;
mod beside;
mod check;
mod commented;
mod consumers;
mod defaults;
mod delays;
mod describe;
mod distribution;
mod files;
mod keys;
mod model;
mod notation;
mod overrides;
mod problem;
mod producers;
mod quantity;
mod queues;
mod rates;
mod read;
mod reader;
mod recorded;
mod run;
mod shapes;
mod short_form;
mod targets;
pub mod tree;
mod yaml;

pub use commented::commented;
pub use describe::describe;
pub use keys::Key;
pub use model::*;
pub use notation::is_notation;
pub use problem::{Place, Problem, Problems};
pub use read::{load, read};
pub use short_form::{ShortForm, expand, from_short_form};
