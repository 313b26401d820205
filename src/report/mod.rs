//! Views of a result, from the result alone: text for a terminal, JSON for machines.

pub mod number;
pub mod text;
