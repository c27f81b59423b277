//! `[[input]]` tables: sources that differ, and what is told of each.

use std::collections::BTreeMap;

use crate::corpus::record;
use crate::outcome::Outcome;
use crate::scratch::{Scratch, jsonl};

fn records(topic: &str, n: usize) -> Vec<u8> {
    jsonl((0..n).map(|nth| record(&format!("{topic} question {nth}"), &format!("answer {nth} to {topic}"))))
}

/// How many rows of a table have each value in a column.
fn count(rows: &[BTreeMap<String, String>], column: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|row| *counts.entry(row[column].clone()).or_default() += 1);
    counts
}

#[track_caller]
fn says(outcome: &Outcome, text: &str) {
    assert!(outcome.stderr.contains(text), "{}", outcome.stderr);
}

fn with_two_sources() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("data/a1.jsonl", records("first", 40));
    scratch.write("data/a2.jsonl", records("second", 10));
    scratch.write("data/b/x.jsonl", records("first", 30));
    scratch.write(
        "conf/bedload.toml",
        "[[input]]\npath = \"../data/a*.jsonl\"\nname = \"tickets\"\n[[input]]\npath = [\"../data/b\"]\n",
    );
    scratch
}

#[test]
fn inputs_belong_to_the_first_table_whose_path_has_them() {
    let scratch = with_two_sources();
    scratch.write("data/other.jsonl", records("third", 5));
    let outcome = scratch
        .run("build data --config conf/bedload.toml --out OUT --skip tokens --validation 0.1")
        .exits(0);
    let rows = scratch.table("OUT", "records");
    let expected = [("tickets", 50), ("../data/b", 30), ("null", 5)];
    let expected: BTreeMap<String, usize> =
        expected.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    assert_eq!(count(&rows, "source"), expected);
    let manifest = scratch.manifest("OUT");
    let sources: Vec<_> =
        manifest["inputs"].as_array().unwrap().iter().map(|input| &input["source"]).collect();
    assert_eq!(serde_json::json!(sources), serde_json::json!(["tickets", "tickets", "../data/b", null]));
    assert_eq!(
        manifest["config"]["sources"],
        serde_json::json!([{"name": "tickets"}, {"name": "../data/b"}])
    );
    // What is told of a source is what a reader of the table of records counts.
    let summary = scratch.table("OUT", "summary");
    for (source, scope) in
        [("tickets", "source:tickets"), ("../data/b", "source:../data/b"), ("null", "no source")]
    {
        let own: Vec<_> = rows.iter().filter(|row| row["source"] == source).cloned().collect();
        let of = |metric: &str| {
            let is_it = |row: &&BTreeMap<String, String>| row["metric"] == metric && row["scope"] == scope;
            summary.iter().find(is_it).unwrap()["value"].parse::<f64>().unwrap() as usize
        };
        let with = |column: &str, value: &str| own.iter().filter(|row| row[column] == value).count();
        assert_eq!(of("records_read"), own.len());
        assert_eq!(of("records_duplicate"), with("verdict", "duplicate"));
        assert_eq!(of("records_train"), with("split", "train"));
        assert_eq!(of("records_validation"), with("split", "validation"));
    }
    says(&outcome, "../data/b: 30 read, 30 duplicate, 0 kept\n");
}

#[test]
fn without_inputs_on_the_command_line_those_of_the_tables_are_read() {
    let scratch = with_two_sources();
    let args = "--config conf/bedload.toml --skip tokens";
    scratch.run(&format!("build {args} --out OUT")).exits(0);
    let names: Vec<String> = scratch.table("OUT", "records").iter().map(|row| row["file"].clone()).collect();
    assert_eq!((names.len(), names[0].as_str()), (80, "conf/../data/a1.jsonl"));
    says(&scratch.run(&format!("check {args}")).exits(0), "80");
    scratch.run(&format!("convert {args} --to converse --out c.jsonl")).exits(0);
    assert_eq!(scratch.lines("c.jsonl").len(), 80);
    // An input of two tables is the first one's, and is read once.
    scratch.write(
        "bedload.toml",
        "[[input]]\npath = \"data/a1.jsonl\"\nname = \"one\"\n[[input]]\npath = \"data/**/*.jsonl\"\nname = \"rest\"\n",
    );
    scratch.run("build --skip tokens --out OUT2").exits(0);
    let counts = count(&scratch.table("OUT2", "records"), "source");
    assert_eq!(counts, BTreeMap::from([("one".to_owned(), 40), ("rest".to_owned(), 40)]));
    // But not as training and validation data.
    let both = scratch.run("check --validation-file data/a2.jsonl").exits(2);
    says(&both, "data/a2.jsonl");
}

#[test]
fn wrong_tables_are_refused_with_a_hint() {
    let scratch = Scratch::with("a.jsonl", records("first", 3));
    for (toml, message) in [
        ("[[input]]\npaht = \"a.jsonl\"\n", "did you mean `path`?"),
        ("[[input]]\nname = \"a\"\n", "missing field `path`"),
        ("[[input]]\npath = \"a.jsonl\"\nweight = 0\n", "`0` is not a weight"),
        ("[[input]]\npath = \"a.jsonl\"\nweight = -1\n", "weight"),
        ("[[input]]\npath = \"a.jsonl\"\nweight = 0.0000001\n", "is not a weight"),
        ("[[input]]\npath = \"a.jsonl\"\nweight = 1000001\n", "is not a weight"),
        ("[[input]]\npath = []\n", "the list is empty"),
        ("[[input]]\npath = \"a**\"\n", "`**` must be alone between slashes"),
        ("[[input]]\npath = \"a.jsonl\"\nname = \"\"\n", "a name cannot be empty"),
        (
            "[[input]]\npath = \"a\"\nname = \"x\"\n[[input]]\npath = \"b\"\nname = \"x\"\n",
            "two tables have this name",
        ),
    ] {
        scratch.write("bedload.toml", toml);
        says(&scratch.run("check a.jsonl").exits(2), message);
    }
    scratch.write("bedload.toml", "seed = 1\n");
    let refused = scratch.run("check").exits(2);
    says(&refused, "no input was named");
    says(&refused, "hint: name files, or describe them in [[input]] tables of bedload.toml");
    says(&scratch.run("build --no-config --out OUT").exits(2), "`-` for standard input");
    scratch.write("bedload.toml", "[[input]]\npath = \"gone/*.jsonl\"\n");
    says(&scratch.run("build --out OUT").exits(2), "gone/*.jsonl");
}

#[test]
fn compressed_files_arrays_and_standard_input_belong_to_sources() {
    let scratch = Scratch::with("z/a.jsonl.gz", crate::scratch::gzip(&records("first", 7)));
    scratch.write("z/b.jsonl", r#"[{"prompt":"p","completion":"c"},{"prompt":"q","completion":"d"}]"#);
    scratch.write(
        "bedload.toml",
        "[[input]]\npath = \"-\"\nname = \"piped\"\n[[input]]\npath = \"z/*\"\nname = \"packed\"\n",
    );
    scratch
        .feed("build - z/a.jsonl.gz z/b.jsonl --array --skip tokens --out OUT", &records("second", 4))
        .exits(0);
    let counts = count(&scratch.table("OUT", "records"), "source");
    assert_eq!(counts, BTreeMap::from([("packed".to_owned(), 9), ("piped".to_owned(), 4)]));
    // With no input named, standard input is read where a table says so.
    scratch.feed("build --array --skip tokens --out OUT2", &records("second", 4)).exits(0);
    assert_eq!(count(&scratch.table("OUT2", "records"), "source"), counts);
}

#[test]
fn each_source_has_its_own_label_groups_and_fields() {
    let scratch = Scratch::new();
    let nested = |n: usize| {
        let (user, class) = (n / 3, ["red", "blue"][n % 2]);
        format!(r#"{{"q":{{"text":"nested {n}"}},"a":["yes"],"meta":{{"class":"{class}","user":{user}}}}}"#)
    };
    let chat = |n: usize| {
        // The field that groups the other source says something else here.
        format!(
            r#"{{"messages":[{{"role":"user","content":"chat {n}"}},{{"role":"assistant","content":"no"}}],"kind":"red","meta":{{"user":7}},"talk":"{}"}}"#,
            n / 2
        )
    };
    scratch.write("n.jsonl", jsonl((0..60).map(nested)));
    scratch.write("c.jsonl", jsonl((0..60).map(chat)));
    scratch.write("p.jsonl", records("plain", 30));
    let tables = "[stages.convert]\nto = \"converse\"\nextra = \"drop\"\n[[input]]\npath = \"n.jsonl\"\nname = \"nested\"\nmap = { prompt = \"/q/text\", completion = \"/a/0\" }\ngroup-by = \"/meta/user\"\nlabel = \"/meta/class\"\n[[input]]\npath = \"c.jsonl\"\nname = \"chat\"\nformat = \"openai-chat\"\ngroup-by = [\"/talk\"]\nlabel = \"/kind\"\n[[input]]\npath = \"p.jsonl\"\n";
    scratch.write("bedload.toml", tables);
    let built = scratch.run("build --skip tokens --validation 0.25 --out OUT").exits(0);
    let rows = scratch.table("OUT", "records");
    let labels = |source: &str| {
        let own: Vec<_> = rows.iter().filter(|row| row["source"] == source).cloned().collect();
        count(&own, "label")
    };
    let of = |pairs: &[(&str, usize)]| -> BTreeMap<String, usize> {
        pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
    };
    assert_eq!(labels("nested"), of(&[("red", 30), ("blue", 30)]));
    assert_eq!(labels("chat"), of(&[("red", 60)]));
    assert_eq!(labels("p.jsonl"), of(&[("null", 30)]), "short completions are no classes beside labels");
    let groups = |source: &str| {
        let own: Vec<_> = rows.iter().filter(|row| row["source"] == source).cloned().collect();
        count(&own, "group").into_values().collect::<Vec<_>>()
    };
    assert_eq!(groups("nested"), [3; 20]);
    assert_eq!(groups("chat"), [2; 30]);
    assert_eq!(groups("p.jsonl"), [1; 30]);
    assert!(!built.stderr.contains("split/"), "{}", built.stderr);
    assert_eq!(
        scratch.manifest("OUT")["config"]["group_by"],
        serde_json::json!(["prompt", "/meta/user", "/talk"])
    );
    // Facts that are kept are of the same sources, or are found again.
    let build = |out: &str| {
        let args = format!("build --skip tokens --validation 0.25 --facts f.parquet --out {out}");
        scratch.run(&args).exits(0).stderr.contains("the facts of 150 records were read here")
    };
    assert!(!build("F1"));
    assert!(build("F2"));
    assert_eq!(scratch.tree("F1"), scratch.tree("F2"));
    assert_eq!(scratch.read("F1/report/records.parquet"), scratch.read("OUT/report/records.parquet"));
    scratch.write("bedload.toml", tables.replace("/talk", "/kind"));
    assert!(!build("F3"));
}

#[test]
fn what_a_table_cannot_have_is_refused() {
    let scratch = Scratch::with("a.jsonl", records("first", 30));
    for (more, args, message) in [
        ("format = \"sharegtp\"", "check", "did you mean `sharegpt`?"),
        (
            "format = \"sharegpt\"\nmap = { prompt = \"q\" }",
            "check",
            "`map` cannot be used with `format = \"sharegpt\"`",
        ),
        ("map = { prompt = \"/q\" }", "build --out OUT", "`map` needs a target format"),
        ("map = { promt = \"/q\" }", "build --to converse --out OUT", "map: unknown field `promt`"),
        (
            "format = \"text\"",
            "build --to converse --out OUT",
            "text records cannot be converted to converse",
        ),
        (
            "format = \"text\"",
            "build --format prompt-completion --out OUT",
            "an [[input]] table says that its records are text",
        ),
        ("group-by = \"\"", "check", "nor a JSON Pointer"),
        ("group-by = [\"prompt\", \"record\"]", "check", "leave one of them out"),
    ] {
        scratch.write("bedload.toml", format!("[[input]]\npath = \"a.jsonl\"\n{more}\n"));
        let outcome = scratch.run(&format!("{args} --skip tokens"));
        says(&outcome.exits(2), message);
    }
}

#[test]
fn ids_are_text_and_those_that_several_records_have_are_counted() {
    let id = |id: &str, n: usize| format!(r#"{{"prompt":"p {n}","completion":"c","meta":{{"id":{id}}}}}"#);
    let mut lines: Vec<String> = [r#""a""#, "7", "7.50", "true", "null", "[1]", r#""\u00e9\n""#]
        .iter()
        .zip(0..)
        .map(|(text, n)| id(text, n))
        .collect();
    lines.push(id("7", 7));
    lines.push(id(r#""a""#, 0));
    lines.push("{\"meta\":{\"id\":\"broken\"}".to_owned());
    lines.push(r#"{"prompt":"","completion":"c","meta":{"id":"empty"}}"#.to_owned());
    lines.extend((10..40).map(|n| format!(r#"{{"prompt":"p {n}","completion":"c"}}"#)));
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let args = "build a.jsonl --skip tokens --output-format jsonl";
    let built = scratch.run(&format!("{args} --id /meta/id --out OUT"));
    let ids: Vec<String> =
        scratch.table("OUT", "records").iter().map(|row| row["id"].clone()).take(11).collect();
    assert_eq!(ids, ["a", "7", "7.50", "true", "null", "null", "é\n", "7", "a", "null", "empty"]);
    let of_finding = |row: &BTreeMap<String, String>| [&*row["line"], &row["code"], &row["id"]].join(" ");
    let found: Vec<String> = scratch.table("OUT", "findings").iter().map(of_finding).collect();
    assert!(found.contains(&"11 schema/empty-content empty".to_owned()), "{found:?}");
    assert!(found.iter().any(|row| row.starts_with("null dataset/duplicate-id null")), "{found:?}");
    let said: Vec<_> = built.findings().into_iter().filter(|f| f["code"] == "dataset/duplicate-id").collect();
    assert_eq!(said.len(), 1, "{}", built.stdout);
    // The copy of the first record is the same record.
    assert_eq!(
        said[0]["message"],
        "2 of 39 records have the id of a record of the same source with other content"
    );
    let missing = built.findings().into_iter().find(|f| f["code"] == "dataset/missing-id");
    assert_eq!(
        missing.map(|f| f["message"].to_string()).as_deref(),
        Some(r#""32 of 39 records have no id""#)
    );
    assert_eq!(scratch.table("OUT", "duplicates")[0]["survivor_id"], "a");
    // The configuration can say it, facts that are kept do not depend on it, and without it there are none.
    scratch.write("bedload.toml", "id = \"/meta/id\"\n");
    scratch.run(&format!("{args} --facts f.parquet --out OUT2"));
    assert_eq!(scratch.read("OUT2/report/records.parquet"), scratch.read("OUT/report/records.parquet"));
    scratch.write("bedload.toml", "");
    let without = scratch.run(&format!("{args} --facts f.parquet --out OUT3"));
    says(&without, "were read here");
    for code in ["dataset/duplicate-id", "dataset/missing-id"] {
        assert!(!without.by_code().contains_key(code), "{code}");
    }
    assert!(scratch.table("OUT3", "records").iter().all(|row| row["id"] == "null"));
    assert_eq!(scratch.read("OUT3/train.jsonl"), scratch.read("OUT/train.jsonl"));
    scratch.run(&format!("{args} --id /a~2 --out OUT4")).refuses(2);
    // One source's ids are not another's.
    scratch.write("b.jsonl", jsonl([id("7", 50)]));
    let tables = ["a", "b"].map(|name| format!("[[input]]\npath = \"{name}.jsonl\"\nid = \"/meta/id\"\n"));
    scratch.write("bedload.toml", tables.concat());
    let both = scratch.run("build --skip tokens --output-format jsonl --out OUT5");
    assert!(both.stdout.contains("2 of 40 records have the id"), "{}", both.stdout);
    let explained = scratch.run("explain a.jsonl:2 --show-content").exits(0).stdout;
    assert!(explained.contains("  id         7\n"), "{explained}");
    assert!(!scratch.run("explain a.jsonl:2").exits(0).stdout.contains("  id "));
    let row = scratch.run("explain OUT5 a.jsonl:2").exits(0).stdout;
    assert!(row.contains("a.jsonl") && row.contains("id") && row.contains('7'), "{row}");
}

#[test]
fn leaks_are_counted_by_what_groups_each_source() {
    let scratch = Scratch::new();
    let record = |n: usize, prompt: usize, user: usize| {
        format!(r#"{{"prompt":"question {prompt}","completion":"answer {n}","user":{user}}}"#)
    };
    // In one source records of a user belong together; in the other, nothing does, and its users are others.
    scratch.write("a.jsonl", jsonl((0..90).map(|n| record(n, n, n / 3))));
    scratch.write("b.jsonl", jsonl((100..190).map(|n| record(n, n % 30, n % 10))));
    let tables = "[[input]]\npath = \"a.jsonl\"\ngroup-by = \"/user\"\n[[input]]\npath = \"b.jsonl\"\ngroup-by = \"record\"\n";
    scratch.write("bedload.toml", tables);
    let args = "build --skip tokens --validation 0.3";
    let built = scratch.run(&format!("{args} --augment 3 --shard-records 50 --out OUT")).exits(0);
    assert_eq!(scratch.manifest("OUT")["certificates"]["shared_keys"], 0, "{}", built.stderr);
    scratch.run("verify OUT --leaks").exits(0);
    // By the ways of the first source, the records of the second would have much in common.
    let users = |side: &str| {
        let of_second = |line: &Vec<u8>| {
            let record: serde_json::Value = serde_json::from_slice(line).unwrap();
            let answer = record["completion"].as_str().unwrap().strip_prefix("answer ").unwrap();
            (answer.parse::<usize>().unwrap() >= 100).then(|| record["user"].as_u64().unwrap())
        };
        scratch.side("OUT", side).iter().filter_map(of_second).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(!users("train").is_disjoint(&users("validation")));
    scratch.write("bedload.toml", tables.replace("\"record\"", "\"/user\""));
    scratch.run(&format!("{args} --out SAME")).exits(0);
    scratch.run("verify SAME --leaks").exits(0);
}

#[test]
fn weights_of_sources_are_those_of_a_mix() {
    let scratch = Scratch::new();
    scratch.write("a.jsonl", records("first", 100));
    scratch.write("b.jsonl", records("second", 100));
    scratch.write(
        "bedload.toml",
        "[[input]]\npath = \"a.jsonl\"\nname = \"a\"\nweight = 3\n[[input]]\npath = \"b.jsonl\"\nname = \"b\"\nweight = 0.5\n",
    );
    let kept = |out: &str, flags: &str| {
        scratch.run(&format!("build --skip tokens --select 70 {flags} --out {out}")).exits(0);
        let rows = scratch.table(out, "records");
        let kept: Vec<_> = rows.into_iter().filter(|row| row["verdict"] == "kept").collect();
        count(&kept, "source")
    };
    let of = |a: usize, b: usize| BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]);
    assert_eq!(kept("OUT", ""), of(60, 10));
    let summary = scratch.run("build --skip tokens --output-format jsonl --select 70 --out TOLD").summary();
    let told = |key: &str| {
        summary["sources"].as_array().unwrap().iter().map(|of| of[key].clone()).collect::<Vec<_>>()
    };
    assert_eq!(told("source"), ["a", "b"]);
    assert_eq!((told("train"), told("unselected")), (vec![60.into(), 10.into()], vec![40.into(), 90.into()]));
    assert_eq!(kept("OTHER", "--mix a=1,b=1"), of(35, 35), "what is named on the command line goes first");
}

#[test]
fn where_a_map_is_not_applied_it_is_said() {
    let line = |n: usize| format!(r#"{{"q":"question {n}","answers":["one","two"]}}"#);
    let scratch = Scratch::with("a.jsonl", jsonl((0..40).map(line)));
    scratch.write(
        "bedload.toml",
        "[stages.convert]\nto = \"prompt-completion\"\nextra = \"drop\"\n[[input]]\nname = \"forum\"\npath = \"a.jsonl\"\n\
         map = { prompt = \"q\", completion = \"/answers/0\" }\n",
    );
    let said = scratch.run("check --skip tokens").exits(1).stdout;
    assert!(said.contains("[[input]] forum has a map, which `bedload build`"), "{said}");
    let built = scratch.run("build --skip tokens --out o").exits(0);
    assert!(!built.stdout.contains("has a map"));
}
