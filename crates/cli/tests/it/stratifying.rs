//! `--stratify`: the split and the selection keep the mix of fields, sources and lengths, read from the records as they
//! came.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::corpus::Random;
use crate::scratch::{Scratch, jsonl};

/// Records with a language and a topic.
fn records(n: usize) -> Vec<String> {
    let random = &mut Random(5);
    let record = |n: usize| {
        let (lang, topic) = (["en", "de", "fr"][random.below(6).min(2)], random.below(3));
        format!(
            r#"{{"prompt":"what is {n}","completion":"answer {n}","meta":{{"lang":"{lang}"}},"topic":{topic}}}"#
        )
    };
    (0..n).map(record).collect()
}

/// How many lines there are of each value of a function.
fn counts<L: AsRef<[u8]>>(lines: &[L], of: fn(&Value) -> String) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(of(&serde_json::from_slice(line.as_ref()).expect("JSON"))).or_default() += 1;
    }
    counts
}

fn stratum(record: &Value) -> String {
    format!("{} {}", record["meta"]["lang"], record["topic"])
}

#[test]
fn every_stratum_has_its_share() {
    let records = records(500);
    let scratch = Scratch::with("a.jsonl", jsonl(&records));
    let flags = "--stratify /meta/lang --stratify /topic --validation 0.2 --skip tokens";
    scratch.run(&format!("build a.jsonl --out o {flags}")).exits(0);
    let (all, held_out) = (counts(&records, stratum), counts(&scratch.side("o", "validation"), stratum));
    assert_eq!(all.len(), 9);
    for (stratum, n) in &all {
        assert!((held_out[stratum] * 5 - n).abs() < 5, "{stratum}: {} of {n}", held_out[stratum]);
    }
    scratch.run(&format!("build a.jsonl --out p --select 250 {flags}")).exits(0);
    let kept: Vec<Vec<u8>> =
        ["train", "validation"].iter().flat_map(|side| scratch.side("p", side)).collect();
    assert_eq!(kept.len(), 250);
    for (stratum, n) in counts(&kept, stratum) {
        assert!((n * 2 - all[&stratum]).abs() <= 2, "{stratum}");
    }
}

#[test]
fn a_field_that_the_conversion_drops_still_counts() {
    let lines: Vec<String> = (0..200)
        .map(|n| {
            let lang = if n % 4 == 0 { "de" } else { "en" };
            format!(r#"{{"prompt":"q {n} {lang}","completion":"answer {n}","lang":"{lang}"}}"#)
        })
        .collect();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    scratch
        .run(
            "build a.jsonl --out o --to converse --extra drop --stratify /lang --validation 40 --skip tokens",
        )
        .exits(0);
    let held_out = scratch.side("o", "validation");
    let german = held_out.iter().filter(|line| String::from_utf8_lossy(line).contains(" de\"")).count();
    assert_eq!((held_out.len(), german), (40, 10));
}

#[test]
fn sources_and_lengths_are_strata() {
    let scratch = Scratch::new();
    let lines = |from: usize, n: usize| -> Vec<String> {
        (from..from + n).map(|n| format!(r#"{{"prompt":"q{n}","completion":"answer"}}"#)).collect()
    };
    scratch.write("many.jsonl", jsonl(lines(0, 900)));
    scratch.write("few.jsonl", jsonl(lines(5000, 10)));
    let build = |flags: &str| {
        let flags = format!("--skip tokens --skip balance {flags}");
        scratch.run(&format!("build many.jsonl few.jsonl --out o --overwrite {flags}")).exits(0);
        let rows = scratch.table("o", "records");
        rows.iter().filter(|row| row["file"] == "few.jsonl" && row["split"] == "validation").count()
    };
    assert_eq!(build("--validation 91 --stratify source"), 1);
    assert_eq!(build("--validation 91 --stratify length --stratify source"), 1);
}

#[test]
fn the_order_of_files_and_kept_facts_change_nothing() {
    let records = records(300);
    let scratch = Scratch::with("a.jsonl", jsonl(&records));
    scratch.write("b.jsonl", jsonl(&records[150..]));
    scratch.write("c.jsonl", jsonl(&records[..150]));
    let sides = |inputs: &str, out: &str, flags: &str| {
        let flags = format!("--stratify /meta/lang --validation 0.2 --select 200 --skip tokens {flags}");
        scratch.run(&format!("build {inputs} --out {out} --overwrite {flags}")).exits(0);
        ["train", "validation"].map(|side| {
            let mut lines = scratch.side(out, side);
            lines.sort();
            lines
        })
    };
    let expected = sides("a.jsonl", "o", "");
    assert_eq!(sides("b.jsonl c.jsonl", "p", "--threads 3 --chunk-bytes 64"), expected);
    assert_eq!(sides("a.jsonl", "q", "--facts f"), expected);
    assert_eq!(sides("a.jsonl", "q", "--facts f --seed 0"), expected);
    assert_eq!(sides("a.jsonl", "q", "--facts f --threads 2"), expected);
    let said = scratch.run("build a.jsonl --out q --overwrite --facts f --stratify /topic --skip tokens");
    assert!(said.exits(0).stderr.contains("the settings of the scan are different"));
}

#[test]
fn what_divides_nothing_is_said() {
    let lines: Vec<String> = (0..70_000)
        .map(|n| {
            format!(
                r#"{{"prompt":"q{n}","completion":"answer {n}","id":{n},"half":{},"odd":{}}}"#,
                n / 2,
                n % 2
            )
        })
        .collect();
    let scratch = Scratch::with("a.jsonl", jsonl(&lines));
    let build = |flags: &str| {
        let flags = format!("--out o --overwrite --skip tokens --skip balance --validation 10 {flags}");
        scratch.run(&format!("build a.jsonl {flags}")).exits(0)
    };
    let said = build("--stratify /id --stratify /nowhere");
    assert!(said.stdout.contains("/id has more than 65,536 different values"), "{}", said.stdout);
    assert!(said.stdout.contains("no record has a string, number or boolean at /nowhere"), "{}", said.stdout);
    let codes = |out: &str| scratch.manifest(out)["findings"].clone();
    assert_eq!(codes("o")["balance/too-many-values"], 1);
    assert_eq!(codes("o")["balance/missing-value"], 1);
    let said = build("--stratify /half --stratify /odd");
    assert!(said.stdout.contains("combinations of values, so `/odd` is ignored"), "{}", said.stdout);
    assert_eq!(codes("o")["split/too-many-strata"], 1);
    build("--stratify /half --stratify length");
    assert!(codes("o").as_object().is_some_and(|codes| !codes.contains_key("split/too-many-strata")));
    let refused = scratch.run("build a.jsonl --out p --stratify language").exits(2);
    assert!(refused.stderr.contains("hint: write `/language`"), "{}", refused.stderr);
    scratch.write("bedload.toml", "[stages.split]\nstratify = [\"language\"]\n");
    let refused = scratch.run("build a.jsonl --out p").exits(2);
    assert!(refused.stderr.contains("hint: write `/language`"), "{}", refused.stderr);
}

#[test]
fn a_source_that_one_large_group_keeps_in_training_is_named() {
    let scratch = Scratch::new();
    let of = |name: &str, n: usize, user: &str| {
        format!(r#"{{"prompt":"{name} {n}","completion":"c{n}","user":"{user}"}}"#)
    };
    scratch.write("chats.jsonl", jsonl((0..300).map(|n| of("chat", n, "unknown"))));
    let others = (0..100).map(|n| of("ticket", n, &format!("u{}", n / 4)));
    scratch.write("tickets.jsonl", jsonl(others));
    let flags = "--skip tokens --group-by /user --stratify source --validation 110";
    let said = scratch.run(&format!("build chats.jsonl tickets.jsonl --out o {flags}")).exits(0).stdout;
    assert!(
        said.contains(
            "100 validation records instead of 110, because groups are not divided; the largest has 300 records, which \
             share 1 value at /user (300 records)"
        ),
        "{said}"
    );
    assert!(said.contains("1 of 2 values of source has no validation record: chats.jsonl"), "{said}");
    // By time, no value has a share.
    let by_time = "--split-by-time /n --validation 10 --stratify source --out p";
    let refused = scratch.run(&format!("build chats.jsonl {by_time}")).exits(2).stderr;
    assert!(refused.contains("--stratify cannot be used with --split-by-time"), "{refused}");
}
