//! What is away for a while, by plan: the broker, a queue, or all consumers of an entry.

use super::clients::Clients;
use super::follow_up::FollowUp;
use super::listen::Listener;
use super::replication::Run;
use crate::broker::{Command, ConsumerId};
use crate::scenario::{Loses, OutageOf};
use crate::time::Time;

impl<L: Listener> Run<'_, L> {
    pub(super) fn plan_outages(&mut self) {
        for (at, outage) in self.scenario.outages.iter().enumerate() {
            let begins = Time::ZERO + outage.at;
            self.clients.plan(begins, FollowUp::OutageBegins(at));
            self.clients.plan(begins + outage.lasts, FollowUp::OutageEnds(at));
        }
    }

    pub(super) fn begin_outage(&mut self, at: usize) {
        let outage = &self.scenario.outages[at];
        let queues = self.scenario.queues_out(outage.of);
        // Before anything returns, so that nothing is handed out again.
        queues.clone().for_each(|queue| self.tell(Command::Suspend { queue }));
        match outage.of {
            OutageOf::Broker => self.disconnect_all(),
            OutageOf::Consumers(crew) => self.take_all_down(crew),
            OutageOf::Queue(_) => {}
        }
        if outage.loses == Loses::Everything {
            queues.for_each(|queue| self.tell(Command::Empty { queue }));
        }
    }

    pub(super) fn end_outage(&mut self, at: usize) {
        let outage = &self.scenario.outages[at];
        self.scenario.queues_out(outage.of).for_each(|queue| self.tell(Command::Resume { queue }));
        match outage.of {
            OutageOf::Broker => self.reconnect_all(),
            OutageOf::Consumers(crew) => self.consumers_of(crew).for_each(|consumer| {
                self.clients.note("restarted", consumer, None, "outage");
                self.bring_back(consumer);
            }),
            OutageOf::Queue(_) => {}
        }
    }

    /// None of them is handed what another one returns.
    fn take_all_down(&mut self, crew: usize) {
        self.consumers_of(crew).for_each(|consumer| self.tell(Command::Cancel { consumer }));
        self.consumers_of(crew).for_each(|consumer| {
            self.clients.note("crashed", consumer, None, "outage");
            self.take_down(consumer);
        });
    }

    pub(super) fn consumers_of(&self, crew: usize) -> impl Iterator<Item = ConsumerId> + use<L> {
        let first = |crew: usize| self.clients.first_of(crew as u32);
        (first(crew)..first(crew + 1)).map(ConsumerId)
    }

    /// What consumers hold returns; those at work go on, and are not heard.
    fn disconnect_all(&mut self) {
        self.clients.brokers_out += 1;
        for consumer in (0..self.clients.seats.len() as u32).map(ConsumerId) {
            self.clients.disconnect(consumer);
            self.tell(Command::Close { consumer, is_failure: true });
        }
    }

    fn reconnect_all(&mut self) {
        self.clients.brokers_out -= 1;
        for consumer in (0..self.clients.seats.len() as u32).map(ConsumerId) {
            let (crew, desk) = self.clients.place(consumer);
            let desk = self.clients.crews[crew].desk(desk);
            if desk.is_present() && !desk.is_down() {
                self.subscribe(crew, consumer);
            }
        }
    }
}

impl Clients<'_> {
    fn disconnect(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.place(consumer);
        let forgotten = self.crews[crew].disconnect(desk);
        self.recorder.hold(self.now, crew, -(forgotten.len() as i64));
        let held = self.crews[crew].desk(desk).batch().iter().chain(&forgotten);
        held.for_each(|handed| self.recorder.cut_off(self.now, handed.label));
        forgotten.iter().for_each(|handed| self.recorder.handed_back(handed.label));
    }
}
