//! How many variants each training record is to have.

use bedload_record::{FactTable, Ordinal};
use twox_hash::XxHash3_64;

use super::{AugmentConfig, Mode};
use crate::balance::Classes;

/// How many variants the records of each class are to have together, given how many there are of each; the last number
/// is of those without a class.
pub fn variants_of_classes(records: &[u64], config: &AugmentConfig) -> Vec<u64> {
    let more = u64::from(config.copies.saturating_sub(1)) * u64::from(config.enabled);
    let Some((_, classes)) = records.split_last() else { return Vec::new() };
    let largest = classes.iter().copied().max().unwrap_or(0);
    let of_class = |(class, &records): (usize, &u64)| match config.mode {
        Mode::All => records * more,
        Mode::Balance if class == classes.len() => 0,
        Mode::Balance => (largest - records).min(records * more),
    };
    records.iter().enumerate().map(of_class).collect()
}

/// How many variants each of the training records is to have, in the order of `train`; 0 to `copies` - 1.
///
/// In mode `balance` a class that lacks `d` records to the largest one gets `d` variants, or as many as its
/// records can have; they are dealt round by round in hash order.
pub fn shares(
    facts: &FactTable,
    classes: &Classes,
    train: &[Ordinal],
    config: &AugmentConfig,
    seed: u64,
) -> Vec<u32> {
    let most = config.copies.saturating_sub(1);
    if config.mode == Mode::All {
        return vec![most; train.len()];
    }
    let mut shares = vec![0; train.len()];
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); classes.list().len()];
    for (index, &line) in train.iter().enumerate() {
        if let Some(class) = classes.of(facts, line) {
            members[class].push(index);
        }
    }
    let largest = members.iter().map(Vec::len).max().unwrap_or(0);
    for class in &mut members {
        let Some(count) = std::num::NonZeroUsize::new(class.len()) else { continue };
        class.sort_by_cached_key(|&index| {
            let digest = facts.digest(train[index]);
            (XxHash3_64::oneshot_with_seed(seed, &digest.to_le_bytes()), digest)
        });
        let lacking = (largest - class.len()).min(class.len() * most as usize);
        for (place, &index) in class.iter().enumerate() {
            shares[index] = (lacking / count + usize::from(place < lacking % count)) as u32;
        }
    }
    shares
}
