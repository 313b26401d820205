//! What is published and how long work takes: distributions, rates, arrival processes, recorded traces.

pub mod arrivals;
mod batch;
mod bursts;
mod changed;
pub mod columns;
pub mod count;
pub mod curve;
pub mod datetime;
pub mod distribution;
mod keys;
mod phase_type;
pub mod rate;
pub mod sampler;
mod shaped;
pub mod trace;

pub use arrivals::{ArrivalStream, Arrivals};
pub use batch::Batch;
pub use bursts::{Bursts, State};
pub use count::CountProfile;
pub use curve::Curve;
pub use distribution::{Branch, Distribution, Empirical, Part};
pub use keys::{KeySampler, Keys};
pub use phase_type::{PhaseType, WrongPhases};
pub use rate::RateProfile;
pub use sampler::Sampler;
pub use shaped::Shaped;
pub use trace::Trace;
