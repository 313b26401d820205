//! M/M/c/K, and the loss system M/G/c/c.

use std::rc::Rc;

use super::erlang::erlang_b;
use super::steady::{Steady, Tail, poisson_average};

/// Beyond this much room the distributions of wait and response, which are mixtures of so many, are not given.
const QUANTILES_UP_TO: u64 = 10_000;

/// So it is beyond this many consumers, where each look at a distribution takes longer than it is worth.
const CONSUMERS_UP_TO: u32 = 100_000;

/// Poisson arrivals, exponential service, `consumers` alike, `room` for waiting, what finds it full is lost; any load
/// (Erlang 1917; Kleinrock 1975, sec. 3.6 and 3.7). With room 0 all but the response's distribution holds for any
/// service (Sevastyanov 1957).
///
/// Erlang's B gives the states below `consumers` all at once; those above are geometric and summed by doubling, so that
/// neither many consumers nor much room overflows or takes long.
pub(super) fn solve(rate: f64, mean_s: f64, consumers: u32, room: u64) -> Steady {
    let offered = rate * mean_s;
    let servers = f64::from(consumers);
    let states = States::of(offered / servers, erlang_b(consumers, offered), room);
    let accepted = states.below + states.waiting[0];
    let [some, sum, squares] = states.waiting.map(|sum| sum / accepted);
    let turn_s = mean_s / servers;
    // A message that finds j waiting waits for j + 1 turns: Erlang distributed, moments j + 1 and (j + 1)(j + 2).
    let wait_mean_s = (sum + some) * turn_s;
    let wait_second = (squares + 3.0 * sum + 2.0 * some) * turn_s * turn_s;
    let kept = accepted / (accepted + states.refused);
    let few = room <= QUANTILES_UP_TO && consumers <= CONSUMERS_UP_TO;
    let tails = few.then(|| states.tails(room as usize, turn_s, 1.0 - 1.0 / servers));
    let (wait_tail, response_tail) = tails.unzip();
    Steady {
        loss: states.refused / (accepted + states.refused),
        waited: Some(some),
        wait_mean_s,
        wait_variance: Some((wait_second - wait_mean_s * wait_mean_s).max(0.0)),
        length: rate * kept * wait_mean_s,
        busy: offered * kept,
        wait_tail,
        response_tail,
        ..Steady::default()
    }
}

/// What arrivals find, up to a common factor.
struct States {
    /// A free consumer.
    below: f64,
    /// No free consumer, and room: the weights of 0, 1, … waiting, times 1, times their number, and times its square;
    /// summed.
    waiting: [f64; 3],
    refused: f64,
    /// The weight with nobody waiting, and its factor for each one more.
    first: f64,
    factor: f64,
}

impl States {
    /// `blocked` is Erlang's B. The weights are taken from the end that is largest.
    fn of(load: f64, blocked: f64, room: u64) -> States {
        if load <= 1.0 {
            let Sums { power, sums, .. } = Sums::of(load, room);
            let waiting = sums.map(|sum| blocked * sum);
            return States { below: 1.0 - blocked, waiting, refused: blocked * power, first: blocked, factor: load };
        }
        let Sums { power, sums: [some, sum, squares], .. } = Sums::of(1.0 / load, room);
        // Counted down from the last place: j = last − i.
        let last = room.saturating_sub(1) as f64;
        let up = [some, last * some - sum, last * last * some - 2.0 * last * sum + squares];
        let waiting = up.map(|sum| blocked / load * sum);
        States { below: (1.0 - blocked) * power, waiting, refused: blocked, first: blocked * power, factor: load }
    }

    /// The distributions of wait and response of the accepted.
    fn tails(&self, room: usize, turn_s: f64, stays: f64) -> (Tail, Tail) {
        let accepted = self.below + self.waiting[0];
        let found: Vec<f64> = self.found(room).into_iter().map(|weight| weight / accepted).collect();
        tails(self.below / accepted, &found, turn_s, stays)
    }

    /// The weights of 0, 1, … waiting, from the end that is largest.
    fn found(&self, room: usize) -> Vec<f64> {
        let mut found = vec![0.0; room];
        if self.factor <= 1.0 {
            found.iter_mut().fold(self.first, |weight, place| {
                *place = weight;
                weight * self.factor
            });
        } else {
            found.iter_mut().rev().fold(self.refused, |above, place| {
                *place = above / self.factor;
                *place
            });
        }
        found
    }
}

/// The distributions of wait and response where an arrival finds a free consumer with the first chance and, all being
/// busy, 0, 1, … waiting with the others. Looked at with the rate of `turn_s`, at which all consumers together finish,
/// everything is a walk that steps at Poisson instants (uniformization; Jensen 1953): after i steps those who found i or
/// more waiting still wait, and who is served stays so with chance `stays` at each step.
pub(super) fn tails(free: f64, found: &[f64], turn_s: f64, stays: f64) -> (Tail, Tail) {
    let room = found.len();
    let mut waits = vec![0.0; room + 1];
    for i in (0..room).rev() {
        waits[i] = waits[i + 1] + found[i];
    }
    let mut served = free;
    let mut inside = vec![served + waits[0]];
    for i in 0..room {
        served = served * stays + found[i];
        inside.push(served + waits[i + 1]);
    }
    let waits = Rc::new(waits);
    let wait = move |t: f64| poisson_average(t / turn_s, |i| waits.get(i).copied().unwrap_or(0.0));
    let response = move |t: f64| {
        let after = |i: usize| inside.get(i).copied().unwrap_or_else(|| inside[room] * stays.powf((i - room) as f64));
        poisson_average(t / turn_s, after)
    };
    (Box::new(wait), Box::new(response))
}

/// Sums over j below some number of rʲ, j rʲ and j² rʲ, and r to that number.
struct Sums {
    count: f64,
    power: f64,
    sums: [f64; 3],
}

impl Sums {
    /// For r ≤ 1, by doubling; all terms are positive.
    fn of(r: f64, mut count: u64) -> Sums {
        let mut all = Sums { count: 0.0, power: 1.0, sums: [0.0; 3] };
        let mut block = Sums { count: 1.0, power: r, sums: [1.0, 0.0, 0.0] };
        while count > 0 {
            if count % 2 == 1 {
                all = all.then(&block);
            }
            block = block.then(&block);
            count /= 2;
        }
        all
    }

    fn then(&self, next: &Sums) -> Sums {
        let (n, [a, b, c], [x, y, z]) = (self.count, self.sums, next.sums);
        let sums = [a + self.power * x, b + self.power * (y + n * x), c + self.power * (z + 2.0 * n * y + n * n * x)];
        Sums { count: n + next.count, power: self.power * next.power, sums }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::markov;

    fn near(a: f64, b: f64, tolerance: f64) -> bool {
        (a - b).abs() <= tolerance * b.abs()
    }

    /// State by state: p(n+1) = p(n) λ/min(n+1, c), for loads at which nothing overflows.
    fn direct(rate: f64, consumers: u32, room: u64) -> (f64, f64) {
        let k = u64::from(consumers) + room;
        let mut weights = vec![1.0];
        for n in 1..=k {
            weights.push(weights[n as usize - 1] * rate / n.min(u64::from(consumers)) as f64);
        }
        let total: f64 = weights.iter().sum();
        let waiting: f64 =
            weights.iter().zip(0_u64..).map(|(w, n)| w * n.saturating_sub(consumers.into()) as f64).sum();
        (weights[k as usize] / total, waiting / total)
    }

    #[test]
    fn the_states_one_by_one_say_the_same() {
        for (rate, consumers, room) in [(1.2, 1, 19), (9.0, 10, 20), (10.0, 10, 7), (30.0, 10, 13), (4.0, 5, 0)] {
            let (loss, length) = direct(rate, consumers, room);
            let steady = solve(rate, 1.0, consumers, room);
            assert!(near(steady.loss, loss, 1e-12), "{rate} {consumers} {room}");
            assert!(near(steady.length, length, 1e-12) || length == 0.0, "{rate} {consumers} {room}");
        }
    }

    #[test]
    fn very_much_room_is_unlimited() {
        for (rate, consumers) in [(0.9, 1), (47.5, 50)] {
            let (finite, unlimited) = (solve(rate, 1.0, consumers, 1 << 40), markov::solve(rate, 1.0, consumers));
            assert_eq!(finite.loss, 0.0);
            assert!(near(finite.wait_mean_s, unlimited.wait_mean_s, 1e-12));
            assert!(near(finite.wait_variance.unwrap(), unlimited.wait_variance.unwrap(), 1e-11));
            assert!(near(finite.waited.unwrap(), unlimited.waited.unwrap(), 1e-12));
        }
        let (finite, unlimited) = (solve(47.5, 1.0, 50, 5000), markov::solve(47.5, 1.0, 50));
        for t in [0.0, 0.5, 3.0, 9.0] {
            assert!(near(finite.wait_tail.as_ref().unwrap()(t), unlimited.wait_tail.as_ref().unwrap()(t), 1e-11));
            assert!(near(
                finite.response_tail.as_ref().unwrap()(t),
                unlimited.response_tail.as_ref().unwrap()(t),
                1e-11
            ));
        }
    }

    #[test]
    fn far_too_much_load_fills_a_million_places() {
        let steady = solve(3.0, 1.0, 1, 1_000_000);
        assert!(near(steady.loss, 2.0 / 3.0, 1e-12));
        assert!(near(steady.length, 1e6 - 0.5, 1e-12), "{}", steady.length);
        assert!(near(steady.busy, 1.0, 1e-12));
        let full = solve(3.0, 1.0, 1, 10_000).wait_tail.unwrap();
        assert!(full(9_000.0) > 0.999_999 && full(11_000.0) < 1e-6);
    }

    #[test]
    fn at_load_one_every_place_is_as_likely() {
        let steady = solve(1.0, 1.0, 1, 9);
        assert!(near(steady.loss, 1.0 / 11.0, 1e-14));
    }

    #[test]
    fn the_tails_have_the_means_and_the_shares_of_the_sums() {
        for (rate, consumers, room) in [(1.2, 1, 19), (9.0, 10, 20), (30.0, 10, 5), (9.0, 1, 5)] {
            let steady = solve(rate, 1.0, consumers, room);
            let area = |tail: &Tail| (0..40_000).map(|i| tail((f64::from(i) + 0.5) * 2e-3) * 2e-3).sum::<f64>();
            let (wait, response) = (steady.wait_tail.unwrap(), steady.response_tail.unwrap());
            assert!(near(wait(0.0), steady.waited.unwrap(), 1e-12));
            assert!(near(area(&wait), steady.wait_mean_s, 1e-5));
            assert!(near(area(&response), steady.wait_mean_s + 1.0, 1e-5));
            assert!((1..5000).all(|i| response(f64::from(i) * 0.01) <= response(f64::from(i - 1) * 0.01)));
        }
    }
}
