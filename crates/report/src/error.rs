//! What can go wrong with a table file. All of it is about the world or about a caller's mistake, never about records.

use std::io;
use std::path::PathBuf;

use parquet::errors::ParquetError;

/// Why a table could not be written or is not sound. Each message names the file; the hint is on a line of its own.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The operating system refused something.
    #[error("{}: could not be {action}: {source}{}", path.display(), io_hint(source))]
    Io {
        /// The table's file.
        path: PathBuf,
        /// What was tried, as a participle: `created`, `written`, `synced`, `read`.
        action: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file could not be encoded.
    #[error(
        "{}: could not be encoded as Parquet: {source}\n\
         hint: delete the file; this is a bug in bedload, please report it", path.display()
    )]
    Encode {
        /// The table's file.
        path: PathBuf,
        /// What the encoder said.
        source: ParquetError,
    },
    /// A number does not fit its column.
    #[error(
        "{}: {value} does not fit column {column}, which holds signed 64-bit integers\n\
         hint: delete the file; this is a bug in bedload, please report it", path.display()
    )]
    NumberTooLarge {
        /// The table's file.
        path: PathBuf,
        /// The column's name.
        column: &'static str,
        /// The number.
        value: u64,
    },
    /// A row has more text than a column can address.
    #[error(
        "{}: row {row} holds {bytes} bytes of text, more than the {limit} that fit\n\
         hint: the report holds positions, not records; this is a bug in bedload, please report it", path.display()
    )]
    TextTooLong {
        /// The table's file.
        path: PathBuf,
        /// The row's number in the table, from 0.
        row: u64,
        /// Bytes of text in this row.
        bytes: usize,
        /// The most that fit.
        limit: usize,
    },
    /// The file is not a table, or it was changed or truncated.
    #[error(
        "{}: not a valid table: {message}\n\
         hint: the file was truncated or changed after it was written; run the build again", path.display()
    )]
    Corrupt {
        /// The table's file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

/// Too many open files in this process, and in the system, on Linux and macOS.
const EMFILE: i32 = 24;
const ENFILE: i32 = 23;

fn io_hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "\nhint: check the path; its directory must exist",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "\nhint: choose a writable directory"
        }
        io::ErrorKind::AlreadyExists => "\nhint: a table is never overwritten; choose an empty directory",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "\nhint: free some space, then run again"
        }
        _ if matches!(error.raw_os_error(), Some(EMFILE | ENFILE)) => {
            "\nhint: raise the limit of open files with `ulimit -n`"
        }
        _ => "\nhint: do not use the partial file; run again",
    }
}

/// The operating system's error inside a Parquet error, where there is one.
pub(crate) fn io_source(error: ParquetError) -> Result<io::Error, ParquetError> {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(source) => Ok(*source),
            Err(inner) => Err(ParquetError::External(inner)),
        },
        other => Err(other),
    }
}
