//! What `inspect` makes of files that are no longer what was written.

use std::io::Cursor;

use expect_test::expect;

use crate::inspect;
use crate::seal::{self, Seal};
use crate::tests::read::{RecordRow, scratch, write_records};

fn small_table() -> Vec<u8> {
    let row = |ordinal: u64| RecordRow {
        file: "a.jsonl",
        line: ordinal + 1,
        record: ordinal,
        byte_offset: ordinal * 217,
        bytes: 216 + ordinal % 7,
        format: Some("converse"),
        tokens: Some(40 + ordinal % 13),
        digest: Some(u128::from(ordinal).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
        verdict: "kept",
        split: Some(if ordinal.is_multiple_of(10) { "validation" } else { "train" }),
        ..RecordRow::default()
    };
    let (_directory, path) = scratch();
    write_records(&path, &(0..300).map(row).collect::<Vec<_>>()).unwrap();
    std::fs::read(&path).unwrap()
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = small_table();
    let (_directory, path) = scratch();
    // A thousand lengths and the last few, which are the likely ones.
    let last = bytes.len() - 32;
    for length in (0..last).step_by(last / 1000).chain(last..bytes.len()) {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(inspect(&path).is_err(), "the first {length} of {} bytes pass as a table", bytes.len());
    }
    std::fs::write(&path, &bytes).unwrap();
    assert!(inspect(&path).is_ok());
}

#[test]
fn every_changed_byte_breaks_the_seal() {
    let mut bytes = small_table();
    assert_eq!(seal::check(&mut Cursor::new(&bytes)).unwrap(), Seal::Whole);
    for at in 0..bytes.len() {
        for mask in [1, 0x08, 0x80, 0xff] {
            bytes[at] ^= mask;
            let seal = seal::check(&mut Cursor::new(&bytes)).unwrap();
            assert_ne!(seal, Seal::Whole, "byte {at} of {} may differ by {mask:#x}", bytes.len());
            bytes[at] ^= mask;
        }
    }
}

#[test]
fn messages() {
    let bytes = small_table();
    let (_directory, path) = scratch();
    let message = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let error = inspect(&path).unwrap_err().to_string();
        error.replace(path.to_str().unwrap(), "PATH")
    };
    let mut changed = bytes.clone();
    changed[100] ^= 1;
    let cut = &bytes[..bytes.len() - 1];
    let messages = [message(&changed), message(cut), message(b"PAR1")];
    expect![[r#"
        PATH: not a valid table: its bytes were changed after it was written
        hint: the file was truncated or changed after it was written; run the build again
        PATH: not a valid table: it has no seal
        hint: the file was truncated or changed after it was written; run the build again
        PATH: not a valid table: it has no seal
        hint: the file was truncated or changed after it was written; run the build again"#]]
    .assert_eq(&messages.join("\n"));
}

/// A label that looks like a seal is in the footer's statistics, where the seal's place is looked for.
#[test]
fn text_that_looks_like_a_seal() {
    let label = format!("{}\u{18}\u{10}{}", seal::KEY, seal::BLANK);
    let (_directory, path) = scratch();
    write_records(&path, &[RecordRow { label: Some(&label), ..RecordRow::default() }]).unwrap();
    assert_eq!(inspect(&path).unwrap().rows, 1);
    let footer = std::fs::read(&path).unwrap();
    assert!(footer.windows(label.len()).any(|window| window == label.as_bytes()));
}
