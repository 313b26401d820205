//! Areas against thin slices, and instants against areas.

use super::*;

fn hours(hours: f64) -> Time {
    Time::ZERO + Span::from_seconds(hours * 3600.0)
}

fn day() -> Curve {
    Curve::wave(100.0, 60.0, Span::from_secs(86_400), Span::from_secs(14 * 3600))
}

fn week() -> Curve {
    Curve::steps(&[(hours(0.0), 1.0), (hours(120.0), 0.4)]).repeating(Span::from_secs(7 * 86_400))
}

fn every_kind() -> Vec<Curve> {
    let line = Curve::line(&[(hours(1.0), 2.0), (hours(3.0), 90.0), (hours(5.0), 0.0), (hours(8.0), 30.0)]);
    let growth = Curve::line(&[(hours(0.0), 1.0), (hours(500.0), 3.0)]);
    vec![
        line.clone(),
        line.repeating(Span::from_secs(9 * 3600)),
        Curve::steps(&[(hours(0.0), 5.0), (hours(2.0), 0.0), (hours(3.0), 40.0)]).repeating(Span::from_secs(14_400)),
        day(),
        Curve::wave(50.0, 50.0, Span::from_secs(3600), Span::ZERO),
        Curve::product(vec![day(), week(), growth]),
        Curve::product(vec![day(), Curve::constant(0.5)]).repeating(Span::from_secs(40_000)),
    ]
}

#[test]
fn areas_are_those_of_many_thin_slices() {
    for curve in every_kind() {
        for end in [0.3, 4.1, 30.0, 200.0] {
            let slices = 400_000;
            let width = end * 3600.0 / f64::from(slices);
            let middle = |i: i32| Time::ZERO + Span::from_seconds((f64::from(i) + 0.5) * width);
            let sum: f64 = (0..slices).map(|i| curve.value(middle(i)) * width).sum();
            let area = curve.area(hours(end));
            assert!((area - sum).abs() <= 2e-5 * sum.max(1.0), "{curve:?} until {end} h: {area}, not {sum}");
        }
    }
}

#[test]
fn an_area_is_reached_at_its_instant_to_the_nanosecond() {
    for curve in every_kind() {
        let mut inverse = curve.inverse();
        for step in 1..2000 {
            let at = hours(f64::from(step) * 0.11);
            let reached = inverse.instant(curve.area(at)).unwrap();
            // What a sum of areas of this size can tell apart.
            let digits = 1e9 * 1e-14 * curve.area(at) / curve.value(at).max(1e-3);
            let off = reached.nanos().abs_diff(at.nanos()) as f64;
            assert!(off <= 1.0 + digits || curve.value(at) < 0.02, "{curve:?} at {at:?}: {off} ns off");
        }
    }
}

#[test]
fn a_wave_is_highest_at_its_peak() {
    let wave = day();
    assert_eq!(wave.value(hours(14.0)), 160.0);
    assert!((wave.value(hours(26.0)) - 40.0).abs() < 1e-12);
    assert_eq!(wave.peak(hours(48.0)), 160.0);
    assert!((wave.peak(hours(8.0)) - 100.0).abs() < 1e-6);
    assert!((wave.area(hours(24.0)) - 8_640_000.0).abs() < 1e-3);
}

#[test]
fn peaks_and_last_changes_are_those_of_the_profile() {
    let kinds = every_kind();
    let peaks: Vec<f64> = kinds.iter().map(|curve| curve.peak(hours(4.0)).round()).collect();
    assert_eq!(peaks, [90.0, 90.0, 40.0, 48.0, 100.0, 49.0, 24.0]);
    let last: Vec<Option<Time>> = kinds.iter().map(Curve::last_change).collect();
    assert_eq!(last[0], Some(hours(8.0)));
    assert!(last[1..].iter().all(Option::is_none));
}

#[test]
fn a_curve_that_is_zero_for_ever_reaches_nothing() {
    let never = Curve::product(vec![
        Curve::steps(&[(hours(0.0), 1.0), (hours(1.0), 0.0)]).repeating(Span::from_secs(7200)),
        Curve::steps(&[(hours(0.0), 0.0), (hours(1.0), 1.0)]).repeating(Span::from_secs(7200)),
    ]);
    assert_eq!(never.inverse().instant(0.5), None);
    assert_eq!(Curve::line(&[(hours(0.0), 3.0), (hours(1.0), 0.0)]).inverse().instant(5401.0), None);
}
