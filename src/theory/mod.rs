//! Exact formulas: which apply to a scenario is found from the scenario itself.
//!
//! | model | where | source |
//! |---|---|---|
//! | M/M/1, M/M/c | `markov` | Erlang 1917; Kleinrock 1975, sec. 3.2 and 3.5 |
//! | M/M/c/K, M/G/c/c | `finite` | Erlang 1917; Kleinrock 1975, sec. 3.6 and 3.7 |
//! | M/G/1 | `general` | Pollaczek 1930; Khinchine 1932; Takács 1962 |
//! | M/D/1 | `constant` | Erlang 1909; Iversen & Staalhagen 1999 |
//!
//! All of them speak of the steady state, first in first out. Times are in seconds, rates per second.

mod answer;
mod constant;
mod erlang;
mod finite;
mod general;
mod markov;
mod recognise;
mod service;
mod stability;
mod steady;

pub use answer::answer;
pub use recognise::{Model, Seen, System, recognise};
pub use stability::{is_overloaded, relaxation, stability};
