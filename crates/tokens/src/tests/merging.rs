//! Merging, apart from splitting and from what was seen before: in lanes, and by the longest tokens, against the
//! definition written out.

use proptest::prelude::*;

use super::Encoding;
use crate::backtrack::Backtrack;
use crate::long::Windows;
use crate::merge::{LaneInput, Lanes, PARTS_MAX};
use crate::merge_table::Origin;
use crate::pairs::Pairs;
use crate::split::simd::{Job, Level, Portable, Simd};
use crate::vocabulary::Vocabulary;

/// The pair of the lowest rank first, the leftmost of equals, until there is none.
pub(super) fn by_definition(vocabulary: &Vocabulary, text: &[u8]) -> u64 {
    let rank = |left: u32, right: u32| vocabulary.pairs.find(Portable, vocabulary.pairs.lookup(left, right));
    let mut parts: Vec<u32> = text.iter().map(|byte| vocabulary.bytes[usize::from(*byte)]).collect();
    let mut ranks: Vec<u32> = parts.windows(2).map(|pair| rank(pair[0], pair[1])).collect();
    loop {
        match ranks.iter().zip(0..).min() {
            Some((&token, at)) if token != Pairs::NONE => {
                parts[at] = token;
                parts.remove(at + 1);
                ranks.remove(at);
                if at > 0 {
                    ranks[at - 1] = rank(parts[at - 1], token);
                }
                if at < ranks.len() {
                    ranks[at] = rank(token, parts[at + 1]);
                }
            }
            _ => return parts.len() as u64,
        }
    }
}

/// Texts that are counted in windows, however short they are, and their counts.
struct InWindows<'t> {
    vocabulary: &'t Vocabulary,
    texts: &'t [&'t [u8]],
    counts: Vec<Option<u64>>,
}

impl Job for &mut InWindows<'_> {
    type Output = u64;

    fn run<S: Simd>(self, simd: S) -> u64 {
        let mut windows = Windows::default();
        let count = |text: &&[u8]| windows.count(simd, self.vocabulary, text);
        self.counts = self.texts.iter().map(count).collect();
        0
    }
}

/// Counts in windows with all instructions, which must give the same.
pub(super) fn in_windows(vocabulary: &Vocabulary, texts: &[&[u8]]) -> Vec<Option<u64>> {
    let counts = Level::all().into_iter().map(|level| {
        let mut windows = InWindows { vocabulary, texts, counts: Vec::new() };
        level.run(&mut windows);
        windows.counts
    });
    counts.reduce(|counts, others| (assert_eq!(counts, others), counts).1).expect("a level")
}

/// Texts that are merged in lanes, from the parts that `chars.rs` gives, and their counts.
struct InLanes<'t> {
    vocabulary: &'t Vocabulary,
    texts: &'t [String],
    next: usize,
    counts: Vec<u64>,
}

impl LaneInput for InLanes<'_> {
    fn next(&mut self, parts: &mut [u32; PARTS_MAX]) -> Option<(usize, usize)> {
        let text = self.texts.get(self.next)?;
        self.next += 1;
        let Vocabulary { chars, bytes, .. } = self.vocabulary;
        Some((chars.split(bytes, text.as_bytes(), parts, |_, _| ()).expect("short texts"), self.next - 1))
    }

    fn done(&mut self, word: usize, count: u64) {
        self.counts[word] = count;
    }
}

impl Job for &mut InLanes<'_> {
    type Output = u64;

    fn run<S: Simd>(self, simd: S) -> u64 {
        Lanes::default().run(simd, self.vocabulary, self);
        0
    }
}

/// Characters of many scripts, among them those whose bytes are parts of other tokens.
fn text() -> impl Strategy<Value = String> {
    let char = prop_oneof![
        4 => prop::sample::select(" aeinst'-._0129АБорстнпфщъїґקוייאבरक्षिमাংলதமিழ్గుიანსարե彩神京赛车的人，。をはガ".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
        1 => prop::char::range('\u{80}', '\u{FFFF}'),
    ];
    let run = (prop::collection::vec(char, 1..12), 1..4_usize).prop_map(|(chars, times)| chars.repeat(times));
    run.prop_map(String::from_iter)
}

pub(super) fn vocabularies() -> [(Encoding, std::sync::Arc<Vocabulary>); 4] {
    [Encoding::O200kBase, Encoding::Cl100kBase, Encoding::P50kBase, Encoding::R50kBase]
        .map(|encoding| (encoding, encoding.vocabulary()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_ways_of_merging_are_the_same(texts in prop::collection::vec(text(), 1..20)) {
        for (encoding, vocabulary) in vocabularies() {
            let expected: Vec<u64> = texts.iter().map(|text| by_definition(&vocabulary, text.as_bytes())).collect();
            let mut backtrack = Backtrack::default();
            let by_longest: Vec<u64> =
                texts.iter().map(|text| backtrack.count(&vocabulary, text.as_bytes())).collect();
            prop_assert_eq!(&by_longest, &expected, "{} {:?}", encoding, texts);
            let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
            let joined: Vec<u64> = in_windows(&vocabulary, &bytes).into_iter().flatten().collect();
            prop_assert_eq!(&joined, &expected, "{} {:?}", encoding, texts);
            for level in Level::all() {
                let counts = vec![0; texts.len()];
                let mut lanes = InLanes { vocabulary: &vocabulary, texts: &texts, next: 0, counts };
                level.run(&mut lanes);
                prop_assert_eq!(&lanes.counts, &expected, "{} {:?} {:?}", encoding, level, texts);
            }
        }
    }
}

/// Any bytes have a count, also those that are no text.
#[test]
fn every_two_bytes_are_counted_alike() {
    let mut backtrack = Backtrack::default();
    for (encoding, vocabulary) in vocabularies() {
        for pair in 0..=u16::MAX {
            let text = pair.to_be_bytes();
            let count = backtrack.count(&vocabulary, &text);
            assert_eq!(count, by_definition(&vocabulary, &text), "{encoding} {text:?}");
        }
    }
}

/// Lines that are full hand on to the next ones.
#[test]
fn every_merge_is_found_and_no_other() {
    for (encoding, vocabulary) in vocabularies() {
        let pairs = &vocabulary.pairs;
        let mut merges = 0;
        for token in 0..vocabulary.tokens as u32 {
            let Some((left, right)) = pairs.parts(token) else { continue };
            merges += 1;
            assert_eq!(pairs.find(Portable, pairs.lookup(left, right)), token, "{encoding}");
            let reversed = pairs.find(Portable, pairs.lookup(right, left));
            assert!(reversed == Pairs::NONE || pairs.parts(reversed) == Some((right, left)), "{encoding}");
        }
        assert!(merges > 49_000, "{encoding}");
    }
}

#[test]
pub(super) fn vocabularies_that_no_training_makes_are_refused() {
    let bytes = || (0..=255u8).map(Origin::Byte);
    let refusal =
        |origins: Vec<Origin>| Vocabulary::new(origins.into_iter(), [].into()).err().unwrap_or_default();
    assert_eq!(refusal(bytes().collect()), "");
    assert_eq!(refusal(bytes().chain([Origin::Merge(97, 98)]).collect()), "");
    assert_eq!(refusal(bytes().skip(1).collect()), "there is no token for the byte 0x00");
    let early = [Origin::Merge(98, 99)].into_iter().chain(bytes());
    assert_eq!(refusal(early.collect()), "the token of rank 0 comes before its parts");
}

#[test]
fn a_vocabulary_of_next_to_nothing_counts_long_texts() {
    let bytes = || (0..=255u8).map(Origin::Byte);
    for (merges, expected) in [(&[][..], 600), (&[Origin::Merge(97, 98)], 300)] {
        let vocabulary =
            Vocabulary::new(bytes().chain(merges.iter().copied()).collect::<Vec<_>>().into_iter(), [].into());
        let vocabulary = vocabulary.unwrap();
        let text = "ab".repeat(300);
        assert_eq!(Backtrack::default().count(&vocabulary, text.as_bytes()), expected);
        assert_eq!(in_windows(&vocabulary, &[text.as_bytes()]), [Some(expected)]);
    }
}
