//! What was answered.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::read::{Damage, measure};
use crate::result::{About, AboutConsumers, AboutOutage, AboutQueue, Asked};
use crate::time::Span;

#[derive(Serialize, Deserialize)]
pub struct Input<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<Cow<'a, str>>,
    file: Option<Cow<'a, str>>,
    hash: Cow<'a, str>,
    /// Not there in a variant that has the text of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    overrides: Cow<'a, [String]>,
    steady: bool,
    asked: Replications<'a>,
    queues: Vec<Queue<'a>>,
    consumers: Vec<Consumers<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    outages: Vec<Outage<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Replications<'a> {
    Fixed { replications: u32 },
    Precision { precision: f64, of: Cow<'a, str> },
}

#[derive(Serialize, Deserialize)]
struct Queue<'a> {
    name: Cow<'a, str>,
    capacity: Option<u64>,
    rests: bool,
}

#[derive(Serialize, Deserialize)]
struct Consumers<'a> {
    name: Cow<'a, str>,
    takes_from: Cow<'a, [String]>,
    count: u32,
}

#[derive(Serialize, Deserialize)]
struct Outage<'a> {
    of: Cow<'a, str>,
    from_s: f64,
    until_s: f64,
}

impl<'a> Input<'a> {
    pub fn new(about: &'a About) -> Input<'a> {
        let digest = Sha256::digest(about.text.as_bytes());
        let hash = digest.iter().fold("sha256:".to_owned(), |hash, byte| hash + &format!("{byte:02x}"));
        Input {
            name: about.name.as_str().into(),
            question: about.question.as_deref().map(Cow::from),
            file: about.file.as_deref().map(portable).map(Cow::from),
            hash: hash.into(),
            text: Some(about.text.as_str().into()),
            overrides: about.overrides.as_slice().into(),
            steady: about.is_steady,
            asked: Replications::new(&about.asked),
            queues: about.queues.iter().map(Queue::new).collect(),
            consumers: about.consumers.iter().map(Consumers::new).collect(),
            outages: about.outages.iter().map(Outage::new).collect(),
        }
    }

    /// Without its text, where that is the same as another's.
    pub fn beside(self, first: &About) -> Input<'a> {
        Input { text: self.text.filter(|text| *text != first.text), ..self }
    }

    /// `first` is whose text it has if it has none of its own.
    pub fn read(self, first: Option<&About>) -> Result<About, Damage> {
        let text = self.text.map(Cow::into_owned).or(first.map(|first| first.text.clone()));
        Ok(About {
            name: self.name.into_owned(),
            question: self.question.map(Cow::into_owned),
            file: self.file.map(Cow::into_owned),
            text: text.ok_or_else(|| Damage::new("the scenario has no text"))?,
            overrides: self.overrides.into_owned(),
            is_steady: self.steady,
            asked: self.asked.read()?,
            queues: self.queues.into_iter().map(Queue::read).collect(),
            consumers: self.consumers.into_iter().map(Consumers::read).collect(),
            outages: self.outages.into_iter().map(Outage::read).collect(),
        })
    }
}

/// The file's name alone where the whole path would tell of this machine.
fn portable(file: &str) -> &str {
    let path = std::path::Path::new(file);
    if path.is_relative() { file } else { path.file_name().and_then(|name| name.to_str()).unwrap_or("") }
}

impl<'a> Replications<'a> {
    fn new(asked: &'a Asked) -> Replications<'a> {
        match asked {
            Asked::Replications(replications) => Replications::Fixed { replications: *replications },
            Asked::Precision { relative, of } => {
                Replications::Precision { precision: *relative, of: of.to_string().into() }
            }
        }
    }

    fn read(self) -> Result<Asked, Damage> {
        Ok(match self {
            Replications::Fixed { replications } => Asked::Replications(replications),
            Replications::Precision { precision, of } => Asked::Precision { relative: precision, of: measure(&of)? },
        })
    }
}

impl<'a> Queue<'a> {
    fn new(queue: &'a AboutQueue) -> Queue<'a> {
        Queue { name: queue.name.as_str().into(), capacity: queue.capacity, rests: queue.rests }
    }

    fn read(self) -> AboutQueue {
        AboutQueue { name: self.name.into_owned(), capacity: self.capacity, rests: self.rests }
    }
}

impl<'a> Consumers<'a> {
    fn new(entry: &'a AboutConsumers) -> Consumers<'a> {
        let takes_from = entry.takes_from.as_slice().into();
        Consumers { name: entry.name.as_str().into(), takes_from, count: entry.count }
    }

    fn read(self) -> AboutConsumers {
        let takes_from = self.takes_from.into_owned();
        AboutConsumers { name: self.name.into_owned(), takes_from, count: self.count }
    }
}

impl<'a> Outage<'a> {
    fn new(outage: &'a AboutOutage) -> Outage<'a> {
        Outage { of: outage.of.as_str().into(), from_s: outage.from.seconds(), until_s: outage.until.seconds() }
    }

    fn read(self) -> AboutOutage {
        let [from, until] = [self.from_s, self.until_s].map(Span::from_seconds);
        AboutOutage { of: self.of.into_owned(), from, until }
    }
}
