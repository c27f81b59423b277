//! `verify`: passes on what `build` wrote, and names the file where anything is not as it was written.

use std::fs;
use std::os::unix::fs::symlink;

use crate::corpus::{labelled, record};
use crate::scratch::{Scratch, jsonl};

/// An output with shards, rejected lines and every table.
fn built() -> Scratch {
    let mut lines = labelled(&[("yes", 30), ("no", 20)]);
    lines.extend([record("p", ""), record("is this yes, case 0?", "yes"), "nonsense".to_owned()]);
    let scratch = Scratch::with("a.jsonl", jsonl(lines));
    let args = "build a.jsonl --out o --skip tokens --validation 0.2 --shard-records 30 --augment 2";
    scratch.run(args).exits(0);
    scratch
}

#[test]
fn an_output_is_as_it_was_written() {
    let scratch = built();
    let tree = scratch.tree("o");
    let names: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "manifest.json",
            "rejected.jsonl",
            "report/distributions.parquet",
            "report/duplicates.parquet",
            "report/findings.parquet",
            "report/index.html",
            "report/labels.parquet",
            "report/records.parquet",
            "report/summary.parquet",
            "report/variants.parquet",
            "train/part-00000.jsonl",
            "train/part-00001.jsonl",
            "train/part-00002.jsonl",
            "validation/part-00000.jsonl",
        ]
    );
    scratch.run("verify o").exits(0);
    fs::rename(scratch.path("o"), scratch.path("elsewhere")).unwrap();
    scratch.run("verify elsewhere").exits(0);
}

#[test]
fn one_changed_byte_of_any_file_is_noticed() {
    let scratch = built();
    for (name, bytes) in scratch.tree("o") {
        if name == "manifest.json" {
            continue;
        }
        let len = bytes.len();
        for at in [0, 1, len / 3, len / 2, len - 5, len - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            scratch.write(format!("o/{name}"), changed);
            let outcome = scratch.run("verify o").exits(1);
            assert!(outcome.stdout.contains(&name), "{name}, byte {at}: {}", outcome.stdout);
        }
        scratch.write(format!("o/{name}"), bytes);
    }
    scratch.run("verify o").exits(0);
}

#[test]
fn one_changed_byte_of_the_manifest_is_noticed() {
    let scratch = built();
    let bytes = scratch.read("o/manifest.json");
    let mut unnoticed = Vec::new();
    for at in (0..bytes.len()).step_by(23).chain([bytes.len() - 1]) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        scratch.write("o/manifest.json", &changed);
        if scratch.run("verify o").code != 1 {
            let line = bytes[..at].split(|&byte| byte == b'\n').count() - 1;
            unnoticed.push(
                String::from_utf8_lossy(bytes.split(|&byte| byte == b'\n').nth(line).unwrap()).into_owned(),
            );
        }
    }
    assert!(unnoticed.is_empty(), "changes in these lines pass:\n{}", unnoticed.join("\n"));
}

#[test]
fn cut_lengthened_missing_and_added_files_are_named() {
    let scratch = built();
    let names = |outcome: &str, name: &str| assert!(outcome.contains(name), "{name}: {outcome}");
    for (name, bytes) in scratch.tree("o") {
        let path = format!("o/{name}");
        for changed in [&bytes[..bytes.len() - 1], &[], &[&bytes[..], b"\n"].concat()] {
            if name == "manifest.json" && changed.trim_ascii_end() == bytes.trim_ascii_end() {
                // It says the same as before.
                continue;
            }
            scratch.write(&path, changed);
            names(&scratch.run("verify o").exits(1).stdout, &name);
        }
        fs::remove_file(scratch.path(&path)).unwrap();
        names(&scratch.run("verify o").exits(1).stdout, &name);
        // A link to the same bytes is not the file that was written.
        scratch.write("kept", &bytes);
        symlink(scratch.path("kept"), scratch.path(&path)).unwrap();
        if name != "manifest.json" {
            names(&scratch.run("verify o").exits(1).stdout, &name);
        }
        fs::remove_file(scratch.path(&path)).unwrap();
        scratch.write(&path, bytes);
    }
    for added in ["o/besides.jsonl", "o/.hidden", "o/train/part-00003.jsonl", "o/report/more/deep.txt"] {
        scratch.write(added, "");
        let name = added.strip_prefix("o/").unwrap();
        names(&scratch.run("verify o").exits(1).stdout, name);
        fs::remove_file(scratch.path(added)).unwrap();
    }
}

#[test]
fn what_is_no_output_is_told_apart() {
    let scratch = Scratch::with("empty/.keep", "");
    scratch.write("file", "");
    assert!(scratch.run("verify empty").exits(1).stdout.contains("manifest.json: missing"));
    assert!(scratch.run("verify file").refuses(2).contains("not a directory"));
    assert!(scratch.run("verify nowhere").refuses(2).contains("nowhere"));
    scratch.write("empty/manifest.json", "{}");
    assert!(scratch.run("verify empty").exits(1).stdout.contains("manifest.json"));
}

#[test]
fn a_manifest_that_names_places_outside_is_refused() {
    let scratch = built();
    let manifest = String::from_utf8(scratch.read("o/manifest.json")).unwrap();
    scratch.write("canary", scratch.read("o/rejected.jsonl"));
    scratch.write("o/manifest.json", manifest.replace("\"rejected.jsonl\"", "\"../canary\""));
    let outcome = scratch.run("verify o").exits(1);
    assert!(outcome.stdout.contains("../canary"), "{}", outcome.stdout);
}

#[test]
fn a_manifest_in_another_layout_is_the_same() {
    let scratch = built();
    let compact = scratch.manifest("o").to_string();
    scratch.write("o/manifest.json", compact);
    scratch.run("verify o").exits(0);
}

/// Runs `verify` on an output whose manifest somebody has changed, and returns what it finds.
fn forged(change: impl Fn(&mut serde_json::Value)) -> String {
    let scratch = built();
    let mut manifest = scratch.manifest("o");
    change(&mut manifest);
    scratch.write("o/manifest.json", manifest.to_string());
    scratch.run("verify o").exits(1).stdout
}

#[test]
fn forged_numbers_are_findings() {
    for name in ["read", "rejected", "duplicates", "unselected", "train", "validation", "variants"] {
        let said = forged(|manifest| manifest["counts"][name] = u64::MAX.into());
        assert!(said.contains("changed after the build; the seal does not match"), "{said}");
        assert_eq!(said.contains("do not add up"), name != "variants", "{name}: {said}");
    }
    let all = forged(|manifest| {
        for name in ["rejected", "duplicates", "unselected", "train", "validation", "variants"] {
            manifest["counts"][name] = u64::MAX.into();
        }
        for entry in manifest["files"].as_array_mut().unwrap() {
            entry["records"] = u64::MAX.into();
            entry["bytes"] = u64::MAX.into();
        }
        manifest["inputs"] = serde_json::json!([
            {"name": "x", "bytes": u64::MAX, "blake3": "", "records": u64::MAX},
            {"name": "y", "bytes": u64::MAX, "blake3": "", "records": u64::MAX},
        ]);
    });
    assert!(all.contains("36893488147419103230 records of the inputs"), "{all}");
}

#[test]
fn forged_paths_are_findings() {
    for (path, why) in [
        ("../canary", "outside"),
        ("/etc/passwd", "outside"),
        ("", "outside"),
        (".", "outside"),
        ("report/../rejected.jsonl", "outside"),
        ("report//labels.parquet", "outside"),
        ("./rejected.jsonl", "outside"),
        ("rejected.jsonl/", "outside"),
        ("a\0b", "outside"),
        ("manifest.json", "lists itself"),
        ("rejected.jsonl/x", "not a regular file"),
        ("report", "not a regular file"),
        ("train/part-00000.jsonl", "more than once"),
    ] {
        let said = forged(|manifest| manifest["files"][1]["path"] = path.into());
        // One of the files that were listed first has its entry no longer.
        assert!(said.contains(why), "{path:?}: {said}");
    }
    let long =
        forged(|manifest| manifest["files"][1]["path"] = "x/".repeat(100_000).trim_end_matches('/').into());
    assert!(long.contains("missing"), "{}", &long[long.len() - 100..]);
}

#[test]
fn what_is_no_manifest_is_a_finding() {
    let scratch = built();
    let deep = format!("{{\"tool\": \"bedload\", \"x\": {}", "[".repeat(1_000_000));
    let twice = "{\"tool\": \"bedload\", \"tool\": \"bedload\"}";
    for text in
        ["", "{", "[]", "null", "\u{feff}{}", &deep, twice, "{\"tool\": \"bedload\", \"format_version\": -1}"]
    {
        scratch.write("o/manifest.json", text);
        let said = scratch.run("verify o").exits(1).stdout;
        assert!(said.starts_with("manifest.json: was not written by bedload"), "{said}");
    }
    fs::File::create(scratch.path("o/manifest.json")).unwrap().set_len(200 << 30).unwrap();
    let said = scratch.run("verify o").exits(1).stdout;
    assert_eq!(said, "manifest.json: is larger than 256 MiB\n");
    let said = scratch.run("build a.jsonl --out o --overwrite --skip tokens").refuses(2);
    assert!(said.contains("larger than 256 MiB"), "{said}");
}

#[test]
fn nothing_outside_is_read_and_no_pipe_is_waited_for() {
    let scratch = built();
    fs::rename(scratch.path("o/report"), scratch.path("report")).unwrap();
    symlink(scratch.path("report"), scratch.path("o/report")).unwrap();
    let said = scratch.run("verify o").exits(1).stdout;
    assert!(said.contains("report/labels.parquet: not a regular file"), "{said}");
    assert!(said.contains("report: not in the manifest"), "{said}");
    fs::remove_file(scratch.path("o/report")).unwrap();
    symlink("/proc", scratch.path("o/report")).unwrap();
    symlink("/etc", scratch.path("o/etc")).unwrap();
    let said = scratch.run("verify o").exits(1).stdout;
    assert!(said.contains("etc: not in the manifest") && !said.contains("passwd"), "{said}");
    fs::remove_file(scratch.path("o/report")).unwrap();
    fs::rename(scratch.path("report"), scratch.path("o/report")).unwrap();
    scratch.shell("rm o/etc o/rejected.jsonl; mkfifo o/rejected.jsonl o/pipe").exits(0);
    let said = scratch.run("verify o").exits(1).stdout;
    assert!(said.contains("rejected.jsonl: not a regular file") && said.contains("pipe: not in"), "{said}");
}

#[test]
fn a_file_of_another_size_is_not_read() {
    let scratch = built();
    let file = fs::File::options().write(true).open(scratch.path("o/train/part-00000.jsonl")).unwrap();
    file.set_len(200 << 30).unwrap();
    let said = scratch.run("verify o").exits(1).stdout;
    assert!(said.contains("train/part-00000.jsonl: 214748364800 bytes; the manifest says"), "{said}");
}

#[test]
fn an_output_that_is_not_ready_passes_unless_it_has_to_be_ready() {
    let scratch = Scratch::with("a.jsonl", jsonl([record("p", "c")]));
    scratch.run("build a.jsonl --out o --skip tokens --profile generic-sft --fail-on never").exits(0);
    assert!(scratch.run("verify o").exits(0).stderr.contains("(not ready)"));
    let outcome = scratch.run("verify o --require-ready").exits(1);
    assert!(outcome.stderr.contains("too-few-records"), "{}", outcome.stderr);
    let summary = scratch.run("verify o --require-ready --output-format jsonl").exits(1).summary();
    assert_eq!((&summary["ready"], &summary["exit_code"]), (&false.into(), &1.into()));
    assert_eq!(summary["reasons"].as_array().unwrap().len(), 1);
    scratch.run("build a.jsonl --out p --skip tokens").exits(0);
    scratch.run("verify p --require-ready").exits(0);
}

#[test]
fn what_fails_a_verification_is_an_error_in_every_form() {
    let scratch = Scratch::with("a.jsonl", jsonl(labelled(&[("yes", 30), ("no", 20)])));
    let built =
        "build a.jsonl --out o --skip tokens --profile generic-sft --strict --severity file/crlf=error";
    scratch.run(built).exits(1);
    let verify = "verify o --require-ready --output-format";
    let shown = scratch.run(&format!("{verify} markdown")).exits(1).stdout;
    let rows: Vec<&str> = shown.lines().filter(|line| line.contains('`') && line.starts_with('|')).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.starts_with("| error |")), "{shown}");
    let log = scratch.run(&format!("{verify} sarif")).exits(1).stdout;
    assert!(!log.contains("\"level\":\"warning\"") && log.contains("\"level\":\"error\""), "{log}");
}
