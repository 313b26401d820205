//! A variant in one sentence: what it gains, what it costs, by the numbers that are shown to differ.

use super::cells;
use crate::measure::{Measure, Percentile, Quantity, Stat, Unit};
use crate::report::number;
use crate::report::text::clean;
use crate::result::{Comparison, Difference, Shown};

/// More of either kind would hide the first.
const MOST: usize = 4;
/// A consumer that is busier by less is not worth a word, in shares.
const BUSIER: f64 = 0.05;
/// Nor is a time or a rate that differs by less, of the base.
const WORTH_A_WORD: f64 = 0.01;

/// What a sentence may name, the weightiest first; of the times only the first that is shown to differ.
fn weighty() -> Vec<Measure> {
    use Quantity::*;
    let shares = [Lost, Dead, Unfinished, Duplicates, Redelivered, Reordered];
    let shares = shares.map(|quantity| Measure::whole(quantity, Stat::Share));
    let values = [Goodput, Wasted].map(|quantity| Measure::whole(quantity, Stat::Value));
    values.into_iter().chain(shares).collect()
}

fn times() -> [Measure; 4] {
    let percentile = |p| Measure::whole(Quantity::Response, Stat::Percentile(p));
    let mean = Measure::whole(Quantity::Response, Stat::Mean);
    [percentile(Percentile::P99), percentile(Percentile::P95), mean, percentile(Percentile::P50)]
}

/// Whether people choose by it, so that it is told who is best in it.
pub fn is_told(measure: &Measure) -> bool {
    weighty().contains(measure) || *measure == times()[0] || measure.quantity == Quantity::Drained
}

/// `at-most-once: response.p99 −38 %; but loses 0.40 % of messages (base: none)`
pub fn sentence(comparison: &Comparison, variant: usize) -> String {
    let name = clean(&comparison.compared[variant].name);
    let of_variant: Vec<&Difference> = comparison.differences.iter().filter(|d| d.variant == variant).collect();
    let (told, hardly): (Vec<_>, Vec<_>) =
        told(&of_variant).into_iter().partition(|difference| is_worth_a_word(difference));
    let phrases = |better: bool| -> Vec<String> {
        let these = told.iter().filter(|difference| difference.is_better() == Some(better));
        these.take(MOST).filter_map(|difference| phrase(comparison, difference)).collect()
    };
    let (mut gained, mut cost) = (phrases(true), phrases(false));
    for difference in of_variant.iter().filter(|d| d.measure.quantity == Quantity::Drained && d.value.is_none()) {
        match drains(comparison, difference) {
            Some((true, phrase)) => gained.push(phrase),
            Some((false, phrase)) => cost.push(phrase),
            None => {}
        }
    }
    let (gains, costs) = (gained.join(", "), cost.join(", "));
    let busy = busy(comparison, &of_variant).map_or(String::new(), |busy| format!("; {busy}"));
    let what = match (gains.is_empty(), costs.is_empty()) {
        (true, true) => match hardly.first().and_then(|difference| phrase(comparison, difference)) {
            Some(most) => format!("hardly a difference: {most}"),
            None => nothing(&of_variant),
        },
        (false, true) => gains,
        (true, false) => format!("no gain shown; {costs}"),
        (false, false) => format!("{gains}; but {costs}"),
    };
    format!("{name}: {what}{busy}")
}

fn is_worth_a_word(difference: &Difference) -> bool {
    difference.measure.unit() == Unit::Share || difference.relative().is_none_or(|share| share.abs() >= WORTH_A_WORD)
}

/// In the order of their weight; what a target names, behind the others.
fn told<'a>(of_variant: &[&'a Difference]) -> Vec<&'a Difference> {
    let shown =
        |measure: &Measure| of_variant.iter().find(|d| d.measure == *measure && d.is_better().is_some()).copied();
    let mut told: Vec<&Difference> = times().iter().find_map(shown).into_iter().collect();
    told.extend(weighty().iter().filter_map(shown));
    let drained = |d: &&&Difference| d.measure.quantity == Quantity::Drained && d.is_better().is_some();
    told.extend(of_variant.iter().filter(drained));
    told
}

/// No difference; and how small a one would have been seen.
fn nothing(of_variant: &[&Difference]) -> String {
    let mut known = of_variant.iter().filter(|difference| difference.value.is_some()).peekable();
    if known.peek().is_some() && known.all(|difference| difference.value == Some(0.0) && difference.half == Some(0.0)) {
        return "no difference: the same in every run".to_owned();
    }
    let seen = times().iter().find_map(|measure| of_variant.iter().find(|d| d.measure == *measure && d.half.is_some()));
    let seen = seen.filter(|difference| difference.shown() == Some(Shown::Nothing));
    let seen = seen.map(|difference| {
        format!("; in {}, one of {} would have been", difference.measure, cells::difference(difference))
    });
    format!("no difference shown{}", seen.map_or(String::new(), |seen| seen.replace("± ", "")))
}

/// `response.p99 −38 %`, `loses none (base: 0.40 %)`
fn phrase(comparison: &Comparison, difference: &Difference) -> Option<String> {
    let measure = &difference.measure;
    let share = |value: f64| if value == 0.0 { "none".to_owned() } else { number::in_unit(Unit::Share, value) };
    let Some(how) = in_words(measure.quantity).filter(|_| measure.unit() == Unit::Share) else {
        return cells::briefly(difference).map(|by| format!("{measure} {by}"));
    };
    let base = difference.base?;
    let first = clean(&comparison.compared[0].name);
    Some(format!("{} ({first}: {})", how.replace('@', &share(base + difference.value?)), share(base)))
}

fn in_words(quantity: Quantity) -> Option<&'static str> {
    Some(match quantity {
        Quantity::Lost => "loses @ of messages",
        Quantity::Dead => "gives up @ of messages",
        Quantity::Unfinished => "leaves @ unfinished",
        Quantity::Duplicates => "repeats @ needlessly",
        Quantity::Redelivered => "delivers @ again",
        Quantity::Wasted => "wastes @ of the work",
        Quantity::Reordered => "takes @ out of order",
        _ => return None,
    })
}

/// One drains and the other does not: whether that is a gain, and in words.
fn drains(comparison: &Comparison, difference: &Difference) -> Option<(bool, String)> {
    let measure = &difference.measure;
    let of = |at: usize| comparison.compared[at].outcome.measured().and_then(|s| s.measures.get(measure)?.value);
    let queue = measure.of.as_deref().unwrap_or_default();
    match (of(0), of(difference.variant)) {
        (None, Some(at)) => Some((true, format!("drains {queue} at {}", number::value(measure, at)))),
        (Some(_), None) => Some((false, format!("does not drain {queue}"))),
        _ => None,
    }
}

/// Neither better nor worse, but what pays for the rest.
fn busy(comparison: &Comparison, of_variant: &[&Difference]) -> Option<String> {
    let utilization = Measure::whole(Quantity::Utilization, Stat::Value);
    let difference = of_variant.iter().find(|d| d.measure == utilization && d.shown() != Some(Shown::Nothing))?;
    let (base, value) = (difference.base?, difference.value?);
    let share = |share| number::in_unit(Unit::Share, share);
    let first = clean(&comparison.compared[0].name);
    (value.abs() >= BUSIER).then(|| format!("consumers are busy {} ({first}: {})", share(base + value), share(base)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::{Compared, Outcome};

    fn one(name: &str) -> Compared {
        let outcome = Outcome {
            seed: 1,
            partial: false,
            answers: Vec::new(),
            agreement: Vec::new(),
            live_agreement: Vec::new(),
            targets: Vec::new(),
            warnings: Vec::new(),
            no_theory: None,
            stability: Vec::new(),
        };
        Compared { name: name.to_owned(), outcome }
    }

    /// Of measure, base, difference and half-width.
    fn said(differences: &[(&str, f64, f64, f64)]) -> String {
        let of = |&(measure, base, value, half): &(&str, f64, f64, f64)| Difference {
            variant: 1,
            measure: measure.parse().unwrap(),
            base: Some(base),
            value: Some(value),
            half: Some(half),
            why: None,
        };
        let comparison = Comparison {
            compared: vec![one("base"), one("at-most-once")],
            differences: differences.iter().map(of).collect(),
            confidence: 0.99,
            rankings: Vec::new(),
            ranked: None,
            partial: false,
        };
        sentence(&comparison, 1)
    }

    #[test]
    fn what_a_policy_gains_and_what_it_costs() {
        let faster = ("response.p99", 0.2, -0.0762, 0.004);
        assert_eq!(said(&[faster]), "at-most-once: response.p99 −38 %");
        assert_eq!(
            said(&[faster, ("lost.share", 0.0, 0.004, 0.0005), ("duplicates.share", 0.02, -0.02, 0.001)]),
            "at-most-once: response.p99 −38 %, repeats none needlessly (base: 2.00 %); but loses 0.400 % of messages \
             (base: none)"
        );
        let slower = ("response.p99", 0.2, 0.1, 0.004);
        assert_eq!(
            said(&[slower, ("utilization", 0.038, 0.96, 0.001)]),
            "at-most-once: no gain shown; response.p99 +50 %; consumers are busy 99.8 % (base: 3.80 %)"
        );
    }

    #[test]
    fn no_difference_says_how_small_a_one_would_have_been_seen() {
        assert_eq!(
            said(&[("response.p99", 0.2, 0.001, 0.006), ("response.mean", 0.1, 0.0, 0.001)]),
            "at-most-once: no difference shown; in response.p99, one of 3.0 % would have been"
        );
        assert_eq!(said(&[]), "at-most-once: no difference shown");
        let same = [("response.p99", 0.2, 0.0, 0.0), ("goodput", 50.0, 0.0, 0.0)];
        assert_eq!(said(&same), "at-most-once: no difference: the same in every run");
    }

    #[test]
    fn what_is_shown_and_small_is_hardly_a_difference() {
        let small = ("response.mean", 0.1, -0.00002, 0.00001);
        assert_eq!(said(&[small]), "at-most-once: hardly a difference: response.mean −0.020 %");
        assert!(said(&[small, ("lost.share", 0.0, 0.001, 0.0001)]).contains(": no gain shown; loses 0.100 %"));
    }

    #[test]
    fn of_the_times_the_weightiest_that_differs_is_told() {
        let p99 = ("response.p99", 0.2, 0.001, 0.006);
        assert_eq!(said(&[p99, ("response.mean", 0.1, -0.02, 0.001)]), "at-most-once: response.mean −20 %");
    }
}
