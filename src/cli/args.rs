//! The arguments, as clap reads them and `--help` explains them.

mod answered;
mod plot;
mod report;
mod watched;

use std::path::PathBuf;

pub use answered::{Compare, Live, Report, Run};
use clap::{Parser, Subcommand};
pub use plot::Plot;
pub use report::Reread;
pub use watched::Watch;

/// One queueing scenario, answered by theory and by simulation.
#[derive(Debug, Parser)]
#[command(name = "kendall", version, arg_required_else_help = true, after_help = START, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

const START: &str = "\
Examples:
  kendall run M/M/3 --rate 200/s --service 12ms
  kendall run scenarios/flash-sale.yaml
  kendall new mm1 -o mine.yaml
  kendall reference queues

Exit codes: 0 every target holds; 1 a target is missed, or the run failed; 2 the input is wrong;
3 a target is undecided; 130 interrupted.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer scenarios by theory, where a formula applies, and by simulation
    Run(Box<Run>),
    /// Compare a scenario with its variants on the same random numbers
    Compare(Box<Compare>),
    /// Watch a run of a scenario in the terminal, and change it while it goes
    Watch(Box<Watch>),
    /// Say which model a scenario is, and which assumptions hold or fail
    Explain(Explain),
    /// Print all that formulas know of a system in Kendall's notation
    Theory(Theory),
    /// Validate scenarios, and say what they describe
    Check(Check),
    /// Write a scenario to begin with
    New(New),
    /// Draw what a stored result holds, as SVG or PNG
    Plot(Plot),
    /// Write the page of a stored result, or tell what moved between two
    Report(Reread),
    /// Explain the keys and words of scenarios
    Reference(Reference),
    /// Print the JSON Schema of scenarios, for editors
    #[command(after_help = SCHEMA)]
    Schema,
    /// Print what a shell needs to complete commands and options
    Completions(Completions),
    /// Print the manual page, or write all of them
    Man(Man),
}

/// The numbers of a system in Kendall's notation.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Notation {
    /// Arrivals, such as 200/s [notation only]
    #[arg(long, value_name = "RATE", conflicts_with = "load")]
    pub rate: Option<String>,

    /// Offered load per consumer, such as 80%, in place of the rate [notation only]
    #[arg(long, value_name = "SHARE")]
    pub load: Option<String>,

    /// Mean service time, such as 12ms [notation only]
    #[arg(long, value_name = "DURATION")]
    pub service: Option<String>,

    /// Standard deviation over mean of a G or H2 [notation only]
    #[arg(long, value_name = "NUMBER")]
    pub cv: Option<String>,

    /// Distribution of a G: lognormal or gamma [notation only]
    #[arg(long, value_name = "NAME")]
    pub family: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN)]
pub struct Explain {
    /// A scenario file, or a system in Kendall's notation such as M/M/3
    #[arg(value_name = "FILE|NOTATION")]
    pub scenario: String,

    #[command(flatten)]
    pub notation: Notation,

    /// Alter the scenario, such as consumers.payments.count=14; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,

    /// Write it as JSON; `-` writes it to standard output, and nothing else there
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

const EXPLAIN: &str = "\
Examples:
  kendall explain M/M/3 --rate 200/s --service 12ms
  kendall explain scenarios/flash-sale.yaml --set consumers.payments.count=14
  kendall explain M/G/1 --load 80% --service 12ms --cv 1.5 --json - | jq '.model'

Says which model the scenario is, which formula answers it and what that assumes; or which assumptions
fail, and what is used instead. The exit code is 0 in both cases.";

#[derive(Debug, clap::Args)]
#[command(after_help = THEORY)]
pub struct Theory {
    /// A system in Kendall's notation, such as M/M/3, M/D/5, E4/M/1, M/H2/1, M/M/10/30, M/M/2//10 or M/M/inf
    #[arg(value_name = "NOTATION")]
    pub system: String,

    #[command(flatten)]
    pub notation: Notation,

    /// Write the result as JSON; `-` writes it to standard output, and nothing else there
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
}

const THEORY: &str = "\
Examples:
  kendall theory M/M/3 --rate 200/s --service 12ms
  kendall theory M/G/1 --load 80% --service 12ms --cv 1.5 --family gamma
  kendall theory M/M/2//10 --rate 0.15/s --service 1s     # ten clients who think for 6.67 s
  kendall theory E4/M/2 --rate 100/s --service 12ms --json - | jq '.answers[0].measures'

Exit codes: 0 a formula applies; 2 the input is wrong, or no formula applies.";

#[derive(Debug, clap::Args)]
#[command(after_help = CHECK)]
pub struct Check {
    /// Scenario files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

const CHECK: &str = "\
Example:
  kendall check scenarios/flash-sale.yaml";

#[derive(Debug, Default, clap::Args)]
#[command(after_help = NEW)]
pub struct New {
    /// A system in Kendall's notation, or the name of a scenario that kendall brings along
    #[arg(value_name = "NOTATION|NAME")]
    pub what: String,

    #[command(flatten)]
    pub notation: Notation,

    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Replace the file if there is one
    #[arg(long)]
    pub force: bool,
}

const NEW: &str = "\
Examples:
  kendall new M/M/3 --rate 200/s --service 12ms -o mine.yaml
  kendall new flash-sale -o mine.yaml";

#[derive(Debug, clap::Args)]
#[command(after_help = REFERENCE)]
pub struct Reference {
    /// A key, a word or a thing, such as prefetch, drop_oldest or queues [default: all of the language]
    #[arg(value_name = "WORD")]
    pub word: Option<String>,

    /// Print a page in Markdown
    #[arg(long)]
    pub markdown: bool,
}

const REFERENCE: &str = "\
Examples:
  kendall reference
  kendall reference prefetch
  kendall reference --markdown > reference.md";

const SCHEMA: &str = "\
Example:
  kendall schema > kendall.schema.json

An editor that knows YAML's language server then completes and checks a scenario that begins with
  # yaml-language-server: $schema=kendall.schema.json";

#[derive(Debug, clap::Args)]
#[command(after_help = COMPLETIONS)]
pub struct Completions {
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

const COMPLETIONS: &str = "\
Examples:
  kendall completions bash > ~/.local/share/bash-completion/completions/kendall
  kendall completions fish > ~/.config/fish/completions/kendall.fish";

#[derive(Debug, clap::Args)]
#[command(after_help = MAN)]
pub struct Man {
    /// The command to explain [default: kendall itself]
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub command: Option<String>,

    /// Write a page for every command into this folder
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

const MAN: &str = "\
Examples:
  kendall man run | man -l -
  kendall man -o ~/.local/share/man/man1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        use clap::CommandFactory as _;
        Args::command().debug_assert();
    }

    #[test]
    fn threads_are_from_1_to_256() {
        for (threads, fine) in [("0", false), ("1", true), ("256", true), ("257", false), ("-1", false)] {
            let read = Args::try_parse_from(["kendall", "run", "M/M/1", "--threads", threads]);
            assert_eq!(read.is_ok(), fine, "{threads}");
        }
    }

    #[test]
    fn an_unknown_command_is_answered_with_the_nearest() {
        let error = Args::try_parse_from(["kendall", "chekc"]).unwrap_err().to_string();
        assert!(error.contains("'check'"), "{error}");
    }
}
