//! How many variants each training record is to have.

use std::num::NonZeroUsize;

use bedload_record::{FactTable, Ordinal};
use twox_hash::XxHash3_64;

use super::AugmentConfig;
use crate::balance::Classes;

/// How many variants the records of each class are to have together, given how many there are of each; the last number
/// is of those without a class.
pub fn variants_of_classes(records: &[u64], config: &AugmentConfig) -> Vec<u64> {
    let more = u64::from(config.variants_max());
    let Some((_, classes)) = records.split_last() else { return Vec::new() };
    let of_class = |(class, &records): (usize, &u64)| {
        if !config.is_by_class() {
            return records * more;
        }
        let wanted = if class == classes.len() { 0 } else { wanted(config, classes) };
        wanted.saturating_sub(records).min(records * more)
    };
    records.iter().enumerate().map(of_class).collect()
}

/// How many variants the classes lack to what is requested of them, however many their records can have; none where
/// nothing is requested by number of records. The last number of records is of those without a class.
pub fn lacking(records: &[u64], config: &AugmentConfig) -> Option<u64> {
    let to = config.to?;
    let (_, classes) = records.split_last()?;
    Some(classes.iter().map(|&records| to.saturating_sub(records)).sum())
}

/// How many training records each class is to have, variants included.
fn wanted(config: &AugmentConfig, classes: &[u64]) -> u64 {
    config.to.unwrap_or_else(|| classes.iter().copied().max().unwrap_or(0))
}

/// How many variants each of the training records is to have, in the order of `train`; none more than
/// [`AugmentConfig::variants_max`].
///
/// By class, one that lacks `d` records to what is wanted gets `d` variants, or as many as its records can have; they
/// are dealt round by round in hash order.
pub fn shares(
    facts: &FactTable,
    classes: &Classes,
    train: &[Ordinal],
    config: &AugmentConfig,
    seed: u64,
) -> Vec<u32> {
    if !config.is_by_class() {
        return vec![config.variants_max(); train.len()];
    }
    let mut shares = vec![0; train.len()];
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); classes.list().len()];
    for (index, &line) in train.iter().enumerate() {
        if let Some(class) = classes.of(facts, line) {
            members[class].push(index);
        }
    }
    let mut records: Vec<u64> = members.iter().map(|members| members.len() as u64).collect();
    records.push(0);
    for (class, lacking) in members.iter_mut().zip(variants_of_classes(&records, config)) {
        let Some(count) = NonZeroUsize::new(class.len()) else { continue };
        class.sort_by_cached_key(|&index| key(facts, train[index], seed));
        let lacking = lacking as usize;
        for (place, &index) in class.iter().enumerate() {
            shares[index] = (lacking / count + usize::from(place < lacking % count)) as u32;
        }
    }
    shares
}

/// Takes shares away until they are at most `most` together: one of every record that has most, the last in hash order
/// first.
pub fn limit(shares: &mut [u32], facts: &FactTable, train: &[Ordinal], most: u64, seed: u64) {
    let total = |level: u32| -> u64 { shares.iter().map(|&share| u64::from(share.min(level))).sum() };
    let largest = shares.iter().copied().max().unwrap_or(0);
    // The largest share that all may have, and how many may have one more.
    let level = (0..=largest).rev().find(|&level| total(level) <= most).unwrap_or(0);
    let mut spare = most.saturating_sub(total(level));
    let mut order: Vec<usize> = (0..shares.len()).filter(|&index| shares[index] > level).collect();
    order.sort_by_cached_key(|&index| key(facts, train[index], seed));
    for index in order {
        shares[index] = level + u32::from(spare > 0);
        spare = spare.saturating_sub(1);
    }
}

fn key(facts: &FactTable, line: Ordinal, seed: u64) -> (u64, u128) {
    let digest = facts.digest(line);
    (XxHash3_64::oneshot_with_seed(seed, &digest.to_le_bytes()), digest)
}
