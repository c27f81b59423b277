//! A run with an index finds what a run without one finds.

use std::collections::{BTreeMap, BTreeSet};

use bedload_record::{NoRoom, Ordinal};
use proptest::prelude::*;

use super::super::edges::Edge;
use super::super::sets::{NewSets, Sets};
use super::super::similarity::{Similarity, Threshold};
use super::super::words::fold;
use super::*;

type Set = BTreeSet<u32>;

/// The sets of some records of a run, by their lines.
fn sets_of(sets: &[Set], is_in: impl Fn(usize) -> bool) -> Sets {
    let mut chunks = Vec::new();
    for (nth, some) in sets.chunks(3).enumerate() {
        let mut chunk = NewSets::with_capacity(0);
        for (at, set) in some.iter().enumerate().filter(|(at, _)| is_in(nth * 3 + at)) {
            let hashes: Vec<u64> =
                set.iter().map(|&n| fold(u64::from(n) + 1, 0x9E37_79B9_7F4A_7C15)).collect();
            chunk.push(Ordinal((nth * 3 + at) as u64), &hashes);
        }
        chunks.push(chunk.finish(None).expect("own memory"));
    }
    Sets::new(chunks, None)
}

fn id(set: &Set) -> u128 {
    set.iter().fold(7, |id: u128, &n| id.wrapping_mul(1_000_003).wrapping_add(u128::from(n) + 1))
}

/// All pairs, by a comparison of all.
fn naive(sets: &[Set], threshold: Threshold) -> Vec<Edge> {
    let mut all = Vec::new();
    for (b, line) in sets.iter().zip(0..).filter(|(b, _)| !b.is_empty()) {
        for (a, earlier) in sets.iter().zip(0..line).filter(|(a, _)| !a.is_empty()) {
            let common = a.intersection(b).count() as u32;
            let either = (a.len() + b.len()) as u32 - common;
            if threshold.is_reached(common, either) {
                let similarity = Similarity { common, either };
                all.push(Edge { line: Ordinal(line), earlier: Ordinal(earlier), similarity });
            }
        }
    }
    all
}

/// The pairs of a run, and its index in bytes.
fn run(sets: &[Set], old: Option<&[u8]>, threshold: Threshold) -> (Vec<Edge>, Vec<u8>) {
    let old = old.map(|bytes| SavedIndex::read(bytes, "a stamp", threshold).expect("an index"));
    let number = |nth: usize| old.as_ref().and_then(|old| old.find(id(&sets[nth])));
    let mut lines = vec![None; old.as_ref().map_or(0, SavedIndex::len)];
    (0..sets.len()).for_each(|nth| {
        if let Some(number) = number(nth) {
            lines[number as usize] = Some(Ordinal(nth as u64));
        }
    });
    let new = sets_of(sets, |nth| number(nth).is_none());
    let with = Run { new: &new, old: old.as_ref().map(|old| (old, &lines[..])), threshold };
    let again = |lines: &[Ordinal]| {
        assert!(lines.iter().all(|line| number(line.index()).is_some()));
        Ok::<_, NoRoom>(sets_of(sets, |nth| lines.contains(&Ordinal(nth as u64))))
    };
    let mut pairs = all_pairs(&with, usize::MAX, again, || Ok(())).expect("room").expect("all");
    pairs.sort_by_key(|pair| (pair.line, pair.earlier));
    let of_line: BTreeMap<usize, u32> =
        (0..new.len()).map(|nth| (new.line(nth).index(), nth as u32)).collect();
    let member = |nth: usize| match (number(nth), of_line.get(&nth)) {
        (Some(number), _) => Member::Old(number),
        (None, Some(&set)) => Member::New(set),
        (None, None) => Member::Empty,
    };
    let mut members: Vec<(u128, Member, u64)> =
        (0..sets.len()).map(|nth| (id(&sets[nth]), member(nth), nth as u64)).collect();
    members.sort_by_key(|member| member.0);
    let place = |line: Ordinal| members.iter().position(|member| member.2 == line.0).expect("there") as u32;
    let saved = |pair: &Edge| {
        let (a, b) = (place(pair.line), place(pair.earlier));
        SavedPair {
            later: a.max(b),
            earlier: a.min(b),
            common: pair.similarity.common,
            either: pair.similarity.either,
        }
    };
    let saved = pairs.iter().map(saved).collect();
    let members: Vec<(u128, Member)> = members.into_iter().map(|(id, member, _)| (id, member)).collect();
    let stamped = ("a stamp".to_owned(), threshold);
    let index = NewIndex::new(stamped, old.as_ref(), &members, &new, saved, None).expect("own memory");
    let mut bytes = Vec::new();
    index
        .write(|some| {
            bytes.extend_from_slice(some);
            Ok::<_, NoRoom>(())
        })
        .expect("written");
    (pairs, bytes)
}

/// Sets with copies of others among them, of which a few members are changed.
fn some_sets() -> impl Strategy<Value = Vec<Set>> {
    let originals = prop::collection::vec(prop::collection::btree_set(0u32..3000, 0..150), 1..8);
    let copies = prop::collection::vec(
        (any::<prop::sample::Index>(), prop::collection::vec(0u32..3000, 0..30)),
        0..60,
    );
    (originals, copies).prop_map(|(mut sets, copies)| {
        for (of, changed) in copies {
            let mut set = sets[of.index(sets.len())].clone();
            for member in changed {
                if !set.remove(&(member % 200)) {
                    set.insert(member);
                }
            }
            sets.push(set);
        }
        let mut seen = BTreeSet::new();
        sets.retain(|set| seen.insert(set.clone()));
        sets
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn runs_with_an_index_find_the_pairs_of_a_comparison_of_all(
        sets in some_sets(), seed: u64, turns in 1u64..5, hundredths in 5u32..=100,
    ) {
        let threshold: Threshold = format!("{}.{:02}", hundredths / 100, hundredths % 100).parse().expect("one");
        let mut index: Option<Vec<u8>> = None;
        for turn in 0..turns {
            // Some come, some go, and those that stay are in other places.
            let mut some = sets.clone();
            some.sort_by_key(|set| fold(id(set) as u64 ^ seed ^ turn, 0xD6E8_FEB8_6659_FD93));
            some.truncate(sets.len() * 3 / 4 + 1);
            let (pairs, bytes) = run(&some, index.as_deref(), threshold);
            prop_assert_eq!(pairs, naive(&some, threshold));
            // What is frequent is known from the first run; here nothing is.
            let (_, anew) = run(&some, None, threshold);
            let without_count = |bytes: &[u8]| [&bytes[..32], &bytes[40..]].concat();
            prop_assert_eq!(without_count(&bytes), without_count(&anew));
            index = Some(bytes);
        }
    }
}

#[test]
fn frequent_shingles_come_last_and_pairs_of_nothing_else_are_found() {
    let threshold = "0.6".parse().expect("a threshold");
    // All share a template; some have little else.
    let set = |n: u32| (0..40).chain(1000 + n * 7..=1000 + n * 7 + n % 37).collect::<Set>();
    let sets: Vec<Set> = (0..150).map(set).collect();
    let (_, first) = run(&sets[..140], None, threshold);
    let index = SavedIndex::read(&first, "a stamp", threshold).expect("an index");
    assert!(index.frequent().len() >= 40);
    assert_eq!(run(&sets, Some(&first), threshold).0, naive(&sets, threshold));
}

#[test]
fn an_index_that_does_not_fit_says_why() {
    let threshold = |text: &str| text.parse::<Threshold>().expect("a threshold");
    let sets: Vec<Set> = (0..9).map(|n| (n..n + 20).collect()).collect();
    let (_, bytes) = run(&sets, None, threshold("0.7"));
    let read = |bytes: &[u8], stamp: &str, least: &str| {
        SavedIndex::read(bytes, stamp, threshold(least)).map(|index| index.len())
    };
    assert_eq!(read(&bytes, "a stamp", "0.7"), Ok(9));
    assert_eq!(read(&bytes, "a stamp", "0.8"), Ok(9));
    let other = "it has pairs from 0.7 on, and 0.6 is compared".to_owned();
    assert_eq!(read(&bytes, "a stamp", "0.6"), Err(Unusable::Other(other)));
    assert_eq!(read(b"{\"prompt\":\"\"}", "a stamp", "0.7"), Err(Unusable::NoIndex));
    assert_eq!(read(b"", "a stamp", "0.7"), Err(Unusable::NoIndex));
    for end in MAGIC.len()..bytes.len() {
        assert!(read(&bytes[..end], "a stamp", "0.7").is_err(), "{end}");
    }
    let [words, chars] = [Shingle::Words(5), Shingle::Chars(9)].map(|shingle| stamp(shingle, Fields::All));
    assert_ne!(words, chars);
    let stamped = |stamp: &str| {
        let index = NewIndex::new(
            (stamp.to_owned(), threshold("0.7")),
            None,
            &[],
            &Sets::default(),
            Vec::new(),
            None,
        );
        let mut bytes = Vec::new();
        index
            .expect("own memory")
            .write(|some| {
                bytes.extend_from_slice(some);
                Ok::<_, NoRoom>(())
            })
            .expect("written");
        bytes
    };
    assert_eq!(read(&stamped(&words), &words, "0.7"), Ok(0));
    let Err(Unusable::Other(why)) = read(&stamped(&words), &chars, "0.7") else { panic!("it is another") };
    assert_eq!(why, "it was made with shingle word:5, not char:9");
}
