//! What parts of the page say in cases that few data sets have.

use super::tables::{Alike, Classes, CodeRows, Example, Facet};
use super::*;

fn of_tables(tables: Tables, counts: Counts) -> String {
    render(&Page { counts, tables, ..Page::default() })
}

#[test]
fn a_survivor_may_be_left_out_later() {
    let page = |unselected| {
        let duplicates = Some(Alike { removed: 1, survivors: 1, ..Alike::default() });
        let counts = Counts { read: 5, duplicates: 1, unselected, ..Counts::default() };
        of_tables(Tables { duplicates, ..Tables::default() }, counts)
    };
    let removed = "1 record was removed as a duplicate of 1 other record.";
    assert!(page(0).contains(removed) && !page(0).contains("Later steps"));
    assert!(page(2).contains(&format!("{removed} Later steps may have left out some of these, too.")));
}

#[test]
fn records_without_a_label_have_a_row() {
    let page = |read| {
        let shown = vec![(Some("yes".to_owned()), [6, 5, 4, 1, 0])];
        let labels = Some(Classes { all: 1, shown, rest: [0; 5] });
        let counts = Counts { read, rejected: 1, train: read - 3, validation: 1, ..Counts::default() };
        of_tables(Tables { labels, ..Tables::default() }, counts)
    };
    assert!(!page(7).contains("no label") && !page(7).contains("records_without_label"));
    let some = page(10);
    assert!(some.contains("no label") && some.contains("records_without_label"));
    // Of the 8 that are kept, 5 have the label.
    assert!(some.contains("62.5\u{a0}%") && some.contains("37.5\u{a0}%"), "{some}");
}

#[test]
fn many_values_together_do_not_shorten_the_bars() {
    let shown = (0..3).map(|_| (None, [10, 10, 10, 0, 0])).collect();
    let values = Classes { all: 500, shown, rest: [5000, 5000, 5000, 0, 0] };
    let facet = Facet { name: "/field".to_owned(), values, without: [0; 5] };
    let page = of_tables(Tables { balance: vec![facet], ..Tables::default() }, Counts::default());
    assert!(page.contains("497 others") && page.contains("value 1"));
    let bars =
        page.split("class=\"bars\"").skip(2).map(|cell| cell.split("</td>").next().unwrap_or_default());
    let widths: Vec<bool> = bars.map(|cell| cell.contains("width=\"100%\" height=\"6\"")).collect();
    assert_eq!(widths, [true, true, true, false], "the longest bars are those of the values that have names");
}

#[test]
fn findings_without_lines_name_their_file() {
    let page = |files: &[Option<&str>], n| {
        let example = |file: Option<&str>| Example { file: file.map(str::to_owned), ..Example::default() };
        let first = files.iter().copied().map(example).collect();
        let of = CodeRows { code: "a'b".to_owned(), n, first, ..CodeRows::default() };
        of_tables(Tables { findings: vec![of], ..Tables::default() }, Counts::default())
    };
    assert!(page(&[None], 1).contains("the data set as a whole"));
    assert!(page(&[Some("b.jsonl")], 1).contains("the file b.jsonl"));
    assert!(page(&[Some("b.jsonl"), Some("c.jsonl")], 2).contains("b.jsonl and other files"));
    let queries = page(&[None], 1);
    assert!(queries.contains("WHERE code = 'a''b' LIMIT 20"), "the query is about a code of this run");
    assert!(!of_tables(Tables::default(), Counts::default()).contains("WHERE code"));
}

#[test]
fn too_few_records_are_a_number_of_records() {
    let page = |rejected, reason: &str| {
        render(&Page {
            reasons: vec![format!("dataset/too-few-records: {reason}")],
            counts: Counts { read: 30, rejected, train: 20, validation: 5, ..Counts::default() },
            limits: Limits { records_min: [Some(200), Some(21), None], ..Limits::default() },
            ..Page::default()
        })
    };
    let all = "25 records are valid; a-profile requires at least 200";
    assert!(page(0, all).contains("Add at least 175 valid records."));
    assert!(page(5, all).contains("175 valid records; the 5 lines in rejected.jsonl would count, too"));
    let training = "20 training records are valid; a-profile requires at least 21";
    assert!(page(5, training).contains(
        "Add at least 1 valid training record, or correct as many of the 5 lines in rejected.jsonl."
    ));
    // Without a limit that is known, the general advice.
    assert!(page(0, "1 validation record is valid").contains("Fix the rejected records, or add data."));
}

#[test]
fn a_source_and_its_only_file_are_one_row() {
    let page = |files: &[(&str, &str)]| {
        let input = |(name, source): &(&str, &str)| InputLine {
            name: (*name).to_owned(),
            source: Some((*source).to_owned()),
            records: 3,
        };
        let numbers = ["s", "t"].map(|name| ("records_read".to_owned(), format!("source:{name}"), 3.0));
        render(&Page {
            inputs: files.iter().map(input).collect(),
            tables: Tables { numbers: numbers.into(), ..Tables::default() },
            ..Page::default()
        })
    };
    let one = page(&[("a.jsonl", "s"), ("b.jsonl", "t")]);
    assert!(one.contains("<span class=\"file soft\">a.jsonl</span>") && !one.contains("<th>input</th>"));
    assert!(page(&[("a.jsonl", "s"), ("b.jsonl", "t"), ("c.jsonl", "t")]).contains("<th>input</th>"));
}
