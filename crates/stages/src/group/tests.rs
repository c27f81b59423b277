//! Tests of groups: keys of records, and their union against a naive one.

use bedload_bedrock::{Format, TextBuffer};
use bedload_record::{CodeSet, FactRow, Features, Parser, Terminator, Tokens};
use proptest::prelude::*;

use bedload_record::FactTable;

use super::*;
use crate::dedupe::{self, DedupeConfig};

fn keys_of(by: &[&str], line: &str) -> Vec<u64> {
    let format = Format::from_name("prompt-completion").expect("a format");
    let mut found = vec![7; 9];
    Parser::default().parse(line.as_bytes(), |parsed| {
        let texts = TextBuffer::default();
        let record = Record::new(format, line.as_bytes(), parsed.expect("valid").0, &texts);
        keys(&GroupBys::read(by).expect("ways"), &record, Prompts::Folded, &mut Vec::new(), &mut found);
    });
    found
}

#[test]
fn keys_are_what_they_say() {
    let a = r#"{"prompt":"p","completion":"a","u":{"id":9007199254740992}}"#;
    let b = r#"{"u":{"id":9007199254740993},"completion":"b","prompt":"\u0070 "}"#;
    assert_eq!(keys_of(&["prompt"], a), keys_of(&["prompt"], b));
    assert_eq!(keys_of(&["prompt"], a), keys_of(&["prompt"], &a.replace(":\"p", ":\" P\\n")));
    assert_ne!(keys_of(&["prompt"], a), [NO_KEY]);
    assert_eq!(keys_of(&["record"], a), [NO_KEY]);
    // Prompts group beside fields, unless they are not to.
    assert_eq!(keys_of(&["/u/id"], a), keys_of(&["prompt", "/u/id"], a));
    assert_eq!(keys_of(&["/u/id"], a)[0], keys_of(&["/u/id"], b)[0]);
    assert_ne!(keys_of(&["/u/id"], a)[1], keys_of(&["/u/id"], b)[1]);
    assert_eq!(keys_of(&["record", "/u/id"], a), [NO_KEY, keys_of(&["/u/id"], a)[1]]);
    let null = r#"{"prompt":"p","completion":"a","v":null}"#;
    assert_eq!(keys_of(&["/v", "/w"], null)[1..], [NO_KEY; 2]);
    // Lists and objects are values, too, whatever the order of their members.
    let object = |text: &str| keys_of(&["/v"], &format!(r#"{{"prompt":"p","completion":"a","v":{text}}}"#));
    assert_eq!(object(r#"{"a":1,"b":[2]}"#), object(r#"{"b":[2.0],"a":1}"#));
    assert_ne!(object("[1,2]"), object("[2,1]"));
    let both = [keys_of(&["/w", "/v"], null), keys_of(&["/v", "/w"], null)];
    assert_eq!(both[0], both[1]);
    // The same text as a prompt and in a field is not the same thing.
    let found = keys_of(&["/v", "/w"], r#"{"prompt":"p","completion":"a","v":"x","w":"x"}"#);
    assert_ne!(found[1], found[2]);
}

#[test]
fn a_configuration_has_one_way_or_a_list() {
    use serde::de::value::{Error, SeqDeserializer, StrDeserializer, U64Deserializer};
    let list =
        |names: &[&str]| GroupBys::deserialize(SeqDeserializer::<_, Error>::new(names.iter().copied()));
    assert_eq!(GroupBys::deserialize(StrDeserializer::<Error>::new("prompt")), Ok(GroupBys::default()));
    assert_eq!(list(&["prompt"]), Ok(GroupBys::default()));
    let two = list(&["prompt", "/user/id"]).expect("two ways");
    assert_eq!(two.each(), [GroupBy::Prompt, GroupBy::read("/user/id").expect("a pointer")]);
    assert_eq!(two.fields().collect::<Vec<_>>(), [(1, "/user/id")]);
    assert!(list(&[]).is_err());
    assert_eq!(list(&["/a", "prompt", "/a"]).map(|ways| ways.each().len()), Ok(2));
    assert_eq!(list(&["/user/id"]), list(&["prompt", "/user/id"]));
    assert_eq!(list(&["record", "/a"]).map(|ways| ways.each().len()), Ok(2));
    assert!(list(&["record", "/a", "prompt"]).is_err());
    for wrong in ["", "/a~2", "/~"] {
        assert!(list(&[wrong]).is_err(), "{wrong}");
    }
    assert!(GroupBys::deserialize(U64Deserializer::<Error>::new(3)).is_err());
}

/// Accepted records of these contents and keys, 0 for none; a record without content is rejected.
fn table(rows: &[(u8, [u64; 2])]) -> FactTable {
    let mut chunk = FactTable::new(0);
    for (n, (content, keys)) in rows.iter().enumerate() {
        chunk.push(&FactRow {
            start: n as u64,
            terminator: Terminator::Lf,
            accepted: *content != 0,
            digest: u128::from(*content).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_0C3D_0B2A_4D61),
            tokens: Tokens::default(),
            turns: 0,
            label: None,
            codes: CodeSet::default(),
            features: Features::default(),
            keys,
            values: &[],
            rank: 0,
            time: 0,
            written: None,
            records: 1,
        });
    }
    let mut facts = FactTable::new(0);
    facts.begin_file("a");
    facts.append(chunk, rows.len() as u64).expect("memory has room");
    facts
}

/// The group of each record; none for one that is rejected.
fn groups(rows: &[(u8, [u64; 2])]) -> Vec<Option<u64>> {
    let facts = table(rows);
    let duplicates = dedupe::assign(&facts, &DedupeConfig::default()).expect("memory has room");
    let groups = Groups::new(&facts, &duplicates, &[]).expect("memory has room");
    facts.ordinals().map(|line| facts.accepted(line).then(|| groups.of(&facts, line))).collect()
}

proptest! {
    /// Two records are in one group if a chain of records leads from one to the other, of which each has a key or its
    /// content in common with the next.
    #[test]
    fn groups_are_the_chains_of_records_that_share_something(
        rows in prop::collection::vec((0u8..40, [0u64..14, 0u64..14]), 0..40),
        shift in 0usize..40,
    ) {
        // Keys of two kinds are never equal.
        let apart = |(content, [a, b]): (u8, [u64; 2])| (content, [a, if b == 0 { 0 } else { b + 100 }]);
        let rows: Vec<(u8, [u64; 2])> = rows.into_iter().map(apart).collect();
        let linked = |a: usize, b: usize| {
            let ((x, xs), (y, ys)) = (rows[a], rows[b]);
            x != 0 && y != 0 && (x == y || xs.iter().zip(ys).any(|(&x, y)| x != 0 && x == y))
        };
        let n = rows.len();
        let mut reaches: Vec<Vec<bool>> = (0..n).map(|a| (0..n).map(|b| linked(a, b)).collect()).collect();
        for via in 0..n {
            for a in 0..n {
                for b in 0..n {
                    reaches[a][b] |= reaches[a][via] && reaches[via][b];
                }
            }
        }
        let found = groups(&rows);
        for a in 0..n {
            prop_assert_eq!(found[a].is_some(), rows[a].0 != 0);
            for b in (0..n).filter(|&b| found[a].is_some() && found[b].is_some()) {
                prop_assert_eq!(found[a] == found[b], a == b || reaches[a][b], "{} {}", a, b);
            }
        }
        let mut turned = rows.clone();
        turned.rotate_left(shift.min(n));
        let mut again = groups(&turned);
        again.rotate_right(shift.min(n));
        prop_assert_eq!(found, again);
    }

    #[test]
    fn one_key_names_its_group(keys in prop::collection::vec(0u64..5, 0..20)) {
        let rows: Vec<(u8, [u64; 2])> = keys.iter().zip(1..).map(|(&key, n)| (n, [key, 0])).collect();
        for (group, key) in groups(&rows).into_iter().zip(keys).filter(|(_, key)| *key != 0) {
            prop_assert_eq!(group, Some(key));
        }
    }
}
