//! A second implementation, slow and short, from the rules and not from the code: `serde_json` reads each line, a hash
//! set knows what was there before. It must keep the lines that the program keeps.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::corpus::{file_of, mixed};
use crate::scratch::{Scratch, jsonl};

/// A value in which no object has a key twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

macro_rules! scalars {
    ($($visit:ident: $type:ty),*) => {
        $(fn $visit<E>(self, _: $type) -> Result<Self, E> { Ok(self) })*
    };
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut keys = HashSet::new();
        while let Some((key, _)) = members.next_entry::<String, Self>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom("twice"));
            }
        }
        Ok(self)
    }
}

/// Prompt and completion of a line, where it is a valid record.
fn content(line: &[u8]) -> Option<(String, String)> {
    serde_json::from_slice::<Unique>(line).ok()?;
    let value: Value = serde_json::from_slice(line).ok()?;
    let text = |key: &str| value.get(key)?.as_str().filter(|text| !text.trim().is_empty());
    Some((text("prompt")?.to_owned(), text("completion")?.to_owned()))
}

/// What should become of the lines of a file.
#[derive(Default)]
struct Expected {
    read: u64,
    duplicates: u64,
    rejected: Vec<Vec<u8>>,
    kept: Vec<Vec<u8>>,
}

fn expected(file: &[u8], keep_last: bool) -> Expected {
    let mut lines: Vec<&[u8]> = file.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let ended = lines.len() - usize::from(!file.ends_with(b"\n"));
    let mut out = Expected { read: lines.len() as u64, ..Expected::default() };
    let mut valid = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let bare = if n < ended { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        match content(bare) {
            Some(content) => valid.push((content, bare)),
            None => out.rejected.push(line.to_vec()),
        }
    }
    let mut seen = HashSet::new();
    let mut pass = |(content, bare): ((String, String), &[u8])| {
        if seen.insert(content) { out.kept.push(bare.to_vec()) } else { out.duplicates += 1 }
    };
    if keep_last {
        valid.into_iter().rev().for_each(&mut pass);
        out.kept.reverse();
    } else {
        valid.into_iter().for_each(&mut pass);
    }
    out
}

#[test]
fn the_program_keeps_what_the_naive_reading_keeps() {
    for (seed, survivor) in [(1, "first"), (2, "last"), (3, "first")] {
        let file = file_of(&mixed(3000, seed));
        let scratch = Scratch::with("a.jsonl", &file);
        let expected = expected(&file, survivor == "last");
        assert!(expected.duplicates > 200 && expected.rejected.len() > 200, "the corpus is worth the test");
        let args =
            "build a.jsonl --out o --format prompt-completion --skip tokens --chunk-bytes 4KiB --survivor";
        scratch.run(&format!("{args} {survivor}")).exits(0);
        let counts = &scratch.manifest("o")["counts"];
        assert_eq!(counts["read"], expected.read);
        assert_eq!(counts["duplicates"], expected.duplicates);
        assert_eq!(counts["rejected"], expected.rejected.len());
        assert_eq!(counts["train"], expected.kept.len());
        assert!(scratch.read("o/train.jsonl") == jsonl(&expected.kept), "seed {seed}: the kept lines differ");
        assert!(
            scratch.read("o/rejected.jsonl") == jsonl(&expected.rejected),
            "seed {seed}: the rejected ones"
        );
    }
}

#[test]
fn check_rejects_the_lines_that_the_naive_reading_rejects() {
    let file = file_of(&mixed(2000, 4));
    let scratch = Scratch::with("a.jsonl", &file);
    let outcome = scratch.run("check a.jsonl --format prompt-completion --skip tokens --output-format jsonl");
    let lines: BTreeSet<u64> = outcome
        .findings()
        .iter()
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| finding["line"].as_u64().unwrap())
        .collect();
    let naive: BTreeSet<u64> = (1..)
        .zip(file.split(|&byte| byte == b'\n'))
        .filter(|(_, line)| content(line.strip_suffix(b"\r").unwrap_or(line)).is_none())
        .map(|(number, _)| number)
        .collect();
    assert_eq!(lines, naive);
    let summary = outcome.exits(1).summary();
    assert_eq!((&summary["rejected"], &summary["records"]), (&naive.len().into(), &2000.into()));
}

#[test]
fn a_split_divides_the_kept_lines_and_keeps_their_order() {
    let file = file_of(&mixed(2500, 5));
    let scratch = Scratch::with("a.jsonl", &file);
    scratch.run("build a.jsonl --out o --skip tokens --validation 0.15").exits(0);
    let kept = expected(&file, false).kept;
    let place: BTreeMap<&Vec<u8>, usize> = kept.iter().enumerate().map(|(n, line)| (line, n)).collect();
    let sides = ["train", "validation"].map(|side| scratch.side("o", side));
    for side in &sides {
        let places: Vec<usize> = side.iter().map(|line| place[line]).collect();
        assert!(places.is_sorted(), "lines stay in input order");
    }
    let prompts = |side: &[Vec<u8>]| -> HashSet<String> {
        side.iter().map(|line| content(line).expect("a valid line").0).collect()
    };
    assert!(prompts(&sides[0]).is_disjoint(&prompts(&sides[1])), "no prompt is on both sides");
    let mut all = sides.concat();
    all.sort();
    let mut sorted = kept.clone();
    sorted.sort();
    assert!(all == sorted, "every kept line is on one side");
    assert_eq!(sides[1].len(), (kept.len() * 15 + 50) / 100);
}
