//! The bytes of a table follow from its rows: not from threads, and not from how rows were handed over.

use std::path::Path;

use proptest::prelude::*;

use crate::tests::read::{RecordRow, scratch, write, write_records};
use crate::{ROW_GROUP_ROWS, RowWriter, SummaryRow, VariantRow};

const N_ROWS: usize = 3 * ROW_GROUP_ROWS + 1000;

/// Rows with repeating and with distinct values, so that dictionaries are kept, given up and not tried.
fn variants() -> Vec<VariantRow<'static>> {
    let row = |ordinal: u64| VariantRow {
        shard: if ordinal < 200_000 { "train/part-00000.jsonl" } else { "train/part-00001.jsonl" },
        shard_line: ordinal + 1,
        parent_file: "a.jsonl",
        parent_line: ordinal / 3 + 1,
        template: ["case", "space", "typo"][(ordinal % 3) as usize].into(),
        seed: ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        label: ["yes", "no"].get((ordinal % 5) as usize).copied(),
        tokens: Some(ordinal * 31 % 977),
        digest: Some(u128::from(ordinal.wrapping_mul(0x9e37_79b9_7f4a_7c15)) << 50),
    };
    (0..N_ROWS as u64).map(row).collect()
}

fn bytes_of(threads: usize, push_size: usize) -> Vec<u8> {
    let write_pushes = |path: &Path| {
        let mut writer = RowWriter::create(path, ()).unwrap();
        for rows in variants().chunks(push_size) {
            writer.push(rows.to_vec()).unwrap();
        }
        writer.finish().unwrap();
    };
    let (_directory, path) = scratch();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| write_pushes(&path));
    std::fs::read(&path).unwrap()
}

#[test]
fn threads_and_pushes_leave_no_trace() {
    let expected = bytes_of(1, N_ROWS);
    for (threads, push_size) in [(1, 10_007), (2, N_ROWS), (2, ROW_GROUP_ROWS), (7, 99_991), (7, N_ROWS)] {
        assert!(bytes_of(threads, push_size) == expected, "{threads} threads, {push_size} rows a push");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_few_rows(values in prop::collection::vec(any::<f64>(), 0..40), cut in 0_usize..40) {
        let rows: Vec<_> = values.iter().map(|&value| SummaryRow { value, ..SummaryRow::default() }).collect();
        let (head, tail) = rows.split_at(cut.min(rows.len()));
        let (directory, whole) = scratch();
        write(&whole, rows.clone()).unwrap();
        let parts = directory.path().join("parts.parquet");
        let mut writer = RowWriter::create(&parts, ()).unwrap();
        writer.push(head.iter().cloned()).unwrap();
        writer.push(tail.iter().cloned()).unwrap();
        writer.finish().unwrap();
        prop_assert_eq!(std::fs::read(whole).unwrap(), std::fs::read(parts).unwrap());
    }

    #[test]
    fn any_text_comes_back(label in any::<String>(), codes in prop::option::of(any::<String>())) {
        let row = RecordRow { label: Some(&label), codes: codes.as_deref(), ..RecordRow::default() };
        let (_directory, path) = scratch();
        write_records(&path, &[row]).unwrap();
        let text = crate::tests::read::render(&path);
        let expected = format!("label: {label:?}\n");
        prop_assert!(text.contains(&expected));
        let expected = codes.map_or("codes: null\n".to_owned(), |codes| format!("codes: {codes:?}\n"));
        prop_assert!(text.contains(&expected));
    }
}
