//! What consumers do, for who listens; the broker does not hear of it.

use std::hint::cold_path;

use super::clients::Clients;
use crate::broker::ConsumerId;
use crate::client::Handed;
use crate::time::Time;

/// Something that a consumer has done, or that has happened to it.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    pub at: Time,
    pub what: &'static str,
    pub consumer: ConsumerId,
    /// The attempt that it is about.
    pub handed: Option<Handed<u32>>,
    pub why: &'static str,
}

impl Clients<'_> {
    #[inline(always)]
    pub fn began(&mut self, consumer: ConsumerId, handed: &Handed<u32>) {
        if self.diary.is_some() {
            cold_path();
            self.note("began", consumer, Some(*handed), "");
        }
    }

    pub fn began_batch(&mut self, consumer: ConsumerId) {
        if self.diary.is_some() {
            cold_path();
            let (crew, desk) = self.place(consumer);
            let batch = self.crews[crew].desk(desk).batch().to_vec();
            batch.iter().for_each(|handed| self.began(consumer, handed));
        }
    }

    #[inline(always)]
    pub fn ended(&mut self, consumer: ConsumerId, handed: &Handed<u32>, success: bool) {
        if self.diary.is_some() {
            cold_path();
            self.note("ended", consumer, Some(*handed), if success { "" } else { "failed" });
        }
    }

    #[inline(never)]
    pub fn note(&mut self, what: &'static str, consumer: ConsumerId, handed: Option<Handed<u32>>, why: &'static str) {
        let at = self.now;
        self.diary.iter_mut().for_each(|diary| diary.push(Note { at, what, consumer, handed, why }));
    }
}
