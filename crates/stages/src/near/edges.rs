//! All pairs of records that are alike, each with how alike: another threshold is then a question about this list.

use bedload_record::{NoRoom, Ordinal};
use rayon::prelude::*;

use super::compare::Comparer;
use super::index::{Common, Index};
use super::join::Join;
use super::sets::Sets;
use super::similarity::{Similarity, Threshold};
use super::{Engine, candidates};

/// Candidates whose pairs are found together.
const BATCH: usize = 1 << 13;
/// The same where their number is limited: a large family has as many pairs as its square.
const STEP: usize = 1 << 10;

/// Two records that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// One record.
    pub line: Ordinal,
    /// The other one, which comes before it.
    pub earlier: Ordinal,
    /// Of both.
    pub similarity: Similarity,
}

/// Finds all pairs at a threshold, in the order of their later record.
pub struct Edges<'a> {
    sets: &'a Sets,
    join: Join<'a>,
    index: Index,
    threshold: Threshold,
}

impl<'a> Edges<'a> {
    /// Prepares the sets. Linear in their members, in parallel.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn new(sets: &'a Sets, threshold: Threshold, engine: Engine) -> Result<Self, NoRoom> {
        let candidates = candidates(sets, threshold, engine)?;
        let mut index =
            Index::new(candidates.n_keys, candidates.len(), |candidate| candidates.keys(candidate));
        (0..candidates.len()).for_each(|candidate| index.add(candidates.keys(candidate), candidate as u32));
        Ok(Self { sets, join: Join::new(sets, candidates, threshold), index, threshold })
    }

    /// How many batches there are.
    pub fn batches(&self) -> usize {
        self.join.candidates.len().div_ceil(BATCH)
    }

    /// The pairs whose later record is in a batch, in order. In parallel; as much memory as there are pairs.
    pub fn batch(&self, batch: usize) -> Vec<Edge> {
        self.of_candidates(batch * BATCH, (batch + 1) * BATCH)
    }

    /// All pairs, in order; none where there are more than `most`.
    ///
    /// # Errors
    /// That of `go_on`, which is asked now and then.
    pub fn all<E>(&self, most: usize, go_on: impl Fn() -> Result<(), E>) -> Result<Option<Vec<Edge>>, E> {
        let mut edges = Vec::new();
        for begin in (0..self.join.candidates.len()).step_by(STEP) {
            go_on()?;
            edges.extend(self.of_candidates(begin, begin + STEP));
            if edges.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(edges))
    }

    fn of_candidates(&self, begin: usize, end: usize) -> Vec<Edge> {
        let end = end.min(self.join.candidates.len());
        let each =
            |(comparer, common): &mut (Comparer, Common), candidate| self.of(candidate, comparer, common);
        let edges: Vec<Vec<Edge>> = (begin..end)
            .into_par_iter()
            .map_init(|| (Comparer::default(), Common::default()), each)
            .collect();
        edges.concat()
    }

    fn of(&self, candidate: usize, comparer: &mut Comparer, common: &mut Common) -> Vec<Edge> {
        let Self { sets, join, index, threshold } = self;
        let candidates = &join.candidates;
        let set = |candidate: usize| candidates.sets[candidate] as usize;
        index.find(candidates.keys(candidate), candidate as u32, candidates.common(candidate), common);
        let found = &mut common.found;
        found.retain(|&earlier| candidates.may_be_alike(candidate, earlier as usize, *threshold));
        if found.is_empty() {
            return Vec::new();
        }
        comparer.begin(sets.get(set(candidate)));
        let edge = |&earlier: &u32| {
            let earlier = set(earlier as usize);
            let similarity = comparer.compare(sets.get(earlier), *threshold)?;
            Some(Edge { line: sets.line(set(candidate)), earlier: sets.line(earlier), similarity })
        };
        found.iter().filter_map(edge).collect()
    }
}
