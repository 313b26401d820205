//! What is published and how long work takes: distributions, rates, arrival processes, recorded traces.

pub mod arrivals;
pub mod columns;
pub mod delay;
pub mod distribution;
pub mod rate;
pub mod trace;

pub use arrivals::{ArrivalStream, Arrivals};
pub use delay::{DelayLaw, Jitter};
pub use distribution::{Branch, Distribution, Empirical, Sampler};
pub use rate::RateProfile;
pub use trace::Trace;
