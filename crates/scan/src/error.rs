//! What can go wrong with inputs. Bad records are not here: they are findings, and this crate cannot read
//! records.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use bedload_record::plural::plural;

use bedload_tables::BrokenTable;

use crate::array::BrokenArray;
use crate::cap::TooLong;
use crate::container::BrokenContainer;
use crate::decode::Codec;
use crate::gzip::TrailingBytes;
use crate::kind::FileKind;
use crate::listing::Skipped;
use crate::objects::ObjectError;
use crate::reading::NotCopied;
use crate::url::Url;

/// Why inputs could not be found or read. Each message names the input; a hint, where there is one, is on a
/// line of its own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// No argument was given.
    #[error("no input was given\nhint: name files, directories or globs, or `-` for standard input")]
    NoInput,
    /// An argument is empty.
    #[error(
        "an empty path was given\n\
         hint: a shell variable may be unset; name files, directories or globs, or `-` for standard input"
    )]
    EmptyPath,
    /// A glob pattern matched no file.
    #[error(
        "{pattern}: no file matches this pattern\n\
         hint: check its names and capitals; a relative pattern begins at the working directory"
    )]
    NothingMatched {
        /// The pattern as given.
        pattern: String,
    },
    /// A glob pattern could not be understood.
    #[error(
        "{pattern}: not a valid pattern: {message}\n\
         hint: patterns may contain `*`, `?`, `[a-z]`, `{{a,b}}`, and `**` between slashes"
    )]
    BadPattern {
        /// The pattern as given.
        pattern: String,
        /// What the pattern parser said.
        message: String,
    },
    /// A directory holds no file that looks like JSONL.
    #[error(
        "{name}: no JSONL file below this directory{}\n\
         hint: files ending in .jsonl or .ndjson are read, also with .gz or .zst, unless they are hidden; \
         name other files one by one",
        others(skipped)
    )]
    DirectoryWithoutJsonl {
        /// The directory as given.
        name: String,
        /// What is there instead.
        skipped: Skipped,
    },
    /// An argument is a URL.
    #[error("{url}: not a local path\nhint: {}", url.fetch())]
    Url {
        /// The argument.
        url: Url,
    },
    /// A store of objects refused something, or an object changed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// Two inputs are one file (same device and inode).
    #[error("{first} and {second} are the same file\nhint: give it only once; its records would count twice")]
    SameFileTwice {
        /// The input that came first.
        first: String,
        /// The input that is the same file again.
        second: String,
    },
    /// `-` was given more than once.
    #[error("`-` is given twice\nhint: standard input can be read only once")]
    StdinTwice,
    /// The operating system refused something.
    #[error("{name}: could not be {action}: {source}{}", io_hint(source))]
    Io {
        /// The input.
        name: String,
        /// What was tried, as a participle: `opened`, `read`.
        action: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// A part of an input could not be read.
    #[error("{name}: could not be read at byte {at}: {source}{}", io_hint(source))]
    Unreadable {
        /// The input.
        name: String,
        /// Where reading failed, from 0.
        at: u64,
        /// What the operating system said.
        source: io::Error,
    },
    /// A compressed input is damaged, incomplete or followed by something else.
    #[error(
        "{name}: bad {codec} data after {at} decompressed bytes: {source}\nhint: {}",
        damage_hint(*codec, source)
    )]
    Compressed {
        /// The input.
        name: String,
        /// The compression found in its first bytes.
        codec: Codec,
        /// How many decompressed bytes came out before.
        at: u64,
        /// What the decoder said.
        source: io::Error,
    },
    /// A compressed input became longer than it may.
    #[error(
        "{name}: {compressed} bytes of {codec} data decompress to more than {limit} bytes\n\
         hint: if the input is meant to be that large, raise the limit with --max-decompressed SIZE"
    )]
    TooLong {
        /// The input.
        name: String,
        /// The compression found in its first bytes.
        codec: Codec,
        /// The most bytes that were allowed.
        limit: u64,
        /// Compressed bytes read so far.
        compressed: u64,
    },
    /// An input that is read as an array is not a whole one.
    #[error("{name}: not a complete JSON array: {problem}\nhint: test it with `jq empty FILE`")]
    Array {
        /// The input.
        name: String,
        /// Where it breaks, and how.
        problem: String,
    },
    /// The records of an input that is an object cannot be read.
    #[error("{name}: {problem}\nhint: {hint}")]
    Container {
        /// The input.
        name: String,
        /// What is wrong, and where.
        problem: String,
        /// What helps.
        hint: &'static str,
        /// Whether other arguments would help.
        is_usage: bool,
    },
    /// A table cannot be read, or a row of it has no JSON form.
    #[error("{name}: {broken}")]
    Table {
        /// The input.
        name: String,
        /// What is wrong, where, and what helps.
        broken: BrokenTable,
    },
    /// Inputs that are not JSONL.
    #[error("{0}")]
    Foreign(Foreign),
    /// An input is not what it was when the run began.
    #[error("{name}: changed while it was read: {change}\nhint: run again when nothing is writing to it")]
    InputChanged {
        /// The input.
        name: String,
        /// What differs.
        change: Change,
    },
    /// An input ended before the size that it had when the run began.
    #[error("{name}: shrank at byte {at} while it was read\nhint: run again when nothing is writing to it")]
    InputShrank {
        /// The input.
        name: String,
        /// The first byte, from 0, seen to be gone.
        at: u64,
    },
    /// Standard input, a pipe or a device was asked for a second time.
    #[error("{name}: a stream can be read only once\nhint: spool it first, or write it to a file")]
    StreamConsumed {
        /// The input.
        name: String,
    },
    /// Bytes at an offset were asked of a stream or a compressed file.
    #[error("{name}: cannot be read at an offset\nhint: spool it first")]
    NotRandomAccess {
        /// The input.
        name: String,
    },
    /// The temporary copy of a stream could not be written.
    #[error(
        "{name}: could not be copied to a temporary file in {}: {source}{}",
        dir.display(),
        space_hint(source)
    )]
    Spool {
        /// The input.
        name: String,
        /// The directory of the temporary file.
        dir: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The stop flag of the [`Watch`](crate::Watch) was set.
    #[error("interrupted")]
    Interrupted,
}

/// Inputs that are not JSONL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The first of them, each with what it is.
    pub named: Vec<(String, FileKind)>,
    /// How many more there are.
    pub n_more: usize,
}

/// How an input differs from what it was when the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The path names another file now, or none.
    Replaced,
    /// The file has more bytes; those read are the first ones, up to the old size.
    Grew,
    /// The size is the same, and the time of the last change is not.
    Rewritten,
}

impl ScanError {
    /// Whether the command line is to blame; everything else is the environment.
    pub fn is_usage(&self) -> bool {
        use ScanError::{
            BadPattern, Container, DirectoryWithoutJsonl, EmptyPath, Foreign, NoInput, NothingMatched,
            SameFileTwice, StdinTwice, Url,
        };
        matches!(
            self,
            NoInput
                | Container { is_usage: true, .. }
                | EmptyPath
                | NothingMatched { .. }
                | BadPattern { .. }
                | Foreign(_)
                | Url { .. }
                | DirectoryWithoutJsonl { .. }
                | SameFileTwice { .. }
                | StdinTwice
        )
    }

    /// Names what was tried on which input.
    pub(crate) fn io(name: &str, action: &'static str, source: io::Error) -> ScanError {
        ScanError::Io { name: name.to_owned(), action, source }
    }

    /// Names the input in an error of reading: what is wrong with its data, or with the world. `codec` comes with how
    /// many bytes were handed out before.
    pub(crate) fn reading(name: &str, codec: Option<(Codec, u64)>, source: io::Error) -> ScanError {
        let name = name.to_owned();
        let inner = source.get_ref();
        if let Some(broken) = inner.and_then(|inner| inner.downcast_ref::<BrokenArray>()) {
            return ScanError::Array { name, problem: broken.to_string() };
        }
        match inner.and_then(|inner| inner.downcast_ref::<BrokenContainer>()) {
            Some(BrokenContainer::Array(broken)) => {
                return ScanError::Array { name, problem: broken.to_string() };
            }
            Some(broken) => return ScanError::container(name, broken),
            None => {}
        }
        if let Some(broken) = inner.and_then(|inner| inner.downcast_ref::<BrokenTable>()) {
            return ScanError::Table { name, broken: broken.clone() };
        }
        let source = match source.downcast::<ObjectError>() {
            Ok(error) => return ScanError::Object(error),
            Err(source) => source,
        };
        let source = match source.downcast::<NotCopied>() {
            Ok(NotCopied { dir, source }) => return ScanError::Spool { name, dir, source },
            Err(source) => source,
        };
        let inner = source.get_ref();
        match (codec, inner.and_then(|inner| inner.downcast_ref::<TooLong>())) {
            (Some((codec, _)), Some(&TooLong { limit, n_raw })) => {
                ScanError::TooLong { name, codec, limit, compressed: n_raw }
            }
            (None, Some(&TooLong { limit, n_raw })) => ScanError::Table {
                name,
                broken: BrokenTable {
                    problem: format!("{n_raw} bytes of Parquet become more than {limit} bytes of JSON"),
                    hint: "if the input is meant to be that large, raise the limit with --max-decompressed SIZE",
                },
            },
            // Only the operating system gives error numbers.
            (Some((codec, at)), _) if source.raw_os_error().is_none() => {
                ScanError::Compressed { name, codec, at, source }
            }
            _ => ScanError::io(&name, "read", source),
        }
    }

    fn container(name: String, broken: &BrokenContainer) -> ScanError {
        let is_usage = !matches!(broken, BrokenContainer::Object { .. });
        let hint = match broken {
            BrokenContainer::Several(..) => "name the one that has the records, with --records POINTER",
            BrokenContainer::Twice(_) => {
                "rename or remove one of them: readers of JSON differ in which one counts"
            }
            BrokenContainer::Missing(_) => {
                "--records takes the JSON Pointer of the array that has the records"
            }
            _ => "test it with `jq empty FILE`",
        };
        ScanError::Container { name, problem: broken.to_string(), hint, is_usage }
    }

    pub(crate) fn spool(name: &str, dir: &Path, source: io::Error) -> ScanError {
        ScanError::Spool { name: name.to_owned(), dir: dir.to_owned(), source }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (name, kind)) in self.named.iter().enumerate() {
            let line_break = if n > 0 { "\n" } else { "" };
            write!(out, "{line_break}{name}: {kind}")?;
        }
        if self.n_more > 0 {
            let inputs = plural(self.n_more as u64, "more input is", "more inputs are");
            write!(out, "\n{inputs} not JSONL")?;
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Change::Replaced => "the path now names another file",
            Change::Grew => "it grew",
            Change::Rewritten => "it was written to",
        })
    }
}

/// What a directory has in place of JSONL.
fn others(skipped: &Skipped) -> String {
    match skipped.n_files {
        0 => String::new(),
        _ => format!(", only {}", skipped.named()),
    }
}

fn io_hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::NotFound => "\nhint: check the path",
        io::ErrorKind::PermissionDenied => "\nhint: check its permissions",
        _ if source.raw_os_error() == Some(libc::EIO) => {
            "\nhint: the disk or the network file system is failing; copy the file elsewhere first"
        }
        _ if matches!(source.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => {
            "\nhint: raise the limit of open files with `ulimit -n`"
        }
        _ => "",
    }
}

fn damage_hint(codec: Codec, source: &io::Error) -> String {
    if codec == Codec::Zstd && source.to_string().contains("too much memory") {
        return "windows above 128 MiB are not supported; compress it again with `--long=27` or less"
            .to_owned();
    }
    if source.get_ref().and_then(|inner| inner.downcast_ref::<TrailingBytes>()).is_some() {
        return "what follows is neither another member nor zero padding; remove it, or compress the data again"
            .to_owned();
    }
    format!("it may be truncated or damaged; test it with `{codec} -t`, or create it again")
}

fn space_hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\nhint: free some space there, or name another directory with --temp-dir"
        }
        _ => "\nhint: check that the directory exists and is writable, or name another one with --temp-dir",
    }
}
