//! Dividing groups over the sides: those that are tied to one, then rocks, then sand.

use bedload_record::{NoRoom, Ordinal, Side};
use rayon::prelude::*;

use super::choose::{Among, Groups, Member};
use super::division::{Destination, Divided, Division, GroupTime, Named};
use super::fill::{Plan, fill, top_up};
use super::quotas::{BySide, apportion, quotas};
use super::rocks::{Rock, Room};

/// What there is to divide.
#[derive(Clone, Debug, Default)]
struct Survey {
    /// How many records each stratum has, and how many of them are tied to each side.
    sizes: Vec<u64>,
    tied: Vec<BySide>,
    /// Of the free groups: those of several strata, and how many records the largest other one of each stratum has.
    rocks: Vec<Rock>,
    largest: Vec<u64>,
    /// Time and name of each free group, and how many records it has, where it matters.
    times: Vec<(GroupTime, u64)>,
}

impl Survey {
    fn new(strata: usize) -> Self {
        Self {
            sizes: vec![0; strata],
            tied: vec![[0; Side::COUNT]; strata],
            largest: vec![0; strata],
            ..Self::default()
        }
    }

    fn join(mut self, other: Self) -> Self {
        self.sizes.iter_mut().zip(other.sizes).for_each(|(n, more)| *n += more);
        for (tied, more) in self.tied.iter_mut().flatten().zip(other.tied.into_iter().flatten()) {
            *tied += more;
        }
        self.largest.iter_mut().zip(other.largest).for_each(|(n, other)| *n = other.max(*n));
        self.rocks.extend(other.rocks);
        self.times.extend(other.times);
        self
    }
}

/// Divides the kept lines: all of a group on one side, `wanted` of them in validation and test, from each of the classes (and
/// from the records without one) in proportion; or the newest, which makes test the newest of all.
///
/// Groups that are tied to a side go there. Of the others, those that span strata, or are larger than a quota, are placed
/// first, by size; what is left of each quota is filled in the order of a hash. Exact where groups of one record are left over
/// to fill up with, or where exchanging one group for one or two others makes it so. Nothing depends on the order of lines.
/// Linear but for sorting within parts of the hash. It takes 5 bytes of memory per line, and some 60 per rock.
///
/// # Errors
/// Where neither memory nor disk has room for where the lines are.
pub fn divide(division: &Division<'_>, wanted: [u64; 2], seed: u64) -> Result<Divided, NoRoom> {
    let Division { facts, is_kept, strata, stratum, group, tie, .. } = *division;
    let among = Among {
        facts,
        is_in: |line: Ordinal| is_kept(line) || tie.is_some_and(|tie| tie(line).is_some()),
        strata,
        stratum,
        group,
    };
    let groups = Groups::new(&among, seed)?;
    let each_group = |visit: &(dyn Fn(Survey, &[Member]) -> Survey + Sync)| {
        let new = || Survey::new(strata + 1);
        let of_bucket = |survey: Survey, bucket: usize| {
            let sorted = groups.sorted(bucket);
            groups.chunks(&sorted).fold(survey, visit)
        };
        let buckets = (0..groups.buckets.len()).into_par_iter();
        buckets.fold(new, of_bucket).reduce(new, Survey::join)
    };
    let survey = each_group(&|survey, members| division.survey(survey, members));
    let plan = if division.time.is_some() {
        by_time(survey, wanted)
    } else {
        let filling = Filling::new(survey, wanted);
        let add_large = |mut survey: Survey, members: &[Member]| {
            let strata = division.strata_of(members);
            if let [(stratum, n)] = strata[..]
                && n > filling.sand_max[stratum as usize]
                && division.destination(members) == Destination::Free
            {
                survey.rocks.push(Rock { name: division.name(members), strata: strata.to_vec() });
            }
            survey
        };
        let large = if filling.has_large() { each_group(&add_large).rocks } else { Vec::new() };
        filling.plan(large)
    };
    let mut out = Divided {
        sides: facts.scratch(facts.len() as usize, 0u8)?,
        held_out: [0; 2],
        apart: Named::default(),
        spanning: Named::default(),
    };
    fill(division, &groups, plan, &mut out);
    if division.time.is_none() {
        top_up(division, &groups, wanted, &mut out);
    }
    Ok(out)
}

impl Division<'_> {
    fn survey(&self, mut survey: Survey, members: &[Member]) -> Survey {
        let strata = self.strata_of(members);
        for &(stratum, n) in &strata {
            survey.sizes[stratum as usize] += n;
        }
        match self.destination(members) {
            Destination::Free if self.time.is_some() => {
                let n = strata.iter().map(|(_, n)| n).sum();
                survey.times.push((self.group_time(members), n));
            }
            Destination::Free => match strata[..] {
                [] => {}
                [(stratum, n)] => {
                    let largest = &mut survey.largest[stratum as usize];
                    *largest = n.max(*largest);
                }
                _ => survey.rocks.push(Rock { name: self.name(members), strata: strata.to_vec() }),
            },
            tied => {
                for (line, side) in self.sided(tied, members) {
                    let stratum = (self.stratum)(line).unwrap_or(self.strata);
                    survey.tied[stratum][side as usize] += 1;
                }
            }
        }
        survey
    }
}

/// Where the sides by time begin: test the newest of all, then validation, neither divided nor passed over.
fn by_time(survey: Survey, wanted: [u64; 2]) -> Plan {
    let mut times = survey.times;
    times.par_sort_unstable_by(|a, b| b.cmp(a));
    let mut newest = times.into_iter().filter(|((time, _), _)| *time > 0).peekable();
    let mut begin = |side: Side, wanted: u64| {
        let tied: u64 = survey.tied.iter().map(|tied| tied[side as usize]).sum();
        let mut left = wanted.saturating_sub(tied);
        let mut oldest = None;
        while let Some((time, n)) = newest.next_if(|(_, n)| *n <= left) {
            left -= n;
            oldest = Some(time);
        }
        oldest
    };
    let test = begin(Side::Test, wanted[1]);
    Plan::Time([begin(Side::Validation, wanted[0]), test])
}

/// What is to be filled by hash.
struct Filling {
    survey: Survey,
    totals: BySide,
    /// What each side lacks of each stratum once those that are tied are there.
    lacking: Vec<[i64; Side::COUNT]>,
    sand_max: Vec<u64>,
}

impl Filling {
    fn new(survey: Survey, wanted: [u64; 2]) -> Self {
        let all: u64 = survey.sizes.iter().sum();
        let validation = wanted[0].min(all);
        let test = wanted[1].min(all - validation);
        let totals = [all - validation - test, validation, test];
        let lacking: Vec<[i64; Side::COUNT]> = quotas(&survey.sizes, totals)
            .into_iter()
            .zip(&survey.tied)
            .map(|(quota, tied)| {
                std::array::from_fn(|side| quota[side].cast_signed() - tied[side].cast_signed())
            })
            .collect();
        // Where no held-out side has room in a stratum, its groups are sand that stays in training.
        let sand_max = |lacking: &[i64; Side::COUNT]| {
            let held_out = Side::HELD_OUT.map(|side| lacking[side as usize]);
            held_out.into_iter().filter(|&n| n > 0).min().map_or(u64::MAX, i64::cast_unsigned)
        };
        let sand_max = lacking.iter().map(sand_max).collect();
        Self { survey, totals, lacking, sand_max }
    }

    /// Whether there are groups that are larger than a quota.
    fn has_large(&self) -> bool {
        self.survey.largest.iter().zip(&self.sand_max).any(|(largest, most)| largest > most)
    }

    /// Places the rocks, and leaves the rest of each quota for sand.
    fn plan(mut self, large: Vec<Rock>) -> Plan {
        let mut rocks = std::mem::take(&mut self.survey.rocks);
        rocks.extend(large);
        let mut room = Room { sizes: &self.survey.sizes, totals: self.totals, lacking: &mut self.lacking };
        let rocks = room.place(rocks);
        let room = Side::HELD_OUT.map(|side| {
            // What has too many in one stratum has less room in the others.
            let in_all = room.lacking(side as usize).max(0).cast_unsigned();
            let each: Vec<u64> =
                room.lacking.iter().map(|of| of[side as usize].max(0).cast_unsigned()).collect();
            apportion(&each, in_all)
        });
        Plan::Hash { rocks, sand_max: self.sand_max, room }
    }
}
