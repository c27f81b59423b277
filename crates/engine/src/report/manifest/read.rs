//! Reading a manifest, which anybody may have written: of bounded size, never over a link, and by version.
//!
//! Members that this version does not know are left alone: nothing here writes a manifest again, and the seal covers
//! them. Members that only some versions write have defaults. A newer format is refused by its number.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read as _};
use std::os::fd::AsFd;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{FORMAT_VERSION, MANIFEST, Manifest};
use crate::run::tree::{self, Opened};

/// A larger manifest is not read: this one lists more than a million files.
pub(crate) const MANIFEST_BYTES_MAX: u64 = 256 << 20;

/// What was found.
pub(crate) enum Read<T> {
    /// A manifest.
    Sound(T),
    /// No file of that name.
    Missing,
    /// A file that is not a manifest, or that this version cannot read, and why.
    Unsound(Unsound),
}

/// Why a file cannot be read as a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsound {
    NotRegular,
    TooLarge,
    /// Not JSON of the right shape; the place where the reader gave up.
    Malformed {
        line: usize,
        column: usize,
    },
    /// Another program wrote it, or its list of files cannot be one.
    NotOurs,
    /// A version of the format that is not known yet.
    Newer(u64),
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRegular => write!(f, "is not a regular file"),
            Self::TooLarge => write!(f, "is larger than {} MiB", MANIFEST_BYTES_MAX >> 20),
            Self::Malformed { line, column } => {
                write!(f, "was not written by bedload (line {line}, column {column})")
            }
            Self::NotOurs => write!(f, "was not written by bedload"),
            Self::Newer(version) => write!(
                f,
                "has format version {version}; this version of bedload reads versions up to {FORMAT_VERSION}"
            ),
        }
    }
}

/// What every version of a manifest says.
#[derive(Debug, Deserialize)]
struct Head {
    tool: String,
    #[serde(default)]
    format_version: u64,
}

/// As much of a manifest as it takes to know the files of an output.
#[derive(Debug, Deserialize)]
pub(crate) struct Outline {
    files: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    path: String,
}

impl Outline {
    /// The files that the manifest lists, itself not among them.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// Each path lies inside the directory, and none is both a file and a directory.
    fn is_sound(&self) -> bool {
        let files: BTreeSet<&str> = self.paths().collect();
        let above = |path: &'_ str| path.match_indices('/').any(|(at, _)| files.contains(&path[..at]));
        self.paths().all(|path| is_inside(path) && path != MANIFEST && !above(path))
            && !self.paths().any(|path| path.starts_with("manifest.json/"))
    }
}

/// Returns true for the path of a file below a directory: names between single slashes.
pub(crate) fn is_inside(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains('\0'))
}

/// Reads which files an output has.
pub(crate) fn read_outline(dir: impl AsFd) -> io::Result<Read<Outline>> {
    Ok(match read::<Outline>(dir)? {
        Read::Sound((outline, _)) if !outline.is_sound() => Read::Unsound(Unsound::NotOurs),
        Read::Sound((outline, _)) => Read::Sound(outline),
        Read::Missing => Read::Missing,
        Read::Unsound(why) => Read::Unsound(why),
    })
}

/// Reads a manifest and its text, which its seal is about.
pub(crate) fn read_manifest(dir: impl AsFd) -> io::Result<Read<(Manifest, Vec<u8>)>> {
    read::<Manifest>(dir)
}

fn read<T: DeserializeOwned>(dir: impl AsFd) -> io::Result<Read<(T, Vec<u8>)>> {
    let (file, bytes) = match tree::open_file(dir, MANIFEST)? {
        Opened::File(file, bytes) => (file, bytes),
        Opened::Missing => return Ok(Read::Missing),
        Opened::NotRegular => return Ok(Read::Unsound(Unsound::NotRegular)),
    };
    if bytes > MANIFEST_BYTES_MAX {
        return Ok(Read::Unsound(Unsound::TooLarge));
    }
    let mut text = Vec::new();
    file.take(MANIFEST_BYTES_MAX).read_to_end(&mut text)?;
    let malformed =
        |error: serde_json::Error| Unsound::Malformed { line: error.line(), column: error.column() };
    let parsed = serde_json::from_slice::<Head>(&text).map_err(malformed).and_then(|head| {
        if head.tool != "bedload" {
            return Err(Unsound::NotOurs);
        }
        if head.format_version > u64::from(FORMAT_VERSION) {
            return Err(Unsound::Newer(head.format_version));
        }
        serde_json::from_slice::<T>(&text).map_err(malformed)
    });
    Ok(match parsed {
        Ok(parsed) => Read::Sound((parsed, text)),
        Err(why) => Read::Unsound(why),
    })
}
