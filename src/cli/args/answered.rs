//! The arguments of the commands that answer scenarios: `run` and `compare`.

use std::path::PathBuf;

use super::Notation;

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

/// A page to look at.
#[derive(Debug, Default, clap::Args)]
pub struct Report {
    /// Write a page to look at into a folder, index.html, with the result, plots and histograms beside it; of several
    /// scenarios a folder each [default DIR: reports/NAME]
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "")]
    pub report: Option<PathBuf>,
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

    /// Write everything that happens to the messages and consumers of the first replication as CSV, at most 10 million lines
    #[arg(long, value_name = "FILE|-")]
    pub events: Option<PathBuf>,

    #[command(flatten)]
    pub report: Report,

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
  kendall run scenarios/flash-sale.yaml --report
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

    #[command(flatten)]
    pub report: Report,

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
  kendall compare scenarios/retry-storm.yaml --report reports/storm
  kendall compare scenarios/mm1.yaml scenarios/mm3.yaml --json - | jq '.differences'

Targets decide the exit code by the first of those compared: 0 all hold; 1 one is missed, or a run failed;
2 the input is wrong; 3 one is undecided; 130 interrupted.";

#[cfg(test)]
mod tests {
    use super::*;

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
}
