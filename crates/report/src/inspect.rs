//! Inspection: reads a table whole and says whether it is sound. It does not say whether its rows are true.

use std::fs::File;
use std::io;
use std::path::Path;
use std::ptr;

use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::reader::Length as _;
use rayon::prelude::*;

use crate::error::{ReportError, io_source};
use crate::read::{Kind, Table, Values};
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

    let file = Shared::new(file).map_err(io)?;
    let bytes = file.len();
    let table = Table::open(file, PageIndexPolicy::Required).map_err(|error| read_error(path, error))?;

    let row_groups = (0..table.groups())
        .into_par_iter()
        .map(|group| decode_group(&table, path, group))
        .collect::<Result<Vec<u64>, _>>()?;
    let rows = row_groups.iter().sum();

    let footer = table.footer();
    if u64::try_from(footer.num_rows()) != Ok(rows) {
        return Err(corrupt(&format!("it holds {rows} rows, but its footer counts {}", footer.num_rows())));
    }
    Ok(TableInfo {
        table: table.metadata("bedload.table").map(str::to_owned),
        created_by: footer.created_by().map(str::to_owned),
        rows,
        row_groups,
        columns: footer.schema().get_fields().iter().map(|field| field.name().to_owned()).collect(),
        bytes,
    })
}

/// Decodes one row group, its columns in parallel, and gives its number of rows.
fn decode_group(table: &Table, path: &Path, group: usize) -> Result<u64, ReportError> {
    let corrupt = |message| ReportError::Corrupt { path: path.to_owned(), message };
    let counted = table.rows(group);
    (0..table.columns()).into_par_iter().try_for_each(|column| {
        let is_text = table.kind(column) == Kind::Text;
        let mut is_sound = true;
        let decoded = table.read(group, column, &mut |batch| {
            is_sound &= !is_text || is_utf8(batch.values);
            Ok(())
        });
        let rows = decoded.map_err(|error| read_error(path, error))?;
        if !is_sound {
            return Err(corrupt(format!("column `{}` has text that is not UTF-8", table.name(column))));
        }
        if u64::try_from(counted) == Ok(rows) {
            return Ok(());
        }
        Err(corrupt(format!("row group {group} holds {rows} rows, but the footer counts {counted}")))
    })?;
    Ok(counted.unsigned_abs())
}

/// Says what the decoder does not check. Consecutive rows that share a word of the dictionary are checked once.
fn is_utf8(values: Values<'_>) -> bool {
    let Values::Bytes(texts) = values else { return true };
    let mut checked: &[u8] = &[];
    texts.iter().all(|text| {
        let text = text.data();
        let is_sound = ptr::eq(text, checked) || str::from_utf8(text).is_ok();
        checked = text;
        is_sound
    })
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
