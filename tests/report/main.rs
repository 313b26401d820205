//! Views of results made by hand.

mod fixture;
mod terminal;
