//! Formulas, exact where there are any: which apply to a scenario is found from the scenario itself.
//!
//! | model | where | source |
//! |---|---|---|
//! | M/M/1, M/M/c | `markov` | Erlang 1917; Kleinrock 1975, sec. 3.2 and 3.5 |
//! | M/M/c/K, M/G/c/c | `finite` | Erlang 1917; Kleinrock 1975, sec. 3.6 and 3.7 |
//! | M/G/1 | `general` | Pollaczek 1930; Khinchine 1932; Takács 1962 |
//! | M/D/1 | `constant` | Erlang 1909; Iversen & Staalhagen 1999 |
//! | M/D/c | `crowd` | Crommelin 1932; Spitzer 1956; Franx 2001 |
//! | M/PH/1 | `phase` | Neuts 1981 |
//! | GI/M/c | `renewal` | Kendall 1953; Takács 1962 |
//! | M/M/c with feedback | `feedback` | Jackson 1957 |
//! | GI/G/c, approximately | `approximate` | Kingman 1961; Allen & Cunneen |
//!
//! All of them speak of the steady state, first in first out. Times are in seconds, rates per second.

mod answer;
mod approximate;
mod constant;
mod crowd;
mod erlang;
mod feedback;
mod finite;
mod general;
mod markov;
mod phase;
mod recognise;
mod renewal;
mod service;
mod stability;
mod steady;
mod transform;

pub use answer::answer;
pub use feedback::Feedback;
pub use recognise::{Gaps, Model, Seen, System, recognise};
pub use stability::{is_overloaded, relaxation, stability};
