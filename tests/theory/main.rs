//! Theory against exact values from elsewhere, through the public functions, on scenarios.

mod cases;
mod exact;
mod functions;
mod laws;
mod loads;
mod models;
