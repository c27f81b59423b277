//! From arguments to inputs: directories, globs, standard input, and what kind of file each is. Nothing is
//! kept open.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bedload_record::Side;
use glob::MatchOptions;
use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use crate::decode::{Codec, Decoder, MAGIC_BYTES, Reading};
use crate::error::ScanError;
use crate::input::{Identity, Input, Inputs, Live, Origin, open};
use crate::key::key;

/// What files in a directory must end in to be taken.
const SUFFIXES: [&str; 6] = [".jsonl", ".jsonl.gz", ".jsonl.zst", ".ndjson", ".ndjson.gz", ".ndjson.zst"];

/// Choices about finding inputs.
#[derive(Clone, Debug, Default)]
pub struct DiscoverOptions {
    /// The name of standard input in reports; `-` when `None`.
    pub stdin_name: Option<String>,
    /// Arguments for validation data. Their inputs come last; all others are training data.
    pub validation: Vec<OsString>,
    /// Whether an input that is a JSON array is read as lines, one for each element. Other inputs are read as they
    /// are.
    pub array: bool,
    /// The most decompressed bytes of an input that is compressed; when `None`, 1 GB or 1,000 times the compressed
    /// bytes, whichever is more.
    pub max_decompressed: Option<u64>,
}

/// Device and inode: what makes two names the same file.
type FileId = (u64, u64);

enum Found {
    Stdin,
    Path(PathBuf),
}

/// Finds the inputs that the arguments name, in the order of the arguments.
///
/// `-` is standard input. A directory stands for the JSONL files below it and a glob for the files that match
/// it, sorted by the bytes of their paths. Any other path is taken whatever its suffix. Pipes and devices are
/// not opened yet.
///
/// # Errors
/// [`ScanError::is_usage`] tells arguments that name nothing, or one file twice, from files that cannot be
/// opened or read.
pub fn discover(args: &[OsString], options: &DiscoverOptions) -> Result<Inputs, ScanError> {
    let (mut found, mut side_of, mut arg_of) = (Vec::new(), Vec::new(), Vec::new());
    for (arg, side) in sides(args, Side::Train).chain(sides(&options.validation, Side::Validation)) {
        let before = found.len();
        expand(arg, &mut found)?;
        side_of.resize(side_of.len() + found.len() - before, side);
        arg_of.resize(found.len(), arg);
    }
    if found.is_empty() {
        return Err(ScanError::NoInput);
    }
    let probed: Vec<_> =
        found.into_par_iter().zip(side_of).map(|(found, side)| probe(found, side, options)).collect();
    let mut inputs = Inputs::default();
    let mut seen: HashMap<FileId, usize> = HashMap::new();
    for (probed, arg) in probed.into_iter().zip(arg_of) {
        let (mut input, id) = probed?;
        input.key = input.path().map(|path| key(arg, path)).unwrap_or_default();
        if let Some(first) = id.and_then(|id| seen.insert(id, inputs.len())) {
            let first = inputs.get(first).name().to_owned();
            return Err(ScanError::SameFileTwice { first, second: input.name().to_owned() });
        }
        inputs.list.push(input);
    }
    Ok(inputs)
}

fn sides(args: &[OsString], side: Side) -> impl Iterator<Item = (&OsString, Side)> {
    args.iter().map(move |arg| (arg, side))
}

fn expand(arg: &OsStr, found: &mut Vec<Found>) -> Result<(), ScanError> {
    if arg == "-" {
        if found.iter().any(|found| matches!(found, Found::Stdin)) {
            return Err(ScanError::StdinTwice);
        }
        found.push(Found::Stdin);
        return Ok(());
    }
    let path = Path::new(arg);
    let mut paths = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => below(path)?,
        Ok(_) => vec![path.to_owned()],
        Err(source) => match arg.to_str() {
            Some(pattern)
                if source.kind() == io::ErrorKind::NotFound && pattern.contains(['*', '?', '[']) =>
            {
                matches_of(pattern)?
            }
            _ => return Err(ScanError::io(&shown(path), "opened", source)),
        },
    };
    paths.sort_by(|left, right| left.as_os_str().as_bytes().cmp(right.as_os_str().as_bytes()));
    found.extend(paths.into_iter().map(Found::Path));
    Ok(())
}

fn below(dir: &Path) -> Result<Vec<PathBuf>, ScanError> {
    let is_visible = |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().as_bytes().starts_with(b".");
    let mut paths = Vec::new();
    for entry in WalkDir::new(dir).follow_links(true).into_iter().filter_entry(is_visible) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_jsonl(entry.path()) => {
                paths.push(entry.into_path());
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(dir);
                let source = io::Error::from(error.io_error().map_or(io::ErrorKind::Other, io::Error::kind));
                // A dead link to something that would not have been taken is none of our business.
                if source.kind() != io::ErrorKind::NotFound || is_jsonl(path) {
                    let name = shown(path);
                    let source = if error.loop_ancestor().is_some() {
                        io::Error::other("a link leads back to a directory above it")
                    } else {
                        error.into_io_error().unwrap_or(source)
                    };
                    return Err(ScanError::io(&name, "listed", source));
                }
            }
        }
    }
    if paths.is_empty() {
        return Err(ScanError::DirectoryWithoutJsonl { name: shown(dir) });
    }
    Ok(paths)
}

fn is_jsonl(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    SUFFIXES.iter().any(|suffix| name.ends_with(suffix.as_bytes()))
}

fn matches_of(pattern: &str) -> Result<Vec<PathBuf>, ScanError> {
    let options = MatchOptions { require_literal_leading_dot: true, ..MatchOptions::default() };
    let matches = glob::glob_with(pattern, options)
        .map_err(|error| ScanError::BadPattern { pattern: pattern.to_owned(), message: error.msg })?;
    let mut paths = Vec::new();
    for path in matches {
        let path = path.map_err(|error| {
            let name = shown(error.path());
            ScanError::io(&name, "listed", error.into())
        })?;
        if !path.is_dir() {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(ScanError::NothingMatched { pattern: pattern.to_owned() });
    }
    Ok(paths)
}

fn probe(found: Found, side: Side, options: &DiscoverOptions) -> Result<(Input, Option<FileId>), ScanError> {
    let once = |path| Origin::Once { path, live: Mutex::new(Live::Unopened) };
    let reading = Reading { array: options.array, max_decompressed: options.max_decompressed };
    let Found::Path(path) = found else {
        let name = options.stdin_name.clone().unwrap_or_else(|| "-".to_owned());
        return Ok((Input::new(name, side, reading, once(None)), None));
    };
    let name = shown(&path);
    let failed = |source| ScanError::io(&name, "opened", source);
    let id = |metadata: &Metadata| Some((metadata.dev(), metadata.ino()));
    // Looked at before it is opened, because to open a pipe waits for its writer.
    let metadata = std::fs::metadata(&path).map_err(failed)?;
    if !metadata.is_file() {
        return Ok((Input::new(name, side, reading, once(Some(path))), id(&metadata)));
    }
    let file = open(&path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mut prefix = Vec::with_capacity(MAGIC_BYTES);
    let n_peeked = file.take(MAGIC_BYTES as u64).read_to_end(&mut prefix);
    n_peeked.map_err(|source| ScanError::io(&name, "read", source))?;
    // Files of /proc and /sys say that they are empty and are not: only reading tells how long they are.
    let origin = if metadata.size() == 0 && !prefix.is_empty() {
        once(Some(path))
    } else {
        let codec = Codec::sniff(&prefix);
        let is_array = options.array && codec.is_none() && {
            let decoder = Decoder::new(open(&path).map_err(failed)?, reading);
            decoder.map_err(|(_, source)| ScanError::io(&name, "read", source))?.is_array
        };
        Origin::File { path, identity: Identity::of(&metadata), codec, is_array }
    };
    Ok((Input::new(name, side, reading, origin), id(&metadata)))
}

/// A path as reports show it: UTF-8 as it is, any other byte as `\xNN`, so that two names never look the
/// same.
fn shown(path: &Path) -> String {
    let mut name = String::new();
    for piece in path.as_os_str().as_bytes().utf8_chunks() {
        name.push_str(piece.valid());
        name.extend(piece.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    name
}
