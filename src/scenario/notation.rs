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
    pub count: u64,
    /// Messages waiting.
    pub capacity: Option<u64>,
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
                "write A/S/c or A/S/c/K, such as `M/M/3`",
            ));
        }
    };
    let (arrivals, service) = (family(a)?, family(s)?);
    if is_endless(c) {
        return Err(Wrong::new("endlessly many consumers are not supported yet", "write a number, such as `M/M/1000`"));
    }
    let count = quantity::count(c, 1, super::consumers::MOST_CONSUMERS)?;
    let holds = match rest.first() {
        Some(k) if !k.is_empty() && !is_endless(k) => Some(quantity::count(k, 1, 1_000_000_000_000)?),
        _ => None,
    };
    if let Some(holds) = holds
        && holds < count
    {
        let message = format!("the system holds {holds}, fewer than its {count} consumers");
        return Err(Wrong::new(message, format!("write a K of at least {count}: it counts waiting and worked on")));
    }
    if let Some(n) = rest.get(1)
        && !n.is_empty()
        && !is_endless(n)
    {
        return Err(Wrong::new(format!("a population of {} is not supported yet", cut(n)), "leave the fifth part out"));
    }
    if let Some(d) = rest.get(2)
        && !matches!(d.to_uppercase().as_str(), "FIFO" | "FCFS")
    {
        return Err(Wrong::new(
            format!("the order `{}` is not supported yet", cut(d)),
            "write `FIFO`, or leave it out",
        ));
    }
    Ok(System { arrivals, service, count, capacity: holds.map(|holds| holds - count) })
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
