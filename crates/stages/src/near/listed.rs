//! What is decided from a list of all pairs of records that are alike: the same as from their sets, which need not be
//! there.

use bedload_record::{Ordinal, Side};
use rayon::prelude::*;

use super::edges::Edge;
use super::similarity::{Similarity, Threshold};
use super::{NearDuplicate, Order};

/// All pairs of some records at a threshold, in the order of their later record, then of the earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairList(Vec<Edge>);

impl PairList {
    /// The list of these pairs, in whatever order they are.
    pub fn new(mut pairs: Vec<Edge>) -> Self {
        pairs.par_sort_unstable_by_key(|pair| (pair.line, pair.earlier));
        Self(pairs)
    }

    /// Forgets the pairs with records from this number on.
    pub fn truncate(&mut self, records: u64) {
        self.0.retain(|pair| pair.line.0 < records);
    }

    /// The pairs that are at least so alike.
    pub fn at(&self, threshold: Threshold) -> impl Iterator<Item = &Edge> {
        let reaches = move |pair: &&Edge| {
            let Similarity { common, either } = pair.similarity;
            threshold.is_reached(common, either)
        };
        self.0.iter().filter(reaches)
    }

    /// Finds the records that go, in input order. In the order of survivors, every record that is like none before it
    /// that stays, stays.
    pub(super) fn near_duplicates(&self, threshold: Threshold, order: &Order<'_>) -> Vec<NearDuplicate> {
        let mut lines: Vec<Ordinal> = self.at(threshold).flat_map(|pair| [pair.line, pair.earlier]).collect();
        lines.par_sort_unstable();
        lines.dedup();
        let number = |line| lines.partition_point(|&other| other < line) as u32;
        let mut likes: Vec<(u32, u32, Similarity)> = Vec::new();
        for pair in self.at(threshold) {
            let [a, b] = [pair.line, pair.earlier].map(number);
            likes.extend([(a, b, pair.similarity), (b, a, pair.similarity)]);
        }
        likes.par_sort_unstable_by_key(|&(record, other, _)| (record, other));
        let of = |record: u32| {
            let from = likes.partition_point(|&(other, ..)| other < record);
            likes[from..].iter().take_while(move |like| like.0 == record)
        };
        let (places, fixed) = order.of(lines.iter().copied());
        // The place of each record that stays among those of one order.
        let mut stays: Vec<Option<u32>> = vec![None; lines.len()];
        let mut found = Vec::new();
        for (&record, place) in places.iter().zip(0u32..) {
            let before = |&&(_, other, _): &&(u32, u32, Similarity)| stays[other as usize].is_some();
            let is_fixed = (place as usize) < fixed;
            let first = of(record).filter(before).min_by_key(|&&(_, other, _)| stays[other as usize]);
            match first.filter(|_| !is_fixed) {
                Some(&(_, survivor, similarity)) => found.push(NearDuplicate {
                    dropped: lines[record as usize],
                    survivor: lines[survivor as usize],
                    similarity,
                }),
                None => stays[record as usize] = Some(place),
            }
        }
        found.par_sort_unstable_by_key(|near| near.dropped);
        found
    }

    /// The pairs of records that are both in.
    pub(super) fn links(
        &self,
        threshold: Threshold,
        is_in: impl Fn(Ordinal) -> bool,
    ) -> Vec<(Ordinal, Ordinal)> {
        let pairs = self.at(threshold).map(|pair| (pair.earlier, pair.line));
        pairs.filter(|&(a, b)| is_in(a) && is_in(b)).collect()
    }

    /// How many pairs are on different sides, and the first `named` of them, each with its validation record first.
    pub(super) fn crossing(
        &self,
        threshold: Threshold,
        named: usize,
        side: impl Fn(Ordinal) -> Option<Side>,
    ) -> (u64, Vec<(Ordinal, Ordinal)>) {
        let is_validation = |line| side(line).map(|side| side == Side::Validation);
        let crossing = |pair: &Edge| match (is_validation(pair.line)?, is_validation(pair.earlier)?) {
            (true, false) => Some((pair.line, pair.earlier)),
            (false, true) => Some((pair.earlier, pair.line)),
            _ => None,
        };
        let mut pairs: Vec<(Ordinal, Ordinal)> = self.at(threshold).filter_map(crossing).collect();
        pairs.sort_unstable();
        let n = pairs.len() as u64;
        pairs.truncate(named);
        (n, pairs)
    }
}
