//! What was answered: as much of a scenario as the reader of a result has to know.

/// A scenario as a result tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub name: String,
    pub question: Option<String>,
    /// The file's path as the user gave it; `None` for a notation.
    pub file: Option<String>,
    /// The YAML, before any override.
    pub text: String,
    /// `path=value`, as given on the command line.
    pub overrides: Vec<String>,
    /// Whether nothing changes by plan, so that there may be a steady state.
    pub is_steady: bool,
    pub queues: Vec<AboutQueue>,
    pub consumers: Vec<AboutConsumers>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutQueue {
    pub name: String,
    /// Messages that may wait, where that is limited.
    pub capacity: Option<u64>,
    /// Nobody takes from it, and nothing leaves it.
    pub rests: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutConsumers {
    pub name: String,
    /// Queues, by name.
    pub takes_from: Vec<String>,
    /// The most that there ever are.
    pub count: u32,
}
