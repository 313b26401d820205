//! Every key and word of the language, said once: its name, how it is written, what it means, whether this version has it.

/// A key of an object.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    /// What may stand behind it, as an example; of what is not supported yet, what to write instead, if anything.
    pub example: &'static str,
    /// What it means, in a few words.
    pub about: &'static str,
    pub supported: bool,
}

const fn key(name: &'static str, example: &'static str, about: &'static str) -> Key {
    Key { name, example, about, supported: true }
}

/// Not supported yet; `example` is what to write meanwhile.
const fn later_instead(name: &'static str, about: &'static str, example: &'static str) -> Key {
    Key { name, example, about, supported: false }
}

const fn later(name: &'static str, about: &'static str) -> Key {
    Key { name, example: "", about, supported: false }
}

pub const SCENARIO: &[Key] = &[
    key("name", "flash-sale", "what the scenario is called"),
    key("question", "How many workers keep up?", "what is to be found out"),
    key("run", "{duration: 30min}", "how long, how often and with which seed"),
    key("queues", "{orders: {}}", "where messages wait"),
    key("producers", "{shop: {publishes_to: orders, arrivals: {poisson: {rate: 200/s}}}}", "what is published"),
    key("consumers", "{workers: {takes_from: orders, count: 3, service: 12ms}}", "who works on it"),
    key("targets", "[response.p99 < 30s]", "what must hold"),
    later("exchanges", "where messages are routed to several queues"),
    later("outages", "when a broker, a queue or consumers are away"),
    later("variants", "changes that `kendall compare` runs beside the file"),
];

pub const SHORT_FORM: &[Key] = &[
    key("system", "M/M/3", "Kendall's notation A/S/c or A/S/c/K"),
    key("rate", "200/s", "messages per second"),
    key("load", "80%", "what share of the time consumers are to be busy; stands for the rate"),
    key("service", "12ms", "the mean time of work on one message"),
    key("cv", "1.5", "standard deviation over mean, for a G or H2"),
];

pub const RUN: &[Key] = &[
    key("duration", "30min", "of scenario time; arrivals stop then"),
    key("warmup", "auto", "what is cut from the beginning"),
    key("seed", "1", "what random numbers begin with"),
    key("replications", "20", "how often the simulation is repeated"),
    key("drain", "until_empty", "what happens to messages still inside when arrivals stop"),
    key("at_most_inside", "1000000", "messages that one replication may hold"),
];

pub const REPLICATIONS: &[Key] = &[
    key("precision", "2%", "the half-width of the interval over the value, at most"),
    key("of", "response.p99", "the measure that is to be so precise"),
    key("at_most", "400", "replications after which to stop anyway"),
];

pub const QUEUE: &[Key] = &[
    key("capacity", "1000", "messages that may wait or be delayed"),
    key("when_full", "refuse", "what becomes of a newcomer that has no room"),
    key("order", "fifo", "which message is delivered next"),
    key("dead_letter", "failed", "the queue for messages that are given up"),
    key("redelivery", "{limit: 4}", "what happens to messages that failed"),
    later("capacity_bytes", "how many bytes may wait"),
    later("ttl", "how long a message may wait"),
    later("ordered_by", "what keeps messages of a key in order"),
    later("single_active_consumer", "whether one consumer at a time takes from it"),
    later("kind", "whether it is a queue or a log"),
    later("durable", "whether it outlives its broker"),
    later("like", "the system whose defaults it has"),
];

pub const REDELIVERY: &[Key] = &[
    key("returns_to", "original", "the place that a message takes which returns"),
    key("ack_timeout", "30s", "how long after delivery an unacknowledged message is taken back"),
    key("delay", "5s", "how long a message that failed is kept from delivery"),
    key("limit", "4", "failures that are forgiven"),
    key("then", "dead_letter", "where a message goes that failed once more"),
    later("late_ack", "whether an acknowledgement counts that comes too late"),
    later("jitter", "by how much delays vary"),
    later("counts", "whether failures or deliveries are limited"),
];

pub const PRODUCER: &[Key] = &[
    key("publishes_to", "orders", "the queue it publishes to"),
    key("arrivals", "{poisson: {rate: 200/s}}", "when messages come"),
    later("messages", "size, work, priority, key and ttl of messages"),
    later("confirms", "how many messages may be unconfirmed"),
    later("retries", "what it does when it is refused"),
    later("like", "the system whose defaults it has"),
];

pub const ARRIVALS: &[Key] = &[
    key("poisson", "{rate: 200/s}", "independent arrivals"),
    key("regular", "{rate: 200/s}", "evenly spaced arrivals"),
    key("renewal", "{gap: {erlang: {mean: 5ms, phases: 3}}}", "independent gaps"),
    key("trace", "{file: requests.csv, column: time, unit: s}", "recorded instants"),
    later("mmpp", "bursts: a rate that jumps between states"),
    later("counts", "recorded counts per interval"),
    later("closed", "clients that wait for their answer"),
];

/// What scenario.md lets stand beside the kind of arrivals.
pub const BESIDE_ARRIVALS: &[Key] = &[
    later("batch", "how many messages come together"),
    later("start", "when arrivals begin"),
    later("stop", "when arrivals end"),
    later("limit", "how many messages come at most"),
];

pub const RATED: &[Key] = &[key("rate", "200/s", "how many messages come in a time")];

pub const RATE: &[Key] = &[
    key("steps", "{0min: 50/s, 10min: 900/s}", "a rate that holds until the next point"),
    later("line", "straight lines between points"),
    later("wave", "a rate that swings"),
    later("product", "rates times factors"),
];

pub const BESIDE_RATE: &[Key] = &[later("repeat", "after what time a profile comes round again")];

pub const RENEWAL: &[Key] = &[key("gap", "{erlang: {mean: 5ms, phases: 3}}", "the time from one arrival to the next")];

pub const TRACE: &[Key] = &[
    key("file", "requests.csv", "a CSV file, plain or gzip, beside the scenario"),
    key("column", "time", "the column of the time stamps"),
    key("unit", "s", "what the time stamps count: s, ms, us, ns or min"),
    key("resolution", "1s", "how coarse the clock was; equal stamps are spread over it"),
    key("repeat", "24h", "after what time the trace begins again"),
    later("speed", "how much faster than recorded"),
    later("work", "columns of work"),
    later("size", "columns of sizes"),
    later_instead(
        "values",
        "instants written in the file",
        "put them into a CSV file: `{file: requests.csv, column: time, unit: s}`",
    ),
];

pub const DISTRIBUTION: &[Key] = &[
    key("constant", "20ms", "always the same"),
    key("exponential", "{mean: 20ms}", "without memory"),
    key("erlang", "{mean: 20ms, phases: 3}", "the sum of exponential phases"),
    key("lognormal", "{mean: 20ms, cv: 1.5}", "skewed, as most measured times are"),
    key("hyperexponential", "{mean: 20ms, cv: 2}", "a mixture of exponentials"),
    key("empirical", "{file: times.csv, column: seconds, unit: s}", "recorded times"),
    later("uniform", "evenly between two bounds"),
    later("gamma", "the sum of any number of phases"),
    later("weibull", "by shape"),
    later("pareto", "heavy tail"),
    later("normal", "truncated at zero"),
    later("triangular", "between two bounds"),
    later("phase_type", "by phases and rates"),
    later("mixture", "of other distributions"),
    later("per_work", "a time per unit of work that the message carries"),
    later("per_kib", "a time per KiB of the message"),
    later("plus", "a time on top of `per_work` or `per_kib`"),
];

pub const MEAN: &[Key] = &[key("mean", "20ms", "the mean")];

pub const ERLANG: &[Key] =
    &[key("mean", "20ms", "the mean of the whole"), key("phases", "3", "how many phases are added up")];

pub const MEAN_AND_CV: &[Key] =
    &[key("mean", "20ms", "the mean"), key("cv", "1.5", "the standard deviation over the mean")];

pub const HYPEREXPONENTIAL: &[Key] = &[
    key("mean", "20ms", "the mean"),
    key("cv", "2", "the standard deviation over the mean, at least 1"),
    key("branches", "[{weight: 9, mean: 10ms}, {weight: 1, mean: 110ms}]", "the exponentials that are mixed"),
];

pub const BRANCH: &[Key] =
    &[key("weight", "9", "how often this branch is taken, against the others"), key("mean", "10ms", "its mean")];

pub const EMPIRICAL: &[Key] = &[
    key("file", "times.csv", "a CSV file, plain or gzip, beside the scenario"),
    key("column", "seconds", "the column of the times"),
    key("unit", "s", "what the times count: s, ms, us, ns or min"),
    key("mean", "20ms", "stretches all times so that this is their mean"),
    later_instead(
        "values",
        "times written in the file",
        "put them into a CSV file: `{file: times.csv, column: seconds, unit: s}`",
    ),
];

pub const CONSUMERS: &[Key] = &[
    key("takes_from", "orders", "the queue it takes from, or a list in order of preference"),
    key("count", "3", "how many consumers that are alike"),
    key("prefetch", "10", "unacknowledged messages that one consumer may hold, or unlimited"),
    key("priority", "1", "messages go to the highest first"),
    key("service", "12ms", "the time of work on one message"),
    key("on_retry", "same", "how long a further attempt takes"),
    key("acknowledge", "after", "when a message is acknowledged"),
    key("fails", "1%", "the share of attempts that fail after their work"),
    key("on_failure", "requeue", "what becomes of a message that failed"),
    later("takes", "how many messages are worked on together"),
    later("crashes", "how often a consumer crashes"),
    later("hangs", "how often a consumer hangs"),
    later("acks_lost", "the share of acknowledgements that get lost"),
    later("poison", "the share of messages that always fail"),
    later("works_by", "how a live run works"),
    later("then", "where the result is published"),
    later("scale", "how the count follows the load"),
    later("network", "how long messages are under way"),
    later("like", "the system whose defaults it has"),
];

/// A word that may stand behind a key, and what it means to the model; `None` is not supported yet.
#[derive(Debug)]
pub struct Word<T> {
    pub name: &'static str,
    pub means: Option<T>,
    /// What it means, in a few words.
    pub about: &'static str,
}

const fn word<T>(name: &'static str, means: T, about: &'static str) -> Word<T> {
    Word { name, means: Some(means), about }
}

const fn later_word<T>(name: &'static str, about: &'static str) -> Word<T> {
    Word { name, means: None, about }
}

use super::model::{Drain, Warmup};
use crate::broker::{ReturnsTo, Then, WhenFull};
use crate::client::{Acknowledge, OnFailure, OnRetry};

pub const WHEN_FULL: &[Word<WhenFull>] = &[
    word("refuse", WhenFull::Refuse, "the producer is told, and gives up"),
    word("block", WhenFull::Block, "the producer waits until there is room"),
    word("drop_oldest", WhenFull::DropOldest, "the oldest message makes room"),
    word("dead_letter", WhenFull::DeadLetter, "the newcomer goes to the dead letter queue"),
];

pub const ORDER: &[Word<()>] = &[
    word("fifo", (), "the oldest first"),
    later_word("lifo", "the newest first"),
    later_word("priority", "the highest priority first"),
    later_word("shortest_first", "the shortest work first"),
];

pub const RETURNS_TO: &[Word<ReturnsTo>] = &[
    word("original", ReturnsTo::Original, "its place by age"),
    word("front", ReturnsTo::Front, "the front of the queue"),
    word("tail", ReturnsTo::Tail, "the end of the queue"),
];

pub const THEN: &[Word<Then>] = &[
    word("dead_letter", Then::DeadLetter, "to the dead letter queue"),
    word("drop", Then::Drop, "nowhere: the message is lost"),
    word("park", Then::Park, "it stays in the queue, out of reach of consumers"),
];

pub const ON_RETRY: &[Word<OnRetry>] =
    &[word("same", OnRetry::Same, "as long as the first"), word("fresh", OnRetry::Fresh, "a new draw")];

pub const ACKNOWLEDGE: &[Word<Acknowledge>] = &[
    word("after", Acknowledge::After, "after the work"),
    word("before", Acknowledge::Before, "as the work starts"),
    later_word("on_delivery", "as the broker hands it over"),
    later_word("every", "several at once"),
];

pub const ON_FAILURE: &[Word<OnFailure>] = &[
    word("requeue", OnFailure::Requeue, "the message returns to its queue"),
    word("reject", OnFailure::Reject, "the message goes to the dead letter queue, or is dropped"),
];

pub const WARMUP: &[Word<Warmup>] = &[
    word("none", Warmup::None, "something that starts and ends"),
    word("auto", Warmup::Auto, "a steady state, found by pilot runs"),
];

pub const DRAIN: &[Word<Drain>] = &[
    word("until_empty", Drain::UntilEmpty, "until nothing is inside, at most as long as the run again"),
    word("none", Drain::None, "not at all"),
];

/// Units of recorded numbers, with their lengths in nanoseconds.
pub const DATA_UNITS: &[Word<f64>] = &[
    word("s", 1e9, "seconds"),
    word("ms", 1e6, "milliseconds"),
    word("us", 1e3, "microseconds"),
    word("ns", 1.0, "nanoseconds"),
    word("min", 60e9, "minutes"),
    later_word("datetime", "dates and times"),
];
