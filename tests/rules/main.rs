//! The rules of broker and clients, in virtual time.

mod answers;
mod by_key;
mod bytes;
mod client;
mod clock;
mod desk;
mod expiry;
mod faults;
mod flows;
mod full;
mod hosted;
mod keyed;
mod lines;
mod naive;
mod order;
mod outage;
mod random;
mod recorder;
mod redelivery;
mod repeats;
mod runs;
mod script;
mod single;
mod stage;
mod uplink;
