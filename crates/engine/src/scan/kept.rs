//! Facts that an earlier run kept: whether they are those that a scan would find now, and how they are taken back.
//!
//! They are if nothing has changed that a scan reads: the program, the settings of all stages that look at a record, and
//! the inputs, which are known by device, inode, size and times. What only the plan reads, such as the seed or the size of
//! the validation set, may change.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bedload_bedrock::Unmapped;
use bedload_record::{
    Code, CodeSet, FactTable, FactsHeader, Features, FileFacts, Lengths, Ordinal, Terminator, UnusableFacts,
};
use bedload_report::{FactsError, FactsFile, open_facts};
use bedload_scan::Inputs;
use bedload_stages::Stages;
use bedload_stages::conflicts::{Action, ConflictsConfig};
use bedload_stages::contamination::Hits;
use bedload_stages::split::Size;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::run::settings::{Settings, ShardLimits};
use crate::scan::contamination::inputs_of;
use crate::scan::facts::{FileLines, Scanned, empty};

/// What is written with the facts of a run.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Header {
    /// What they depend on.
    made_from: MadeFrom,
    files: Vec<FileEntry>,
    labels: Vec<String>,
    labels_overflowed: bool,
    kinds: Vec<KindEntry>,
    key_kinds: usize,
    values: Vec<(Vec<String>, bool)>,
    unmapped: Unmapped,
}

/// All that facts depend on.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
struct MadeFrom {
    version: String,
    /// Of the program's file: another build may find other things.
    program: String,
    /// Of the settings that a scan reads.
    settings: String,
    inputs: Vec<(String, String)>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
struct FileEntry {
    name: String,
    lines: u64,
    bytes: u64,
    source: Option<usize>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
struct KindEntry {
    codes: Vec<String>,
    features: u16,
    bucket: u64,
    lengths: u8,
}

/// What came of the search for kept facts.
pub(crate) enum Kept {
    /// Those that a scan would find.
    Found(Box<Scanned>),
    /// None that can be used, and why; nothing where there was no file yet.
    Stale(Option<String>),
}

/// Reads the facts that an earlier run kept.
///
/// # Errors
/// Where there is a file that is none of facts, an input that cannot be known again, or no room.
pub(crate) fn load(
    path: &Path,
    inputs: &Inputs,
    settings: &Settings,
    temp_dir: &Path,
    progress: &Progress,
) -> Result<Kept, EngineError> {
    let shown = path.display();
    let made_from = MadeFrom::of(inputs, settings)?;
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::Stale(None)),
        Err(error) => return Err(io_error(path, "examined")(error)),
        Ok(metadata) if !metadata.is_file() => {
            return Err(EngineError::Usage(format!("--facts {shown}: a directory or link has this name")));
        }
        Ok(_) => {}
    }
    let stale = |why: &str| Ok(Kept::Stale(Some(why.to_owned())));
    let stored = match open_facts(File::open(path).map_err(io_error(path, "opened"))?, path)? {
        FactsFile::Whole(stored) => stored,
        FactsFile::Changed => return stale("its bytes were changed after it was written"),
        FactsFile::Other => {
            return Err(EngineError::Usage(format!(
                "--facts {shown}: the file exists, and is not one that --facts wrote\nhint: name another file, or delete this one"
            )));
        }
    };
    let Ok(header) = serde_json::from_str::<Header>(&stored.header) else {
        return stale("it was written by another version of bedload");
    };
    if let Some(why) = header.made_from.differs(&made_from) {
        return Ok(Kept::Stale(Some(why)));
    }
    let Some(table) = header.table() else {
        return stale("it was written by another version of bedload");
    };
    let mut facts = empty(settings, temp_dir);
    facts.begin_restored(&table);
    let unusable = |error| match error {
        UnusableFacts::NoRoom(error) => Err(EngineError::from(error)),
        UnusableFacts::Inconsistent(why) => Ok(Kept::Stale(Some(why))),
    };
    match stored.read(path, &mut facts) {
        Ok(()) => {}
        Err(FactsError::Report(error)) => return Err(error.into()),
        Err(FactsError::Unusable(error)) => return unusable(error),
    }
    if let Err(error) = facts.check_restored() {
        return unusable(error);
    }
    let lines = lines_of(&facts);
    let rejected = facts.ordinals().filter(|&line| !facts.accepted(line)).count() as u64;
    progress.add(facts.len(), rejected);
    progress.ledger.move_facts(0, facts.own_bytes());
    progress.ledger.hold_labels(facts.labels.keys().len());
    Ok(Kept::Found(Box::new(Scanned { facts, lines, unmapped: header.unmapped })))
}

/// The header of a file of facts.
///
/// # Errors
/// Where an input cannot be known again.
pub(crate) fn header(scanned: &Scanned, inputs: &Inputs, settings: &Settings) -> Result<String, EngineError> {
    let FactsHeader { files, labels, labels_overflowed, kinds, key_kinds, values } = scanned.facts.header();
    let kind = |&(codes, features): &(CodeSet, Features)| KindEntry {
        codes: codes.iter().map(|code| code.name().to_owned()).collect(),
        features: features.bits(),
        bucket: features.bucket,
        lengths: features.lengths.number(),
    };
    let header = Header {
        made_from: MadeFrom::of(inputs, settings)?,
        files: files
            .into_iter()
            .map(|FileFacts { name, lines, bytes, source, .. }| FileEntry { name, lines, bytes, source })
            .collect(),
        labels,
        labels_overflowed,
        kinds: kinds.iter().map(kind).collect(),
        key_kinds,
        values,
        unmapped: scanned.unmapped.clone(),
    };
    Ok(serde_json::to_string(&header).expect("a header is plain data"))
}

impl Header {
    /// What a table needs of it; none where a code or feature does not exist.
    fn table(&self) -> Option<FactsHeader> {
        let mut first = 0u64;
        let mut files = Vec::with_capacity(self.files.len());
        for &FileEntry { ref name, lines, bytes, source } in &self.files {
            files.push(FileFacts { name: name.clone(), first: Ordinal(first), lines, bytes, source });
            first = first.checked_add(lines)?;
        }
        let kind = |entry: &KindEntry| {
            let mut codes = CodeSet::default();
            for name in &entry.codes {
                codes.insert(Code::from_name(name)?);
            }
            Some((
                codes,
                Features::from_bits(entry.features, entry.bucket, Lengths::from_number(entry.lengths)?)?,
            ))
        };
        Some(FactsHeader {
            files,
            labels: self.labels.clone(),
            labels_overflowed: self.labels_overflowed,
            kinds: self.kinds.iter().map(kind).collect::<Option<_>>()?,
            key_kinds: self.key_kinds,
            values: self.values.clone(),
        })
    }
}

impl MadeFrom {
    fn of(inputs: &Inputs, settings: &Settings) -> Result<Self, EngineError> {
        let stamp = |input: &bedload_scan::Input| match input.stamp() {
            Some(stamp) => Ok((input.name().to_owned(), format!("{stamp} {:?}", input.source()))),
            None => Err(EngineError::Usage(format!(
                "--facts cannot be used with {}, which gives its bytes only once\nhint: save it to a file first",
                input.name()
            ))),
        };
        let mut stamps = inputs.iter().map(stamp).collect::<Result<Vec<_>, _>>()?;
        let contamination = &settings.stages.contamination;
        if contamination.runs() {
            for set in &contamination.sets {
                stamps.extend(inputs_of(set)?.iter().map(stamp).collect::<Result<Vec<_>, _>>()?);
            }
        }
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            program: program(),
            settings: of_scan(settings),
            inputs: stamps,
        })
    }

    /// What is different now, in words.
    fn differs(&self, now: &Self) -> Option<String> {
        if (&self.version, &self.program) != (&now.version, &now.program) {
            return Some("it was written by another build of bedload".to_owned());
        }
        if self.settings != now.settings {
            return Some("the settings of the scan are different".to_owned());
        }
        let names = |from: &Self| from.inputs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if names(self) != names(now) {
            return Some("the inputs are different".to_owned());
        }
        let changed = self.inputs.iter().zip(&now.inputs).find(|(then, now)| then != now);
        changed.map(|((name, _), _)| format!("{name} has changed"))
    }
}

/// The program's file; empty where it cannot be seen.
fn program() -> String {
    let metadata = std::env::current_exe().and_then(fs::metadata);
    metadata.map_or_else(
        |_| String::new(),
        |metadata| format!("{} {}.{:09}", metadata.len(), metadata.mtime(), metadata.mtime_nsec()),
    )
}

/// A checksum of all settings but those that are listed here, which a scan does not read: a new one is among those
/// that it may read.
fn of_scan(settings: &Settings) -> String {
    let mut settings = settings.clone();
    let others = Stages::default();
    settings.seed = 0;
    settings.show_content = false;
    settings.temp_dir = None;
    settings.facts = None;
    settings.evaluation = false;
    settings.memory_limit = None;
    settings.max_rejected = None;
    settings.severities = settings.severities.rejecting();
    settings.shards = ShardLimits::default();
    settings.scan.mmap = true;
    settings.scan.chunk_bytes = 0;
    // What a conversion drops is a finding where nothing reads it.
    let converts = settings.stages.convert.target().is_some();
    if !converts {
        settings.id = None;
    }
    for source in &mut settings.sources {
        source.name.clear();
        source.id.take_if(|_| !converts);
        source.weight = None;
    }
    let stages = &mut settings.stages;
    // Facts have the ranks of records by the one survivor that was asked for, where that needs any.
    if !stages.dedupe.survivor.ranks() {
        stages.dedupe.enabled = true;
        stages.dedupe.survivor = others.dedupe.survivor;
    }
    stages.balance.ratio_max = others.balance.ratio_max;
    // What a scan finds of prompts depends on whether there are sides, and not on how large they are.
    let divides = stages.split.divides();
    stages.split.enabled = true;
    stages.split.validation = if divides { Size::Count(1) } else { Size::NONE };
    stages.split.test = others.split.test;
    stages.split.pin = Vec::new();
    stages.split.validation_source = Vec::new();
    stages.split.test_source = Vec::new();
    stages.split.select = others.split.select;
    if stages.contamination.hits == Hits::Fail {
        stages.contamination.hits = Hits::Flag;
    }
    stages.split.select_tokens = others.split.select_tokens;
    stages.split.mix = others.split.mix;
    stages.balance.cap_class = others.balance.cap_class;
    stages.split.allow_missing_group = others.split.allow_missing_group;
    let folds_prompts = stages.conflicts.is_asked() && !divides;
    stages.conflicts =
        ConflictsConfig { action: folds_prompts.then_some(Action::Report), ..others.conflicts };
    stages.augment = others.augment;
    stages.near.index = None;
    let mut hex = String::new();
    for byte in Sha256::digest(format!("{settings:?}")) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The lines of each input, counted again.
fn lines_of(facts: &FactTable) -> Vec<FileLines> {
    let of_file = |file: &FileFacts| {
        let lines = (file.first.0..file.first.0 + file.lines).into_par_iter().map(Ordinal);
        let crlf = lines.filter(|&line| facts.terminator(line) == Terminator::CrLf).count() as u64;
        FileLines { lines: file.lines, crlf }
    };
    facts.files().iter().map(of_file).collect()
}
