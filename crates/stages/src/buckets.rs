//! Lines divided by a hash, so that what belongs together lies together, in parts that fit in a processor's own cache.
//! The parts are in the order of the hash, and the lines of each in theirs: so whatever the number of threads, it is the
//! same division.

use bedload_record::{Column, FactTable, NoRoom, Ordinal};
use rayon::prelude::*;

/// About how many lines a bucket has.
const BUCKET_LINES: u64 = 1 << 14;
/// Runs of lines that are divided at the same time, for each thread.
const RUNS_PER_THREAD: u64 = 4;
/// The most lines of a run: they are told apart by 32 bits.
const RUN_LINES_MAX: u64 = 1 << 32;

/// Lines by bucket, at four bytes a line, in the same memory as the facts.
pub(crate) struct Buckets {
    /// The lines of the first bucket, run by run and counted from the first line of each, and so on.
    places: Column<u32>,
    /// Where those of each bucket and run begin; and the end.
    starts: Vec<usize>,
    /// The first line of each run.
    runs: Vec<u64>,
    len: usize,
}

impl Buckets {
    /// Divides those of all lines that have a hash. Linear, in parallel.
    ///
    /// # Errors
    /// Where neither memory nor disk has room for them.
    pub(crate) fn new(
        facts: &FactTable,
        hash: impl Fn(Ordinal) -> Option<u64> + Sync,
    ) -> Result<Self, NoRoom> {
        let lines = facts.len();
        let len = (lines / BUCKET_LINES + 1) as usize;
        let n_runs = rayon::current_num_threads() as u64 * RUNS_PER_THREAD;
        let run = lines.div_ceil(n_runs).clamp(1, RUN_LINES_MAX);
        let runs: Vec<u64> = (0..lines.div_ceil(run)).map(|n| n * run).collect();
        let each = |first: u64, with: &mut dyn FnMut(usize, u32)| {
            for line in first..(first + run).min(lines) {
                if let Some(hash) = hash(Ordinal(line)) {
                    with(((u128::from(hash) * len as u128) >> 64) as usize, (line - first) as u32);
                }
            }
        };
        let count = |&first: &u64| {
            let mut counts = vec![0usize; len];
            each(first, &mut |bucket, _| counts[bucket] += 1);
            counts
        };
        let counts: Vec<Vec<usize>> = runs.par_iter().map(count).collect();
        let mut starts = Vec::with_capacity(len * runs.len() + 1);
        let mut total = 0;
        for bucket in 0..len {
            for counts in &counts {
                starts.push(total);
                total += counts[bucket];
            }
        }
        starts.push(total);
        let mut places = facts.scratch(total, 0u32)?;
        // Each run has a part of each bucket to itself.
        let mut parts: Vec<Vec<&mut [u32]>> = runs.iter().map(|_| Vec::with_capacity(len)).collect();
        let mut rest = places.values_mut();
        for bucket in 0..len {
            for (parts, counts) in parts.iter_mut().zip(&counts) {
                let (part, more) = rest.split_at_mut(counts[bucket]);
                parts.push(part);
                rest = more;
            }
        }
        runs.par_iter().zip(parts).for_each(|(&first, mut parts)| {
            let mut filled = vec![0usize; len];
            each(first, &mut |bucket, line| {
                parts[bucket][filled[bucket]] = line;
                filled[bucket] += 1;
            });
        });
        Ok(Self { places, starts, runs, len })
    }

    /// How many buckets there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The lines of a bucket, in their order.
    pub(crate) fn lines(&self, bucket: usize) -> impl DoubleEndedIterator<Item = Ordinal> {
        let values = self.places.values();
        let starts = &self.starts[bucket * self.runs.len()..];
        self.runs.iter().zip(starts).zip(&starts[1..]).flat_map(move |((&first, &start), &end)| {
            values[start..end].iter().map(move |&line| Ordinal(first + u64::from(line)))
        })
    }
}

/// A table of accepted records with these identities.
#[cfg(test)]
pub(crate) fn table(digests: impl IntoIterator<Item = u128>) -> FactTable {
    use bedload_record::{CodeSet, FactRow, Features, Terminator, Tokens};
    let mut chunk = FactTable::new(0);
    for digest in digests {
        chunk.push(&FactRow {
            start: chunk.len(),
            terminator: Terminator::Lf,
            accepted: true,
            digest,
            tokens: Tokens::default(),
            turns: 0,
            label: None,
            codes: CodeSet::default(),
            features: Features::default(),
            keys: &[],
            values: &[],
            rank: 0,
            time: 0,
            written: None,
            records: 1,
        });
    }
    let mut facts = FactTable::new(0);
    facts.begin_file("a");
    let bytes = chunk.len();
    facts.append(chunk, bytes).expect("memory has room");
    facts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_line_with_a_hash_is_in_one_bucket(
            hashes in prop::collection::vec(prop::option::of(any::<u64>()), 0..300),
        ) {
            let facts = table((0..hashes.len()).map(|n| n as u128));
            let buckets = Buckets::new(&facts, |line| hashes[line.index()]).expect("memory has room");
            let lines = (0..buckets.len()).flat_map(|n| buckets.lines(n).map(Ordinal::index));
            let mut lines: Vec<usize> = lines.collect();
            lines.sort_unstable();
            let expected: Vec<usize> = (0..hashes.len()).filter(|&n| hashes[n].is_some()).collect();
            prop_assert_eq!(lines, expected);
        }
    }

    #[test]
    fn buckets_are_in_the_order_of_the_hash_and_their_lines_in_theirs() {
        let facts = table((0..5 * BUCKET_LINES).map(u128::from));
        let hash = |line: Ordinal| line.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let buckets = Buckets::new(&facts, |line| Some(hash(line))).expect("memory has room");
        let mut least = 0;
        let mut seen = 0;
        for bucket in 0..buckets.len() {
            let lines: Vec<Ordinal> = buckets.lines(bucket).collect();
            assert!(lines.is_sorted());
            assert!(lines.iter().rev().eq(buckets.lines(bucket).rev().collect::<Vec<_>>().iter()));
            assert!(lines.iter().all(|&line| hash(line) >= least));
            least = lines.iter().map(|&line| hash(line)).max().unwrap_or(least);
            seen += lines.len() as u64;
        }
        assert_eq!((buckets.len(), seen), (6, facts.len()));
    }
}
