//! Choosing a number of records by hash: whole groups, every class by its share, no order.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use bedload_record::Ordinal;

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The chosen records, in order.
    pub chosen: Vec<Ordinal>,
    /// How many were asked for.
    pub wanted: u64,
}

/// Chooses `wanted` of `lines`: all of a group or none of it, from each of `strata` classes (and from the records
/// without one) in proportion.
///
/// Exact where groups of one record are left over to fill up with, or where exchanging one chosen group for one or two
/// others makes it so. O(n log n) in parallel; `lines` is put into another order.
pub fn choose(
    lines: &mut [Ordinal],
    wanted: u64,
    seed: u64,
    strata: usize,
    stratum: impl Fn(Ordinal) -> Option<usize> + Sync,
    group: impl Fn(Ordinal) -> u64 + Sync,
    digest: impl Fn(Ordinal) -> u128 + Sync,
) -> Choice {
    // The digest, not the place, orders the members of a group: so the first one is the same in any file order.
    lines.par_sort_unstable_by_key(|&line| {
        let key = group(line);
        (xxh3_64_with_seed(&key.to_le_bytes(), seed), key, digest(line), line)
    });
    let groups = || lines.chunk_by(|&a, &b| group(a) == group(b));
    // A group counts for the class of its first member; the last stratum is of those without a class.
    let stratum_of = |members: &[Ordinal]| stratum(members[0]).unwrap_or(strata);
    let mut sizes = vec![0u64; strata + 1];
    for members in groups() {
        sizes[stratum_of(members)] += members.len() as u64;
    }
    let mut chosen = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0).min(lines.len()));
    let mut quotas = apportion(&sizes, wanted);
    let mut fits_its_class = |members: &[Ordinal]| {
        let quota = &mut quotas[stratum_of(members)];
        let fits = members.len() as u64 <= *quota;
        *quota -= if fits { members.len() as u64 } else { 0 };
        fits
    };
    groups().filter(|members| fits_its_class(members)).for_each(|members| chosen.extend_from_slice(members));
    // What large groups left unfilled in one class is filled from any class.
    let mut left = wanted.saturating_sub(chosen.len() as u64);
    if left > 0 {
        let mut quotas = apportion(&sizes, wanted);
        for members in groups() {
            let (size, quota) = (members.len() as u64, &mut quotas[stratum_of(members)]);
            if size <= *quota {
                *quota -= size;
            } else if size <= left {
                left -= size;
                chosen.extend_from_slice(members);
            }
        }
    }
    chosen.par_sort_unstable();
    if left > 0 {
        exchange(groups(), left as usize, &mut chosen);
    }
    Choice { chosen, wanted }
}

/// Makes a choice larger by exactly `lacking`, if one chosen group can go for one or two others that are `lacking`
/// larger together. Of each size the last chosen group goes, and the first others come.
fn exchange<'l>(groups: impl Iterator<Item = &'l [Ordinal]>, lacking: usize, chosen: &mut Vec<Ordinal>) {
    let mut taken: BTreeMap<usize, &[Ordinal]> = BTreeMap::new();
    let mut free: BTreeMap<usize, Vec<&[Ordinal]>> = BTreeMap::new();
    for members in groups {
        if chosen.binary_search(&members[0]).is_ok() {
            taken.insert(members.len(), members);
        } else {
            let same_size = free.entry(members.len()).or_default();
            if same_size.len() < 2 {
                same_size.push(members);
            }
        }
    }
    let other = |size: usize| -> Option<Vec<&[Ordinal]>> {
        if let Some(one) = free.get(&size) {
            return Some(vec![one[0]]);
        }
        free.range(..=size / 2).find_map(|(&small, first)| match free.get(&(size - small)) {
            Some(second) if small == size - small => (second.len() > 1).then(|| vec![second[0], second[1]]),
            Some(second) => Some(vec![first[0], second[0]]),
            None => None,
        })
    };
    let found = taken.iter().find_map(|(size, goes)| Some((*goes, other(size + lacking)?)));
    if let Some((goes, come)) = found {
        let goes: HashSet<Ordinal> = goes.iter().copied().collect();
        chosen.retain(|line| !goes.contains(line));
        come.into_iter().for_each(|members| chosen.extend_from_slice(members));
        chosen.par_sort_unstable();
    }
}

/// Divides `wanted` over strata in proportion to their sizes, by largest remainder; ties go to the earlier one.
/// The parts add up to `wanted`, or to everything where less is there.
pub(super) fn apportion(sizes: &[u64], wanted: u64) -> Vec<u64> {
    let total: u64 = sizes.iter().sum();
    if wanted >= total {
        return sizes.to_vec();
    }
    let exact = |size: u64| u128::from(size) * u128::from(wanted);
    let mut quotas: Vec<u64> = sizes.iter().map(|&size| (exact(size) / u128::from(total)) as u64).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&n| (std::cmp::Reverse(exact(sizes[n]) % u128::from(total)), n));
    let left = wanted - quotas.iter().sum::<u64>();
    for &n in order.iter().take(left as usize) {
        quotas[n] += 1;
    }
    quotas
}
