//! What the broker is to hear next because of what it has just said.

use super::replication::Run;
use crate::broker::{Command, ConsumerId, QueueId};
use crate::client::{Answer, Reply};
use crate::metrics::Letter;

pub enum FollowUp {
    /// A consumer answers.
    Answer(Answer),
    /// A consumer publishes what it passes on, and answers then.
    PassOn { to: QueueId, letter: Letter, passing: Passing },
}

/// A consumer that is passing something on, and what it says to the broker afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Passing {
    pub consumer: ConsumerId,
    pub answer: Answer,
}

impl Run<'_> {
    /// Tells the broker what follows, until nothing more does.
    #[inline(never)]
    pub(super) fn follow_up(&mut self) {
        while let Some(next) = self.clients.follow_ups.pop_front() {
            match next {
                FollowUp::Answer(answer) => self.answer(answer),
                FollowUp::PassOn { to, letter, passing } => self.pass_on(to, letter, passing),
            }
        }
    }

    fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Acknowledge(delivery) => self.tell(Command::Acknowledge { delivery }),
            Answer::Reject { delivery, requeue } => self.tell(Command::Reject { delivery, requeue }),
            Answer::Nothing => {}
        }
    }

    /// Refused, the message is lost; blocked, the consumer waits with it.
    fn pass_on(&mut self, to: QueueId, letter: Letter, passing: Passing) {
        self.clients.reply = Reply::Accepted;
        self.tell(Command::Publish { queue: to, payload: letter });
        if self.clients.reply == Reply::Blocked {
            self.clients.waiting.insert(letter.track, passing);
        } else {
            self.clients.let_go(passing.consumer);
            self.answer(passing.answer);
        }
    }

    fn tell(&mut self, command: Command<Letter>) {
        self.commands += 1;
        self.broker.apply(self.clients.now, command, &mut self.clients);
    }
}
