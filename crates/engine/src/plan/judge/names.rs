//! The names and the number of the data files against what a job takes. Judged where files are checked in place;
//! what `build` writes has names of its own.

use std::path::Path;

use bedload_bedrock::{Level, Point, Profile, Training};
use bedload_record::file_name::without_compression;
use bedload_record::{Code, Finding, Side};
use bedload_scan::{Input, Inputs};

/// The most validation files of a job, by the service model.
const VALIDATION_FILES_MAX: usize = 10;
/// How many kinds of characters are named in a finding.
const NAMED_MAX: usize = 5;

/// What is wrong with the files as a job would be given them.
pub(super) fn judge(inputs: &Inputs, profile: Option<&Profile>) -> Vec<Finding> {
    let Some(profile) = profile else { return Vec::new() };
    let mut findings: Vec<Finding> = inputs.iter().filter_map(|input| judge_name(input, profile)).collect();
    findings.extend(judge_number(inputs, profile));
    findings
}

fn judge_name(input: &Input, profile: &Profile) -> Option<Finding> {
    // Whatever its name, an array or a table is no data file yet.
    let key = input.key().filter(|_| !input.is_array() && !input.is_table())?;
    let rule = |point| profile.rule(point).filter(|rule| rule.level != Level::Allow);
    let api = rule(Point::DataFileNames)?;
    let finding = |message: String, cite: String| {
        Some(Finding::file(input.name(), Code::DatasetFileName, message).sourced(&cite))
    };
    let wrong = others(key, |b| b.is_ascii_alphanumeric() || b"-!_*'().".contains(&b));
    if !wrong.is_empty() {
        let message = format!(
            "the S3 key of a data file may contain only letters, digits and `-!_*'().`, but this path contains {}; rename the file",
            wrong.join(", ")
        );
        return finding(message, api.cite());
    }
    if let Some(narrow) = rule(Point::WideDataFileNames) {
        let wrong = others(key, |b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !wrong.is_empty() {
            let message = format!(
                "{} accepts only letters, digits, `_`, `-` and `.` in the names of data files, but this path contains {}; \
                 rename the file",
                profile.name,
                wrong.join(", ")
            );
            return finding(message, narrow.cite());
        }
    }
    // That a file is compressed is said once for all files.
    let name = key.file_name()?.as_encoded_bytes();
    let name = if input.codec().is_some() { without_compression(name) } else { name };
    if !name.ends_with(b".jsonl") {
        let message = "the name of a data file must end in `.jsonl`; rename the file".to_owned();
        return finding(message, api.cite());
    }
    None
}

/// The characters of a path that are not taken, each kind once, described.
fn others(key: &Path, is_taken: impl Fn(u8) -> bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut more = false;
    let mut add = |what: String| {
        if !found.contains(&what) {
            if found.len() < NAMED_MAX { found.push(what) } else { more = true }
        }
    };
    for part in key {
        for piece in part.as_encoded_bytes().utf8_chunks() {
            for c in piece.valid().chars() {
                match c {
                    _ if u8::try_from(c).is_ok_and(|b| b.is_ascii() && is_taken(b)) => {}
                    ' ' => add("a space".to_owned()),
                    c if c.is_ascii_graphic() => add(format!("`{c}`")),
                    c if c.is_ascii() => add("a control character".to_owned()),
                    _ => add("a non-ASCII character".to_owned()),
                }
            }
            if !piece.invalid().is_empty() {
                add("bytes that are not UTF-8".to_owned());
            }
        }
    }
    if more {
        found.push("other characters".to_owned());
    }
    found
}

/// A job is given one file for training, and a few for validation, none of them compressed.
fn judge_number(inputs: &Inputs, profile: &Profile) -> Option<Finding> {
    if profile.training_files != Training::One {
        return None;
    }
    let of = |side: Side| inputs.iter().filter(move |input| input.side() == side).count();
    let (training, validation) = (of(Side::Train), of(Side::Validation));
    let compressed = inputs.iter().filter(|input| input.codec().is_some()).count();
    let mut wrong = Vec::new();
    if training > 1 {
        wrong.push(format!("there are {training} training files"));
    }
    if validation > VALIDATION_FILES_MAX {
        wrong.push(format!("there are {validation} validation files"));
    }
    match compressed {
        0 => {}
        1 if inputs.len() == 1 => wrong.push("the file is compressed".to_owned()),
        1 => wrong.push("1 file is compressed".to_owned()),
        n => wrong.push(format!("{n} files are compressed")),
    }
    if wrong.is_empty() {
        return None;
    }
    let message = format!(
        "a job takes one uncompressed file, but {}; `bedload build INPUT... --profile {} --out DIR` writes one",
        wrong.join(" and "),
        profile.name
    );
    Some(Finding::dataset(Code::DatasetOneFile, message))
}
