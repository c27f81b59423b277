//! Choosing a number of records by hash: whole groups, every class by its share, no order.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use rayon::prelude::*;
use twox_hash::XxHash3_64;

use bedload_record::{FactTable, NoRoom, Ordinal};

use super::quotas::apportion;
use crate::buckets::Buckets;

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The chosen records, in order.
    pub chosen: Vec<Ordinal>,
    /// How many were asked for.
    pub wanted: u64,
}

/// The lines to choose from, and what they are.
pub struct Among<'a, In, Stratum, Group> {
    /// All lines.
    pub facts: &'a FactTable,
    /// Whether a line is one of those to choose from.
    pub is_in: In,
    /// How many classes there are.
    pub strata: usize,
    /// The class of a line.
    pub stratum: Stratum,
    /// What must not part.
    pub group: Group,
}

/// Chooses `wanted` of some lines: all of a group or none of it, from each of the classes (and from the records without
/// one) in proportion.
///
/// Exact where groups of one record are left over to fill up with, or where exchanging one chosen group for one or two
/// others makes it so. Linear but for sorting within parts of the hash, in parallel up to the choosing itself, which
/// ends with the last record that is chosen. It takes 4 bytes of memory per line and 8 per chosen line.
///
/// # Errors
/// Where neither memory nor disk has room for where the lines are.
pub fn choose<In, Stratum, Group>(
    among: &Among<'_, In, Stratum, Group>,
    wanted: u64,
    seed: u64,
) -> Result<Choice, NoRoom>
where
    Stratum: Fn(Ordinal) -> Option<usize> + Sync,
    Group: Fn(Ordinal) -> u64 + Sync,
    In: Fn(Ordinal) -> bool + Sync,
{
    let groups = Groups::new(among, seed)?;
    // A group counts for the class of its first member; the last stratum is of those without a class.
    let stratum_of = |members: &[Member]| (among.stratum)(members[0].1).unwrap_or(among.strata);
    let sizes = groups.sizes(among.strata + 1, stratum_of);
    let mut chosen = Vec::new();
    let take = |chosen: &mut Vec<Ordinal>, members: &[Member]| chosen.extend(members.iter().map(|m| m.1));
    let mut quotas = apportion(&sizes, wanted);
    let mut unfilled: u64 = quotas.iter().sum();
    groups.visit(|members| {
        let (size, quota) = (members.len() as u64, &mut quotas[stratum_of(members)]);
        if size <= *quota {
            *quota -= size;
            unfilled -= size;
            take(&mut chosen, members);
        }
        if unfilled == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    // What large groups left unfilled in one class is filled from any class.
    let mut left = wanted.saturating_sub(chosen.len() as u64);
    if left > 0 {
        let mut quotas = apportion(&sizes, wanted);
        groups.visit(|members| {
            let (size, quota) = (members.len() as u64, &mut quotas[stratum_of(members)]);
            if size <= *quota {
                *quota -= size;
            } else if size <= left {
                left -= size;
                take(&mut chosen, members);
            }
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
    chosen.par_sort_unstable();
    if left > 0 {
        let place = |members: &[Member]| match chosen.binary_search(&members[0].1) {
            Ok(_) => Place::Taken,
            Err(_) => Place::Free,
        };
        if let Some((goes, come)) = exchange(&groups, left as usize, place) {
            let goes: HashSet<Ordinal> = goes.into_iter().collect();
            chosen.retain(|line| !goes.contains(line));
            chosen.extend(come);
            chosen.par_sort_unstable();
        }
    }
    Ok(Choice { chosen, wanted })
}

/// A line, after the hash of its group.
pub(super) type Member = (u64, Ordinal);

/// The groups, in the order of a seeded hash.
pub(super) struct Groups<'a, In, Stratum, Group> {
    among: &'a Among<'a, In, Stratum, Group>,
    seed: u64,
    pub(super) buckets: Buckets,
}

impl<'a, In, Stratum, Group> Groups<'a, In, Stratum, Group>
where
    Stratum: Sync,
    Group: Fn(Ordinal) -> u64 + Sync,
    In: Fn(Ordinal) -> bool + Sync,
{
    pub(super) fn new(among: &'a Among<'a, In, Stratum, Group>, seed: u64) -> Result<Self, NoRoom> {
        let hash = |line: Ordinal| (among.is_in)(line).then(|| hash((among.group)(line), seed));
        Ok(Self { among, seed, buckets: Buckets::new(among.facts, hash)? })
    }

    /// The members of the groups in a bucket, groups by their hash, and the members of each by their digest.
    pub(super) fn sorted(&self, bucket: usize) -> Vec<Member> {
        let hashed = |line: Ordinal| (hash((self.among.group)(line), self.seed), line);
        let mut members: Vec<Member> = self.buckets.lines(bucket).map(hashed).collect();
        members.sort_unstable();
        // The digest, not the place, orders the members: so the first one is the same in any order of files.
        let key = |line: Ordinal| ((self.among.group)(line), self.among.facts.digest(line), line);
        for alike in members.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            alike.sort_unstable_by_key(|member| key(member.1));
        }
        members
    }

    /// Members in groups: almost always those with one hash.
    pub(super) fn chunks<'m>(&self, members: &'m [Member]) -> impl Iterator<Item = &'m [Member]> {
        members.chunk_by(|a, b| a.0 == b.0 && (self.among.group)(a.1) == (self.among.group)(b.1))
    }

    /// How many members the groups of each stratum have.
    fn sizes(&self, strata: usize, stratum_of: impl Fn(&[Member]) -> usize + Sync) -> Vec<u64> {
        let count = |mut sizes: Vec<u64>, bucket: usize| {
            for members in self.chunks(&self.sorted(bucket)) {
                sizes[stratum_of(members)] += members.len() as u64;
            }
            sizes
        };
        let add = |mut a: Vec<u64>, b: Vec<u64>| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        let buckets = (0..self.buckets.len()).into_par_iter();
        buckets.fold(|| vec![0; strata], count).reduce(|| vec![0; strata], add)
    }

    /// Hands over all groups in order, until it is enough.
    pub(super) fn visit(&self, mut each: impl FnMut(&[Member]) -> ControlFlow<()>) {
        let at_once = rayon::current_num_threads();
        for first in (0..self.buckets.len()).step_by(at_once) {
            let buckets = (first..(first + at_once).min(self.buckets.len())).into_par_iter();
            let sorted: Vec<Vec<Member>> = buckets.map(|bucket| self.sorted(bucket)).collect();
            let mut groups = sorted.iter().flat_map(|members| self.chunks(members));
            if groups.try_for_each(&mut each).is_break() {
                return;
            }
        }
    }
}

fn hash(group: u64, seed: u64) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, &group.to_le_bytes())
}

/// What a group is for an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is among those that were chosen.
    Taken,
    /// It could be.
    Free,
    /// It stays where it is.
    Fixed,
}

/// One chosen group that could go, and one or two others that would make the choice larger by exactly `lacking` in its place.
/// Of each size the last chosen group goes, and the first others come.
pub(super) fn exchange<In, Stratum, Group>(
    groups: &Groups<'_, In, Stratum, Group>,
    lacking: usize,
    place: impl Fn(&[Member]) -> Place,
) -> Option<(Vec<Ordinal>, Vec<Ordinal>)>
where
    Stratum: Sync,
    Group: Fn(Ordinal) -> u64 + Sync,
    In: Fn(Ordinal) -> bool + Sync,
{
    let mut taken: BTreeMap<usize, Vec<Ordinal>> = BTreeMap::new();
    let mut free: BTreeMap<usize, Vec<Vec<Ordinal>>> = BTreeMap::new();
    groups.visit(|members| {
        let lines = members.iter().map(|member| member.1);
        match place(members) {
            Place::Taken => {
                let last = taken.entry(members.len()).or_default();
                last.clear();
                last.extend(lines);
            }
            Place::Free => {
                let same_size = free.entry(members.len()).or_default();
                if same_size.len() < 2 {
                    same_size.push(lines.collect());
                }
            }
            Place::Fixed => {}
        }
        ControlFlow::Continue(())
    });
    let other = |size: usize| -> Option<Vec<Ordinal>> {
        if let Some(one) = free.get(&size) {
            return Some(one[0].clone());
        }
        free.range(..=size / 2).find_map(|(&small, first)| match free.get(&(size - small)) {
            Some(second) if small == size - small => {
                (second.len() > 1).then(|| [&second[0][..], &second[1]].concat())
            }
            Some(second) => Some([&first[0][..], &second[0]].concat()),
            None => None,
        })
    };
    taken.iter().find_map(|(size, goes)| Some((goes.clone(), other(size + lacking)?)))
}
