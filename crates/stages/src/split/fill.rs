//! Putting groups on their sides, in the order of a hash.

use std::ops::ControlFlow;

use bedload_record::{Ordinal, Side};

use super::choose::{Groups, Member, Place, exchange};
use super::division::{Destination, Divided, Division, GroupTime};

/// What the free groups are filled into.
pub(super) enum Plan {
    /// Validation, then test, as long as their quotas of each stratum have room.
    Hash {
        /// Rocks that are held out, by name.
        rocks: Vec<((u64, u64), Side)>,
        /// The largest group of each stratum that is not a rock.
        sand_max: Vec<u64>,
        /// By held-out side and stratum.
        room: [Vec<u64>; 2],
    },
    /// The oldest group of each held-out side; none where it has none.
    Time([Option<GroupTime>; 2]),
}

/// Puts every group where it goes by the plan.
pub(super) fn fill<In, Stratum, Group>(
    division: &Division<'_>,
    groups: &Groups<'_, In, Stratum, Group>,
    mut plan: Plan,
    out: &mut Divided,
) where
    Stratum: Sync,
    Group: Fn(Ordinal) -> u64 + Sync,
    In: Fn(Ordinal) -> bool + Sync,
{
    groups.visit(|members| {
        let destination = division.destination(members);
        if destination != Destination::Free {
            division.put_tied(destination, members, out);
            return ControlFlow::Continue(());
        }
        let side = match &mut plan {
            Plan::Time(oldest) => {
                let time = division.group_time(members);
                let [validation, test] = oldest.map(|oldest| oldest.is_some_and(|oldest| time >= oldest));
                if test {
                    Side::Test
                } else if validation {
                    Side::Validation
                } else {
                    Side::Train
                }
            }
            Plan::Hash { rocks, sand_max, room } => match division.strata_of(members)[..] {
                [(stratum, n)] if n <= sand_max[stratum as usize] => {
                    let has_room = |nth: &usize| n <= room[*nth][stratum as usize];
                    (0..2).find(has_room).map_or(Side::Train, |nth| {
                        room[nth][stratum as usize] -= n;
                        Side::HELD_OUT[nth]
                    })
                }
                _ => {
                    let name = division.name(members);
                    let found = rocks.binary_search_by_key(&name, |rock| rock.0);
                    found.map_or(Side::Train, |at| rocks[at].1)
                }
            },
        };
        out.put(members.iter().map(|member| member.1), side);
        ControlFlow::Continue(())
    });
}

/// Fills what large groups left unfilled: from any class, and by exchanging groups.
pub(super) fn top_up<In, Stratum, Group>(
    division: &Division<'_>,
    groups: &Groups<'_, In, Stratum, Group>,
    wanted: [u64; 2],
    out: &mut Divided,
) where
    Stratum: Sync,
    Group: Fn(Ordinal) -> u64 + Sync,
    In: Fn(Ordinal) -> bool + Sync,
{
    let lacking = |out: &Divided, nth: usize| wanted[nth].saturating_sub(out.held_out[nth]);
    if (0..2).all(|nth| lacking(out, nth) == 0) {
        return;
    }
    let is_free = |members: &[Member]| division.destination(members) == Destination::Free;
    groups.visit(|members| {
        if is_free(members) && out.side(members[0].1) == Side::Train {
            let n = members.len() as u64;
            if let Some(nth) = (0..2).find(|&nth| n <= lacking(out, nth)) {
                out.put(members.iter().map(|member| member.1), Side::HELD_OUT[nth]);
            }
        }
        if (0..2).all(|nth| lacking(out, nth) == 0) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    for (nth, side) in Side::HELD_OUT.into_iter().enumerate() {
        let lacking = lacking(out, nth);
        if lacking == 0 {
            continue;
        }
        let place = |members: &[Member]| match out.side(members[0].1) {
            _ if !is_free(members) => Place::Fixed,
            Side::Train => Place::Free,
            of if of == side => Place::Taken,
            _ => Place::Fixed,
        };
        if let Some((goes, come)) = exchange(groups, lacking as usize, place) {
            for line in &goes {
                out.sides.values_mut()[line.index()] = Side::Train as u8;
            }
            out.held_out[nth] -= goes.len() as u64;
            out.put(come.into_iter(), side);
        }
    }
}
