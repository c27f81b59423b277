//! From a finding or a record of a build back to the line that it was before a conversion, by the conversion's report.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

const CONVERT: &str = "--array --to converse --out conv.jsonl --rejected rej.jsonl --report R";

/// A corpus of three forms, in which every text tells its file and its line or its number.
fn corpus() -> Scratch {
    let pair =
        |file: &str, n: u64, answer: &str| json!({"prompt": format!("{file} {n}?"), "completion": answer});
    let line = |n: u64| match n {
        4 | 30 => String::new(),
        7 => "{\"prompt\": \"cut".to_owned(),
        9 | 23 => pair("a.jsonl", n, "").to_string(),
        // Accepted, with a warning.
        n if n % 5 == 0 => pair("a.jsonl", n, "as told, [INST] so").to_string(),
        n => pair("a.jsonl", n, &format!("It is {n}.")).to_string(),
    };
    let scratch = Scratch::with("a.jsonl", jsonl((1..=40).map(line)));
    let elements: Vec<Value> =
        (1..=30).map(|n| pair("b.json", n, if n == 3 { "" } else { "yes [INST]" })).collect();
    scratch.write("b.json", Value::from(elements).to_string());
    let rows = (1..=30).map(|n| format!("c.csv {n}?,{}\n", if n == 5 { "" } else { "certainly [INST]" }));
    scratch.write("c.csv", format!("prompt,completion\n{}", rows.collect::<String>()));
    scratch
}

/// The file and number that the text of a converted record tells.
fn told(record: &Value) -> (String, u64) {
    let text = record["messages"][0]["content"][0]["text"].as_str().unwrap();
    let (file, number) = text.trim_end_matches('?').split_once(' ').unwrap();
    (file.to_owned(), number.parse().unwrap())
}

fn place(row: &BTreeMap<String, String>, file: &str, line: &str) -> (String, u64) {
    (row[file].clone(), row[line].parse().unwrap())
}

#[test]
fn every_finding_and_record_of_a_build_names_the_line_that_it_was_first() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    let converted: Vec<Value> =
        scratch.lines("conv.jsonl").iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
    assert_eq!(converted.len(), 40 - 5 + 29 + 29);
    // The report of the conversion has a row for each line, and each of them is in a file or was rejected.
    let rows = scratch.rows("R/records.parquet");
    assert_eq!(rows.len(), 100);
    let kept: Vec<_> = rows.iter().filter(|row| row["verdict"] == "kept").collect();
    for (n, (row, record)) in kept.iter().zip(&converted).enumerate() {
        assert_eq!(place(row, "file", "line"), told(record));
        assert_eq!(place(row, "shard", "shard_line"), ("conv.jsonl".to_owned(), n as u64 + 1));
        assert_eq!(row["shard_lines"], "1");
    }
    let rejected: Vec<_> = rows.iter().filter(|row| row["verdict"] == "rejected").collect();
    for (n, row) in rejected.iter().enumerate() {
        assert_eq!(place(row, "shard", "shard_line"), ("rej.jsonl".to_owned(), n as u64 + 1));
    }
    assert_eq!(rejected.len(), 7);
    assert_eq!(kept.len(), converted.len());
    let found = scratch.rows("R/findings.parquet");
    let errors: Vec<_> =
        found.iter().filter(|row| row["severity"] == "error").map(|row| place(row, "file", "line")).collect();
    let places = [
        ("a.jsonl", 4),
        ("a.jsonl", 7),
        ("a.jsonl", 9),
        ("a.jsonl", 23),
        ("a.jsonl", 30),
        ("b.json", 3),
        ("c.csv", 5),
    ];
    assert_eq!(errors, places.map(|(file, line)| (file.to_owned(), line)));

    // A file that no report covers stands for itself.
    scratch.write("own.jsonl", scratch.read("conv.jsonl").repeat(2));
    let build =
        "build own.jsonl conv.jsonl --from-report R --skip dedupe --skip tokens --strict --fail-on never";
    for more in ["", "--threads 1 --chunk-bytes 100 --no-mmap"] {
        let run = scratch.run(&format!("{build} --out O --overwrite --output-format jsonl {more}")).exits(0);
        let of_run: Vec<Value> = run.findings().into_iter().filter(|found| found["line"].is_u64()).collect();
        assert!(of_run.len() > 150, "{}", of_run.len());
        for finding in &of_run {
            let origin = (finding["origin_file"].as_str(), finding["origin_line"].as_u64());
            if finding["file"] == "own.jsonl" {
                assert_eq!(origin, (None, None));
            } else {
                let (file, line) = told(&converted[finding["line"].as_u64().unwrap() as usize - 1]);
                assert_eq!(origin, (Some(file.as_str()), Some(line)));
            }
        }
        let rows = scratch.table("O", "records");
        assert_eq!(rows.len(), 3 * converted.len());
        for row in &rows {
            let at = row["line"].parse::<usize>().unwrap() - 1;
            match row["file"].as_str() {
                "own.jsonl" => assert_eq!((&*row["origin_file"], &*row["origin_line"]), ("null", "null")),
                _ => assert_eq!(place(row, "origin_file", "origin_line"), told(&converted[at])),
            }
        }
        let found = scratch.table("O", "findings");
        let of_lines: Vec<_> = found.iter().filter(|row| row["line"] != "null").collect();
        assert_eq!(of_lines.len(), of_run.len());
        for (row, finding) in of_lines.iter().zip(&of_run) {
            if finding["file"] != "own.jsonl" {
                let origin =
                    (finding["origin_file"].as_str().unwrap(), finding["origin_line"].as_u64().unwrap());
                assert_eq!(place(row, "origin_file", "origin_line"), (origin.0.to_owned(), origin.1));
            }
        }
        let check = scratch.run(&format!("check {} {more} --output-format jsonl", &build[6..])).exits(0);
        let of_check: Vec<Value> =
            check.findings().into_iter().filter(|found| found["line"].is_u64()).collect();
        assert_eq!(of_check, of_run);
    }
}

#[test]
fn the_rejected_file_of_a_conversion_leads_back_too() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    let check = scratch.run("check rej.jsonl --from-report R --skip tokens --output-format jsonl").exits(1);
    let found = check.findings();
    let blank: Vec<_> = found
        .iter()
        .filter(|finding| finding["code"] == "json/blank-line")
        .map(|finding| {
            (finding["line"].clone(), finding["origin_file"].clone(), finding["origin_line"].clone())
        })
        .collect();
    assert_eq!(blank, [(json!(1), json!("a.jsonl"), json!(4)), (json!(5), json!("a.jsonl"), json!(30))]);
}

#[test]
fn a_chain_of_conversions_leads_to_the_very_first_source() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    let second = "convert conv.jsonl --to openai-chat --out chat.jsonl";
    scratch.run(&format!("{second} --from-report R --report S")).exits(0);
    scratch.run(&format!("{second} --report T --overwrite")).exits(0);
    let check = |report: &str| {
        let args = format!("check chat.jsonl --from-report {report} --skip tokens --output-format jsonl");
        let found = scratch.run(&args).findings();
        let of_lines = found.iter().filter(|finding| finding["line"].is_u64());
        of_lines.map(|found| (found["origin_file"].clone(), found["origin_line"].clone())).collect::<Vec<_>>()
    };
    let (first, second) = (check("S"), check("T"));
    assert_eq!(first[0], (json!("a.jsonl"), json!(5)));
    assert!(second.len() > 50 && second.iter().all(|(file, _)| *file == "conv.jsonl"));
    assert_eq!(scratch.manifest("S")["config"]["from_reports"][0]["path"], "R");
}

#[test]
fn people_are_sent_to_the_first_source_and_machines_are_told_both() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    let args = "check conv.jsonl --from-report R --skip tokens";
    let text = scratch.run(args).exits(0).stdout;
    assert!(
        text.contains("\n  --> a.jsonl:5   line 4 of conv.jsonl   /messages/1/content/0/text\n"),
        "{text}"
    );
    let github = scratch.run(&format!("{args} --output-format github")).exits(0).stdout;
    assert!(github.contains(" file=a.jsonl,line=5,title=text/control-token::"), "{github}");
    assert!(github.contains("(line 4 of conv.jsonl)"), "{github}");
    let markdown = scratch.run(&format!("{args} --output-format markdown")).exits(0).stdout;
    assert!(markdown.contains("`a.jsonl:5`") && markdown.contains("(line 4 of conv.jsonl)"), "{markdown}");
    let junit = scratch.run(&format!("{args} --output-format junit")).exits(0).stdout;
    assert!(junit.contains("a.jsonl:5 (now 4:"), "{junit}");
    let sarif = scratch.run(&format!("{args} --output-format sarif")).exits(0).stdout;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let first = results.iter().find(|found| found["ruleId"] == "text/control-token").unwrap();
    let place = &first["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "a.jsonl");
    assert_eq!(place["physicalLocation"]["region"], json!({"startLine": 5}));
    assert_eq!(place["properties"]["converted"]["uri"], "conv.jsonl");
    assert_eq!(place["properties"]["converted"]["line"], 4);
}

#[test]
fn explain_follows_a_record_to_its_first_source_and_back() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    scratch.run("build conv.jsonl --from-report R --out O --skip tokens --fail-on never").exits(0);
    let first = |args: &str| scratch.run(args).exits(0).stdout.lines().take(4).collect::<Vec<_>>().join("\n");
    let kept = "  verdict            kept, in conv.jsonl:4";
    assert!(first("explain R conv.jsonl:4").contains(kept), "{}", first("explain R conv.jsonl:4"));
    assert!(first("explain R conv.jsonl:4").starts_with("a.jsonl:5  record 4\n"));
    assert_eq!(first("explain R a.jsonl:5"), first("explain R conv.jsonl:4"));
    assert!(first("explain R rej.jsonl:2").starts_with("a.jsonl:7  record 6\n"));
    let built = first("explain O conv.jsonl:4");
    assert!(built.starts_with("conv.jsonl:4  record 3\n\n  origin             a.jsonl:5\n"), "{built}");
    assert_eq!(first("explain O a.jsonl:5"), built);
    let at = built.rsplit_once(':').unwrap().1;
    assert_eq!(first(&format!("explain O train.jsonl:{at}")), built);
    assert_eq!(first(&format!("explain O O/train.jsonl:{at}")), built);
    assert!(scratch.run("explain R conv.jsonl:400").refuses(2).contains("no such record in R"));
    let record = scratch.run("explain conv.jsonl:4 --from-report R --skip tokens").exits(0).stdout;
    assert!(record.contains("\n  origin     a.jsonl:5\n"), "{record}");
}

#[test]
fn a_file_that_the_report_does_not_describe_is_refused() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    let whole = scratch.read("conv.jsonl");
    let check = |file: &str, reports: &str| scratch.run(&format!("check {file} --skip tokens {reports}"));
    check("conv.jsonl", "--from-report R --from-report ./R").exits(0);
    let report = scratch.tree("R");
    for args in ["build conv.jsonl --out R", "convert conv.jsonl --to openai-chat --out x.jsonl --report R"] {
        let refused = scratch.run(&format!("{args} --from-report R --overwrite --skip tokens")).refuses(2);
        assert!(refused.contains("this run reads"), "{refused}");
        assert_eq!(scratch.tree("R"), report);
    }
    // Content tells the file, not its name.
    scratch.write("moved/x.jsonl", &whole);
    check("moved", "--from-report R").exits(0);
    let refused = check("a.jsonl", "--from-report R").refuses(2);
    assert!(refused.contains("--from-report R: none of the inputs has the content"), "{refused}");
    for changed in
        [[&whole[..], b"{}\n"].concat(), whole.iter().map(|&b| if b == b'?' { b'!' } else { b }).collect()]
    {
        scratch.write("conv.jsonl", changed);
        for command in ["check", "build --out O"] {
            let refused =
                scratch.run(&format!("{command} conv.jsonl --skip tokens --from-report R")).refuses(2);
            assert!(
                refused.contains("conv.jsonl: not the file that R describes: it was changed"),
                "{refused}"
            );
        }
    }
    scratch.write("conv.jsonl", &whole);
    scratch.run("build conv.jsonl --out O --skip tokens --fail-on never").exits(0);
    assert!(check("conv.jsonl", "--from-report O").refuses(2).contains("O: not the report of a conversion"));
    assert!(check("conv.jsonl", "--from-report gone").refuses(2).contains("gone: no such directory"));
    // Two conversions that wrote the same: the name decides, and without one nothing does.
    let again = "convert a.jsonl b.json c.csv --array --to converse";
    scratch.run(&format!("{again} --out same.jsonl --report S")).exits(1);
    check("conv.jsonl same.jsonl", "--from-report R --from-report S").exits(0);
    let both = check("moved", "--from-report R --from-report S").refuses(2);
    assert!(both.contains("both describe a file with the content of moved/x.jsonl"), "{both}");
    let streamed =
        scratch.feed("check - --from-report R --skip tokens --output-format jsonl", &whole).exits(0);
    assert_eq!(streamed.findings()[0]["origin_file"], "a.jsonl");
    // A table that was changed is not read.
    let mut table = scratch.read("R/records.parquet");
    let middle = table.len() / 2;
    table[middle] ^= 1;
    scratch.write("R/records.parquet", table);
    assert!(check("conv.jsonl", "--from-report R").refuses(3).contains("records.parquet"));
}

#[test]
fn a_report_is_whole_and_in_a_place_of_its_own() {
    let scratch = corpus();
    scratch.write("dir/a.jsonl", scratch.read("a.jsonl"));
    let convert = "convert a.jsonl --to converse --out conv.jsonl";
    scratch.run(convert).exits(1);
    let plain = scratch.read("conv.jsonl");
    let with = scratch.run(&format!("{convert} --overwrite --report R")).exits(1);
    assert_eq!(scratch.read("conv.jsonl"), plain);
    assert!(with.stderr.contains("\nwrote R  "), "{}", with.stderr);
    assert_eq!(
        scratch.tree("R").keys().collect::<Vec<_>>(),
        ["findings.parquet", "manifest.json", "records.parquet"]
    );
    let tree = scratch.tree("R");
    for (args, why) in [
        (format!("{convert} --overwrite --report dir"), "so the directory is left alone"),
        ("convert a.jsonl --to converse --out new.jsonl --report R".to_owned(), "the directory is not empty"),
        (
            "convert dir --to converse --out new.jsonl --report dir/r".to_owned(),
            "inside the input directory dir",
        ),
        (
            "convert a.jsonl --to converse --out R/new.jsonl --report R --overwrite".to_owned(),
            "--out R/new.jsonl",
        ),
        (format!("{convert} --overwrite --report conv.jsonl/r"), "--out conv.jsonl"),
        (format!("{convert} --overwrite --rejected R/rej.jsonl --report R"), "--rejected R/rej.jsonl"),
        (format!("{convert} --overwrite --report a.jsonl"), "it is the input a.jsonl"),
        (format!("{convert} --overwrite --report R --output jsonl=R/f.jsonl"), "--report"),
        (format!("{convert} --overwrite --report R --write-baseline R/b"), "--report"),
        (format!("{convert} --report -"), "-"),
    ] {
        let refused = scratch.run(&args).refuses(2);
        assert!(refused.contains(why), "{args}: {refused}");
        assert_eq!(scratch.tree("R"), tree, "{args}");
    }
    // What is not known as a report or an output is left alone.
    for (name, content) in [("dir/x", &b"{}\n"[..]), ("odd/manifest.json", b"{}")] {
        scratch.write(name, content);
        let dir = name.split_once('/').unwrap().0;
        let refused = scratch.run(&format!("{convert} --overwrite --report {dir}")).refuses(2);
        assert!(refused.contains("so the directory is left alone"), "{refused}");
    }
    scratch.run(&format!("{convert} --overwrite --report R --chunk-bytes 64 --threads 3")).exits(1);
    assert_eq!(scratch.tree("R")["records.parquet"], tree["records.parquet"]);
    // Where nothing is converted, the report says why.
    scratch.write("bad.jsonl", "\n{\n");
    let args = "convert bad.jsonl --to converse --format prompt-completion --out none.jsonl --report N";
    scratch.run(args).exits(1);
    assert!(!scratch.names().contains(&"none.jsonl".to_owned()));
    assert_eq!(scratch.rows("N/records.parquet").len(), 2);
    assert_eq!(scratch.manifest("N")["conversion"]["out"], Value::Null);
    scratch.run("verify N").exits(0);
    assert!(scratch.run("check a.jsonl --from-report N").refuses(2).contains("wrote no record"));
    assert!(scratch.names().iter().all(|name| !name.starts_with('.')), "{:?}", scratch.names());
}

#[test]
fn lines_that_a_repair_removes_are_in_the_report_as_blank() {
    let line = r#"{"prompt": "a", "completion": "b"}"#;
    let scratch = Scratch::with("a.jsonl", jsonl([line, "", line]));
    scratch.run("convert a.jsonl --fix --out f.jsonl --report R").exits(0);
    let rows = scratch.rows("R/records.parquet");
    let of = |row: &BTreeMap<String, String>| {
        [&row["verdict"], &row["reason"], &row["shard_line"]].map(String::clone)
    };
    let expected = [["kept", "null", "1"], ["unselected", "blank", "null"], ["kept", "null", "2"]];
    assert_eq!(rows.iter().map(of).collect::<Vec<_>>(), expected.map(|row| row.map(str::to_owned)));
    scratch.run("verify R").exits(0);
}

#[test]
fn the_report_of_a_conversion_is_taken_for_no_output() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    let verified = scratch.run("verify R").exits(0);
    let says = "R: verified 3 files against manifest.json (the report of a conversion; conv.jsonl is not a part of it)\n";
    assert_eq!(verified.stderr, says);
    scratch.run("build conv.jsonl --out O --skip tokens --fail-on never").exits(0);
    for command in [
        "stats R",
        "report R",
        "compare R R",
        "compare O R",
        "compare R O",
        "verify R --leaks",
        "cost R",
        "hyperparameters R",
        "job plan R --base-model x --role-arn y --s3 z",
        "check a.jsonl --baseline R",
        "build conv.jsonl --out P --pin R",
        "build conv.jsonl --out P --against R",
        "evaluate conv.jsonl --prompts R",
    ] {
        let refused = scratch.run(command);
        assert!([2, 3].contains(&refused.code), "{command}: {}\n{}", refused.stdout, refused.stderr);
    }
    let refused = scratch.run("stats R").refuses(2);
    assert!(refused.contains("R: the report of a conversion, and not an output"), "{refused}");
    let mut manifest = scratch.manifest("R");
    manifest["conversion"]["written"] = 1.into();
    scratch.write("R/manifest.json", manifest.to_string());
    let problems = scratch.run("verify R").exits(1).stdout;
    assert!(
        problems.contains("the seal does not match") && problems.contains("converted lines"),
        "{problems}"
    );
}

#[test]
fn the_guide_names_every_column_of_the_report() {
    let scratch = corpus();
    scratch.run(&format!("convert a.jsonl b.json c.csv {CONVERT}")).exits(1);
    let guide =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/building.md")).unwrap();
    for table in ["records.parquet", "findings.parquet"] {
        let (_, rows) = guide.split_once(&format!("| `{table}` | |\n|---|---|\n")).expect(table);
        let cells = rows.lines().map_while(|row| row.strip_prefix("| ")?.split(" | ").next());
        let named: Vec<&str> =
            cells.flat_map(|cell| cell.split(", ").map(|name| name.trim_matches('`'))).collect();
        let mut expected: Vec<String> = scratch.columns(&format!("R/{table}"));
        // The guide has together what belongs together.
        let mut named: Vec<String> = named.into_iter().map(str::to_owned).collect();
        expected.sort();
        named.sort();
        assert_eq!(named, expected, "{table}");
    }
}
