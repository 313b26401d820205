//! What a run on a real clock needs: messages sent when they are planned, work that ends when it should, and a record
//! of how late both were.
//!
//! A [`Plan`] says what is to happen, with the draws of the simulation's replication 0. A [`Generator`] hands out each
//! message at its planned instant, [`Hands`] work for as long as a draw says, and [`Lateness`] judges whether a run is
//! to be believed. Only `timer` touches the clock; what is decided is decided by functions of the time they are given
//! ([`Pacer`], [`Margins`], [`Shift`]).

mod clock;
mod generator;
mod lateness;
mod pacer;
mod plan;
mod timer;
mod work;

pub use clock::Speed;
pub use generator::Generator;
pub use lateness::{Lag, Lateness, Verdict};
pub use pacer::{Margins, Pacer, Wait};
pub use plan::Plan;
pub use timer::{Clock, Timer, TimerError};
pub use work::{Hands, Shift, WorksBy};
