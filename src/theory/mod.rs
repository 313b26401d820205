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
//! | M/G/1 and M/M/c with priorities | [`priority`] | Cobham 1954; Takács 1964; Kella & Yechiali 1985 |
//! | M/M/c+M, M/M/c+D | [`patience`] | Palm 1943; Baccelli & Hébuterne 1981 |
//! | M^X/G/1 | [`batch`] | Burke 1975; Gross & Harris 1998, sec. 3.1 |
//! | MMPP/M/c, MMPP/H/1 | [`quasi`] | Neuts 1981; Gaver, Jacobs & Latouche 1984; Latouche & Ramaswami 1993 |
//! | last first, shortest first | [`order`], `busy` | Takács 1963; Abate & Whitt 1988; Phipps 1956 |
//! | M/M/c//N, closed networks | [`closed`] | Palm 1943; Reiser & Lavenberg 1980 |
//! | M/G/∞ | [`endless`] | Takács 1962; Eick, Massey & Whitt 1993 |
//! | open networks | [`network`] | Jackson 1957; Reich 1957; Walrand & Varaiya 1980 |
//!
//! A rate that swings, at endlessly many consumers, is a function of its own, which no scenario is recognised for.
//!
//! All but those of the orders of service speak of first in first out, and all of the steady state. Times are in seconds,
//! rates per second.

mod answer;
mod approximate;
pub mod batch;
mod busy;
pub mod closed;
mod constant;
mod crowd;
pub mod endless;
mod erlang;
mod explain;
mod feedback;
mod finite;
mod general;
mod markov;
mod model;
pub mod network;
pub mod order;
pub mod patience;
mod phase;
pub mod priority;
pub mod quasi;
mod recognise;
mod renewal;
mod service;
mod solve;
mod stability;
mod steady;
mod transform;

pub use answer::answer;
pub use explain::{explain, infinite};
pub use feedback::Feedback;
pub use model::{Class, Gaps, Model, Seen, System};
pub use recognise::{Found, Network, recognise};
pub use stability::{is_overloaded, overloaded_key, relaxation, stability};
