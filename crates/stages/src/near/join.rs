//! All pairs of sets that are alike, as far as they are asked for: which sets belong together, and which pairs part.

use rayon::prelude::*;

use super::candidates::Candidates;
use super::compare::Comparer;
use super::index::{Common, Index};
use super::sets::Sets;
use super::similarity::Threshold;

/// Sets that are compared with all before them at the same time.
const BATCH: usize = 1 << 13;

/// What finds the pairs of some candidates.
pub(super) struct Join<'a> {
    sets: &'a Sets,
    pub(super) candidates: Candidates,
    threshold: Threshold,
}

/// What a thread compares with, and where it collects.
#[derive(Default)]
struct Scratch {
    comparer: Comparer,
    common: Common,
}

impl<'a> Join<'a> {
    pub(super) fn new(sets: &'a Sets, candidates: Candidates, threshold: Threshold) -> Self {
        Self { sets, candidates, threshold }
    }

    /// Calls `each` for all of some candidates, of which `numbers` of `order` were found, that may be like a candidate,
    /// with what compares them.
    fn compare(
        &self,
        candidate: usize,
        order: &[u32],
        comparer: &mut Comparer,
        found: &mut Vec<u32>,
        mut each: impl FnMut(usize, &dyn Fn() -> bool),
    ) {
        let Self { sets, candidates, threshold, .. } = self;
        found.retain(|&number| {
            candidates.may_be_alike(candidate, order[number as usize] as usize, *threshold)
        });
        if found.is_empty() {
            return;
        }
        let members = |candidate: usize| sets.get(candidates.sets[candidate] as usize);
        comparer.begin(members(candidate));
        for &number in &*found {
            let other = order[number as usize] as usize;
            each(other, &|| comparer.compare(members(other), *threshold).is_some());
        }
    }
}

/// Unites the candidates that are alike, directly or through others, leaving out some sets. Gives the pairs of sets that
/// unite them: fewer than there are candidates.
pub(super) fn unite<E>(
    join: &Join<'_>,
    is_in: impl Fn(u32) -> bool + Sync,
    go_on: impl Fn() -> Result<(), E>,
) -> Result<Vec<(u32, u32)>, E> {
    let Join { candidates, .. } = join;
    // Smaller ones first, so that each is looked up among those that are not larger, which need fewer keys for that.
    let mut order: Vec<u32> = (0..candidates.len() as u32).collect();
    order.retain(|&candidate| is_in(candidates.sets[candidate as usize]));
    order.par_sort_by_key(|&candidate| candidates.size(candidate as usize));
    let keys = |number: usize| candidates.indexed_keys(order[number] as usize);
    let mut index = Index::new(candidates.n_keys, order.len(), keys);
    (0..order.len()).for_each(|number| index.add(keys(number), number as u32));
    let mut roots: Vec<u32> = (0..candidates.len() as u32).collect();
    let mut pairs = Vec::new();
    for (batch, first) in order.chunks(BATCH).zip((0..).step_by(BATCH)) {
        go_on()?;
        let seen = &roots;
        let of_one = |scratch: &mut Scratch, (candidate, number): (&u32, u32)| {
            let Scratch { comparer, common } = scratch;
            let candidate = *candidate as usize;
            let mut found: Vec<u32> = Vec::new();
            // Those that belong together need be compared with one of them only.
            let mut joined: Vec<u32> = Vec::new();
            index.find(candidates.keys(candidate), number, candidates.common(candidate), common);
            join.compare(candidate, &order, comparer, &mut common.found, |other, is_alike| {
                let root = root_of(seen, other as u32);
                if !joined.contains(&root) && is_alike() {
                    joined.push(root);
                    found.push(other as u32);
                }
            });
            found
        };
        let numbers = first as u32..first as u32 + batch.len() as u32;
        let found: Vec<Vec<u32>> = batch.par_iter().zip(numbers).map_init(Scratch::default, of_one).collect();
        for (&candidate, found) in batch.iter().zip(found) {
            for other in found {
                let [a, b] = [candidate, other].map(|candidate| root(&mut roots, candidate));
                if a != b {
                    roots[a.max(b) as usize] = a.min(b);
                    pairs.push((candidates.sets[other as usize], candidates.sets[candidate as usize]));
                }
            }
        }
    }
    Ok(pairs)
}

/// How many pairs of sets are alike and on different sides, and the first `named` of them, by the set on the side of `true`.
/// The fewer there are on that side, the less work.
pub(super) fn crossing<E>(
    join: &Join<'_>,
    named: usize,
    side: impl Fn(u32) -> Option<bool> + Sync,
    go_on: impl Fn() -> Result<(), E>,
) -> Result<Crossing, E> {
    let Join { candidates, .. } = join;
    let sides: Vec<Option<bool>> = candidates.sets.par_iter().map(|&set| side(set)).collect();
    let of_side = |wanted: bool| -> Vec<u32> {
        sides
            .iter()
            .zip(0..)
            .filter(|(side, _)| **side == Some(wanted))
            .map(|(_, candidate)| candidate)
            .collect()
    };
    let (few, others) = (of_side(true), of_side(false));
    let keys = |number: usize| candidates.keys(few[number] as usize);
    let mut index = Index::new(candidates.n_keys, few.len(), keys);
    (0..few.len()).for_each(|number| index.add(keys(number), number as u32));
    let count = |scratch: &mut Scratch, &candidate: &u32| {
        let mut found = Crossing::default();
        let Scratch { comparer, common } = scratch;
        let candidate = candidate as usize;
        index.find(candidates.keys(candidate), few.len() as u32, candidates.common(candidate), common);
        join.compare(candidate, &few, comparer, &mut common.found, |other, is_alike| {
            if is_alike() {
                let pair = (candidates.sets[other], candidates.sets[candidate]);
                found = std::mem::take(&mut found).plus(Crossing { pairs: 1, first: vec![pair] }, named);
            }
        });
        found
    };
    let mut all = Crossing::default();
    for others in others.chunks(BATCH) {
        go_on()?;
        let found = others.par_iter().map_init(Scratch::default, count);
        all = all.plus(found.reduce(Crossing::default, |a, b| a.plus(b, named)), named);
    }
    Ok(all)
}

/// Pairs across sides.
#[derive(Debug, Default)]
pub(super) struct Crossing {
    /// How many there are.
    pub(super) pairs: u64,
    /// The first of them, in order.
    pub(super) first: Vec<(u32, u32)>,
}

impl Crossing {
    fn plus(mut self, more: Self, named: usize) -> Self {
        self.pairs += more.pairs;
        if named > 0 && !more.first.is_empty() {
            self.first.extend(more.first);
            self.first.sort_unstable();
            self.first.truncate(named);
        }
        self
    }
}

/// The root of a candidate, while nothing changes.
fn root_of(roots: &[u32], mut candidate: u32) -> u32 {
    while roots[candidate as usize] != candidate {
        candidate = roots[candidate as usize];
    }
    candidate
}

/// The root of a candidate. The way to it is halved, so that the next one is shorter.
fn root(roots: &mut [u32], mut candidate: u32) -> u32 {
    while roots[candidate as usize] != candidate {
        let above = roots[roots[candidate as usize] as usize];
        roots[candidate as usize] = above;
        candidate = above;
    }
    candidate
}
