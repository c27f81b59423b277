//! From arguments to inputs: directories, globs, standard input, and what kind of file each is. Nothing is
//! kept open.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use bedload_record::Side;
use rayon::prelude::*;

use crate::container::Records;
use crate::data::open;
use crate::decode::{Codec, Decoder, MAGIC_BYTES, Raw};
use crate::error::ScanError;
use crate::identity::Identity;
use crate::input::{Input, Inputs, Live, Origin};
use crate::key::key;
use crate::listing::{FileId, Skipped, files_below};
use crate::objects::{Object, ObjectStore, objects};
use crate::pattern;
use crate::reading::{Delimited, Reading, Shape, is_named};
use crate::source::{SourcePaths, first_of};
use crate::url::Url;

/// Choices about finding inputs.
#[derive(Clone, Debug, Default)]
pub struct DiscoverOptions {
    /// The name of standard input in reports; `-` when `None`.
    pub stdin_name: Option<String>,
    /// Arguments for validation data. Their inputs come after training data, which all others are.
    pub validation: Vec<OsString>,
    /// Arguments for test data, which come last.
    pub test: Vec<OsString>,
    /// Whether an input that is a JSON array is read as lines, one for each element. Other inputs are read as they
    /// are.
    pub array: bool,
    /// Keys to the array that has the records, of inputs that are one JSON object; when `None`, it is found by
    /// `is_of_record` in inputs that are named `.json`.
    pub records: Option<Vec<String>>,
    /// Tells whether an object with this key is a record; when `None`, every object is one.
    pub is_of_record: Option<fn(&str) -> bool>,
    /// Whether an input with a comma after each object is read as lines, which are repaired; otherwise it is none of
    /// JSONL.
    pub commas: bool,
    /// The most decompressed bytes of an input that is compressed; when `None`, 1 GB or 1,000 times the compressed
    /// bytes, whichever is more.
    pub max_decompressed: Option<u64>,
    /// Where Parquet that comes as a stream is copied to before it is read; when `None`, the directory of the system.
    pub temp_dir: Option<PathBuf>,
    /// Where objects that `s3://` URLs name are read from; without, such arguments are refused.
    pub objects: Option<Arc<dyn ObjectStore>>,
    /// Sources that inputs may belong to: each to the first that has it.
    pub sources: Vec<SourcePaths>,
    /// Whether an input that several arguments name is read once, where the first of them has it; otherwise that is an
    /// error, and so it is where they are of different sides.
    pub first_wins: bool,
}

enum Found {
    Stdin,
    Path(PathBuf),
    Object(Arc<dyn ObjectStore>, Object),
}

/// What makes two inputs the same.
#[derive(PartialEq, Eq, Hash)]
enum Id {
    File(FileId),
    Object(String),
}

/// Finds the inputs that the arguments name, in the order of the arguments.
///
/// `-` is standard input. A directory stands for the JSONL files below it, and a glob for the paths that match it,
/// sorted by their bytes. Any other path is taken whatever its suffix. Pipes and devices are not opened yet.
///
/// # Errors
/// [`ScanError::is_usage`] tells arguments that name nothing, or one file twice, from files that cannot be
/// opened or read.
pub fn discover(args: &[OsString], options: &DiscoverOptions) -> Result<Inputs, ScanError> {
    let (mut found, mut side_of, mut arg_of) = (Vec::new(), Vec::new(), Vec::new());
    let mut skipped = Skipped::default();
    let held_out = sides(&options.validation, Side::Validation).chain(sides(&options.test, Side::Test));
    for (arg, side) in sides(args, Side::Train).chain(held_out) {
        let before = found.len();
        expand(arg, options, &mut found, &mut skipped)?;
        side_of.resize(side_of.len() + found.len() - before, side);
        arg_of.resize(found.len(), arg);
    }
    if found.is_empty() {
        return Err(ScanError::NoInput);
    }
    let probed: Vec<_> =
        found.into_par_iter().zip(side_of).map(|(found, side)| probe(found, side, options)).collect();
    let mut inputs = Inputs { skipped, ..Inputs::default() };
    let mut seen: HashMap<Id, usize> = HashMap::new();
    for (probed, arg) in probed.into_iter().zip(arg_of) {
        let (mut input, id) = probed?;
        if let Some(path) = input.path() {
            input.key = key(arg, path);
        }
        if let Some(first) = id.and_then(|id| first_with(&mut seen, id, inputs.len())) {
            if options.first_wins && inputs.list[first].side() == input.side() {
                continue;
            }
            let first = inputs.list[first].name().to_owned();
            return Err(ScanError::SameFileTwice { first, second: input.name().to_owned() });
        }
        input.source = first_of(&options.sources, &input);
        inputs.list.push(input);
    }
    if let Some(store) = &options.objects {
        let expected: Vec<&Object> = inputs.iter().filter_map(Input::object).collect();
        store.expect(&expected);
    }
    Ok(inputs)
}

/// The place of the input that has an id already; otherwise the id is that of a new input from now on.
fn first_with(seen: &mut HashMap<Id, usize>, id: Id, new: usize) -> Option<usize> {
    match seen.entry(id) {
        Entry::Occupied(first) => Some(*first.get()),
        Entry::Vacant(entry) => {
            entry.insert(new);
            None
        }
    }
}

fn sides(args: &[OsString], side: Side) -> impl Iterator<Item = (&OsString, Side)> {
    args.iter().map(move |arg| (arg, side))
}

fn expand(
    arg: &OsStr,
    options: &DiscoverOptions,
    found: &mut Vec<Found>,
    skipped: &mut Skipped,
) -> Result<(), ScanError> {
    if arg == "-" {
        if found.iter().any(|found| matches!(found, Found::Stdin)) {
            return Err(ScanError::StdinTwice);
        }
        found.push(Found::Stdin);
        return Ok(());
    }
    if arg.is_empty() {
        return Err(ScanError::EmptyPath);
    }
    if let Some(url) = Url::of(arg) {
        if let Some(store) = &options.objects
            && let Some(objects) = objects(&**store, &url, skipped)?
        {
            found.extend(objects.into_iter().map(|object| Found::Object(Arc::clone(store), object)));
            return Ok(());
        }
        return Err(ScanError::Url { url });
    }
    let path = Path::new(arg);
    let mut paths = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let (mut paths, mut others) = (Vec::new(), Skipped::default());
            files_below(path, &mut paths, &mut others)?;
            if paths.is_empty() {
                return Err(ScanError::DirectoryWithoutJsonl { name: shown(path), skipped: others });
            }
            skipped.absorb(others);
            paths
        }
        Ok(_) => vec![path.to_owned()],
        Err(source) => match arg.to_str() {
            Some(pattern) if may_be_pattern(source.kind()) && pattern.contains(pattern::SPECIAL) => {
                matches_of(pattern, skipped)?
            }
            _ => return Err(ScanError::io(&shown(path), "opened", source)),
        },
    };
    paths.sort_by(|left, right| left.as_os_str().as_bytes().cmp(right.as_os_str().as_bytes()));
    // A pattern may match a directory and files in it.
    paths.dedup();
    found.extend(paths.into_iter().map(Found::Path));
    Ok(())
}

/// Returns true if a path that fails like this can still be a pattern.
fn may_be_pattern(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename)
}

/// The files that a pattern stands for: those that match, and those below directories that match, as if a shell had
/// put the paths here.
fn matches_of(pattern: &str, skipped: &mut Skipped) -> Result<Vec<PathBuf>, ScanError> {
    let mut paths = Vec::new();
    for path in pattern::matches(pattern)? {
        let metadata = std::fs::metadata(&path);
        if !metadata.is_ok_and(|metadata| metadata.is_dir()) {
            paths.push(path);
        } else if !pattern.contains("**") {
            files_below(&path, &mut paths, skipped)?;
        }
    }
    if paths.is_empty() {
        return Err(ScanError::NothingMatched { pattern: pattern.to_owned() });
    }
    Ok(paths)
}

fn probe(found: Found, side: Side, options: &DiscoverOptions) -> Result<(Input, Option<Id>), ScanError> {
    let once = |path| Origin::Once { path, live: Mutex::new(Live::Unopened) };
    let reading = |name: &str| Reading {
        array: options.array,
        records: records(name, options),
        beside: Arc::default(),
        commas: options.commas,
        delimited: Delimited::of_name(name),
        max_decompressed: options.max_decompressed,
        temp_dir: options.temp_dir.clone(),
    };
    let path = match found {
        Found::Path(path) => path,
        Found::Stdin => {
            let name = options.stdin_name.clone().unwrap_or_else(|| "-".to_owned());
            let reading = reading(&name);
            return Ok((Input::new(name, side, reading, once(None)), None));
        }
        Found::Object(store, object) => {
            let (name, key) = (object.to_string(), PathBuf::from(&object.key));
            let origin = Origin::Object { store, object, codec: OnceLock::new() };
            let mut input = Input::new(name.clone(), side, reading(&name), origin);
            input.key = key;
            return Ok((input, Some(Id::Object(name))));
        }
    };
    let name = shown(&path);
    let reading = reading(&name);
    let failed = |source| ScanError::io(&name, "opened", source);
    let id = |metadata: &Metadata| Some(Id::File((metadata.dev(), metadata.ino())));
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
        let is_doubtful = options.array || reading.delimited.is_some();
        let shape = if codec.is_none() && Shape::is_parquet(&prefix) {
            Shape::Table
        } else if codec.is_none() && is_doubtful {
            let decoder = Decoder::new(Raw::File(open(&path).map_err(failed)?), &reading);
            decoder.map_err(|(_, source)| ScanError::io(&name, "read", source))?.shape
        } else {
            Shape::Lines
        };
        Origin::File { path, identity: Identity::of(&metadata), codec, shape }
    };
    Ok((Input::new(name, side, reading, origin), id(&metadata)))
}

/// Which array of an input has the records, should it be an object.
fn records(name: &str, options: &DiscoverOptions) -> Option<Records> {
    if let Some(path) = &options.records {
        return Some(Records::At(path.clone()));
    }
    let is_of_record = options.is_of_record.filter(|_| is_named(name, "json"))?;
    Some(Records::Only { is_of_record })
}

/// A path as reports show it: UTF-8 as it is, any other byte as `\xNN`, so that two names never look the
/// same.
pub(crate) fn shown(path: &Path) -> String {
    let mut name = String::new();
    for piece in path.as_os_str().as_bytes().utf8_chunks() {
        name.push_str(piece.valid());
        name.extend(piece.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    name
}
