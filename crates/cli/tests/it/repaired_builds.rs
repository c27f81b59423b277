//! `build --fix`: records are repaired before they are judged, and everything that tells of them tells of that.

use expect_test::expect;

use crate::scratch::{Scratch, jsonl};

fn pair(n: usize, more: &str) -> String {
    format!(r#"{{"id":{n},"prompt":"question {n}","completion":"answer {n}"{more}}}"#)
}

/// Lines with damage, and one that has an error all the same.
fn damaged() -> Vec<u8> {
    let mut lines = vec![
        format!("\u{feff}{}", pair(0, "")),
        pair(1, ","),
        String::new(),
        format!("{}\r", pair(2, "")),
        format!("\u{feff}{}", pair(3, r#","id":3"#)),
        format!("{},", pair(4, r#","note":"\ud83d""#)),
        pair(1, ""),
    ];
    lines.extend((5..12).map(|n| pair(n, "")));
    jsonl(lines)
}

const BUILD: &str = "build a.jsonl --fix --id /id --validation 25% --fail-on never";

#[test]
fn a_build_repairs_before_it_judges_and_counts_what_it_repaired() {
    let scratch = Scratch::with("a.jsonl", damaged());
    let built = scratch.run(&format!("{BUILD} --out O")).exits(0);
    let said = built.said();
    let (_, repairs) = said.split_once("  repairs\n").expect("repairs");
    let (repairs, _) = repairs.split_once("  tokens").expect("tokens");
    let repairs: Vec<String> =
        repairs.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    expect![[r#"
        file/crlf 1
        json/blank-line 1
        json/bom 1
        json/syntax 1
        2 lines could be repaired in part, but have an error all the same: left as they are"#]]
    .assert_eq(&repairs.join("\n"));
    let manifest = scratch.manifest("O");
    let of = |key: &str| manifest["counts"][key].as_u64().unwrap();
    assert_eq!([of("read"), of("rejected"), of("duplicates"), of("unselected")], [14, 2, 1, 1]);
    assert_eq!(manifest["repairs"], built_repairs());
    assert_eq!(manifest["beyond_repair"], 2);
    assert_eq!(manifest["config"]["repair"], serde_json::json!({"codes": [], "unsafe": false}));
    scratch.run("verify O").exits(0);

    let rows = scratch.table("O", "repairs");
    let shown = |row: &std::collections::BTreeMap<String, String>| {
        ["line", "code", "begin", "end", "bytes_after", "line_removed", "before"]
            .map(|name| row[name].clone())
            .join(" ")
    };
    expect![[r#"
        1 json/bom 0 3 0 0 null
        2 json/syntax 53 54 0 0 null
        3 json/blank-line 0 0 0 1 null
        4 file/crlf 54 56 1 0 null"#]]
    .assert_eq(&rows.iter().map(shown).collect::<Vec<_>>().join("\n"));
    let ids: Vec<String> = scratch.table("O", "records").into_iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids[..4], ["0", "1", "null", "2"], "ids are those of the lines as they were");
    let rejected = damaged().split_inclusive(|&b| b == b'\n').skip(4).take(2).collect::<Vec<_>>().concat();
    assert_eq!(scratch.read("O/rejected.jsonl"), rejected, "what stays in error stays as it was");
    for side in ["train", "validation"] {
        for line in scratch.side("O", side) {
            assert!(line.starts_with(b"{") && line.ends_with(b"\"}"), "{}", String::from_utf8_lossy(&line));
        }
    }
    let page = String::from_utf8(scratch.read("O/report/index.html")).unwrap();
    assert!(page.contains("4 changes of lines before they were checked"), "the page tells of repairs");
}

fn built_repairs() -> serde_json::Value {
    serde_json::json!({"file/crlf": 1, "json/blank-line": 1, "json/bom": 1, "json/syntax": 1})
}

#[test]
fn a_repaired_build_is_the_build_of_a_repaired_file() {
    let scratch = Scratch::with("a.jsonl", damaged());
    scratch.run("convert a.jsonl --fix --unsafe-fixes --out b.jsonl --report R --patches p.parquet").exits(1);
    scratch.run(&format!("{BUILD} --unsafe-fixes --out O")).exits(0);
    scratch.run(&format!("{} --out P --from-report R", BUILD.replace("a.jsonl", "b.jsonl"))).exits(0);
    for side in ["train.jsonl", "validation.jsonl"] {
        assert_eq!(scratch.read(&format!("O/{side}")), scratch.read(&format!("P/{side}")), "{side}");
    }
    assert_eq!(scratch.manifest("P")["repairs"], serde_json::json!({}));
    let changes = scratch.rows("p.parquet");
    assert_eq!(changes, scratch.rows("R/repairs.parquet"));
    assert_eq!(changes, scratch.table("O", "repairs"));
    assert_eq!(scratch.manifest("R")["repairs"], scratch.manifest("O")["repairs"]);
    scratch.run("verify R").exits(0);
}

#[test]
fn kept_facts_are_those_of_the_same_repairs() {
    let scratch = Scratch::with("a.jsonl", damaged());
    let kept = |more: &str| scratch.run(&format!("{BUILD} --facts F {more}")).exits(0).stderr;
    assert!(!kept("--out O").contains("were read here"));
    assert!(kept("--out P").contains("the facts of 14 records were read here"));
    assert_eq!(scratch.tree("O"), scratch.tree("P"));
    assert!(kept("--unsafe-fixes --out Q").contains("the settings of the scan are different"));
}

#[test]
fn the_configuration_asks_for_repairs_and_flags_go_over_it() {
    let scratch = Scratch::with("a.jsonl", damaged());
    let build = BUILD.replace(" --fix", "");
    scratch.write("bedload.toml", "fix = [\"json/bom\"]\n");
    scratch.run(&format!("{build} --out O")).exits(0);
    assert_eq!(scratch.manifest("O")["repairs"], serde_json::json!({"json/bom": 1}));
    scratch.run(&format!("{BUILD} --out P")).exits(0);
    assert_eq!(scratch.manifest("P")["repairs"], built_repairs());
    let checked = scratch.run("check a.jsonl").exits(1);
    assert!(checked.stderr.contains("`fix` is for build and convert"), "{}", checked.stderr);
    let shown = scratch.run("convert a.jsonl --diff").exits(0);
    assert!(shown.stderr.contains("json/bom"), "{}", shown.stderr);
    for (config, message) in [
        ("fix = [\"json/bon\"]", "did you mean `json/bom`?"),
        ("fix = 3", "expected true, false or a list of finding codes"),
        ("unsafe-fixes = true", "--unsafe-fixes needs --fix"),
    ] {
        scratch.write("bedload.toml", config);
        assert!(scratch.run(&format!("{build} --out Q")).refuses(2).contains(message), "{config}");
    }
}

#[test]
fn explain_shows_what_was_repaired_on_a_line() {
    let scratch = Scratch::with("a.jsonl", damaged());
    scratch.run(&format!("{BUILD} --out O")).exits(0);
    let built = scratch.run("explain O a.jsonl:2").exits(0).stdout;
    assert!(built.contains("note[convert/repaired]: trailing comma removed (json/syntax)"), "{built}");
    let line = scratch.run("explain a.jsonl:2 --fix").exits(0).stdout;
    assert!(line.contains("(repaired, 54 bytes)"), "{line}");
    assert!(line.contains("trailing comma removed (json/syntax)"), "{line}");
    let as_it_is = scratch.run("explain a.jsonl:2").exits(0).stdout;
    assert!(as_it_is.contains("error[json/syntax]"), "{as_it_is}");
}
