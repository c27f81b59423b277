//! Which records fill the quotas: one of each cluster before a second of any, in the order of a hash.

use bedload_record::{Column, FactTable, NoRoom, Ordinal};
use rayon::prelude::*;
use twox_hash::XxHash3_64;

use crate::buckets::Buckets;

/// The lines to pick from, and what they are.
pub struct Among<'a, In, Stratum, Cluster, Size> {
    /// All lines.
    pub facts: &'a FactTable,
    /// Whether a line is one of those to pick from.
    pub is_in: In,
    /// How many strata there are.
    pub strata: usize,
    /// The stratum of a line.
    pub stratum: Stratum,
    /// What gives one record before it gives another.
    pub cluster: Cluster,
    /// How much of a budget a line takes.
    pub size: Size,
    /// The lines that are picked before any other, where there are such.
    pub first: Option<&'a (dyn Fn(Ordinal) -> bool + Sync)>,
}

/// What strata hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records of each stratum.
    pub records: Vec<u64>,
    /// The sizes of these together.
    pub sizes: Vec<u64>,
}

impl Totals {
    fn new(strata: usize) -> Self {
        Self { records: vec![0; strata], sizes: vec![0; strata] }
    }

    fn add(mut self, stratum: usize, size: u64) -> Self {
        self.records[stratum] += 1;
        self.sizes[stratum] += size;
        self
    }

    fn plus(mut self, other: &Self) -> Self {
        self.records.iter_mut().zip(&other.records).for_each(|(n, more)| *n += more);
        self.sizes.iter_mut().zip(&other.sizes).for_each(|(n, more)| *n += more);
        self
    }
}

/// Counts what there is to pick from. Linear, in parallel.
pub fn totals<In, Stratum, Cluster, Size>(among: &Among<'_, In, Stratum, Cluster, Size>) -> Totals
where
    In: Fn(Ordinal) -> bool + Sync,
    Stratum: Fn(Ordinal) -> usize + Sync,
    Cluster: Sync,
    Size: Fn(Ordinal) -> u64 + Sync,
{
    lines(among)
        .fold(
            || Totals::new(among.strata),
            |totals, line| totals.add((among.stratum)(line), (among.size)(line)),
        )
        .reduce(|| Totals::new(among.strata), |a, b| a.plus(&b))
}

/// Picks records until the quotas are full, in line order. Where all sizes are one, every quota that is not more than
/// there is is filled exactly. Those that come first are all picked where no stratum has more of them than its quota.
///
/// Linear but for sorting within parts of the hash, in parallel up to the last of the picking itself. It takes 8 bytes of
/// memory a line and 8 a picked line.
///
/// # Errors
/// Where neither memory nor disk has room for where the lines are.
pub fn pick<In, Stratum, Cluster, Size>(
    among: &Among<'_, In, Stratum, Cluster, Size>,
    quotas: &[u64],
    seed: u64,
) -> Result<Vec<Ordinal>, NoRoom>
where
    In: Fn(Ordinal) -> bool + Sync,
    Stratum: Fn(Ordinal) -> usize + Sync,
    Cluster: Fn(Ordinal) -> u64 + Sync,
    Size: Fn(Ordinal) -> u64 + Sync,
{
    let rounds = rounds(among, seed)?;
    let round = |line: Ordinal| match among.first {
        None => rounds.get(line.index()) as usize,
        Some(is_first) if is_first(line) => 0,
        Some(_) => rounds.get(line.index()) as usize + 1,
    };
    let stratum = |line: Ordinal| (among.stratum)(line);
    let last = last_rounds(&by_round(among, round), quotas);
    // All of the rounds before the last one.
    let is_whole = |line: &Ordinal| round(*line) < last[stratum(*line)].0;
    let mut picked: Vec<Ordinal> = lines(among).filter(is_whole).collect();
    // The last round, in the order of the hash.
    let is_last = |line: Ordinal| (among.is_in)(line) && round(line) == last[stratum(line)].0;
    let of_hash = Buckets::new(among.facts, |line| is_last(line).then(|| hash(among.facts, line, seed)))?;
    let of_hash = || (0..of_hash.len()).flat_map(|bucket| in_order(among.facts, &of_hash, bucket, seed));
    let mut left: Vec<u64> = last.iter().map(|&(_, left)| left).collect();
    for line in of_hash() {
        let (size, left) = ((among.size)(line), &mut left[stratum(line)]);
        if size <= *left {
            *left -= size;
            picked.push(line);
        }
    }
    // What is left of quotas because no record of theirs fits.
    let mut left: u64 = left.iter().sum();
    if left > 0 {
        picked.par_sort_unstable();
        let others = of_hash().filter(|line| picked.binary_search(line).is_err());
        let mut more: Vec<Ordinal> = Vec::new();
        for line in others {
            let size = (among.size)(line);
            if size <= left {
                left -= size;
                more.push(line);
            }
        }
        picked.extend(more);
    }
    picked.par_sort_unstable();
    Ok(picked)
}

fn lines<'a, In, Stratum, Cluster, Size>(
    among: &'a Among<'_, In, Stratum, Cluster, Size>,
) -> impl ParallelIterator<Item = Ordinal> + use<'a, In, Stratum, Cluster, Size>
where
    In: Fn(Ordinal) -> bool + Sync,
    Stratum: Sync,
    Cluster: Sync,
    Size: Sync,
{
    (0..among.facts.len()).into_par_iter().map(Ordinal).filter(|&line| (among.is_in)(line))
}

fn hash(facts: &FactTable, line: Ordinal, seed: u64) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, &facts.digest(line).to_le_bytes())
}

/// The lines of a bucket by their hash; equal records in input order.
fn in_order(facts: &FactTable, buckets: &Buckets, bucket: usize, seed: u64) -> Vec<Ordinal> {
    let keyed = |line: Ordinal| (hash(facts, line, seed), facts.digest(line), line);
    let mut lines: Vec<(u64, u128, Ordinal)> = buckets.lines(bucket).map(keyed).collect();
    lines.sort_unstable();
    lines.into_iter().map(|(_, _, line)| line).collect()
}

/// The place of each line in the row of its cluster and stratum.
fn rounds<In, Stratum, Cluster, Size>(
    among: &Among<'_, In, Stratum, Cluster, Size>,
    seed: u64,
) -> Result<Column<u32>, NoRoom>
where
    In: Fn(Ordinal) -> bool + Sync,
    Stratum: Fn(Ordinal) -> usize + Sync,
    Cluster: Fn(Ordinal) -> u64 + Sync,
    Size: Sync,
{
    let facts = among.facts;
    let cluster_hash = |line: Ordinal| XxHash3_64::oneshot(&(among.cluster)(line).to_le_bytes());
    let buckets = Buckets::new(facts, |line| (among.is_in)(line).then(|| cluster_hash(line)))?;
    let later_ones = |bucket: usize| {
        let keyed =
            |line: Ordinal| ((among.cluster)(line), (among.stratum)(line), hash(facts, line, seed), line);
        let mut lines: Vec<(u64, usize, u64, Ordinal)> = buckets.lines(bucket).map(keyed).collect();
        let is_later = |line: Ordinal| among.first.is_some_and(|is_first| !is_first(line));
        lines.sort_unstable_by_key(|&(cluster, stratum, hash, line)| {
            (cluster, stratum, is_later(line), hash, facts.digest(line), line)
        });
        let rows = lines.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        let later = rows.flat_map(|row| row.iter().map(|line| line.3).zip(0u32..).skip(1));
        later.collect::<Vec<(Ordinal, u32)>>()
    };
    let mut rounds = facts.scratch(facts.len() as usize, 0u32)?;
    let at_once = rayon::current_num_threads() * 4;
    for first in (0..buckets.len()).step_by(at_once) {
        let some = (first..(first + at_once).min(buckets.len())).into_par_iter();
        for (line, round) in some.map(later_ones).collect::<Vec<_>>().into_iter().flatten() {
            rounds.values_mut()[line.index()] = round;
        }
    }
    Ok(rounds)
}

/// The sizes of the records of each round, by stratum.
fn by_round<In, Stratum, Cluster, Size>(
    among: &Among<'_, In, Stratum, Cluster, Size>,
    round: impl Fn(Ordinal) -> usize + Sync,
) -> Vec<Vec<u64>>
where
    In: Fn(Ordinal) -> bool + Sync,
    Stratum: Fn(Ordinal) -> usize + Sync,
    Cluster: Sync,
    Size: Fn(Ordinal) -> u64 + Sync,
{
    let none = || vec![Vec::new(); among.strata];
    let add = |mut sizes: Vec<Vec<u64>>, line: Ordinal| {
        let (of_stratum, round) = (&mut sizes[(among.stratum)(line)], round(line));
        if of_stratum.len() <= round {
            of_stratum.resize(round + 1, 0);
        }
        of_stratum[round] += (among.size)(line);
        sizes
    };
    let join = |mut a: Vec<Vec<u64>>, b: Vec<Vec<u64>>| {
        for (a, b) in a.iter_mut().zip(b) {
            a.resize(a.len().max(b.len()), 0);
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        a
    };
    lines(among).fold(none, add).reduce(none, join)
}

/// For each stratum, the first round that does not fit as a whole, and what is left for it.
fn last_rounds(sizes: &[Vec<u64>], quotas: &[u64]) -> Vec<(usize, u64)> {
    let of_stratum = |(sizes, &quota): (&Vec<u64>, &u64)| {
        let mut left = quota;
        for (round, &size) in sizes.iter().enumerate() {
            if size > left {
                return (round, left);
            }
            left -= size;
        }
        (sizes.len(), 0)
    };
    sizes.iter().zip(quotas).map(of_stratum).collect()
}
