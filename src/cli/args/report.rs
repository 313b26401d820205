//! The arguments of `report`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = REPORT)]
pub struct Reread {
    /// A result that `kendall run` or `kendall compare` has written with `--json`
    #[arg(value_name = "RESULT")]
    pub result: PathBuf,

    /// A later result of the same measures, which is held against the first; variants and scenarios by their names
    #[arg(value_name = "LATER", conflicts_with = "output")]
    pub later: Option<PathBuf>,

    /// Write the page of a single result into this folder [default: reports/NAME]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// Write what moved between two results as JSON; `-` writes it to standard output, and nothing else there
    #[arg(long, value_name = "FILE|-", requires = "later")]
    pub json: Option<PathBuf>,
}

const REPORT: &str = "\
Examples:
  kendall run scenarios/flash-sale.yaml --json sale.json
  kendall report sale.json -o sale
  kendall run scenarios/flash-sale.yaml --set consumers.payments.count=14 --json more.json
  kendall report sale.json more.json
  kendall report sale.json more.json --json - | jq '.differences'

Of one result, a page to look at is written. Of two, it is told which measures moved beyond noise.

Exit codes: 0 no target got worse; 1 one did; 2 the input is wrong.";
