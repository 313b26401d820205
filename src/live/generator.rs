//! The generator of load: a plan, sent in time by the task that holds it.

use std::num::NonZeroUsize;

use super::{Lateness, Pacer, Timer, TimerError};
use crate::broker::Message;
use crate::time::Time;

/// Hands the messages of one plan out at their planned instants, and keeps a record of how late that was.
///
/// It paces in the task that sends, because handing a message to another task takes longer than most waits are late.
///
/// ```
/// use std::num::NonZeroUsize;
/// use kendall::broker::Message;
/// use kendall::live::{Clock, Generator, Speed, Timer, most_allowed};
/// use kendall::time::Time;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let planned = |number| Message { producer: 0, number, planned: Time::from_nanos(number * 200_000) };
/// let timer = Timer::new(Clock::start(Speed::REAL))?;
/// let mut generator = Generator::new((0..10).map(planned), NonZeroUsize::MAX, timer);
/// let mut sent = 0;
/// while let Some(batch) = generator.next().await? {
///     sent += batch.len(); // publish them here
/// }
/// assert_eq!(sent, 10);
/// println!("{:?} {}", generator.lateness().lag(), generator.lateness().verdict(most_allowed(None)));
/// # Ok::<(), kendall::live::TimerError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Generator<I> {
    pacer: Pacer<I>,
    timer: Timer,
    batch: Vec<Message>,
    lateness: Lateness,
}

impl<I: Iterator<Item = Message>> Generator<I> {
    /// `plan` is in the order of its planned instants, which are those of the timer's clock. No more than `at_most`
    /// messages are handed out at once: one for a target that takes them one by one, so that each is timed.
    pub fn new(plan: I, at_most: NonZeroUsize, timer: Timer) -> Generator<I> {
        Generator { pacer: Pacer::new(plan, at_most), timer, batch: Vec::new(), lateness: Lateness::default() }
    }

    /// Waits until the next message is due; gives all that are by then, in order, and counts how late they are.
    /// `None` after the last. No message is lost if it is not awaited to its end.
    ///
    /// # Errors
    /// If the system's timer fails.
    pub async fn next(&mut self) -> Result<Option<&[Message]>, TimerError> {
        let Some(due) = self.pacer.due() else { return Ok(None) };
        let now = self.timer.until(due).await?;
        self.pacer.take(now, &mut self.batch);
        self.count_batch();
        Ok(Some(&self.batch))
    }

    /// By its clock.
    pub fn now(&self) -> Time {
        self.timer.clock().now()
    }

    /// Hands out a message at its planned instant that was not in the plan.
    pub fn add(&mut self, message: Message) {
        self.pacer.add(message);
    }

    /// Changes what is to come of the plan, as [`Pacer::replan`] does.
    pub fn replan(&mut self, replan: impl FnOnce(&mut I, Option<Message>) -> Option<Message>) {
        self.pacer.replan(replan);
    }

    /// Hands out nothing more of the plan; what was added stays.
    pub fn cut(&mut self) {
        self.pacer.cut();
    }

    /// Whether the plan has been handed out.
    pub fn is_over(&self) -> bool {
        self.pacer.is_over()
    }

    /// How late messages have been sent so far, in real time.
    pub fn lateness(&mut self) -> &mut Lateness {
        &mut self.lateness
    }

    /// Ends before the plan does. What is due and was not handed out counts as late as it is by now.
    pub fn stop(mut self) -> Lateness {
        let now = self.timer.clock().now();
        self.pacer.take(now, &mut self.batch);
        while !self.batch.is_empty() {
            self.count_batch();
            self.pacer.take(now, &mut self.batch);
        }
        self.lateness
    }

    fn count_batch(&mut self) {
        let clock = self.timer.clock();
        let now = clock.now();
        for message in &self.batch {
            self.lateness.record(clock.real(now.since(message.planned)));
        }
    }
}
