//! Where every message went, in words: what came in equals what became of it.

use std::collections::BTreeMap;

use super::super::number::count;
use super::{Entry, Paint, View, lines};
use crate::measure::Cause;
use crate::result::{Accounts, ProducerAccount, QueueAccount};

pub fn accounts(view: &View) -> Vec<String> {
    let mut shown = Vec::new();
    for (title, entries) in sections(view) {
        if !shown.is_empty() {
            shown.push(String::new());
        }
        shown.extend(lines::section(view, &title, &entries));
    }
    shown
}

/// Of the simulation and of the live runs, each with its title.
pub fn sections(view: &View) -> Vec<(String, Vec<Entry>)> {
    let simulation = view.simulation.filter(|s| s.replications > 0);
    let simulation = simulation.map(|s| (titled(s.replications, "whole run", "replications"), entries(&s.accounts)));
    let live = view.live.map(|live| &live.runs);
    let live = live.map(|runs| (titled(runs.replications, "live run", "live runs"), entries(&runs.accounts)));
    simulation.into_iter().chain(live).collect()
}

fn titled(n: u32, one: &str, several: &str) -> String {
    match n {
        1 => format!("accounts of the {one}, warm-up included"),
        n => format!("accounts, over all {n} {several}, warm-up included"),
    }
}

fn entries(accounts: &Accounts) -> Vec<Entry> {
    let producers = accounts.producers.iter().map(|(name, account)| Entry::new(name, producer(account)));
    let queues = accounts.queues.iter().map(|(name, account)| Entry::new(name, queue(account)));
    producers.chain(queues).chain([balance(accounts.residual())]).collect()
}

fn balance(residual: i128) -> Entry {
    match residual {
        0 => Entry::new("balance", "0: every message is accounted for".to_owned()),
        n => Entry {
            paint: Paint::Bad,
            ..Entry::new("balance", format!("{n}: messages are missing, please report this as a bug"))
        },
    }
}

/// `1,000 published = 986 processed + 10 refused + 4 dead`
fn producer(account: &ProducerAccount) -> String {
    let mut fates = Sum::default();
    fates.add(account.processed, "processed");
    fates.add(account.refused, "refused");
    fates.add_by(&account.lost, "lost");
    fates.add(account.dead, "dead");
    fates.add(account.unfinished, "unfinished");
    fates.add(account.not_yet_accepted, "not yet accepted");
    let tries = match account.tries {
        tries if tries == account.published => String::new(),
        tries => format!(" in {} tries", count(tries)),
    };
    format!("{} published{tries} = {}", count(account.published), fates.text())
}

/// `372,104 entered = 371,980 acknowledged + 124 dead-lettered (limit)`
fn queue(account: &QueueAccount) -> String {
    let mut fates = Sum::default();
    fates.add(account.acknowledged, "acknowledged");
    fates.add_by(&account.dropped, "dropped");
    fates.add(account.expired, "expired");
    fates.add_by(&account.dead_lettered, "dead-lettered");
    fates.add(account.parked, "parked");
    fates.add(account.waiting, "waiting");
    fates.add(account.delayed, "delayed");
    fates.add(account.in_flight, "in flight");
    let entered = account.entered_published + account.entered_passed_on + account.entered_dead_lettered;
    let from = [(account.entered_passed_on, "from consumers"), (account.entered_dead_lettered, "as dead letters")];
    let from = match from.map(|(messages, how)| (messages, messages == entered, how)) {
        [(0, ..), (0, ..)] => String::new(),
        [(1.., true, how), _] | [_, (1.., true, how)] => format!(" {how}"),
        some => {
            let some = some.into_iter().filter(|(messages, ..)| *messages > 0);
            let some: Vec<String> = some.map(|(messages, _, how)| format!("{} {how}", count(messages))).collect();
            format!(" ({})", some.join(", "))
        }
    };
    format!("{} entered{from} = {}", count(entered), fates.text())
}

/// The terms that are not zero.
#[derive(Default)]
struct Sum(Vec<String>);

impl Sum {
    fn add(&mut self, messages: u64, what: &str) {
        if messages > 0 {
            self.0.push(format!("{} {what}", count(messages)));
        }
    }

    fn add_by(&mut self, causes: &BTreeMap<Cause, u64>, what: &str) {
        for (cause, &messages) in causes {
            self.add(messages, &format!("{what} ({})", cause.name().replace('_', " ")));
        }
    }

    fn text(&self) -> String {
        if self.0.is_empty() { "0".to_owned() } else { self.0.join(" + ") }
    }
}
