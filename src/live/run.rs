//! One live run, from its first task to its closed books.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::books::{Books, News, Standing, Wants};
use super::first::{First, first_of};
use super::hand::Hand;
use super::machine::Machine;
use super::outages::Outages;
use super::producer::Producing;
use super::seats::{Seats, seats};
use super::show::Show;
use super::{Clock, Lateness, Plan, Timer, TimerError};
use crate::adapter::{Session, Setting, Target, TargetError};
use crate::broker::QueueId;
use crate::client::key_of;
use crate::metrics::{self, Broken, Ordered, Record, Tally};
use crate::result::Scene;
use crate::scenario::{Change, Drain, Scenario};
use crate::time::{Span, Speed, Time};

/// Until then everything is made, and nothing happens.
const LEAD: Duration = Duration::from_millis(50);
/// What a consumer more needs of it.
const LEAD_EACH: Duration = Duration::from_micros(30);
/// How often the run looks up, in real time.
const LOOK: Duration = Duration::from_millis(2);
/// How often somebody is told how it stands.
const TELL: Span = Span::from_secs(1);

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    #[error(transparent)]
    Timer(#[from] TimerError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("queue `{queue}` holds {messages} messages before the run; empty it, or give it another name")]
    NotEmpty { queue: String, messages: u64 },
    #[error("a task of the run has failed: {0}")]
    Task(String),
    #[error("{error}, {at} into the run; until then {published} messages were published and {processed} processed")]
    Cut { error: TargetError, at: Span, published: u64, processed: u64 },
    #[error("{target} took longer than {0:.1} s to make queues and consumers; ask for fewer consumers, or see what keeps it", .lead.as_secs_f64())]
    Slow { target: String, lead: Duration },
}

/// What is run.
pub struct Order {
    pub scenario: Arc<Scenario>,
    /// Whose draws are used.
    pub replication: u32,
    /// What is measured.
    pub plan: metrics::Plan,
    pub speed: Speed,
}

/// Whoever looks on.
pub trait Onlooker: Sync {
    /// Whether the run is to stop: it plans nothing more, drains, and reports.
    fn stops(&self) -> bool;

    /// Is told now and then how it stands.
    fn sees(&self, progress: &Progress);

    /// Whether the run is watched: it is shown ten times a second, and can be changed by hand.
    fn watches(&self) -> bool {
        false
    }

    /// Is shown how it stands.
    fn is_shown(&self, _: Scene) {}

    /// Something that is to be changed by hand.
    fn next_change(&self) -> Option<Change> {
        None
    }

    /// Why the latest cannot be changed.
    fn is_refused(&self, _: String) {}
}

/// How a run stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    pub at: Time,
    pub duration: Span,
    pub speed: Speed,
    pub standing: Standing,
    /// Messages a second of the scenario since it was told last.
    pub rate_in: f64,
    pub rate_out: f64,
    pub is_draining: bool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Complete,
    /// Somebody wanted it to stop; it was drained.
    Interrupted,
    /// More than that many messages were inside.
    Overload(u64),
}

/// What a run leaves behind.
pub struct Finished {
    pub record: Record,
    pub ending: Ending,
    /// How late messages were sent, and work ended.
    pub sent_late: Lateness,
    pub ended_late: Lateness,
    /// Times from the actual sending to the end.
    pub uncorrected: Tally,
    pub reconnects: u64,
    /// Messages that were in the target's queues and not of this run.
    pub foreign: u64,
    /// Somebody has changed something by hand.
    pub is_altered: bool,
    /// Processors that were busy with it on average, where the system tells.
    pub busy_cores: Option<f64>,
}

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Running,
    /// Nothing more is planned; what is inside is worked off.
    Draining,
    Closed,
}

/// Runs a scenario against a target.
///
/// # Errors
/// If the target, a timer or the books fail.
///
/// # Panics
/// Outside a tokio runtime with I/O and time.
pub async fn run<T: Target>(order: &Order, target: &T, onlooker: &dyn Onlooker) -> Result<Finished, LiveError> {
    let is_watched = onlooker.watches();
    let consumers: u32 = order.scenario.consumers.iter().map(|entry| seats(entry, is_watched)).sum();
    let lead = target.lead(&order.scenario);
    let began = super::timer::in_a_while(lead + LEAD + LEAD_EACH * consumers);
    let clock = Clock::since(began, order.speed);
    let producers = order.scenario.producers.len();
    let (wants, news): (Vec<_>, Vec<_>) = (0..producers).map(|place| wants(&order.scenario, place)).unzip();
    let draws = Plan::of(&order.scenario, order.replication);
    let lines = wants.iter().map(|wants: &Wants| wants.sender.clone()).collect();
    let books = Arc::new(Books::new(&plan(order, target), wants, key_of(draws.carried())));
    let ear = Arc::clone(&books) as Arc<dyn crate::adapter::Ear>;
    let services = draws.services().collect();
    let setting = Setting { scenario: &order.scenario, began, speed: order.speed, ear, services };
    let session = target.open(setting).await?;
    // What was there before is not this run's, and stays.
    expect_empty(&session, &order.scenario).await?;
    let made = || match !lead.is_zero() && clock.now() > Time::ZERO {
        true => Err(LiveError::Slow { target: target.name(), lead }),
        false => Ok(()),
    };
    let finished = run_there(order, &session, onlooker, &books, clock, (lines, news), &made).await;
    session.end().await;
    finished
}

/// From the first task to the closed books; `made` is asked whether everything is made in time.
async fn run_there<S: Session>(
    order: &Order,
    session: &S,
    onlooker: &dyn Onlooker,
    books: &Arc<Books>,
    clock: Clock,
    (lines, mut news): (Vec<UnboundedSender<News>>, Vec<UnboundedReceiver<News>>),
    made: &(dyn Fn() -> Result<(), LiveError> + Sync),
) -> Result<Finished, LiveError> {
    let (phase, phases) = watch::channel(Phase::Running);
    let planning = Arc::new(AtomicUsize::new(news.len()));
    let mut tasks = Tasks { late: JoinSet::new() };
    let mut outages = Outages::of(&order.scenario);
    let carried = Arc::new(Plan::of(&order.scenario, order.replication).carried());
    let seats = Seats { order, session, books, clock, phases: &phases, carried, is_watched: onlooker.watches() };
    let crews = seats.fill(&mut outages, &mut tasks).await?;
    let mut show = onlooker.watches().then(|| Show::new(order, Hand::new(&order.scenario, lines, crews, session)));
    for (place, news) in news.drain(..).enumerate() {
        let producing = Producing {
            scenario: Arc::clone(&order.scenario),
            replication: order.replication,
            place,
            publisher: session.publisher().await?,
            books: Arc::clone(books),
            timer: Timer::new(clock)?,
            news,
            phase: phases.clone(),
            planning: Arc::clone(&planning),
        };
        tasks.late.spawn(async move { producing.run().await.map(Late::Sent) });
    }
    made()?;
    let machine = Machine::look();
    let failed = || session.failed();
    let mut run = Run { order, clock, books, phase: &phase, planning: &planning, tasks: &mut tasks, failed: &failed };
    let (ending, end) = match first_of(outages.run(session, clock), run.watch(onlooker, show.as_mut())).await {
        First::A(failed) => match failed? {},
        First::B(watched) => watched?,
    };
    let busy_cores = machine.busy_since();
    session.settle().await?;

    let (record, uncorrected) = session.still(|places| books.close(end, places))?;
    // Nobody listens any more only if all have ended.
    let _ = phase.send(Phase::Closed);
    let (sent_late, ended_late) = tasks.end().await?;
    let (reconnects, foreign) = (session.reconnects(), session.foreign());
    let is_altered = show.is_some_and(|show| show.hand.changes.are_any());
    Ok(Finished { record, ending, sent_late, ended_late, uncorrected, reconnects, foreign, is_altered, busy_cores })
}

/// What is measured of a target.
fn plan<T: Target>(order: &Order, target: &T) -> metrics::Plan {
    let mut plan = order.plan.clone();
    if target.untold().is_some() {
        plan.queues.iter_mut().for_each(|queue| queue.ordered = Ordered::Untold);
    }
    plan
}

/// What a producer wants to be told, and how it is told.
fn wants(scenario: &Scenario, place: usize) -> (Wants, UnboundedReceiver<News>) {
    let producer = &scenario.producers[place];
    let (confirmations, refusals) = (producer.confirms.is_some(), producer.retries.is_some());
    let (sender, receiver) = unbounded_channel();
    (Wants { sender, confirmations, refusals }, receiver)
}

async fn expect_empty<S: Session>(session: &S, scenario: &Scenario) -> Result<(), LiveError> {
    for (at, queue) in scenario.queues.iter().enumerate() {
        let messages = session.depth(QueueId(at as u16)).await?;
        if messages > 0 {
            return Err(LiveError::NotEmpty { queue: queue.name.clone(), messages });
        }
    }
    Ok(())
}

/// How late a task was with what it does.
pub enum Late {
    Sent(Lateness),
    Ended(Lateness),
    /// It sends nothing and works on nothing.
    Never,
}

/// All tasks of a run.
pub struct Tasks {
    pub late: JoinSet<Result<Late, LiveError>>,
}

impl Tasks {
    /// A task that has ended before the run.
    fn failed(&mut self) -> Option<LiveError> {
        match self.late.try_join_next()? {
            Ok(Ok(_)) => Some(LiveError::Task("it ended before the run".to_owned())),
            Ok(Err(error)) => Some(error),
            Err(error) => Some(LiveError::Task(error.to_string())),
        }
    }

    /// Waits for all, and adds up how late they were.
    async fn end(mut self) -> Result<(Lateness, Lateness), LiveError> {
        let (mut sent, mut ended) = (Lateness::default(), Lateness::default());
        while let Some(joined) = self.late.join_next().await {
            match joined.map_err(|error| LiveError::Task(error.to_string()))?? {
                Late::Sent(late) => sent.merge(late),
                Late::Ended(late) => ended.merge(late),
                Late::Never => {}
            }
        }
        Ok((sent, ended))
    }
}

pub struct Run<'a> {
    pub order: &'a Order,
    pub clock: Clock,
    pub books: &'a Books,
    phase: &'a watch::Sender<Phase>,
    planning: &'a AtomicUsize,
    tasks: &'a mut Tasks,
    /// Why the target has nothing more to come, if so.
    failed: &'a (dyn Fn() -> Option<TargetError> + Sync),
}

impl Run<'_> {
    /// Looks up now and then, until the run is over; says how it ended, and when.
    async fn watch(
        &mut self,
        onlooker: &dyn Onlooker,
        mut show: Option<&mut Show<'_>>,
    ) -> Result<(Ending, Time), LiveError> {
        let run = &self.order.scenario.run;
        let mut end = Time::ZERO + run.duration;
        let mut ending = Ending::Complete;
        let mut teller = Teller::default();
        loop {
            tokio::time::sleep(LOOK).await;
            if let Some(error) = (self.failed)() {
                return Err(self.cut(error));
            }
            if let Some(error) = self.tasks.failed() {
                return Err(error);
            }
            let now = self.clock.now();
            if ending == Ending::Complete && onlooker.stops() {
                (ending, end) = (Ending::Interrupted, now.min(end));
            }
            if now >= end {
                let _ = self.phase.send_if_modified(|phase| drain(phase, ending));
            }
            let (inside, open) = self.books.inside();
            if inside > run.at_most_inside {
                return Ok((Ending::Overload(run.at_most_inside), now));
            }
            teller.tell(self, now, now >= end, onlooker);
            if let Some(show) = &mut show {
                show.go_on(self, now, onlooker);
            }
            let limit = end + run.drain_limit();
            let is_over = now >= end && self.planning.load(Relaxed) == 0 && open == 0;
            if is_over || now >= end && run.drain == Drain::None || now >= limit {
                return Ok((ending, if is_over { end } else { now }));
            }
        }
    }
}

impl Run<'_> {
    fn cut(&self, error: TargetError) -> LiveError {
        let Standing { published, processed, .. } = self.books.standing();
        LiveError::Cut { error, at: self.clock.now().since(Time::ZERO), published, processed }
    }
}

/// An interrupted run plans nothing more; another has planned all by itself.
fn drain(phase: &mut Phase, ending: Ending) -> bool {
    let begins = *phase == Phase::Running && ending == Ending::Interrupted;
    if begins {
        *phase = Phase::Draining;
    }
    begins
}

/// Tells once a second how a run stands.
#[derive(Default)]
struct Teller {
    told: Time,
    before: Standing,
}

impl Teller {
    fn tell(&mut self, run: &Run<'_>, now: Time, is_draining: bool, onlooker: &dyn Onlooker) {
        let passed = now.since(self.told);
        if run.clock.real(passed) < TELL {
            return;
        }
        let standing = run.books.standing();
        let a_second = |after: u64, before: u64| (after - before) as f64 / passed.seconds();
        onlooker.sees(&Progress {
            at: now,
            duration: run.order.scenario.run.duration,
            speed: run.order.speed,
            standing,
            rate_in: a_second(standing.published, self.before.published),
            rate_out: a_second(standing.processed, self.before.processed),
            is_draining,
        });
        (self.told, self.before) = (now, standing);
    }
}
