//! What was meant by a name that is no measure: a slip, or the word of another system.

use super::{CAUSES, Measure, NoSuchMeasure, Percentile, QUANTITIES, Quantity, Stat, nearest, quantity_of};
use crate::time::Span;

/// Words of other systems and of text books, and what it is called here.
const CALLED: [(&str, &[&str]); 15] = [
    ("response", &["latency", "latencies", "sojourn", "response_time", "turnaround"]),
    ("wait", &["delay", "waiting_time", "wait_time", "queue_time", "queueing"]),
    ("length", &["size", "depth", "waiting", "ready", "queue_length", "messages"]),
    ("backlog", &["lag", "inside", "pending"]),
    ("in_flight", &["unacked", "unacknowledged", "outstanding"]),
    ("utilization", &["util", "busy", "load", "cpu", "usage", "occupancy"]),
    ("throughput", &["rate", "rps", "tps", "qps", "processed", "completed"]),
    ("published", &["sent", "arrived", "arrivals"]),
    ("lost", &["loss", "losses", "dropped", "drops", "discarded", "errors", "failures", "failed"]),
    ("lost.expired", &["expired", "timeouts"]),
    ("lost.rejected", &["rejected"]),
    ("dead", &["dlq", "dead_letter", "dead_letters", "dead_lettered", "parked", "poison"]),
    ("redelivered", &["retries", "retried", "redeliveries", "attempts"]),
    ("reordered", &["ordering", "out_of_order"]),
    ("duplicates", &["copies", "repeated"]),
];

/// The same of statistics.
const STATS: [(&str, &[&str]); 6] = [
    ("mean", &["avg", "average"]),
    ("p50", &["median"]),
    ("sd", &["std", "stddev", "stdev", "deviation"]),
    ("max", &["maximum", "peak", "worst", "largest", "p100"]),
    ("share", &["ratio", "percent", "percentage", "fraction", "rate"]),
    ("expired", &["ttl", "timeout"]),
];

fn translated<'a>(word: &str, table: &[(&'a str, &[&str])]) -> Option<&'a str> {
    table.iter().find(|(_, others)| others.contains(&word)).map(|(called, _)| *called)
}

/// What a quantity is called, of which a name says this.
fn quantity_called(word: &str) -> Option<&'static str> {
    translated(word, &CALLED).or_else(|| nearest(word, QUANTITIES.iter().map(|quantity| quantity.name())))
}

/// What a statistic is called: `avg`, `99`, `p9`, `99th`.
fn stat_called(word: &str) -> Option<String> {
    let digits = word.trim_start_matches(['p', 'q']).trim_end_matches("th");
    let percentile = if digits.len() == 1 { format!("p{digits}0") } else { format!("p{digits}") };
    translated(word, &STATS)
        .map(str::to_owned)
        .or_else(|| Percentile::parse(&percentile[1..]).is_some().then_some(percentile))
}

fn is_stat(word: &str) -> bool {
    let plain = ["mean", "sd", "max", "share", "growth"].contains(&word);
    plain || CAUSES.iter().any(|cause| cause.name() == word) || stat_called(word).is_some()
}

/// For a name whose parts name no quantity.
pub(super) fn no_quantity(text: &str) -> NoSuchMeasure {
    let words: Vec<&str> = text.split('@').next().unwrap_or(text).split('.').collect();
    let at = match words.as_slice() {
        [_] => 0,
        [first, second] => usize::from(!is_stat(second) && quantity_called(first).is_none()),
        _ => 1,
    };
    NoSuchMeasure(format!("`{text}` names no measure: there is no `{}`; {}", words[at], hint(&words, at)))
}

/// `at` is the place of what should be a quantity.
fn hint(words: &[&str], at: usize) -> String {
    if let [percentile] = words
        && percentile.starts_with('p')
        && Percentile::parse(&percentile[1..]).is_some()
    {
        return format!("did you mean `response.{percentile}`?");
    }
    let Some(called) = quantity_called(words[at]) else {
        return format!("there is `{}`", QUANTITIES.map(Quantity::name).join("`, `"));
    };
    let whose: String = words[..at].iter().map(|word| format!("{word}.")).collect();
    let stat = words.get(at + 1).map(|word| format!(".{}", stat_called(word).unwrap_or_else(|| (*word).to_owned())));
    let name = format!("{called}{}", stat.unwrap_or_default());
    let quantity = quantity_of(called).filter(|_| format!("x.{name}").parse::<Measure>().is_err());
    match quantity {
        Some(quantity) => format!("there is {}", forms_of(&whose, quantity)),
        None => format!("did you mean `{whose}{name}`?"),
    }
}

/// For a quantity that is not what `stat` says.
pub(super) fn no_stat(text: &str, whose: &str, quantity: Quantity, stat: Option<&str>) -> NoSuchMeasure {
    let name = |stat: String| format!("{whose}{}.{stat}", quantity.name());
    let meant = stat.and_then(stat_called).map(name).filter(|name| name.parse::<Measure>().is_ok());
    let hint = meant
        .map_or_else(|| format!("there is {}", forms_of(whose, quantity)), |meant| format!("did you mean `{meant}`?"));
    NoSuchMeasure(format!("`{text}` names no measure; {hint}"))
}

/// For more parts than a measure has.
pub(super) fn too_many_parts(text: &str) -> NoSuchMeasure {
    let joined = text.rsplit_once('.').map(|(name, decimals)| format!("{name}{decimals}"));
    let meant = joined.filter(|name| name.parse::<Measure>().is_ok());
    let hint = meant.map_or_else(
        || "write whose it is, a quantity and a statistic, such as `orders.wait.p99`".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    NoSuchMeasure(format!("`{text}` has too many parts for a measure; {hint}"))
}

/// The ways to write a quantity.
fn forms_of(whose: &str, quantity: Quantity) -> String {
    let endings = [
        ("", Stat::Value),
        (".mean", Stat::Mean),
        (".sd", Stat::Sd),
        (".max", Stat::Max),
        (".p99", Stat::Percentile(Percentile::P99)),
        (".share", Stat::Share),
        (".growth", Stat::Growth),
        ("@30min", Stat::At(Span::ZERO)),
    ];
    let plain = endings.into_iter().filter(|(_, stat)| quantity.has(*stat)).map(|(ending, _)| ending.to_owned());
    let causes = CAUSES.into_iter().filter(|c| quantity.has(Stat::Cause(*c))).map(|c| format!(".{}", c.name()));
    let forms: Vec<String> =
        plain.chain(causes).map(|ending| format!("`{whose}{}{ending}`", quantity.name())).collect();
    forms.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_systems_and_slips_are_answered_with_what_it_is_called_here() {
        for (written, meant) in [
            ("latency.p99", "response.p99"),
            ("sojourn.mean", "response.mean"),
            ("p999", "response.p999"),
            ("respons.p99", "response.p99"),
            ("wait.average", "wait.mean"),
            ("orders.wait.median", "orders.wait.p50"),
            ("response.99", "response.p99"),
            ("response.p9", "response.p90"),
            ("response.p99.9", "response.p999"),
            ("response.p100", "response.max"),
            ("orders.lenght.max", "orders.length.max"),
            ("orders.size.max", "orders.length.max"),
            ("orders.depth.peak", "orders.length.max"),
            ("payments.busy", "payments.utilization"),
            ("dropped", "lost"),
            ("failed.ratio", "lost.share"),
            ("dlq", "dead"),
            ("expired", "lost.expired"),
            ("lost.ttl", "lost.expired"),
            ("shop.retries", "shop.redelivered"),
        ] {
            let said = written.parse::<Measure>().unwrap_err().0;
            assert!(said.ends_with(&format!("; did you mean `{meant}`?")), "{said}");
        }
    }

    #[test]
    fn what_lacks_a_statistic_is_answered_with_those_it_has() {
        for (written, first) in [
            ("latency", "`response.mean`, `response.sd`"),
            ("orders.depth", "`orders.length.mean`, `orders.length.max`"),
            ("orders.length", "`orders.length.mean`, `orders.length.max`"),
            ("lost.mean", "`lost`, `lost.share`, `lost.refused`"),
            ("foo.bar", "`wait`, `service`"),
        ] {
            let said = written.parse::<Measure>().unwrap_err().0;
            assert!(said.contains(&format!("; there is {first}")), "{said}");
        }
    }
}
