//! What is divided, and what was made of it.

use bedload_record::{Column, FactTable, Ordinal, Side};
use smallvec::SmallVec;

use super::choose::Member;

/// What says of a record that it is on a side. An earlier output goes before a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// All records of its source are.
    Source(Side),
    /// It was, in an earlier output.
    Pinned(Side),
}

impl Tie {
    pub(super) fn side(self) -> Side {
        match self {
            Self::Source(side) | Self::Pinned(side) => side,
        }
    }
}

/// The lines to be divided, and what they are.
pub struct Division<'a> {
    /// All lines.
    pub facts: &'a FactTable,
    /// Whether a line is one of those to divide.
    pub is_kept: &'a (dyn Fn(Ordinal) -> bool + Sync),
    /// How many classes there are.
    pub strata: usize,
    /// The class of a line.
    pub stratum: &'a (dyn Fn(Ordinal) -> Option<usize> + Sync),
    /// What must not part.
    pub group: &'a (dyn Fn(Ordinal) -> u64 + Sync),
    /// What ties a line to a side, and its group with it; also one that is not to be divided, as it is dropped. None where
    /// no line is.
    pub tie: Option<&'a (dyn Fn(Ordinal) -> Option<Tie> + Sync)>,
    /// What else unites two lines than a key, such as that they are similar: in both directions, sorted. Read where lines
    /// are tied.
    pub links: &'a [(Ordinal, Ordinal)],
    /// When a line is from, where the newest are to be held out; none of those that have no time.
    pub time: Option<&'a (dyn Fn(Ordinal) -> Option<u64> + Sync)>,
}

/// Which records are on which side.
#[derive(Debug)]
pub struct Divided {
    pub(super) sides: Column<u8>,
    /// How many records are on each held-out side: validation, test.
    pub held_out: [u64; 2],
    /// Groups with records that are pinned to different sides, and stay there.
    pub apart: Named,
    /// Groups of which some records are of a source that has another side.
    pub spanning: Named,
}

impl Divided {
    /// The side of a record that was to be divided.
    pub fn side(&self, line: Ordinal) -> Side {
        Side::ALL[usize::from(self.sides.get(line.index()))]
    }
}

/// Groups that there is something to be said of: how many, and the first of them.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// How many groups there are.
    pub groups: u64,
    /// One line on each side, of the first few.
    pub first: Vec<Vec<(Ordinal, Side)>>,
    /// How many records that are kept the groups have.
    pub records: u64,
    /// How many of these were not pinned, by the side that they were put on.
    pub new: [u64; Side::COUNT],
}

/// How many groups are named.
const NAMED_MAX: usize = 3;

impl Named {
    fn add(&mut self, members: impl Iterator<Item = (Ordinal, Side)>) {
        self.groups += 1;
        if self.first.len() < NAMED_MAX {
            let mut each: Vec<(Ordinal, Side)> = members.collect();
            each.sort_unstable_by_key(|&(line, side)| (side, line));
            each.dedup_by_key(|(_, side)| *side);
            self.first.push(each);
        }
    }
}

/// Where a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Wherever there is room.
    Free,
    /// All of it to one side.
    To(Side),
    /// Its pinned records to theirs, and others where those are that they share a key with; this is the last of the sides.
    Apart(Side),
}

/// How many records of each of its strata a group has.
pub(super) type Strata = SmallVec<[(u32, u64); 2]>;

/// When the newest record of a group is from, and the group's name.
pub(super) type GroupTime = (u64, (u64, u64));

impl Division<'_> {
    /// The hash of a group, and the group.
    pub(super) fn name(&self, members: &[Member]) -> (u64, u64) {
        (members[0].0, (self.group)(members[0].1))
    }

    pub(super) fn kept<'m>(&self, members: &'m [Member]) -> impl Iterator<Item = Ordinal> + use<'m, '_> {
        let is_kept = self.is_kept;
        members.iter().map(|member| member.1).filter(move |&line| self.tie.is_none() || is_kept(line))
    }

    pub(super) fn strata_of(&self, members: &[Member]) -> Strata {
        let mut strata = Strata::new();
        for line in self.kept(members) {
            let stratum = (self.stratum)(line).unwrap_or(self.strata) as u32;
            match strata.binary_search_by_key(&stratum, |of| of.0) {
                Ok(at) => strata[at].1 += 1,
                Err(at) => strata.insert(at, (stratum, 1)),
            }
        }
        strata
    }

    pub(super) fn destination(&self, members: &[Member]) -> Destination {
        let Some(tie) = self.tie else { return Destination::Free };
        let ties = || members.iter().filter_map(|member| tie(member.1));
        let pinned = || ties().filter(|tie| matches!(tie, Tie::Pinned(_))).map(Tie::side);
        let source = || ties().filter(|tie| matches!(tie, Tie::Source(_))).map(Tie::side);
        match (pinned().min(), pinned().max(), source().max()) {
            (Some(least), Some(most), _) if least != most => Destination::Apart(most),
            (Some(side), ..) | (None, _, Some(side)) => Destination::To(side),
            _ => Destination::Free,
        }
    }

    /// The sides of the kept records of a group that is not free.
    pub(super) fn sided(&self, destination: Destination, members: &[Member]) -> Vec<(Ordinal, Side)> {
        let side = match destination {
            Destination::Apart(most) => return self.apart(members, most),
            Destination::To(side) => side,
            Destination::Free => Side::Train,
        };
        self.kept(members).map(|line| (line, side)).collect()
    }

    pub(super) fn group_time(&self, members: &[Member]) -> GroupTime {
        let time = self.time.and_then(|time| self.kept(members).filter_map(time).max());
        (time.map_or(0, |time| time.saturating_add(1)), self.name(members))
    }
}

impl Division<'_> {
    /// Puts the records of a group that is not free where they are tied to.
    pub(super) fn put_tied(&self, destination: Destination, members: &[Member], out: &mut Divided) {
        let sided = self.sided(destination, members);
        sided.iter().for_each(|&(line, side)| out.put([line].into_iter(), side));
        if let Destination::Apart(_) = destination {
            let pin = |line: Ordinal| {
                self.tie.and_then(|tie| tie(line)).filter(|tie| matches!(tie, Tie::Pinned(_)))
            };
            out.apart.add(members.iter().filter_map(|member| Some((member.1, pin(member.1)?.side()))));
            out.apart.records += sided.len() as u64;
            for &(_, side) in sided.iter().filter(|(line, _)| pin(*line).is_none()) {
                out.apart.new[side as usize] += 1;
            }
            return;
        }
        // Where a record would be were it alone.
        let own = |line: Ordinal| self.tie.and_then(|tie| tie(line)).map_or(Side::Train, Tie::side);
        let ties = || members.iter().filter_map(|member| self.tie.and_then(|tie| tie(member.1)));
        let has_source = ties().any(|tie| matches!(tie, Tie::Source(_)));
        if has_source && sided.iter().any(|&(line, side)| own(line) != side) {
            out.spanning.add(self.kept(members).map(|line| (line, own(line))));
            out.spanning.records += sided.len() as u64;
        }
    }
}

impl Divided {
    pub(super) fn put(&mut self, lines: impl Iterator<Item = Ordinal>, side: Side) {
        let Some(nth) = Side::HELD_OUT.into_iter().position(|held_out| held_out == side) else { return };
        for line in lines {
            self.sides.values_mut()[line.index()] = side as u8;
            self.held_out[nth] += 1;
        }
    }
}
