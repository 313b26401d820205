//! Erlang's two functions.

/// The share of arrivals that find all `servers` busy where nobody may wait (Erlang 1917; Kleinrock 1975, eq. 3.47),
/// for any offered load ≥ 0. By the recursion B(c) = a B(c−1)/(c + a B(c−1)), which adds only positive numbers and so
/// holds for any number of servers (Jagerman 1974).
pub(super) fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, n| offered * blocked / (f64::from(n) + offered * blocked))
}

/// The share of arrivals that wait, where all may (Erlang 1917; Kleinrock 1975, eq. 3.40), for offered load < servers.
pub(super) fn erlang_c(servers: u32, offered: f64) -> f64 {
    let blocked = erlang_b(servers, offered);
    let idle = 1.0 - offered / f64::from(servers);
    blocked / (idle + (1.0 - idle) * blocked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recursion_gives_what_the_sum_gives() {
        for (servers, offered) in [(1, 0.3), (5, 4.0), (20, 30.0), (100, 90.0)] {
            // a^c/c! over the sum of a^n/n!.
            let (last, sum) = (1..=servers).fold((1.0, 1.0), |(term, sum), n| {
                let term = term * offered / f64::from(n);
                (term, sum + term)
            });
            assert!((erlang_b(servers, offered) / (last / sum) - 1.0).abs() < 1e-12, "B({servers}, {offered})");
        }
    }

    #[test]
    fn with_one_server_the_share_that_waits_is_the_load() {
        assert!((erlang_c(1, 0.7) - 0.7).abs() < 1e-15);
    }

    #[test]
    fn ten_thousand_servers_are_no_trouble() {
        // Halfin & Whitt 1981: with c = a + β√a servers, C → 1/(1 + β Φ(β)/φ(β)), here β = 1.
        let servers = 10_000;
        let offered = 9_900.493_762_4; // a + √a = c
        let limit = 1.0 / (1.0 + 0.841_344_746 / 0.241_970_725);
        assert!((erlang_c(servers, offered) - limit).abs() < 2e-3);
        assert_eq!(erlang_b(10_000, 1.0), 0.0);
    }
}
