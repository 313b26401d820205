//! Draws against the distributions they claim: the distance to the exact distribution function (Kolmogorov 1933,
//! Smirnov 1948) and four moments, with fixed seeds. Functions and moments are computed here a second time.

use std::sync::Arc;

use kendall::random::Key;
use kendall::time::Span;
use kendall::workload::{Branch, Distribution, Empirical, Part, PhaseType};
use statrs::function::erf::erf;
use statrs::function::gamma::{gamma, gamma_lr};

/// Enough to fail, and many for the slow tests.
const DRAWS: usize = 60_000;
const MANY_DRAWS: usize = 1_000_000;

type Cdf = Box<dyn Fn(f64) -> f64>;

struct Case {
    name: &'static str,
    of: Distribution,
    cdf: Cdf,
    /// Up to the eighth, so that the first four have a standard error; fewer where the rest are infinite or too rare.
    moments: usize,
}

fn case(name: &'static str, of: Distribution, moments: usize, cdf: impl Fn(f64) -> f64 + 'static) -> Case {
    Case { name, of, cdf: Box::new(cdf), moments }
}

fn exponential(mean: f64) -> impl Fn(f64) -> f64 {
    move |t| 1.0 - (-t / mean).exp()
}

fn normal_cdf(x: f64) -> f64 {
    0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2))
}

fn normal(mean: f64, sd: f64) -> Case {
    let below = normal_cdf(-mean / sd);
    let of = Distribution::Normal { mean_s: mean, sd_s: sd };
    case("normal", of, 4, move |t| (normal_cdf((t - mean) / sd) - below) / (1.0 - below))
}

fn gamma_of(mean: f64, cv: f64) -> Case {
    let shape = 1.0 / (cv * cv);
    let of = Distribution::Gamma { mean_s: mean, cv };
    case("gamma", of, 4, move |t| if t > 0.0 { gamma_lr(shape, t * shape / mean) } else { 0.0 })
}

fn weibull(mean: f64, shape: f64, moments: usize) -> Case {
    let scale = mean / gamma(1.0 + 1.0 / shape);
    let of = Distribution::Weibull { mean_s: mean, shape };
    case("weibull", of, moments, move |t| 1.0 - (-(t / scale).powf(shape)).exp())
}

fn pareto(mean: f64, shape: f64, moments: usize) -> Case {
    let least = mean * (shape - 1.0) / shape;
    let of = Distribution::Pareto { mean_s: mean, shape };
    case("pareto", of, moments, move |t| if t > least { 1.0 - (least / t).powf(shape) } else { 0.0 })
}

fn bounded(min: f64, max: f64, shape: f64, moments: usize) -> Case {
    let of = Distribution::BoundedPareto { min_s: min, max_s: max, shape };
    let whole = 1.0 - (min / max).powf(shape);
    case("bounded pareto", of, moments, move |t| ((1.0 - (min / t).powf(shape)) / whole).clamp(0.0, 1.0))
}

fn triangular(min: f64, mode: f64, max: f64) -> Case {
    let of = Distribution::Triangular { min_s: min, mode_s: mode, max_s: max };
    case("triangular", of, 4, move |t| match t {
        _ if t <= min => 0.0,
        _ if t >= max => 1.0,
        _ if t <= mode => (t - min).powi(2) / ((max - min) * (mode - min)),
        _ => 1.0 - (max - t).powi(2) / ((max - min) * (max - mode)),
    })
}

fn uniform(min: f64, max: f64) -> Case {
    let of = Distribution::Uniform { min_s: min, max_s: max };
    case("uniform", of, 4, move |t| ((t - min) / (max - min)).clamp(0.0, 1.0))
}

fn erlang(mean: f64, phases: u32) -> Case {
    let n = f64::from(phases);
    let of = Distribution::Erlang { mean_s: mean, phases };
    case("erlang", of, 4, move |t| if t > 0.0 { gamma_lr(n, n * t / mean) } else { 0.0 })
}

fn lognormal(mean: f64, cv: f64, moments: usize) -> Case {
    let variance = (cv * cv).ln_1p();
    let location = mean.ln() - variance / 2.0;
    let of = Distribution::Lognormal { mean_s: mean, cv };
    case("lognormal", of, moments, move |t| normal_cdf((t.ln() - location) / variance.sqrt()))
}

/// Two phases, of which the second may lead back: its distribution function by its two eigenvalues.
fn walk() -> Case {
    let (a, back, end) = (10.0, 4.0, 6.0);
    let phases = PhaseType::new(vec![1.0, 0.0], vec![vec![0.0, a, 0.0], vec![back, 0.0, end]]).unwrap();
    let (sum, product): (f64, f64) = (a + back + end, a * end);
    let root = (sum * sum - 4.0 * product).sqrt();
    let (slow, fast) = ((sum - root) / 2.0, (sum + root) / 2.0);
    let cdf = move |t: f64| 1.0 - (fast * (-slow * t).exp() - slow * (-fast * t).exp()) / (fast - slow);
    case("phase_type", Distribution::PhaseType(Arc::new(phases)), 4, cdf)
}

fn mixture() -> Case {
    let parts = vec![
        Part { weight: 0.7, of: Distribution::Uniform { min_s: 0.0, max_s: 1.0 } },
        Part { weight: 0.3, of: Distribution::Exponential { mean_s: 2.0 } },
    ];
    let cdf = |t: f64| 0.7 * t.min(1.0) + 0.3 * exponential(2.0)(t);
    case("mixture", Distribution::Mixture(parts), 4, cdf)
}

fn hyperexponential() -> Case {
    let branches = vec![Branch { weight: 0.9, mean_s: 0.1 }, Branch { weight: 0.1, mean_s: 2.0 }];
    let cdf = |t: f64| 0.9 * exponential(0.1)(t) + 0.1 * exponential(2.0)(t);
    case("hyperexponential", Distribution::Hyperexponential { branches }, 4, cdf)
}

/// With balanced means, each branch has half of the mean.
fn balanced(mean: f64, cv: f64) -> Case {
    let often = 0.5 * (1.0 + ((cv * cv - 1.0) / (cv * cv + 1.0)).sqrt());
    let cdf = move |t: f64| {
        often * exponential(0.5 * mean / often)(t) + (1.0 - often) * exponential(0.5 * mean / (1.0 - often))(t)
    };
    // The rare branch is too rare for its moments to show in few draws.
    case("hyperexponential", Distribution::balanced_hyperexponential(mean, cv), 0, cdf)
}

/// Each kind in its usual range and at both ends of what a scenario may write.
fn cases() -> Vec<Case> {
    vec![
        case("exponential", Distribution::Exponential { mean_s: 0.5 }, 4, exponential(0.5)),
        case("exponential", Distribution::Exponential { mean_s: 3e8 }, 4, exponential(3e8)),
        erlang(0.5, 3),
        erlang(0.5, 1000),
        hyperexponential(),
        lognormal(0.5, 0.1, 4),
        lognormal(0.5, 1.5, 1),
        lognormal(1e6, 1000.0, 0),
        uniform(0.0, 1e-3),
        uniform(99.0, 100.0),
        gamma_of(0.5, 0.001),
        gamma_of(0.5, 0.7),
        gamma_of(0.5, 1.0),
        gamma_of(0.5, 3.0),
        weibull(0.5, 0.1, 0),
        weibull(0.5, 0.6, 2),
        weibull(0.5, 1.0, 4),
        weibull(0.5, 100.0, 4),
        pareto(0.5, 1.01, 0),
        pareto(0.5, 2.5, 1),
        pareto(0.5, 30.0, 4),
        bounded(1e-3, 1e3, 0.01, 4),
        bounded(1.0, 10.0, 1.0, 4),
        bounded(1.0, 10.0, 2.000_000_001, 4),
        bounded(1e-3, 1e5, 1.2, 1),
        bounded(0.5, 50.0, 100.0, 4),
        normal(0.5, 1e-3),
        normal(0.5, 0.4),
        normal(1e-3, 1.0),
        triangular(0.0, 0.0, 1.0),
        triangular(1.0, 2.5, 3.0),
        triangular(1.0, 3.0, 3.0),
        walk(),
        mixture(),
        // Seeds go by place in this list.
        balanced(0.5, 1000.0),
        Case { moments: 0, ..gamma_of(1e3, 10.0) },
    ]
}

fn draws(of: &Distribution, seed: u64, count: usize) -> Vec<f64> {
    let sampler = of.sampler();
    let key = Key::of_seed(seed);
    (0..count as u64).map(|n| sampler.draw(&mut key.number(n).draws()).seconds()).collect()
}

/// The largest distance to the exact distribution function, times √n. Draws are rounded to nanoseconds, so that the
/// function is asked for within half of one.
fn distance(sorted: &[f64], cdf: &Cdf) -> f64 {
    let n = sorted.len() as f64;
    let mut before = 0.0;
    let equal = sorted.chunk_by(|a, b| a == b).map(|equal| {
        let (low, high) = (cdf((equal[0] - 0.5e-9).max(0.0)), cdf(equal[0] + 0.5e-9));
        let share = before;
        before += equal.len() as f64 / n;
        (share - low).abs().max((before - high).abs())
    });
    equal.fold(0.0, f64::max) * n.sqrt()
}

#[test]
fn draws_follow_the_exact_distribution_function() {
    follow_the_exact_distribution_function(DRAWS);
}

#[test]
#[ignore = "slow; in release"]
fn a_million_draws_follow_the_exact_distribution_function() {
    follow_the_exact_distribution_function(MANY_DRAWS);
}

fn follow_the_exact_distribution_function(count: usize) {
    for (number, case) in cases().into_iter().enumerate() {
        let mut times = draws(&case.of, 100 + number as u64, count);
        times.sort_by(f64::total_cmp);
        let d = distance(&times, &case.cdf);
        // Exceeded by chance once in 20,000 times (Kolmogorov's limit law: 2 exp(−2 · 2.3²)).
        assert!(d < 2.3, "{} {:?}: √n D = {d:.2}", case.name, case.of);
    }
}

#[test]
fn a_distribution_that_is_a_little_off_is_found_out() {
    let times = |mean_s: f64| {
        let mut times = draws(&Distribution::Exponential { mean_s }, 1, DRAWS);
        times.sort_by(f64::total_cmp);
        times
    };
    let cdf: Cdf = Box::new(exponential(0.5));
    assert!(distance(&times(0.5), &cdf) < 2.3);
    assert!(distance(&times(0.5 * 1.04), &cdf) > 2.3);
}

/// E[Xᵏ] by the area under x ↦ k xᵏ⁻¹ (1 − F(x)) on a grid that grows with x.
fn moment(cdf: &Cdf, k: i32, largest: f64) -> f64 {
    let n = 200_000;
    let at = |i: i32| largest * (f64::from(i) / f64::from(n)).powi(4);
    let area = |i: i32| {
        let (a, b) = (at(i), at(i + 1));
        let f = |x: f64| f64::from(k) * x.powi(k - 1) * (1.0 - cdf(x));
        (b - a) / 6.0 * (f(a + (b - a) * 1e-9) + 4.0 * f(0.5 * (a + b)) + f(b))
    };
    (0..n).map(area).sum()
}

#[test]
fn four_moments_of_the_draws_are_those_of_the_distribution() {
    have_the_moments_of_the_distribution(DRAWS);
}

#[test]
#[ignore = "slow; in release"]
fn four_moments_of_a_million_draws_are_those_of_the_distribution() {
    have_the_moments_of_the_distribution(MANY_DRAWS);
}

fn have_the_moments_of_the_distribution(count: usize) {
    for (number, case) in cases().into_iter().enumerate() {
        let times = draws(&case.of, 200 + number as u64, count);
        let n = times.len() as f64;
        let largest = times.iter().fold(0.0_f64, |a, b| a.max(*b)) * 4.0;
        for k in 1..=case.moments as i32 {
            let powers = || times.iter().map(|t| t.powi(k));
            let mean = powers().sum::<f64>() / n;
            let error = (powers().map(|p| (p - mean).powi(2)).sum::<f64>() / n / n).sqrt();
            let exact = if k <= 3 { case.of.moment(k) } else { moment(&case.cdf, k, largest) };
            let z = (mean - exact) / error;
            assert!(z.abs() < 4.5, "{} {:?}: moment {k} is {mean}, not {exact} (z = {z:.1})", case.name, case.of);
        }
    }
}

#[test]
fn moments_are_those_of_the_distribution_function() {
    for case in cases().iter().filter(|case| case.moments == 4) {
        let largest = 60.0 * case.of.mean_s().max(case.of.moment(2).sqrt());
        for k in 1..=3 {
            let (said, exact) = (case.of.moment(k), moment(&case.cdf, k, largest));
            assert!((said / exact - 1.0).abs() < 2e-5, "{} {:?}: moment {k} {said} {exact}", case.name, case.of);
        }
    }
}

#[test]
fn heavy_tails_have_infinite_moments() {
    let moments = |shape: f64| [1, 2, 3].map(|k| Distribution::Pareto { mean_s: 0.5, shape }.moment(k).is_finite());
    assert_eq!(moments(1.5), [true, false, false]);
    assert_eq!(moments(2.0), [true, false, false]);
    assert_eq!(moments(3.0), [true, true, false]);
    assert_eq!(moments(3.1), [true, true, true]);
    assert_eq!(Distribution::Pareto { mean_s: 0.5, shape: 2.0 }.scv(), f64::INFINITY);
}

#[test]
fn only_what_can_be_zero_says_so() {
    let zero = Distribution::Constant(Span::ZERO);
    let half = |of: Distribution| Distribution::Mixture(vec![Part { weight: 1.0, of }]);
    assert!(half(zero).can_be_zero());
    assert!(Distribution::Empirical(Arc::new(Empirical::new(vec![0.0, 1.0], None))).can_be_zero());
    assert!(cases().iter().all(|case| !case.of.can_be_zero()));
}

/// The z-score of the correlation of pairs of draws, by their ranks in the distribution.
fn correlation(case: &Case, pairs: impl Fn(u64) -> (Key, Key)) -> f64 {
    let sampler = case.of.sampler();
    let rank = |key: Key| (case.cdf)(sampler.draw(&mut key.draws()).seconds()) - 0.5;
    let n = (DRAWS as u64) / 5;
    let product = |i: u64| {
        let (a, b) = pairs(i);
        rank(a) * rank(b) * 12.0
    };
    (0..n).map(product).sum::<f64>() / (n as f64).sqrt()
}

#[test]
fn draws_of_neighbouring_messages_names_replications_and_seeds_do_not_correlate() {
    let base = Key::of_seed(1).number(0).name("shop").name("work");
    for case in [gamma_of(0.5, 0.7), gamma_of(0.5, 3.0), normal(0.5, 0.4), walk(), mixture(), erlang(0.5, 3)] {
        let others = [
            Key::of_seed(2).number(0).name("shop").name("work"),
            Key::of_seed(1).number(1).name("shop").name("work"),
            Key::of_seed(1).number(0).name("shoq").name("work"),
            Key::of_seed(1).number(0).name("shop").name("gap"),
        ];
        let mut scores = vec![correlation(&case, |i| (base.number(i), base.number(i + 1)))];
        scores.extend(others.map(|other| correlation(&case, |i| (base.number(i), other.number(i)))));
        assert!(scores.iter().all(|z| z.abs() < 4.5), "{}: {scores:.1?}", case.name);
    }
}
