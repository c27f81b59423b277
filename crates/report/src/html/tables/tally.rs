//! How often each of very many keys occurs, in bounded memory: keys are divided by their remainder, and counted in as
//! many passes over the table as are needed.

use rayon::prelude::*;

use crate::error::ReportError;

/// Keys that are in memory at a time.
const KEYS_MAX: u64 = 1 << 22;

/// What is known of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many different keys there are.
    pub(crate) keys: u64,
    /// The most frequent ones, with how often they occur; of equally frequent ones the smallest.
    pub(crate) most: Vec<(u64, u64)>,
    /// How many keys occur once, twice, up to four, eight, sixteen times, and so on.
    pub(crate) sizes: Vec<u64>,
}

/// Counts keys, of which a pass gives those that it is asked for.
pub(crate) fn tally(
    rows: u64,
    most: usize,
    pass: impl Fn(&(dyn Fn(u64) -> bool + Sync)) -> Result<Vec<Vec<u64>>, ReportError>,
) -> Result<Tally, ReportError> {
    let passes = rows.div_ceil(KEYS_MAX).max(1);
    let mut tally = Tally::default();
    for nth in 0..passes {
        let mut keys: Vec<u64> = pass(&|key| key % passes == nth)?.concat();
        keys.par_sort_unstable();
        for same in keys.chunk_by(|a, b| a == b) {
            let n = same.len() as u64;
            tally.keys += 1;
            let size = (n.next_power_of_two().trailing_zeros()) as usize;
            tally.sizes.resize(tally.sizes.len().max(size + 1), 0);
            tally.sizes[size] += 1;
            if tally.most.len() < most || tally.most.last().is_some_and(|(_, least)| n >= *least) {
                tally.most.push((same[0], n));
                tally.most.sort_unstable_by_key(|(key, n)| (std::cmp::Reverse(*n), *key));
                tally.most.truncate(most);
            }
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn passes_do_not_change_what_is_counted(keys in prop::collection::vec(0u64..40, 0..200), passes in 1u64..5) {
            let parts: Vec<&[u64]> = keys.chunks(7).collect();
            let pass = |is_wanted: &(dyn Fn(u64) -> bool + Sync)| {
                Ok(parts.iter().map(|part| part.iter().copied().filter(|key| is_wanted(*key)).collect()).collect())
            };
            let found = tally(passes * KEYS_MAX, 3, pass).expect("counted");
            let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
            keys.iter().for_each(|key| *counts.entry(*key).or_default() += 1);
            let mut most: Vec<(u64, u64)> = counts.clone().into_iter().collect();
            most.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
            most.truncate(3);
            prop_assert_eq!(found.keys, counts.len() as u64);
            prop_assert_eq!(found.most, most);
            let of_size = |size: usize| {
                let least = if size == 0 { 0 } else { 1 << (size - 1) };
                counts.values().filter(|&&n| n > least && n <= 1 << size).count() as u64
            };
            prop_assert_eq!(found.sizes.clone(), (0..found.sizes.len()).map(of_size).collect::<Vec<_>>());
        }
    }
}
