//! The accounts, every term of both equations, zeros included.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ordered::Ordered;
use super::read::{Damage, word_of};
use crate::measure::{CAUSES, Cause};
use crate::result;

#[derive(Serialize, Deserialize)]
pub struct Accounts<'a> {
    queues: Ordered<Cow<'a, str>, Queue>,
    producers: Ordered<Cow<'a, str>, Producer>,
    /// Not read: it follows from the rest.
    #[serde(skip_deserializing)]
    residual: i128,
}

type ByCause = Ordered<Cow<'static, str>, u64>;

#[derive(Serialize, Deserialize)]
struct Queue {
    entered: Entered,
    waiting: u64,
    delayed: u64,
    in_flight: u64,
    acknowledged: u64,
    dropped: ByCause,
    expired: u64,
    dead_lettered: ByCause,
    parked: u64,
    /// Not read: it follows from the rest.
    #[serde(skip_deserializing)]
    residual: i128,
}

#[derive(Serialize, Deserialize)]
struct Entered {
    published: u64,
    forwarded: u64,
    dead_lettered: u64,
}

#[derive(Serialize, Deserialize)]
struct Producer {
    published: u64,
    tries: u64,
    not_yet_accepted: u64,
    refused: u64,
    unroutable: u64,
    accepted: u64,
    processed: u64,
    lost: ByCause,
    dead: u64,
    unfinished: u64,
    /// Not read: it follows from the rest.
    #[serde(skip_deserializing)]
    residual: i128,
}

impl<'a> Accounts<'a> {
    pub fn new(accounts: &'a result::Accounts) -> Accounts<'a> {
        let queues = accounts.queues.iter().map(|(name, account)| (name.as_str().into(), Queue::new(account)));
        let producers = accounts.producers.iter().map(|(name, account)| (name.as_str().into(), Producer::new(account)));
        Accounts { queues: queues.collect(), producers: producers.collect(), residual: accounts.residual() }
    }

    pub fn read(self) -> Result<result::Accounts, Damage> {
        let queues = self.queues.0.into_iter().map(|(name, account)| Ok((name.into_owned(), account.read()?)));
        let producers = self.producers.0.into_iter().map(|(name, account)| Ok((name.into_owned(), account.read()?)));
        let queues = queues.collect::<Result<_, Damage>>()?;
        Ok(result::Accounts { queues, producers: producers.collect::<Result<_, Damage>>()? })
    }
}

/// `unroutable` is part of the format; the language cannot make it happen yet.
impl Queue {
    fn new(account: &result::QueueAccount) -> Queue {
        Queue {
            entered: Entered {
                published: account.entered_published,
                forwarded: account.entered_passed_on,
                dead_lettered: account.entered_dead_lettered,
            },
            waiting: account.waiting,
            delayed: account.delayed,
            in_flight: account.in_flight,
            acknowledged: account.acknowledged,
            dropped: by_cause(&account.dropped),
            expired: account.expired,
            dead_lettered: by_cause(&account.dead_lettered),
            parked: account.parked,
            residual: account.residual(),
        }
    }

    fn read(self) -> Result<result::QueueAccount, Damage> {
        Ok(result::QueueAccount {
            entered_published: self.entered.published,
            entered_passed_on: self.entered.forwarded,
            entered_dead_lettered: self.entered.dead_lettered,
            waiting: self.waiting,
            delayed: self.delayed,
            in_flight: self.in_flight,
            acknowledged: self.acknowledged,
            dropped: read_causes(self.dropped)?,
            expired: self.expired,
            dead_lettered: read_causes(self.dead_lettered)?,
            parked: self.parked,
        })
    }
}

impl Producer {
    fn new(account: &result::ProducerAccount) -> Producer {
        Producer {
            published: account.published,
            tries: account.tries,
            not_yet_accepted: account.not_yet_accepted,
            refused: account.refused,
            unroutable: 0,
            accepted: account.accepted,
            processed: account.processed,
            lost: by_cause(&account.lost),
            dead: account.dead,
            unfinished: account.unfinished,
            residual: account.residual(),
        }
    }

    fn read(self) -> Result<result::ProducerAccount, Damage> {
        Ok(result::ProducerAccount {
            published: self.published,
            tries: self.tries,
            not_yet_accepted: self.not_yet_accepted,
            refused: self.refused,
            accepted: self.accepted,
            processed: self.processed,
            lost: read_causes(self.lost)?,
            dead: self.dead,
            unfinished: self.unfinished,
        })
    }
}

fn by_cause(messages: &BTreeMap<Cause, u64>) -> ByCause {
    messages.iter().map(|(cause, &messages)| (cause.name().into(), messages)).collect()
}

fn read_causes(messages: ByCause) -> Result<BTreeMap<Cause, u64>, Damage> {
    messages.0.into_iter().map(|(cause, messages)| Ok((word_of(&cause, CAUSES, Cause::name)?, messages))).collect()
}
