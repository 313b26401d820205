//! What everybody of a session knows, and whom they tell what goes wrong.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lapin::ConnectionStatus;
use tokio::sync::Notify;

use crate::adapter::{Concluded, TargetError};

pub struct Shared {
    pub target: String,
    pub concluded: Concluded,
    failure: Mutex<Option<String>>,
    standing: Mutex<Standing>,
    /// Somebody has found the connection broken.
    broken: Notify,
    /// From now on a connection may end.
    is_over: AtomicBool,
}

/// How the present connections stand.
#[derive(Default)]
struct Standing {
    /// How many have broken before them.
    breaks: u64,
    connections: Vec<ConnectionStatus>,
    /// Why they are broken, if they are.
    why: Option<String>,
}

impl Standing {
    fn are_connected(&self) -> bool {
        self.connections.iter().all(ConnectionStatus::connected)
    }
}

impl Shared {
    pub fn new(target: String, concluded: Concluded) -> Shared {
        Shared {
            target,
            concluded,
            failure: Mutex::default(),
            standing: Mutex::default(),
            broken: Notify::new(),
            is_over: AtomicBool::new(false),
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first reason counts: others follow from it.
    pub fn fail(&self, why: impl ToString) {
        if !self.is_over.load(Relaxed) {
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.to_string());
        }
    }

    pub fn failed(&self) -> Option<TargetError> {
        let why = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(TargetError::Lost { target: self.target.clone(), why })
    }

    pub fn unwilling(&self, what: impl Into<String>, why: &lapin::Error) -> TargetError {
        TargetError::Unwilling { target: self.target.clone(), what: what.into(), why: why.to_string() }
    }

    pub fn is_over(&self) {
        self.is_over.store(true, Relaxed);
    }

    /// Something went wrong on a connection that was made after so many breaks: what the broker objects to ends the run,
    /// everything else means that the connection is broken, which counts once.
    pub fn trouble(&self, breaks: u64, error: &lapin::Error) {
        if error.is_amqp_soft_error() { self.fail(error) } else { self.broke(breaks, error.to_string()) }
    }

    /// A consumer was told that it is handed nothing more: by the broker, or because the connection is gone.
    pub fn cancelled(&self, breaks: u64, whom: &str) {
        let is_present = |standing: &Standing| standing.breaks == breaks && standing.why.is_none();
        let is_by_broker = |standing: &Standing| is_present(standing) && standing.are_connected();
        let is_by_broker = is_by_broker(&self.standing());
        match is_by_broker {
            true => self.fail(format!("the broker has cancelled {whom}")),
            false => self.look(),
        }
    }

    /// Sees whether the connections are there: lapin tells nobody who only takes that the broker has closed one.
    pub fn look(&self) {
        let closed = Some(self.standing()).filter(|standing| !standing.are_connected()).map(|standing| standing.breaks);
        if let Some(breaks) = closed {
            self.broke(breaks, "the broker has closed it".to_owned());
        }
    }

    fn broke(&self, breaks: u64, why: String) {
        let mut standing = self.standing();
        if standing.breaks == breaks && !self.is_over.load(Relaxed) {
            standing.why.get_or_insert(why);
            self.broken.notify_one();
        }
    }

    /// Why the present connections are broken, if they are.
    pub fn broken(&self) -> Option<String> {
        self.standing().why.clone()
    }

    /// After how many breaks the present connections were made.
    pub fn present(&self) -> u64 {
        self.standing().breaks
    }

    /// Waits until somebody finds something broken. Cancel safe.
    pub async fn breaks(&self) {
        self.broken.notified().await;
    }

    /// These connections are the present ones, after so many breaks.
    pub fn begins(&self, breaks: u64, connections: Vec<ConnectionStatus>) {
        *self.standing() = Standing { breaks, connections, why: None };
    }
}
