//! Facts as a file: a Parquet table with a row for each line, and what is not by line in the footer. It is written by
//! the version of the program that reads it, and says so; anybody else can query it as well.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, FixedSizeBinaryArray, PrimitiveArray, RecordBatch};
use arrow::buffer::Buffer;
use arrow::datatypes::{ArrowPrimitiveType, DataType, Field, Schema, UInt8Type, UInt32Type, UInt64Type};
use bedload_record::{FactTable, StoredValues, UnusableFacts};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use crate::error::ReportError;
use crate::inspect::read_error;
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
    file: Shared,
    metadata: ArrowReaderMetadata,
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
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new());
    let metadata = metadata.map_err(|error| read_error(path, error))?;
    let pairs = metadata.metadata().file_metadata().key_value_metadata();
    let header = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == HEADER)?.value.clone());
    Ok(header.map_or(FactsFile::Other, |header| FactsFile::Whole(StoredFacts { file, metadata, header })))
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
    /// Adds all lines to a table that has their header. The row groups are decoded in parallel.
    ///
    /// # Errors
    /// Where the file cannot be read, its columns are not those of facts, or there is no room for them.
    pub fn read(&self, path: &Path, facts: &mut FactTable) -> Result<(), FactsError> {
        let Self { file, metadata, .. } = self;
        let groups: Vec<usize> = (0..metadata.metadata().num_row_groups()).collect();
        let decode = |group: &usize| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone());
            let rows = metadata.metadata().row_group(*group).num_rows().unsigned_abs() as usize;
            let reader = builder.with_row_groups(vec![*group]).with_batch_size(rows).build();
            let reader = reader.map_err(|error| read_error(path, error))?;
            let corrupt = |message: String| ReportError::Corrupt { path: path.to_owned(), message };
            reader
                .map(|batch| batch.map_err(|error| corrupt(error.to_string())).map(|batch| columns(&batch)))
                .collect::<Result<Vec<Vec<Decoded>>, ReportError>>()
        };
        for some in groups.chunks(groups_at_once()) {
            let decoded = some.par_iter().map(decode).collect::<Result<Vec<_>, _>>();
            for columns in decoded.map_err(FactsError::Report)?.into_iter().flatten() {
                let lines = columns.first().map_or(0, |column| column.values().len());
                let named: Vec<(&str, StoredValues<'_>)> =
                    columns.iter().map(|column| (column.name.as_str(), column.values())).collect();
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
struct Decoded {
    name: String,
    array: ArrayRef,
    /// Its values, where it is a column of digests.
    digests: Vec<u128>,
}

fn columns(batch: &RecordBatch) -> Vec<Decoded> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    columns
        .map(|(field, array)| {
            let digests = array.as_fixed_size_binary_opt().map_or_else(Vec::new, |digests| {
                digests
                    .iter()
                    .flatten()
                    .filter_map(|bytes| bytes.try_into().ok())
                    .map(u128::from_be_bytes)
                    .collect()
            });
            Decoded { name: field.name().clone(), array: Arc::clone(array), digests }
        })
        .collect()
}

impl Decoded {
    /// Its values. A column of a kind that facts do not have is one of digests, and has none.
    fn values(&self) -> StoredValues<'_> {
        match self.array.data_type() {
            DataType::UInt8 => StoredValues::U8(self.array.as_primitive::<UInt8Type>().values()),
            DataType::UInt32 => StoredValues::U32(self.array.as_primitive::<UInt32Type>().values()),
            DataType::UInt64 => StoredValues::U64(self.array.as_primitive::<UInt64Type>().values()),
            _ => StoredValues::U128(&self.digests),
        }
    }
}
