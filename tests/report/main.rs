//! Views of results made by hand.

mod fixture;
mod json;
mod stored;
mod terminal;
