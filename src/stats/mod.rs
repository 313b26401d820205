//! Estimates from replications, their intervals, warm-up and stopping: pure functions of numbers.
//!
//! Every replication gives one number per measure; what is said about the truth follows from how these differ.

mod estimate;
mod independent;
mod interval;
mod paired;
mod shares;
mod warmup;

pub use estimate::{
    ABOVE_AT_LEAST, Moments, PerReplication, REPLICATIONS_AT_LEAST, RUNS_AT_LEAST, mean, percentile,
    percentile_of_runs, pooled_sd, ratio,
};
pub use independent::independent_half_width;
pub use interval::{chi_square_p, half_width, interval, replications_needed, student_t};
pub use paired::paired_half_width;
pub use shares::{excluded_share, replications_to_decide, share_interval};
pub use warmup::{Cut, mser5};
