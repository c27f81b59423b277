//! Tests of sizes, shares and the choice: against laws, and against a naive count.

use bedload_record::{Ordinal, Side};
use proptest::prelude::*;

use super::*;
use crate::buckets::table;

mod dividing;

#[derive(Deserialize)]
struct Holder {
    size: Size,
}

#[test]
fn sizes_are_exact_decimals() {
    let of = |text: &str, n| text.parse::<Size>().expect(text).of(n);
    assert_eq!(of("0.1", 11_128), 1113);
    assert_eq!(of("0.5", 3), 2);
    assert_eq!(of("0.25", 1), 0);
    assert_eq!(of(".2", 10), 2);
    assert_eq!(of("0", 10), 0);
    assert_eq!(of("7", 10), 7);
    for (percent, share) in
        [("5%", "0.05"), ("0.5 %", "0.005"), ("50%", "0.5"), ("12.3456789%", "0.123456789"), ("0%", "0")]
    {
        assert_eq!(percent.parse::<Size>(), share.parse(), "{percent}");
    }
    for wrong in [
        "0.6",
        "1.0",
        "-1",
        "x",
        "0.",
        "",
        "%",
        "51%",
        "5 %%",
        "-1%",
        "1.%",
        "0.00000001%",
        "0.5000000001",
        "1e-1",
    ] {
        assert!(wrong.parse::<Size>().is_err(), "{wrong}");
    }
    for text in ["0.1", "0.0", "0.123456789", "12"] {
        assert_eq!(text.parse::<Size>().expect(text).to_string(), text);
    }
    let read = |text: &str| {
        let value: serde::de::value::MapDeserializer<'_, _, serde::de::value::Error> =
            serde::de::value::MapDeserializer::new([("size", text)].into_iter());
        Holder::deserialize(value).map(|holder| holder.size)
    };
    assert_eq!(read("0.2"), Ok(Size::Share(200_000_000)));
    assert!(read("2.0").is_err());
}

/// Record n is in group `groups[n]`, in class `groups[n] % 3`, and has a digest of its own. The records come in the order
/// of `lines`.
fn choose_of(lines: &[u64], groups: &[u64], wanted: u64, seed: u64) -> Vec<u64> {
    let facts = table(lines.iter().map(|&record| u128::from(record)));
    let record = |line: Ordinal| facts.digest(line) as u64;
    let group = |line: Ordinal| groups[record(line) as usize];
    let among = Among {
        facts: &facts,
        is_in: |_| true,
        strata: 3,
        stratum: |line| Some((group(line) % 3) as usize),
        group,
    };
    let choice = choose(&among, wanted, seed).expect("memory has room");
    assert!(choice.chosen.is_sorted());
    let mut records: Vec<u64> = choice.chosen.into_iter().map(record).collect();
    records.sort_unstable();
    records
}

proptest! {
    #[test]
    fn a_choice_is_exact_where_groups_are_single(n in 0u64..200, share in 0u64..=500, seed: u64) {
        let groups: Vec<u64> = (0..n).map(|g| g * 7919).collect();
        let lines: Vec<u64> = (0..n).collect();
        let wanted = n * share / 1000;
        let chosen = choose_of(&lines, &groups, wanted, seed);
        prop_assert_eq!(chosen.len() as u64, wanted);
        // Every class has its share, give or take the rounding.
        for class in 0..3 {
            let size = groups.iter().filter(|g| *g % 3 == class).count() as f64;
            let got = chosen.iter().filter(|&&line| groups[line as usize] % 3 == class).count() as f64;
            prop_assert!((got - size * wanted as f64 / n.max(1) as f64).abs() < 1.0);
        }
    }

    #[test]
    fn a_group_never_parts_and_order_does_not_matter(
        groups in prop::collection::vec(0u64..12, 1..80), wanted in 0u64..40, seed: u64
    ) {
        let lines: Vec<u64> = (0..groups.len() as u64).collect();
        let chosen = choose_of(&lines, &groups, wanted, seed);
        prop_assert!(chosen.len() as u64 <= wanted);
        for group in 0..12 {
            let size = groups.iter().filter(|g| **g == group).count();
            let got = chosen.iter().filter(|&&line| groups[line as usize] == group).count();
            prop_assert!(got == 0 || got == size);
        }
        let backwards: Vec<u64> = lines.iter().rev().copied().collect();
        prop_assert_eq!(&chosen, &choose_of(&backwards, &groups, wanted, seed));
    }
}

#[test]
fn groups_are_exchanged_where_that_makes_it_exact() {
    // A hundred groups of three, and two of two: four can only be two and two.
    let mut groups: Vec<u64> = (0..300).map(|n| n / 3).collect();
    groups.extend([1000, 1000, 1003, 1003]);
    let lines: Vec<u64> = (0..groups.len() as u64).collect();
    for seed in 0..20 {
        assert_eq!(choose_of(&lines, &groups, 4, seed).len(), 4, "seed {seed}");
        assert_eq!(choose_of(&lines, &groups, 5, seed).len(), 5, "seed {seed}");
        assert_eq!(choose_of(&lines, &groups, 1, seed).len(), 0, "seed {seed}");
    }
}

#[test]
fn another_seed_makes_another_choice() {
    let groups: Vec<u64> = (0..100).collect();
    let lines: Vec<u64> = (0..100).collect();
    assert_ne!(choose_of(&lines, &groups, 20, 1), choose_of(&lines, &groups, 20, 2));
}
