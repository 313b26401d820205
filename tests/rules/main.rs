//! The rules of broker and clients, in virtual time.

mod answers;
mod client;
mod clock;
mod expiry;
mod full;
mod hosted;
mod lines;
mod naive;
mod order;
mod random;
mod recorder;
mod redelivery;
mod runs;
mod script;
