//! Vectors with a place for every message inside.

/// Up to here a slab grows as any vector does.
const SMALL: usize = 1 << 10;
/// Then it has room for so many at once: memory that is never touched is never taken.
const LARGE: usize = 1 << 20;

/// Makes room for one more. Were it to double on the way from small to large, each run would leave holes: once a block of
/// less than 32 MiB was given back, glibc takes the next of that size from a heap, of which it gives back only the end
/// (mallopt(3), `M_MMAP_THRESHOLD`). Two runs at once of a million messages inside took half as much again.
#[inline]
pub fn make_room<T>(slab: &mut Vec<T>) {
    if slab.len() == slab.capacity() && (SMALL..LARGE).contains(&slab.len()) {
        slab.reserve_exact(LARGE - slab.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slab_grows_to_a_million_in_one_step() {
        let (mut slab, mut steps) = (Vec::new(), Vec::new());
        for number in 0..LARGE as u32 {
            make_room(&mut slab);
            slab.push(number);
            if steps.last() != Some(&slab.capacity()) {
                steps.push(slab.capacity());
            }
        }
        let last_two: Vec<usize> = steps.into_iter().rev().take(2).collect();
        assert_eq!(last_two, [LARGE, SMALL]);
    }
}
