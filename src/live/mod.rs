//! What a run on a real clock needs: messages sent when they are planned, work that ends when it should, and a record
//! of how late both were.
//!
//! [`run`] runs a scenario against a target, with a task for each producer and each consumer; [`lacks`] says what
//! it cannot. A [`Plan`] says what is to happen, with the draws of the simulation's replication 0; consumers crash and the
//! broker is away at the instants of that too. A [`Generator`] hands out each message at its planned instant, [`Hands`] work for as long as a draw says, and
//! [`Lateness`] judges whether a run is to be believed. Only `timer` touches the clock; what is decided is decided by
//! functions of the time they are given ([`Pacer`], [`Margins`], [`Shift`]).

mod books;
mod consumer;
mod fate;
mod first;
mod generator;
mod hand;
mod lacks;
mod lateness;
mod machine;
mod outages;
mod pacer;
mod plan;
mod producer;
mod roster;
mod run;
mod seats;
mod show;
mod timer;
mod work;

pub use books::Standing;
pub use generator::Generator;
pub use lacks::lacks;
pub use lateness::{Lateness, Verdict, most_allowed};
pub use machine::step_back;
pub use pacer::{Margins, Pacer, Wait};
pub use plan::Plan;
pub use run::{Ending, Finished, LiveError, Onlooker, Order, Progress, run};
pub use timer::{Clock, Timer, TimerError};
pub use work::{Hands, Shift};

pub use crate::client::WorksBy;
pub use crate::result::Lag;
pub use crate::time::Speed;
