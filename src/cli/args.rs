//! The arguments, as clap reads them and `--help` explains them.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

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
  kendall check scenarios/*.yaml

Exit codes: 0 every target holds; 1 a target is missed, or the run failed; 2 the input is wrong;
3 a target is undecided; 130 interrupted.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer a scenario by theory, where a formula applies, and by simulation
    Run(Run),
    /// Say which model a scenario is, and which assumptions hold or fail
    Explain(Explain),
    /// Print all that formulas know of a system in Kendall's notation
    Theory(Theory),
    /// Validate scenarios, and say what they describe
    Check(Check),
}

#[derive(Debug, Default, clap::Args)]
#[command(after_help = RUN)]
pub struct Run {
    /// A scenario file, or a system in Kendall's notation such as M/M/3
    #[arg(value_name = "FILE|NOTATION")]
    pub scenario: String,

    #[command(flatten)]
    pub notation: Notation,

    /// Draw other random numbers [as run.seed]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// How many independent runs to simulate [as run.replications]
    #[arg(long, value_name = "N")]
    pub replications: Option<u32>,

    /// Scenario time after which arrivals stop, such as 30min [as run.duration]
    #[arg(long, value_name = "DURATION")]
    pub duration: Option<String>,

    /// Alter the scenario, such as consumers.payments.count=14; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,

    /// Answer by theory alone
    #[arg(long)]
    pub theory: bool,

    /// Write the result as JSON; `-` writes it to standard output, and nothing else there
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,

    /// Threads to simulate with; the result is the same for any number [default: as many as cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

const RUN: &str = "\
Examples:
  kendall run M/M/3 --rate 200/s --service 12ms
  kendall run scenarios/flash-sale.yaml --set consumers.payments.count=14 --seed 2
  kendall run scenarios/flash-sale.yaml --json - | jq '.targets'";

/// The numbers that go with a system in Kendall's notation.
#[derive(Debug, Default, clap::Args)]
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
    /// A system in Kendall's notation, such as M/M/3, M/D/5, E4/M/1, M/H2/1 or M/M/10/30
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
  kendall theory M/G/1 --load 80% --service 12ms --cv 1.5
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
