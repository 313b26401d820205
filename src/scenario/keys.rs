//! Every key and word of the language, said once: its name, how it is written, what it means, whether this version has it.
//!
//! Long: every key of the language stands here and nowhere else.

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
    key("outages", "[{at: 10min, for: 30s, of: broker}]", "when the broker, a queue or consumers are away"),
    key(
        "variants",
        "{eager: {consumers.workers.prefetch: 100}}",
        "what `kendall compare` holds against the file: paths and what stands there then; `null` removes it",
    ),
];

pub const OUTAGE: &[Key] = &[
    key("at", "10min", "when it begins"),
    key("for", "30s", "how long it lasts"),
    key(
        "of",
        "broker",
        "what is away: a queue takes nothing in (a producer is refused, or waits with `when_full: block`; a dead letter is dropped) and gives nothing out, while its timers go on; with the broker all queues are, and all connections break, so that what consumers hold returns as a failure of each message and what they say is not heard; of a consumers entry all consumers crash and are back at its end",
    ),
    key("loses", "nothing", "what the broker or the queue has no more when it begins"),
];

pub const SHORT_FORM: &[Key] = &[
    key("system", "M/M/3", "Kendall's notation A/S/c[/K[/N[/D]]]; c may be `inf`"),
    key("rate", "200/s", "messages per second; with a population N, of one client while it thinks"),
    key("load", "80%", "what share of the time consumers are to be busy; stands for the rate"),
    key("service", "12ms", "the mean time of work on one message"),
    key("cv", "1.5", "standard deviation over mean, for a G or H2"),
    key("family", "gamma", "the distribution of a G: lognormal, which it is if nothing is said, or gamma"),
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
    key("capacity_bytes", "64MiB", "bytes that messages which wait or are delayed may have in all"),
    key("ttl", "30s", "how long after entering a message expires that still waits"),
    key("ordered_by", "key", "what keeps messages in order by handing out one at a time"),
    key("single_active_consumer", "true", "whether one consumer is given all messages until it leaves"),
    later("kind", "whether it is a queue or a log"),
    later("durable", "whether it outlives its broker"),
    later("like", "the system whose defaults it has"),
];

pub const REDELIVERY: &[Key] = &[
    key("returns_to", "original", "the place that a message takes which returns"),
    key("ack_timeout", "30s", "how long after delivery an unacknowledged message is taken back"),
    key("delay", "5s", "how long a message that failed is kept from delivery"),
    key("limit", "4", "failures that are forgiven, or deliveries in all"),
    key("counts", "failures", "what the limit is a limit of"),
    key("then", "dead_letter", "where a message goes that failed once more"),
    key("late_ack", "accepted", "whether an acknowledgement counts that comes too late"),
    key("jitter", "full", "by how much delays are shortened: none, full or a share"),
    key(
        "duplicates",
        "0.1%",
        "the share of deliveries that the broker makes twice: the message waits again at once, which is no failure, and goes to whoever has credit; an acknowledgement of either removes it. What is acknowledged as it is delivered is not delivered twice",
    ),
];

pub const DELAY: &[Key] = &[
    key("linear", "{step: 5s, at_most: 1min}", "a step longer after each failure"),
    key("backoff", "{first: 1s, factor: 2, at_most: 1min}", "longer by a factor after each failure"),
    key("list", "[1s, 10s, 1min]", "one after the other; the last repeats"),
];

pub const LINEAR: &[Key] =
    &[key("step", "5s", "what each failure adds"), key("at_most", "1min", "the longest delay; any by default")];

pub const BACKOFF: &[Key] = &[
    key("first", "1s", "the delay after the first failure"),
    key("factor", "2", "by how much each delay is longer than the one before"),
    key("at_most", "1min", "the longest delay; any by default"),
];

pub const PRODUCER: &[Key] = &[
    key("publishes_to", "orders", "the queue it publishes to; of a list each gets a copy"),
    key("arrivals", "{poisson: {rate: 200/s}}", "when messages come"),
    key("messages", "{priority: 1}", "what its messages carry"),
    key("confirms", "100", "how many publishes may be neither accepted nor refused yet"),
    key("retries", "{delay: {backoff: {first: 100ms, factor: 2}}, limit: 5}", "when it tries again what is refused"),
    key(
        "network",
        "{publish: 50ms, confirm: 50ms}",
        "how long it takes to the broker and back; none overtakes another of its producer",
    ),
    later("like", "the system whose defaults it has"),
];

pub const UPLINK: &[Key] = &[
    key("publish", "50ms", "from the producer to the broker: the message is not accepted yet, and its time runs"),
    key(
        "confirm",
        "50ms",
        "from the broker to the producer: until then a publish counts among the `confirms`, and a refusal is not known",
    ),
];

pub const MESSAGES: &[Key] = &[
    key("priority", "1", "higher is more urgent, in a queue whose order is by priority"),
    key("ttl", "30s", "how long after entering a queue a message expires that still waits"),
    key("size", "4KiB", "how many bytes a message has"),
    key("work", "400", "how much work a message is, in units of your choice, such as tokens"),
    key("key", "{among: 1000, skew: 1.1}", "which messages belong together, in a queue that is ordered by key"),
];

pub const KEYS: &[Key] = &[
    key("among", "1000", "how many keys there are; the first of one producer is the first of all"),
    key("skew", "1.1", "Zipf's exponent: key number k comes in proportion to k^-skew"),
    key("hot", "30%", "the share of the first key; the others keep their proportions"),
];

pub const ARRIVALS: &[Key] = &[
    key("poisson", "{rate: 200/s}", "independent arrivals"),
    key("regular", "{rate: 200/s}", "evenly spaced arrivals"),
    key("renewal", "{gap: {erlang: {mean: 5ms, phases: 3}}}", "independent gaps"),
    key("trace", "{file: requests.csv, column: time, unit: s}", "recorded instants"),
    key(
        "mmpp",
        "{states: [{rate: 200/s, stay: 2s}, {rate: 5/s, stay: 10s}]}",
        "bursts: a rate that jumps between states",
    ),
    key("counts", "{file: requests.csv, column: requests, every: 5min}", "recorded counts per interval"),
    key("closed", "{population: 50, think: {exponential: {mean: 5s}}}", "clients who wait for their answer"),
];

pub const CLOSED: &[Key] = &[
    key("population", "50", "how many clients"),
    key("think", "{exponential: {mean: 5s}}", "the time from the end of a client's message to its next"),
];

pub const RETRIES: &[Key] = &[
    key("delay", "{backoff: {first: 100ms, factor: 2}}", "how long to wait before another try"),
    key("jitter", "full", "by how much delays vary"),
    key("limit", "5", "tries after the first"),
    key("within", "10s", "how long after its planned instant a message is tried again"),
    key(
        "timeout",
        "1s",
        "how long after a try a message is to be processed; else it is published once more, though what was published before is still under way",
    ),
    key(
        "confirms_lost",
        "0.1%",
        "the share of publishes whose confirmation never comes, so that what a queue has let in is published once more after the delay",
    ),
    key(
        "budget",
        "10%",
        "what each new message adds to the further tries that there may be, of all messages together; 10 at most are saved up",
    ),
];

/// What scenario.md lets stand beside the kind of arrivals.
pub const BESIDE_ARRIVALS: &[Key] = &[
    key("batch", "3", "how many messages come together"),
    key("start", "10min", "when arrivals begin; a profile or trace is cut, not moved"),
    key("stop", "20min", "when arrivals end"),
    key("limit", "1000", "how many messages come at most"),
];

pub const RATED: &[Key] = &[key("rate", "200/s", "how many messages come in a time")];

pub const RATE: &[Key] = &[
    key("steps", "{0min: 50/s, 10min: 900/s}", "a rate that holds until the next point"),
    key("line", "{0min: 50/s, 10min: 900/s}", "straight lines between points"),
    key("wave", "{mean: 100/s, amplitude: 60/s, period: 24h, peak_at: 14h}", "a rate that swings like a cosine"),
    key("product", "[100/s, {steps: {0d: 1, 5d: 0.4}, repeat: 7d}]", "a rate times factors, which are plain numbers"),
];

pub const BESIDE_RATE: &[Key] = &[key("repeat", "24h", "after what time a profile comes round again")];

pub const WAVE: &[Key] = &[
    key("mean", "100/s", "the value between the highest and the lowest"),
    key("amplitude", "60/s", "how far it swings to either side, at most the mean"),
    key("period", "24h", "the time from one peak to the next"),
    key("peak_at", "14h", "the instant of a peak; `0s` by default"),
];

pub const RENEWAL: &[Key] = &[key("gap", "{erlang: {mean: 5ms, phases: 3}}", "the time from one arrival to the next")];

pub const TRACE: &[Key] = &[
    key("file", "requests.csv", "a CSV file, plain or gzip, beside the scenario"),
    key("column", "time", "the column of the time stamps"),
    key("unit", "s", "what the time stamps count: s, ms, us, ns, min, or datetime"),
    key("resolution", "1s", "how coarse the recording clock was; equal stamps are spread over it"),
    key("repeat", "24h", "after what time the trace begins again, in scenario time"),
    key("speed", "10", "how many times faster than recorded"),
    key("work", "out_tokens", "the column of the work that messages carry, or columns with factors to add up"),
    key("size", "bytes", "the column of the sizes that messages carry, or columns with factors to add up"),
    key("values", "[2h, 3h]", "the instants themselves, instead of a file"),
];

pub const COUNTS: &[Key] = &[
    key("file", "requests.csv", "a CSV file, plain or gzip, beside the scenario"),
    key("column", "requests", "the column of the counts"),
    key("every", "5min", "the length of an interval"),
    key("time", "start", "the column of the intervals' beginnings; an interval without a row has a count of zero"),
    key("unit", "datetime", "what the beginnings count: s, ms, us, ns, min, or datetime"),
    key("scale", "10", "by what all counts are multiplied"),
];

pub const MMPP: &[Key] = &[key("states", "[{rate: 200/s, stay: 2s}, {rate: 5/s, stay: 10s}]", "the states in turn")];

pub const STATE: &[Key] =
    &[key("rate", "200/s", "how many messages come in a time"), key("stay", "2s", "how long it lasts on average")];

pub const BATCH: &[Key] = &[
    key("geometric", "{mean: 3}", "each further message with the same chance; at least one"),
    key("poisson", "{mean: 3}", "any number from 0 on; a batch of 0 is no message"),
    key("uniform", "{min: 1, max: 5}", "each number between two with the same chance"),
];

pub const BATCH_MEAN: &[Key] = &[key("mean", "3", "messages that come together on average")];

pub const BATCH_BOUNDS: &[Key] =
    &[key("min", "1", "messages that come together at least"), key("max", "5", "messages that come together at most")];

pub const DISTRIBUTION: &[Key] = &[
    key("constant", "20ms", "always the same"),
    key("exponential", "{mean: 20ms}", "without memory"),
    key("erlang", "{mean: 20ms, phases: 3}", "the sum of exponential phases"),
    key("lognormal", "{mean: 20ms, cv: 1.5}", "skewed, as most measured times are"),
    key("hyperexponential", "{mean: 20ms, cv: 2}", "a mixture of exponentials"),
    key("empirical", "{file: times.csv, column: seconds, unit: s}", "recorded times"),
    key("uniform", "{min: 10ms, max: 30ms}", "evenly between two bounds"),
    key("gamma", "{mean: 20ms, cv: 0.7}", "the sum of any number of phases"),
    key("weibull", "{mean: 20ms, shape: 0.8}", "shorter and longer times than exponential below shape 1, fewer above"),
    key("pareto", "{mean: 20ms, shape: 2.5}", "heavy tail: moments of the order of the shape and above are infinite"),
    key("normal", "{mean: 20ms, sd: 5ms}", "truncated at zero; mean and sd are those before that"),
    key("triangular", "{min: 10ms, mode: 15ms, max: 40ms}", "between two bounds, most often near the mode"),
    key(
        "phase_type",
        "{initial: [100%, 0%], rates: [[0/s, 100/s, 0/s], [0/s, 0/s, 50/s]]}",
        "a walk from phase to phase until its end",
    ),
    key(
        "mixture",
        "[{weight: 9, constant: 10ms}, {weight: 1, exponential: {mean: 110ms}}]",
        "one of other distributions, chosen by weight",
    ),
];

/// Services that are not drawn.
pub const SERVICE: &[Key] = &[
    key("per_work", "30ms", "so long for each unit of the work that the message carries"),
    key("per_kib", "2ms", "so long for each KiB (1024 bytes) of the message"),
];

pub const BESIDE_SERVICE: &[Key] = &[key("plus", "200ms", "a time on top")];

pub const WORK: &[Key] = &[
    key("constant", "400", "always the same"),
    key("exponential", "{mean: 400}", "without memory"),
    key("lognormal", "{mean: 400, cv: 1.5}", "skewed"),
    key("gamma", "{mean: 400, cv: 0.7}", "skewed, less or more than exponential"),
    key("uniform", "{min: 100, max: 900}", "evenly between two bounds"),
    key("pareto", "{mean: 400, shape: 2.5}", "heavy tail: moments of the order of the shape and above are infinite"),
    key("empirical", "{file: requests.csv, column: out_tokens}", "recorded numbers"),
];

pub const WORK_MEAN: &[Key] = &[key("mean", "400", "the mean")];

pub const WORK_MEAN_AND_CV: &[Key] =
    &[key("mean", "400", "the mean"), key("cv", "1.5", "the standard deviation over the mean")];

pub const WORK_MIN_AND_MAX: &[Key] = &[key("min", "100", "the least"), key("max", "900", "the most")];

pub const WORK_PARETO: &[Key] =
    &[key("mean", "400", "the mean"), key("shape", "2.5", "the power by which the tail falls")];

pub const WORK_EMPIRICAL: &[Key] = &[
    key("file", "requests.csv", "a CSV file, plain or gzip, beside the scenario"),
    key("column", "out_tokens", "the column of the numbers"),
    key("mean", "400", "stretches all numbers so that this is their mean"),
    key("values", "[100, 150, 900]", "the numbers themselves, instead of a file"),
];

pub const SIZE: &[Key] = &[
    key("constant", "4KiB", "always the same"),
    key("exponential", "{mean: 4KiB}", "without memory"),
    key("lognormal", "{mean: 4KiB, cv: 1.5}", "skewed"),
    key("gamma", "{mean: 4KiB, cv: 0.7}", "skewed, less or more than exponential"),
    key("uniform", "{min: 1KiB, max: 9KiB}", "evenly between two bounds"),
    key("pareto", "{mean: 4KiB, shape: 2.5}", "heavy tail: moments of the order of the shape and above are infinite"),
    key("empirical", "{file: requests.csv, column: bytes}", "recorded sizes"),
];

pub const SIZE_MEAN: &[Key] = &[key("mean", "4KiB", "the mean")];

pub const SIZE_MEAN_AND_CV: &[Key] =
    &[key("mean", "4KiB", "the mean"), key("cv", "1.5", "the standard deviation over the mean")];

pub const SIZE_MIN_AND_MAX: &[Key] = &[key("min", "1KiB", "the least"), key("max", "9KiB", "the most")];

pub const SIZE_PARETO: &[Key] =
    &[key("mean", "4KiB", "the mean"), key("shape", "2.5", "the power by which the tail falls")];

pub const SIZE_EMPIRICAL: &[Key] = &[
    key("file", "requests.csv", "a CSV file, plain or gzip, beside the scenario"),
    key("column", "bytes", "the column of the sizes, in bytes"),
    key("mean", "4KiB", "stretches all sizes so that this is their mean"),
    key("values", "[1KiB, 2KiB, 9KiB]", "the sizes themselves, instead of a file"),
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

pub const MIN_AND_MAX: &[Key] = &[key("min", "10ms", "the shortest time"), key("max", "30ms", "the longest time")];

pub const MEAN_AND_SHAPE: &[Key] =
    &[key("mean", "20ms", "the mean"), key("shape", "0.8", "below 1 more varied than exponential, above 1 less")];

pub const PARETO: &[Key] = &[
    key("mean", "20ms", "the mean"),
    key("shape", "2.5", "the power by which the tail falls"),
    key("min", "5ms", "the shortest time, of a bounded distribution"),
    key("max", "10s", "the longest time, of a bounded distribution"),
];

pub const NORMAL: &[Key] =
    &[key("mean", "20ms", "the mean before truncation"), key("sd", "5ms", "the standard deviation before truncation")];

pub const TRIANGULAR: &[Key] = &[
    key("min", "10ms", "the shortest time"),
    key("mode", "15ms", "the most frequent time"),
    key("max", "40ms", "the longest time"),
];

pub const PHASE_TYPE: &[Key] = &[
    key("initial", "[100%, 0%]", "the chance to begin in each phase"),
    key(
        "rates",
        "[[0/s, 100/s, 0/s], [0/s, 0/s, 50/s]]",
        "a row for each phase: the rate to each phase, `0/s` to itself, and last the rate to the end",
    ),
];

/// What stands beside a distribution in a mixture.
pub const BESIDE_PART: &[Key] = &[key("weight", "9", "how often it is taken, against the others; it must be there")];

pub const EMPIRICAL: &[Key] = &[
    key("file", "times.csv", "a CSV file, plain or gzip, beside the scenario"),
    key("column", "seconds", "the column of the times"),
    key("unit", "s", "what the times count: s, ms, us, ns or min"),
    key("mean", "20ms", "stretches all times so that this is their mean"),
    key("values", "[10ms, 15ms, 90ms]", "the times themselves, instead of a file"),
];

pub const CONSUMERS: &[Key] = &[
    key("takes_from", "orders", "the queue it takes from, or a list in order of preference"),
    key("count", "3", "how many consumers that are alike, or that number over time"),
    key("prefetch", "10", "unacknowledged messages that one consumer may hold, or unlimited"),
    key("priority", "1", "messages go to the highest first"),
    key("service", "12ms", "the time of work on one message"),
    key("on_retry", "same", "how long a further attempt takes"),
    key("acknowledge", "after", "when a message is acknowledged"),
    key("fails", "1%", "the share of attempts that fail after their work"),
    key("on_failure", "requeue", "what becomes of a message that failed"),
    key("takes", "{up_to: 10, wait: 50ms}", "how many messages are worked on together"),
    key(
        "crashes",
        "{every: {exponential: {mean: 1h}}, restart: 30s}",
        "how long each consumer is up between crashes, and down",
    ),
    key(
        "hangs",
        "{share: 1%, for: 5s}",
        "how often a consumer does nothing for a while before it begins with an attempt, which it holds meanwhile: it is available and not busy, and the message still waits",
    ),
    key(
        "acks_lost",
        "1%",
        "the share of attempts whose acknowledgement, positive or negative, never reaches the broker: the message stays in flight, and its place in the prefetch taken, until its ack_timeout, or until the consumer crashes or leaves; that it leaves is no failure",
    ),
    key("poison", "0.1%", "the share of messages on which every attempt fails after its work"),
    key("works_by", "sleep", "how a consumer works in a live run"),
    key("then", "{publishes_to: shipping}", "where a message is passed on to before it is acknowledged"),
    later("scale", "how the count follows the load"),
    key(
        "network",
        "{deliver: 50ms, acknowledge: 50ms}",
        "how long messages are under way between the broker and a consumer; none overtakes another of its connection",
    ),
    later("like", "the system whose defaults it has"),
];

pub const COUNT: &[Key] = &[
    key("steps", "{0min: 3, 10min: 12}", "a number that holds until the next point"),
    key("repeat", "24h", "after what time it begins anew"),
];

pub const TAKES: &[Key] = &[
    key("up_to", "10", "as soon as it holds so many messages, a consumer begins"),
    key("wait", "50ms", "how long after the first it begins with fewer"),
    key("time", "longest", "how long it works on them"),
];

pub const CRASHES: &[Key] = &[
    key("every", "{exponential: {mean: 1h}}", "the time that a consumer is up; each begins somewhere in its first"),
    key("restart", "30s", "the time from a crash until the consumer takes messages again"),
];

pub const HANGS: &[Key] = &[
    key("share", "1%", "of attempts"),
    key("for", "5s", "how long; with a batch, the longest of its messages' times"),
];

pub const NETWORK: &[Key] = &[
    key("deliver", "50ms", "from the broker to the consumer: the message is in flight and waits"),
    key("acknowledge", "50ms", "from the consumer to the broker: the message stays in flight"),
    key("publish", "50ms", "of what is passed on with `then`, to its queue: the consumer waits with it"),
];

pub const EVERY: &[Key] = &[key("every", "10", "how many messages are acknowledged at once")];

pub const THEN_ONE: &[Key] = &[key("publishes_to", "shipping", "the queue it is passed on to")];

pub const THEN_SHARE: &[Key] = &[
    key("publishes_to", "shipping", "the queue it is passed on to"),
    key("share", "80%", "the share of messages that is passed on there"),
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

use super::model::{Drain, Loses, Warmup};
use crate::broker::{Active, Jitter, LateAck, LimitCounts, Order, OrderedBy, ReturnsTo, Then, WhenFull};
use crate::client::{Acknowledge, BatchTime, OnFailure, OnRetry, WorksBy};

pub const WHEN_FULL: &[Word<WhenFull>] = &[
    word("refuse", WhenFull::Refuse, "the producer is told, and gives up"),
    word("block", WhenFull::Block, "the producer waits until there is room"),
    word("drop_oldest", WhenFull::DropOldest, "the oldest message makes room"),
    word("dead_letter", WhenFull::DeadLetter, "the newcomer goes to the dead letter queue"),
];

pub const ORDER: &[Word<Order>] = &[
    word("fifo", Order::Fifo, "the oldest first"),
    word("lifo", Order::Lifo, "the youngest first"),
    word("shortest_first", Order::ShortestFirst, "the one whose next attempt would take least, then the oldest"),
];

pub const ORDERED_BY: &[Word<OrderedBy>] = &[
    word("key", OrderedBy::Key, "one message of a key at a time is with a consumer or delayed"),
    later_word("partitions", "a key belongs to a partition, and a partition to one consumer"),
];

pub const SINGLE_ACTIVE: &[Word<Active>] = &[
    word("true", Active::Single, "one consumer is given all messages until it leaves, and then the next"),
    word("false", Active::All, "all are given messages in turn"),
];

/// What may stand behind `order` with keys of its own.
pub const ORDER_WITH: &[Key] = &[key("priority", "{levels: 3}", "the highest priority first, then the oldest")];

pub const PRIORITY: &[Key] = &[key("levels", "3", "how many priorities there are, from 0")];

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

pub const LIMIT_COUNTS: &[Word<LimitCounts>] = &[
    word("failures", LimitCounts::Failures, "failures that are forgiven"),
    word("deliveries", LimitCounts::Deliveries, "deliveries in all"),
];

pub const LATE_ACK: &[Word<LateAck>] = &[
    word("accepted", LateAck::Accepted, "it removes the message from the queue that delivered it"),
    word("ignored", LateAck::Ignored, "it does nothing"),
];

/// A share may stand instead.
pub const JITTER: &[Word<Jitter>] = &[
    word("none", Jitter::None, "delays are as long as they say"),
    word("full", Jitter::Share(1.0), "anything from nothing to the whole delay"),
];

pub const ON_RETRY: &[Word<OnRetry>] =
    &[word("same", OnRetry::Same, "as long as the first"), word("fresh", OnRetry::Fresh, "a new draw")];

pub const ACKNOWLEDGE: &[Word<Acknowledge>] = &[
    word("after", Acknowledge::After, "after the work"),
    word("before", Acknowledge::Before, "as the work starts"),
    word("on_delivery", Acknowledge::OnDelivery, "as the broker hands it over"),
];

pub const BATCH_TIME: &[Word<BatchTime>] = &[
    word("longest", BatchTime::Longest, "the longest of the services"),
    word("sum", BatchTime::Sum, "one after the other"),
    word("once", BatchTime::Once, "the service of the first"),
];

pub const ON_FAILURE: &[Word<OnFailure>] = &[
    word("requeue", OnFailure::Requeue, "the message returns to its queue"),
    word("reject", OnFailure::Reject, "the message goes to the dead letter queue, or is dropped"),
];

pub const WORKS_BY: &[Word<WorksBy>] = &[
    word("sleep", WorksBy::Sleep, "it waits for something else, and leaves the processor alone"),
    word("spin", WorksBy::Spin, "it keeps a processor busy"),
];

pub const WARMUP: &[Word<Warmup>] = &[
    word("none", Warmup::None, "something that starts and ends"),
    word("auto", Warmup::Auto, "a steady state, found by pilot runs"),
];

pub const LOSES: &[Word<Loses>] = &[
    word("nothing", Loses::Nothing, "all that was there is there again"),
    word("everything", Loses::Everything, "all that was there is lost"),
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
];

/// Units of recorded time stamps; of a date and time the length is that of its last digit, and not used.
pub const STAMP_UNITS: &[Word<f64>] = &[
    word("s", 1e9, "seconds"),
    word("ms", 1e6, "milliseconds"),
    word("us", 1e3, "microseconds"),
    word("ns", 1.0, "nanoseconds"),
    word("min", 60e9, "minutes"),
    word("datetime", 1.0, "dates and times, such as 2014-04-10T00:04:30"),
];
