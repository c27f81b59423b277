//! Names that records have in their source: records that share one and are not equal.

use bedload_record::{FactTable, NoRoom, Ordinal};
use rayon::prelude::*;

use crate::buckets::Buckets;

/// How many accepted records have the id of another one whose content is different. `id` is a hash of a record's id and
/// its source. Linear, in parallel.
///
/// # Errors
/// Where neither memory nor disk has room for what is sorted.
pub fn count_shared(facts: &FactTable, id: impl Fn(Ordinal) -> Option<u64> + Sync) -> Result<u64, NoRoom> {
    let id = |line: Ordinal| id(line).filter(|_| facts.accepted(line));
    let buckets = Buckets::new(facts, id)?;
    let shared = |bucket: usize| {
        let ids = buckets.lines(bucket).filter_map(|line| Some((id(line)?, facts.digest(line))));
        let mut ids: Vec<(u64, u128)> = ids.collect();
        ids.sort_unstable();
        let alike = ids.chunk_by(|a, b| a.0 == b.0);
        // Sorted, so that the first and the last differ where any two do.
        alike
            .filter(|of_id| of_id[0].1 != of_id[of_id.len() - 1].1)
            .map(|of_id| of_id.len() as u64)
            .sum::<u64>()
    };
    Ok((0..buckets.len()).into_par_iter().map(shared).sum())
}

#[cfg(test)]
mod tests {
    use bedload_record::{CodeSet, FactRow, Features, NO_KEY, Terminator, Tokens};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_that_share_an_id_are_those_of_a_comparison_of_all_pairs(
            rows in prop::collection::vec((prop::option::of(0u64..12), 0u128..4, prop::bool::weighted(0.9)), 0..60)
        ) {
            let mut chunk = FactTable::new(1);
            for (&(_, content, accepted), start) in rows.iter().zip((0..).step_by(10)) {
                chunk.push(&FactRow {
                    start,
                    terminator: Terminator::Lf,
                    accepted,
                    digest: content << 100,
                    tokens: Tokens::default(),
                    turns: 0,
                    label: None,
                    codes: CodeSet::default(),
                    features: Features::default(),
                    keys: &[NO_KEY],
                    values: &[],
                    rank: 0,
                    time: 0,
                    written: None,
                    records: 1,
                });
            }
            let mut facts = FactTable::new(1);
            facts.begin_file("a");
            facts.append(chunk, rows.len() as u64 * 10).expect("own memory");
            let id = |line: Ordinal| rows[line.index()].0.map(|id| id.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let is_shared = |&&(own, content, accepted): &&(Option<u64>, u128, bool)| {
                own.is_some()
                    && accepted
                    && rows.iter().any(|&(id, other, accepted)| accepted && id == own && other != content)
            };
            let expected = rows.iter().filter(is_shared).count() as u64;
            prop_assert_eq!(count_shared(&facts, id).expect("own memory"), expected);
        }
    }
}
