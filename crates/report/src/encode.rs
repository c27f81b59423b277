//! Encoding of row groups: rows in, finished column chunks out. All of the work is here, spread over the rayon pool by
//! column; nothing here touches a file.

use arrow::datatypes::FieldRef;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use crate::column::{Group, Kind, TableColumn};
use crate::seal;

/// Counts up when a column goes away or changes its meaning; new columns do not count.
const SCHEMA_VERSION: &str = "1";

/// Why rows could not be encoded.
#[derive(Debug)]
pub(crate) enum EncodeError {
    Parquet(ParquetError),
    /// A number that no signed 64-bit column can hold.
    TooLarge {
        column: &'static str,
        value: u64,
    },
}

impl From<ParquetError> for EncodeError {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

/// The settings of every table. Nothing in them may depend on the machine or the time.
pub(crate) fn properties<G: Group>(columns: &[G::Column]) -> Result<WriterProperties, ParquetError> {
    let metadata =
        [("bedload.table", G::TABLE), ("bedload.schema", SCHEMA_VERSION), (seal::KEY, seal::BLANK)];
    let metadata = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_offset_index_disabled(false)
        // Row groups are cut by the caller, so parquet must not cut them again.
        .set_max_row_group_row_count(None)
        .set_created_by(concat!("bedload ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata.to_vec()));
    for about in columns.iter().map(TableColumn::about) {
        let path = || ColumnPath::from(about.name);
        let is_integer = about.kind == Kind::Integer;
        if is_integer {
            // Positions grow line by line, and counts are small: their differences take a byte or two, without a
            // table of all values to look each of them up in.
            builder = builder.set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED);
        }
        if about.kind == Kind::Hexadecimal {
            // Hashes are spread over all values in every page: there is nothing to leave out by their bounds.
            builder = builder.set_column_statistics_enabled(path(), EnabledStatistics::None);
        }
        if is_integer || about.distinct {
            builder = builder.set_column_dictionary_enabled(path(), false);
        }
    }
    Ok(builder.build())
}

/// Encodes row groups, the first of which is number `first` in its file; gives their column chunks in order.
pub(crate) fn encode<G: Group>(
    factory: &ArrowRowGroupWriterFactory,
    fields: &[FieldRef],
    columns: &[G::Column],
    first: usize,
    groups: &[G],
) -> Result<Vec<Vec<ArrowColumnChunk>>, EncodeError> {
    let encode_group = |(index, group): (usize, &G)| {
        let writers = factory.create_column_writers(first + index)?;
        writers
            .into_par_iter()
            .zip(columns.par_iter().zip(fields))
            .map(|(writer, (column, field))| encode_column(writer, column, field, group))
            .collect()
    };
    groups.par_iter().enumerate().map(encode_group).collect()
}

/// Encodes one column of one group in one go, so that page ends follow from the rows alone.
fn encode_column<G: Group>(
    mut writer: ArrowColumnWriter,
    column: &G::Column,
    field: &FieldRef,
    group: &G,
) -> Result<ArrowColumnChunk, EncodeError> {
    let too_large = |value| EncodeError::TooLarge { column: column.about().name, value };
    let array = column.array(group).map_err(too_large)?;
    for leaf in compute_leaves(field, &array)? {
        writer.write(&leaf)?;
    }
    Ok(writer.close()?)
}
