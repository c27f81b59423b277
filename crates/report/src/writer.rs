//! The writer of one table: takes rows, cuts them into row groups, has these encoded and puts them in the file in order.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::Fields;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use crate::column::{Column, Row, TooLarge, schema};
use crate::encode::{EncodeError, encode, properties};
use crate::error::{ReportError, io_source};
use crate::seal::Hashed;

/// Rows of a full row group: the size that `DuckDB` writes and reads best.
pub const ROW_GROUP_ROWS: usize = 122_880;

/// A row group ends early with the row whose text brings it to this many bytes.
pub const ROW_GROUP_TEXT_BYTES: usize = 64 << 20;

/// The most text in one row: with a row group's text it stays below the 2 GiB that 32-bit offsets reach, where arrow
/// panics (arrow-rs#8247).
const ROW_TEXT_BYTES_MAX: usize = 1 << 30;

/// More groups than this at a time would only hold memory: 122,880 records are 50 MB of rows.
const GROUPS_MAX: usize = 8;

/// Columns are encoded in parallel too, and the slowest, a digest, is a third of the work of `records` (measured
/// 2026-11, 1,000,000 rows); so one group keeps two to three threads busy.
const THREADS_PER_GROUP: usize = 2;

/// Writes one table to one file.
///
/// Holds one row group of rows per two threads of the current rayon pool, eight at most, and encodes them together
/// on that pool. After any error, and when dropped without [`TableWriter::finish`], the file is worthless and is to be
/// removed; a writer that gave an error must not be used again.
pub struct TableWriter<R: Row> {
    path: PathBuf,
    columns: Vec<Column<R>>,
    fields: Fields,
    file: SerializedFileWriter<Hashed>,
    factory: ArrowRowGroupWriterFactory,
    /// Full row groups that wait to be encoded together.
    full: Vec<Vec<R>>,
    open: Vec<R>,
    open_text_bytes: usize,
    rows: u64,
}

/// What a finished table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSummary {
    /// Rows in the file, as its footer says when read again.
    pub rows: u64,
    /// Size of the file.
    pub bytes: u64,
}

impl<R: Row> TableWriter<R> {
    /// Creates the file, which must not exist. Only this user can read it until its modes are changed.
    ///
    /// # Errors
    /// Gives an error where the file exists already or cannot be created.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let columns = R::columns();
        let schema = Arc::new(schema(&columns));
        let fields = schema.fields.clone();
        let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(path);
        let file =
            file.map_err(|source| ReportError::Io { path: path.to_owned(), action: "created", source })?;
        let start = || {
            let descriptor = ArrowSchemaConverter::new().schema_root(R::TABLE).convert(&schema)?;
            let properties = Arc::new(properties(&columns)?);
            SerializedFileWriter::new(Hashed::new(file), descriptor.root_schema_ptr(), properties)
        };
        let file = start().map_err(|error| write_error(path, error))?;
        let factory = ArrowRowGroupWriterFactory::new(&file, schema);
        let path = path.to_owned();
        let (full, open) = (Vec::new(), Vec::new());
        Ok(Self { path, columns, fields, file, factory, full, open, open_text_bytes: 0, rows: 0 })
    }

    /// Adds rows at the end. How rows are spread over calls makes no difference to the file.
    ///
    /// # Errors
    /// Gives an error where rows cannot be encoded or written; the file is worthless then.
    pub fn push(&mut self, rows: impl IntoIterator<Item = R>) -> Result<(), ReportError> {
        let groups_at_once = Self::groups_at_once();
        for row in rows {
            let bytes = self.columns.iter().map(|column| column.text_bytes(&row)).sum();
            if bytes > ROW_TEXT_BYTES_MAX {
                let (path, limit) = (self.path.clone(), ROW_TEXT_BYTES_MAX);
                return Err(ReportError::TextTooLong { path, row: self.rows, bytes, limit });
            }
            self.rows += 1;
            self.open_text_bytes += bytes;
            self.open.push(row);
            if self.open.len() == ROW_GROUP_ROWS || self.open_text_bytes >= ROW_GROUP_TEXT_BYTES {
                self.open_text_bytes = 0;
                // Where one group was full, the next will mostly be.
                let next = Vec::with_capacity(self.open.len());
                self.full.push(std::mem::replace(&mut self.open, next));
                if self.full.len() == groups_at_once {
                    self.write_full()?;
                }
            }
        }
        Ok(())
    }

    /// Adds rows that are at hand: as [`TableWriter::push`], but a whole row group is taken as it is.
    ///
    /// # Errors
    /// As [`TableWriter::push`].
    pub fn push_group(&mut self, rows: Vec<R>) -> Result<(), ReportError> {
        let bytes_of = |row: &R| self.columns.iter().map(|column| column.text_bytes(row)).sum::<usize>();
        let is_whole = self.open.is_empty()
            && rows.len() == ROW_GROUP_ROWS
            && rows.par_iter().map(bytes_of).sum::<usize>() < ROW_GROUP_TEXT_BYTES;
        if !is_whole {
            return self.push(rows);
        }
        self.rows += rows.len() as u64;
        self.full.push(rows);
        if self.full.len() == Self::groups_at_once() { self.write_full() } else { Ok(()) }
    }

    fn groups_at_once() -> usize {
        rayon::current_num_threads().div_ceil(THREADS_PER_GROUP).clamp(1, GROUPS_MAX)
    }

    /// Writes what is left and the footer, seals the file, makes it durable, and reads its footer again.
    ///
    /// # Errors
    /// Gives an error where any of this fails or the footer counts other rows than were pushed; the file is worthless then.
    pub fn finish(mut self) -> Result<TableSummary, ReportError> {
        if !self.open.is_empty() {
            self.full.push(std::mem::take(&mut self.open));
        }
        self.write_full()?;
        let Self { path, file, rows: pushed, .. } = self;
        let io = |action| {
            let path = path.clone();
            move |source| ReportError::Io { path, action, source }
        };
        let hashed = file.into_inner().map_err(|error| write_error(&path, error))?;
        let written = hashed.seal().map_err(io("sealed"))?;
        written.sync_all().map_err(io("synced"))?;
        drop(written);

        let file = File::open(&path).map_err(io("read again"))?;
        let bytes = file.metadata().map_err(io("read again"))?.len();
        let rows = ParquetMetaDataReader::new()
            .parse_and_finish(&file)
            .map_err(|error| match io_source(error) {
                Ok(source) => ReportError::Io { path: path.clone(), action: "read again", source },
                Err(error) => ReportError::Corrupt { path: path.clone(), message: error.to_string() },
            })?
            .row_groups()
            .iter()
            .map(|group| group.num_rows().unsigned_abs())
            .sum();
        if rows == pushed {
            Ok(TableSummary { rows, bytes })
        } else {
            let message = format!("{pushed} rows were written, but the footer counts {rows}");
            Err(ReportError::Corrupt { path, message })
        }
    }

    fn write_full(&mut self) -> Result<(), ReportError> {
        let first = self.file.flushed_row_groups().len();
        let groups = std::mem::take(&mut self.full);
        let groups = encode(&self.factory, &self.fields, &self.columns, first, &groups).map_err(|error| {
            let path = self.path.clone();
            match error {
                EncodeError::Parquet(source) => ReportError::Encode { path, source },
                EncodeError::TooLarge(TooLarge { column, value }) => {
                    ReportError::NumberTooLarge { path, column, value }
                }
            }
        })?;
        groups
            .into_iter()
            .try_for_each(|chunks| append(&mut self.file, chunks))
            .map_err(|error| write_error(&self.path, error))
    }
}

fn append(
    file: &mut SerializedFileWriter<Hashed>,
    chunks: Vec<ArrowColumnChunk>,
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for chunk in chunks {
        chunk.append_to_row_group(&mut group)?;
    }
    group.close()?;
    Ok(())
}

fn write_error(path: &Path, error: ParquetError) -> ReportError {
    let path = path.to_owned();
    match io_source(error) {
        Ok(source) => ReportError::Io { path, action: "written", source },
        Err(source) => ReportError::Encode { path, source },
    }
}
