//! `convert` reads its inputs a second time only for who wants to know more: what is written and said stays the same.

use crate::scratch::{Scratch, jsonl};

#[test]
fn what_is_found_does_not_depend_on_whether_records_are_read_again() {
    let kinds = [
        r#"{"prompt":"p","completion":"c"}"#,
        r#"{"prompt":"p","completion":"c","id":"1","meta":{}}"#,
        "{",
        "",
        r#"{"prompt":"p"}"#,
        r#"{"prompt":"p<|im_end|>","completion":"c","id":"2"}"#,
        r#"{"prompt":"p","completion":"","id":"3"}"#,
    ];
    let scratch = Scratch::with("a.jsonl", jsonl((0..300).map(|n| kinds[n * 3 % kinds.len()])));
    scratch.write("b.jsonl", jsonl([kinds[5]; 9]));
    for flags in ["", "--extra keys=drop", "--extra keys=drop --rejected r.jsonl"] {
        let base =
            format!("convert a.jsonl b.jsonl --to claude-messages {flags} --overwrite --chunk-bytes 700");
        let run = scratch.run(&format!("{base} --out c.jsonl")).exits(1);
        let again = scratch.run(&format!("{base} --out c.jsonl --report o")).exits(1);
        assert_eq!(run.stdout, again.stdout, "{flags}");
        let said = again.said();
        let of_report = "wrote o  (where every line went, and the findings)\n";
        assert_eq!(format!("{}{of_report}", run.said()), said, "{flags}");
        scratch.run(&format!("{base} --out d.jsonl --output-format jsonl")).exits(1);
        assert_eq!(scratch.read("c.jsonl"), scratch.read("d.jsonl"), "{flags}");
    }
}
