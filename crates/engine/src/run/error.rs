//! What stops a run: the environment, or the command line. Bad data is never here; it is a finding.

use std::io;
use std::path::{Path, PathBuf};

use bedload_record::NoRoom;
use bedload_report::ReportError;
use bedload_scan::ScanError;
use rustix::io::Errno;

/// How errors name standard output.
pub const STDOUT: &str = "standard output";

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Inputs could not be found or read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A table of the report could not be written or read.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A file could not be written, read, renamed or removed.
    #[error("{path}: could not be {action}: {source}{}", hint(path, source))]
    Io {
        /// Which file.
        path: String,
        /// What was tried, as a participle.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Something has appeared where the output goes, or in the earlier output that was to be replaced.
    #[error("{path}: {what} during the run; it was left alone, and no output was published")]
    InTheWay {
        /// The output.
        path: String,
        /// What appeared.
        what: String,
    },
    /// The output is complete and has its name, but what is done after that failed.
    #[error("{path}: {what}\nhint: the new output is complete and in place")]
    InPlace {
        /// The output.
        path: String,
        /// What failed, and what that means.
        what: String,
    },
    /// One of two outputs has its name, and the other does not.
    #[error("{error}\nhint: {path} is complete and in place")]
    Partly {
        /// Why the other has none.
        error: Box<EngineError>,
        /// The output that is in place.
        path: String,
    },
    /// The file system has less room than will be written.
    #[error(
        "{path}: the output needs about {} ({needed} bytes), but only {} ({available} bytes) are free\nhint: free some space, or write to another file system",
        crate::run::bytes::size(*needed),
        crate::run::bytes::size(*available)
    )]
    Space {
        /// The directory that is written to.
        path: String,
        /// How many bytes will be written.
        needed: u64,
        /// How many bytes this user may still write.
        available: u64,
    },
    /// Facts that memory has no room for could not be put elsewhere.
    #[error("{0}")]
    NoRoom(Box<dyn std::error::Error + Send + Sync>),
    /// Options contradict each other, the profile or the inputs.
    #[error("{0}")]
    Usage(String),
}

impl From<NoRoom> for EngineError {
    fn from(NoRoom(error): NoRoom) -> Self {
        Self::NoRoom(error)
    }
}

fn hint(path: &str, source: &io::Error) -> &'static str {
    match source.kind() {
        _ if path == STDOUT => "",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\nhint: the output needs about as much space as the inputs, decompressed"
        }
        io::ErrorKind::CrossesDevices | io::ErrorKind::ResourceBusy => {
            "\nhint: a mount point cannot be replaced; name a directory below it"
        }
        io::ErrorKind::FileTooLarge => "\nhint: a file size limit is set (`ulimit -f`)",
        _ if is_out_of_files(source) => "\nhint: raise the limit of open files with `ulimit -n`",
        _ => "",
    }
}

fn is_out_of_files(source: &io::Error) -> bool {
    let errno = Errno::from_io_error(source);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE))
}

impl EngineError {
    /// The same error, where another output of the run has its name already.
    pub(crate) fn with_in_place(self, output: &Path) -> Self {
        Self::Partly { error: Box::new(self), path: output.display().to_string() }
    }

    /// The same error, where it comes after the output has its name.
    #[must_use]
    pub fn after_publishing(self, output: &Path) -> Self {
        Self::InPlace { path: output.display().to_string(), what: self.to_string() }
    }

    /// Returns true where the command line is to blame, and not the environment.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Scan(error) => error.is_usage(),
            Self::Usage(_) => true,
            Self::Partly { error, .. } => error.is_usage(),
            Self::Report(_)
            | Self::Io { .. }
            | Self::InTheWay { .. }
            | Self::InPlace { .. }
            | Self::Space { .. }
            | Self::NoRoom(_) => false,
        }
    }

    /// Returns true where the run was asked to stop.
    pub fn is_interrupt(&self) -> bool {
        match self {
            Self::Partly { error, .. } => error.is_interrupt(),
            _ => matches!(self, Self::Scan(ScanError::Interrupted)),
        }
    }
}

/// Turns an IO error into one that names the file and what was tried.
pub(crate) fn io_error<'p>(
    path: &'p Path,
    action: &'static str,
) -> impl FnOnce(io::Error) -> EngineError + 'p {
    let path: PathBuf = path.to_owned();
    move |source| EngineError::Io { path: path.display().to_string(), action, source }
}
