//! Views of results made by hand.

mod fixture;
mod json;
mod picture;
mod stored;
mod terminal;
