//! What stops a run: the world, or the command line. Bad data is never here; it is a finding.

use std::io;
use std::path::{Path, PathBuf};

use bedload_report::ReportError;
use bedload_scan::ScanError;

/// How errors name standard output.
pub const STDOUT: &str = "standard output";

/// Why a run could not be carried out.
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
    /// Options contradict each other, the profile or the inputs.
    #[error("{0}")]
    Usage(String),
}

fn hint(path: &str, source: &io::Error) -> &'static str {
    match source.kind() {
        _ if path == STDOUT => "",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\nhint: the output needs about as much space as the inputs, decompressed"
        }
        io::ErrorKind::FileTooLarge => "\nhint: a file size limit is set (`ulimit -f`)",
        _ => "",
    }
}

impl EngineError {
    /// Returns true where the command line is to blame, and not the environment.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Scan(error) => error.is_usage(),
            Self::Usage(_) => true,
            Self::Report(_) | Self::Io { .. } => false,
        }
    }

    /// Returns true where the run was asked to stop.
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Self::Scan(ScanError::Interrupted))
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
