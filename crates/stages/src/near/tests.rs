//! Against a comparison of all pairs.

use std::collections::BTreeSet;
use std::sync::Arc;

use bedload_record::{Memory, Room};
use proptest::prelude::*;

use super::*;

/// A room in memory.
#[derive(Debug)]
pub(super) struct Heap;

#[derive(Debug)]
struct Bytes(Vec<u64>, usize);

impl Room for Heap {
    fn make(&self, bytes: usize) -> Result<Box<dyn Memory>, NoRoom> {
        Ok(Box::new(Bytes(vec![0; bytes.div_ceil(8)], bytes)))
    }
}

impl Memory for Bytes {
    fn bytes(&self) -> &[u8] {
        &zerocopy::IntoBytes::as_bytes(&self.0[..])[..self.1]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut zerocopy::IntoBytes::as_mut_bytes(&mut self.0[..])[..self.1]
    }
}

/// Why a run ends.
#[derive(Debug, PartialEq, Eq)]
enum Stop {
    Asked,
    NoRoom,
}

impl From<NoRoom> for Stop {
    fn from(_: NoRoom) -> Self {
        Self::NoRoom
    }
}

fn sets(texts: &[String], is_spilled: bool) -> (Sets, Vec<BTreeSet<u64>>) {
    let room = is_spilled.then(|| Arc::new(Heap) as Arc<dyn Room>);
    let mut shingler = Shingler::new(Shingle::Words(2));
    let mut chunks = Vec::new();
    let mut plain = Vec::new();
    for (texts, first) in texts.chunks(7).zip((0..).step_by(7)) {
        let mut chunk = NewSets::default();
        for (text, line) in texts.iter().zip(first..) {
            let set = shingler.shingles([text.as_str()].into_iter());
            chunk.push(Ordinal(line), set);
            plain.push(set.iter().copied().collect());
        }
        chunks.push(chunk.finish(room.as_ref()).expect("room"));
    }
    (Sets::new(chunks, room), plain)
}

fn is_alike(a: &BTreeSet<u64>, b: &BTreeSet<u64>, millionths: u64) -> bool {
    a.intersection(b).count() as u64 * 1_000_000 >= a.union(b).count() as u64 * millionths
}

/// Gives both trees the lesser root, and every member its root.
fn unite(roots: &mut [usize], a: usize, b: usize) {
    let [from, to] = [roots[a].max(roots[b]), roots[a].min(roots[b])];
    roots.iter_mut().filter(|root| **root == from).for_each(|root| *root = to);
}

/// Every record in order: it stays unless it is like one before it that stays.
/// Those from `records` on come first, and stay.
fn naive(plain: &[BTreeSet<u64>], records: usize, millionths: u64) -> Vec<NearDuplicate> {
    let has_words = |nth: &usize| !plain[*nth].is_empty();
    let mut stays: Vec<usize> = (records.min(plain.len())..plain.len()).filter(has_words).collect();
    let mut found = Vec::new();
    for nth in (0..records.min(plain.len())).filter(has_words) {
        let set = &plain[nth];
        let like = stays.iter().find_map(|&earlier| {
            let common = set.intersection(&plain[earlier]).count();
            let either = set.union(&plain[earlier]).count();
            let similarity = Similarity { common: common as u32, either: either as u32 };
            (common as u64 * 1_000_000 >= either as u64 * millionths).then_some((earlier, similarity))
        });
        match like {
            Some((survivor, similarity)) => found.push(NearDuplicate {
                dropped: Ordinal(nth as u64),
                survivor: Ordinal(survivor as u64),
                similarity,
            }),
            None => stays.push(nth),
        }
    }
    found
}

/// All pairs, as an engine finds them.
fn all_pairs(sets: &Sets, threshold: Threshold) -> Vec<Edge> {
    let edges = Edges::new(sets, threshold, Engine::Exact).expect("room");
    (0..edges.batches()).flat_map(|batch| edges.batch(batch)).collect()
}

/// The order of input of so many records; all others stay.
fn first(facts: &FactTable, records: usize) -> Order<'_> {
    Order { records: records as u64, facts, survivor: &Survivor::First }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn near_duplicates_are_those_of_a_comparison_of_all_pairs(
        originals in prop::collection::vec("([a-d]{1,2} ){3,14}", 1..12),
        copies in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[a-d]{0,2}"), 0..120),
        hundredths in 5u32..=100,
        is_spilled: bool,
    ) {
        let mut texts = originals;
        for (of, at, word) in copies {
            let mut words: Vec<&str> = texts[of.index(texts.len())].split(' ').collect();
            let at = at.index(words.len());
            words[at] = &word;
            texts.push(words.join(" "));
        }
        let (sets, plain) = sets(&texts, is_spilled);
        let threshold: Threshold = format!("{}.{:02}", hundredths / 100, hundredths % 100).parse().expect("a threshold");
        let is_in = |nth: usize| nth % 5 != 3 && !plain[nth].is_empty();
        let side = |nth: usize| is_in(nth).then_some(if nth.is_multiple_of(2) { Side::Train } else { Side::Validation });
        let mut roots: Vec<usize> = (0..plain.len()).collect();
        let mut united = roots.clone();
        let mut across = 0;
        for b in (0..plain.len()).filter(|&b| is_in(b)) {
            for a in (0..b).filter(|&a| is_in(a)) {
                if is_alike(&plain[a], &plain[b], u64::from(hundredths) * 10_000) {
                    unite(&mut roots, a, b);
                    across += u64::from(side(a) != side(b));
                }
            }
        }
        let go_on = || Ok::<(), Stop>(());
        let facts = FactTable::new(1);
        let pairs = Pairs::new(&sets, threshold, Engine::Exact).expect("room");
        let links = pairs.links(|line| is_in(line.index()), go_on).expect("links");
        prop_assert!(links.len() <= plain.len());
        links.iter().for_each(|(a, b)| unite(&mut united, a.index(), b.index()));
        prop_assert_eq!(&united, &roots);
        let edges = Edges::new(&sets, threshold, Engine::Exact).expect("room");
        let edges: Vec<(usize, usize)> = (0..edges.batches()).flat_map(|batch| edges.batch(batch)).map(|edge| (edge.line.index(), edge.earlier.index())).collect();
        let all: Vec<(usize, usize)> = (0..plain.len()).flat_map(|b| (0..b).map(move |a| (b, a)))
.filter(|&(b, a)| !plain[a].is_empty() && is_alike(&plain[a], &plain[b], u64::from(hundredths) * 10_000)).collect();
        prop_assert_eq!(edges, all);
        prop_assert_eq!(pairs.crossing(|line| side(line.index()), go_on), Ok(across));
        for records in [plain.len(), plain.len() / 3] {
            let found = near_duplicates(&sets, threshold, Engine::Exact, &first(&facts, records), go_on);
            prop_assert_eq!(found, Ok(naive(&plain, records, u64::from(hundredths) * 10_000)));
        }
        let looser: Threshold = format!("{}.{:02}", hundredths / 200, hundredths / 2 % 100).parse().unwrap_or(threshold);
        let list = PairList::new(all_pairs(&sets, looser));
        prop_assert_eq!(list.at(threshold).copied().collect::<Vec<Edge>>(), all_pairs(&sets, threshold));
        let pairs = Pairs::listed(&list, threshold);
        let mut united: Vec<usize> = (0..plain.len()).collect();
        let links = pairs.links(|line| is_in(line.index()), go_on).expect("links");
        links.iter().for_each(|(a, b)| unite(&mut united, a.index(), b.index()));
        prop_assert_eq!(united, roots);
        let crossing = Pairs::new(&sets, threshold, Engine::Exact).expect("room").crossing_pairs(3, |line| side(line.index()), go_on);
        prop_assert_eq!(pairs.crossing_pairs(3, |line| side(line.index()), go_on), crossing);
        for records in [plain.len(), plain.len() / 3] {
            for survivor in [Survivor::First, Survivor::Last, Survivor::Longest] {
                let order = Order { records: records as u64, facts: &facts, survivor: &survivor };
                let by_engine = near_duplicates(&sets, threshold, Engine::Exact, &order, go_on).expect("room");
                prop_assert_eq!(list.near_duplicates(threshold, &order), by_engine);
            }
        }
    }
}

#[test]
fn a_run_that_is_stopped_ends_between_batches() {
    let texts: Vec<String> = (0..50).map(|n| format!("the same words again and again {n}")).collect();
    let (sets, _) = sets(&texts, false);
    let threshold = "0.5".parse().expect("a threshold");
    let stop = || Err(Stop::Asked);
    assert_eq!(
        near_duplicates(&sets, threshold, Engine::Exact, &first(&FactTable::new(1), 50), stop),
        Err(Stop::Asked)
    );
    let pairs = Pairs::new(&sets, threshold, Engine::Exact).expect("room");
    assert_eq!(pairs.links(|_| true, stop), Err(Stop::Asked));
    let side = |line: Ordinal| Some(if line.0 < 9 { Side::Validation } else { Side::Train });
    assert_eq!(pairs.crossing(side, stop), Err(Stop::Asked));
}
