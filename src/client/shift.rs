//! Who comes and who leaves as the number of consumers changes.

/// How a consumer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It takes part; else it works on what it has begun, and takes nothing more.
    pub is_present: bool,
    /// It has nothing left to work on.
    pub is_idle: bool,
}

/// Consumers of one entry, by their places in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub come: Vec<u32>,
    pub leave: Vec<u32>,
}

/// Of those who stand so, as many come or leave as make their number `count`: who is idle leaves first, and who has left
/// and still works comes first. Of those alike the last leaves and the first comes.
pub fn changes(standings: impl IntoIterator<Item = Standing>, count: u32) -> Changes {
    let (mut present, mut away): (Vec<_>, Vec<_>) = (0..).zip(standings).partition(|(_, standing)| standing.is_present);
    present.sort_by_key(|(place, standing)| (!standing.is_idle, u32::MAX - place));
    away.sort_by_key(|(place, standing)| (standing.is_idle, *place));
    let first = |of: &[(u32, Standing)], many: usize| of.iter().take(many).map(|(place, _)| *place).collect();
    let count = count as usize;
    Changes {
        come: first(&away, count.saturating_sub(present.len())),
        leave: first(&present, present.len().saturating_sub(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `P` is present, in capitals if it is idle; `A` is away, in the same way.
    fn change(standings: &str, count: u32) -> (Vec<u32>, Vec<u32>) {
        let standing = |c: char| Standing { is_present: c.eq_ignore_ascii_case(&'p'), is_idle: c.is_uppercase() };
        let Changes { come, leave } = changes(standings.chars().map(standing), count);
        (come, leave)
    }

    #[test]
    fn who_is_idle_leaves_first_and_of_those_alike_the_last() {
        assert_eq!(change("PpPp", 3), (vec![], vec![2]));
        assert_eq!(change("PpPp", 1), (vec![], vec![2, 0, 3]));
        assert_eq!(change("pp", 0), (vec![], vec![1, 0]));
    }

    #[test]
    fn who_still_works_comes_first_and_of_those_alike_the_first() {
        assert_eq!(change("pAaAa", 2), (vec![2], vec![]));
        assert_eq!(change("pAaAa", 4), (vec![2, 4, 1], vec![]));
        assert_eq!(change("pP", 2), (vec![], vec![]));
    }
}
