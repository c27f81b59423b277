//! Whether a file is still the one that it was.

use std::cmp::Ordering;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use crate::error::{Change, ScanError};

/// What tells that a file is still the same, as `fstat` gave it when the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    dev: u64,
    ino: u64,
    pub(crate) size: u64,
    mtime_ns: (i64, i64),
    ctime_ns: (i64, i64),
}

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Identity {
        Identity {
            dev: metadata.dev(),
            ino: metadata.ino(),
            size: metadata.size(),
            mtime_ns: (metadata.mtime(), metadata.mtime_nsec()),
            ctime_ns: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// It in a line of text, for a run that comes later.
    pub(crate) fn stamp(&self) -> String {
        let Self { dev, ino, size, mtime_ns: (mtime, mtime_nsec), ctime_ns: (ctime, ctime_nsec) } = self;
        format!("{dev}:{ino} {size} {mtime}.{mtime_nsec:09} {ctime}.{ctime_nsec:09}")
    }

    /// What is wrong where the file is this one no longer, under a name for messages.
    pub(crate) fn change(&self, now: &Identity, name: &str) -> Option<ScanError> {
        let name = name.to_owned();
        if (self.dev, self.ino) != (now.dev, now.ino) {
            return Some(ScanError::InputChanged { name, change: Change::Replaced });
        }
        match now.size.cmp(&self.size) {
            Ordering::Less => Some(ScanError::InputShrank { name, at: now.size }),
            Ordering::Greater => Some(ScanError::InputChanged { name, change: Change::Grew }),
            Ordering::Equal if self == now => None,
            Ordering::Equal => Some(ScanError::InputChanged { name, change: Change::Rewritten }),
        }
    }
}
