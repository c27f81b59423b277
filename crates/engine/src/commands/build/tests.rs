//! A build with little memory: the same output, and nothing left behind.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use bedload_record::Severities;
use bedload_scan::{DiscoverOptions, ScanOptions, discover};
use bedload_stages::Stages;
use bedload_stages::group::GroupBys;
use bedload_stages::select::Amount;

use super::*;
use crate::run::settings::ShardLimits;

/// Records with duplicates, labels, groups and faults among them.
fn records() -> String {
    let mut text = String::new();
    for n in 0..3000u32 {
        let prompt = n.wrapping_mul(2_654_435_761) % 2000;
        let label = ["yes", "no", "maybe"][(prompt % 3) as usize];
        let user = prompt / 7;
        let _ = if n % 97 == 5 {
            writeln!(text, r#"{{"prompt":{n}}}"#)
        } else {
            writeln!(text, r#"{{"prompt":"question {prompt}","completion":"{label}","user":"{user}"}}"#)
        };
    }
    text
}

/// The files of an output by their paths, as they are with this memory limit.
fn output_with(memory_limit: Option<u64>, dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (input, temp_dir, out) = (dir.join("in.jsonl"), dir.join("temp"), dir.join("out"));
    fs::create_dir(&temp_dir).expect("made");
    fs::write(&input, records()).expect("written");
    let mut stages = Stages::default();
    stages.tokens.enabled = false;
    stages.split.validation = "0.1".parse().expect("a share");
    stages.split.select = Some(Amount::Records(1500));
    stages.split.group_by = GroupBys::read(["/user"]).expect("a pointer");
    let settings = Settings {
        profile: None,
        format: None,
        tokenizer: None,
        stages,
        sources: Vec::new(),
        source_paths: Vec::new(),
        id: None,
        seed: 7,
        severities: Severities::default(),
        show_content: false,
        scan: ScanOptions { chunk_bytes: 10_000, ..ScanOptions::default() },
        temp_dir: Some(temp_dir.clone()),
        facts: None,
        from_reports: Vec::new(),
        memory_limit,
        repair: None,
        evaluation: false,
        max_rejected: None,
        shards: ShardLimits { records: Some(400), bytes: None },
    };
    let inputs = discover(&[input.into_os_string()], &DiscoverOptions::default()).expect("an input");
    build(&inputs, &settings, &out, false, &Progress::default(), |_| Ok(())).expect("built");
    let mut files = BTreeMap::new();
    let mut dirs = vec![out.clone()];
    while let Some(next) = dirs.pop() {
        for entry in fs::read_dir(&next).expect("listed") {
            let path = entry.expect("listed").path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                let name = path.strip_prefix(&out).expect("inside").to_owned();
                files.insert(name, fs::read(&path).expect("read"));
            }
        }
    }
    assert!(files.len() > 8, "{:?}", files.keys());
    fs::remove_dir_all(&out).expect("removed");
    fs::remove_dir(&temp_dir).expect("it is empty");
    files
}

#[test]
fn facts_that_memory_has_no_room_for_change_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let (without, with) = (output_with(None, dir.path()), output_with(Some(4), dir.path()));
    assert_eq!(without.keys().collect::<Vec<_>>(), with.keys().collect::<Vec<_>>());
    for (path, bytes) in &without {
        assert!(bytes == &with[path], "{} differs", path.display());
    }
}
