//! The keys that messages carry, against Zipf's law: Pearson's chi-square (1900), with fixed seeds. The law is added up
//! here a second time, term by term.

use kendall::random::Key;
use kendall::workload::Keys;
use statrs::function::gamma::gamma_ur;

const DRAWS: u64 = if cfg!(debug_assertions) { 40_000 } else { 400_000 };
/// A bin of the test is expected to hold so many at least.
const BIN: f64 = 25.0;

/// The share of each key.
fn law(keys: Keys) -> Vec<f64> {
    let weight = |k: u64| (k as f64).powf(-keys.skew);
    let free = if keys.hot.is_some() { 2 } else { 1 };
    let all: f64 = (free..=keys.among).map(weight).sum();
    let rest = 1.0 - keys.hot.unwrap_or(0.0);
    let share = |k: u64| if k < free { keys.hot.unwrap_or(0.0) } else { rest * weight(k) / all };
    (1..=keys.among).map(share).collect()
}

fn drawn(keys: Keys, seed: u64) -> Vec<u64> {
    let (sampler, mut counts) = (keys.sampler(), vec![0; keys.among as usize]);
    let key = Key::of_seed(seed).name("key");
    for number in 0..DRAWS {
        let key = sampler.draw(&mut key.number(number).draws());
        counts[key.get() as usize - 1] += 1;
    }
    counts
}

/// How likely counts are to be as far from the law, or farther; keys that come seldom are put together.
fn chance(counts: &[u64], law: &[f64]) -> f64 {
    let mut bins = vec![(0.0, 0.0)];
    for (count, share) in counts.iter().zip(law) {
        if *share == 0.0 {
            assert_eq!(*count, 0, "what never comes has come");
        }
        let last = bins.last_mut().expect("a bin");
        *last = (last.0 + *count as f64, last.1 + share * DRAWS as f64);
        if last.1 >= BIN {
            bins.push((0.0, 0.0));
        }
    }
    // The last may be too small to stand alone.
    let rest = bins.pop().expect("a bin");
    let last = bins.last_mut().expect("a whole bin");
    *last = (last.0 + rest.0, last.1 + rest.1);
    let chi_square: f64 = bins.iter().map(|(count, expected)| (count - expected).powi(2) / expected).sum();
    let freedom = (bins.len() - 1) as f64;
    if freedom == 0.0 { 1.0 } else { gamma_ur(freedom / 2.0, chi_square / 2.0) }
}

const CASES: [Keys; 13] = [
    Keys { among: 1, skew: 0.0, hot: None },
    Keys { among: 1, skew: 5.0, hot: None },
    Keys { among: 2, skew: 1.0, hot: None },
    Keys { among: 100, skew: 0.0, hot: None },
    Keys { among: 100, skew: 0.99, hot: None },
    Keys { among: 100, skew: 1.0, hot: Some(0.3) },
    Keys { among: 100, skew: 5.0, hot: None },
    Keys { among: 100, skew: 10.0, hot: Some(0.001) },
    Keys { among: 2, skew: 3.0, hot: Some(0.25) },
    Keys { among: 1_000_000, skew: 0.0, hot: None },
    Keys { among: 1_000_000, skew: 1.1, hot: None },
    Keys { among: 1_000_000, skew: 5.0, hot: Some(0.5) },
    Keys { among: 1000, skew: 1.0, hot: Some(1.0) },
];

#[test]
fn keys_come_as_often_as_the_law_says() {
    for keys in CASES {
        let chance = chance(&drawn(keys, 1), &law(keys));
        assert!(chance > 1e-4, "{keys:?}: p = {chance:e}");
    }
}

#[test]
fn the_test_sees_an_exponent_or_a_share_that_is_a_little_wrong() {
    let pairs = [
        (Keys { among: 100, skew: 1.0, hot: None }, Keys { among: 100, skew: 1.05, hot: None }),
        (Keys { among: 100, skew: 1.0, hot: Some(0.3) }, Keys { among: 100, skew: 1.0, hot: Some(0.33) }),
        (Keys { among: 100, skew: 0.0, hot: None }, Keys { among: 100, skew: 0.1, hot: None }),
    ];
    for (keys, wrong) in pairs {
        let chance = chance(&drawn(keys, 2), &law(wrong));
        assert!(chance < 1e-6, "{keys:?} passes for {wrong:?}: p = {chance:e}");
    }
}

#[test]
fn the_extremes_are_exact() {
    let only = |counts: &[u64]| counts.iter().filter(|count| **count > 0).count() == 1;
    for keys in [Keys { among: 1, skew: 2.0, hot: None }, Keys { among: 50, skew: 0.0, hot: Some(1.0) }] {
        let counts = drawn(keys, 3);
        assert!(only(&counts) && counts[0] == DRAWS, "{keys:?}");
    }
    assert_eq!(drawn(Keys { among: 3, skew: 1.0, hot: Some(0.0) }, 4)[0], 0);
    let most = Keys { among: 1_000_000_000, skew: 0.0, hot: None };
    let far = (0..1000).map(|i| most.sampler().draw(&mut Key::of_seed(i).draws()).get()).max().unwrap();
    assert!((990_000_000..=1_000_000_000).contains(&far), "{far}");
}

#[test]
fn the_share_of_a_key_is_that_of_the_law() {
    for keys in CASES {
        for (key, share) in (1..=2).zip(law(keys)) {
            assert!((keys.share(key) - share).abs() <= 1e-9 * share, "{keys:?}: {} and {share}", keys.share(key));
        }
    }
}
