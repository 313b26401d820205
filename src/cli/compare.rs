//! `kendall compare`: a scenario and its variants, or several scenarios, on the same random numbers.

use super::args::Compare;
use super::exit::{Exit, Failure};
use super::live::{self, Asked, Eye, Status};
use super::metrics::Metrics;
use super::target::Chosen;
use super::variants::{self, Variant};
use super::{folder, interrupt, output, progress};
#[cfg(feature = "amqp-client")]
use crate::adapter::Amqp;
use crate::adapter::Embedded;
use crate::experiment::{self, Ask, LiveAsk};
use crate::measure::Measure;
use crate::report;
use crate::result::{About, Compared, Comparison, LIVE_RUNS};
use crate::scenario::Scenario;

/// What the first one's targets say is how it ends; a variant may be as bad as it likes.
pub fn compare(args: &Compare) -> Result<Exit, Failure> {
    let ranked = args.rank.as_deref().map(ranked).transpose()?;
    let live = live::asked(&args.live, LIVE_RUNS)?;
    if let Some(few) = live.as_ref().map(|live| live.runs).filter(|runs| *runs < LIVE_RUNS) {
        return Err(Failure::Arguments(format!(
            "`--repeat {few}`: a live comparison takes {LIVE_RUNS} runs of each at least"
        )));
    }
    let metrics = live.as_ref().and_then(|asked| asked.metrics).map(Metrics::serve).transpose()?;
    let all = variants::all(args)?;
    if let Some(path) = args.json.as_deref().filter(|path| !output::is_stdout(path)) {
        output::expect_writable(path)?;
    }
    let place = folder::place(&args.report, &all[0].scenario.name, false);
    if let Some(place) = &place {
        output::make_folder(place)?;
    }
    let compared = carry_out(args, &all, (live.as_ref(), metrics.as_ref()), ranked.as_ref())?;
    if let Some(measure) = ranked.as_ref().filter(|measure| is_missing(&compared, measure)) {
        return Err(Failure::Arguments(format!(
            "`--rank {measure}`: nothing is known of that here, or it has no better end; name a measure of the scenario, \
             under `targets` if it is one of a producer"
        )));
    }
    let scenarios: Vec<&Scenario> = all.iter().map(|Variant { scenario, .. }| scenario).collect();
    let abouts: Vec<About> = scenarios.iter().map(|scenario| report::about(scenario)).collect();
    let json = || report::comparison_json(&compared, &scenarios);
    let told =
        output::text_and_json(args.json.as_deref(), json, || report::comparison(&compared, &abouts, output::style()));
    let reported = place.map(|place| folder::of_comparison(&place, (&abouts, &compared), &json()));
    told.and(reported.unwrap_or(Ok(())))?;
    Ok(exit(&compared))
}

/// A live run that is not to be believed spoils all.
fn exit(compared: &Comparison) -> Exit {
    let first = compared.compared.first().map_or(Exit::Well, |first| Exit::of(&first.outcome));
    let is_invalid = |one: &Compared| one.outcome.live().is_some_and(|live| live.valid.is_err());
    match () {
        () if compared.partial => Exit::Interrupted,
        () if compared.compared.iter().any(is_invalid) => Exit::Missed,
        () => first,
    }
}

fn carry_out(
    args: &Compare,
    all: &[Variant],
    (live, metrics): (Option<&Asked>, Option<&Metrics>),
    ranked: Option<&Measure>,
) -> Result<Comparison, Failure> {
    let ask = Ask { theory_only: false, threads: args.threads.map(usize::from) };
    let (watch, status) = (interrupt::watch(), Status::default());
    progress::shown(&watch, &status, || {
        let Some(Asked { target, speed, runs, .. }) = live else {
            return Ok(experiment::compare(all, &ask, ranked, &watch)?);
        };
        let onlooker = Eye { watch: &watch, status: &status, metrics, scenario: &all[0].scenario.name };
        let live = LiveAsk { speed: *speed, runs: *runs, onlooker: &onlooker };
        Ok(match target {
            Chosen::Embedded => experiment::compare_live(all, &ask, &live, &Embedded, ranked, &watch)?,
            #[cfg(feature = "amqp-client")]
            Chosen::Amqp(address) => {
                experiment::compare_live(all, &ask, &live, &Amqp::new(address.clone()), ranked, &watch)?
            }
        })
    })
}

fn ranked(text: &str) -> Result<Measure, Failure> {
    text.parse().map_err(|error| Failure::Arguments(format!("`--rank`: {error}")))
}

fn is_missing(compared: &Comparison, measure: &Measure) -> bool {
    !compared.partial && !compared.rankings.iter().any(|ranking| ranking.measure == *measure)
}
