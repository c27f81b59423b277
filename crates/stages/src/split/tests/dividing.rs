//! Tests of the division: whole groups, exact strata, any order of records, and ties.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Divided, Division, Ordinal, Side, Tie, divide};
use crate::buckets::table;

/// A record: what it is told by, its group, its class (0 for none) and what ties it.
type Row = (u64, u64, usize, Option<Tie>);

/// The sides of records by their digest, which is all that they are told by.
fn divide_of(rows: &[Row], wanted: [u64; 2], seed: u64) -> (BTreeMap<u64, Side>, Divided) {
    let facts = table(rows.iter().map(|row| u128::from(row.0)));
    let tie = |line: Ordinal| rows[line.index()].3;
    let division = Division {
        facts: &facts,
        is_kept: &|_| true,
        strata: 3,
        stratum: &|line| rows[line.index()].2.checked_sub(1),
        group: &|line| rows[line.index()].1,
        tie: rows.iter().any(|row| row.3.is_some()).then_some(&tie),
        links: &[],
        time: None,
    };
    let divided = divide(&division, wanted, seed).expect("memory has room");
    let sides = facts.ordinals().map(|line| (rows[line.index()].0, divided.side(line))).collect();
    (sides, divided)
}

fn count(sides: &BTreeMap<u64, Side>, side: Side) -> u64 {
    sides.values().filter(|&&of| of == side).count() as u64
}

/// How far each stratum is from its exact share of a side, in records.
fn errors(rows: &[Row], sides: &BTreeMap<u64, Side>, side: Side) -> Vec<f64> {
    let share = count(sides, side) as f64 / rows.len() as f64;
    (0..4)
        .map(|stratum| {
            let of = || rows.iter().filter(|row| row.2 == stratum);
            let got = of().filter(|row| sides[&row.0] == side).count() as f64;
            (got - of().count() as f64 * share).abs()
        })
        .collect()
}

/// Records in groups of a few, some of several classes, and as many single ones as it takes to be exact.
fn with_sand(groups: &[(usize, usize)]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (group, &(size, class)) in groups.iter().enumerate() {
        for n in 0..size {
            // Every third group spans classes.
            let class = if group % 3 == 0 { (class + n) % 4 } else { class };
            rows.push((rows.len() as u64, group as u64, class, None));
        }
    }
    let n = rows.len();
    rows.extend((0..8 * n + 40).map(|m| ((n + m) as u64, 1000 + m as u64, m % 4, None)));
    rows
}

proptest! {
    #[test]
    fn strata_are_exact_where_single_records_fill_up(
        groups in prop::collection::vec((1usize..6, 0usize..4), 0..30), shares in (0u64..30, 0u64..20), seed: u64,
    ) {
        let rows = with_sand(&groups);
        let wanted = [shares.0, shares.1].map(|share| rows.len() as u64 * share / 100);
        let (sides, divided) = divide_of(&rows, wanted, seed);
        prop_assert_eq!(divided.held_out, wanted);
        for side in Side::ALL {
            for error in errors(&rows, &sides, side) {
                prop_assert!(error <= 1.0, "{:?}", errors(&rows, &sides, side));
            }
        }
    }

    #[test]
    fn no_group_is_divided_and_no_order_matters(
        rows in prop::collection::vec((0u64..25, 0usize..4), 1..120), shares in (0u64..40, 0u64..40), seed: u64,
    ) {
        let rows: Vec<Row> = rows.iter().zip(0..).map(|(&(group, class), n)| (n, group, class, None)).collect();
        let wanted = [shares.0, shares.1].map(|share| rows.len() as u64 * share / 100);
        let (sides, divided) = divide_of(&rows, wanted, seed);
        for (nth, side) in Side::HELD_OUT.into_iter().enumerate() {
            prop_assert_eq!(count(&sides, side), divided.held_out[nth]);
            prop_assert!(divided.held_out[nth] <= wanted[nth]);
        }
        for group in 0..25 {
            let of: BTreeSet<Side> = rows.iter().filter(|row| row.1 == group).map(|row| sides[&row.0]).collect();
            prop_assert!(of.len() <= 1);
        }
        let mut turned = rows.clone();
        turned.reverse();
        let half = turned.len() / 2;
        turned.rotate_left(half);
        prop_assert_eq!(divide_of(&turned, wanted, seed).0, sides);
    }

    #[test]
    fn what_is_tied_stays_and_new_records_make_up_the_difference(
        old in prop::collection::vec((0u64..60, 0usize..4), 20..80), new in 0u64..40, seed: u64,
    ) {
        let rows: Vec<Row> = old.iter().zip(0..).map(|(&(group, class), n)| (n, group, class, None)).collect();
        let size = |n: usize| [n as u64 / 5, n as u64 / 10];
        let (before, _) = divide_of(&rows, size(rows.len()), seed);
        // New records are of old groups and of new ones.
        let mut more: Vec<Row> = rows.iter().map(|row| (row.0, row.1, row.2, Some(Tie::Pinned(before[&row.0])))).collect();
        more.extend((0..new).map(|n| (1000 + n, if n % 3 == 0 { n } else { 500 + n }, n as usize % 4, None)));
        let (after, divided) = divide_of(&more, size(more.len()), seed ^ 1);
        for (record, side) in &before {
            prop_assert_eq!(after[record], *side);
        }
        prop_assert_eq!(divided.apart.groups, 0);
        let side_of: BTreeMap<u64, Side> = rows.iter().map(|row| (row.1, before[&row.0])).collect();
        for row in &more {
            prop_assert!(side_of.get(&row.1).is_none_or(|&side| after[&row.0] == side));
        }
    }
}

#[test]
fn a_test_side_does_not_change_validation() {
    let rows: Vec<Row> = (0..1000).map(|n| (n, n, n as usize % 4, None)).collect();
    let of = |wanted: [u64; 2]| -> Vec<u64> {
        let sides = divide_of(&rows, wanted, 3).0;
        sides.into_iter().filter(|(_, side)| *side == Side::Validation).map(|(record, _)| record).collect()
    };
    assert_eq!(of([100, 0]), of([100, 150]));
}

#[test]
fn large_groups_are_spread_over_the_sides_by_size() {
    // Users with 1 to 40 records of all classes, and nothing to fill up with.
    let users: Vec<(u64, u64)> = (1..=40).map(|n| (n, n)).collect();
    let mut rows: Vec<Row> = Vec::new();
    for (user, size) in users {
        (0..size).for_each(|n| rows.push((rows.len() as u64, user, n as usize % 4, None)));
    }
    let n = rows.len() as u64;
    let (sides, divided) = divide_of(&rows, [n / 5, n / 10], 0);
    let users_of = |side: Side| -> BTreeSet<u64> {
        rows.iter().filter(|row| sides[&row.0] == side).map(|row| row.1).collect()
    };
    let validation = users_of(Side::Validation);
    assert!(
        validation.iter().any(|&size| size > 30) && validation.iter().any(|&size| size < 15),
        "{validation:?}"
    );
    assert!(divided.held_out[0].abs_diff(n / 5) <= 1 && divided.held_out[1].abs_diff(n / 10) <= 1);
    for side in Side::ALL {
        assert!(
            errors(&rows, &sides, side).iter().all(|&error| error < 8.0),
            "{:?}",
            errors(&rows, &sides, side)
        );
    }
}

#[test]
fn a_group_that_is_pinned_apart_stays_apart_and_is_named() {
    let pinned = |side| Some(Tie::Pinned(side));
    let mut rows: Vec<Row> = (10..100).map(|n| (n, n, 0, None)).collect();
    rows.extend([(0, 7, 0, pinned(Side::Train)), (1, 7, 0, pinned(Side::Validation)), (2, 7, 0, None)]);
    let (sides, divided) = divide_of(&rows, [20, 0], 0);
    assert_eq!((sides[&0], sides[&1], sides[&2]), (Side::Train, Side::Validation, Side::Validation));
    assert_eq!((divided.held_out, divided.apart.groups, divided.spanning.groups), ([20, 0], 1, 0));
    assert_eq!(divided.apart.first, [[(Ordinal(90), Side::Train), (Ordinal(91), Side::Validation)]]);
}

#[test]
fn a_source_takes_what_is_grouped_with_it() {
    let of = |side| Some(Tie::Source(side));
    let rows: Vec<Row> = vec![
        (0, 1, 0, of(Side::Validation)),
        (1, 1, 0, None),
        (2, 2, 0, None),
        (3, 3, 0, of(Side::Validation)),
        (4, 3, 0, of(Side::Test)),
    ];
    let (sides, divided) = divide_of(&rows, [0, 0], 0);
    assert_eq!(
        sides.into_values().collect::<Vec<Side>>(),
        [Side::Validation, Side::Validation, Side::Train, Side::Test, Side::Test]
    );
    assert_eq!((divided.apart.groups, divided.spanning.groups), (0, 2));
}

#[test]
fn the_newest_are_held_out() {
    // A record each hour, in conversations of three that begin at different times.
    let facts = table(0..300u128);
    let group = |line: Ordinal| line.0 % 100;
    let division = Division {
        facts: &facts,
        is_kept: &|_| true,
        strata: 0,
        stratum: &|_| None,
        group: &group,
        tie: None,
        links: &[],
        time: Some(&|line| (line.0 != 299).then_some(line.0)),
    };
    let divided = divide(&division, [31, 9], 5).expect("memory has room");
    // The last one has no time, so that its group is as old as what is left of it.
    let of = |side: Side| -> BTreeSet<u64> {
        facts.ordinals().filter(|&line| divided.side(line) == side).map(group).collect()
    };
    assert_eq!(of(Side::Test), (96..99).collect());
    assert_eq!(of(Side::Validation), (86..96).collect());
    assert_eq!(
        divided.held_out,
        [30, 9],
        "a group that does not fit ends a side, as older ones are not newer"
    );
}
