//! Views of results made by hand.

mod fixture;
mod json;
mod page;
mod stored;
mod terminal;
