//! Encoding of row groups: rows in, finished column chunks out. All of the work is here, spread over the rayon pool by
//! column; nothing here touches a file.

use arrow::datatypes::FieldRef;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use crate::column::{Column, Row, TooLarge};
use crate::seal;

/// Counts up when a column goes away or changes its meaning; new columns do not count.
const SCHEMA_VERSION: &str = "1";

/// Why rows could not be encoded.
#[derive(Debug)]
pub(crate) enum EncodeError {
    Parquet(ParquetError),
    TooLarge(TooLarge),
}

impl From<ParquetError> for EncodeError {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

impl From<TooLarge> for EncodeError {
    fn from(error: TooLarge) -> Self {
        Self::TooLarge(error)
    }
}

/// The settings of every table. Nothing in them may depend on the machine or the time.
pub(crate) fn properties<R: Row>(columns: &[Column<R>]) -> Result<WriterProperties, ParquetError> {
    let metadata =
        [("bedload.table", R::TABLE), ("bedload.schema", SCHEMA_VERSION), (seal::KEY, seal::BLANK)];
    let metadata = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_offset_index_disabled(false)
        // Row groups are cut by the caller, so parquet must not cut them again.
        .set_max_row_group_row_count(None)
        .set_created_by(concat!("bedload ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata.to_vec()));
    for column in columns.iter().filter(|column| column.distinct) {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column.name), false);
    }
    Ok(builder.build())
}

/// Encodes row groups, the first of which is number `first` in its file; gives their column chunks in order.
pub(crate) fn encode<R: Row>(
    factory: &ArrowRowGroupWriterFactory,
    fields: &[FieldRef],
    columns: &[Column<R>],
    first: usize,
    groups: &[Vec<R>],
) -> Result<Vec<Vec<ArrowColumnChunk>>, EncodeError> {
    let encode_group = |(index, rows): (usize, &Vec<R>)| {
        let writers = factory.create_column_writers(first + index)?;
        writers
            .into_par_iter()
            .zip(columns.par_iter().zip(fields))
            .map(|(writer, (column, field))| encode_column(writer, column, field, rows))
            .collect()
    };
    groups.par_iter().enumerate().map(encode_group).collect()
}

/// Encodes one column of one group in one go, so that page ends follow from the rows alone.
fn encode_column<R: Row>(
    mut writer: ArrowColumnWriter,
    column: &Column<R>,
    field: &FieldRef,
    rows: &[R],
) -> Result<ArrowColumnChunk, EncodeError> {
    let array = column.array(rows)?;
    for leaf in compute_leaves(field, &array)? {
        writer.write(&leaf)?;
    }
    Ok(writer.close()?)
}
