//! Draws by name: a draw belongs to a thing (seed, replication, message, purpose), never to an order of calls.
//!
//! A [`Key`] grows by one part at a time; each part is mixed in whole, so that keys of neighbouring
//! messages, names, replications and seeds start unrelated generators. Mix what many draws share once.

use std::convert::Infallible;

use rand::{Rng, SeedableRng, TryRng};

/// The small generator that a key starts.
pub type Draws = rand_xoshiro::SplitMix64;

/// The name of the generator, as reports print it.
pub const GENERATOR: &str = "SplitMix64, keyed";

/// What a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    /// For what needs a key and draws nothing.
    pub const NONE: Key = Key(0);

    pub fn of_seed(seed: u64) -> Key {
        Key(mix(seed ^ 0x6B65_6E64_616C_6C31))
    }

    /// What all draws of one replication begin with, simulated or live.
    pub fn of_replication(seed: u64, replication: u32) -> Key {
        Key::of_seed(seed).number(u64::from(replication))
    }

    /// Adds a number to the key: a replication, a message, an attempt.
    #[inline]
    pub fn number(self, number: u64) -> Key {
        // An odd multiplier other than the generator's increment: numbers spread before they are mixed.
        Key(mix(self.0 ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03)))
    }

    /// Adds a name or a purpose to the key.
    pub fn name(self, name: &str) -> Key {
        name.bytes().fold(self.number(name.len() as u64), |key, byte| key.number(u64::from(byte) + 1))
    }

    /// Adds a key made elsewhere, such as that of a name which is mixed once.
    #[inline]
    pub fn and(self, other: Key) -> Key {
        self.number(other.0)
    }

    /// The generator that belongs to this key.
    #[inline]
    pub fn draws(self) -> Draws {
        Draws::seed_from_u64(self.0)
    }

    /// The first number that it draws.
    #[inline]
    pub fn first(self) -> u64 {
        self.draws().next_u64()
    }
}

/// A generator whose first number is known: the first numbers of many take less time drawn in a row, and few draws need
/// another.
pub struct Begun {
    first: u64,
    drawn: u32,
}

impl Begun {
    /// The generator that has drawn that number first.
    #[inline]
    pub fn with(first: u64) -> Begun {
        Begun { first, drawn: 0 }
    }
}

/// What is drawn after so many, one at least. By value, so that nothing has to be in memory for it.
#[cold]
#[inline(never)]
fn after(first: u64, drawn: u32) -> u64 {
    let mut draws = Draws::seed_from_u64(state_after(first));
    for _ in 1..drawn {
        draws.next_u64();
    }
    draws.next_u64()
}

/// The state of a SplitMix64 that has drawn that number: Stafford's Mix13, which it ends with, backwards.
fn state_after(mut z: u64) -> u64 {
    z = (z ^ (z >> 31) ^ (z >> 62)).wrapping_mul(0x3196_42B2_D24D_8EC3);
    z = (z ^ (z >> 27) ^ (z >> 54)).wrapping_mul(0x96DE_1B17_3F11_9089);
    z ^ (z >> 30) ^ (z >> 60)
}

impl TryRng for Begun {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next_u64() as u32)
    }

    #[inline(always)]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let next = if self.drawn == 0 { self.first } else { after(self.first, self.drawn) };
        self.drawn += 1;
        Ok(next)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        rand::rand_core::utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

/// Stafford's Mix01 (2011), a 64-bit finaliser; SplitMix64 itself uses his Mix13, so keys and draws are mixed differently.
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 31)).wrapping_mul(0x7FB5_D329_728E_A185);
    z = (z ^ (z >> 27)).wrapping_mul(0x81DA_DEF4_BC2D_D44D);
    z ^ (z >> 33)
}

/// A uniform draw from the open interval (0, 1), from the top 53 bits.
#[inline]
pub fn uniform(draws: &mut Draws) -> f64 {
    ((draws.next_u64() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_generator_goes_on_as_its_key_does() {
        for number in 0..1000 {
            let key = Key::of_seed(7).number(number);
            let (mut draws, mut begun) = (key.draws(), Begun::with(key.first()));
            (0..5).for_each(|_| assert_eq!(begun.next_u64(), draws.next_u64()));
        }
    }

    /// The largest z-score that a correlation of unrelated uniform pairs may show; 12 comparisons are made.
    const LIMIT: f64 = 4.0;

    fn correlation_z(pairs: impl Iterator<Item = (Key, Key)>) -> f64 {
        let (mut sum, mut n) = (0.0, 0.0_f64);
        for (a, b) in pairs {
            sum += (uniform(&mut a.draws()) - 0.5) * (uniform(&mut b.draws()) - 0.5) * 12.0;
            n += 1.0;
        }
        sum / n.sqrt()
    }

    #[test]
    fn draws_of_neighbouring_keys_do_not_correlate() {
        let n = 200_000;
        let base = Key::of_seed(1).number(0).name("shop");
        for lag in [1, 2, 7, 64] {
            let z = correlation_z((0..n).map(|i| (base.number(i), base.number(i + lag))));
            assert!(z.abs() < LIMIT, "messages {lag} apart: z = {z:.2}");
        }
        for lag in [1, 2, 7, 64] {
            let z = correlation_z((0..n).map(|i| {
                let other = Key::of_seed(1).number(lag).name("shop");
                (base.number(i), other.number(i))
            }));
            assert!(z.abs() < LIMIT, "replications {lag} apart: z = {z:.2}");
        }
        for other in [Key::of_seed(2).number(0).name("shop"), Key::of_seed(1).number(0).name("shoq")] {
            let z = correlation_z((0..n).map(|i| (base.number(i), other.number(i))));
            assert!(z.abs() < LIMIT, "another seed or name: z = {z:.2}");
        }
    }

    #[test]
    fn two_draws_of_one_key_do_not_correlate_with_those_of_the_next() {
        let base = Key::of_seed(9);
        let second = |key: Key| {
            let mut draws = key.draws();
            uniform(&mut draws);
            uniform(&mut draws)
        };
        let n = 200_000;
        let sum: f64 = (0..n)
            .map(|i| (second(base.number(i)) - 0.5) * (uniform(&mut base.number(i + 1).draws()) - 0.5) * 12.0)
            .sum();
        let z = sum / (n as f64).sqrt();
        assert!(z.abs() < LIMIT, "z = {z:.2}");
    }

    #[test]
    fn a_name_is_not_confused_with_its_parts() {
        let key = Key::of_seed(1);
        assert_ne!(key.name("ab").name("c"), key.name("a").name("bc"));
        assert_ne!(key.name("a"), key.name("a\0"));
    }
}
