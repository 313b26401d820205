//! The accounts, every term of both equations, zeros included.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ordered::Ordered;
use crate::measure::Cause;
use crate::result;

#[derive(Serialize)]
pub struct Accounts<'a> {
    queues: Ordered<&'a str, Queue>,
    producers: Ordered<&'a str, Producer>,
    residual: i128,
}

type ByCause = Ordered<&'static str, u64>;

#[derive(Serialize)]
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
    residual: i128,
}

#[derive(Serialize)]
struct Entered {
    published: u64,
    forwarded: u64,
    dead_lettered: u64,
}

#[derive(Serialize)]
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
    residual: i128,
}

impl<'a> Accounts<'a> {
    pub fn new(accounts: &'a result::Accounts) -> Accounts<'a> {
        Accounts {
            queues: accounts.queues.iter().map(|(name, account)| (name.as_str(), Queue::new(account))).collect(),
            producers: accounts
                .producers
                .iter()
                .map(|(name, account)| (name.as_str(), Producer::new(account)))
                .collect(),
            residual: accounts.residual(),
        }
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
}

fn by_cause(messages: &BTreeMap<Cause, u64>) -> ByCause {
    messages.iter().map(|(cause, &messages)| (cause.name(), messages)).collect()
}
