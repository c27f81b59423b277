//! What a set must share with any that it is like, in an order that does not change when sets are added.

use super::super::similarity::Threshold;

/// Sets that have a shingle in common with so many others, or more, make it frequent: it comes last in the order.
pub(super) const FREQUENT: u8 = 64;

/// Members for each of which one more key has to be shared: sketches of large sets tell nothing.
const SIZE_PER_COMMON: u32 = 64;

/// How many of its keys a set of this size shares with any that it is like and that shares no fewer.
pub(super) fn common(threshold: Threshold, size: u32) -> u32 {
    threshold.least_shared(size).min(2 + size / SIZE_PER_COMMON)
}

/// The keys of a set: its first members in the order. It is asked about each of them in order, once. Several members may have one key, which it then has as often.
pub(super) fn keys(
    set: &[u64],
    threshold: Threshold,
    mut is_frequent: impl FnMut(u64) -> bool,
    scratch: &mut Vec<u64>,
) -> impl Iterator<Item = u32> {
    scratch.clear();
    scratch.extend(set.iter().map(|&hash| hash >> 1 | u64::from(is_frequent(hash)) << 63));
    let size = set.len() as u32;
    let first = threshold.prefix(size, common(threshold, size)) as usize;
    if first < scratch.len() {
        scratch.select_nth_unstable(first);
        scratch.truncate(first);
    }
    scratch.iter().map(|&place| (place >> 8) as u32)
}
