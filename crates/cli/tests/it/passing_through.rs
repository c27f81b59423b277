//! Records that nothing changes keep every byte; so do rejected lines. Shards hold what one file would hold.

use crate::corpus::{Random, file_of, mixed, plain, record};
use crate::scratch::{Scratch, jsonl};

/// Valid records in spellings that a re-serialisation would not keep.
const ODD: [&str; 9] = [
    r#"{"prompt":"a","completion":"1"}"#,
    r#"  { "completion" : "2" ,	"prompt" : "a\/b" }  "#,
    r#"{"prompt":"\u00e9 \ud83e\udea8 \u0041","completion":"3"}"#,
    r#"{"prompt":"d","completion":"4","n":[1.10,1E2,-0,0.0,1e-7,123456789012345678901234567890]}"#,
    r#"{"pr\u006fmpt":"e","complet\u0069on":"5"}"#,
    r#"{"z":null,"prompt":"f","a":{"b":[ ]},"completion":"6","prompt2":true}"#,
    "{\"prompt\":\"\u{2028}\u{2029}\u{85}\u{7f}\",\"completion\":\"7\"}",
    r#"{"prompt":"h\r\n\t\u0000\"\\","completion":"8"}"#,
    "\t{\"prompt\":\"漢字 🪨 é e\u{301}\",\"completion\":\"9\"}\t",
];

/// Lines that are rejected, in all their damage.
const BAD: [&[u8]; 7] = [
    b"",
    b"  ",
    b"{\"prompt\":\"p\xFF\",\"completion\":\"c\"}",
    b"\xEF\xBB\xBF{\"prompt\":\"p\",\"completion\":\"c\"}",
    b"{\"prompt\":\"a\0b\",\"completion\":\"c\"}",
    b"not json\r",
    b"{\"prompt\":\"p\",\"completion\":\"\"}",
];

fn build(file: &[u8], flags: &str) -> Scratch {
    let scratch = Scratch::with("a.jsonl", file);
    let args = format!("build a.jsonl --out o --format prompt-completion --skip tokens {flags}");
    assert!(matches!(scratch.run(&args).code, 0 | 1));
    scratch.run("verify o").exits(0);
    scratch
}

#[test]
fn odd_spellings_come_out_as_they_went_in() {
    let scratch = build(&jsonl(ODD), "");
    assert_eq!(scratch.read("o/train.jsonl"), jsonl(ODD));
    let ends = ODD.join("\r\n");
    let scratch = build(ends.as_bytes(), "");
    assert_eq!(scratch.read("o/train.jsonl"), jsonl(ODD), "CRLF becomes LF, and the last line gets one");
    let scratch = build(&jsonl(ODD), "--no-mmap --chunk-bytes 1 --validation 0.5");
    let mut both = [scratch.side("o", "train"), scratch.side("o", "validation")].concat();
    let mut all: Vec<Vec<u8>> = ODD.iter().map(|line| line.as_bytes().to_vec()).collect();
    both.sort();
    all.sort();
    assert_eq!(both, all);
}

#[test]
fn rejected_lines_keep_their_bytes_and_their_ends() {
    let mut file = Vec::new();
    for (n, bad) in BAD.iter().enumerate() {
        file.extend_from_slice(bad);
        file.extend_from_slice(if n % 2 == 1 { b"\r\n" } else { b"\n" });
        file.extend_from_slice(ODD[n].as_bytes());
        file.push(b'\n');
    }
    let scratch = build(&file, "");
    let mut rejected = Vec::new();
    for (n, bad) in BAD.iter().enumerate() {
        rejected.extend_from_slice(bad);
        rejected.extend_from_slice(if n % 2 == 1 { b"\r\n" } else { b"\n" });
    }
    assert_eq!(scratch.read("o/rejected.jsonl"), rejected);
    assert_eq!(scratch.read("o/train.jsonl"), jsonl(&ODD[..BAD.len()]));
    let scratch = build(b"nonsense at the end", "");
    assert_eq!(scratch.read("o/rejected.jsonl"), b"nonsense at the end\n");
    assert_eq!(scratch.read("o/train.jsonl"), b"");
}

#[test]
fn a_line_over_the_limit_is_rejected_whole() {
    let long = record("p", &"x".repeat(300_000));
    let scratch = build(&jsonl([&record("a", "b"), &long, &record("c", "d")]), "--max-record-bytes 64KiB");
    assert_eq!(scratch.read("o/rejected.jsonl"), jsonl([&long]));
    assert_eq!(scratch.lines("o/train.jsonl").len(), 2);
    let args = "check a.jsonl --skip tokens --max-record-bytes 64KiB --output-format jsonl";
    let finding = scratch.run(args).exits(1).findings().remove(0);
    assert_eq!((&finding["code"], &finding["line"]), (&"limit/record-bytes".into(), &2.into()));
    let exact = format!("check a.jsonl --skip tokens --max-record-bytes {}", long.len());
    scratch.run(&exact).exits(0);
    let short = format!("check a.jsonl --skip tokens --max-record-bytes {}", long.len() - 1);
    scratch.run(&short).exits(1);
}

#[test]
fn shards_hold_at_most_so_many_records() {
    let records = plain(25);
    let scratch = build(&jsonl(&records), "--shard-records 10");
    let sizes: Vec<usize> =
        (0..3).map(|n| scratch.lines(&format!("o/train/part-0000{n}.jsonl")).len()).collect();
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(jsonl(scratch.side("o", "train")), jsonl(&records));
    assert!(!scratch.path("o/train.jsonl").exists());
    let scratch = build(&jsonl(&records), "--shard-records 25");
    assert_eq!(scratch.lines("o/train/part-00000.jsonl").len(), 25);
    assert_eq!(scratch.tree("o").keys().filter(|name| name.starts_with("train/")).count(), 1);
}

#[test]
fn shards_hold_at_most_so_many_bytes_unless_one_record_is_larger() {
    let random = &mut Random(5);
    let records: Vec<String> =
        (0..200).map(|n| record(&n.to_string(), &"y".repeat(1 + random.below(400)))).collect();
    let scratch = build(&jsonl(&records), "--shard-bytes 300");
    assert_eq!(jsonl(scratch.side("o", "train")), jsonl(&records));
    let tree = scratch.tree("o");
    let shards: Vec<&Vec<u8>> =
        tree.iter().filter(|(name, _)| name.starts_with("train/")).map(|(_, bytes)| bytes).collect();
    for (n, shard) in shards.iter().enumerate() {
        let lines = shard.split(|&byte| byte == b'\n').count() - 1;
        assert!(shard.len() <= 300 || lines == 1, "shard {n} has {} bytes", shard.len());
        // Greedy: the first record of the next shard would not have fitted.
        if let Some(next) = shards.get(n + 1) {
            let first = next.iter().position(|&byte| byte == b'\n').unwrap() + 1;
            assert!(shard.len() + first > 300, "shard {n} ends early");
        }
    }
}

#[test]
fn building_an_output_again_changes_nothing() {
    let scratch = build(&file_of(&mixed(600, 41)), "");
    let again = "build o/train.jsonl --out again --format prompt-completion --skip tokens";
    scratch.run(again).exits(0);
    assert!(scratch.read("again/train.jsonl") == scratch.read("o/train.jsonl"));
    assert_eq!(scratch.read("again/rejected.jsonl"), b"");
}

#[test]
fn counts_add_up_over_several_files() {
    let scratch = Scratch::new();
    for n in 0..4 {
        scratch.write(format!("in/{n}.jsonl"), file_of(&mixed(100 + n, 50 + n as u64)));
    }
    scratch.write("in/sub/z.jsonl", "");
    let flags = "--skip tokens --validation 0.1 --select 200";
    scratch.run(&format!("build in --out o {flags}")).exits(0);
    let manifest = scratch.manifest("o");
    let names: Vec<&str> =
        manifest["inputs"].as_array().unwrap().iter().map(|input| input["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["in/0.jsonl", "in/1.jsonl", "in/2.jsonl", "in/3.jsonl", "in/sub/z.jsonl"]);
    let count = |key: &str| manifest["counts"][key].as_u64().unwrap();
    assert_eq!(count("read"), 406);
    let parts = ["rejected", "duplicates", "unselected", "train", "validation"].map(count);
    assert_eq!(parts.iter().sum::<u64>(), 406);
    assert_eq!(count("train") + count("validation"), 200);
    assert_eq!(count("train"), scratch.lines("o/train.jsonl").len() as u64);
    assert_eq!(count("validation"), scratch.lines("o/validation.jsonl").len() as u64);
    scratch.run("verify o").exits(0);
}
