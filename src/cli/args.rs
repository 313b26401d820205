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
    /// Say which model a scenario is, and which assumptions hold or fail
    Explain(Explain),
    /// Print all that formulas know of a system in Kendall's notation
    Theory(Theory),
    /// Validate scenarios, and say what they describe
    Check(Check),
    /// Write a scenario to begin with
    New(New),
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

/// What the command line changes in a scenario.
#[derive(Debug, Default, clap::Args)]
pub struct Alter {
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
}

impl Alter {
    /// As `path=value`. What is said by name comes last, so that it wins over `--set`.
    pub fn overrides(&self) -> Vec<String> {
        let named = [
            self.seed.map(|seed| format!("run.seed={seed}")),
            self.replications.map(|n| format!("run.replications={n}")),
            self.duration.as_ref().map(|duration| format!("run.duration={duration}")),
        ];
        self.set.iter().cloned().chain(named.into_iter().flatten()).collect()
    }
}

/// How to run it on a real clock.
#[derive(Debug, Default, clap::Args)]
pub struct Live {
    /// Run it on a real clock too, with as many tasks as there are producers and consumers, against kendall's own broker
    /// or RabbitMQ (`amqp://user:password@host:port/vhost`)
    #[arg(long, value_name = "TARGET", num_args = 0..=1, default_missing_value = "embedded")]
    pub live: Option<String>,

    /// Seconds of the scenario in a real one, such as 60 [live only]
    #[arg(long, value_name = "K", requires = "live", allow_negative_numbers = true)]
    pub speed: Option<f64>,

    /// How many live runs of each, all with draws of their own; five have intervals [live only; default: 1, of `compare` 5]
    #[arg(long, value_name = "N", requires = "live", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repeat: Option<u32>,

    /// Tell Prometheus there how the run stands, such as 127.0.0.1:9100 [live only]
    #[arg(long, value_name = "ADDRESS", requires = "live")]
    pub metrics: Option<String>,

    /// Allow a target, and readers of `--metrics`, on another machine [live only]
    #[arg(long, requires = "live")]
    pub allow_remote: bool,
}

#[derive(Debug, Default, clap::Args)]
#[command(after_help = RUN)]
pub struct Run {
    /// Scenario files, or a system in Kendall's notation such as M/M/3
    #[arg(value_name = "FILE|NOTATION", required = true)]
    pub scenarios: Vec<String>,

    #[command(flatten)]
    pub notation: Notation,

    #[command(flatten)]
    pub alter: Alter,

    /// Answer by theory alone
    #[arg(long)]
    pub theory: bool,

    #[command(flatten)]
    pub live: Live,

    /// Write the result as JSON, one line for each scenario; `-` writes it to standard output, and nothing else there
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,

    /// Write the measures as CSV into a folder, a file for each scenario; `-` writes them to standard output
    #[arg(long, value_name = "DIR|-")]
    pub csv: Option<PathBuf>,

    /// Write response, wait and service into a folder as HdrHistogram percentiles (.hgrm), in milliseconds
    #[arg(long, value_name = "DIR")]
    pub histograms: Option<PathBuf>,

    /// Write everything that happens to a message of the first replication as CSV, at most 10 million lines
    #[arg(long, value_name = "FILE|-")]
    pub events: Option<PathBuf>,

    /// Threads to simulate with; the result is the same for any number [default: as many as cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

const RUN: &str = "\
Examples:
  kendall run M/M/3 --rate 200/s --service 12ms
  kendall run scenarios/flash-sale.yaml --set consumers.payments.count=14 --seed 2
  kendall run scenarios/mm1.yaml scenarios/mm3.yaml --csv results
  kendall run scenarios/orders.yaml --duration 10min --events - | grep review
  kendall run scenarios/flash-sale.yaml --json - | jq '.targets'
  kendall run scenarios/agreement.yaml --live
  kendall run scenarios/web-day.yaml --live --speed 600
  kendall run scenarios/agreement.yaml --live amqp://127.0.0.1:5672";

#[derive(Debug, Default, clap::Args)]
#[command(after_help = COMPARE)]
pub struct Compare {
    /// A scenario file with its variants, or a system in Kendall's notation; of several, the first is what the others are
    /// compared with
    #[arg(value_name = "FILE|NOTATION", required = true)]
    pub scenarios: Vec<String>,

    #[command(flatten)]
    pub notation: Notation,

    #[command(flatten)]
    pub alter: Alter,

    /// Take this variant of the file and not all of them, or write one out; may be repeated
    #[arg(long, value_name = "NAME|NAME:PATH=VALUE")]
    pub variant: Vec<String>,

    /// A variant for each of the values; repeated, one for each combination
    #[arg(long, value_name = "PATH=VALUE,VALUE")]
    pub vary: Vec<String>,

    #[command(flatten)]
    pub live: Live,

    /// Put them in order by this measure, such as response.p99
    #[arg(long, value_name = "MEASURE")]
    pub rank: Option<String>,

    /// Write the result as JSON; `-` writes it to standard output, and nothing else there
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,

    /// Threads to simulate with; the result is the same for any number [default: as many as cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}

const COMPARE: &str = "\
Examples:
  kendall compare scenarios/prefetch.yaml
  kendall compare scenarios/flash-sale.yaml --vary consumers.payments.count=12,14,16 --rank response.p99
  kendall compare scenarios/orders.yaml --variant patient:queues.orders.redelivery.ack_timeout=5min
  kendall compare M/M/3 --load 80% --service 12ms --vary consumers.consumer.prefetch=10,unlimited
  kendall compare scenarios/prefetch.yaml --live --variant one
  kendall compare scenarios/mm1.yaml scenarios/mm3.yaml --json - | jq '.differences'

Targets decide the exit code by the first of those compared: 0 all hold; 1 one is missed, or a run failed;
2 the input is wrong; 3 one is undecided; 130 interrupted.";

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
    fn what_is_said_by_name_is_an_override_behind_the_others() {
        let alter = Alter {
            set: vec!["run.seed=7".to_owned(), "queues.orders.capacity=5".to_owned()],
            seed: Some(9),
            duration: Some("30min".to_owned()),
            ..Alter::default()
        };
        let expected = ["run.seed=7", "queues.orders.capacity=5", "run.seed=9", "run.duration=30min"];
        assert_eq!(alter.overrides(), expected);
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
