//! The rules of the other side: what producers and consumers do when something happens to them.

mod rules;
pub use rules::*;
