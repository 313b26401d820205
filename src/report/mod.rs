//! Views of a result, from the result alone: text for a terminal, JSON for machines.

pub mod json;
pub mod number;
pub mod terminal;
pub mod text;

pub use json::json;
pub use terminal::{Style, terminal};
