//! Inspection: reads a table whole and says whether it is sound. It does not say whether its rows are true.

use std::fs::File;
use std::io;
use std::path::Path;

use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::Length as _;
use rayon::prelude::*;

use crate::error::{ReportError, io_source};
use crate::seal::{self, Seal};
use crate::shared::Shared;

/// What a sound table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableInfo {
    /// The table's name, from the file's metadata; none where another program wrote it.
    pub table: Option<String>,
    /// The program that wrote it.
    pub created_by: Option<String>,
    /// Rows in all.
    pub rows: u64,
    /// Rows of each row group.
    pub row_groups: Vec<u64>,
    /// Column names, in file order.
    pub columns: Vec<String>,
    /// Size of the file.
    pub bytes: u64,
}

/// Checks that a table is what was written: compares it with its seal, then reads its footer and page index and
/// decodes every page of every column.
///
/// A file that is cut short or has any changed byte is an error, and never reaches the decoder. So is a Parquet file
/// that something else wrote, as it has no seal.
///
/// # Errors
/// Gives an error where the file cannot be read or is not sound.
pub fn inspect(path: &Path) -> Result<TableInfo, ReportError> {
    let file = File::open(path);
    let file = file.map_err(|source| ReportError::Io { path: path.to_owned(), action: "read", source })?;
    inspect_file(file, path)
}

/// Checks a table that is open already; the path is for messages only.
///
/// # Errors
/// Those of [`inspect()`].
pub fn inspect_file(mut file: File, path: &Path) -> Result<TableInfo, ReportError> {
    let io = |source| ReportError::Io { path: path.to_owned(), action: "read", source };
    let corrupt = |message: &str| ReportError::Corrupt { path: path.to_owned(), message: message.to_owned() };
    match seal::check(&mut file).map_err(io)? {
        Seal::Whole => {}
        Seal::Broken => return Err(corrupt("its bytes were changed after it was written")),
        Seal::Absent => return Err(corrupt("it has no seal")),
    }

    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let file = Shared::new(file).map_err(io)?;
    let bytes = file.len();
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(|error| read_error(path, error))?;

    let n_groups = metadata.metadata().num_row_groups();
    let row_groups = (0..n_groups)
        .into_par_iter()
        .map(|group| decode_group(&file, path, &metadata, group))
        .collect::<Result<Vec<u64>, _>>()?;
    let rows = row_groups.iter().sum();

    let footer = metadata.metadata().file_metadata();
    if u64::try_from(footer.num_rows()) != Ok(rows) {
        return Err(corrupt(&format!("it holds {rows} rows, but its footer counts {}", footer.num_rows())));
    }
    let table = footer.key_value_metadata().and_then(|pairs| {
        pairs.iter().find(|pair| pair.key == "bedload.table").and_then(|pair| pair.value.clone())
    });
    let created_by = footer.created_by().map(str::to_owned);
    let columns = metadata.schema().fields().iter().map(|field| field.name().clone()).collect();
    Ok(TableInfo { table, created_by, rows, row_groups, columns, bytes })
}

/// Decodes one row group and gives its number of rows.
fn decode_group(
    file: &Shared,
    path: &Path,
    metadata: &ArrowReaderMetadata,
    group: usize,
) -> Result<u64, ReportError> {
    let corrupt = |message| ReportError::Corrupt { path: path.to_owned(), message };
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone())
        .with_row_groups(vec![group])
        .with_batch_size(8192)
        .build()
        .map_err(|error| read_error(path, error))?;
    let mut rows = 0;
    for batch in reader {
        rows += batch.map_err(|error| corrupt(error.to_string()))?.num_rows() as u64;
    }
    let counted = metadata.metadata().row_group(group).num_rows();
    if u64::try_from(counted) == Ok(rows) {
        Ok(rows)
    } else {
        Err(corrupt(format!("row group {group} holds {rows} rows, but the footer counts {counted}")))
    }
}

pub(crate) fn read_error(path: &Path, error: ParquetError) -> ReportError {
    let path = path.to_owned();
    match io_source(error) {
        Ok(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            ReportError::Io { path, action: "read", source }
        }
        Ok(source) => ReportError::Corrupt { path, message: source.to_string() },
        Err(error) => ReportError::Corrupt { path, message: error.to_string() },
    }
}
