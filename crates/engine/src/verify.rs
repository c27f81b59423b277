//! `verify`: a built directory against its manifest.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rayon::prelude::*;

use crate::error::{EngineError, io_error};
use crate::manifest::{Counts, FileEntry, MANIFEST, Manifest};
use crate::store::list;
use crate::sums::sum_file;

/// What a verification found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What is wrong, a line each, naming the file; empty where everything is as it was written.
    pub problems: Vec<String>,
    /// Files that were checked, the manifest included.
    pub files: u64,
    /// Their bytes, the manifest excepted.
    pub bytes: u64,
    /// Whether the manifest calls the output ready for its target.
    pub ready: bool,
    /// The counts that were found to add up, where they do.
    pub counts: Counts,
}

/// Checks sizes, sums, line and row counts, tables, and that no file is missing or besides.
///
/// # Errors
/// Where the directory or a file in it cannot be read at all.
pub fn verify(dir: &Path) -> Result<Verified, EngineError> {
    let path = dir.join(MANIFEST);
    if !dir.is_dir() {
        return Err(EngineError::Usage(format!("{}: not a directory", dir.display())));
    }
    let mut problems = Vec::new();
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            problems.push(format!("{MANIFEST}: missing, so the directory is not a finished output"));
            return Ok(Verified { problems, files: 0, bytes: 0, ready: false, counts: Counts::default() });
        }
        Err(error) => return Err(io_error(&path, "read")(error)),
    };
    let manifest: Manifest = match serde_json::from_slice(&text) {
        Ok(manifest) => manifest,
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            problems.push(format!("{MANIFEST}: not a manifest of this version ({place})"));
            return Ok(Verified { problems, files: 1, bytes: 0, ready: false, counts: Counts::default() });
        }
    };
    if manifest.text().as_bytes() != text || manifest.clone().sealed().seal != manifest.seal {
        problems.push(format!("{MANIFEST}: not as it was written"));
    }
    let found: Vec<Vec<String>> =
        manifest.files.par_iter().map(|entry| check_file(dir, entry)).collect::<Result<_, _>>()?;
    problems.extend(found.into_iter().flatten());
    let listed: BTreeSet<&str> = manifest.files.iter().map(|entry| entry.path.as_str()).collect();
    problems.extend(
        list(dir)?
            .iter()
            .filter(|path| *path != MANIFEST && !listed.contains(path.as_str()))
            .map(|path| format!("{path}: not in the manifest")),
    );
    problems.extend(check_counts(&manifest));
    Ok(Verified {
        problems,
        files: manifest.files.len() as u64 + 1,
        bytes: manifest.files.iter().map(|entry| entry.bytes).sum(),
        ready: manifest.ready,
        counts: manifest.counts,
    })
}

fn check_file(dir: &Path, entry: &FileEntry) -> Result<Vec<String>, EngineError> {
    let FileEntry { path: name, bytes, sha256, records, .. } = entry;
    let path = dir.join(name);
    let inside = Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if !inside {
        return Ok(vec![format!("{name}: names a place outside the directory")]);
    }
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Ok(vec![format!("{name}: not a regular file")]),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(vec![format!("{name}: missing")]);
        }
        Err(error) => return Err(io_error(&path, "looked at")(error)),
    }
    let mut problems = Vec::new();
    let (found_bytes, found_sum) = sum_file(&path)?;
    if found_bytes != *bytes {
        problems.push(format!("{name}: {found_bytes} bytes; the manifest says {bytes}"));
    }
    if found_sum != *sha256 {
        problems.push(format!("{name}: sha256 is {found_sum}; the manifest says {sha256}"));
    }
    if !problems.is_empty() {
        return Ok(problems);
    }
    if Path::new(name).extension().is_some_and(|end| end == "parquet") {
        match bedload_report::inspect(&path) {
            Ok(table) if table.rows != *records => {
                problems.push(format!("{name}: rows: {}; the manifest says {records}", table.rows));
            }
            Ok(_) => {}
            Err(error) => {
                let error = error.to_string();
                problems.push(format!("{name}: {}", error.lines().next().unwrap_or_default()));
            }
        }
    } else {
        let lines = count_lines(&path)?;
        if lines != *records {
            problems.push(format!("{name}: lines: {lines}; the manifest says {records}"));
        }
    }
    Ok(problems)
}

fn count_lines(path: &Path) -> Result<u64, EngineError> {
    let file = fs::File::open(path).map_err(io_error(path, "opened"))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let (mut lines, mut last) = (0, b'\n');
    loop {
        let piece = reader.fill_buf().map_err(io_error(path, "read"))?;
        let Some(&end) = piece.last() else { break };
        last = end;
        lines += memchr::memchr_iter(b'\n', piece).count() as u64;
        let n = piece.len();
        reader.consume(n);
    }
    Ok(lines + u64::from(last != b'\n'))
}

/// The counts against each other and against the files.
fn check_counts(manifest: &Manifest) -> Vec<String> {
    let mut problems = Vec::new();
    let counts = &manifest.counts;
    if !counts.add_up() {
        problems.push(format!("{MANIFEST}: the counts of records do not add up"));
    }
    let lines = |prefix: &str| -> u64 {
        let of = |entry: &&FileEntry| {
            entry.path == format!("{prefix}.jsonl") || entry.path.starts_with(&format!("{prefix}/"))
        };
        manifest.files.iter().filter(of).map(|entry| entry.records).sum()
    };
    let rows = |table: &str| {
        let path = format!("report/{table}.parquet");
        manifest.files.iter().find(|entry| entry.path == path).map(|entry| entry.records)
    };
    let pairs = [
        ("training lines", lines("train"), counts.train + counts.variants),
        ("validation lines", lines("validation"), counts.validation),
        ("rejected lines", lines("rejected"), counts.rejected),
        ("rows of report/records.parquet", rows("records").unwrap_or(0), counts.read),
        ("rows of report/duplicates.parquet", rows("duplicates").unwrap_or(0), counts.duplicates),
        ("records of the inputs", manifest.inputs.iter().map(|input| input.records).sum(), counts.read),
    ];
    for (what, found, counted) in pairs {
        if found != counted {
            problems.push(format!("{MANIFEST}: {found} {what}; the counts say {counted}"));
        }
    }
    problems
}
