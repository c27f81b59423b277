//! Facts as a file: a Parquet table with a row for each line, and what is not by line in the footer. It is written by
//! the version of the program that reads it, and says so; anybody else can query it as well.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, FixedSizeBinaryArray, PrimitiveArray};
use arrow::buffer::Buffer;
use arrow::datatypes::{ArrowPrimitiveType, DataType, Field, Schema, UInt8Type, UInt32Type, UInt64Type};
use bedload_record::{FactTable, StoredValues, UnusableFacts};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, PageIndexPolicy};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use crate::error::ReportError;
use crate::inspect::read_error;
use crate::read::{Kind, Table, Values};
use crate::row_groups::ROW_GROUP_ROWS;
use crate::seal::{self, Hashed, Seal};
use crate::shared::Shared;
use crate::writer::{append, groups_at_once, write_error};

/// What is not by line, in the metadata of the footer.
const HEADER: &str = "bedload.facts";

/// The name of the table, where tables have theirs.
const TABLE: &str = "facts";

/// Bytes of a digest.
const DIGEST_BYTES: i32 = 16;

/// Writes facts to a file that is there and empty, with a header for whoever reads them. The columns of several row
/// groups are encoded in parallel. What was written is synced.
///
/// # Errors
/// Where they cannot be encoded or written.
pub fn write_facts(file: File, path: &Path, facts: &FactTable, header: &str) -> Result<(), ReportError> {
    let stored = facts.stored();
    let fields: Vec<Field> =
        stored.iter().map(|(name, values)| Field::new(name, kind_of(*values), false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let wrong = |error| write_error(path, error);
    let start = || {
        let descriptor = ArrowSchemaConverter::new().schema_root(TABLE).convert(&schema)?;
        let properties = Arc::new(properties(&stored, header)?);
        SerializedFileWriter::new(Hashed::new(file, ()), descriptor.root_schema_ptr(), properties)
    };
    let mut file = start().map_err(wrong)?;
    let factory = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
    let lines = facts.len() as usize;
    let starts: Vec<usize> = (0..lines).step_by(ROW_GROUP_ROWS).collect();
    let mut n_groups = 0;
    for some in starts.chunks(groups_at_once()) {
        let encode = |(nth, &from): (usize, &usize)| {
            let to = (from + ROW_GROUP_ROWS).min(lines);
            let writers = factory.create_column_writers(n_groups + nth)?;
            let columns = writers.into_par_iter().zip(&stored).zip(&schema.fields()[..]);
            columns
                .map(|((mut writer, (_, values)), field)| {
                    for leaf in compute_leaves(field, &array(*values, from, to)?)? {
                        writer.write(&leaf)?;
                    }
                    writer.close()
                })
                .collect::<Result<Vec<_>, ParquetError>>()
        };
        let encoded =
            some.par_iter().enumerate().map(encode).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        n_groups += encoded.len();
        append(&mut file, encoded).map_err(wrong)?;
    }
    let close = || {
        file.flush()?;
        file.inner_mut().begin_footer();
        file.into_inner()
    };
    let hashed = close().map_err(wrong)?;
    let io = |action| move |source| ReportError::Io { path: path.to_owned(), action, source };
    let (written, _, ()) = hashed.seal().map_err(io("sealed"))?;
    written.sync_all().map_err(io("synced"))
}

/// What a file of facts is to whoever asks.
#[derive(Debug)]
pub enum FactsFile {
    /// A whole one.
    Whole(StoredFacts),
    /// One that was changed after it was written.
    Changed,
    /// Something else.
    Other,
}

/// A file of facts, of which the footer was read.
#[derive(Debug)]
pub struct StoredFacts {
    table: Table,
    /// The header that it was written with.
    pub header: String,
}

/// Opens a file of facts.
///
/// # Errors
/// Where it cannot be read.
pub fn open_facts(mut file: File, path: &Path) -> Result<FactsFile, ReportError> {
    let io = |source| ReportError::Io { path: path.to_owned(), action: "read", source };
    match seal::check(&mut file).map_err(io)? {
        Seal::Whole => {}
        Seal::Broken => return Ok(FactsFile::Changed),
        Seal::Absent => return Ok(FactsFile::Other),
    }
    let file = Shared::new(file).map_err(io)?;
    let table = Table::open(file, PageIndexPolicy::Skip).map_err(|error| read_error(path, error))?;
    let header = table.metadata(HEADER).map(str::to_owned);
    Ok(header.map_or(FactsFile::Other, |header| FactsFile::Whole(StoredFacts { table, header })))
}

/// Why stored facts could not be read.
#[derive(Debug)]
pub enum FactsError {
    /// The file cannot be read.
    Report(ReportError),
    /// What was read is of no use.
    Unusable(UnusableFacts),
}

impl StoredFacts {
    /// Adds all lines to a table that has their header. The columns of several row groups are decoded in parallel.
    ///
    /// # Errors
    /// Where the file cannot be read, its columns are not those of facts, or there is no room for them.
    pub fn read(&self, path: &Path, facts: &mut FactTable) -> Result<(), FactsError> {
        let table = &self.table;
        let groups: Vec<usize> = (0..table.groups()).collect();
        let decode = |group: &usize| {
            let columns = (0..table.columns()).into_par_iter();
            let columns = columns.map(|column| Decoded::read(table, *group, column));
            columns.collect::<Result<Vec<Decoded>, ParquetError>>()
        };
        for some in groups.chunks(groups_at_once()) {
            let decoded = some.par_iter().map(decode).collect::<Result<Vec<_>, _>>();
            for columns in decoded.map_err(|error| FactsError::Report(read_error(path, error)))? {
                let lines = columns.first().map_or(0, |column| column.values().len());
                let named = (0..).zip(&columns).map(|(nth, column)| (table.name(nth), column.values()));
                let named: Vec<(&str, StoredValues<'_>)> = named.collect();
                facts.restore(lines, &named).map_err(FactsError::Unusable)?;
            }
        }
        Ok(())
    }
}

/// Nothing in the properties depends on the machine or the time.
fn properties(stored: &[(String, StoredValues<'_>)], header: &str) -> Result<WriterProperties, ParquetError> {
    let metadata = [("bedload.table", TABLE), (HEADER, header), (seal::KEY, seal::BLANK)];
    let metadata = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_max_row_group_row_count(None)
        .set_created_by(concat!("bedload ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata.to_vec()));
    for (name, values) in stored {
        let path = ColumnPath::from(name.as_str());
        builder = match values {
            // Hashes can be made no smaller.
            StoredValues::U128(_) => builder.set_column_compression(path, Compression::UNCOMPRESSED),
            StoredValues::U8(_) => builder.set_column_dictionary_enabled(path, true),
            StoredValues::U32(_) | StoredValues::U64(_) => {
                builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
            }
        };
    }
    Ok(builder.build())
}

fn kind_of(values: StoredValues<'_>) -> DataType {
    match values {
        StoredValues::U8(_) => DataType::UInt8,
        StoredValues::U32(_) => DataType::UInt32,
        StoredValues::U64(_) => DataType::UInt64,
        StoredValues::U128(_) => DataType::FixedSizeBinary(DIGEST_BYTES),
    }
}

fn array(values: StoredValues<'_>, from: usize, to: usize) -> Result<ArrayRef, ParquetError> {
    fn numbers<T: ArrowPrimitiveType>(values: &[T::Native]) -> ArrayRef {
        Arc::new(PrimitiveArray::<T>::from_iter_values(values.iter().copied()))
    }
    Ok(match values {
        StoredValues::U8(values) => numbers::<UInt8Type>(&values[from..to]),
        StoredValues::U32(values) => numbers::<UInt32Type>(&values[from..to]),
        StoredValues::U64(values) => numbers::<UInt64Type>(&values[from..to]),
        StoredValues::U128(values) => {
            let bytes: Vec<u8> = values[from..to].iter().flat_map(|value| value.to_be_bytes()).collect();
            Arc::new(FixedSizeBinaryArray::try_new(DIGEST_BYTES, Buffer::from_vec(bytes), None)?)
        }
    })
}

/// A column of a row group.
enum Decoded {
    U8(Vec<u8>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    U128(Vec<u128>),
}

impl Decoded {
    /// A column of a kind that facts do not have is one of digests, and has none.
    fn read(table: &Table, group: usize, column: usize) -> Result<Self, ParquetError> {
        // What the footer says is no reason to take memory.
        let rows = (table.rows(group).unsigned_abs() as usize).min(ROW_GROUP_ROWS);
        let mut decoded = match table.kind(column) {
            Kind::U8 => Self::U8(Vec::with_capacity(rows)),
            Kind::U32 => Self::U32(Vec::with_capacity(rows)),
            Kind::U64 => Self::U64(Vec::with_capacity(rows)),
            Kind::Bytes => Self::U128(Vec::with_capacity(rows)),
            _ => return Ok(Self::U128(Vec::new())),
        };
        table.read(group, column, &mut |batch| {
            match (&mut decoded, batch.values) {
                // Parquet keeps unsigned numbers in signed ones of their size or more.
                (Self::U8(all), Values::I32(some)) => all.extend(some.iter().map(|&value| value as u8)),
                (Self::U32(all), Values::I32(some)) => all.extend(some.iter().map(|&value| value as u32)),
                (Self::U64(all), Values::I64(some)) => all.extend(some.iter().map(|&value| value as u64)),
                (Self::U128(all), Values::Fixed(some)) => {
                    let digests = some.iter().filter_map(|bytes| bytes.data().try_into().ok());
                    all.extend(digests.map(u128::from_be_bytes));
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(decoded)
    }

    fn values(&self) -> StoredValues<'_> {
        match self {
            Self::U8(values) => StoredValues::U8(values),
            Self::U32(values) => StoredValues::U32(values),
            Self::U64(values) => StoredValues::U64(values),
            Self::U128(values) => StoredValues::U128(values),
        }
    }
}
