//! The payloads of all messages inside, so that the broker passes four bytes around instead of sharing a payload.

use bytes::Bytes;

/// What stands for a message inside the broker: where its payload is, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcel {
    place: u32,
    pub(super) line: u32,
}

/// A slab of payloads; a free place holds an empty one, which owns nothing.
#[derive(Default)]
pub(super) struct Parcels {
    payloads: Vec<Bytes>,
    free: Vec<u32>,
}

impl Parcels {
    /// Takes the payload in, for the publisher with that line.
    ///
    /// # Panics
    /// If there are 2³² payloads; `Limits` allows fewer.
    pub fn insert(&mut self, line: u32, payload: Bytes) -> Parcel {
        let place = match self.free.pop() {
            Some(place) => {
                self.payloads[place as usize] = payload;
                place
            }
            None => {
                self.payloads.push(payload);
                u32::try_from(self.payloads.len() - 1).expect("fewer messages than places have numbers")
            }
        };
        Parcel { place, line }
    }

    pub fn get(&self, parcel: Parcel) -> &Bytes {
        &self.payloads[parcel.place as usize]
    }

    pub fn remove(&mut self, parcel: Parcel) -> Bytes {
        self.free.push(parcel.place);
        std::mem::take(&mut self.payloads[parcel.place as usize])
    }

    pub fn len(&self) -> usize {
        self.payloads.len() - self.free.len()
    }
}
