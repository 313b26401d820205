//! Where every message went.

use std::collections::BTreeMap;

use crate::measure::Cause;

/// Where every message went, in whole numbers over the whole run. By name, in the order of the scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    pub queues: Vec<(String, QueueAccount)>,
    pub producers: Vec<(String, ProducerAccount)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueAccount {
    pub entered_published: u64,
    /// By consumers who passed them on (`then`).
    pub entered_passed_on: u64,
    pub entered_dead_lettered: u64,
    pub waiting: u64,
    pub delayed: u64,
    pub in_flight: u64,
    pub acknowledged: u64,
    /// What expired is not among them.
    pub dropped: BTreeMap<Cause, u64>,
    /// Without a dead letter queue.
    pub expired: u64,
    pub dead_lettered: BTreeMap<Cause, u64>,
    pub parked: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProducerAccount {
    pub published: u64,
    pub tries: u64,
    pub not_yet_accepted: u64,
    pub refused: u64,
    pub accepted: u64,
    pub processed: u64,
    pub lost: BTreeMap<Cause, u64>,
    pub dead: u64,
    pub unfinished: u64,
}

impl QueueAccount {
    /// Adds another run's account.
    pub fn add(&mut self, other: &QueueAccount) {
        self.entered_published += other.entered_published;
        self.entered_passed_on += other.entered_passed_on;
        self.entered_dead_lettered += other.entered_dead_lettered;
        self.waiting += other.waiting;
        self.delayed += other.delayed;
        self.in_flight += other.in_flight;
        self.acknowledged += other.acknowledged;
        add_causes(&mut self.dropped, &other.dropped);
        self.expired += other.expired;
        add_causes(&mut self.dead_lettered, &other.dead_lettered);
        self.parked += other.parked;
    }

    /// What came in and is nowhere: 0, or the rules are broken.
    pub fn residual(&self) -> i128 {
        let gone: u64 = self.dropped.values().chain(self.dead_lettered.values()).sum();
        let entered = [self.entered_published, self.entered_passed_on, self.entered_dead_lettered];
        entered.into_iter().map(i128::from).sum::<i128>()
            - i128::from(self.waiting)
            - i128::from(self.delayed)
            - i128::from(self.in_flight)
            - i128::from(self.acknowledged)
            - i128::from(gone)
            - i128::from(self.expired)
            - i128::from(self.parked)
    }
}

fn add_causes(sums: &mut BTreeMap<Cause, u64>, counts: &BTreeMap<Cause, u64>) {
    for (cause, count) in counts {
        *sums.entry(*cause).or_default() += count;
    }
}

impl ProducerAccount {
    /// Adds another run's account.
    pub fn add(&mut self, other: &ProducerAccount) {
        self.published += other.published;
        self.tries += other.tries;
        self.not_yet_accepted += other.not_yet_accepted;
        self.refused += other.refused;
        self.accepted += other.accepted;
        self.processed += other.processed;
        add_causes(&mut self.lost, &other.lost);
        self.dead += other.dead;
        self.unfinished += other.unfinished;
    }

    /// The sum of both equations' residuals, each taken without its sign.
    pub fn residual(&self) -> i128 {
        let lost: u64 = self.lost.values().sum();
        let handed_over = i128::from(self.published)
            - i128::from(self.not_yet_accepted)
            - i128::from(self.refused)
            - i128::from(self.accepted);
        let fates = i128::from(self.accepted)
            - i128::from(self.processed)
            - i128::from(lost)
            - i128::from(self.dead)
            - i128::from(self.unfinished);
        handed_over.abs() + fates.abs()
    }
}

impl Accounts {
    /// 0, or the rules are broken.
    pub fn residual(&self) -> i128 {
        let queues: i128 = self.queues.iter().map(|(_, q)| q.residual().abs()).sum();
        let producers: i128 = self.producers.iter().map(|(_, p)| p.residual()).sum();
        queues + producers
    }
}
