//! Against a comparison of all words with all.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn config(ngram: u32, coverage: &str, common: u32) -> ContaminationConfig {
    ContaminationConfig {
        ngram,
        coverage: coverage.parse().expect("a threshold"),
        common: common.try_into().expect("not zero"),
        ..ContaminationConfig::default()
    }
}

fn index(records: &[&[String]], config: &ContaminationConfig) -> Index {
    let mut chunk = EvalChunk::default();
    for (record, line) in records.iter().zip(1..) {
        chunk.push(line, record.iter().map(String::as_str));
    }
    Index::new(vec![chunk], config)
}

type Found = BTreeMap<u64, (By, u32, u32)>;

fn found(index: &Index, record: &[String]) -> Found {
    let mut matcher = Matcher::new(index);
    // What an earlier record leaves does not count.
    matcher.find(["w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 w14"].into_iter());
    let found = matcher.find(record.iter().map(String::as_str));
    found.iter().map(|m| (index.record(m.record).line, (m.by, m.covered, m.counted))).collect()
}

/// The same by spelled-out words, each evaluation record against each record.
fn naive(evaluation: &[&[String]], record: &[String], config: &ContaminationConfig) -> Found {
    let words = |texts: &[String]| -> Vec<String> {
        texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
    };
    let n = config.ngram as usize;
    let mut different: Vec<(u64, Vec<String>)> = Vec::new();
    for (texts, line) in evaluation.iter().zip(1..) {
        let words = words(texts);
        if words.len() >= WORDS_MIN && different.iter().all(|(_, other)| *other != words) {
            different.push((line, words));
        }
    }
    let holders = |gram: &[String]| {
        different.iter().filter(|(_, words)| words.windows(gram.len()).any(|other| other == gram)).count()
    };
    let counts = |gram: &[String]| holders(gram) <= config.common.get() as usize;
    let all = words(record);
    let has = |gram: &[String]| all.windows(gram.len()).any(|other| other == gram);
    let mut found = Found::new();
    for (line, words) in &different {
        let of_n: Vec<&[String]> = words.windows(n).filter(|gram| counts(gram)).collect();
        let (mut covered, mut counted) = (BTreeSet::new(), BTreeSet::new());
        for (at, gram) in words.windows(COVERAGE_WORDS).enumerate().filter(|(_, gram)| counts(gram)) {
            counted.extend(at..at + COVERAGE_WORDS);
            if has(gram) {
                covered.extend(at..at + COVERAGE_WORDS);
            }
        }
        let numbers = (covered.len() as u32, counted.len() as u32);
        if of_n.iter().any(|gram| has(gram)) {
            found.insert(*line, (By::Ngram, numbers.0, numbers.1));
        } else if !counted.is_empty()
            && f64::from(numbers.0) / f64::from(numbers.1) >= config.coverage.value()
        {
            found.insert(*line, (By::Coverage, numbers.0, numbers.1));
        } else if of_n.is_empty() && counted.is_empty() {
            let is_text = |text: &String| text.split_whitespace().eq(words.iter());
            if record.iter().any(is_text) || all == *words {
                let all = words.len() as u32;
                found.insert(*line, (By::Whole, all, all));
            }
        }
    }
    found
}

fn texts(words: impl IntoIterator<Item = String>) -> Vec<String> {
    vec![words.into_iter().collect::<Vec<_>>().join(" ")]
}

#[test]
fn a_record_is_contaminated_by_words_in_a_row_by_coverage_or_as_a_whole() {
    let w = |range: std::ops::Range<u32>| range.map(|n| format!("w{n}"));
    let long = texts(w(0..40));
    let middling = texts(w(100..110));
    let short = vec!["Who wrote it?".to_owned()];
    let index = index(&[&long, &middling, &short, &["yes".to_owned()]], &config(13, "0.8", 10));
    assert_eq!((index.n_read(), index.n_short(), index.n_common()), (4, 1, 0));
    let check = |record: Vec<String>, expected: &[(u64, (By, u32, u32))]| {
        assert_eq!(found(&index, &record).into_iter().collect::<Vec<_>>(), expected);
    };
    check(texts(w(0..12)), &[]);
    check(texts(w(7..20)), &[(1, (By::Ngram, 13, 40))]);
    check(texts(w(100..110)), &[(2, (By::Coverage, 10, 10))]);
    check(texts(w(100..107).chain(["x".to_owned()]).chain(w(107..110))), &[]);
    check(vec!["who WROTE it".to_owned()], &[(3, (By::Whole, 3, 3))]);
    check(vec!["And who wrote it".to_owned()], &[]);
    check(vec!["yes".to_owned()], &[]);
    // Words in a row may begin in one text and end in the next.
    check([texts(w(0..7)), texts(w(7..13))].concat(), &[(1, (By::Ngram, 13, 40))]);
}

#[test]
fn a_match_has_a_place() {
    let long = vec!["a b c d e f g h i j k l m n o p q r s t".to_owned()];
    let index = index(&[&long], &config(5, "1", 10));
    let mut matcher = Matcher::new(&index);
    let texts = ["x c d e f g x", "x x", "x, h i j k l", "m n"];
    let found = matcher.find(texts.into_iter());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].text, found[0].word, found[0].words), (2, 1, 7));
}

#[test]
fn what_many_evaluation_records_have_is_no_match() {
    let form = "choose the right one of these answers and give only its letter please now";
    let records: Vec<Vec<String>> =
        (0..4).map(|n| vec![format!("{form} a{n} b{n} c{n} d{n} e{n} f{n} g{n} h{n}")]).collect();
    let mut all: Vec<&[String]> = records.iter().map(Vec::as_slice).collect();
    let repeated = vec![form.to_owned()];
    all.push(&repeated);
    let index = index(&all, &config(13, "0.9", 3));
    assert_eq!(index.n_common(), 2);
    // The form alone is an evaluation record, which is compared as a whole, and in no other a match.
    assert_eq!(found(&index, &repeated).into_iter().collect::<Vec<_>>(), [(5, (By::Whole, 14, 14))]);
    assert!(found(&index, &[format!("{form} or not")]).is_empty());
    assert_eq!(found(&index, &["a2 b2 c2 d2 e2 f2 g2 h2".to_owned()]).len(), 0);
    assert_eq!(found(&index, &["now a2 b2 c2 d2 e2 f2 g2 h2".to_owned()]).len(), 0);
    let [by, ..] = [found(&index, &[records[2][0].clone()])[&3].0];
    assert_eq!(by, By::Ngram);
}

proptest! {
    #[test]
    fn matches_are_those_of_a_comparison_of_all(
        evaluation in prop::collection::vec(prop::collection::vec("(a|b|c)( (a|b|c)){0,20}", 1..3), 0..8),
        record in prop::collection::vec("(a|b|c)( (a|b|c)){0,25}", 1..4),
        copied in prop::option::of(0usize..8),
        ngram in 3u32..12,
        coverage in prop::sample::select(vec!["0.3", "0.55", "0.8", "1"]),
        common in 1u32..4,
    ) {
        let mut record = record;
        if let Some(texts) = copied.and_then(|nth| evaluation.get(nth)) {
            record.push(texts.concat());
            record.extend(texts.iter().cloned());
        }
        let config = config(ngram, coverage, common);
        let evaluation: Vec<&[String]> = evaluation.iter().map(Vec::as_slice).collect();
        let index = index(&evaluation, &config);
        prop_assert_eq!(found(&index, &record), naive(&evaluation, &record, &config));
    }
}
