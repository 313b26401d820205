//! What the broker is to hear next because of what it has just said, or because its time has come.

use super::listen::Listener;
use super::replication::Run;
use crate::broker::{Command, ConsumerId, Message, QueueId};
use crate::client::{Answer, Handed, Reply, SLIPPED_IN};
use crate::metrics::{Letter, Standing};
use crate::time::{Span, Time};

#[derive(Clone, Debug)]
pub enum FollowUp {
    /// A consumer answers.
    Answer(Answer),
    /// A consumer publishes what it passes on, and answers then.
    PassOn {
        to: QueueId,
        letter: Letter,
        passing: Passing,
    },
    /// The same after some time under way, in one of its lives.
    PassOnFromAfar {
        to: QueueId,
        letter: Letter,
        passing: Passing,
        life: u32,
    },
    /// A delivery reaches its consumer, on one of its connections.
    Arrive {
        consumer: ConsumerId,
        connection: u32,
        handed: Handed<u32>,
    },
    /// What a producer published then reaches its queue.
    Reach {
        to: QueueId,
        letter: Letter,
        tries: u32,
        sent: Time,
    },
    /// A producer tries again what a queue has refused, for the so-manyth time.
    TryAgain {
        to: QueueId,
        letter: Letter,
        tries: u32,
    },
    /// The time is over in which a message was to be processed.
    TimeOut(Pending),
    /// It is published once more.
    Repeat(Pending),
    /// A client has thought.
    Publish(Message),
    /// A consumer crashes, for the so-manyth time.
    Crash {
        consumer: ConsumerId,
        nth: u64,
    },
    /// It is back after that.
    Restart {
        consumer: ConsumerId,
        nth: u64,
    },
    /// A consumer that has crashed by hand is back.
    BackByHand(ConsumerId),
    /// A consumer that was to finish first takes part again.
    ComeBack(ConsumerId),
    /// A consumer that has left closes its connection, and the broker takes back what it has not heard of.
    Close(ConsumerId),
    /// Of those of the scenario, by its place.
    OutageBegins(usize),
    OutageEnds(usize),
    /// A producer has a publish confirmed, and may have others waiting for that.
    Confirmed(u16),
}

/// A consumer that is passing something on, and what it says to the broker afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Passing {
    pub consumer: ConsumerId,
    pub answer: Answer,
}

/// A message whose producer waits for it to be processed.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    pub to: QueueId,
    pub message: Message,
    pub family: u32,
    pub tries: u32,
    /// It has not heard that the message was let in, and publishes it once more whatever becomes of it.
    pub is_unheard: bool,
}

impl<L: Listener> Run<'_, L> {
    /// Tells the broker what follows, until nothing more does.
    #[inline(never)]
    pub(super) fn follow_up(&mut self) {
        while let Some(next) = self.clients.follow_ups.pop_front() {
            match next {
                FollowUp::Answer(answer) => self.answer(answer),
                FollowUp::PassOn { to, letter, passing } => self.pass_on(to, letter, passing),
                FollowUp::Reach { to, letter, tries, sent } => self.reach(to, letter, tries, sent),
                FollowUp::TryAgain { to, letter, tries } => self.try_again(to, letter, tries),
                FollowUp::TimeOut(pending) => self.time_out(pending),
                FollowUp::Repeat(pending) => self.repeat(pending),
                FollowUp::Publish(message) => self.publish_apart(message),
                FollowUp::Confirmed(producer) => self.publish_held(producer),
                FollowUp::OutageBegins(at) => self.begin_outage(at),
                FollowUp::OutageEnds(at) => self.end_outage(at),
                FollowUp::Crash { consumer, nth } => self.crash(consumer, nth),
                FollowUp::Restart { consumer, nth } => self.restart(consumer, nth),
                FollowUp::BackByHand(consumer) => self.bring_back(consumer),
                FollowUp::ComeBack(consumer) => self.come_back(consumer),
                FollowUp::Close(consumer) => self.close(consumer),
                FollowUp::Arrive { consumer, connection, handed } => self.clients.arrive(consumer, connection, handed),
                FollowUp::PassOnFromAfar { to, letter, passing, life } => {
                    self.pass_on_from_afar(to, letter, passing, life);
                }
            }
        }
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Acknowledge(delivery) => self.tell(Command::Acknowledge { delivery }),
            Answer::Reject { delivery, requeue } => self.tell(Command::Reject { delivery, requeue }),
            Answer::Return(delivery) => self.tell(Command::Return { delivery }),
            Answer::Nothing => {}
        }
    }

    /// Refused, the message is lost; blocked, the consumer waits with it.
    pub(super) fn pass_on(&mut self, to: QueueId, letter: Letter, passing: Passing) {
        if self.offer(to, letter) == Reply::Blocked {
            self.clients.waiting.insert(letter.track, passing);
        } else {
            self.clients.let_go(passing.consumer);
            self.answer(passing.answer);
        }
    }

    /// Unless it has come back meanwhile.
    fn close(&mut self, consumer: ConsumerId) {
        let (crew, desk) = self.clients.place(consumer);
        if !self.clients.crews[crew].desk(desk).is_present() {
            self.tell(Command::Close { consumer, is_failure: false });
        }
    }

    fn try_again(&mut self, to: QueueId, letter: Letter, tries: u32) {
        self.clients.recorder.tries_again(letter.track);
        self.send_off(to, letter, tries);
    }

    /// The producer of what is let in or blocked waits for it, if it does such; what is refused it may try again.
    pub(super) fn offer_and_wait(&mut self, to: QueueId, letter: Letter, tries: u32, sent: Time) -> Reply {
        let waiting = self.begin_to_wait(to, letter, tries);
        self.clients.tries = tries;
        let reply = self.offer(to, letter);
        self.clients.tries = 1;
        match waiting {
            Some((_, pending)) if reply == Reply::Refused => self.clients.recorder.waits_no_more(pending.family),
            Some((Some(timeout), pending)) => self.wait(sent, timeout, pending),
            // The confirmation is awaited no longer than it takes to come.
            Some((None, pending)) => {
                let at = self.clients.hears_at(to, pending.message, tries);
                if at > self.clients.now {
                    self.clients.plan(at, FollowUp::TimeOut(pending));
                } else {
                    self.time_out(pending);
                }
            }
            None => {}
        }
        reply
    }

    /// Before it is offered, because it may be gone at once.
    fn begin_to_wait(&mut self, to: QueueId, letter: Letter, tries: u32) -> Option<(Option<Span>, Pending)> {
        let message = self.clients.recorder.message_of(letter)?;
        let producer = &self.clients.sources[usize::from(letter.producer)].producer;
        let is_unheard = producer.loses_confirm(message, &self.scenario.queue(to).name, tries);
        let timeout = producer.timeout().filter(|_| !is_unheard);
        if timeout.is_none() && !is_unheard {
            return None;
        }
        let family = self.clients.recorder.waits_for(letter);
        Some((timeout, Pending { to, message, family, tries, is_unheard }))
    }

    /// What is under way for longer than that is published once more as it arrives.
    fn wait(&mut self, since: Time, timeout: Span, pending: Pending) {
        let at = self.clients.now.max(since + timeout);
        self.clients.plan(at, FollowUp::TimeOut(pending));
    }

    /// A publish that stands outside is the producer's own, and is waited for once more.
    fn time_out(&mut self, pending: Pending) {
        let Pending { to, message, family, tries, is_unheard } = pending;
        let standing = self.clients.recorder.standing(family);
        let producer = &mut self.clients.sources[usize::from(message.producer)].producer;
        if let (Standing::Outside, false, Some(timeout)) = (standing, is_unheard, producer.timeout()) {
            return self.wait(self.clients.now, timeout, pending);
        }
        let is_given_up = standing == Standing::Over && !is_unheard;
        let again = || producer.tries_again_at(self.clients.now, message, &self.scenario.queue(to).name, tries);
        match (!is_given_up).then(again).flatten() {
            Some(at) => self.clients.plan(at, FollowUp::Repeat(Pending { tries: tries + 1, ..pending })),
            None => self.clients.recorder.waits_no_more(family),
        }
    }

    fn repeat(&mut self, pending: Pending) {
        let Pending { to, message, family, tries, is_unheard } = pending;
        if !is_unheard && self.clients.recorder.standing(family) == Standing::Over {
            return self.clients.recorder.waits_no_more(family);
        }
        let letter = self.clients.recorder.repeats(message, family);
        self.listener.published(&mut self.clients, to, letter);
        self.send_off(to, letter, tries);
    }

    /// Publishes a message that has several copies, whose end is awaited, or whose producer waits for confirmations.
    pub(super) fn publish_apart(&mut self, message: Message) {
        let letters = self.open_books(message);
        for (queue, letter) in self.clients.sources[usize::from(message.producer)].publishes_to.iter().zip(&letters) {
            self.listener.published(&mut self.clients, *queue, *letter);
        }
        let source = &mut self.clients.sources[usize::from(message.producer)];
        if source.must_wait() {
            letters.iter().for_each(|letter| self.clients.recorder.keeps_outside(letter.track));
            source.held.push_back(letters);
        } else {
            self.offer_copies(&letters);
        }
    }

    fn open_books(&mut self, message: Message) -> Vec<Letter> {
        let source = &self.clients.sources[usize::from(message.producer)];
        // No client has thought of what is slipped in.
        let awaited = source.thinking.is_some() && message.number < SLIPPED_IN;
        let copies = source.publishes_to.len() as u32;
        if self.has_copies {
            return self.clients.recorder.published_in_copies(message, copies, awaited);
        }
        vec![self.clients.recorder.published_alone(message, awaited)]
    }

    /// Publishes to each queue its copy; what one of them blocks, or what is under way, is not confirmed yet.
    fn offer_copies(&mut self, letters: &[Letter]) {
        let mut outside = Vec::new();
        for (at, letter) in letters.iter().enumerate() {
            let to = self.clients.sources[usize::from(letter.producer)].publishes_to[at];
            let reply = self.send_off(to, *letter, 1);
            if reply.is_none_or(|reply| reply == Reply::Blocked) {
                outside.push(letter.track);
            }
        }
        let source = &mut self.clients.sources[usize::from(letters[0].producer)];
        if source.confirms.is_some() && !outside.is_empty() {
            source.unconfirmed += 1;
            self.clients.unconfirmed.await_all(outside);
        }
    }

    /// A publish is confirmed, and what was held back for that is published.
    fn publish_held(&mut self, producer: u16) {
        self.clients.sources[usize::from(producer)].unconfirmed -= 1;
        loop {
            let source = &mut self.clients.sources[usize::from(producer)];
            if source.must_wait() {
                return;
            }
            let Some(letters) = source.held.pop_front() else { return };
            letters.iter().for_each(|letter| self.clients.recorder.comes_again(letter.track));
            self.offer_copies(&letters);
        }
    }

    pub(super) fn offer(&mut self, to: QueueId, letter: Letter) -> Reply {
        self.clients.reply = Reply::Accepted;
        let properties = self.properties(letter.producer, self.clients.recorder.message(letter.track).number);
        self.tell(Command::Publish { queue: to, payload: letter, properties });
        self.clients.reply
    }

    pub(super) fn tell(&mut self, command: Command<Letter>) {
        self.commands += 1;
        self.listener.apply(&mut self.broker, command, &mut self.clients);
    }
}
