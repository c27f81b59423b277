//! How many records of each stratum each side is to have.

use bedload_record::Side;

/// Divides `wanted` over strata in proportion to their sizes, by largest remainder; ties go to the earlier one.
/// The parts add up to `wanted`, or to everything where less is there.
pub(super) fn apportion(sizes: &[u64], wanted: u64) -> Vec<u64> {
    let total: u64 = sizes.iter().sum();
    if wanted >= total {
        return sizes.to_vec();
    }
    let exact = |size: u64| u128::from(size) * u128::from(wanted);
    let mut quotas: Vec<u64> = sizes.iter().map(|&size| (exact(size) / u128::from(total)) as u64).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&n| (std::cmp::Reverse(exact(sizes[n]) % u128::from(total)), n));
    let left = wanted - quotas.iter().sum::<u64>();
    for &n in order.iter().take(left as usize) {
        quotas[n] += 1;
    }
    quotas
}

/// What a stratum has on each side.
pub(super) type BySide = [u64; Side::COUNT];

/// Which sides of a stratum have their part rounded up.
type Rounding = [bool; Side::COUNT];

/// Divides every stratum over the sides, so that each side has as many as it is to have, and no part is a whole record away
/// from its exact share. The held-out sides are to have no more than there is.
///
/// Validation is rounded by largest remainder, so that a test side does not change it; then the test side is, among what is
/// left. Where that leaves no whole rounding, parts are exchanged.
pub(super) fn quotas(sizes: &[u64], totals: BySide) -> Vec<BySide> {
    let all: u64 = sizes.iter().sum();
    debug_assert_eq!(totals.iter().sum::<u64>(), all);
    if all == 0 {
        return vec![[0; Side::COUNT]; sizes.len()];
    }
    let exact = |size: u64| totals.map(|total| u128::from(size) * u128::from(total));
    let mut parts: Vec<BySide> =
        sizes.iter().map(|&size| exact(size).map(|part| (part / u128::from(all)) as u64)).collect();
    let remainders: Vec<[u64; Side::COUNT]> =
        sizes.iter().map(|&size| exact(size).map(|part| (part % u128::from(all)) as u64)).collect();
    let mut left = totals;
    for part in &parts {
        left.iter_mut().zip(part).for_each(|(left, part)| *left -= part);
    }
    let units: Vec<u64> =
        sizes.iter().zip(&parts).map(|(size, part)| size - part.iter().sum::<u64>()).collect();
    let rounded = round(&remainders, &units, left);
    for (part, up) in parts.iter_mut().zip(rounded) {
        part.iter_mut().zip(up).for_each(|(part, up)| *part += u64::from(up));
    }
    parts
}

/// Rounds so many parts of each stratum up, and so many of each side, none of them without a remainder.
fn round(remainders: &[BySide], units: &[u64], left: BySide) -> Vec<Rounding> {
    let [train, validation, test] = [Side::Train, Side::Validation, Side::Test].map(|side| side as usize);
    let by_remainder = |side: usize, rows: &mut Vec<usize>| {
        rows.sort_by_key(|&row| (std::cmp::Reverse(remainders[row][side]), row));
    };
    let mut up: Vec<Rounding> = vec![[false; Side::COUNT]; units.len()];
    let mut rows: Vec<usize> = (0..units.len()).filter(|&row| remainders[row][validation] > 0).collect();
    by_remainder(validation, &mut rows);
    rows.iter().take(left[validation] as usize).for_each(|&row| up[row][validation] = true);
    // Of the two other sides of a stratum, both are rounded up, or one, or none.
    let mut open = Vec::new();
    let mut tests = left[test];
    for row in 0..units.len() {
        let n = units[row] - u64::from(up[row][validation]);
        let can = [train, test].map(|side| remainders[row][side] > 0);
        if n == 1 && can == [true, true] {
            open.push(row);
        } else {
            up[row][train] = n > 0 && can[0];
            up[row][test] = n > 0 && can[1];
            tests = tests.saturating_sub(u64::from(up[row][test]));
        }
    }
    by_remainder(test, &mut open);
    for (nth, &row) in open.iter().enumerate() {
        up[row][if (nth as u64) < tests { test } else { train }] = true;
    }
    exchange(remainders, left, &mut up);
    up
}

/// Moves rounded units between the sides of strata until each side has what it is to have. There is a way, as the remainders
/// themselves are one in fractions.
fn exchange(remainders: &[BySide], left: BySide, up: &mut [Rounding]) {
    let sides = 0..Side::COUNT;
    loop {
        let mut over = [0i64; Side::COUNT];
        for row in up.iter() {
            over.iter_mut().zip(row).for_each(|(n, &is_up)| *n += i64::from(is_up));
        }
        over.iter_mut().zip(left).for_each(|(n, left)| *n -= left.cast_signed());
        let Some(from) = sides.clone().find(|&side| over[side] > 0) else { return };
        let Some(to) = sides.clone().find(|&side| over[side] < 0) else { return };
        // The stratum that is nearest to such a rounding.
        let best = |up: &[Rounding], from: usize, to: usize| {
            let can = (0..up.len()).filter(|&row| up[row][from] && !up[row][to] && remainders[row][to] > 0);
            can.max_by_key(|&row| {
                let [gain, loss] = [to, from].map(|side| i128::from(remainders[row][side]));
                (gain - loss, std::cmp::Reverse(row))
            })
        };
        let by = sides.clone().find(|&side| side != from && side != to).unwrap_or(from);
        let moves = match (best(up, from, to), best(up, from, by), best(up, by, to)) {
            (Some(row), ..) => vec![(row, from, to)],
            (None, Some(first), Some(second)) => vec![(first, from, by), (second, by, to)],
            _ => return,
        };
        for (row, from, to) in moves {
            up[row][from] = false;
            up[row][to] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_add_up(sizes in prop::collection::vec(0u64..1000, 1..9), wanted in 0u64..5000) {
            let parts = apportion(&sizes, wanted);
            let total: u64 = sizes.iter().sum();
            prop_assert_eq!(parts.iter().sum::<u64>(), wanted.min(total));
            prop_assert!(parts.iter().zip(&sizes).all(|(part, size)| part <= size));
        }

        #[test]
        fn every_part_is_less_than_a_record_from_its_share(
            sizes in prop::collection::vec(prop_oneof![0u64..4, 0u64..300], 1..40), shares: [u16; 2],
        ) {
            let all: u64 = sizes.iter().sum();
            let held_out = shares.map(|share| all * u64::from(share) / (3 * u64::from(u16::MAX)));
            let totals = [all - held_out.iter().sum::<u64>(), held_out[0], held_out[1]];
            let parts = quotas(&sizes, totals);
            for (part, size) in parts.iter().zip(&sizes) {
                prop_assert_eq!(part.iter().sum::<u64>(), *size);
                for (part, total) in part.iter().zip(totals) {
                    let off = i128::from(*part) * i128::from(all) - i128::from(*size) * i128::from(total);
                    prop_assert!(off.abs() < i128::from(all.max(1)), "{:?} of {:?}", parts, sizes);
                }
            }
            for (side, total) in totals.into_iter().enumerate() {
                prop_assert_eq!(parts.iter().map(|part| part[side]).sum::<u64>(), total);
            }
            if totals[Side::Test as usize] == 0 {
                let validation: Vec<u64> = parts.iter().map(|part| part[Side::Validation as usize]).collect();
                prop_assert_eq!(validation, apportion(&sizes, totals[Side::Validation as usize]));
            }
        }
    }
}
