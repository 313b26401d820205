//! The names of measures, their units and directions, said once.
//!
//! A measure is written `response.p99`, `lost`, `lost.share`, `orders.length.max`, `orders.backlog@30min`,
//! `payments.utilization`: whose it is (nothing: the whole scenario's), which quantity, which statistic of it.
//!
//! Long: a new quantity or statistic is added in this file and in no other.

mod meant;

use std::fmt;
use std::str::FromStr;

use crate::time::Span;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantity {
    Wait,
    Service,
    Response,
    WaitAll,
    ResponseAll,
    Waited,
    Stay,
    Length,
    InFlight,
    Backlog,
    Drained,
    Held,
    Throughput,
    Goodput,
    Utilization,
    Wasted,
    Repeated,
    Recovered,
    Published,
    Accepted,
    Refused,
    Lost,
    Dead,
    Duplicates,
    Redelivered,
    Reordered,
    Inversions,
    Displacement,
    Unfinished,
}

use Quantity::*;

/// Every quantity, in the order in which tables show them.
pub const QUANTITIES: [Quantity; 29] = [
    Wait,
    Service,
    Response,
    WaitAll,
    ResponseAll,
    Waited,
    Stay,
    Length,
    InFlight,
    Backlog,
    Drained,
    Held,
    Throughput,
    Goodput,
    Utilization,
    Wasted,
    Repeated,
    Recovered,
    Published,
    Accepted,
    Refused,
    Lost,
    Dead,
    Duplicates,
    Redelivered,
    Reordered,
    Inversions,
    Displacement,
    Unfinished,
];

/// Words that begin a measure of the whole language; no queue, producer or consumers entry may be called so.
pub const RESERVED: [&str; 32] = [
    "wait",
    "service",
    "response",
    "waited",
    "throughput",
    "goodput",
    "utilization",
    "published",
    "accepted",
    "refused",
    "lost",
    "dead",
    "duplicates",
    "redelivered",
    "reordered",
    "inversions",
    "displacement",
    "unroutable",
    "unfinished",
    "cost",
    "length",
    "backlog",
    "in_flight",
    "held",
    "stay",
    "drained",
    "wasted",
    "repeated",
    "recovered",
    "growth",
    "wait_all",
    "response_all",
];

impl Quantity {
    pub fn name(self) -> &'static str {
        match self {
            Wait => "wait",
            Service => "service",
            Response => "response",
            WaitAll => "wait_all",
            ResponseAll => "response_all",
            Waited => "waited",
            Stay => "stay",
            Length => "length",
            InFlight => "in_flight",
            Backlog => "backlog",
            Drained => "drained",
            Held => "held",
            Throughput => "throughput",
            Goodput => "goodput",
            Utilization => "utilization",
            Wasted => "wasted",
            Repeated => "repeated",
            Recovered => "recovered",
            Published => "published",
            Accepted => "accepted",
            Refused => "refused",
            Lost => "lost",
            Dead => "dead",
            Duplicates => "duplicates",
            Redelivered => "redelivered",
            Reordered => "reordered",
            Inversions => "inversions",
            Displacement => "displacement",
            Unfinished => "unfinished",
        }
    }

    fn is_count(self) -> bool {
        matches!(self, Published | Accepted | Refused | Lost | Dead | Duplicates | Redelivered | Reordered | Unfinished)
    }

    /// Whether this quantity has that statistic at all.
    pub fn has(self, stat: Stat) -> bool {
        match stat {
            Stat::Value => {
                self.is_count() || self.is_of_order() || self.is_rate() || matches!(self, Wasted | Repeated | Drained)
            }
            Stat::Share => self.is_count() && self != Published || self == Waited,
            Stat::Cause(cause) => match self {
                Lost => cause != Cause::Parked,
                Dead => matches!(cause, Cause::Full | Cause::Rejected | Cause::Limit | Cause::Expired | Cause::Parked),
                _ => false,
            },
            Stat::Sd => self.is_time() || self == Recovered,
            Stat::Mean | Stat::Max => self.is_time() || self == Recovered || self.is_level(),
            Stat::Percentile(_) => {
                self.is_time() || self == Recovered || self.is_level() || matches!(self, WaitAll | ResponseAll)
            }
            Stat::At(_) => self.is_level(),
            Stat::Growth => self == Backlog,
        }
    }

    fn is_rate(self) -> bool {
        matches!(self, Throughput | Goodput | Utilization)
    }

    /// What is told of an order that is not kept, beside how many messages it concerns.
    pub fn is_of_order(self) -> bool {
        matches!(self, Inversions | Displacement)
    }

    fn is_time(self) -> bool {
        matches!(self, Wait | Service | Response | Stay)
    }

    fn is_level(self) -> bool {
        matches!(self, Length | InFlight | Backlog | Held)
    }

    /// Whether a queue has this quantity of its own.
    pub fn of_a_queue(self) -> bool {
        self.is_time() || self == Drained || self.is_level() && self != Held
    }

    /// Whether a consumers entry has this quantity of its own.
    pub fn of_consumers(self) -> bool {
        matches!(self, Utilization | Wasted | Repeated | Throughput | Held)
    }

    /// Whether a producer has this quantity of its own: those of messages.
    pub fn of_a_producer(self) -> bool {
        self.of_the_whole() && !matches!(self, Throughput | Goodput | Utilization | Wasted | Repeated | Recovered)
    }

    /// Whether the whole scenario has this quantity; the others belong to a queue or a consumers entry.
    pub fn of_the_whole(self) -> bool {
        !self.is_level() && !matches!(self, Stay | Drained)
    }
}

/// Which figure of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stat {
    /// A count, a rate or an instant as it is.
    Value,
    Mean,
    Sd,
    Max,
    Percentile(Percentile),
    /// Of the messages planned in the window; for `waited`, of those processed.
    Share,
    Cause(Cause),
    /// Messages a second by which a backlog grows over the window.
    Growth,
    /// The level at one instant of the run.
    At(Span),
}

/// Why a message was lost or is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Refused by a full queue.
    Refused,
    /// Pushed out of a full queue by a newer message.
    Full,
    /// Rejected by its consumer.
    Rejected,
    /// Failed more often than its queue allows.
    Limit,
    /// The dead letter queue had no room for it.
    DeadLetterFull,
    /// Waited or was delayed for longer than its ttl.
    Expired,
    /// Acknowledged before the work, which then failed.
    Failed,
    /// Acknowledged before its work was done, by a consumer that then crashed.
    Crashed,
    /// In a queue that lost all it had.
    Outage,
    /// Set aside in its queue, or in one that nobody takes from.
    Parked,
    /// The target of a live run does not have it any more, and does not say why.
    Unknown,
}

pub const CAUSES: [Cause; 11] = [
    Cause::Refused,
    Cause::Full,
    Cause::Rejected,
    Cause::Limit,
    Cause::DeadLetterFull,
    Cause::Expired,
    Cause::Failed,
    Cause::Crashed,
    Cause::Outage,
    Cause::Parked,
    Cause::Unknown,
];

impl Cause {
    pub fn name(self) -> &'static str {
        match self {
            Cause::Refused => "refused",
            Cause::Full => "full",
            Cause::Rejected => "rejected",
            Cause::Limit => "limit",
            Cause::DeadLetterFull => "dead_letter_full",
            Cause::Expired => "expired",
            Cause::Failed => "failed",
            Cause::Crashed => "crashed",
            Cause::Outage => "outage",
            Cause::Parked => "parked",
            Cause::Unknown => "unknown",
        }
    }
}

/// A percentile as it is written: the digits behind `p` are the decimals of the quantile, so `p999` is 0.999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentile {
    digits: u32,
    places: u8,
}

impl Percentile {
    pub const P50: Percentile = Percentile { digits: 50, places: 2 };
    pub const P90: Percentile = Percentile { digits: 90, places: 2 };
    pub const P95: Percentile = Percentile { digits: 95, places: 2 };
    pub const P99: Percentile = Percentile { digits: 99, places: 2 };
    pub const P999: Percentile = Percentile { digits: 999, places: 3 };

    /// Near enough to each other for a curve, in order.
    pub fn of_a_curve() -> impl Iterator<Item = Percentile> + Clone {
        let of = |digits, places| Percentile { digits, places };
        let evenly = (1..=19).map(move |twentieths| of(5 * twentieths, 2));
        let tail = [(98, 2), (99, 2), (995, 3), (998, 3), (999, 3), (9995, 4), (9998, 4), (9999, 4)];
        evenly.chain(tail.map(|(digits, places)| of(digits, places)))
    }

    /// The share of values at or below it, strictly between 0 and 1.
    pub fn quantile(self) -> f64 {
        f64::from(self.digits) / 10_f64.powi(i32::from(self.places))
    }

    /// Reads the digits behind `p`: two to seven of them.
    fn parse(digits: &str) -> Option<Percentile> {
        if !(2..=7).contains(&digits.len()) || digits == "100" || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut digits = digits;
        while digits.len() > 2 && digits.ends_with('0') {
            digits = &digits[..digits.len() - 1];
        }
        let value: u32 = digits.parse().ok()?;
        (value > 0).then_some(Percentile { digits: value, places: digits.len() as u8 })
    }
}

/// In what a measure is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    PerSecond,
    /// Between 0 and 1.
    Share,
    Messages,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Lower,
    Higher,
    Neither,
}

/// How a measure is held against a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl Op {
    pub const ALL: [Op; 5] = [Op::Less, Op::LessOrEqual, Op::Equal, Op::GreaterOrEqual, Op::Greater];

    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Op::Less => "<",
            Op::LessOrEqual => "<=",
            Op::Equal => "=",
            Op::GreaterOrEqual => ">=",
            Op::Greater => ">",
        }
    }

    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Op::Less => value < bound,
            Op::LessOrEqual => value <= bound,
            Op::Equal => value == bound,
            Op::GreaterOrEqual => value >= bound,
            Op::Greater => value > bound,
        }
    }
}

/// One number that an answer can have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure {
    /// The queue, consumers entry or producer it is of; `None` for the whole scenario.
    pub of: Option<String>,
    pub quantity: Quantity,
    pub stat: Stat,
}

impl Measure {
    pub fn whole(quantity: Quantity, stat: Stat) -> Measure {
        Measure { of: None, quantity, stat }
    }

    pub fn of(name: &str, quantity: Quantity, stat: Stat) -> Measure {
        Measure { of: Some(name.to_owned()), quantity, stat }
    }

    pub fn unit(&self) -> Unit {
        match (self.quantity, self.stat) {
            (_, Stat::Share) | (Utilization | Wasted | Repeated, _) => Unit::Share,
            (_, Stat::Growth) | (Throughput | Goodput, _) => Unit::PerSecond,
            (Wait | Service | Response | WaitAll | ResponseAll | Stay | Drained | Recovered, _) => Unit::Seconds,
            _ => Unit::Messages,
        }
    }

    pub fn direction(&self) -> Direction {
        match self.quantity {
            Throughput | Goodput | Accepted => Direction::Higher,
            Utilization | Published | Service => Direction::Neither,
            _ => Direction::Lower,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(of) = &self.of {
            write!(f, "{of}.")?;
        }
        f.write_str(self.quantity.name())?;
        match self.stat {
            Stat::Value => Ok(()),
            Stat::Mean => f.write_str(".mean"),
            Stat::Sd => f.write_str(".sd"),
            Stat::Max => f.write_str(".max"),
            Stat::Percentile(p) => write!(f, ".p{:0places$}", p.digits, places = usize::from(p.places)),
            Stat::Share => f.write_str(".share"),
            Stat::Cause(cause) => write!(f, ".{}", cause.name()),
            Stat::Growth => f.write_str(".growth"),
            Stat::At(at) => write!(f, "@{at}"),
        }
    }
}

/// Why a text names no measure, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoSuchMeasure(pub String);

/// Reads a measure as [`Measure`]'s `Display` writes it. Whether its queue exists is not known here.
impl FromStr for Measure {
    type Err = NoSuchMeasure;

    fn from_str(text: &str) -> Result<Measure, NoSuchMeasure> {
        let (name, at) = match text.split_once('@') {
            Some((name, at)) => (name, Some(at)),
            None => (text, None),
        };
        let parts: Vec<&str> = name.split('.').collect();
        let (of, quantity, stat) = match (quantity_of(parts[0]), parts.as_slice()) {
            (Some(quantity), [_]) => (None, quantity, None),
            (Some(quantity), [_, stat]) => (None, quantity, Some(*stat)),
            (None, [of, word, stat @ ..]) if stat.len() <= 1 => {
                (Some(*of), quantity_of(word).ok_or_else(|| meant::no_quantity(text))?, stat.first().copied())
            }
            (None, [_]) => return Err(meant::no_quantity(text)),
            _ => return Err(meant::too_many_parts(text)),
        };
        let stat = read_stat(quantity, stat, at).ok_or_else(|| {
            let whose = of.map_or(String::new(), |of| format!("{of}."));
            meant::no_stat(text, &whose, quantity, stat.filter(|_| at.is_none()))
        })?;
        let measure = Measure { of: of.map(str::to_owned), quantity, stat };
        if measure.of.is_none() && !quantity.of_the_whole() {
            let name = quantity.name();
            if quantity.of_consumers() {
                return Err(NoSuchMeasure(format!(
                    "`{name}` belongs to a consumers entry: write its name first, such as `payments.{text}`"
                )));
            }
            return Err(NoSuchMeasure(format!(
                "`{name}` belongs to a queue: write its name first, such as `orders.{text}`"
            )));
        }
        Ok(measure)
    }
}

fn quantity_of(word: &str) -> Option<Quantity> {
    QUANTITIES.into_iter().find(|quantity| quantity.name() == word)
}

fn read_stat(quantity: Quantity, stat: Option<&str>, at: Option<&str>) -> Option<Stat> {
    let read = match (stat, at) {
        (None, Some(at)) => instant(at).map(Stat::At),
        (None, None) => Some(Stat::Value),
        (Some("mean"), None) => Some(Stat::Mean),
        (Some("sd"), None) => Some(Stat::Sd),
        (Some("max"), None) => Some(Stat::Max),
        (Some("share"), None) => Some(Stat::Share),
        (Some("growth"), None) => Some(Stat::Growth),
        (Some(word), None) => match word.strip_prefix('p').and_then(Percentile::parse) {
            Some(percentile) => Some(Stat::Percentile(percentile)),
            None => CAUSES.into_iter().find(|c| c.name() == word).map(Stat::Cause),
        },
        (Some(_), Some(_)) => None,
    };
    read.filter(|&stat| quantity.has(stat))
}

fn instant(text: &str) -> Option<Span> {
    crate::time::UNITS
        .into_iter()
        .filter_map(|(unit, nanos)| Some((text.strip_suffix(unit)?.parse::<f64>().ok()?, nanos)))
        .find(|(count, _)| count.is_finite() && *count >= 0.0)
        .map(|(count, nanos)| Span::from_nanos_f64(count * nanos as f64))
}

const LONGEST_WORD: usize = 256;

/// The known word nearest to `word`, if one is near enough to have been meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison takes memory of the product of both lengths.
    if word.len() > LONGEST_WORD {
        return None;
    }
    known
        .into_iter()
        .filter(|known| known.len() <= LONGEST_WORD)
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(distance, known)| *distance <= 1 + known.len().min(word.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_written_as_it_is_read() {
        for text in [
            "response.p99",
            "lost",
            "lost.share",
            "lost.dead_letter_full",
            "orders.length.max",
            "orders.backlog@30min",
            "payments.utilization",
            "waited.share",
            "orders.backlog.growth",
            "wait.p05",
            "response.p999",
            "orders.drained",
        ] {
            assert_eq!(text.parse::<Measure>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn digits_behind_p_are_decimals_of_the_quantile() {
        let quantile = |text: &str| match text.parse::<Measure>().unwrap().stat {
            Stat::Percentile(p) => p.quantile(),
            other => panic!("{other:?}"),
        };
        assert_eq!(quantile("wait.p50"), 0.5);
        assert_eq!(quantile("wait.p999"), 0.999);
        assert_eq!(quantile("wait.p9990"), 0.999);
        for bad in ["wait.p5", "wait.p100", "wait.p00", "wait.p12345678", "wait.p"] {
            assert!(bad.parse::<Measure>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_measure_is_answered_with_what_there_is() {
        let error = |text: &str| text.parse::<Measure>().unwrap_err().to_string();
        assert_eq!(
            error("respons.p99"),
            "`respons.p99` names no measure: there is no `respons`; did you mean `response.p99`?"
        );
        assert_eq!(
            error("orders.lenght.max"),
            "`orders.lenght.max` names no measure: there is no `lenght`; did you mean `orders.length.max`?"
        );
        assert!(error("foo.bar").starts_with("`foo.bar` names no measure: there is no `bar`; there is `wait`, "));
        assert_eq!(
            error("length.max"),
            "`length` belongs to a queue: write its name first, such as `orders.length.max`"
        );
    }
}
