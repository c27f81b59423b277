//! What an engine finds of what there is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::AddAssign;

use bedload_record::{FactTable, NoRoom, Ordinal};
use bedload_stages::dedupe::Survivor;
use bedload_stages::near::{
    Edges, Engine, NewSets, Order, Sets, Shingle, Shingler, Threshold, near_duplicates,
};

use crate::plant::{Kind, Planted};
use crate::truth::{Alike, Truth};

/// Pairs of a bin.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// That there are.
    pub(crate) pairs: u64,
    /// Of those, that were not found.
    pub(crate) missed: u64,
    /// That were found and are none, or with another similarity.
    pub(crate) extra: u64,
    /// That have the threshold or at most a hundredth more.
    pub(crate) at: u64,
    /// Of those, that were not found.
    pub(crate) missed_at: u64,
}

/// What became of the records of which near-duplicates are dropped.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dropped {
    pub(crate) records: u64,
    /// Less alike to their survivor than the threshold, of another similarity than reported, or of a survivor that is
    /// dropped.
    pub(crate) wrong: u64,
    /// Pairs at the threshold of which both stay.
    pub(crate) left: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.pairs += more.pairs;
        self.missed += more.missed;
        self.extra += more.extra;
        self.at += more.at;
        self.missed_at += more.missed_at;
    }
}

impl AddAssign for Dropped {
    fn add_assign(&mut self, more: Self) {
        self.records += more.records;
        self.wrong += more.wrong;
        self.left += more.left;
    }
}

/// The sets that the program compares.
pub(crate) fn sets(planted: &[Planted]) -> Result<Sets, NoRoom> {
    let mut shingler = Shingler::new(Shingle::default());
    let mut chunks = Vec::new();
    for (chunk, first) in planted.chunks(4096).zip((0..).step_by(4096)) {
        let mut sets = NewSets::with_capacity(0);
        for (planted, line) in chunk.iter().zip(first..) {
            sets.push(Ordinal(line), shingler.shingles([planted.text.as_str()].into_iter()));
        }
        chunks.push(sets.finish(None)?);
    }
    Ok(Sets::new(chunks, None))
}

/// The bin of a pair.
fn bin(planted: &[Planted], a: u32, b: u32) -> Kind {
    let (a, b) = (&planted[a as usize], &planted[b as usize]);
    if a.family == b.family || a.kind == Kind::Short && b.kind == Kind::Short { a.kind } else { Kind::Alone }
}

/// Compares the pairs that an engine lists with those that there are.
pub(crate) fn pairs(
    planted: &[Planted],
    truth: &Truth,
    sets: &Sets,
    (hundredths, threshold): (u32, Threshold),
    engine: Engine,
) -> Result<BTreeMap<Kind, Counts>, NoRoom> {
    let edges = Edges::new(sets, threshold, engine)?;
    let found: HashMap<(u32, u32), Alike> = (0..edges.batches())
        .flat_map(|batch| edges.batch(batch))
        .map(|edge| {
            let alike = Alike { common: edge.similarity.common, either: edge.similarity.either };
            ((edge.line.0 as u32, edge.earlier.0 as u32), alike)
        })
        .collect();
    let mut bins: BTreeMap<Kind, Counts> = BTreeMap::new();
    let mut right = HashSet::new();
    for &(line, earlier, alike) in truth.pairs.iter().filter(|pair| pair.2.reaches(hundredths)) {
        let is_missed = u64::from(found.get(&(line, earlier)) != Some(&alike));
        let is_at = u64::from(!alike.reaches(hundredths + 1));
        *bins.entry(bin(planted, line, earlier)).or_default() +=
            Counts { pairs: 1, missed: is_missed, extra: 0, at: is_at, missed_at: is_missed * is_at };
        if is_missed == 0 {
            right.insert((line, earlier));
        }
    }
    let mut extra: Vec<_> = found.keys().filter(|pair| !right.contains(pair)).collect();
    extra.sort_unstable();
    for &(line, earlier) in extra {
        *bins.entry(bin(planted, line, earlier)).or_default() += Counts { extra: 1, ..Counts::default() };
    }
    Ok(bins)
}

/// Compares the records that an engine drops with what there is.
pub(crate) fn dropped(
    truth: &Truth,
    sets: &Sets,
    (hundredths, threshold): (u32, Threshold),
    engine: Engine,
) -> Result<Dropped, NoRoom> {
    let facts = FactTable::new(1);
    let order = Order { records: u64::MAX, facts: &facts, survivor: &Survivor::First };
    let found = near_duplicates(sets, threshold, engine, &order, || Ok::<(), NoRoom>(()))?;
    let gone: HashSet<u32> = found.iter().map(|near| near.dropped.0 as u32).collect();
    let is_wrong = |near: &&bedload_stages::near::NearDuplicate| {
        let alike = truth.alike(near.dropped.index(), near.survivor.index());
        let reported = Alike { common: near.similarity.common, either: near.similarity.either };
        alike != reported || !alike.reaches(hundredths) || gone.contains(&(near.survivor.0 as u32))
    };
    let stays = |record: &u32| !gone.contains(record);
    let is_left = |(a, b, alike): &&(u32, u32, Alike)| alike.reaches(hundredths) && stays(a) && stays(b);
    Ok(Dropped {
        records: found.len() as u64,
        wrong: found.iter().filter(is_wrong).count() as u64,
        left: truth.pairs.iter().filter(is_left).count() as u64,
    })
}
