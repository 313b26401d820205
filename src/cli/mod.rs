//! The command line: arguments, and one short function per command.

#![expect(clippy::disallowed_methods, reason = "this is where the outside world begins")]

mod args;
mod check;
mod compare;
mod events;
mod exit;
mod explain;
mod files;
mod folder;
mod input;
mod interrupt;
mod language;
mod live;
mod metrics;
mod new;
mod output;
mod plot;
mod progress;
mod report;
mod run;
mod shell;
mod stored;
mod target;
mod theory;
mod variants;
mod watch;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};

/// Carries out what the arguments of this process ask for; the code is one of results.md.
pub fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Watch(args) => watch::watch(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Theory(args) => theory::theory(&args),
        Command::Check(args) => check::check(&args),
        Command::New(args) => new::new(&args),
        Command::Plot(args) => plot::plot(&args),
        Command::Report(args) => report::report(&args),
        Command::Reference(args) => language::reference(&args),
        Command::Schema => language::schema(),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
    };
    done.unwrap_or_else(|failure| failure.tell()).into()
}
