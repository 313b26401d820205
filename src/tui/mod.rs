//! A run watched in the terminal: one screen, drawn from how the run stands, and keys that change it.
//!
//! All but [`watch`] are functions of what they are given: a key and a state make an order, a scene and a state make a
//! picture.

mod changes;
pub mod keys;
mod lanes;
mod pace;
mod recent;
mod run;
mod state;
mod summary;
pub mod view;
mod watch;
mod words;

pub use pace::Pace;
pub use run::Run;
pub use state::{Order, State};
pub use summary::summary;
pub use watch::{Left, Watch, restore, watch};
