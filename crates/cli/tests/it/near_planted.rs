//! Planted pairs of known similarity: what each engine lists and drops, against a comparison of all pairs that knows
//! nothing of the program. `benches/near` does the same with millions of pairs.

use std::collections::{BTreeMap, BTreeSet};

use crate::corpus::{Random, record};
use crate::scratch::{Scratch, jsonl};

/// Shingles as the guide defines them: five words in a row, where each ideograph and pictograph is a word.
fn shingles(text: &str) -> BTreeSet<String> {
    let spaced = text.chars().flat_map(|c| match c {
        '\u{4E00}'..='\u{9FFF}' | '\u{1F300}'..='\u{1FAFF}' => vec![' ', c, ' '],
        _ if c.is_alphanumeric() => c.to_lowercase().collect(),
        _ => vec![' '],
    });
    let spaced: String = spaced.collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.windows(words.len().clamp(1, 5)).map(|shingle| shingle.join(" ")).collect()
}

/// Words that no other text has, so that shingles are shared on purpose only.
fn words(next: &mut usize, count: usize) -> Vec<String> {
    *next += count;
    (*next - count..*next).map(|n| format!("w{n}")).collect()
}

/// Pairs whose similarity is `shared` of `either` shingles, where both have equally many.
fn near(next: &mut usize, random: &mut Random, shared: usize, either: usize) -> [String; 2] {
    let times = 1 + random.below(3);
    let changed = (either - shared) * times / 2;
    let one = words(next, shared * times + changed + 4);
    let mut other = one.clone();
    let from = if random.below(2) == 0 { 0 } else { one.len() - changed };
    other.splice(from..from + changed, words(next, changed));
    [one.join(" "), other.join(" ")]
}

fn planted() -> Vec<String> {
    let (mut random, mut next) = (Random(5), 0);
    let mut texts = Vec::new();
    for (shared, either) in [(38, 40), (18, 20), (34, 40), (16, 20), (12, 16), (14, 20), (8, 16)] {
        (0..60).for_each(|_| texts.extend(near(&mut next, &mut random, shared, either)));
    }
    for _ in 0..20 {
        // Neighbours are alike, and the ends of the chain less so.
        let a = words(&mut next, 44);
        let b = [words(&mut next, 4), a[4..].to_vec()].concat();
        let c = [b[..40].to_vec(), words(&mut next, 4)].concat();
        texts.extend([a, b, c].map(|words| words.join(" ")));
        let mut shuffled = words(&mut next, 30);
        texts.push(shuffled.join(" "));
        random.shuffle(&mut shuffled);
        texts.push(shuffled.join(", "));
        let case = words(&mut next, 12);
        texts.extend([case.join(" "), case.join("! ").to_uppercase()]);
        texts.extend((0..5).map(|_| format!("s{} t{}", random.below(4), random.below(3))));
        for first in ['文', '🐀'] {
            let mut glyphs = Vec::new();
            for _ in 0..40 {
                let glyph = u32::from(first) + random.below(60) as u32;
                glyphs.push(char::from_u32(glyph).expect("within its block"));
            }
            texts.push(glyphs.iter().collect());
            glyphs[random.below(40)] = first;
            texts.push(glyphs.chunks(7).map(String::from_iter).collect::<Vec<_>>().join("，\u{200D}"));
        }
    }
    for _ in 0..4 {
        let [before, after] = [random.below(9), 30].map(|count| words(&mut next, count).join(" "));
        texts.extend((0..15).map(|slot| format!("{before} slot{slot} {after}")));
    }
    random.shuffle(&mut texts);
    let mut seen = BTreeSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

#[test]
fn both_engines_find_what_was_planted() {
    let texts = planted();
    let sets: Vec<BTreeSet<String>> = texts.iter().map(|text| shingles(text)).collect();
    let scratch = Scratch::with("a.jsonl", jsonl(texts.iter().map(|text| record(text, ""))));
    let mut all: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (b, of_b) in sets.iter().enumerate() {
        for (a, of_a) in sets[..b].iter().enumerate() {
            let common = of_a.intersection(of_b).count();
            all.insert((b + 1, a + 1), common as f64 / (of_a.len() + of_b.len() - common) as f64);
        }
    }
    for threshold in [0.5, 0.7, 0.8, 0.9] {
        let alike = all.iter().filter(|(_, similarity)| **similarity >= threshold);
        let alike: BTreeMap<(usize, usize), f64> =
            alike.map(|(&pair, &similarity)| (pair, similarity)).collect();
        assert!(alike.len() > 100, "{threshold}: {}", alike.len());
        for engine in ["exact", "lsh"] {
            let flags = format!("--near {threshold} --edges {threshold} --group-near {threshold}");
            let skip = "--skip tokens --skip schema --skip balance";
            let build = format!("build a.jsonl {skip} {flags} --near-engine {engine}");
            scratch.run(&format!("{build} --validation 0.1 --out o --overwrite")).exits(0);
            let manifest = scratch.manifest("o");
            let recall = manifest["certificates"]["similar_pairs"]["recall"].as_f64().unwrap();
            assert!(if engine == "exact" { recall.to_bits() == 1f64.to_bits() } else { recall >= 0.999 });
            let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<usize>().unwrap();
            let similarity = |row: &BTreeMap<String, String>| row["similarity"].parse::<f64>().ok();
            let edges = scratch.table("o", "edges");
            for row in &edges {
                let pair = (number(row, "line"), number(row, "earlier_line"));
                assert_eq!(alike.get(&pair).copied(), similarity(row), "{engine} {threshold}: {pair:?}");
            }
            let found = edges.len() as f64 / alike.len() as f64;
            assert!(found >= recall, "{engine} {threshold}: {found} of all pairs, not {recall}");
            let dropped: BTreeMap<usize, usize> = scratch
                .table("o", "duplicates")
                .iter()
                .map(|row| {
                    let pair = (number(row, "line"), number(row, "survivor_line"));
                    assert_eq!(alike.get(&pair).copied(), similarity(row), "{engine} {threshold}: {pair:?}");
                    pair
                })
                .collect();
            assert!(dropped.values().all(|survivor| !dropped.contains_key(survivor)));
            let stay =
                |pair: &&(usize, usize)| !dropped.contains_key(&pair.0) && !dropped.contains_key(&pair.1);
            let left = alike.keys().filter(stay).count() as f64;
            assert!(left <= alike.len() as f64 * (1.0 - recall), "{engine} {threshold}: {left} pairs left");
        }
    }
}
