//! The arguments of `watch`.

use super::Notation;

#[derive(Debug, Default, clap::Args)]
#[command(after_help = WATCH)]
pub struct Watch {
    /// A scenario file, or a system in Kendall's notation such as M/M/3
    #[arg(value_name = "FILE|NOTATION")]
    pub scenario: String,

    #[command(flatten)]
    pub notation: Notation,

    /// Watch a run on a real clock, against kendall's own broker or RabbitMQ (`amqp://user:password@host:port/vhost`)
    #[arg(long, value_name = "TARGET", num_args = 0..=1, default_missing_value = "embedded")]
    pub live: Option<String>,

    /// Allow a target on another machine [live only]
    #[arg(long, requires = "live")]
    pub allow_remote: bool,

    /// Seconds of the scenario in a real one, such as 0.1 or 60; or max [default: what an eye can follow; live: 1]
    #[arg(long, value_name = "K|max", allow_negative_numbers = true)]
    pub speed: Option<String>,

    /// Draw other random numbers [as run.seed]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Scenario time after which arrivals stop, such as 30min [as run.duration]
    #[arg(long, value_name = "DURATION")]
    pub duration: Option<String>,

    /// Alter the scenario, such as consumers.payments.count=14; may be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

impl Watch {
    /// As `path=value`. What is said by name comes last, so that it wins over `--set`.
    pub fn overrides(&self) -> Vec<String> {
        let named = [
            self.seed.map(|seed| format!("run.seed={seed}")),
            self.duration.as_ref().map(|duration| format!("run.duration={duration}")),
        ];
        self.set.iter().cloned().chain(named.into_iter().flatten()).collect()
    }
}

const WATCH: &str = "\
Examples:
  kendall watch M/M/3 --rate 200/s --service 12ms
  kendall watch scenarios/mm1.yaml
  kendall watch scenarios/flash-sale.yaml --speed 60 --set consumers.payments.count=17
  kendall watch scenarios/agreement.yaml --live

Producers, queue and consumers are drawn as messages move. Space pauses, `.` goes on by a single event,
`+` and `-` change the speed, other keys the arrival rate, the consumers and more: `?` tells them all.
A run that was changed by hand is marked so, and nothing is judged by it.

Exit codes: 0 left; 1 the run came to its end and a target is missed, or it failed; 2 the input is wrong,
or there is no terminal; 130 interrupted.";
