//! All pairs of the records of a run, of which an index has some.

use bedload_record::{NoRoom, Ordinal};
use rayon::prelude::*;

use super::super::Engine;
use super::super::compare::Comparer;
use super::super::edges::{Edge, Edges};
use super::super::sets::Sets;
use super::super::similarity::{Similarity, Threshold};
use super::SavedIndex;
use super::probe::OldCandidate;

/// Pairs that are kept for each record, on average: a large family of records that are all alike has as many as its
/// square, which the engines need not find.
const PAIRS_PER_RECORD: usize = 32;
/// Pairs that are kept however few records there are.
const PAIRS: usize = 1 << 16;
/// Records that may be alike for each pair that is kept.
const CANDIDATES_PER_PAIR: usize = 4;
/// Records that may be alike and are compared together.
const BATCH: usize = 1 << 16;

/// The most pairs of so many records that are kept in an index.
pub fn pairs_max(records: usize) -> usize {
    records.saturating_mul(PAIRS_PER_RECORD).saturating_add(PAIRS)
}

/// The records of a run.
pub struct Run<'a> {
    /// The sets of those that no index has.
    pub new: &'a Sets,
    /// The index with the others, and which record of the run each record of the index is.
    pub old: Option<(&'a SavedIndex<'a>, &'a [Option<Ordinal>])>,
    /// The least similarity of pairs, which is that of the index.
    pub threshold: Threshold,
}

/// All pairs of a run, in no order; none where there are more than `most`. `again` gives the sets of some old records,
/// which are in order.
///
/// # Errors
/// Those of `again` and of `go_on`, which is asked now and then, or where there is no room.
pub fn all_pairs<E: From<NoRoom>>(
    run: &Run<'_>,
    most: usize,
    again: impl FnOnce(&[Ordinal]) -> Result<Sets, E>,
    go_on: impl Fn() -> Result<(), E>,
) -> Result<Option<Vec<Edge>>, E> {
    let edges = Edges::new(run.new, run.threshold, Engine::Exact)?;
    let Some(mut pairs) = edges.all(most, &go_on)? else { return Ok(None) };
    drop(edges);
    let Some((old, lines)) = run.old else { return Ok(Some(pairs)) };
    let line = |record: u32| lines[record as usize];
    pairs.extend(old.pairs().filter_map(|pair| {
        let similarity = Similarity { common: pair.common, either: pair.either };
        Some(edge(line(pair.later)?, line(pair.earlier)?, similarity))
    }));
    let is_in = |record: u32| line(record).is_some();
    let candidates = old.candidates(run.new, most.saturating_mul(CANDIDATES_PER_PAIR), is_in);
    let Some(candidates) = candidates.filter(|_| pairs.len() <= most) else { return Ok(None) };
    let mut wanted: Vec<Ordinal> = candidates.iter().filter_map(|candidate| line(candidate.record)).collect();
    wanted.par_sort_unstable();
    wanted.dedup();
    let sets = again(&wanted)?;
    let lines_again: Vec<Ordinal> = (0..sets.len()).map(|set| sets.line(set)).collect();
    let of_set = |comparer: &mut Comparer, candidates: &[OldCandidate]| {
        let set = candidates.first().map_or(0, |first| first.set as usize);
        comparer.begin(run.new.get(set));
        let like = |candidate: &OldCandidate| {
            let line = line(candidate.record)?;
            let nth = lines_again.binary_search(&line).ok()?;
            let similarity = comparer.compare(sets.get(nth), run.threshold)?;
            Some(edge(run.new.line(set), line, similarity))
        };
        candidates.iter().filter_map(like).collect::<Vec<Edge>>()
    };
    let by_set: Vec<&[OldCandidate]> = candidates.chunk_by(|a, b| a.set == b.set).collect();
    for some in by_set.chunks(BATCH) {
        go_on()?;
        let found: Vec<Vec<Edge>> =
            some.par_iter().map_init(Comparer::default, |c, some| of_set(c, some)).collect();
        pairs.extend(found.into_iter().flatten());
        if pairs.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(pairs))
}

fn edge(a: Ordinal, b: Ordinal, similarity: Similarity) -> Edge {
    Edge { line: a.max(b), earlier: a.min(b), similarity }
}
