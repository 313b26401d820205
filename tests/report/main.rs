//! Views of results made by hand.

mod fixture;
mod json;
mod moved;
mod page;
mod picture;
mod stored;
mod terminal;
