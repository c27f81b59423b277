//! `verify`: a built directory against its manifest.
//!
//! The directory may be anybody's: nothing in it is followed out of it, waited for, or believed before it is compared.

use std::collections::BTreeMap;
use std::io::{self, Seek};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use bedload_record::Counts;
use bedload_scan::Watch;
use rayon::prelude::*;

use crate::report::manifest::{
    FileEntry, InputEntry, MANIFEST, Manifest, Read, Unsound, is_inside, read_manifest,
};
use crate::report::page::PAGE;
use crate::run::error::{EngineError, io_error};
use crate::run::tree::{self, Opened};
use crate::write::checksums::checksum_file;

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
    /// Why it does not, as the manifest says.
    pub reasons: Vec<String>,
    /// The counts that were found to add up, where they do.
    pub counts: Counts,
    /// The file that was converted to, which is not in the directory, where that is the report of a conversion.
    pub conversion: Option<String>,
}

impl Verified {
    fn without_manifest(problem: String, files: u64) -> Self {
        let counts = Counts::default();
        Self {
            problems: vec![problem],
            files,
            bytes: 0,
            ready: false,
            reasons: Vec::new(),
            counts,
            conversion: None,
        }
    }
}

/// Checks sizes, checksums, line and row counts, tables, and that no file is missing or extra.
///
/// # Errors
/// Where the directory or a file in it cannot be read at all, or a newer version of bedload wrote it; and where
/// `watch` was stopped.
pub fn verify(dir: &Path, watch: &Watch) -> Result<Verified, EngineError> {
    let shown = dir.display();
    let opened = tree::open_dir(dir).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => EngineError::Usage(format!("{shown}: no such directory")),
        io::ErrorKind::NotADirectory => EngineError::Usage(format!("{shown}: not a directory")),
        _ => io_error(dir, "opened")(error),
    })?;
    let (manifest, text) = match read_manifest(&opened).map_err(io_error(&dir.join(MANIFEST), "read"))? {
        Read::Sound(read) => read,
        Read::Missing => {
            let problem = format!("{MANIFEST}: missing, so the directory is not a finished output");
            return Ok(Verified::without_manifest(problem, 0));
        }
        Read::Unsound(why @ Unsound::Newer(_)) => {
            let hint = "hint: verify it with the version of bedload that wrote it, or a newer one";
            return Err(EngineError::Usage(format!("{}: {why}\n{hint}", dir.join(MANIFEST).display())));
        }
        Read::Unsound(why) => return Ok(Verified::without_manifest(format!("{MANIFEST}: {why}"), 1)),
    };
    let mut problems = Vec::new();
    if !manifest.is_sealed(&text) {
        problems.push(format!("{MANIFEST}: changed after the build; the seal does not match"));
    }
    drop(text);
    let mut listed: BTreeMap<&[u8], &FileEntry> = BTreeMap::new();
    for entry in &manifest.files {
        let name = &entry.path;
        if !is_inside(name) {
            problems.push(format!("{name}: the path leads outside the directory"));
        } else if name == MANIFEST {
            problems.push(format!("{MANIFEST}: lists itself"));
        } else if listed.insert(name.as_bytes(), entry).is_some() {
            problems.push(format!("{name}: listed more than once"));
        }
    }
    let entries: Vec<&FileEntry> = listed.values().copied().collect();
    let found: Vec<Vec<String>> = entries
        .into_par_iter()
        .map(|entry| check_file(opened.as_fd(), dir, entry, watch))
        .collect::<Result<_, _>>()?;
    problems.extend(found.into_iter().flatten());
    let present = tree::walk(&opened).map_err(io_error(dir, "listed"))?;
    let besides = present.iter().filter(|entry| {
        !entry.is_dir && entry.path != MANIFEST.as_bytes() && !listed.contains_key(&entry.path[..])
    });
    problems.extend(besides.map(|entry| format!("{}: not in the manifest", entry.shown())));
    problems.extend(check_counts(&manifest));
    let conversion = manifest.conversion.map(|written| written.out.map_or_else(String::new, |out| out.name));
    Ok(Verified {
        problems,
        files: manifest.files.len() as u64 + 1,
        bytes: manifest.files.iter().fold(0, |sum, entry| sum.saturating_add(entry.bytes)),
        ready: manifest.ready,
        reasons: manifest.reasons,
        counts: manifest.counts,
        conversion,
    })
}

fn check_file(
    opened: BorrowedFd<'_>,
    dir: &Path,
    entry: &FileEntry,
    watch: &Watch,
) -> Result<Vec<String>, EngineError> {
    let FileEntry { path: name, bytes, sha256, records, .. } = entry;
    let path = dir.join(name);
    let mut file = match tree::open_file(opened, name).map_err(io_error(&path, "opened"))? {
        // A size that differs says enough, and costs nothing.
        Opened::File(_, found) if found != *bytes => {
            return Ok(vec![format!("{name}: {found} bytes; the manifest says {bytes}")]);
        }
        Opened::File(file, _) => file,
        Opened::NotRegular => return Ok(vec![format!("{name}: not a regular file")]),
        Opened::Missing => return Ok(vec![format!("{name}: missing")]),
    };
    let checksum = checksum_file(&mut file, &path, watch)?;
    if checksum.sha256 != *sha256 {
        return Ok(vec![format!("{name}: sha256 is {}; the manifest says {sha256}", checksum.sha256)]);
    }
    // Of a page, the checksum says it all.
    if name == PAGE {
        return Ok(Vec::new());
    }
    let is_table = Path::new(name).extension().is_some_and(|end| end == "parquet");
    if !is_table {
        let differs = checksum.lines != *records;
        let problem =
            differs.then(|| format!("{name}: lines: {}; the manifest says {records}", checksum.lines));
        return Ok(problem.into_iter().collect());
    }
    file.rewind().map_err(io_error(&path, "read"))?;
    Ok(match bedload_report::inspect_file(file, &path) {
        Ok(table) if table.rows != *records => {
            vec![format!("{name}: rows: {}; the manifest says {records}", table.rows)]
        }
        Ok(_) => Vec::new(),
        Err(error @ bedload_report::ReportError::Io { .. }) => return Err(error.into()),
        Err(error) => {
            let error = error.to_string();
            vec![format!("{name}: {}", error.lines().next().unwrap_or_default())]
        }
    })
}

/// The counts against each other and against the files. Sums have room for any that are forged.
fn check_counts(manifest: &Manifest) -> Vec<String> {
    let mut problems = Vec::new();
    let counts = &manifest.counts;
    if !counts.add_up() {
        problems.push(format!("{MANIFEST}: the record counts do not add up"));
    }
    let lines = |prefix: &str| -> u128 {
        let of = |entry: &&FileEntry| {
            entry.path == format!("{prefix}.jsonl") || entry.path.starts_with(&format!("{prefix}/"))
        };
        manifest.files.iter().filter(of).map(|entry| u128::from(entry.records)).sum()
    };
    let folder = if manifest.conversion.is_some() { "" } else { "report/" };
    let rows = |table: &str| -> u128 {
        let path = format!("{folder}{table}.parquet");
        let found = manifest.files.iter().find(|entry| entry.path == path);
        found.map_or(0, |entry| u128::from(entry.records))
    };
    let repairs: u128 = manifest.repairs.iter().flatten().map(|(_, &n)| u128::from(n)).sum();
    let inputs: u128 = manifest.inputs.iter().map(|input| u128::from(input.records)).sum();
    if let Some(conversion) = &manifest.conversion {
        let lines = |file: &Option<InputEntry>| file.as_ref().map(|file| u128::from(file.records));
        let found: u128 = manifest.findings.values().map(|&n| u128::from(n)).sum();
        let pairs = [
            ("converted lines", lines(&conversion.out).unwrap_or_default(), conversion.written.into()),
            (
                "rejected lines",
                lines(&conversion.rejected).unwrap_or(counts.rejected.into()),
                counts.rejected.into(),
            ),
            ("rows of records.parquet", rows("records"), counts.read.into()),
            ("rows of findings.parquet", rows("findings"), found),
            ("rows of repairs.parquet", rows("repairs"), repairs),
            ("records of the inputs", inputs, counts.read.into()),
        ];
        problems.extend(differences(&pairs));
        return problems;
    }
    let pairs = [
        ("training lines", lines("train"), u128::from(counts.train) + u128::from(counts.variants)),
        ("validation lines", lines("validation"), counts.validation.into()),
        ("test lines", lines("test"), counts.test.into()),
        ("rejected lines", lines("rejected"), counts.rejected.into()),
        ("rows of report/records.parquet", rows("records"), counts.read.into()),
        ("rows of report/duplicates.parquet", rows("duplicates"), counts.duplicates.into()),
        ("rows of report/repairs.parquet", rows("repairs"), repairs),
        ("records of the inputs", inputs, counts.read.into()),
    ];
    problems.extend(differences(&pairs));
    problems
}

/// What was found to be of another number than was counted.
fn differences(pairs: &[(&str, u128, u128)]) -> impl Iterator<Item = String> {
    let differing = pairs.iter().filter(|(_, found, counted)| found != counted);
    differing.map(|(what, found, counted)| format!("{MANIFEST}: {found} {what}; the counts say {counted}"))
}
