//! Rocks: groups that fit into no quota of one stratum, because they span several or are too large. They are placed first,
//! the largest first, while there is still room to make up for them.

use std::cmp::Reverse;

use bedload_record::Side;

use super::quotas::BySide;

/// A group that is placed on its own.
#[derive(Clone, Debug)]
pub(super) struct Rock {
    /// The hash of its group, and the group.
    pub(super) name: (u64, u64),
    /// How many records it has in each of its strata, by stratum.
    pub(super) strata: Vec<(u32, u64)>,
}

impl Rock {
    fn size(&self) -> u64 {
        self.strata.iter().map(|(_, n)| n).sum()
    }
}

/// What is still to be placed, and what it is a part of.
pub(super) struct Room<'a> {
    /// How many records each stratum has.
    pub(super) sizes: &'a [u64],
    /// How many records each side is to have.
    pub(super) totals: BySide,
    /// How many records of each stratum each side lacks; less than none where it has too many.
    pub(super) lacking: &'a mut [[i64; Side::COUNT]],
}

/// As many steps in a record as make differences between small groups count.
const STEPS: i128 = 1 << 10;

impl Room<'_> {
    /// How much better a side is for a group than not having it: the records that the side lacks of each stratum, less half of
    /// the group's own, in proportion to what it is to have in all. So of groups alike in size and strata, each side gets its
    /// share, evenly spread over all sizes, and squared differences to the exact shares are as small as each step can make
    /// them.
    fn gain(&self, rock: &Rock, side: usize, lacking_in_all: i64) -> Option<i128> {
        let total = i128::from(self.totals[side]);
        if total == 0 {
            return None;
        }
        let all: i128 = self.totals.iter().map(|&total| i128::from(total)).sum();
        let of = |n: u64, lacking: i128, size: i128| {
            i128::from(n) * (2 * lacking - i128::from(n)) * STEPS * all / (size.max(1) * total)
        };
        let in_strata: i128 = rock
            .strata
            .iter()
            .map(|&(stratum, n)| {
                let (lacking, size) = (self.lacking[stratum as usize][side], self.sizes[stratum as usize]);
                of(n, i128::from(lacking), i128::from(size))
            })
            .sum();
        Some(in_strata + of(rock.size(), i128::from(lacking_in_all), all))
    }

    /// How many records a side lacks in all.
    pub(super) fn lacking(&self, side: usize) -> i64 {
        self.lacking.iter().map(|stratum| stratum[side]).sum()
    }

    /// Places all rocks: those that are held out, by name. A held-out side gets no more than it lacks.
    pub(super) fn place(&mut self, mut rocks: Vec<Rock>) -> Vec<((u64, u64), Side)> {
        rocks.sort_unstable_by_key(|rock| (Reverse(rock.size()), rock.name));
        let mut in_all: [i64; Side::COUNT] = std::array::from_fn(|side| self.lacking(side));
        let mut held_out = Vec::new();
        for rock in &rocks {
            let fits = |side: Side| side == Side::Train || rock.size().cast_signed() <= in_all[side as usize];
            let gain =
                |side: Side| Some((self.gain(rock, side as usize, in_all[side as usize])?, Reverse(side)));
            let sides = Side::ALL.into_iter().filter(|&side| fits(side));
            let side = sides.filter_map(gain).max().map_or(Side::Train, |(_, Reverse(side))| side);
            in_all[side as usize] -= rock.size().cast_signed();
            for &(stratum, n) in &rock.strata {
                self.lacking[stratum as usize][side as usize] -= n.cast_signed();
            }
            if side != Side::Train {
                held_out.push((rock.name, side));
            }
        }
        held_out.sort_unstable();
        held_out
    }
}
