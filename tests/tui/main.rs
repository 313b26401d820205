//! `kendall watch`: its screens, its keys, and a terminal that is left as it was.

mod fixture;
mod keys;
mod screens;
mod terminal;
