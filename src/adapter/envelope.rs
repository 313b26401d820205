//! What travels as the payload of a live message.

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::broker::Message;
use crate::metrics::Letter;
use crate::time::Time;

/// Whose message it is, when it was planned, and where the recorder keeps its track: all that is needed to say what became
/// of it, at whatever target, without looking anything up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub letter: Letter,
    pub number: u64,
    pub planned: Time,
}

const BYTES: usize = 2 + 4 + 8 + 8;

impl Envelope {
    pub fn new(letter: Letter, message: Message) -> Envelope {
        Envelope { letter, number: message.number, planned: message.planned }
    }

    pub fn message(self) -> Message {
        Message { producer: self.letter.producer, number: self.number, planned: self.planned }
    }

    /// Big-endian.
    pub fn to_bytes(self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(BYTES);
        bytes.put_u16(self.letter.producer);
        bytes.put_u32(self.letter.track);
        bytes.put_u64(self.number);
        bytes.put_u64(self.planned.nanos());
        bytes.freeze()
    }

    /// `None` if the payload is no live message's. What stands behind the envelope is of no interest.
    pub fn read(payload: &[u8]) -> Option<Envelope> {
        let (producer, rest) = payload.split_first_chunk()?;
        let (track, rest) = rest.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        let planned = rest.first_chunk()?;
        let letter = Letter { track: u32::from_be_bytes(*track), producer: u16::from_be_bytes(*producer) };
        let planned = Time::from_nanos(u64::from_be_bytes(*planned));
        Some(Envelope { letter, number: u64::from_be_bytes(*number), planned })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(producer: u16, track: u32, number: u64, nanos: u64, behind: Vec<u8>) {
            let letter = Letter { track, producer };
            let envelope = Envelope { letter, number, planned: Time::from_nanos(nanos) };
            let payload = [envelope.to_bytes().as_ref(), behind.as_slice()].concat();
            prop_assert_eq!(Envelope::read(&payload), Some(envelope));
        }

        #[test]
        fn what_is_shorter_is_none(payload in prop::collection::vec(any::<u8>(), 0..BYTES)) {
            prop_assert_eq!(Envelope::read(&payload), None);
        }
    }
}
