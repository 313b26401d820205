//! The scenario: the YAML as written, its check, and the checked model that everything else uses.

mod model;

pub use model::*;
