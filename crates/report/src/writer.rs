//! The writer of one table: takes row groups, has them encoded and puts them in the file in order.

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

use crate::column::{Group, TableColumn, schema};
use crate::encode::{EncodeError, encode, properties};
use crate::error::{ReportError, io_source};
use crate::seal::{Hashed, Tap};

/// More groups than this at a time would only hold memory.
const GROUPS_MAX: usize = 8;

/// Columns are encoded in parallel too, and the slowest, a digest, is a third of the work of `records` (measured
/// 2026-11, 1,000,000 rows); so one group keeps two to three threads busy.
const THREADS_PER_GROUP: usize = 2;

/// Writes one table to one file.
///
/// Encodes the row groups of one call together on the current rayon pool, while those of the call before go to the
/// file. After any error, and when dropped without [`TableWriter::finish`], the file is worthless and is to be
/// removed; a writer that gave an error must not be used again.
pub struct TableWriter<T: Tap = ()> {
    path: PathBuf,
    table: &'static str,
    fields: Fields,
    file: SerializedFileWriter<Hashed<T>>,
    factory: ArrowRowGroupWriterFactory,
    /// Row groups that are encoded and not yet in the file.
    encoded: Vec<Vec<ArrowColumnChunk>>,
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

/// How many row groups a call of [`TableWriter::write`] should have, for the threads of the current rayon pool.
pub fn groups_at_once() -> usize {
    rayon::current_num_threads().div_ceil(THREADS_PER_GROUP).clamp(1, GROUPS_MAX)
}

impl<T: Tap> TableWriter<T> {
    /// Creates the file of a table of such groups, which must not exist. Only this user can read it until its modes
    /// are changed. The tap sees all bytes of the file.
    ///
    /// # Errors
    /// Gives an error where the file exists already or cannot be created.
    pub fn create<G: Group>(path: &Path, tap: T) -> Result<Self, ReportError> {
        let columns = G::columns();
        let schema = Arc::new(schema(columns.iter().map(TableColumn::about)));
        let fields = schema.fields.clone();
        let file = File::options().write(true).create_new(true).mode(0o600).open(path);
        let file =
            file.map_err(|source| ReportError::Io { path: path.to_owned(), action: "created", source })?;
        let start = || {
            let descriptor = ArrowSchemaConverter::new().schema_root(G::TABLE).convert(&schema)?;
            let properties = Arc::new(properties::<G>(&columns)?);
            SerializedFileWriter::new(Hashed::new(file, tap), descriptor.root_schema_ptr(), properties)
        };
        let file = start().map_err(|error| write_error(path, error))?;
        let factory = ArrowRowGroupWriterFactory::new(&file, schema);
        Ok(Self {
            path: path.to_owned(),
            table: G::TABLE,
            fields,
            file,
            factory,
            encoded: Vec::new(),
            rows: 0,
        })
    }

    /// The table's file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds row groups of this table at the end. How groups are spread over calls makes no difference to the file.
    ///
    /// # Errors
    /// Gives an error where rows cannot be encoded or written; the file is worthless then.
    pub fn write<G: Group>(&mut self, groups: &[G]) -> Result<(), ReportError> {
        assert_eq!(G::TABLE, self.table, "the rows are of the table that the file was made for");
        let columns = G::columns();
        let Self { path, fields, file, factory, encoded, rows, .. } = self;
        *rows += groups.iter().map(|group| group.rows() as u64).sum::<u64>();
        let before = std::mem::take(encoded);
        let first = file.flushed_row_groups().len() + before.len();
        let (appended, now) =
            rayon::join(|| append(file, before), || encode(factory, fields, &columns, first, groups));
        appended.map_err(|error| write_error(path, error))?;
        *encoded = now.map_err(|error| {
            let path = path.clone();
            match error {
                EncodeError::Parquet(source) => ReportError::Encode { path, source },
                EncodeError::TooLarge { column, value } => {
                    ReportError::NumberTooLarge { path, column, value }
                }
            }
        })?;
        Ok(())
    }

    /// Writes what is left and the footer, seals the file, makes it durable, and reads its footer again.
    ///
    /// # Errors
    /// Gives an error where any of this fails or the footer counts other rows than were written; the file is worthless
    /// then.
    pub fn finish(self) -> Result<(TableSummary, T), ReportError> {
        let Self { path, mut file, encoded, rows: pushed, .. } = self;
        let io = |action| {
            let path = path.clone();
            move |source| ReportError::Io { path, action, source }
        };
        let close = || {
            append(&mut file, encoded)?;
            // What comes so far stays ahead of the footer.
            file.flush()?;
            file.inner_mut().begin_footer();
            file.into_inner()
        };
        let hashed = close().map_err(|error| write_error(&path, error))?;
        let (written, bytes, tap) = hashed.seal().map_err(io("sealed"))?;
        written.sync_all().map_err(io("synced"))?;
        drop(written);

        let file = File::open(&path).map_err(io("read again"))?;
        let found = file.metadata().map_err(io("read again"))?.len();
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
        if (rows, found) == (pushed, bytes) {
            Ok((TableSummary { rows, bytes }, tap))
        } else {
            let message = format!(
                "{pushed} rows and {bytes} bytes were written, but the footer counts {rows} and the file has {found}"
            );
            Err(ReportError::Corrupt { path, message })
        }
    }
}

pub(crate) fn append<T: Tap>(
    file: &mut SerializedFileWriter<Hashed<T>>,
    groups: Vec<Vec<ArrowColumnChunk>>,
) -> Result<(), ParquetError> {
    for chunks in groups {
        let mut group = file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
    }
    Ok(())
}

pub(crate) fn write_error(path: &Path, error: ParquetError) -> ReportError {
    let path = path.to_owned();
    match io_source(error) {
        Ok(source) => ReportError::Io { path, action: "written", source },
        Err(source) => ReportError::Encode { path, source },
    }
}
