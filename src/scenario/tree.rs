//! The language as a tree: which table of `keys` stands below which key, and what holds where a key is left out. The
//! reference page and the schema are made from it; its tests hold it to what is read.
//!
//! A key without a row of its own has a single value of the kind of its example.
//!
//! Long: it is one table, which is read from its top.

use super::keys::{self, Key, Word};
use super::quantity;

/// The keys of one kind of thing.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// Where it stands.
    pub place: &'static str,
    /// What it is.
    pub what: &'static str,
    pub keys: &'static [Key],
    /// Keys that may stand beside the chosen one; `None` where all keys may stand together.
    pub choice: Option<&'static [Key]>,
    pub rows: &'static [Row],
}

/// What is to be said of a key beyond what stands in `keys`.
#[derive(Debug)]
pub struct Row {
    pub key: &'static str,
    /// What is the same as leaving the key out, or a phrase that says what then holds; empty where nothing follows.
    pub default: &'static str,
    /// What may stand behind it; empty for a single value of the kind of its example.
    pub values: &'static [Value],
}

/// One way to write what stands behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    Duration,
    Rate,
    Share,
    Number,
    Bytes,
    Text,
    Words(fn() -> Vec<Meaning>),
    /// An object with the keys of a table.
    Table(&'static str),
    /// Names of the user's choice, each with the keys of a table.
    Named(&'static str),
    List(&'static [Value]),
    /// Names of columns with a number behind each.
    Columns,
    /// Names of the user's choice, each with paths into the scenario and what stands there then.
    Variants,
    /// Instants with a value behind each.
    Points(&'static [Value]),
}

/// A word and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    pub name: &'static str,
    pub about: &'static str,
    pub supported: bool,
}

use Value::{Bytes, Duration, List, Named, Number, Points, Rate, Text, Words};

/// The table in which the language begins, and the one of the short form.
pub const ROOTS: [&str; 2] = ["scenario", "short form"];

const DISTRIBUTION: &[Value] = &[Duration, Value::Table("distribution")];
const UNLIMITED: Value = Words(|| one("unlimited", "as many as there are"));
const NONE: Value = Words(|| one("none", "not at all"));

const DISTRIBUTION_ROWS: &[Row] = &[
    row("exponential", "", &[Value::Table("mean")]),
    row("erlang", "", &[Value::Table("erlang")]),
    row("lognormal", "", &[Value::Table("mean and cv")]),
    row("hyperexponential", "", &[Value::Table("hyperexponential")]),
    row("empirical", "", &[Value::Table("empirical")]),
    row("uniform", "", &[Value::Table("min and max")]),
    row("gamma", "", &[Value::Table("mean and cv")]),
    row("weibull", "", &[Value::Table("mean and shape")]),
    row("pareto", "", &[Value::Table("pareto")]),
    row("normal", "", &[Value::Table("normal")]),
    row("triangular", "", &[Value::Table("triangular")]),
    row("phase_type", "", &[Value::Table("phase type")]),
    row("mixture", "", &[List(&[Value::Table("part")])]),
];

/// In place of a default: what replaces the key must be there.
const OR_VALUES: &str = "`values` must be there";

/// In place of a default: the key must be there.
pub const NEEDED: &str = "it must be there";

/// In the order in which the reference shows them.
pub const TREE: &[Table] = &[
    all(
        "scenario",
        "at the top",
        "a scenario: what is published, where it waits, who works on it",
        keys::SCENARIO,
        &[
            row("run", "", &[Value::Table("run")]),
            row("queues", NEEDED, &[Named("queue")]),
            row("producers", NEEDED, &[Named("producer")]),
            row("consumers", "nobody takes anything", &[Named("consumers")]),
            row("targets", "none", &[List(&[Text])]),
            row("outages", "none", &[List(&[Value::Table("outage")])]),
            row("variants", "none", &[Value::Variants]),
            row("name", "the file's name", &[Text]),
        ],
    ),
    all(
        "run",
        "run",
        "how long, how often and with which seed",
        keys::RUN,
        &[
            row("duration", "what 100,000 messages take; of a trace or a profile, its span", &[]),
            row(
                "warmup",
                "`auto`, or `none` where something changes by plan",
                &[Duration, Words(|| plain(keys::WARMUP))],
            ),
            row("seed", "1", &[]),
            row("replications", "20", &[Number, Value::Table("replications")]),
            row("drain", "until_empty", &[Duration, Words(|| plain(keys::DRAIN))]),
            row("at_most_inside", "1000000", &[]),
        ],
    ),
    all(
        "replications",
        "run.replications",
        "as many as a precision needs",
        keys::REPLICATIONS,
        &[row("precision", NEEDED, &[]), row("of", "response.mean", &[]), row("at_most", "400", &[])],
    ),
    all(
        "queue",
        "queues.<name>",
        "where messages wait",
        keys::QUEUE,
        &[
            row("capacity", "unlimited", &[Number, UNLIMITED]),
            row("capacity_bytes", "unlimited", &[Bytes, UNLIMITED]),
            row("when_full", "refuse", &[Words(|| plain(keys::WHEN_FULL))]),
            row("order", "fifo", &[Words(|| plain(keys::ORDER)), Value::Table("order")]),
            row("ttl", "no limit", DISTRIBUTION),
            row("ordered_by", "messages may be worked on side by side", &[Words(|| plain(keys::ORDERED_BY))]),
            row("single_active_consumer", "false", &[Words(|| plain(keys::SINGLE_ACTIVE))]),
            row("redelivery", "", &[Value::Table("redelivery")]),
        ],
    ),
    all(
        "redelivery",
        "queues.<name>.redelivery",
        "what happens to messages that failed",
        keys::REDELIVERY,
        &[
            row("returns_to", "original", &[Words(|| plain(keys::RETURNS_TO))]),
            row("ack_timeout", "none", &[Duration, NONE]),
            row("late_ack", "accepted", &[Words(|| plain(keys::LATE_ACK))]),
            row("delay", "none", &[Duration, NONE, Value::Table("delay"), Value::Table("distribution")]),
            row("jitter", "none", &[Value::Share, Words(|| plain(keys::JITTER))]),
            row("limit", "no limit", &[]),
            row("counts", "failures", &[Words(|| plain(keys::LIMIT_COUNTS))]),
            row("then", "dead_letter if there is such a queue, else drop", &[Words(|| plain(keys::THEN))]),
            row("duplicates", "0%", &[]),
        ],
    ),
    one_of(
        "order",
        "behind order",
        "an order with numbers of its own",
        keys::ORDER_WITH,
        &[],
        &[row("priority", "", &[Value::Table("priority")])],
    ),
    all("priority", "behind priority", "urgent messages first", keys::PRIORITY, &[row("levels", NEEDED, &[])]),
    one_of(
        "delay",
        "behind delay",
        "a delay that grows with each failure",
        keys::DELAY,
        &[],
        &[
            row("linear", "", &[Value::Table("linear")]),
            row("backoff", "", &[Value::Table("backoff")]),
            row("list", "", &[List(&[Duration])]),
        ],
    ),
    all("linear", "behind linear", "longer by a step", keys::LINEAR, &[row("step", NEEDED, &[])]),
    all(
        "backoff",
        "behind backoff",
        "longer by a factor",
        keys::BACKOFF,
        &[row("first", NEEDED, &[]), row("factor", NEEDED, &[])],
    ),
    all(
        "producer",
        "producers.<name>",
        "what is published",
        keys::PRODUCER,
        &[
            row("publishes_to", NEEDED, &[Text, List(&[Text])]),
            row("arrivals", NEEDED, &[Value::Table("arrivals")]),
            row("messages", "", &[Value::Table("messages")]),
            row("retries", "a message that is refused is given up", &[Value::Table("retries")]),
            row("confirms", "any number", &[]),
            row("network", "no time", &[Value::Table("producer network")]),
        ],
    ),
    all(
        "producer network",
        "producers.<name>.network",
        "how long publishes and confirmations are under way",
        keys::UPLINK,
        &[row("publish", "0s", DISTRIBUTION), row("confirm", "0s", DISTRIBUTION)],
    ),
    all(
        "retries",
        "producers.<name>.retries",
        "when what is refused, or takes too long, is tried again",
        keys::RETRIES,
        &[
            row("delay", "none", &[Duration, NONE, Value::Table("distribution"), Value::Table("delay")]),
            row("jitter", "none", &[Value::Share, Words(|| plain(keys::JITTER))]),
            row("limit", "no limit", &[]),
            row("within", "no limit", &[]),
            row("timeout", "only what is refused is tried again", &[]),
            row("confirms_lost", "0%", &[]),
            row("budget", "no limit", &[]),
        ],
    ),
    one_of(
        "delay",
        "where tries are delayed",
        "`none`, a time that is drawn, or one of these",
        keys::DELAY,
        &[],
        &[
            row("linear", "", &[Value::Table("linear")]),
            row("backoff", "", &[Value::Table("backoff")]),
            row("list", "", &[List(&[Duration])]),
        ],
    ),
    all("linear", "behind linear", "steps", keys::LINEAR, &[row("step", NEEDED, &[]), row("at_most", "36500d", &[])]),
    all(
        "backoff",
        "behind backoff",
        "factors",
        keys::BACKOFF,
        &[row("first", NEEDED, &[]), row("factor", NEEDED, &[]), row("at_most", "36500d", &[])],
    ),
    all(
        "messages",
        "producers.<name>.messages",
        "what messages carry",
        keys::MESSAGES,
        &[
            row("size", "what the trace says, if it does", &[Bytes, Value::Table("size")]),
            row("work", "what the trace says, if it does", &[Number, Value::Table("work")]),
            row("key", "they belong to none", &[Value::Table("key")]),
        ],
    ),
    all(
        "key",
        "producers.<name>.messages.key",
        "how many keys there are, and how often each comes",
        keys::KEYS,
        &[row("among", NEEDED, &[]), row("skew", "0", &[]), row("hot", "what its place in the law gives it", &[])],
    ),
    one_of(
        "work",
        "behind work of messages",
        "a number, or one of these",
        keys::WORK,
        &[],
        &[
            row("exponential", "", &[Value::Table("work mean")]),
            row("lognormal", "", &[Value::Table("work mean and cv")]),
            row("gamma", "", &[Value::Table("work mean and cv")]),
            row("uniform", "", &[Value::Table("work min and max")]),
            row("pareto", "", &[Value::Table("work pareto")]),
            row("empirical", "", &[Value::Table("work empirical")]),
        ],
    ),
    all("work mean", "behind exponential of work", "its mean", keys::WORK_MEAN, &[row("mean", NEEDED, &[])]),
    all(
        "work mean and cv",
        "behind lognormal and gamma of work",
        "mean and variation",
        keys::WORK_MEAN_AND_CV,
        &[row("mean", NEEDED, &[]), row("cv", NEEDED, &[])],
    ),
    all(
        "work min and max",
        "behind uniform of work",
        "two bounds",
        keys::WORK_MIN_AND_MAX,
        &[row("min", NEEDED, &[]), row("max", NEEDED, &[])],
    ),
    all(
        "work pareto",
        "behind pareto of work",
        "mean and shape",
        keys::WORK_PARETO,
        &[row("mean", NEEDED, &[]), row("shape", NEEDED, &[])],
    ),
    all(
        "work empirical",
        "behind empirical of work",
        "recorded",
        keys::WORK_EMPIRICAL,
        &[
            row("file", OR_VALUES, &[]),
            row("column", OR_VALUES, &[]),
            row("mean", "as recorded", &[]),
            row("values", "there is a file", &[List(&[Number])]),
        ],
    ),
    one_of(
        "size",
        "behind size of messages",
        "a number of bytes, or one of these",
        keys::SIZE,
        &[],
        &[
            row("exponential", "", &[Value::Table("size mean")]),
            row("lognormal", "", &[Value::Table("size mean and cv")]),
            row("gamma", "", &[Value::Table("size mean and cv")]),
            row("uniform", "", &[Value::Table("size min and max")]),
            row("pareto", "", &[Value::Table("size pareto")]),
            row("empirical", "", &[Value::Table("size empirical")]),
        ],
    ),
    all("size mean", "behind exponential of size", "its mean", keys::SIZE_MEAN, &[row("mean", NEEDED, &[])]),
    all(
        "size mean and cv",
        "behind lognormal and gamma of size",
        "mean and variation",
        keys::SIZE_MEAN_AND_CV,
        &[row("mean", NEEDED, &[]), row("cv", NEEDED, &[])],
    ),
    all(
        "size min and max",
        "behind uniform of size",
        "two bounds",
        keys::SIZE_MIN_AND_MAX,
        &[row("min", NEEDED, &[]), row("max", NEEDED, &[])],
    ),
    all(
        "size pareto",
        "behind pareto of size",
        "mean and shape",
        keys::SIZE_PARETO,
        &[row("mean", NEEDED, &[]), row("shape", NEEDED, &[])],
    ),
    all(
        "size empirical",
        "behind empirical of size",
        "recorded",
        keys::SIZE_EMPIRICAL,
        &[
            row("file", OR_VALUES, &[]),
            row("column", OR_VALUES, &[]),
            row("mean", "as recorded", &[]),
            row("values", "there is a file", &[List(&[Bytes])]),
        ],
    ),
    one_of(
        "arrivals",
        "producers.<name>.arrivals",
        "when messages come",
        keys::ARRIVALS,
        keys::BESIDE_ARRIVALS,
        &[
            row("poisson", "", &[Value::Table("rated")]),
            row("regular", "", &[Value::Table("rated")]),
            row("renewal", "", &[Value::Table("renewal")]),
            row("trace", "", &[Value::Table("trace")]),
            row("mmpp", "", &[Value::Table("mmpp")]),
            row("counts", "", &[Value::Table("counts")]),
            row("batch", "1", &[Number, Value::Table("batch")]),
            row("start", "0s", &[]),
            row("stop", "the end of the run", &[]),
            row("limit", "no limit", &[]),
            row("closed", "", &[Value::Table("closed")]),
        ],
    ),
    all(
        "rated",
        "behind poisson and regular",
        "how many messages come in a time",
        keys::RATED,
        &[row("rate", NEEDED, &[Rate, Value::Table("rate")])],
    ),
    one_of(
        "rate",
        "behind a rate that changes",
        "a rate by plan",
        keys::RATE,
        keys::BESIDE_RATE,
        // A factor of a product has plain numbers in place of rates.
        &[
            row("steps", "", &[Points(&[Rate, Number])]),
            row("line", "", &[Points(&[Rate, Number])]),
            row("wave", "", &[Value::Table("wave")]),
            row("product", "", &[List(&[Rate, Number, Value::Table("rate")])]),
            row("repeat", "it does not", &[]),
        ],
    ),
    all(
        "wave",
        "behind wave",
        "a rate, or a factor, that swings",
        keys::WAVE,
        &[
            row("mean", NEEDED, &[Rate, Number]),
            row("amplitude", NEEDED, &[Rate, Number]),
            row("period", NEEDED, &[]),
            row("peak_at", "0s", &[]),
        ],
    ),
    one_of(
        "batch",
        "behind batch",
        "how many messages come together, at random",
        keys::BATCH,
        &[],
        &[
            row("geometric", "", &[Value::Table("batch mean")]),
            row("poisson", "", &[Value::Table("batch mean")]),
            row("uniform", "", &[Value::Table("batch bounds")]),
        ],
    ),
    all(
        "batch mean",
        "behind geometric and poisson of a batch",
        "its mean says it all",
        keys::BATCH_MEAN,
        &[row("mean", NEEDED, &[])],
    ),
    all(
        "batch bounds",
        "behind uniform of a batch",
        "from the least to the most",
        keys::BATCH_BOUNDS,
        &[row("min", NEEDED, &[]), row("max", NEEDED, &[])],
    ),
    all("mmpp", "behind mmpp", "bursts", keys::MMPP, &[row("states", NEEDED, &[List(&[Value::Table("state")])])]),
    all("state", "in states", "a rate for a while", keys::STATE, &[row("rate", NEEDED, &[]), row("stay", NEEDED, &[])]),
    all(
        "counts",
        "behind counts",
        "recorded counts per interval",
        keys::COUNTS,
        &[
            row("file", NEEDED, &[]),
            row("column", NEEDED, &[]),
            row("every", NEEDED, &[]),
            row("time", "the intervals follow one another", &[]),
            row("unit", "datetime", &[Words(|| plain(keys::STAMP_UNITS))]),
            row("scale", "1", &[]),
        ],
    ),
    all("renewal", "behind renewal", "gaps that are independent", keys::RENEWAL, &[row("gap", NEEDED, DISTRIBUTION)]),
    all(
        "closed",
        "behind closed",
        "clients who wait for their answers",
        keys::CLOSED,
        &[row("population", NEEDED, &[]), row("think", NEEDED, DISTRIBUTION)],
    ),
    all(
        "trace",
        "behind trace",
        "recorded instants",
        keys::TRACE,
        &[
            row("file", OR_VALUES, &[]),
            row("column", OR_VALUES, &[]),
            row("unit", OR_VALUES, &[Words(|| plain(keys::STAMP_UNITS))]),
            row("speed", "1", &[]),
            row("work", "nothing is recorded", &[Text, Value::Columns]),
            row("size", "nothing is recorded", &[Text, Value::Columns]),
            row("values", "there is a file", &[List(&[Duration])]),
        ],
    ),
    all(
        "consumers",
        "consumers.<name>",
        "who works on messages",
        keys::CONSUMERS,
        &[
            row("takes_from", NEEDED, &[Text, List(&[Text])]),
            row("count", "1", &[Number, Value::Table("count")]),
            row("prefetch", "1, or what `takes` takes together", &[Number, UNLIMITED]),
            row("priority", "0", &[]),
            row("takes", "one by one", &[Value::Table("takes")]),
            row("service", NEEDED, &[Duration, Value::Table("distribution"), Value::Table("service")]),
            row("on_retry", "same", &[Words(|| plain(keys::ON_RETRY))]),
            row("acknowledge", "after", &[Words(|| plain(keys::ACKNOWLEDGE)), Value::Table("every")]),
            row("fails", "0%", &[]),
            row("poison", "0%", &[]),
            row("acks_lost", "0%", &[]),
            row("network", "no time", &[Value::Table("network")]),
            row("hangs", "they do not hang", &[Value::Table("hangs")]),
            row("crashes", "they do not crash", &[Value::Table("crashes")]),
            row("on_failure", "requeue", &[Words(|| plain(keys::ON_FAILURE))]),
            row("works_by", "sleep", &[Words(|| plain(keys::WORKS_BY))]),
            row("then", "nothing is passed on", &[Value::Table("then"), List(&[Value::Table("then by share")])]),
        ],
    ),
    all(
        "outage",
        "outages",
        "something that is away for a while, by plan",
        keys::OUTAGE,
        &[
            row("at", NEEDED, &[]),
            row("for", NEEDED, &[]),
            row("of", NEEDED, &[Text]),
            row("loses", "nothing", &[Words(|| plain(keys::LOSES))]),
        ],
    ),
    one_of(
        "service",
        "behind service",
        "a time that follows what the message carries",
        keys::SERVICE,
        keys::BESIDE_SERVICE,
        &[row("plus", "0s", &[])],
    ),
    all(
        "count",
        "consumers.<name>.count",
        "how many there are over time",
        keys::COUNT,
        &[row("steps", NEEDED, &[Points(&[Number])]), row("repeat", "it does not", &[])],
    ),
    all(
        "takes",
        "consumers.<name>.takes",
        "messages that are worked on together",
        keys::TAKES,
        &[
            row("up_to", NEEDED, &[]),
            row("wait", "0s", &[]),
            row("time", "longest", &[Words(|| plain(keys::BATCH_TIME))]),
        ],
    ),
    all(
        "crashes",
        "consumers.<name>.crashes",
        "each consumer by itself, busy or not: what it holds returns as from a closed connection, a failure of each message, begun or not; what the broker was told of before the work, or has forgotten, is lost",
        keys::CRASHES,
        &[row("every", NEEDED, DISTRIBUTION), row("restart", NEEDED, DISTRIBUTION)],
    ),
    all(
        "hangs",
        "consumers.<name>.hangs",
        "a while in which a consumer does nothing",
        keys::HANGS,
        &[row("share", NEEDED, &[]), row("for", NEEDED, DISTRIBUTION)],
    ),
    all(
        "network",
        "consumers.<name>.network",
        "how long messages and answers are under way",
        keys::NETWORK,
        &[
            row("deliver", "0s", DISTRIBUTION),
            row("acknowledge", "0s", DISTRIBUTION),
            row("publish", "0s", DISTRIBUTION),
        ],
    ),
    all(
        "every",
        "consumers.<name>.acknowledge",
        "several acknowledgements at once",
        keys::EVERY,
        &[row("every", NEEDED, &[])],
    ),
    all(
        "then",
        "consumers.<name>.then",
        "where a message is passed on to",
        keys::THEN_ONE,
        &[row("publishes_to", NEEDED, &[])],
    ),
    all(
        "then by share",
        "in a list behind then",
        "where some of the messages are passed on to",
        keys::THEN_SHARE,
        &[row("publishes_to", NEEDED, &[]), row("share", NEEDED, &[])],
    ),
    one_of(
        "distribution",
        "where a time is drawn",
        "a bare duration, or one of these",
        keys::DISTRIBUTION,
        &[],
        DISTRIBUTION_ROWS,
    ),
    one_of(
        "part",
        "in mixture",
        "one of the distributions that are mixed, with its weight",
        keys::DISTRIBUTION,
        keys::BESIDE_PART,
        DISTRIBUTION_ROWS,
    ),
    all(
        "min and max",
        "behind uniform",
        "two bounds",
        keys::MIN_AND_MAX,
        &[row("min", NEEDED, &[]), row("max", NEEDED, &[])],
    ),
    all(
        "mean and shape",
        "behind weibull",
        "mean and shape",
        keys::MEAN_AND_SHAPE,
        &[row("mean", NEEDED, &[]), row("shape", NEEDED, &[])],
    ),
    all(
        "pareto",
        "behind pareto",
        "mean and shape, or two bounds and a shape",
        keys::PARETO,
        &[
            row("mean", "`min` and `max` must be there", &[]),
            row("shape", NEEDED, &[]),
            row("min", "`mean` must be there", &[]),
            row("max", "`mean` must be there", &[]),
        ],
    ),
    all(
        "normal",
        "behind normal",
        "mean and deviation",
        keys::NORMAL,
        &[row("mean", NEEDED, &[]), row("sd", NEEDED, &[])],
    ),
    all(
        "triangular",
        "behind triangular",
        "two bounds and what lies between",
        keys::TRIANGULAR,
        &[row("min", NEEDED, &[]), row("mode", NEEDED, &[]), row("max", NEEDED, &[])],
    ),
    all(
        "phase type",
        "behind phase_type",
        "phases and the rates between them",
        keys::PHASE_TYPE,
        &[row("initial", NEEDED, &[List(&[Value::Share])]), row("rates", NEEDED, &[List(&[List(&[Rate])])])],
    ),
    all("mean", "behind exponential", "its mean says it all", keys::MEAN, &[row("mean", NEEDED, &[])]),
    all(
        "erlang",
        "behind erlang",
        "a sum of phases",
        keys::ERLANG,
        &[row("mean", NEEDED, &[]), row("phases", NEEDED, &[])],
    ),
    all(
        "mean and cv",
        "behind lognormal",
        "mean and variation",
        keys::MEAN_AND_CV,
        &[row("mean", NEEDED, &[]), row("cv", NEEDED, &[])],
    ),
    all(
        "hyperexponential",
        "behind hyperexponential",
        "mean and variation, or branches",
        keys::HYPEREXPONENTIAL,
        &[row("branches", "", &[List(&[Value::Table("branch")])])],
    ),
    all(
        "branch",
        "in branches",
        "one of the exponentials that are mixed",
        keys::BRANCH,
        &[row("weight", NEEDED, &[]), row("mean", NEEDED, &[])],
    ),
    all(
        "empirical",
        "behind empirical",
        "recorded times",
        keys::EMPIRICAL,
        &[
            row("file", OR_VALUES, &[]),
            row("column", OR_VALUES, &[]),
            row("unit", OR_VALUES, &[Words(|| plain(keys::DATA_UNITS))]),
            row("mean", "as recorded", &[]),
            row("values", "there is a file", &[List(&[Duration])]),
        ],
    ),
    all(
        "short form",
        "in place of a whole scenario",
        "a system in Kendall's notation",
        keys::SHORT_FORM,
        &[row("system", NEEDED, &[]), row("service", NEEDED, &[])],
    ),
];

const fn all(
    name: &'static str,
    place: &'static str,
    what: &'static str,
    keys: &'static [Key],
    rows: &'static [Row],
) -> Table {
    Table { name, place, what, keys, choice: None, rows }
}

const fn one_of(
    name: &'static str,
    place: &'static str,
    what: &'static str,
    keys: &'static [Key],
    beside: &'static [Key],
    rows: &'static [Row],
) -> Table {
    Table { name, place, what, keys, choice: Some(beside), rows }
}

const fn row(key: &'static str, default: &'static str, values: &'static [Value]) -> Row {
    Row { key, default, values }
}

fn plain<T>(words: &[Word<T>]) -> Vec<Meaning> {
    let meaning = |word: &Word<T>| Meaning { name: word.name, about: word.about, supported: word.means.is_some() };
    words.iter().map(meaning).collect()
}

fn one(name: &'static str, about: &'static str) -> Vec<Meaning> {
    vec![Meaning { name, about, supported: true }]
}

/// The table of a name.
pub fn table(name: &str) -> Option<&'static Table> {
    TREE.iter().find(|table| table.name == name)
}

impl Table {
    /// Its keys, and then those that may stand beside the one that is chosen.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().chain(self.choice.unwrap_or_default())
    }

    fn row(&self, key: &str) -> Option<&'static Row> {
        self.rows.iter().find(|row| row.key == key)
    }

    pub fn default_of(&self, key: &str) -> &'static str {
        self.row(key).map_or("", |row| row.default)
    }

    /// What a key means, and what holds where it is left out.
    pub fn about(&self, key: &Key) -> String {
        match self.default_of(key.name) {
            "" => key.about.to_owned(),
            NEEDED => format!("{}; {NEEDED}", key.about),
            default => format!("{}; by default {default}", key.about),
        }
    }

    /// The keys that must be there.
    pub fn needed(&self) -> impl Iterator<Item = &'static str> {
        self.rows.iter().filter(|row| row.default == NEEDED).map(|row| row.key)
    }

    /// What may stand behind a key.
    pub fn values_of(&self, key: &Key) -> Vec<Value> {
        match self.row(key.name) {
            Some(row) if !row.values.is_empty() => row.values.to_vec(),
            _ => vec![kind_of(key.example)],
        }
    }
}

/// What kind of value an example is one of.
fn kind_of(example: &str) -> Value {
    match () {
        () if quantity::span(example, &quantity::ANY).is_ok() => Duration,
        () if quantity::rate(example).is_ok() => Rate,
        () if quantity::load(example).is_ok() => Value::Share,
        () if quantity::bytes(example, 0.0, f64::MAX).is_ok() => Bytes,
        () if quantity::number(example, f64::MIN, f64::MAX).is_ok() => Number,
        () => Text,
    }
}

#[cfg(test)]
mod tests;
