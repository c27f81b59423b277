//! Tests of quotas and picking: against laws, and against a naive reading.

use std::collections::{BTreeMap, BTreeSet};

use bedload_record::{NoRoom, Ordinal};
use proptest::prelude::*;
use twox_hash::XxHash3_64;

use super::*;
use crate::buckets::table;

fn share(most: u64, least: u64, weight: u64) -> Share {
    Share { most, least, weight }
}

#[test]
fn water_rises_until_a_vessel_is_full() {
    let natural = |sizes: &[u64], budget| {
        water_fill(&sizes.iter().map(|&size| share(size, 0, size)).collect::<Vec<_>>(), budget)
    };
    assert_eq!(natural(&[600, 300, 100], 10), [6, 3, 1]);
    assert_eq!(natural(&[1, 1, 1], 2), [1, 1, 0], "ties go to the earlier one");
    assert_eq!(natural(&[5, 7], 20), [5, 7]);
    assert_eq!(water_fill(&[share(100, 0, 1), share(10, 0, 1), share(100, 0, 2)], 90), [27, 10, 53]);
    assert_eq!(water_fill(&[share(1000, 1, 1000), share(3, 1, 3), share(2, 1, 2)], 10), [8, 1, 1]);
    assert_eq!(water_fill(&[share(50, 0, 0), share(5, 0, 1)], 20), [0, 5], "nothing for no weight");
    assert_eq!(water_fill(&[], 3), [0; 0]);
}

/// The level of the water, by halving an interval.
fn naive(shares: &[Share], budget: u64) -> Vec<f64> {
    let at = |level: f64| -> Vec<f64> {
        shares.iter().map(|s| (level * s.weight as f64).clamp(s.least as f64, s.most as f64)).collect()
    };
    let (mut low, mut high) = (0.0, 1e9);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if at(middle).iter().sum::<f64>() < budget as f64 { low = middle } else { high = middle }
    }
    at(low)
}

proptest! {
    #[test]
    fn quotas_are_the_level_of_the_water_rounded(
        shares in prop::collection::vec((1u64..200, 0u64..2, 1u64..50), 1..12),
        budget in 0u64..1500,
    ) {
        let shares: Vec<Share> = shares.iter().map(|&(most, least, weight)| share(most, least, weight)).collect();
        let least: u64 = shares.iter().map(|share| share.least).sum();
        let most: u64 = shares.iter().map(|share| share.most).sum();
        let budget = budget.max(least);
        let quotas = water_fill(&shares, budget);
        prop_assert_eq!(quotas.iter().sum::<u64>(), budget.min(most));
        for ((quota, share), exact) in quotas.iter().zip(&shares).zip(naive(&shares, budget)) {
            prop_assert!((share.least..=share.most).contains(quota));
            prop_assert!((*quota as f64 - exact).abs() < 1.0 + 1e-6, "{quotas:?} of {shares:?}: {exact}");
        }
    }

    #[test]
    fn sources_divide_the_whole_before_their_strata_do(
        sizes in prop::collection::vec((0usize..3, 1u64..80), 1..12),
        weights in prop::array::uniform3(0u64..5),
        budget in 0u64..400,
    ) {
        let (sources, records): (Vec<usize>, Vec<u64>) = sizes.into_iter().unzip();
        let mut held = [0; 3];
        sources.iter().zip(&records).for_each(|(&source, n)| held[source] += n);
        let totals = Totals { records: records.clone(), sizes: records.clone() };
        let quotas = quotas(&totals, &vec![0; records.len()], Some((&sources, &weights)), budget);
        prop_assert!(quotas.iter().zip(&records).all(|(quota, most)| quota <= most));
        let there: u64 = held.iter().zip(weights).filter(|(_, weight)| *weight > 0).map(|(n, _)| n).sum();
        prop_assert_eq!(quotas.iter().sum::<u64>(), budget.min(there));
        let of = |wanted: usize| -> u64 {
            sources.iter().zip(&quotas).filter(|(source, _)| **source == wanted).map(|(_, quota)| quota).sum()
        };
        let most = most_of_mix(&held, &weights);
        let all: u64 = weights.iter().sum();
        if all > 0 && budget <= most {
            for (source, weight) in weights.iter().enumerate() {
                prop_assert!((of(source) * all).abs_diff(budget * weight) < all);
            }
        }
        prop_assert!(all > 0 || quotas.iter().all(|&quota| quota == 0));
    }
}

/// Record n: its stratum, cluster and size.
type Row = (usize, u64, u64);

/// Picks among rows that come in some order; their digests stay with them.
fn picked(rows: &[Row], order: &[usize], quotas: &[u64], seed: u64) -> Result<BTreeSet<usize>, NoRoom> {
    let facts = table(order.iter().map(|&row| row as u128 * 7919));
    let row = |line: Ordinal| rows[order[line.index()]];
    let among = Among {
        facts: &facts,
        is_in: |line| row(line).2 > 0,
        strata: quotas.len(),
        stratum: |line| row(line).0,
        cluster: |line| row(line).1,
        size: |line| row(line).2,
        first: None,
    };
    let lines = pick(&among, quotas, seed)?;
    assert!(lines.is_sorted());
    Ok(lines.into_iter().map(|line| order[line.index()]).collect())
}

/// The same, by sorting everything.
fn naively(rows: &[Row], quotas: &[u64], seed: u64) -> BTreeSet<usize> {
    let hash = |row: usize| XxHash3_64::oneshot_with_seed(seed, &(row as u128 * 7919).to_le_bytes());
    let mut of_clusters: BTreeMap<(usize, u64), Vec<(u64, usize)>> = BTreeMap::new();
    for (n, &(stratum, cluster, size)) in rows.iter().enumerate() {
        if size > 0 {
            of_clusters.entry((stratum, cluster)).or_default().push((hash(n), n));
        }
    }
    let mut of_strata: BTreeMap<usize, Vec<(usize, u64, usize)>> = BTreeMap::new();
    for ((stratum, _), mut cluster) in of_clusters {
        cluster.sort_unstable();
        let rounds = cluster.iter().enumerate().map(|(round, &(hash, n))| (round, hash, n));
        of_strata.entry(stratum).or_default().extend(rounds);
    }
    let mut picked = BTreeSet::new();
    for (stratum, mut row) in of_strata {
        row.sort_unstable();
        picked.extend(row.iter().take(quotas[stratum] as usize).map(|&(_, _, n)| n));
    }
    picked
}

proptest! {
    #[test]
    fn every_cluster_gives_one_before_any_gives_two_in_any_order_of_records(
        rows in prop::collection::vec((0usize..3, 0u64..12, 0u64..2), 0..80),
        quotas in prop::array::uniform3(0u64..30),
        seed in any::<u64>(),
        turn in 0usize..80,
    ) {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let expected = naively(&rows, &quotas, seed);
        prop_assert_eq!(picked(&rows, &order, &quotas, seed).expect("own memory"), expected.clone());
        order.reverse();
        order.rotate_left(turn.min(rows.len()));
        prop_assert_eq!(picked(&rows, &order, &quotas, seed).expect("own memory"), expected.clone());
        for (stratum, &quota) in quotas.iter().enumerate() {
            let of_stratum = |n: &&usize| rows[**n].0 == stratum;
            let there = (0..rows.len()).filter(|n| rows[*n].0 == stratum && rows[*n].2 > 0).count();
            prop_assert_eq!(expected.iter().filter(of_stratum).count(), there.min(quota as usize));
        }
    }

    #[test]
    fn a_budget_of_tokens_is_kept_and_nothing_that_is_next_would_fit(
        sizes in prop::collection::vec(1u64..30, 0..60),
        budget in 0u64..600,
        seed in any::<u64>(),
    ) {
        let rows: Vec<Row> = sizes.iter().enumerate().map(|(n, &size)| (n % 2, n as u64, size)).collect();
        let order: Vec<usize> = (0..rows.len()).collect();
        let mut held = [0, 0];
        rows.iter().for_each(|row| held[row.0] += row.2);
        let quotas = water_fill(&held.map(|held| share(held, 0, held)), budget);
        let picked = picked(&rows, &order, &quotas, seed).expect("own memory");
        let used: u64 = picked.iter().map(|&n| rows[n].2).sum();
        prop_assert!(used <= budget);
        let smallest = (0..rows.len()).filter(|n| !picked.contains(n)).map(|n| rows[n].2).min();
        prop_assert!(smallest.is_none_or(|size| size > budget - used), "{used} of {budget}");
    }
}

#[test]
fn a_mix_is_read_from_text() {
    let mix: Mix = "b.jsonl=0.5, a=b.jsonl=2".parse().expect("a mix");
    assert_eq!(mix.names().collect::<Vec<_>>(), ["a=b.jsonl", "b.jsonl"]);
    assert_eq!(mix.weight("b.jsonl").map(Weight::millionths), Some(500_000));
    assert_eq!(mix.weight("c"), None);
    for (wrong, why) in [
        ("a", "`a` has no weight\nhint: write NAME=WEIGHT, e.g. `chat=2,code=0.5`"),
        ("a=x", "`x` is no weight: a number from 0 to 1,000,000 with up to 6 decimals"),
        ("a=-1", "`-1` is no weight: a number from 0 to 1,000,000 with up to 6 decimals"),
        ("a=0.0000001", "`0.0000001` is no weight: a number from 0 to 1,000,000 with up to 6 decimals"),
        ("a=1,a=2", "`a` is named twice"),
    ] {
        assert_eq!(wrong.parse::<Mix>().expect_err(wrong).to_string(), why);
    }
}

#[test]
fn an_amount_is_a_number_or_fit() {
    assert_eq!("12".parse(), Ok(Amount::Records(12)));
    assert_eq!("fit".parse(), Ok(Amount::Fit));
    assert!("fits".parse::<Amount>().is_err() && "-1".parse::<Amount>().is_err());
}

proptest! {
    #[test]
    fn what_comes_first_is_picked_before_others(
        rows in prop::collection::vec((0usize..3, 0u64..12, 1u64..2, any::<bool>()), 1..80),
        budget in 0u64..80,
        seed in any::<u64>(),
    ) {
        let facts = table((0..rows.len() as u128).map(|row| row * 7919));
        let is_first = |line: Ordinal| rows[line.index()].3;
        let among = Among {
            facts: &facts,
            is_in: |_| true,
            strata: 3,
            stratum: |line: Ordinal| rows[line.index()].0,
            cluster: |line: Ordinal| rows[line.index()].1,
            size: |_| 1,
            first: Some(&is_first),
        };
        let mut first = [0; 3];
        rows.iter().filter(|row| row.3).for_each(|row| first[row.0] += 1);
        let quotas = quotas(&totals(&among), &first, None, budget);
        prop_assert_eq!(quotas.iter().sum::<u64>(), budget.min(rows.len() as u64));
        let picked = pick(&among, &quotas, seed).expect("own memory");
        prop_assert_eq!(picked.len() as u64, budget.min(rows.len() as u64));
        let firsts = picked.iter().filter(|&&line| is_first(line)).count() as u64;
        if first.iter().sum::<u64>() <= budget {
            prop_assert_eq!(firsts, first.iter().sum::<u64>());
        }
        // Of the others, a cluster gives a second one only where no other cluster of the stratum could give its first.
        let of_row = |line: Ordinal| (rows[line.index()].0, rows[line.index()].1);
        let mut held: BTreeMap<(usize, u64), u64> = BTreeMap::new();
        picked.iter().for_each(|&line| *held.entry(of_row(line)).or_default() += 1);
        let others = |line: &&Ordinal| !is_first(**line);
        let twice: BTreeSet<usize> =
            picked.iter().filter(others).filter(|&&line| held[&of_row(line)] > 1).map(|&line| of_row(line).0).collect();
        if first.iter().sum::<u64>() <= budget {
            prop_assert!((0..rows.len()).map(|row| (rows[row].0, rows[row].1)).all(|row| held.contains_key(&row) || !twice.contains(&row.0)));
        }
    }
}
