//! Kendall's notation A/S/c[/K[/N[/D]]].
//!
//! D. G. Kendall (1953), "Stochastic processes occurring in the theory of queues".

use super::quantity::{self, Wrong};
use super::reader::cut;

/// The families of A and S.
#[derive(Clone, Copy, PartialEq)]
pub enum Family {
    Markov,
    Deterministic,
    Erlang(u32),
    Hyperexponential,
    General,
}

pub struct System {
    pub arrivals: Family,
    pub service: Family,
    /// `None` is endlessly many.
    pub count: Option<u64>,
    /// Messages waiting.
    pub capacity: Option<u64>,
    /// Clients who wait for their answers; `None` is no end of arrivals.
    pub population: Option<u64>,
    pub last_first: bool,
}

/// Whether a text looks like A/S/c, so that it is no path.
pub fn is_notation(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let is_family = |part: &str| {
        let is_short = (1..=5).contains(&part.len());
        is_short
            && part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let is_count = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() || is_endless(part);
    (3..=6).contains(&parts.len()) && is_family(parts[0]) && is_family(parts[1]) && is_count(parts[2])
}

fn is_endless(part: &str) -> bool {
    matches!(part, "inf" | "∞" | "Inf" | "INF")
}

pub fn system(text: &str) -> Result<System, Wrong> {
    let parts: Vec<&str> = text.split('/').map(str::trim).collect();
    let (a, s, c, rest) = match parts.as_slice() {
        [a, s, c, rest @ ..] if rest.len() <= 3 => (*a, *s, *c, rest),
        _ => {
            return Err(Wrong::new(
                format!("`{text}` is not Kendall's notation"),
                "write A/S/c, such as `M/M/3`, and K, N and D behind it if need be",
            ));
        }
    };
    let (arrivals, service) = (family(a)?, family(s)?);
    let count = match is_endless(c) {
        true => None,
        false => Some(quantity::count(c, 1, super::consumers::MOST_CONSUMERS)?),
    };
    let part = |at: usize| rest.get(at).copied().filter(|part| !part.is_empty() && !is_endless(part));
    let capacity = part(0).map(|k| capacity(k, count)).transpose()?;
    let population = part(1).map(|n| quantity::count(n, 1, super::arrivals::MOST_CLIENTS)).transpose()?;
    let last_first = part(2).map(order).transpose()?.unwrap_or(false);
    Ok(System { arrivals, service, count, capacity, population, last_first })
}

/// What may wait, from what the whole system holds.
fn capacity(holds: &str, count: Option<u64>) -> Result<u64, Wrong> {
    let holds = quantity::count(holds, 1, 1_000_000_000_000)?;
    match count {
        None => Err(Wrong::new(
            "endlessly many consumers leave nobody waiting",
            "leave K out, or write a number of consumers",
        )),
        Some(count) if holds < count => Err(Wrong::new(
            format!("the system holds {holds}, fewer than its {count} consumers"),
            format!("write a K of at least {count}: it counts waiting and worked on"),
        )),
        Some(count) => Ok(holds - count),
    }
}

/// Whether the last goes first.
fn order(text: &str) -> Result<bool, Wrong> {
    match text.to_uppercase().as_str() {
        "FIFO" | "FCFS" => Ok(false),
        "LIFO" | "LCFS" => Ok(true),
        "PRIO" | "PRI" | "HOL" | "PQ" => Err(Wrong::new(
            "priorities are of several producers, which the notation does not name",
            "write a file with `order: priority` and a `priority` for each producer; `kendall new priorities` is one",
        )),
        _ => Err(Wrong::new(
            format!("there is no order `{}` in the notation", cut(text)),
            "write `FIFO` or `LIFO`, or leave it out",
        )),
    }
}

fn family(text: &str) -> Result<Family, Wrong> {
    const KNOWN: &str = "there is `M`, `D`, `E3` (any number of phases), `H2` and `G`";
    match text {
        "M" => Ok(Family::Markov),
        "D" => Ok(Family::Deterministic),
        "H2" => Ok(Family::Hyperexponential),
        "G" | "GI" => Ok(Family::General),
        "m" | "d" | "h2" | "g" => {
            Err(Wrong::new(format!("there is no `{text}` in the notation"), format!("write `{}`", text.to_uppercase())))
        }
        _ => match text.strip_prefix('E').map(|phases| quantity::count(phases, 1, 1000)) {
            Some(Ok(phases)) => Ok(Family::Erlang(phases as u32)),
            _ => Err(Wrong::new(format!("there is no `{}` in the notation", cut(text)), KNOWN)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation_is_told_from_a_path() {
        assert!(["M/M/1", "M/E3/12", "G/G/2/10", "M/M/1/5/7/LIFO", "m/m/1", "M/M/inf"].into_iter().all(is_notation));
        assert!(
            !["a/b/c.yaml", "scenarios/mm1.yaml", "a/b/3.yaml", "M/M/", "M/M", "./M/M/1", "M/M/1/2/3/4/5", ""]
                .into_iter()
                .any(is_notation)
        );
    }
}
